"""Non-dominated sorting of two objectives, both to be minimised. Arrays are (n_points,)."""

import numpy as np

from mmm_core.kernels.arrays import FloatArray, IntArray
from mmm_core.kernels.compiling import compiled


def rank_fronts(x: FloatArray, y: FloatArray) -> IntArray:
    """Peel the points into fronts: ``front k = strictly decreasing running minimum of y, sorted by (x, y)``.

    Each front takes from the points that are left, in order of x then y, those whose y is below every earlier one.
    Exact duplicates share the lowest front any of them got, though each takes a place in a front of its own.

    Args:
        x: First objective, shape (n_points,); may be infinite.
        y: Second objective, same shape.

    Returns:
        Front of every point, 1 is best; 0 where an objective is NaN. Same shape. Cost grows as n log n.

    Source:
        Robyn 3.12.1, R/pareto.R, ``pareto_front``.
    """
    usable = np.flatnonzero(~(np.isnan(x) | np.isnan(y)))
    order = usable[np.lexsort((y[usable], x[usable]))]
    fronts = np.zeros(len(x), dtype=np.int64)
    fronts[order] = _peel(x[order], y[order])
    return fronts


def first_front(x: FloatArray, y: FloatArray) -> IntArray:
    """Indices of the points no other point beats, by ascending x.

    Args:
        x: First objective, shape (n_points,).
        y: Second objective, same shape.

    Returns:
        Shape (n_front,); of exact duplicates only the first.
    """
    usable = np.flatnonzero(~(np.isnan(x) | np.isnan(y)))
    order = usable[np.lexsort((y[usable], x[usable]))]
    lowest = np.minimum.accumulate(y[order])
    leads = np.ones(len(order), dtype=bool)
    leads[1:] = lowest[1:] < lowest[:-1]
    return order[leads]


@compiled
def _peel(x: FloatArray, y: FloatArray) -> IntArray:
    """Fronts of points sorted by (x, y): the last y of each front ascends with the front, so search it by halving."""
    n = len(y)
    fronts = np.empty(n, dtype=np.int64)
    last_y = np.empty(n)
    n_fronts = 0
    for i in range(n):
        low, high = 0, n_fronts
        while low < high:
            middle = (low + high) // 2
            if last_y[middle] > y[i]:
                high = middle
            else:
                low = middle + 1
        last_y[low] = y[i]
        n_fronts = max(n_fronts, low + 1)
        twin = i > 0 and x[i] == x[i - 1] and y[i] == y[i - 1]
        fronts[i] = fronts[i - 1] if twin else low + 1
    return fronts
