"""The exact solver of a quadratic problem with limits: an active set with Newton steps.

Problems are laid out as in :mod:`mmm_core.kernels.bounded`.
"""

import math

import numpy as np

from mmm_core.kernels.arrays import FloatArray, IntArray
from mmm_core.kernels.bounded import (
    GRADIENT,
    HIGH,
    LOW,
    SHRINKAGE,
    SOLUTION,
    SPREAD,
    STEP,
    can_move,
    clip,
    move_one,
    refresh_gradient,
)
from mmm_core.kernels.compiling import compiled, compiled_for_vectors

_WARM_SWEEPS = 3
_TOLERANCE = 1e-12
_ROUNDING = 2e-16
_NO_PIVOT = 4 * float(np.finfo(np.float64).eps)
_ROUNDS_OF_CLIPPING = 30


@compiled
def solve_exactly(gram: FloatArray, vectors: FloatArray, factor: FloatArray, order: IntArray) -> int:
    """Go to the optimum by an active set: Newton steps on the free coefficients, Cholesky on their Gram matrix.

    A few sweeps of coordinate descent find most of the active set. Then each round frees every coefficient whose
    gradient points inside, solves for the free ones, and clips or shortens the step so that the objective never rises.
    A column that depends on the free ones before it keeps its value: its gradient vanishes with theirs. Ends when the
    Karush-Kuhn-Tucker residual is at rounding level or no longer shrinks.

    Args:
        gram: H, shape (p, p).
        vectors: The problem; the answer is written to ``vectors[SOLUTION]``.
        factor: Work space, shape (p, p).
        order: Work space, shape (p,).

    Returns:
        How many rounds it took.
    """
    p = len(gram)
    rounding = _ROUNDING * _start(gram, vectors)
    smallest, n_stalled = np.inf, 0
    max_rounds = _ROUNDS_OF_CLIPPING + 20 * p
    for n_rounds in range(max_rounds):
        residual = refresh_gradient(gram, vectors)
        n_stalled = n_stalled + 1 if residual >= 0.5 * smallest else 0
        smallest = min(smallest, residual)
        patience = 1.0 if n_stalled <= 2 else 1e3
        if not residual > _TOLERANCE + patience * rounding:  # NaN ends it too
            return n_rounds
        n_free = _choose_free(vectors, order)
        while n_free > 0:
            _newton_step(gram, vectors, factor, order, n_free)
            n_kept = _drop_blocked(vectors, order, n_free)
            if n_kept == n_free:
                break
            n_free = n_kept
        _advance(gram, vectors, factor, order, n_free, n_rounds < _ROUNDS_OF_CLIPPING)
    return max_rounds


@compiled
def _start(gram: FloatArray, vectors: FloatArray) -> float:
    """Start next to 0 and sweep a few times; returns the largest curvature, at least 1."""
    p = len(gram)
    largest = 1.0
    for j in range(p):
        vectors[SOLUTION, j] = clip(vectors, j, 0.0)
        largest = max(largest, gram[j, j])
    refresh_gradient(gram, vectors)
    for _ in range(_WARM_SWEEPS):
        for k in range(p):
            move_one(gram, vectors, k)
    return largest


@compiled
def _choose_free(vectors: FloatArray, order: IntArray) -> int:
    """List in ``order`` the coefficients between their limits or drawn inside; returns how many."""
    n_free = 0
    for j in range(len(order)):
        between = vectors[LOW, j] < vectors[SOLUTION, j] < vectors[HIGH, j]
        if vectors[SPREAD, j] > 0.0 and (between or can_move(vectors, j, vectors[GRADIENT, j])):
            order[n_free] = j
            n_free += 1
    return n_free


