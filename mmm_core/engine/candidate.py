"""From a design and hyperparameters to models: many at once for the search, one in full for the reader."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from mmm_core.engine.calibration import describe_fits
from mmm_core.engine.candidate_evaluator import (
    KIND_CODES,
    CandidateBatch,
    CandidateEvaluator,
    parameters_of,
    required_keys,
)
from mmm_core.entities.design import Design, FloatArray, SearchSpace
from mmm_core.entities.fitted_model import TIME_PARTS, FittedModel, ResponseCurve
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.model_output import METRICS
from mmm_core.entities.settings import DEFAULT_BOUNDS, PARAMETER_LIMITS, ModelSettings, check_train_size
from mmm_core.entities.trials_config import INTERCEPT_SIGNS, TrialsConfig
from mmm_core.errors import BoundsError, SettingsError
from mmm_core.kernels.decomposition import saturate_parts, transform_channel
from mmm_core.kernels.evaluation import Batch
from mmm_core.kernels.objectives import split_parts
from mmm_core.kernels.saturation import hill

__all__ = [
    "CandidateBatch",
    "CandidateEvaluator",
    "build_search_space",
    "lambda_range",
    "refit_model",
    "response_curve",
]

_LAMBDA_MIN_RATIO = 1e-4


def lambda_range(design: Design) -> tuple[float, float]:
    """Smallest and largest lambda worth trying.

    ``largest = 0.1 * max_j |sum_i x_ij y_i| / (0.001 n)`` with every raw column over all rows centred and divided by
    its standard deviation (1/n); ``smallest = 1e-4 * largest``. Columns that do not vary count as 0. Rows whose outcome must not
    be looked at are left out.

    Source:
        Robyn 3.12.1, R/model.R, ``lambda_seq``.
    """
    seen = slice(design.unseen_from)
    columns, outcome = np.concatenate([design.baseline, design.media], axis=1)[seen], design.outcome[seen]
    centred = columns - columns.mean(axis=0)
    spread = np.sqrt((centred**2).mean(axis=0))
    varies = np.ptp(columns, axis=0) > 0
    products = np.abs(outcome @ np.divide(centred, spread, out=np.zeros_like(centred), where=varies))
    largest = float(0.1 * products.max(initial=0.0) / (0.001 * len(outcome)))
    return _LAMBDA_MIN_RATIO * largest, largest


def build_search_space(
    settings: ModelSettings, design: Design, trials: TrialsConfig, *, log_lambda: bool = False
) -> SearchSpace:
    """The box of hyperparameters the search moves in.

    Args:
        settings: Bounds the user gave; what is missing gets the defaults of the channel's adstock.
        design: Channels and range of lambda.
        trials: Whether penalty factors and a training share are searched.
        log_lambda: Search lambda on a logarithmic scale.

    Returns:
        Per channel alpha, gamma, then theta or shape and scale; penalties of all columns; lambda; training share.

    Raises:
        BoundsError: The training share is searched and can reach 1.
    """
    ranges: dict[str, tuple[float, float]] = {}
    for channel, kind in zip(design.media_names, design.adstock, strict=True):
        given = settings.bounds.get(channel, {})
        for parameter, default in DEFAULT_BOUNDS[kind].items():
            ranges[f"{channel}_{parameter}"] = given.get(parameter, default)
    if trials.add_penalty_factor:
        for column in design.column_names:
            ranges[f"{column}_penalty"] = settings.bounds.get(column, {}).get("penalty", (0.0, 1.0))
    smallest, largest = lambda_range(design)
    low, high = settings.lambda_bounds
    ranges["lambda"] = (smallest + (largest - smallest) * low, smallest + (largest - smallest) * high)
    if trials.timeseries_validation:
        check_train_size(settings.train_size_bounds)
        ranges["train_size"] = settings.train_size_bounds
    limits = np.array(list(ranges.values()), dtype=np.float64)
    return SearchSpace(names=tuple(ranges), low=limits[:, 0], high=limits[:, 1], log_lambda=log_lambda)


def refit_model(
    data: MMMDataCollection | Design,
    hyperparameters: Mapping[str, float],
    *,
    solver: str = "exact",
    intercept: bool = True,
    intercept_sign: str = "non_negative",
    rssd_zero_penalty: bool = True,
) -> FittedModel:
    """Fit one model and show it in full; the same numbers as in the search.

    Args:
        data: A collection, or a design when there is one already.
        hyperparameters: Flat keys; ``<column>_penalty`` and ``train_size`` may be missing. With a ``train_size`` below 1 a
            collection is prepared as for a search with validation: the outcome of the test part is not looked at.
        solver: "exact" goes to the optimum, "glmnet" stops where R does.
        intercept: Whether the model may have an intercept.
        intercept_sign: "non_negative" drops a negative intercept and fits again; or "unconstrained".
        rssd_zero_penalty: Enlarge DECOMP.RSSD when paid channels are credited with nothing.

    Returns:
        Coefficients, metrics, contributions per period, immediate and carry-over parts, and what it makes of lift studies.

    Raises:
        BoundsError: A hyperparameter is missing or outside its limits.
        SettingsError: A key, the solver or the intercept rule is unknown.
    """
    design = _design_of(data, validated=hyperparameters.get("train_size", 1.0) < 1.0)
    _check_hyperparameters(design, hyperparameters)
    if intercept_sign not in INTERCEPT_SIGNS:
        raise SettingsError(f"intercept_sign must be one of {', '.join(INTERCEPT_SIGNS)}; got {intercept_sign!r}.")
    rules = TrialsConfig(intercept=intercept, intercept_sign=intercept_sign, rssd_zero_penalty=rssd_zero_penalty)
    names = tuple(hyperparameters)
    evaluator = CandidateEvaluator(design, names, rules, solver=solver)
    batch = evaluator.evaluate_in_full(np.array([[hyperparameters[name] for name in names]], dtype=np.float64))
    return _describe(design, dict(hyperparameters), batch, solver)


def response_curve(
    model: FittedModel,
    design: Design,
    channel: str,
    n_points: int = 100,
    *,
    max_spend: float | None = None,
) -> ResponseCurve:
    """What a channel brings per period at other levels of spend, its mean carry-over unchanged.

    ``response(spend) = coefficient * h(spend + mean carry-over)``; an exposure is bought at its mean price.

    Args:
        model: The fitted model.
        design: What it was fitted to.
        channel: Key of a paid or organic channel.
        n_points: Points on the curve, from 0 to ``max_spend``.
        max_spend: Right end, spend per period; None means the largest period's.

    Returns:
        Points of the curve, and where the channel stands on it.

    Raises:
        SettingsError: There is no such channel.
    """
    if channel not in design.media_names:
        raise SettingsError(f"No channel is called {channel!r}; there are {', '.join(design.media_names)}.")
    c = design.media_names.index(channel)
    alpha = model.hyperparameters[f"{channel}_alpha"]
    pressure, immediate, _ = transform_channel(
        design.media[:, c],
        KIND_CODES[design.adstock[c]],
        _decay_of(design, c, model.hyperparameters),
        design.weibull_length,
    )
    carried = float((pressure - immediate)[design.rows].mean())
    spent = design.spend[design.rows, c] if c < design.n_paid else design.media[design.rows, c]
    bought = design.media[design.rows, c]
    per_spend = float(bought.sum() / spent.sum()) if spent.sum() > 0 else 1.0
    spend = np.linspace(0.0, float(spent.max()) if max_spend is None else max_spend, n_points)
    levels = np.concatenate([spend, [float(spent.mean()), 0.0]]) * per_spend + carried
    response = model.coefficients[channel] * hill(levels, alpha, model.inflexions[channel])
    return ResponseCurve(
        channel=channel,
        spend=spend,
        response=response[:n_points],
        carry_over_response=float(response[-1]),
        mean_spend=float(spent.mean()),
        mean_response=float(response[-2]),
    )


def _design_of(data: MMMDataCollection | Design, *, validated: bool) -> Design:
    if isinstance(data, Design):
        return data
    from mmm_core.engine.features import build_run_design

    return build_run_design(data, TrialsConfig(timeseries_validation=validated))


def _check_hyperparameters(design: Design, hyperparameters: Mapping[str, float]) -> None:
    """Refuse values outside their limits and keys the model does not know."""
    penalties = [f"{column}_penalty" for column in design.column_names]
    known = {*required_keys(design), *penalties, "train_size"}
    for key, value in hyperparameters.items():
        if key not in known:
            raise SettingsError(f"The model has no hyperparameter {key!r}; it has {', '.join(sorted(known))}.")
        low, high = PARAMETER_LIMITS.get(key.rsplit("_", 1)[-1], (0.0, np.inf))
        if key == "train_size":
            low, high = 0.1, 1.0
        if not low <= value <= high:
            raise BoundsError(f"{key} must lie within {low:g} and {high:g}, got {value}.")


def _decay_of(design: Design, c: int, hyperparameters: Mapping[str, float]) -> tuple[float, ...]:
    channel = design.media_names[c]
    return tuple(hyperparameters[f"{channel}_{parameter}"] for parameter in parameters_of(design.adstock[c])[2:])


class _Parts(NamedTuple):
    """Transformed media on the modelled rows, each shape (n_rows, n_media), and two figures per medium."""

    saturated: FloatArray
    immediate: FloatArray
    carry_over: FloatArray
    inflexions: dict[str, float]
    inflations: dict[str, float]


def _transform_media(design: Design, hyperparameters: Mapping[str, float]) -> _Parts:
    shape = (len(design.rows), len(design.media_names))
    parts = _Parts(np.empty(shape), np.empty(shape), np.empty(shape), {}, {})
    for c, (channel, kind) in enumerate(zip(design.media_names, design.adstock, strict=True)):
        decay = _decay_of(design, c, hyperparameters)
        pressure, immediate, inflation = transform_channel(
            design.media[:, c], KIND_CODES[kind], decay, design.weibull_length
        )
        alpha, gamma = hyperparameters[f"{channel}_alpha"], hyperparameters[f"{channel}_gamma"]
        saturated, now, later, inflexion = saturate_parts(pressure, immediate, design.rows, alpha, gamma)
        parts.saturated[:, c], parts.immediate[:, c], parts.carry_over[:, c] = saturated, now, later
        parts.inflexions[channel], parts.inflations[channel] = inflexion, inflation
    return parts


def _describe(design: Design, hyperparameters: dict[str, float], batch: Batch, solver: str) -> FittedModel:
    index = pd.DatetimeIndex(design.dates[design.rows], name="date")
    media, parts = list(design.media_names), _transform_media(design, hyperparameters)
    coefficients, contributions = batch.coefficients[0], _by_name(design.term_names, batch.contributions[0])
    slopes = coefficients[1 + len(design.baseline_names) :]
    weekly = _weekly_contributions(design, parts.saturated, coefficients)
    spend = design.spend[design.rows].sum(axis=0)
    paid = np.array([contributions[name] for name in design.paid_names])
    return FittedModel(
        hyperparameters=hyperparameters,
        solver=solver,
        intercept=float(coefficients[0]),
        has_intercept=bool(batch.has_intercept[0]),
        coefficients=_by_name(design.column_names, coefficients[1:]),
        metrics=_by_name(METRICS, batch.metrics[0]),
        lambda_bounds=lambda_range(design),
        weekly=pd.DataFrame(weekly, index=index, columns=list(design.term_names)),
        outcome=pd.Series(design.outcome[design.rows], index=index, name="outcome"),
        fitted=pd.Series(weekly.sum(axis=1), index=index, name="fitted"),
        part=pd.Series(_parts_of_time(design, hyperparameters.get("train_size", 1.0)), index=index, name="part"),
        immediate=pd.DataFrame(parts.immediate * slopes, index=index, columns=media),
        carry_over=pd.DataFrame(parts.carry_over * slopes, index=index, columns=media),
        saturated=pd.DataFrame(parts.saturated, index=index, columns=media),
        inflexions=parts.inflexions,
        inflations=parts.inflations,
        contributions=contributions,
        total_spend=_by_name(design.paid_names, spend),
        spend_share=_by_name(design.paid_names, spend / spend.sum()),
        effect_share=_by_name(design.paid_names, _ratio(paid, np.full_like(paid, paid.sum()), otherwise=0.0)),
        roas=_by_name(design.paid_names, _ratio(paid, spend, otherwise=np.nan)),
        carry_over_share=_by_name(media, _carry_over_share(parts, slopes)),
        frequency=design.frequency,
        studies=describe_fits(design, batch.predicted[0]),
    )


def _weekly_contributions(design: Design, saturated: FloatArray, coefficients: FloatArray) -> FloatArray:
    """Intercept, baseline and media per modelled period, shape (n_rows, n_terms)."""
    columns = np.concatenate([np.ones((len(design.rows), 1)), design.baseline[design.rows], saturated], axis=1)
    weekly: FloatArray = columns * coefficients
    return weekly


def _carry_over_share(parts: _Parts, slopes: FloatArray) -> FloatArray:
    carried, whole = parts.carry_over.sum(axis=0) * slopes, parts.saturated.sum(axis=0) * slopes
    return _ratio(carried, whole, otherwise=np.nan)


def _ratio(numerator: FloatArray, denominator: FloatArray, *, otherwise: float) -> FloatArray:
    ratio: FloatArray = np.divide(
        numerator, denominator, out=np.full_like(numerator, otherwise), where=denominator != 0
    )
    return ratio


def _by_name(names: Sequence[str], values: FloatArray) -> dict[str, float]:
    return {name: float(value) for name, value in zip(names, values, strict=True)}


def _parts_of_time(design: Design, train_size: float) -> list[str]:
    n_rows = len(design.rows)
    ends = split_parts(n_rows, train_size, 0 if design.unseen_from is None else design.n_seen)
    lengths = np.diff([0, *ends, n_rows])
    return [part for part, length in zip(TIME_PARTS, lengths, strict=True) for _ in range(length)]
