"""Ridge regression with limits on the coefficients, on the Gram matrix of the columns.

In standardised units (columns divided by their standard deviation, the outcome by its own, both with 1/n) the
coefficients ``a`` minimise ``1/2 a' H a - g' a + 1/2 sum(shrinkage * a**2)`` within ``low <= a <= high``, where
``H[i, j] = mean(z_i z_j)`` and ``g[j] = mean(z_j y)``. Columns are drivers, p of them.

Two solvers: :func:`descend_like_glmnet` stops where glmnet stops, ``active_set.solve_exactly`` goes on to the optimum.

A problem in standardised units is laid out as in :mod:`mmm_core.kernels.bounded`; both solvers write the answer to
``vectors[SOLUTION]``.

Source: glmnet 4.x, ``elnet1`` (covariance updating), as Robyn 3.12.1 calls it in R/model.R, ``model_refit``.
"""

import math
from typing import NamedTuple

import numpy as np

from mmm_core.kernels.active_set import solve_exactly
from mmm_core.kernels.arrays import FloatArray, IntArray
from mmm_core.kernels.bounded import GRADIENT, HIGH, LOW, N_VECTORS, SHRINKAGE, SOLUTION, SPREAD, STEP, TARGET, move_one
from mmm_core.kernels.compiling import compiled

GLMNET_THRESHOLD = 1e-7
GLMNET_MAX_SWEEPS = 100_000
VARIES = 1e-24
"""A column varies when its variance exceeds this share of its squared mean (a relative spread of 1e-12)."""


class Moments(NamedTuple):
    """What a ridge needs to know about the fitted rows.

    Attributes:
        covariance: ``mean((x_i - mean x_i) (x_j - mean x_j))``, shape (p, p).
        with_outcome: ``mean((x_j - mean x_j) (y - mean y))``, shape (p,).
        means: Column means, shape (p,).
        outcome_mean: Mean of the outcome.
        outcome_variance: With 1/n.
    """

    covariance: FloatArray
    with_outcome: FloatArray
    means: FloatArray
    outcome_mean: float
    outcome_variance: float


class RidgeRules(NamedTuple):
    """How a ridge is fitted.

    Attributes:
        intercept: Whether to try an intercept at all.
        drop_negative: Whether a negative intercept is dropped.
        glmnet: Stop where glmnet stops, instead of at the optimum.
    """

    intercept: bool
    drop_negative: bool
    glmnet: bool


class RidgeScratch(NamedTuple):
    """Work space of one ridge; contents are overwritten.

    Attributes:
        gram: H, shape (p, p).
        vectors: Rows named above, shape (N_VECTORS, p).
        factor: Cholesky factor of the free part of H, shape (p, p).
        order: Columns, shape (p,).
    """

    gram: FloatArray
    vectors: FloatArray
    factor: FloatArray
    order: IntArray


@compiled
def make_ridge_scratch(p: int) -> RidgeScratch:
    """Allocate the work space of ridges with ``p`` columns."""
    return RidgeScratch(np.zeros((p, p)), np.zeros((N_VECTORS, p)), np.zeros((p, p)), np.zeros(p, np.int64))


@compiled
def fit_ridge(
    moments: Moments,
    penalty: float,
    factors: FloatArray,
    limits: FloatArray,
    rules: RidgeRules,
    scratch: RidgeScratch,
    coefficients: FloatArray,
) -> tuple[float, bool]:
    """Fit and make the intercept decision: one below 0 is dropped and the model fitted again without.

    Args:
        moments: Of the fitted rows, p columns.
        penalty: Final lambda, outcome units, at least 0.
        factors: Penalty factors summing to p, shape (p,).
        limits: Lower and upper limits, shape (2, p).
        rules: Intercept and solver.
        scratch: Work space.
        coefficients: Written to, natural units, shape (p,).

    Returns:
        The intercept in outcome units (0 without one) and whether there is one.
    """
    gram, vectors = scratch.gram, scratch.vectors
    for attempt in range(2):
        centred = rules.intercept and attempt == 0
        scale = standardise(moments, penalty, factors, limits, centred, scratch)
        if rules.glmnet:
            descend_like_glmnet(gram, vectors, scratch.order)
        else:
            solve_exactly(gram, vectors, scratch.factor, scratch.order)
        constant = moments.outcome_mean
        for j in range(len(coefficients)):
            coefficients[j] = _natural(vectors, limits, j, scale)
            constant -= coefficients[j] * moments.means[j]
        if centred and not (rules.drop_negative and constant < 0.0):
            return constant, True
        if not centred:
            break
    return 0.0, False


