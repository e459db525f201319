"""What bounds mean before anything is fitted: how fast pressure fades, and how the response bends."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from mmm_core.entities.columns import AdstockKind
from mmm_core.entities.design import Design, FloatArray
from mmm_core.entities.settings import Interval

_PARAMETERS = {
    AdstockKind.GEOMETRIC: ("theta",),
    AdstockKind.WEIBULL_CDF: ("shape", "scale"),
    AdstockKind.WEIBULL_PDF: ("shape", "scale"),
}


class CarryOverPreview(NamedTuple):
    """Share of a period's pressure still felt later, at the low, middle and high end of the bounds.

    Attributes:
        lags: Periods after the spend, shape (n_lags,).
        low: Share of the pressure per lag, shape (n_lags,).
        middle: Same shape.
        high: Same shape.
        half_lives: Periods until half is left, for low, middle and high; inf when it never is.
    """

    lags: FloatArray
    low: FloatArray
    middle: FloatArray
    high: FloatArray
    half_lives: tuple[float, float, float]


class ResponsePreview(NamedTuple):
    """Response to pressure at the ends of the bounds of ``alpha`` and ``gamma``.

    Attributes:
        pressure: Share of the highest pressure, 0..1, shape (n_points,).
        curves: Share of the ceiling, shape (n_points,), for every pair in ``corners``.
        corners: ``(alpha, gamma)`` of each curve; the middle one first.
    """

    pressure: FloatArray
    curves: tuple[FloatArray, ...]
    corners: tuple[tuple[float, float], ...]


class ChannelDecay(NamedTuple):
    """How one channel's pressure fades in a model.

    Attributes:
        curve: Share of the highest pressure per lag, shape (n_lags,).
        half_life: Periods from the peak until half is left; inf when it never is within the data.
    """

    curve: FloatArray
    half_life: float


def channel_decays(design: Design, hyperparameters: Mapping[str, float]) -> dict[str, ChannelDecay]:
    """Follow one burst of every channel of a model through the next periods.

    Args:
        design: Channels, their adstock, and the length on which a Weibull scale is measured.
        hyperparameters: Flat keys.

    Returns:
        By channel, all curves as long as the slowest needs to fade to 5%, 9 to 53 periods.
    """
    found: dict[str, ChannelDecay] = {}
    for channel, kind in zip(design.media_names, design.adstock, strict=True):
        values = [hyperparameters[f"{channel}_{name}"] for name in _PARAMETERS[kind]]
        curve = _fading(kind, values, design.weibull_length)
        found[channel] = ChannelDecay(
            curve, geometric_half_life(values[0]) if kind is AdstockKind.GEOMETRIC else half_life(curve)
        )
    n_lags = _lags_worth_showing([decay.curve for decay in found.values()], design.weibull_length)
    return {channel: decay._replace(curve=decay.curve[:n_lags]) for channel, decay in found.items()}


def preview_carry_over(kind: AdstockKind, bounds: Mapping[str, Interval], n_periods: int) -> CarryOverPreview:
    """Follow one period's pressure through the next ones.

    Args:
        kind: How it fades.
        bounds: Low and high end of the parameters of ``kind``.
        n_periods: Length of the data, on which a Weibull scale is measured.

    Returns:
        Curves as long as the slowest needs to fade to 5%, 9 to 53 periods.

    Raises:
        BoundsError: A bound lies outside its limits.
    """
    names = _PARAMETERS[kind]
    is_geometric = kind is AdstockKind.GEOMETRIC
    ends = [[bounds[name][0] for name in names], [], [bounds[name][1] for name in names]]
    ends[1] = [(low + high) / 2 for low, high in zip(ends[0], ends[2], strict=True)]
    curves = [_fading(kind, values, n_periods) for values in ends]
    n_lags = _lags_worth_showing(curves, n_periods)
    half_lives = [
        geometric_half_life(values[0]) if is_geometric else half_life(curve)
        for values, curve in zip(ends, curves, strict=True)
    ]
    low, middle, high = (curve[:n_lags] for curve in curves)
    return CarryOverPreview(
        lags=np.arange(n_lags, dtype=np.float64),
        low=low,
        middle=middle,
        high=high,
        half_lives=(half_lives[0], half_lives[1], half_lives[2]),
    )


def preview_response(bounds: Mapping[str, Interval], n_points: int = 60) -> ResponsePreview:
    """Draw the response curves that the bounds of ``alpha`` and ``gamma`` allow.

    Args:
        bounds: With ``alpha`` and ``gamma``.
        n_points: Points per curve.

    Raises:
        BoundsError: A bound lies outside its limits.
    """
    from mmm_core.kernels.saturation import hill

    (alpha_low, alpha_high), (gamma_low, gamma_high) = bounds["alpha"], bounds["gamma"]
    corners = (
        ((alpha_low + alpha_high) / 2, (gamma_low + gamma_high) / 2),
        (alpha_low, gamma_low),
        (alpha_low, gamma_high),
        (alpha_high, gamma_low),
        (alpha_high, gamma_high),
    )
    pressure = np.linspace(0, 1, n_points)
    return ResponsePreview(pressure, tuple(hill(pressure, alpha, gamma) for alpha, gamma in corners), corners)


def geometric_half_life(theta: float) -> float:
    """Periods until half of the pressure has faded: ``ln 0.5 / ln theta``; 0 without carry-over, NaN when unknown."""
    if math.isnan(theta):
        return math.nan
    return math.log(0.5) / math.log(theta) if 0 < theta < 1 else 0.0


def half_life(curve: FloatArray) -> float:
    """Periods from the peak until half of it is left; inf when that never happens.

    Between two lags the pressure fades by a constant share, so that a geometric curve has :func:`geometric_half_life`.

    Args:
        curve: Share of the pressure per lag, shape (n_lags,).
    """
    peak = int(np.argmax(curve))
    below = np.flatnonzero(curve[peak:] <= curve[peak] / 2)
    if not len(below):
        return float("inf")
    after = peak + int(below[0])
    above, under = curve[after - 1], curve[after]
    share = np.log(2 * above / curve[peak]) / np.log(above / under) if under > 0 else 0.0
    return float(after - 1 - peak + share)


def _lags_worth_showing(curves: Sequence[FloatArray], n_periods: int) -> int:
    """Lags until the slowest curve has faded to 5%, 9 to 53."""
    alive = max(int(np.max(np.flatnonzero(curve > 0.05), initial=0)) for curve in curves)
    return min(max(alive + 2, 9), 53, n_periods)


def _fading(kind: AdstockKind, values: list[float], n_periods: int) -> FloatArray:
    from mmm_core.kernels.adstock import WEIBULL_CDF, WEIBULL_PDF, geometric_adstock, weibull_weights

    if kind is AdstockKind.GEOMETRIC:
        pulse = np.zeros(n_periods)
        pulse[0] = 1.0
        return geometric_adstock(pulse, values[0])
    code = WEIBULL_CDF if kind is AdstockKind.WEIBULL_CDF else WEIBULL_PDF
    return weibull_weights(code, values[0], values[1], n_periods)
