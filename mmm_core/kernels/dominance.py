"""Non-dominated sorting of two objectives or more, all to be minimised. Arrays are (n_points,)."""

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


def rank_fronts_of_many(losses: FloatArray) -> IntArray:
    """Fronts of points with any number of objectives: ``1 + the highest front of a point that dominates this one``.

    A point dominates another when it is nowhere worse and somewhere better. Exact duplicates share a front.

    Args:
        losses: Shape (n_points, n_objectives), no NaN.

    Returns:
        Front of every point, 1 is best, shape (n_points,). Cost grows as n squared.
    """
    order = np.lexsort(losses.T[::-1])
    fronts = np.empty(len(losses), dtype=np.int64)
    fronts[order] = _peel_many(losses[order])
    return fronts


def first_front_of_many(losses: FloatArray) -> IntArray:
    """Indices of the points no other point dominates, ascending; of exact duplicates only the first.

    Args:
        losses: Shape (n_points, n_objectives), no NaN.
    """
    order = np.lexsort(losses.T[::-1])  # stable: of duplicates the first comes first
    return np.sort(order[_lead(losses[order])])


@compiled
def _peel_many(losses: FloatArray) -> IntArray:
    """Fronts of points in lexicographic order, in which only earlier points can dominate."""
    n, m = losses.shape
    fronts = np.ones(n, dtype=np.int64)
    for i in range(n):
        for j in range(i):
            if fronts[j] < fronts[i]:
                continue
            is_beaten, is_equal = True, True
            for k in range(m):
                is_beaten &= losses[j, k] <= losses[i, k]
                is_equal &= losses[j, k] == losses[i, k]
            if is_beaten and not is_equal:
                fronts[i] = fronts[j] + 1
    return fronts


@compiled
def _lead(losses: FloatArray) -> IntArray:
    """Places, in lexicographic order, of the points that no earlier one equals or dominates."""
    n, m = losses.shape
    leaders = np.empty(n, dtype=np.int64)
    n_leaders = 0
    for i in range(n):
        is_beaten = False
        for leader in leaders[:n_leaders]:
            is_beaten = True
            for k in range(m):
                is_beaten &= losses[leader, k] <= losses[i, k]
            if is_beaten:
                break
        if not is_beaten:
            leaders[n_leaders] = i
            n_leaders += 1
    return leaders[:n_leaders]


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
