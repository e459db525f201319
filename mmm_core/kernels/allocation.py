"""What spends bring: value and slope of response curves, for many plans and many models at once.

A channel that spends ``x`` a period on average spends ``x * weight[t]`` in period ``t`` of the plan, so that it brings
``sum_t share[t] * coefficient * h(x * units_per_spend * weight[t] + carried)`` a period, with
``h(z) = z**alpha / (z**alpha + inflexion**alpha)``; only the distinct weights are kept, ``share`` is how often each occurs.

Source: Robyn 3.12.1, R/allocator.R, ``fx_objective`` and ``fx_gradient``, for one model and equal weights.
"""

import math
from typing import NamedTuple

import numpy as np

from mmm_core.kernels.arrays import FloatArray
from mmm_core.kernels.compiling import compiled

_SMALLEST = float(np.finfo(np.float64).tiny)
_LOG_NEAR_ZERO = math.log(1e-9)
"""Below this share of the inflexion a slope is taken there: with alpha < 1 it would be infinite at no pressure."""


class PlanCurves(NamedTuple):
    """Curves of paid channels under a calendar. Models are rows, channels columns.

    Attributes:
        coefficient: Outcome at full saturation, shape (n_models, n_channels).
        alpha: Shape of the Hill curve, same shape.
        log_inflexion: Natural logarithm of the pressure at half of the ceiling, same shape.
        carried: Pressure from earlier periods, units of the modelled column, same shape.
        units_per_spend: Units of the modelled column per unit of spend, shape (n_channels,).
        period_weight: Distinct weights of future periods, mean 1 over the horizon, shape (n_channels, n_weights).
        period_share: Share of the periods with that weight, sums to 1 per channel, same shape.
    """

    coefficient: FloatArray
    alpha: FloatArray
    log_inflexion: FloatArray
    carried: FloatArray
    units_per_spend: FloatArray
    period_weight: FloatArray
    period_share: FloatArray


@compiled
def hill_with_slope(pressure: float, alpha: float, log_inflexion: float) -> tuple[float, float]:
    """``h`` and ``h' = alpha / z * h * (1 - h)`` at one pressure ``z``."""
    log_pressure = math.log(pressure if pressure > _SMALLEST else _SMALLEST)
    value = 1.0 / (1.0 + math.exp(min(alpha * (log_inflexion - log_pressure), 700.0)))
    if log_pressure > log_inflexion + _LOG_NEAR_ZERO:
        return value, alpha / pressure * value * (1.0 - value)
    nearest = math.exp(log_inflexion + _LOG_NEAR_ZERO)
    there = 1.0 / (1.0 + math.exp(min(-alpha * _LOG_NEAR_ZERO, 700.0)))
    return (value if pressure > 0.0 else 0.0), alpha / nearest * there * (1.0 - there)


@compiled
def channel_outcome(curves: PlanCurves, m: int, c: int, spend: float) -> tuple[float, float]:
    """What channel ``c`` brings a period in model ``m``, and its slope by spend."""
    value, slope = 0.0, 0.0
    coefficient = curves.coefficient[m, c]
    if coefficient == 0.0:
        return value, slope
    for d in range(curves.period_weight.shape[1]):
        share = curves.period_share[c, d]
        if share == 0.0:
            continue
        pace = curves.units_per_spend[c] * curves.period_weight[c, d]
        pressure = spend * pace + curves.carried[m, c]
        h, steepness = hill_with_slope(pressure, curves.alpha[m, c], curves.log_inflexion[m, c])
        value += share * h
        slope += share * pace * steepness
    return coefficient * value, coefficient * slope


@compiled
def outcome_by_model(curves: PlanCurves, spend: FloatArray) -> tuple[FloatArray, FloatArray]:
    """What every plan brings in every model, by channel.

    Args:
        curves: Of ``n_models`` models and ``n_channels`` channels.
        spend: Spend per period, shape (n_points, n_channels).

    Returns:
        Outcome per period and its slope by spend, each shape (n_points, n_models, n_channels).
    """
    n_models, n_channels = curves.coefficient.shape
    value = np.empty((len(spend), n_models, n_channels))
    slope = np.empty((len(spend), n_models, n_channels))
    for i in range(len(spend)):
        for m in range(n_models):
            for c in range(n_channels):
                value[i, m, c], slope[i, m, c] = channel_outcome(curves, m, c, spend[i, c])
    return value, slope


@compiled
def mean_outcome(curves: PlanCurves, weights: FloatArray, spend: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Weighted mean over the models of what every plan brings, by channel.

    Args:
        curves: Of ``n_models`` models and ``n_channels`` channels.
        weights: Of the models, sum 1, shape (n_models,).
        spend: Spend per period, shape (n_points, n_channels).

    Returns:
        Outcome per period and its slope by spend, each shape (n_points, n_channels).
    """
    n_models, n_channels = curves.coefficient.shape
    value = np.zeros((len(spend), n_channels))
    slope = np.zeros((len(spend), n_channels))
    for i in range(len(spend)):
        for m in range(n_models):
            for c in range(n_channels):
                brings, steepness = channel_outcome(curves, m, c, spend[i, c])
                value[i, c] += weights[m] * brings
                slope[i, c] += weights[m] * steepness
    return value, slope


@compiled
def cautious_outcome(
    curves: PlanCurves, weights: FloatArray, today: FloatArray, aversion: float, spend: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """``mean - aversion * sd(change)`` over the models of what every plan brings, by channel.

    Args:
        curves: Of ``n_models`` models and ``n_channels`` channels.
        weights: Of the models, sum 1, shape (n_models,).
        today: What every channel brings today, shape (n_models, n_channels).
        aversion: At least 0; no unit.
        spend: Spend per period, shape (n_points, n_channels).

    Returns:
        Value and its slope by spend, each shape (n_points, n_channels). Where nothing changes the standard deviation has a
        kink; its slope is taken as 0 there.
    """
    n_models, n_channels = curves.coefficient.shape
    value = np.empty((len(spend), n_channels))
    slope = np.empty((len(spend), n_channels))
    brings, first = np.empty(n_models), np.empty(n_models)
    for i in range(len(spend)):
        for c in range(n_channels):
            mean_change, mean_today, mean_slope = 0.0, 0.0, 0.0
            for m in range(n_models):
                outcome, first[m] = channel_outcome(curves, m, c, spend[i, c])
                brings[m] = outcome - today[m, c]
                mean_change += weights[m] * brings[m]
                mean_today += weights[m] * today[m, c]
                mean_slope += weights[m] * first[m]
            variance, product = 0.0, 0.0
            for m in range(n_models):
                variance += weights[m] * (brings[m] - mean_change) ** 2
                product += weights[m] * (brings[m] - mean_change) * (first[m] - mean_slope)
            deviation = math.sqrt(variance)
            value[i, c] = mean_today + mean_change - aversion * deviation
            slope[i, c] = mean_slope - (aversion * product / deviation if deviation > 0.0 else 0.0)
    return value, slope


@compiled
def total_by_model(curves: PlanCurves, spend: FloatArray) -> FloatArray:
    """What every plan brings in every model, all channels together.

    Args:
        curves: Of ``n_models`` models and ``n_channels`` channels.
        spend: Spend per period, shape (n_points, n_channels).

    Returns:
        Outcome per period, shape (n_points, n_models).
    """
    n_models, n_channels = curves.coefficient.shape
    total = np.zeros((len(spend), n_models))
    for i in range(len(spend)):
        for m in range(n_models):
            for c in range(n_channels):
                total[i, m] += channel_outcome(curves, m, c, spend[i, c])[0]
    return total
