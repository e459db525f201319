"""What channels bring at other levels of spend: Hill curves of many models at once, and what they need of the data.

Arrays lead with models, then points, and end with media: ``(n_models, ..., n_media)``.
"""

from typing import NamedTuple

import numpy as np

from mmm_core.kernels.adstock import GEOMETRIC, carry_over, fill_weibull_weights, spread_over
from mmm_core.kernels.arrays import FloatArray
from mmm_core.kernels.compiling import compiled
from mmm_core.kernels.evaluation import Layout, Problem
from mmm_core.kernels.saturation import make_power_scratch, saturate

_TINY = float(np.finfo(np.float64).tiny)


class MediaDescription(NamedTuple):
    """What transformed media look like, model by model and on average.

    Attributes:
        inflexion: Pressure at half of the ceiling, shape (n_models, n_media).
        carried: Mean pressure per modelled period that comes from earlier periods, same shape.
        weekly: Weighted mean of ``slope * saturated``, shape (n_media, n_rows).
        carry_over: Weighted mean of the carry-over part of the contribution, shape (n_media, n_rows).
    """

    inflexion: FloatArray
    carried: FloatArray
    weekly: FloatArray
    carry_over: FloatArray


def hill_share(pressure: FloatArray, alpha: FloatArray, inflexion: FloatArray) -> FloatArray:
    """Share of the ceiling, ``x**alpha / (x**alpha + inflexion**alpha)``, 0 without pressure; shapes broadcast.

    Args:
        pressure: At least 0.
        alpha: Above 0.
        inflexion: At least 0, unit of ``pressure``.

    Source:
        Robyn 3.12.1, R/transformation.R, ``saturation_hill``.
    """
    power = alpha * (np.log(np.maximum(inflexion, _TINY)) - np.log(np.maximum(pressure, _TINY)))
    share: FloatArray = np.where(pressure > 0, 1.0 / (1.0 + np.exp(np.clip(power, -700.0, 700.0))), 0.0)
    return share


def hill_slope(pressure: FloatArray, alpha: FloatArray, inflexion: FloatArray) -> FloatArray:
    """Slope of :func:`hill_share`, ``alpha * h * (1 - h) / x``; its limit at no pressure: inf, ``1 / inflexion`` or 0.

    Args:
        pressure: At least 0.
        alpha: Above 0.
        inflexion: Above 0, unit of ``pressure``.

    Returns:
        Per unit of pressure, broadcast shape.
    """
    share = hill_share(pressure, alpha, inflexion)
    inside = alpha * share * (1.0 - share) / np.maximum(pressure, _TINY)
    at_zero = np.where(alpha < 1.0, np.inf, np.where(alpha == 1.0, 1.0 / np.maximum(inflexion, _TINY), 0.0))
    slope: FloatArray = np.where(pressure > 0, inside, at_zero)
    return slope


def describe_media(
    values: FloatArray, slopes: FloatArray, weights: FloatArray, problem: Problem, layout: Layout
) -> MediaDescription:
    """Transform the media of every model and collect what response curves need.

    Args:
        values: Hyperparameters in natural units, shape (n_models, n_parameters).
        slopes: Coefficient of every medium, shape (n_models, n_media).
        weights: Weights of the averages, shape (n_models,).
        problem: Data.
        layout: Where each hyperparameter stands.

    Returns:
        Inflexion points and mean carry-over per model; contributions per period on average.
    """
    n_models, n_media = slopes.shape
    described = MediaDescription(
        np.zeros((n_models, n_media)),
        np.zeros((n_models, n_media)),
        np.zeros((n_media, len(problem.rows))),
        np.zeros((n_media, len(problem.rows))),
    )
    _describe(np.ascontiguousarray(values), np.ascontiguousarray(slopes), weights, problem, layout, described)
    return described


@compiled
def _describe(
    values: FloatArray,
    slopes: FloatArray,
    model_weights: FloatArray,
    problem: Problem,
    layout: Layout,
    described: MediaDescription,
) -> None:
    n_rows, n_all = len(problem.rows), problem.media.shape[1]
    pressure, carried, lag_weights = np.zeros(n_all), np.zeros(n_rows), np.zeros(problem.weibull_length)
    window, saturated, power = np.zeros(n_rows), np.zeros((2, n_rows)), make_power_scratch(n_rows)
    for i in range(len(values)):
        for c in range(len(problem.media)):
            first, immediate = values[i, layout.media[c, 2]], 1.0
            if problem.kinds[c] == GEOMETRIC:
                carry_over(problem.media, c, first, pressure)
            else:
                scale = values[i, layout.media[c, 3]]
                used = fill_weibull_weights(problem.kinds[c], first, scale, lag_weights)
                spread_over(problem.media, c, lag_weights, used, pressure)
                immediate = lag_weights[0]
            largest = 0.0
            for t in range(n_rows):
                row = problem.rows[t]
                window[t] = pressure[row]
                carried[t] = max(pressure[row] - immediate * problem.media[c, row], 0.0)
                largest = max(largest, window[t])
            alpha = values[i, layout.media[c, 0]]
            inflexion = values[i, layout.media[c, 1]] * largest
            described.inflexion[i, c] = inflexion
            described.carried[i, c] = carried.mean()
            factor = model_weights[i] * slopes[i, c]
            if factor != 0.0:
                saturate(window, alpha, inflexion, power, saturated, 0)
                saturate(carried, alpha, inflexion, power, saturated, 1)
                for t in range(n_rows):
                    described.weekly[c, t] += factor * saturated[0, t]
                    described.carry_over[c, t] += factor * saturated[1, t]
