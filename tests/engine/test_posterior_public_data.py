"""The averaged estimate on other people's data with a known truth; left out where they are not at hand."""

import json
from pathlib import Path

import pandas as pd
import pytest

from mmm_core.engine.posterior_sampler import PosteriorSampler
from mmm_core.entities.columns import ContextColumn, Outcome, PaidMedia
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.settings import ModelSettings
from tests.bench.data_sets import public_data


def folder_of(name: str) -> Path:
    folder = public_data()
    if folder is None or not (folder / name).is_dir():
        pytest.skip("other people's data are not at hand")
    return folder / name


def wape(data: MMMDataCollection, truth: dict[str, float]) -> float:
    """Sum of the absolute errors of contributions over the sum of the true ones."""
    channels = PosteriorSampler().sample(data).channels.set_index("channel")
    error = sum(abs(channels.roas[name] * channels.spend[name] - value) for name, value in truth.items())
    return float(error / sum(truth.values()))


def test_pymc_marketings_example_is_recovered() -> None:
    folder = folder_of("pymc_mmm_example")
    truth = json.loads((folder / "truth.json").read_text())["channels"]
    settings = ModelSettings(
        date="date_week",
        outcome=Outcome(column="y"),
        paid_media=(PaidMedia(spend="x1"), PaidMedia(spend="x2")),
        context=(ContextColumn(column="event_1"), ContextColumn(column="event_2")),
    )
    data = MMMDataCollection(table=pd.read_csv(folder / "mmm_example.csv"), settings=settings)
    assert wape(data, {name: values["contribution"] for name, values in truth.items()}) < 0.20


def test_the_master_flat_file_is_recovered() -> None:
    folder = folder_of("mff_national")
    truth = json.loads((folder / "truth.json").read_text())["true_contribution"]
    context = ("category_demand", "distribution", "price", "competitor_promo", "weather", "holiday")
    settings = ModelSettings(
        date="Period",
        outcome=Outcome(column="Sales"),
        paid_media=tuple(PaidMedia(spend=name) for name in truth),
        context=tuple(ContextColumn(column=name) for name in context),
    )
    table = pd.read_csv(folder / "national_wide_made_here.csv")
    assert wape(MMMDataCollection(table=table, settings=settings), truth) < 0.35
