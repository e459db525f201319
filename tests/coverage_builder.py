"""Data from a known model, to see how often intervals hold the truth. Rows are weeks, columns are drivers."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from mmm_core.engine.bootstrap import bootstrap_model
from mmm_core.engine.candidate import lambda_range, refit_model
from mmm_core.engine.features import build_design
from mmm_core.engine.set_intervals import set_interval
from mmm_core.entities.columns import ContextColumn, OrganicMedia, Outcome, PaidMedia
from mmm_core.entities.design import Design, FloatArray
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.settings import ModelSettings
from mmm_core.kernels.adstock import GEOMETRIC
from mmm_core.kernels.decomposition import saturate_parts, transform_channel
from tests.data_builders import NO_PROPHET

CHANNELS = ("tv", "search", "social", "radio", "newsletter")
CONTEXT = ("demand", "price")
N_WEEKS = 156
LARGEST_AUTOCORRELATION = 0.3
FEWEST_STANDARD_ERRORS, MOST_STANDARD_ERRORS = 3.5, 12.0


class KnownMarket(NamedTuple):
    """Simulated data and what is true of them.

    Attributes:
        data: Table, and settings in which every hyperparameter but lambda is fixed at its true value.
        design: Of the data.
        hyperparameters: The true ones, lambda at its lower bound.
        contributions: True sum over the weeks per channel, in the order of :data:`CHANNELS`, shape (n_channels,).
    """

    data: MMMDataCollection
    design: Design
    hyperparameters: dict[str, float]
    contributions: FloatArray


def simulate_market(seed: int) -> KnownMarket:
    """Four paid channels and an organic one, a season and a price; noise of an autoregression with at most 0.3.

    Noise has variance 1. Every coefficient is 3.5 to 12 least-squares standard errors from 0 (for that noise without
    autocorrelation).
    """
    random = np.random.default_rng(seed)
    media = {channel: _flighted(random) for channel in CHANNELS}
    context = {"demand": _seasonal(random), "price": _wandering(random)}
    parameters = {channel: _true_parameters(random) for channel in CHANNELS}
    saturated = [_saturate(media[channel], parameters[channel]) for channel in CHANNELS]
    columns = np.column_stack([np.ones(N_WEEKS), *context.values(), *saturated])
    errors = np.sqrt(np.diag(np.linalg.inv(columns.T @ columns)))
    coefficients = errors * random.uniform(FEWEST_STANDARD_ERRORS, MOST_STANDARD_ERRORS, len(errors))
    coefficients[0] += 20.0
    coefficients[2] *= -1.0
    outcome = columns @ coefficients + _noise(random)
    data = _collection({"sales": outcome, **context, **media}, parameters)
    design = build_design(data)
    flat = {f"{channel}_{name}": value for channel in CHANNELS for name, value in parameters[channel].items()}
    return KnownMarket(
        data=data,
        design=design,
        hyperparameters={**flat, "lambda": lambda_range(design)[0]},
        contributions=(columns * coefficients).sum(axis=0)[-len(CHANNELS) :],
    )


def intervals_hold(market: KnownMarket, *, penalty: float | None = None, n_refits: int = 500) -> list[bool]:
    """Whether the 90% interval of each channel's contribution holds the truth; lambda at its lower bound, or ``penalty``."""
    chosen = {} if penalty is None else {"lambda": penalty}
    model = refit_model(market.design, {**market.hyperparameters, **chosen})
    refits = bootstrap_model(market.design, model, n_refits=n_refits)
    low, high = set_interval(refits, refits.media_contributions)
    holds: list[bool] = ((low <= market.contributions) & (market.contributions <= high)).tolist()
    return holds


def _flighted(random: np.random.Generator) -> FloatArray:
    """Spend in bursts of a few weeks, with gaps."""
    is_on = np.repeat(random.random(N_WEEKS // 3 + 1) < 0.7, 3)[:N_WEEKS]
    return np.where(is_on, random.gamma(4.0, 250.0, N_WEEKS), 0.0)


def _seasonal(random: np.random.Generator) -> FloatArray:
    weeks = np.arange(N_WEEKS)
    return np.sin(2 * np.pi * weeks / 52 + random.uniform(0, 6)) + 0.3 * np.sin(4 * np.pi * weeks / 52)


def _wandering(random: np.random.Generator) -> FloatArray:
    return 10.0 + np.cumsum(random.normal(0.0, 0.1, N_WEEKS))


def _true_parameters(random: np.random.Generator) -> dict[str, float]:
    return {
        "alpha": float(random.uniform(0.8, 2.5)),
        "gamma": float(random.uniform(0.3, 0.9)),
        "theta": float(random.uniform(0.05, 0.5)),
    }


def _saturate(spend: FloatArray, parameters: dict[str, float]) -> FloatArray:
    pressure, immediate, _ = transform_channel(spend, GEOMETRIC, (parameters["theta"],), N_WEEKS)
    return saturate_parts(pressure, immediate, np.arange(N_WEEKS), parameters["alpha"], parameters["gamma"])[0]


def _noise(random: np.random.Generator) -> FloatArray:
    """First-order autoregression of variance 1."""
    correlation = random.uniform(0.0, LARGEST_AUTOCORRELATION)
    shocks = random.normal(0.0, np.sqrt(1 - correlation**2), N_WEEKS)
    noise = np.empty(N_WEEKS)
    noise[0] = random.normal()
    for week in range(1, N_WEEKS):
        noise[week] = correlation * noise[week - 1] + shocks[week]
    return noise


def _collection(columns: dict[str, FloatArray], parameters: dict[str, dict[str, float]]) -> MMMDataCollection:
    table = pd.DataFrame({"date": pd.date_range("2022-01-03", periods=N_WEEKS, freq="7D"), **columns})
    settings = ModelSettings(
        date="date",
        outcome=Outcome(column="sales"),
        paid_media=tuple(PaidMedia(spend=channel) for channel in CHANNELS[:-1]),
        organic=(OrganicMedia(column=CHANNELS[-1]),),
        context=tuple(ContextColumn(column=name) for name in CONTEXT),
        baseline=NO_PROPHET,
        bounds={channel: {name: (value, value) for name, value in parameters[channel].items()} for channel in CHANNELS},
    )
    return MMMDataCollection(table=table, settings=settings)
