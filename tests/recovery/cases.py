"""What is put to the methods: made-up markets, and data sets whose makers told the truth."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from mmm_core.engine.simulate import simulate_market
from mmm_core.engine.simulate_laws import LAWS
from mmm_core.entities.columns import ContextColumn, Outcome, PaidMedia
from mmm_core.entities.design import FloatArray
from mmm_core.entities.market import Market
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.settings import Baseline, ModelSettings
from tests.bench.data_sets import ROOT, demo_data

PUBLIC = "public"
MFF_CONTEXT = ("category_demand", "distribution", "price", "competitor_promo", "weather", "holiday")
"""What the issue names; brand_awareness is left out because it lies between media and sales."""


class Case(NamedTuple):
    """One question with a known answer.

    Attributes:
        name: Of the market or data set.
        data: What the methods see.
        contribution: The truth per paid channel over the modelled periods, shape (n_paid,).
        tags: What kind it is.
        market: The whole truth, where there is one.
    """

    name: str
    data: MMMDataCollection
    contribution: FloatArray
    tags: Mapping[str, str]
    market: Market | None


def simulated_case(law: str, seed: int) -> Case:
    """A market drawn from a law."""
    market = simulate_market(LAWS[law], seed)
    data = MMMDataCollection(table=market.table, settings=market.settings)
    return Case(market.name, data, market.truth.contribution, market.truth.tags, market)


def public_names(folder: Path | None) -> tuple[str, ...]:
    """Data sets with a truth: ours, and other people's where their folder is at hand."""
    others = ("pymc_mmm_example", "mff_national")
    return ("demo", *(name for name in others if folder is not None and (folder / name / "truth.json").is_file()))


def public_case(name: str, folder: Path | None) -> Case:
    """One of :func:`public_names`."""
    if name == "demo":
        return _demo()
    assert folder is not None, "public_names lists other people's data only with their folder"
    truth = json.loads((folder / name / "truth.json").read_text(encoding="utf-8"))
    if name == "pymc_mmm_example":
        data = _weekly(folder / name / "mmm_example.csv", "date_week", "y", ("x1", "x2"), ("event_1", "event_2"))
        return _public(name, data, {key: one["contribution"] for key, one in truth["channels"].items()})
    path = folder / name / "national_wide_made_here.csv"
    data = _weekly(path, "Period", "Sales", tuple(truth["channels"]), MFF_CONTEXT)
    return _public(name, data, truth["true_contribution"])


def _demo() -> Case:
    """All 208 weeks of our demo; Search and Social work by their exposures."""
    data = demo_data(whole=True)
    truth = json.loads((ROOT / "assets" / "demo" / "demo_truth.json").read_text(encoding="utf-8"))["channels"]
    by_spend = {one.get("spend_column"): one for one in truth.values()}
    return _public("demo", data, {key: by_spend[key]["contribution_total"] for key in _paid(data)})


def _paid(data: MMMDataCollection) -> tuple[str, ...]:
    return tuple(paid.spend for paid in data.settings.paid_media)


def _public(name: str, data: MMMDataCollection, contribution: Mapping[str, float]) -> Case:
    return Case(name, data, np.array([contribution[key] for key in _paid(data)]), {"set": name}, None)


def _weekly(
    path: Path, date: str, outcome: str, spends: tuple[str, ...], context: tuple[str, ...]
) -> MMMDataCollection:
    settings = ModelSettings(
        date=date,
        outcome=Outcome(column=outcome),
        paid_media=tuple(PaidMedia(spend=spend) for spend in spends),
        context=tuple(ContextColumn(column=column) for column in context),
        baseline=Baseline(),
    )
    return MMMDataCollection(table=pd.read_csv(path), settings=settings)