@compiled
def _newton_step(gram: FloatArray, vectors: FloatArray, factor: FloatArray, order: IntArray, n_free: int) -> None:
    """Solve ``(H + shrinkage) step = gradient`` for the free coefficients; dependent columns get a step of 0.

    ``factor`` is upper triangular, built row by row; its diagonal holds inverses.
    """
    for i in range(n_free):
        for j in range(i, n_free):
            factor[i, j] = gram[order[i], order[j]]
    for i in range(n_free):
        vectors[STEP, i] = vectors[GRADIENT, order[i]]
    for i in range(n_free):
        size = gram[order[i], order[i]] + vectors[SHRINKAGE, order[i]]
        pivot = factor[i, i] + vectors[SHRINKAGE, order[i]]
        inverse = 1.0 / math.sqrt(pivot) if pivot > _NO_PIVOT * size else 0.0
        factor[i, i] = inverse
        for j in range(i + 1, n_free):
            factor[i, j] *= inverse
        _eliminate(factor, i, n_free)
        vectors[STEP, i] *= inverse
        for j in range(i + 1, n_free):
            vectors[STEP, j] -= factor[i, j] * vectors[STEP, i]
    for i in range(n_free - 1, -1, -1):
        for j in range(i + 1, n_free):
            vectors[STEP, i] -= factor[i, j] * vectors[STEP, j]
        vectors[STEP, i] *= factor[i, i]


@compiled_for_vectors
def _eliminate(factor: FloatArray, i: int, n_free: int) -> None:
    """Take row ``i`` of the factor off the rows below it."""
    for k in range(i + 1, n_free):
        weight = factor[i, k]
        for j in range(k, n_free):
            factor[k, j] -= weight * factor[i, j]


@compiled
def _drop_blocked(vectors: FloatArray, order: IntArray, n_free: int) -> int:
    """Take coefficients that stand at a limit and would step over it off the free list; returns how many stay."""
    n_kept = 0
    for i in range(n_free):
        step = vectors[STEP, i]
        if step == 0.0 or can_move(vectors, order[i], step):
            order[n_kept] = order[i]
            vectors[STEP, n_kept] = step
            n_kept += 1
    return n_kept


@compiled
def _advance(
    gram: FloatArray, vectors: FloatArray, factor: FloatArray, order: IntArray, n_free: int, may_clip: bool
) -> None:
    """Take the Newton step: clipped to the limits if that lowers the objective, else up to the first limit."""
    longest, blocking = 1.0, -1
    for i in range(n_free):
        j, step = order[i], vectors[STEP, i]
        room = (vectors[HIGH, j] if step > 0.0 else vectors[LOW, j]) - vectors[SOLUTION, j]
        if step != 0.0 and abs(room) < longest * abs(step):
            longest, blocking = room / step, i
    if blocking >= 0 and may_clip and _clipping_helps(gram, vectors, factor, order, n_free):
        longest, blocking = 1.0, -1
    for i in range(n_free):
        j = order[i]
        vectors[SOLUTION, j] = clip(vectors, j, vectors[SOLUTION, j] + longest * vectors[STEP, i])
    if blocking >= 0:
        j = order[blocking]
        vectors[SOLUTION, j] = vectors[HIGH, j] if vectors[STEP, blocking] > 0.0 else vectors[LOW, j]


@compiled
def _clipping_helps(gram: FloatArray, vectors: FloatArray, moves: FloatArray, order: IntArray, n_free: int) -> bool:
    """Whether the clipped step lowers the objective: ``1/2 d' (H + shrinkage) d - gradient' d < 0``.

    The moves d are written to the first row of ``moves``.
    """
    change = 0.0
    for i in range(n_free):
        j = order[i]
        moved = clip(vectors, j, vectors[SOLUTION, j] + vectors[STEP, i]) - vectors[SOLUTION, j]
        moves[0, i] = moved
        change += moved * (0.5 * (gram[j, j] + vectors[SHRINKAGE, j]) * moved - vectors[GRADIENT, j])
        for k in range(i):
            change += moved * gram[j, order[k]] * moves[0, k]
    return change < 0.0
