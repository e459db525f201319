"""Ready-made objects for tests. Additive: others use these too."""

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from mmm_core.engine.candidate import refit_model
from mmm_core.entities.columns import AdstockKind
from mmm_core.entities.design import Design, FloatArray
from mmm_core.entities.fitted_model import FittedModel

GOLDEN = Path(__file__).parent / "golden"
N_PROPHET = 3
"""Trend, season and holiday come first in the golden design."""


@functools.cache
def golden_arrays(name: str) -> dict[str, np.ndarray]:
    """Arrays of tests/golden/<name>.npz."""
    with np.load(GOLDEN / f"{name}.npz", allow_pickle=False) as arrays:
        return dict(arrays)


@functools.cache
def golden_json(name: str) -> Any:
    """Content of tests/golden/<name>.json."""
    return json.loads((GOLDEN / f"{name}.json").read_text())


def golden_design(
    *,
    adstock: AdstockKind = AdstockKind.GEOMETRIC,
    lower: Sequence[float] = (),
    upper: Sequence[float] = (),
    note: str = "",
) -> Design:
    """The demo data as R modelled them: rows 27 to 196 of 208, prophet columns in [0, 1], context free, media positive.

    ``note`` is that of a golden fit; some of them change the data (trend - max - 1, outcome - 0.98 min).
    """
    inputs = golden_arrays("inputs")
    names, columns = tuple(inputs["names"].tolist()), inputs["columns"].copy()
    n_media = 6
    outcome = inputs["outcome"].copy()
    if note.startswith("trend - max(trend) - 1"):
        columns[:, 0] -= columns[:, 0].max() + 1
    if note.startswith("dep_var - 0.98*min(dep_var)"):
        outcome -= 0.98 * outcome.min()
    n_baseline = len(names) - n_media
    return Design(
        dates=inputs["dates"],
        outcome=outcome,
        baseline_names=names[:n_baseline],
        baseline=columns[:, :n_baseline],
        media_names=names[n_baseline:],
        media=columns[:, n_baseline:],
        n_paid=5,
        adstock=(adstock,) * n_media,
        spend=inputs["spend"],
        lower=np.array(lower or [0.0] * N_PROPHET + [-np.inf] * 2 + [0.0] * n_media),
        upper=np.array(upper or [1.0] * N_PROPHET + [np.inf] * 8),
        trend_column=0,
        rows=inputs["rows"],
        weibull_length=len(outcome),
    )


def golden_fit_design(fit: Mapping[str, Any]) -> Design:
    """The design of one golden fit, limits as its settings say (R flips those of a falling trend itself)."""
    lower = [float(limit) for limit in fit["lower"]]
    upper = [float(limit) for limit in fit["upper"]]
    return golden_design(
        adstock=AdstockKind(fit["settings"]["adstock"]),
        lower=[0.0, *lower[1:]],
        upper=[1.0, *upper[1:]],
        note=fit["note"],
    )


def random_design(
    seed: int = 1,
    *,
    n_periods: int = 104,
    n_paid: int = 3,
    n_organic: int = 1,
    adstock: Sequence[AdstockKind] = (AdstockKind.GEOMETRIC,),
) -> Design:
    """Media of random pulses and an outcome they explain partly; ``adstock`` is repeated over the channels."""
    random = np.random.default_rng(seed)
    n_media = n_paid + n_organic
    media = random.gamma(2.0, 500.0, (n_periods, n_media)) * (random.random((n_periods, n_media)) < 0.7)
    trend = np.linspace(900.0, 1100.0, n_periods)
    season = 80.0 * np.sin(np.arange(n_periods) * 2 * np.pi / 52)
    outcome = trend + season + media @ random.uniform(0.0, 0.1, n_media) + random.normal(0.0, 20.0, n_periods)
    return Design(
        dates=np.datetime64("2022-01-03") + 7 * np.arange(n_periods),
        outcome=outcome,
        baseline_names=("trend", "season"),
        baseline=np.column_stack([trend, season]),
        media_names=tuple(f"paid_{i}" for i in range(n_paid)) + tuple(f"organic_{i}" for i in range(n_organic)),
        media=media,
        n_paid=n_paid,
        adstock=tuple(adstock[i % len(adstock)] for i in range(n_media)),
        spend=media[:, :n_paid] * random.uniform(0.5, 2.0, n_paid),
        lower=np.zeros(2 + n_media),
        upper=np.array([1.0, 1.0] + [np.inf] * n_media),
        trend_column=0,
        rows=np.arange(n_periods),
        weibull_length=n_periods,
    )


def without_rows(design: Design, left_out: Sequence[int]) -> Design:
    """The same design without some of its modelled rows."""
    return replace(design, rows=np.setdiff1d(design.rows, np.asarray(left_out)))


def close_by_column(actual: FloatArray, expected: FloatArray, *, relative: float = 1e-9, share: float = 1e-12) -> bool:
    """Whether all numbers agree within ``relative``, or within ``share`` of the largest absolute value of their column."""
    largest = np.nanmax(np.abs(expected), axis=0, initial=0.0)
    error = np.abs(actual - expected)
    return bool(np.all((error <= relative * np.abs(expected)) | (error <= share * largest)))


def refit_golden(fit: Mapping[str, Any], *, solver: str = "glmnet") -> FittedModel:
    """The model of one golden fit, by the rules it was fitted with."""
    settings = fit["settings"]
    return refit_model(
        golden_fit_design(fit),
        fit["hyperparameters"],
        solver=solver,
        intercept=settings["intercept"],
        intercept_sign=settings["intercept_sign"],
        rssd_zero_penalty=settings["rssd_zero_penalty"],
    )
