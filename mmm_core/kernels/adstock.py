"""How media pressure carries over: geometric decay and the two Weibull forms.

Series are oldest first; ``pressure`` has the unit of the input. Kinds of adstock are the codes :data:`GEOMETRIC`,
:data:`WEIBULL_CDF` and :data:`WEIBULL_PDF`.

Source: Robyn 3.12.1, R/transformation.R, ``adstock_geometric`` and ``adstock_weibull``.
"""

import math

import numpy as np

from mmm_core.errors import BoundsError
from mmm_core.kernels.arrays import FloatArray
from mmm_core.kernels.compiling import compiled

GEOMETRIC = 0
WEIBULL_CDF = 1
WEIBULL_PDF = 2

_NEGLIGIBLE = 1e-100


def geometric_adstock(spend: FloatArray, theta: float) -> FloatArray:
    """Carry a fixed share of each period's pressure into the next.

    ``pressure[t] = spend[t] + theta * pressure[t - 1]``, starting from zero.

    Args:
        spend: Media input, shape (n_periods,), oldest first.
        theta: Share carried per period, 0 <= theta < 1; no unit.

    Returns:
        Pressure, same shape and unit as ``spend``.

    Raises:
        BoundsError: ``theta`` is outside [0, 1).

    Source:
        Robyn 3.12.1, R/transformation.R, ``adstock_geometric``.
    """
    if not 0 <= theta < 1:
        raise BoundsError(f"theta must be at least 0 and below 1, got {theta}.")
    pressure = np.empty(len(spend))
    carry_over(np.ascontiguousarray(spend, dtype=np.float64)[None, :], 0, theta, pressure)
    return pressure


def weibull_weights(kind: int, shape: float, scale: float, length: int) -> FloatArray:
    """Share of a period's input that still acts ``lag`` periods later.

    CDF: ``w[lag] = prod(exp(-(k / s) ** shape) for k in 1..lag)``; PDF: the Weibull density at ``lag + 1``, scaled to
    reach from 0 to 1. ``s`` is the period at the quantile ``scale`` of 1..length, rounded half to even.

    Args:
        kind: :data:`WEIBULL_CDF` or :data:`WEIBULL_PDF`.
        shape: 0 <= shape; 0 switches carry-over off.
        scale: 0 <= scale <= 1; 0 switches carry-over off.
        length: Number of periods on which ``scale`` is measured.

    Returns:
        Weights by lag, shape (length,).

    Raises:
        BoundsError: ``shape`` is negative or ``scale`` outside [0, 1].

    Source:
        Robyn 3.12.1, R/transformation.R, ``adstock_weibull``.
    """
    if not shape >= 0:
        raise BoundsError(f"shape must be at least 0, got {shape}.")
    if not 0 <= scale <= 1:
        raise BoundsError(f"scale must lie within 0 and 1, got {scale}.")
    weights = np.zeros(length)
    fill_weibull_weights(kind, shape, scale, weights)
    return weights


def weibull_adstock(spend: FloatArray, weights: FloatArray) -> FloatArray:
    """Spread every period's input over the following ones.

    ``pressure[t] = sum(weights[lag] * spend[t - lag])``.

    Args:
        spend: Media input, shape (n_periods,), oldest first.
        weights: Share by lag, any length; later lags carry nothing.

    Returns:
        Pressure, shape (n_periods,).
    """
    pressure = np.empty(len(spend))
    spread_over(np.ascontiguousarray(spend, dtype=np.float64)[None, :], 0, weights, len(weights), pressure)
    return pressure


@compiled
def interpolate_rank(n: int, share: float) -> float:
    """Quantile of 1..n as R computes it (type 7), in R's order of floating point operations."""
    index = 1 + (n - 1) * share
    low = math.floor(index)
    fraction = index - low
    if fraction > 0:
        return (1 - fraction) * low + fraction * (low + 1)
    return low


@compiled
def carry_over(media: FloatArray, channel: int, theta: float, pressure: FloatArray) -> None:
    """Geometric adstock of one row of ``media``, shape (n_media, n_periods), written to ``pressure``."""
    carried = 0.0
    for t in range(media.shape[1]):
        carried = media[channel, t] + theta * carried
        pressure[t] = carried


@compiled
def fill_weibull_weights(kind: int, shape: float, scale: float, weights: FloatArray) -> int:
    """Write the weights by lag, shape (length,); returns how many of them are not negligible."""
    weights[:] = 0.0
    weights[0] = 1.0
    length = len(weights)
    if shape == 0.0 or scale == 0.0:
        return 1
    period = np.rint(interpolate_rank(length, scale))
    if kind == WEIBULL_CDF:
        return _fill_survival(shape, period, weights)
    return _fill_density(shape, period, weights)


@compiled
def _fill_survival(shape: float, period: float, weights: FloatArray) -> int:
    for lag in range(1, len(weights)):
        weights[lag] = weights[lag - 1] * math.exp(-((lag / period) ** shape))
        if weights[lag] < _NEGLIGIBLE:
            return lag + 1
    return len(weights)


@compiled
def _fill_density(shape: float, period: float, weights: FloatArray) -> int:
    length = len(weights)
    low, high = np.inf, -np.inf
    for lag in range(length):
        ratio = (lag + 1) / period
        weights[lag] = shape / period * ratio ** (shape - 1) * math.exp(-(ratio**shape))
        low = min(low, weights[lag])
        high = max(high, weights[lag])
    if not high > low:
        weights[:] = 0.0
        weights[0] = 1.0
        return 1
    used = 1
    for lag in range(length):
        weights[lag] = (weights[lag] - low) / (high - low)
        if weights[lag] > 0.0:
            used = lag + 1
    return used


@compiled
def spread_over(media: FloatArray, channel: int, weights: FloatArray, used: int, pressure: FloatArray) -> None:
    """Convolve one row of ``media`` with the first ``used`` weights, written to ``pressure``, shape (n_rows,).

    Every period adds up the oldest input first, as R does: where carry-over is all but nothing beside the input, what
    is left of it after rounding depends on that order.
    """
    n_periods = media.shape[1]
    pressure[:] = 0.0
    for source in range(n_periods):
        given = media[channel, source]
        if given != 0.0:
            for lag in range(min(used, n_periods - source)):
                pressure[source + lag] += given * weights[lag]
