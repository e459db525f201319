"""What each driver brought in each period, and how much of it is carry-over from earlier ones.

Source: Robyn 3.12.1, R/model.R, ``model_decomp`` and ``run_transformations``.
"""

import numpy as np

from mmm_core.kernels.adstock import GEOMETRIC, geometric_adstock, weibull_adstock, weibull_weights
from mmm_core.kernels.arrays import FloatArray, IntArray
from mmm_core.kernels.saturation import hill, inflexion_point


def transform_channel(
    media: FloatArray, kind: int, decay: tuple[float, ...], length: int
) -> tuple[FloatArray, FloatArray, float]:
    """Adstock of one channel over all periods.

    Args:
        media: Input, shape (n_all,), oldest first.
        kind: Code of the adstock.
        decay: (theta,) or (shape, scale).
        length: Periods on which a Weibull scale is measured.

    Returns:
        Pressure and the part of it that is not carried over, both shape (n_all,), and the inflation
        ``sum(pressure) / sum(media)``; NaN for a series of zeros.
    """
    if kind == GEOMETRIC:
        pressure, immediate = geometric_adstock(media, decay[0]), media
    else:
        weights = weibull_weights(kind, decay[0], decay[1], length)
        pressure, immediate = weibull_adstock(media, weights), media * weights[0]
    total = media.sum()
    return pressure, immediate, float(pressure.sum() / total) if total > 0 else float("nan")


def saturate_parts(
    pressure: FloatArray, immediate: FloatArray, rows: IntArray, alpha: float, gamma: float
) -> tuple[FloatArray, FloatArray, FloatArray, float]:
    """Saturated channel over the modelled periods, split into immediate effect and carry-over.

    Carry-over comes first on the curve: ``carry_over = h(pressure - immediate)``, ``immediate = h(pressure) -
    carry_over``, both with the half-saturation point of the whole.

    Args:
        pressure: Shape (n_all,).
        immediate: Its part that is not carried over, same shape.
        rows: Modelled periods, shape (n_rows,).
        alpha: Shape of the Hill curve.
        gamma: Half-saturation point as a share of the largest pressure.

    Returns:
        Saturated, immediate part and carry-over part, shape (n_rows,), and the half-saturation point.
    """
    inflexion = inflexion_point(pressure[rows], gamma)
    saturated = hill(pressure[rows], alpha, inflexion)
    carried = hill(np.maximum(pressure[rows] - immediate[rows], 0.0), alpha, inflexion)
    return saturated, saturated - carried, carried, inflexion
