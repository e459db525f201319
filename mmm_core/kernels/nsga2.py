"""Steps of NSGA-II on the unit cube: keep the best, breed pairs, mutate. Randomness comes in as uniform numbers.

Points are (n_points, n_parameters) in [0, 1]; losses are (n_points, n_objectives), finite, smaller is better. Two objectives
have faster ways of their own.

Source:
    K. Deb, A. Pratap, S. Agarwal, T. Meyarivan, "A fast and elitist multiobjective genetic algorithm: NSGA-II",
    IEEE Transactions on Evolutionary Computation 6 (2002); bounded operators as in Deb's own C code.
"""

import numpy as np

from mmm_core.kernels.arrays import FloatArray, IntArray
from mmm_core.kernels.compiling import compiled
from mmm_core.kernels.dominance import rank_fronts, rank_fronts_of_many


def keep_best(losses: FloatArray, n_keep: int) -> tuple[IntArray, IntArray, FloatArray]:
    """Choose survivors: whole fronts first, then from the front that does not fit those with most room around them.

    Points with exactly the losses of an earlier one come last of all, so that copies do not fill the population.

    Args:
        losses: Shape (n_points, n_objectives).
        n_keep: How many survive, at most n_points.

    Returns:
        Indices of the survivors, their fronts (1 is best) and their crowding distances, each of shape (n_keep,), best first.
    """
    is_plane = losses.shape[1] == 2
    fronts = rank_fronts(losses[:, 0], losses[:, 1]) if is_plane else rank_fronts_of_many(losses)
    by_loss = np.lexsort(losses.T[::-1])
    is_twin = (losses[by_loss[1:]] == losses[by_loss[:-1]]).all(axis=1)
    fronts[by_loss[1:][is_twin]] = len(losses) + 1
    if is_plane:
        order = np.lexsort((losses[:, 1], losses[:, 0], fronts))
        crowding = np.empty(len(losses))
        crowding[order] = crowding_distance(losses[order], fronts[order])
    else:
        crowding = crowding_of_many(losses, fronts)
    best = np.lexsort((-crowding, fronts))[:n_keep]
    return best, fronts[best], crowding[best]


@compiled
def crowding_distance(losses: FloatArray, fronts: IntArray) -> FloatArray:
    """Room around each point on its front: ``sum_k (f_k[i+1] - f_k[i-1]) / (max f_k - min f_k)``; infinite at the ends.

    Args:
        losses: Sorted by front, then first loss, then second, shape (n_points, 2).
        fronts: Ascending, shape (n_points,).

    Returns:
        Shape (n_points,), no unit.
    """
    n = len(losses)
    distance = np.full(n, np.inf)
    start = 0
    while start < n:
        end = start + 1
        while end < n and fronts[end] == fronts[start]:
            end += 1
        width = losses[end - 1, 0] - losses[start, 0]
        height = losses[start, 1] - losses[end - 1, 1]
        for i in range(start + 1, end - 1):
            across = (losses[i + 1, 0] - losses[i - 1, 0]) / width if width > 0 else 0.0
            down = (losses[i - 1, 1] - losses[i + 1, 1]) / height if height > 0 else 0.0
            distance[i] = across + down
        start = end
    return distance


def crowding_of_many(losses: FloatArray, fronts: IntArray) -> FloatArray:
    """Room around each point on its front, for any number of objectives.

    Per objective the distance of the two neighbours over the range of the front, summed; infinite for the best and the worst
    of a front in any objective.

    Args:
        losses: Shape (n_points, n_objectives), any order.
        fronts: Shape (n_points,).

    Returns:
        Shape (n_points,), no unit.
    """
    crowding = np.zeros(len(losses))
    for k in range(losses.shape[1]):
        order = np.lexsort((losses[:, k], fronts))
        crowding[order] += _gaps(losses[order, k], fronts[order])
    return crowding


