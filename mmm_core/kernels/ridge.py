"""Ridge regression with limits on the coefficients, on the Gram matrix of the columns.

In standardised units (columns divided by their standard deviation, the outcome by its own, both with 1/n) the
coefficients ``a`` minimise ``1/2 a' H a - g' a + 1/2 sum(shrinkage * a**2)`` within ``low <= a <= high``, where
``H[i, j] = mean(z_i z_j)`` and ``g[j] = mean(z_j y)``. Columns are drivers, p of them.

Two solvers: :func:`descend_like_glmnet` stops where glmnet stops, :func:`solve_exactly` goes on to the optimum.

Source: glmnet 4.x, ``elnet1`` (covariance updating), as Robyn 3.12.1 calls it in R/model.R, ``model_refit``.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from mmm_core.kernels.arrays import FloatArray, IntArray

GLMNET_THRESHOLD = 1e-7
GLMNET_MAX_SWEEPS = 100_000
VARIES = 1e-24
"""A column counts as varying when its variance exceeds this share of its squared mean (relative spread of 1e-12)."""

_WARM_SWEEPS = 3
_TOLERANCE = 1e-12
_NO_PIVOT = 4 * np.finfo(np.float64).eps
_STILL_CLIPPING = 30


class Moments(NamedTuple):
    """What a ridge needs to know about the fitted rows.

    Attributes:
        covariance: ``mean((x_i - mean x_i) (x_j - mean x_j))``, shape (p, p).
        with_outcome: ``mean((x_j - mean x_j) (y - mean y))``, shape (p,).
        means: Column means, shape (p,).
    """

    covariance: FloatArray
    with_outcome: FloatArray
    means: FloatArray


class RidgeScratch(NamedTuple):
    """Work space of one ridge; contents are overwritten.

    Attributes:
        gram: H, shape (p, p).
        factor: Cholesky factor of its free part, same shape.
        target: g, shape (p,).
        spread: Standard deviation of each column, 0 for one that does not vary, shape (p,).
        shrinkage: Penalty factor times lambda in standardised units, shape (p,).
        low: Lower limits in standardised units, shape (p,).
        high: Upper limits, shape (p,).
        solution: a, shape (p,).
        gradient: g - (H + shrinkage) a, shape (p,).
        step: Change of the free coefficients, shape (p,).
        order: Columns, shape (p,).
        is_known: Flags, shape (p,).
    """

    gram: FloatArray
    factor: FloatArray
    target: FloatArray
    spread: FloatArray
    shrinkage: FloatArray
    low: FloatArray
    high: FloatArray
    solution: FloatArray
    gradient: FloatArray
    step: FloatArray
    order: IntArray
    is_known: IntArray


@njit(cache=True, nogil=True)
def make_ridge_scratch(p: int) -> RidgeScratch:
    """Allocate the work space of ridges with ``p`` columns."""
    return RidgeScratch(
        np.zeros((p, p)),
        np.zeros((p, p)),
        np.zeros(p),
        np.zeros(p),
        np.zeros(p),
        np.zeros(p),
        np.zeros(p),
        np.zeros(p),
        np.zeros(p),
        np.zeros(p),
        np.zeros(p, np.int64),
        np.zeros(p, np.int64),
    )


@njit(cache=True, nogil=True)
def standardise(  # noqa: PLR0913, PLR0917
    moments: Moments,
    outcome_mean: float,
    outcome_variance: float,
    penalty: float,
    factors: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
    intercept: bool,
    scratch: RidgeScratch,
) -> float:
    """Fill ``scratch`` with the problem in standardised units and return the scale of the outcome.

    Without an intercept nothing is centred, yet columns are still divided by their centred standard deviation.

    Args:
        moments: Of the fitted rows.
        outcome_mean: Outcome units.
        outcome_variance: With 1/n, squared outcome units.
        penalty: Lambda on the scale of the outcome, at least 0.
        factors: Penalty factors summing to p, shape (p,).
        lower: Lower limits in natural units, shape (p,).
        upper: Upper limits, shape (p,).
        intercept: Whether the model has one.
        scratch: Written to.

    Returns:
        Standard deviation of the outcome, or its root mean square without an intercept.
    """
    p = len(factors)
    scale = math.sqrt(outcome_variance if intercept else outcome_variance + outcome_mean * outcome_mean)
    for j in range(p):
        variance = moments.covariance[j, j]
        varies = variance > VARIES * moments.means[j] * moments.means[j]
        scratch.spread[j] = math.sqrt(variance) if varies else 0.0
    for i in range(p):
        one = 1.0 / scratch.spread[i] if scratch.spread[i] > 0.0 else 0.0
        for j in range(i + 1):
            other = 1.0 / scratch.spread[j] if scratch.spread[j] > 0.0 else 0.0
            raw = moments.covariance[i, j] + (0.0 if intercept else moments.means[i] * moments.means[j])
            scratch.gram[i, j] = raw * one * other
            scratch.gram[j, i] = scratch.gram[i, j]
        raw = moments.with_outcome[i] + (0.0 if intercept else moments.means[i] * outcome_mean)
        scratch.target[i] = raw * one / scale if scale > 0.0 else 0.0
        scratch.shrinkage[i] = factors[i] * penalty / scale if scale > 0.0 else 0.0
        scratch.low[i] = lower[i] * scratch.spread[i] / scale if scratch.spread[i] > 0.0 and scale > 0.0 else 0.0
        scratch.high[i] = upper[i] * scratch.spread[i] / scale if scratch.spread[i] > 0.0 and scale > 0.0 else 0.0
    return scale


@njit(cache=True, nogil=True)
def descend_like_glmnet(scratch: RidgeScratch) -> int:
    """Coordinate descent in glmnet's order, with glmnet's threshold; the answer is ``scratch.solution``.

    ``a[k] = clip((gradient[k] + a[k] H[k, k]) / (H[k, k] + shrinkage[k]))``: one sweep over all columns, then sweeps
    over those that have ever changed, in the order they first did, until ``H[k, k] * change**2 < 1e-7`` for all; then
    all columns again, until a whole sweep passes the test.

    Returns:
        How many sweeps it took.
    """
    p = len(scratch.target)
    scratch.solution[:] = 0.0
    scratch.gradient[:] = scratch.target
    scratch.is_known[:] = 0
    n_known = 0
    n_sweeps = 0
    while n_sweeps < GLMNET_MAX_SWEEPS:
        worst = 0.0
        for k in range(p):
            change = _move(scratch, k)
            if change != 0.0 and scratch.is_known[k] == 0:
                scratch.is_known[k] = 1
                scratch.order[n_known] = k
                n_known += 1
            worst = max(worst, scratch.gram[k, k] * change * change)
        n_sweeps += 1
        if worst < GLMNET_THRESHOLD:
            break
        while worst >= GLMNET_THRESHOLD and n_sweeps < GLMNET_MAX_SWEEPS:
            worst = 0.0
            n_sweeps += 1
            for i in range(n_known):
                k = scratch.order[i]
                change = _move(scratch, k)
                worst = max(worst, scratch.gram[k, k] * change * change)
    return n_sweeps


@njit(cache=True, nogil=True)
def _move(scratch: RidgeScratch, k: int) -> float:
    """Minimise along one coefficient and bring the gradient up to date; returns the change."""
    curvature = scratch.gram[k, k]
    if scratch.spread[k] == 0.0:
        return 0.0
    old = scratch.solution[k]
    new = (scratch.gradient[k] + old * curvature) / (curvature + scratch.shrinkage[k])
    new = max(scratch.low[k], min(scratch.high[k], new))
    change = new - old
    if change == 0.0:
        return 0.0
    scratch.solution[k] = new
    for j in range(len(scratch.target)):
        scratch.gradient[j] -= scratch.gram[k, j] * change
    return change


@njit(cache=True, nogil=True)
def solve_exactly(scratch: RidgeScratch) -> int:
    """Go to the optimum by an active set: Newton steps on the free coefficients, Cholesky on their Gram matrix.

    A few sweeps of coordinate descent find most of the active set. Then each round frees every coefficient whose
    gradient points inside, solves for the free ones, and clips or shortens the step so that the objective never rises.
    A column that depends on the free ones before it keeps its value: its gradient vanishes with theirs. Ends when the
    Karush-Kuhn-Tucker residual is at rounding level or no longer shrinks.

    Returns:
        How many rounds it took.
    """
    p = len(scratch.target)
    _start_inside(scratch)
    for _ in range(_WARM_SWEEPS):
        for k in range(p):
            _move(scratch, k)
    tolerance = _TOLERANCE * _largest_curvature(scratch)
    best = np.inf
    stalled = 0
    max_rounds = _STILL_CLIPPING + 20 * p
    for n_rounds in range(max_rounds):
        residual = refresh_gradient(scratch)
        if residual <= tolerance:
            return n_rounds
        stalled = stalled + 1 if residual >= 0.5 * best else 0
        best = min(best, residual)
        if stalled > p + 3 and best <= 1e3 * tolerance:
            return n_rounds
        n_free = _choose_free(scratch)
        while n_free > 0:
            _newton_step(scratch, n_free)
            n_kept = _drop_blocked(scratch, n_free)
            if n_kept == n_free:
                break
            n_free = n_kept
        _advance(scratch, n_free, n_rounds < _STILL_CLIPPING)
    return max_rounds


@njit(cache=True, nogil=True)
def _start_inside(scratch: RidgeScratch) -> None:
    """Set every coefficient to its admissible value nearest to 0."""
    for j in range(len(scratch.target)):
        inside = scratch.spread[j] > 0.0
        scratch.solution[j] = min(max(0.0, scratch.low[j]), scratch.high[j]) if inside else 0.0
    refresh_gradient(scratch)


@njit(cache=True, nogil=True)
def _largest_curvature(scratch: RidgeScratch) -> float:
    largest = 1.0
    for j in range(len(scratch.target)):
        largest = max(largest, scratch.gram[j, j])
    return largest


@njit(cache=True, nogil=True)
def refresh_gradient(scratch: RidgeScratch) -> float:
    """Recompute ``gradient = g - (H + shrinkage) a`` and return the Karush-Kuhn-Tucker residual.

    The residual is the largest gradient component that could still lower the objective, standardised units.
    """
    worst = 0.0
    p = len(scratch.target)
    for j in range(p):
        total = scratch.target[j] - scratch.shrinkage[j] * scratch.solution[j]
        for k in range(p):
            total -= scratch.gram[j, k] * scratch.solution[k]
        scratch.gradient[j] = total
        if _can_move(scratch, j, total):
            worst = max(worst, abs(total))
    return worst


@njit(cache=True, nogil=True)
def _can_move(scratch: RidgeScratch, j: int, direction: float) -> bool:
    """Whether coefficient ``j`` may move in the given direction."""
    if scratch.spread[j] == 0.0:
        return False
    if direction > 0.0:
        return scratch.solution[j] < scratch.high[j]
    return scratch.solution[j] > scratch.low[j]


@njit(cache=True, nogil=True)
def _choose_free(scratch: RidgeScratch) -> int:
    """List in ``order`` the coefficients between their limits or drawn inside; returns how many."""
    n_free = 0
    for j in range(len(scratch.target)):
        between = scratch.low[j] < scratch.solution[j] < scratch.high[j]
        if scratch.spread[j] > 0.0 and (between or _can_move(scratch, j, scratch.gradient[j])):
            scratch.order[n_free] = j
            n_free += 1
    return n_free


@njit(cache=True, nogil=True)
def _newton_step(scratch: RidgeScratch, n_free: int) -> None:
    """Solve ``(H + shrinkage) step = gradient`` for the free coefficients; dependent columns get a step of 0."""
    factor, order, step = scratch.factor, scratch.order, scratch.step
    for i in range(n_free):
        row = order[i]
        for j in range(i + 1):
            total = scratch.gram[row, order[j]]
            if i == j:
                total += scratch.shrinkage[row]
            for k in range(j):
                total -= factor[i, k] * factor[j, k]
            if i > j:
                factor[i, j] = total * factor[j, j]
            elif total > _NO_PIVOT * (scratch.gram[row, row] + scratch.shrinkage[row]):
                factor[i, i] = 1.0 / math.sqrt(total)
            else:
                factor[i, i] = 0.0
    for i in range(n_free):
        total = scratch.gradient[order[i]]
        for k in range(i):
            total -= factor[i, k] * step[k]
        step[i] = total * factor[i, i]
    for i in range(n_free - 1, -1, -1):
        step[i] *= factor[i, i]
        for k in range(i):
            step[k] -= factor[i, k] * step[i]


@njit(cache=True, nogil=True)
def _drop_blocked(scratch: RidgeScratch, n_free: int) -> int:
    """Take coefficients that stand at a limit and would step over it off the free list; returns how many stay."""
    n_kept = 0
    for i in range(n_free):
        j = scratch.order[i]
        if scratch.step[i] == 0.0 or _can_move(scratch, j, scratch.step[i]):
            scratch.order[n_kept] = j
            scratch.step[n_kept] = scratch.step[i]
            n_kept += 1
    return n_kept


@njit(cache=True, nogil=True)
def _advance(scratch: RidgeScratch, n_free: int, may_clip: bool) -> None:
    """Take the Newton step: clipped to the limits if that lowers the objective enough, else up to the first limit."""
    order, step, solution = scratch.order, scratch.step, scratch.solution
    longest, blocking = 1.0, -1
    for i in range(n_free):
        j = order[i]
        room = (scratch.high[j] if step[i] > 0.0 else scratch.low[j]) - solution[j]
        if step[i] != 0.0 and room / step[i] < longest:
            longest, blocking = room / step[i], i
    if blocking >= 0 and may_clip and _clipping_helps(scratch, n_free):
        for i in range(n_free):
            solution[order[i]] = _clip(scratch, order[i], solution[order[i]] + step[i])
        return
    for i in range(n_free):
        solution[order[i]] = _clip(scratch, order[i], solution[order[i]] + longest * step[i])
    if blocking >= 0:
        j = order[blocking]
        solution[j] = scratch.high[j] if step[blocking] > 0.0 else scratch.low[j]


@njit(cache=True, nogil=True)
def _clip(scratch: RidgeScratch, j: int, value: float) -> float:
    return max(scratch.low[j], min(scratch.high[j], value))


@njit(cache=True, nogil=True)
def _clipping_helps(scratch: RidgeScratch, n_free: int) -> bool:
    """Whether the clipped step lowers the objective: ``1/2 d' (H + shrinkage) d - gradient' d < 0``."""
    order = scratch.order
    change = 0.0
    for i in range(n_free):
        j = order[i]
        moved = _clip(scratch, j, scratch.solution[j] + scratch.step[i]) - scratch.solution[j]
        scratch.factor[0, i] = moved
        change += moved * (0.5 * (scratch.gram[j, j] + scratch.shrinkage[j]) * moved - scratch.gradient[j])
        for k in range(i):
            change += moved * scratch.gram[j, order[k]] * scratch.factor[0, k]
    return change < 0.0


@njit(cache=True, nogil=True)
def fit_ridge(  # noqa: PLR0913, PLR0917
    moments: Moments,
    outcome_mean: float,
    outcome_variance: float,
    penalty: float,
    factors: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
    intercept: bool,
    drop_negative: bool,
    glmnet: bool,
    scratch: RidgeScratch,
    coefficients: FloatArray,
) -> tuple[float, bool]:
    """Fit and make the intercept decision: one below 0 is dropped and the model fitted again without.

    Args:
        moments: Of the fitted rows, p columns.
        outcome_mean: Outcome units.
        outcome_variance: With 1/n.
        penalty: Final lambda, outcome units.
        factors: Penalty factors summing to p, shape (p,).
        lower: Lower limits, shape (p,).
        upper: Upper limits, shape (p,).
        intercept: Whether to try an intercept at all.
        drop_negative: Whether a negative intercept is dropped.
        glmnet: Stop where glmnet stops, instead of at the optimum.
        scratch: Work space.
        coefficients: Written to, natural units, shape (p,).

    Returns:
        The intercept in outcome units (0 without one) and whether there is one.
    """
    for attempt in range(2):
        centred = intercept and attempt == 0
        scale = standardise(
            moments, outcome_mean, outcome_variance, penalty, factors, lower, upper, centred, scratch
        )
        if glmnet:
            descend_like_glmnet(scratch)
        else:
            solve_exactly(scratch)
        constant = outcome_mean
        for j in range(len(coefficients)):
            natural = scratch.solution[j] * scale / scratch.spread[j] if scratch.spread[j] > 0.0 else 0.0
            if scratch.spread[j] > 0.0:
                natural = max(lower[j], min(upper[j], natural))
            coefficients[j] = natural
            constant -= natural * moments.means[j]
        if centred and not (drop_negative and constant < 0.0):
            return constant, True
        if not centred:
            return 0.0, False
    return 0.0, False
