"""Diminishing returns: the Hill curve on the modelled periods.

Source: Robyn 3.12.1, R/transformation.R, ``saturation_hill``.
"""

import numpy as np
from numba import njit

from mmm_core.errors import BoundsError
from mmm_core.kernels.arrays import FloatArray


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
        pressure: At least 0, any shape.
        alpha: Above 0; over 1 the curve is S-shaped.
        inflexion: Pressure at half of the ceiling, at least 0, unit of ``pressure``.

    Returns:
        Same shape, no unit.

    Raises:
        BoundsError: ``alpha`` is not above 0.
    """
    if not alpha > 0:
        raise BoundsError(f"alpha must be above 0, got {alpha}.")
    flat = np.ascontiguousarray(pressure, dtype=np.float64).ravel()
    saturated = np.empty((1, flat.size))
    saturate(flat, alpha, inflexion, saturated, 0)
    return saturated.reshape(np.shape(pressure))


@njit(cache=True, nogil=True)
def saturate(pressure: FloatArray, alpha: float, inflexion: float, saturated: FloatArray, row: int) -> None:
    """Hill curve of ``pressure`` written to one row of ``saturated``, shape (n_rows, n_periods)."""
    for t in range(saturated.shape[1]):
        if pressure[t] > 0.0:
            saturated[row, t] = 1.0 / (1.0 + (inflexion / pressure[t]) ** alpha)
        else:
            saturated[row, t] = 0.0
