"""Area that a front dominates: how good a set of compromises between two errors is. Both objectives are minimised."""

import numpy as np

from mmm_core.kernels.arrays import FloatArray, IntArray
from mmm_core.kernels.compiling import compiled
from mmm_core.kernels.dominance import first_front


def hypervolume(x: FloatArray, y: FloatArray, reference: tuple[float, float] = (1.0, 1.0)) -> float:
    """Area between the front of the points and a reference: ``sum (x[i+1] - x[i]) (reference_y - y[i])`` along the front.

    Args:
        x: First objective, shape (n_points,), any order; NaN and infinite points count nothing.
        y: Second objective, same shape.
        reference: Corner; points beyond it in either objective count nothing.

    Returns:
        Area in units of x times y; 0 when no point is inside.
    """
    inside = np.flatnonzero((x < reference[0]) & (y < reference[1]))
    front = inside[first_front(x[inside], y[inside])]
    if not len(front):
        return 0.0
    right = np.append(x[front][1:], reference[0])
    return float(np.sum((right - x[front]) * (reference[1] - y[front])))


class FrontArchive:
    """The first front of a growing set of points, kept by ascending x; adding one costs a search and a shift.

    Of exact duplicates the first stays. Points that are not finite are ignored.
    """

    def __init__(self) -> None:
        self._x = np.empty(64)
        self._y = np.empty(64)
        self._numbers = np.empty(64, dtype=np.int64)
        self._size = 0

    def extend(self, x: FloatArray, y: FloatArray, first_number: int) -> None:
        """Add points numbered on from ``first_number``.

        Args:
            x: First objective, shape (n_new,).
            y: Second objective, same shape.
            first_number: Number of the first of them, as :attr:`numbers` will report it.
        """
        room = self._size + len(x) + 1
        if room > len(self._x):
            self._x = np.concatenate([self._x, np.empty(room)])
            self._y = np.concatenate([self._y, np.empty(room)])
            self._numbers = np.concatenate([self._numbers, np.empty(room, dtype=np.int64)])
        for start in range(0, len(x), 4096):
            part = slice(start, start + 4096)
            self._size = _insert_all(
                self._x, self._y, self._numbers, self._size, x[part], y[part], first_number + start
            )

    @property
    def numbers(self) -> IntArray:
        """Numbers of the points on the front, by ascending x."""
        return self._numbers[: self._size].copy()

    @property
    def points(self) -> FloatArray:
        """Shape (n_front, 2), by ascending x."""
        return np.column_stack([self._x[: self._size], self._y[: self._size]])

    def hypervolume(self, reference: tuple[float, float] = (1.0, 1.0)) -> float:
        """Area between the front and ``reference``."""
        return hypervolume(self._x[: self._size], self._y[: self._size], reference)


@compiled
def _insert_all(
    xs: FloatArray, ys: FloatArray, numbers: IntArray, size: int, x: FloatArray, y: FloatArray, first_number: int
) -> int:
    for i in range(len(x)):
        if not (np.isfinite(x[i]) and np.isfinite(y[i])):
            continue
        place = int(np.searchsorted(xs[:size], x[i]))  # first place whose x is not below
        beaten = (place > 0 and ys[place - 1] <= y[i]) or (place < size and xs[place] == x[i] and ys[place] <= y[i])
        if beaten:
            continue
        end = place
        while end < size and ys[end] >= y[i]:
            end += 1
        shift = place + 1 - end
        if shift > 0:
            for j in range(size - 1, end - 1, -1):
                xs[j + shift], ys[j + shift], numbers[j + shift] = xs[j], ys[j], numbers[j]
        elif shift < 0:
            for j in range(end, size):
                xs[j + shift], ys[j + shift], numbers[j + shift] = xs[j], ys[j], numbers[j]
        xs[place], ys[place], numbers[place] = x[i], y[i], first_number + i
        size += shift
    return size


@compiled
def swept_area(x: FloatArray, y: FloatArray) -> float:
    """Hypervolume as nevergrad adds it up: ``sum h_i (y[i] - y[i+1]) + h_n y[n]``, h the running minimum of x, y ascending.

    The order of the additions is nevergrad's, so that the results are equal to the last bit.

    Args:
        x: First objective minus its reference, shape (n_points,), any order, dominated points allowed.
        y: Second objective minus its reference, same shape.

    Returns:
        Area; 0 without points.

    Source:
        nevergrad 1.0.12, optimization/multiobjective/hypervolume.py, ``plane_hypervolume``.
    """
    if not len(x):
        return 0.0
    order = np.argsort(y, kind="mergesort")
    area = 0.0
    lowest = x[order[0]]
    for i in range(len(order) - 1):
        area += lowest * (y[order[i]] - y[order[i + 1]])
        lowest = min(lowest, x[order[i + 1]])
    return float(area + lowest * y[order[-1]])


@compiled
def swept_volume(points: FloatArray) -> float:
    """Hypervolume of three objectives: ``sum_i area(points with z <= z[i]) (z[i+1] - z[i])``, z ascending and ending at 0.

    Args:
        points: Objectives minus their references, shape (n_points, 3), at most 0; any order, dominated points allowed.

    Returns:
        Volume; 0 without points.
    """
    n = len(points)
    order = np.argsort(points[:, 2], kind="mergesort")
    xs, ys, numbers = np.empty(n + 1), np.empty(n + 1), np.empty(n + 1, np.int64)
    x, y = points[order, 0].copy(), points[order, 1].copy()
    size, volume = 0, 0.0
    for i in range(n):
        size = _insert_all(xs, ys, numbers, size, x[i : i + 1], y[i : i + 1], i)
        ceiling = points[order[i + 1], 2] if i + 1 < n else 0.0
        area = 0.0
        for j in range(size):
            right = xs[j + 1] if j + 1 < size else 0.0
            area -= (right - xs[j]) * ys[j]
        volume += area * (ceiling - points[order[i], 2])
    return volume