@compiled
def _natural(vectors: FloatArray, limits: FloatArray, j: int, scale: float) -> float:
    """Coefficient ``j`` in natural units; one at a limit is exactly that limit."""
    if vectors[SPREAD, j] == 0.0 or scale == 0.0:
        return 0.0
    if vectors[SOLUTION, j] == vectors[LOW, j]:
        return float(limits[0, j])
    if vectors[SOLUTION, j] == vectors[HIGH, j]:
        return float(limits[1, j])
    value = vectors[SOLUTION, j] * scale / vectors[SPREAD, j]
    return float(max(limits[0, j], min(limits[1, j], value)))


@compiled
def standardise(
    moments: Moments,
    penalty: float,
    factors: FloatArray,
    limits: FloatArray,
    intercept: bool,
    scratch: RidgeScratch,
) -> float:
    """Write the problem in standardised units to ``scratch`` and return the scale of the outcome.

    Without an intercept nothing is centred, yet columns are still divided by their centred standard deviation, and the
    outcome by its root mean square. A column that does not vary gets a spread of 0 and takes no part.

    Args:
        moments: Of the fitted rows.
        penalty: Lambda on the scale of the outcome, at least 0.
        factors: Penalty factors summing to p, shape (p,).
        limits: Lower and upper limits in natural units, shape (2, p).
        intercept: Whether the model has one.
        scratch: Written to.

    Returns:
        Standard deviation of the outcome, or its root mean square without an intercept.
    """
    gram, vectors = scratch.gram, scratch.vectors
    covariance, means, offset = moments.covariance, moments.means, moments.outcome_mean
    scale = math.sqrt(moments.outcome_variance + (0.0 if intercept else offset * offset))
    per_scale = 1.0 / scale if scale > 0.0 else 0.0
    for i in range(len(factors)):
        variance = covariance[i, i]
        spread = math.sqrt(variance) if variance > VARIES * means[i] * means[i] else 0.0
        vectors[SPREAD, i] = spread
        inverse = 1.0 / spread if spread > 0.0 else 0.0
        vectors[STEP, i] = inverse
        centre = 0.0 if intercept else means[i]
        for j in range(i + 1):
            gram[i, j] = (covariance[i, j] + centre * means[j]) * inverse * vectors[STEP, j]
            gram[j, i] = gram[i, j]
        vectors[TARGET, i] = (moments.with_outcome[i] + centre * offset) * inverse * per_scale
        vectors[SHRINKAGE, i] = factors[i] * penalty * per_scale
        takes_part = spread > 0.0 and scale > 0.0
        vectors[LOW, i] = limits[0, i] * spread * per_scale if takes_part else 0.0
        vectors[HIGH, i] = limits[1, i] * spread * per_scale if takes_part else 0.0
    return scale


@compiled
def descend_like_glmnet(gram: FloatArray, vectors: FloatArray, order: IntArray) -> int:
    """Coordinate descent in glmnet's order, with glmnet's threshold.

    ``a[k] = clip((gradient[k] + a[k] H[k, k]) / (H[k, k] + shrinkage[k]))``: one sweep over all columns, then sweeps
    over those that have ever changed, in the order they first did, until ``H[k, k] * change**2 < 1e-7`` for all; then
    all columns again, until a whole sweep passes the test.

    Args:
        gram: H, shape (p, p).
        vectors: The problem; the answer is written to ``vectors[SOLUTION]``.
        order: Work space, shape (p,).

    Returns:
        How many sweeps it took.
    """
    p = len(gram)
    vectors[SOLUTION] = 0.0
    vectors[GRADIENT] = vectors[TARGET]
    vectors[STEP] = 0.0
    n_known = 0
    n_sweeps = 0
    while n_sweeps < GLMNET_MAX_SWEEPS:
        worst = 0.0
        n_sweeps += 1
        for k in range(p):
            change = move_one(gram, vectors, k)
            if change != 0.0 and vectors[STEP, k] == 0.0:
                vectors[STEP, k] = 1.0
                order[n_known] = k
                n_known += 1
            worst = max(worst, gram[k, k] * change * change)
        if worst < GLMNET_THRESHOLD:
            break
        while worst >= GLMNET_THRESHOLD and n_sweeps < GLMNET_MAX_SWEEPS:
            worst = 0.0
            n_sweeps += 1
            for i in range(n_known):
                k = order[i]
                change = move_one(gram, vectors, k)
                worst = max(worst, gram[k, k] * change * change)
    return n_sweeps
