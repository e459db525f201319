"""Intervals over weighted models."""

import numpy as np

from mmm_core.kernels.arrays import FloatArray


def weighted_quantile(values: FloatArray, weights: FloatArray, share: float) -> FloatArray:
    """Quantile of every column: linear between the midpoints of the weights, ``(sum of weights before + w/2) / sum``.

    With equal weights this is Hyndman and Fan's type 5. Values of weight 0 take no part.

    Args:
        values: One row per model, shape (n_models, n_columns).
        weights: At least 0, not all 0, shape (n_models,).
        share: 0 <= share <= 1.

    Returns:
        Shape (n_columns,).

    Source:
        Hyndman and Fan (1996), Sample quantiles in statistical packages, definition 5, with weights as frequencies.
    """
    counts = weights > 0
    kept, mass = values[counts], weights[counts]
    order = np.argsort(kept, axis=0, kind="stable")
    ordered = np.take_along_axis(kept, order, axis=0)
    sizes = mass[order]
    middles = (np.cumsum(sizes, axis=0) - sizes / 2) / mass.sum()
    columns = range(kept.shape[1])
    return np.array([np.interp(share, middles[:, j], ordered[:, j]) for j in columns], dtype=np.float64)


def weighted_range(values: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Lowest and highest value of every column among the models with a weight; each shape (n_columns,)."""
    kept = values[weights > 0]
    return kept.min(axis=0), kept.max(axis=0)
