"""What made-up channels really bring for what was spent. Rows are periods, columns are paid channels."""

import math
from collections.abc import Sequence

import numpy as np

from mmm_core.entities.design import FloatArray
from mmm_core.entities.market import ChannelTruth, CurveKind, Synergy

_NEGLIGIBLE = 1e-6


def geometric_weights(theta: float) -> FloatArray:
    """``weights[lag]`` in proportion to ``theta**lag``, sum 1; 0 <= theta < 1 per period."""
    n_lags = 1 + (math.ceil(math.log(_NEGLIGIBLE) / math.log(theta)) if theta > 0 else 0)
    return _share(theta ** np.arange(n_lags, dtype=np.float64))


def weibull_weights(shape: float, scale: float) -> FloatArray:
    """Weibull density in the middle of every period, sum 1; ``scale`` in periods, with ``shape`` > 1 it rises first."""
    n_lags = 1 + math.ceil(scale * (-math.log(_NEGLIGIBLE)) ** (1 / shape))
    age = (np.arange(n_lags) + 0.5) / scale
    return _share(age ** (shape - 1) * np.exp(-(age**shape)))


def delayed_weights(theta: float, delay: float) -> FloatArray:
    """``weights[lag]`` in proportion to ``theta**((lag - delay)**2)``, sum 1; strongest ``delay`` periods later.

    Source:
        Jin et al. (2017), Bayesian methods for media mix modeling with carryover and shape effects, eq. 3.
    """
    n_lags = 1 + math.ceil(delay + math.sqrt(math.log(_NEGLIGIBLE) / math.log(theta)))
    lags = np.arange(n_lags, dtype=np.float64)
    return _share(np.power(theta, (lags - delay) ** 2))


def pressure_of(inputs: FloatArray, lag_weights: FloatArray) -> FloatArray:
    """``pressure[t] = sum(lag_weights[lag] * inputs[t - lag])``, nothing before the first period; shape (n_periods,)."""
    pressure: FloatArray = np.convolve(inputs, lag_weights)[: len(inputs)]
    return pressure


def lasting_pressure(inputs: FloatArray, lag_weights: FloatArray) -> FloatArray:
    """The same when the inputs are repeated for ever, so that nothing is lost at either end; shape (n_periods,)."""
    n_periods = len(inputs)
    n_rounds = math.ceil(len(lag_weights) / n_periods)
    folded = np.zeros(n_rounds * n_periods)
    folded[: len(lag_weights)] = lag_weights
    spectrum = np.fft.rfft(inputs) * np.fft.rfft(folded.reshape(n_rounds, n_periods).sum(axis=0))
    return np.maximum(np.fft.irfft(spectrum, n_periods), 0.0)


def saturation_of(pressure: FloatArray, curve: CurveKind, shape: float, half: float) -> FloatArray:
    """Share of the ceiling that a pressure reaches (see :class:`ChannelTruth`); same shape, no unit."""
    if curve is CurveKind.LINEAR:
        return pressure / half
    if curve is CurveKind.LOGISTIC:
        return np.tanh(pressure * (math.log(3.0) / (2.0 * half)))
    power = (pressure / half) ** shape
    return power / (1.0 + power)


def responses(inputs: FloatArray, channels: Sequence[ChannelTruth], synergies: Sequence[Synergy] = ()) -> FloatArray:
    """What every channel brought per period.

    Args:
        inputs: What acts (spend or exposures), shape (n_periods, n_channels), the periods of ``ChannelTruth.strength``.
        channels: How they work.
        synergies: What pairs bring together, credited half to each of the two.

    Returns:
        Outcome units, shape (n_periods, n_channels).
    """
    saturated = np.column_stack(
        [
            one.strength * saturation_of(pressure_of(inputs[:, c], one.lag_weights), one.curve, one.shape, one.half)
            for c, one in enumerate(channels)
        ]
    )
    return _credit(saturated, channels, synergies)


def lasting_response(
    spend: FloatArray, channels: Sequence[ChannelTruth], synergies: Sequence[Synergy] = (), *, recent: int = 13
) -> FloatArray:
    """What every channel will bring per period, once its past has faded, when a plan is carried out again and again.

    Args:
        spend: The plan, currency per period, shape (n_periods, n_channels); exposures are bought at their mean price.
        channels: How they work; a changing effect stays at its mean of the last periods.
        synergies: What pairs bring together.
        recent: How many last periods.

    Returns:
        Mean outcome per period of the plan, shape (n_channels,).
    """
    saturated = np.column_stack(
        [
            one.strength[-recent:].mean()
            * saturation_of(
                lasting_pressure(spend[:, c] * one.units_per_spend, one.lag_weights), one.curve, one.shape, one.half
            )
            for c, one in enumerate(channels)
        ]
    )
    means: FloatArray = _credit(saturated, channels, synergies).mean(axis=0)
    return means


def _credit(saturated: FloatArray, channels: Sequence[ChannelTruth], synergies: Sequence[Synergy]) -> FloatArray:
    names = [one.channel for one in channels]
    credit: FloatArray = saturated * np.array([one.ceiling for one in channels])
    for pair in synergies:
        first, second = names.index(pair.first), names.index(pair.second)
        together = pair.ceiling * saturated[:, first] * saturated[:, second]
        credit[:, [first, second]] += 0.5 * together[:, None]
    return credit


def _share(weights: FloatArray) -> FloatArray:
    shares: FloatArray = weights / weights.sum()
    return shares