@compiled
def _gaps(loss: FloatArray, fronts: IntArray) -> FloatArray:
    """Distance of the neighbours in one objective, sorted by front and then by it, over the range of the front."""
    n = len(loss)
    gaps = np.full(n, np.inf)
    start = 0
    while start < n:
        end = start + 1
        while end < n and fronts[end] == fronts[start]:
            end += 1
        width = loss[end - 1] - loss[start]
        for i in range(start + 1, end - 1):
            gaps[i] = (loss[i + 1] - loss[i - 1]) / width if width > 0 else 0.0
        start = end
    return gaps


@compiled
def choose_parents(fronts: IntArray, crowding: FloatArray, rivals: IntArray) -> IntArray:
    """Binary tournaments: the lower front wins, then the larger crowding distance, then the first named.

    Args:
        fronts: Of the population, shape (n_population,).
        crowding: Same shape.
        rivals: Indices of the two rivals of every tournament, shape (n_parents, 2).

    Returns:
        Index of every winner, shape (n_parents,).
    """
    winners = np.empty(len(rivals), dtype=np.int64)
    for i in range(len(rivals)):
        a, b = rivals[i]
        b_wins = fronts[b] < fronts[a] or (fronts[b] == fronts[a] and crowding[b] > crowding[a])
        winners[i] = b if b_wins else a
    return winners


@compiled
def cross_over(mothers: FloatArray, fathers: FloatArray, uniforms: FloatArray, eta: float, rate: float) -> FloatArray:
    """Simulated binary crossover inside [0, 1]: one child per pair, near one parent the more the larger ``eta`` is.

    Args:
        mothers: Shape (n_children, n_parameters).
        fathers: Same shape.
        uniforms: In [0, 1), shape (n_children, n_parameters, 3): whether a parameter is crossed, how far, to which side.
        eta: Distribution index, at least 0.
        rate: Probability that a parameter is crossed.

    Returns:
        Children, same shape.
    """
    children = mothers.copy()
    n, d = mothers.shape
    for i in range(n):
        for j in range(d):
            a, b = mothers[i, j], fathers[i, j]
            if uniforms[i, j, 0] >= rate or abs(a - b) < 1e-14:
                continue
            low, high = min(a, b), max(a, b)
            to_low = uniforms[i, j, 2] < 0.5
            room = low if to_low else 1.0 - high
            alpha = 2.0 - (1.0 + 2.0 * room / (high - low)) ** -(eta + 1.0)
            u = uniforms[i, j, 1]
            base = u * alpha if u <= 1.0 / alpha else 1.0 / (2.0 - u * alpha)
            spread = base ** (1.0 / (eta + 1.0))
            side = -spread if to_low else spread
            children[i, j] = min(max(0.5 * (low + high + side * (high - low)), 0.0), 1.0)
    return children


@compiled
def mutate(points: FloatArray, uniforms: FloatArray, eta: float, rate: float) -> FloatArray:
    """Polynomial mutation inside [0, 1]: small steps the more likely the larger ``eta`` is.

    Args:
        points: Shape (n_points, n_parameters).
        uniforms: In [0, 1), shape (n_points, n_parameters, 2): whether a parameter is moved, and how far.
        eta: Distribution index, at least 0.
        rate: Probability that a parameter is moved.

    Returns:
        Moved points, same shape.
    """
    moved = points.copy()
    n, d = points.shape
    power = 1.0 / (eta + 1.0)
    for i in range(n):
        for j in range(d):
            if uniforms[i, j, 0] >= rate:
                continue
            x, u = points[i, j], uniforms[i, j, 1]
            if u < 0.5:
                step = (2.0 * u + (1.0 - 2.0 * u) * (1.0 - x) ** (eta + 1.0)) ** power - 1.0
            else:
                step = 1.0 - (2.0 * (1.0 - u) + (2.0 * u - 1.0) * x ** (eta + 1.0)) ** power
            moved[i, j] = min(max(x + step, 0.0), 1.0)
    return moved
