"""Diminishing returns: the Hill curve on the modelled periods.

Source: Robyn 3.12.1, R/transformation.R, ``saturation_hill``.
"""

import math
from typing import NamedTuple

import numpy as np

from mmm_core.errors import BoundsError
from mmm_core.kernels.arrays import FloatArray, IntArray
from mmm_core.kernels.compiling import compiled, compiled_for_vectors

_SMALLEST = float(np.finfo(np.float64).tiny)
_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_PER_LN2 = 1.4426950408889634
_ONE_BITS = 0x3FF0000000000000
_SQRT_HALF_BITS = 0x3FE6A09E667F3BCD
_FRACTION_BITS = 0x000FFFFFFFFFFFFF
_TWO_52_BITS = 0x4330000000000000
_TWO_52 = 4503599627370496.0
_ROUNDS_TO_WHOLE = 6755399441055744.0
"""Adding 1.5 * 2**52 to a number below 2**51 rounds it; the whole part then stands in the low bits."""


class PowerScratch(NamedTuple):
    """Work space of :func:`saturate`: two series and the same memory seen as integers, each shape (n_periods,)."""

    fraction: FloatArray
    fraction_bits: IntArray
    exponent: FloatArray
    exponent_bits: IntArray


def inflexion_point(pressure: FloatArray, gamma: float) -> float:
    """Pressure at which a channel reaches half of its ceiling: ``gamma * max(pressure)``.

    Args:
        pressure: Adstocked input over the modelled periods, shape (n_periods,).
        gamma: 0 < gamma <= 1; no unit.

    Returns:
        In the unit of ``pressure``.

    Raises:
        BoundsError: ``gamma`` is outside (0, 1].
    """
    if not 0 < gamma <= 1:
        raise BoundsError(f"gamma must be above 0 and at most 1, got {gamma}.")
    return float(gamma * np.max(pressure))


def hill(pressure: FloatArray, alpha: float, inflexion: float) -> FloatArray:
    """Squeeze pressure into 0..1: ``pressure ** alpha / (pressure ** alpha + inflexion ** alpha)``.

    No pressure gives 0, also where the whole series is zero (R answers NaN there).

    Args:
        pressure: At least 0, shape (n_periods,).
        alpha: Above 0; over 1 the curve is S-shaped.
        inflexion: Pressure at half of the ceiling, at least 0, unit of ``pressure``.

    Returns:
        Same shape, no unit.

    Raises:
        BoundsError: ``alpha`` is not above 0.
    """
    if not alpha > 0:
        raise BoundsError(f"alpha must be above 0, got {alpha}.")
    values = np.ascontiguousarray(pressure, dtype=np.float64)
    saturated = np.empty((1, len(values)))
    saturate(values, alpha, inflexion, make_power_scratch(len(values)), saturated, 0)
    series: FloatArray = saturated[0]
    return series


@compiled
def make_power_scratch(n_periods: int) -> PowerScratch:
    """Allocate the work space for series of ``n_periods``."""
    fraction, exponent = np.zeros(n_periods), np.zeros(n_periods)
    return PowerScratch(fraction, fraction.view(np.int64), exponent, exponent.view(np.int64))


@compiled
def saturate(
    pressure: FloatArray, alpha: float, inflexion: float, scratch: PowerScratch, saturated: FloatArray, row: int
) -> None:
    """Hill curve of ``pressure`` as ``1 / (1 + exp(alpha * (ln inflexion - ln pressure)))``, to one row of ``saturated``.

    ``saturated`` has the shape (n_series, n_periods). The logarithm and the exponential are written out so that four periods
    are computed at once: a sixth of the time that the library's power takes. Both are correct to about one unit in the last
    place.
    """
    fraction, fraction_bits = scratch.fraction, scratch.fraction_bits
    exponent, exponent_bits = scratch.exponent, scratch.exponent_bits
    for t in range(len(fraction)):
        fraction[t] = pressure[t] if pressure[t] > _SMALLEST else _SMALLEST
    _split(fraction_bits, exponent_bits)
    _fill_power(fraction, exponent, alpha, math.log(max(inflexion, _SMALLEST)))
    for t in range(len(fraction)):
        exponent_bits[t] = (exponent_bits[t] + 1023) << 52
    for t in range(len(fraction)):
        squeezed = 1.0 / (1.0 + fraction[t] * exponent[t])
        saturated[row, t] = squeezed if pressure[t] > 0.0 else 0.0


@compiled
def _split(fraction_bits: IntArray, exponent_bits: IntArray) -> None:
    """Split positive numbers into ``fraction * 2**exponent``, fraction in [sqrt(1/2), sqrt(2)).

    The exponent is left as the bits of ``2**52 + 1023 + exponent``.
    """
    for t in range(len(fraction_bits)):
        shifted = fraction_bits[t] + (_ONE_BITS - _SQRT_HALF_BITS)
        exponent_bits[t] = (shifted >> 52) | _TWO_52_BITS
        fraction_bits[t] = (shifted & _FRACTION_BITS) + _SQRT_HALF_BITS


@compiled_for_vectors
def _fill_power(fraction: FloatArray, exponent: FloatArray, alpha: float, log_inflexion: float) -> None:
    """Replace a split number by ``exp(alpha * (log_inflexion - ln number))``, split again.

    ``fraction`` becomes exp of the remainder; the low bits of ``exponent`` become the power of 2.

    Source: the logarithm's polynomial is that of FreeBSD's e_log.c; the exponential's is Taylor's, to degree 13 on
    |r| <= ln(2) / 2.
    """
    for t in range(len(fraction)):
        power = exponent[t] - (_TWO_52 + 1023.0)
        f = fraction[t] - 1.0
        s = f / (2.0 + f)
        z = s * s
        w = z * z
        even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01))
        odd = 2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)
        rest = z * (6.666666666666735130e-01 + w * odd) + even
        half = 0.5 * f * f
        log = (s * (half + rest) + power * _LN2_LOW) - half + f + power * _LN2_HIGH
        y = alpha * (log_inflexion - log)
        y = -700.0 if y < -700.0 else (700.0 if y > 700.0 else y)
        shifted = y * _PER_LN2 + _ROUNDS_TO_WHOLE
        exponent[t] = shifted
        whole = shifted - _ROUNDS_TO_WHOLE
        fraction[t] = _exp_near_zero(y - whole * _LN2_HIGH - whole * _LN2_LOW)


@compiled_for_vectors
def _exp_near_zero(r: float) -> float:
    """Exponential of a number within ln(2) / 2 of 0, Taylor's series to degree 13."""
    p = 1.0 / 479001600.0 + r * (1.0 / 6227020800.0)
    p = 1.0 / 39916800.0 + r * p
    p = 1.0 / 3628800.0 + r * p
    p = 1.0 / 362880.0 + r * p
    p = 1.0 / 40320.0 + r * p
    p = 1.0 / 5040.0 + r * p
    p = 1.0 / 720.0 + r * p
    p = 1.0 / 120.0 + r * p
    p = 1.0 / 24.0 + r * p
    p = 1.0 / 6.0 + r * p
    p = 0.5 + r * p
    return 1.0 + (r + r * r * p)
