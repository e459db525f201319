"""A whole batch of candidates from arrays: carry-over, saturation, moments, ridge, objectives.

One call evaluates ``n_candidates`` models one after the other in the same work space, so what a candidate gets does not
depend on its neighbours. Columns of a model are the fixed ones (baseline), then media: p of them. Arrays that are read
along time are stored with time last: ``(n_columns, n_periods)``.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from mmm_core.kernels.adstock import GEOMETRIC, carry_over, fill_weibull_weights, spread_over
from mmm_core.kernels.arrays import FloatArray, IntArray
from mmm_core.kernels.objectives import adjust_rsq, decomp_rssd, find_split, nrmse, plain_rsq
from mmm_core.kernels.ridge import Moments, RidgeScratch, fit_ridge, make_ridge_scratch
from mmm_core.kernels.saturation import saturate

N_METRICS = 9


class Problem(NamedTuple):
    """Data of a model.

    Attributes:
        outcome: On the modelled rows, shape (n_rows,).
        fixed: Columns that are not transformed, on the modelled rows, shape (n_fixed, n_rows).
        media: Input of the transformed columns, all rows, shape (n_media, n_all).
        rows: Indices of the modelled rows, ascending, shape (n_rows,).
        kinds: Code of the adstock per medium, shape (n_media,).
        weibull_length: Periods on which a Weibull scale is measured.
        lower: Lower limits of the coefficients, shape (p,).
        upper: Upper limits, shape (p,).
        trend: Column whose limits become [-1, 0] when its training sum is negative, or -1.
        spend_share: Per paid medium (the first ones), shape (n_paid,).
    """

    outcome: FloatArray
    fixed: FloatArray
    media: FloatArray
    rows: IntArray
    kinds: IntArray
    weibull_length: int
    lower: FloatArray
    upper: FloatArray
    trend: int
    spend_share: FloatArray


class Layout(NamedTuple):
    """Where each hyperparameter stands in a row of values; -1 where there is none.

    Attributes:
        media: Columns of alpha, gamma, theta or shape, and scale, shape (n_media, 4).
        penalties: Columns of the penalty factors, shape (p,); -1 means a factor of 1.
        shrinkage: Column of lambda.
        train_size: Column of the training share; -1 means that all rows are trained on.
    """

    media: IntArray
    penalties: IntArray
    shrinkage: int
    train_size: int


class Rules(NamedTuple):
    """How a model is fitted and judged; the meanings are those of the search settings."""

    glmnet: bool
    intercept: bool
    drop_negative: bool
    zero_penalty: bool


class Batch(NamedTuple):
    """Answers, one row per candidate.

    Attributes:
        metrics: Shape (n_candidates, 9).
        coefficients: Intercept first, shape (n_candidates, 1 + p).
        contributions: Sums over the modelled rows, same shape.
        has_intercept: 1 where the model kept its intercept, shape (n_candidates,).
    """

    metrics: FloatArray
    coefficients: FloatArray
    contributions: FloatArray
    has_intercept: IntArray


class _Scratch(NamedTuple):
    columns: FloatArray
    centred_outcome: FloatArray
    moments: Moments
    sums: FloatArray
    pressure: FloatArray
    window: FloatArray
    weights: FloatArray
    residual: FloatArray
    factors: FloatArray
    lower: FloatArray
    upper: FloatArray
    slopes: FloatArray
    parts: FloatArray
    ends: IntArray
    ridge: RidgeScratch


_MEAN, _VARIANCE = 0, 1
_RANGE, _SPREAD = 2, 3


def evaluate_batch(values: FloatArray, problem: Problem, layout: Layout, rules: Rules) -> Batch:
    """Evaluate every row of ``values``.

    Args:
        values: Hyperparameters in natural units, shape (n_candidates, n_parameters).
        problem: Data.
        layout: Where each hyperparameter stands.
        rules: How to fit and judge.

    Returns:
        Metrics, coefficients and contributions.
    """
    n_candidates = len(values)
    n_terms = 1 + len(problem.lower)
    batch = Batch(
        np.empty((n_candidates, N_METRICS)),
        np.empty((n_candidates, n_terms)),
        np.empty((n_candidates, n_terms)),
        np.empty(n_candidates, np.int64),
    )
    _evaluate(np.ascontiguousarray(values, dtype=np.float64), problem, layout, rules, batch)
    return batch


@njit(cache=True, nogil=True)
def _evaluate(values: FloatArray, problem: Problem, layout: Layout, rules: Rules, batch: Batch) -> None:
    scratch = _make_scratch(problem)
    n_rows = len(problem.outcome)
    for i in range(len(values)):
        train_size = values[i, layout.train_size] if layout.train_size >= 0 else 1.0
        train_end, validation_end = find_split(n_rows, train_size)
        _prepare_fixed(problem, train_end, validation_end, scratch)
        _fill_media(values, i, problem, layout, scratch)
        _fill_moments(len(problem.fixed), train_end, scratch)
        _scale_factors(values, i, layout, scratch.factors)
        intercept, has_intercept = fit_ridge(
            scratch.moments,
            scratch.parts[0, _MEAN],
            scratch.parts[0, _VARIANCE],
            values[i, layout.shrinkage],
            scratch.factors,
            scratch.lower,
            scratch.upper,
            rules.intercept,
            rules.drop_negative,
            rules.glmnet,
            scratch.ridge,
            scratch.slopes,
        )
        batch.has_intercept[i] = has_intercept
        _write_terms(i, intercept, n_rows, scratch, batch)
        _write_metrics(i, intercept, problem, rules, scratch, batch)


@njit(cache=True, nogil=True)
def _make_scratch(problem: Problem) -> _Scratch:
    p, n_rows, n_all = len(problem.lower), len(problem.outcome), problem.media.shape[1]
    return _Scratch(
        np.zeros((p, n_rows)),
        np.zeros(n_rows),
        Moments(np.zeros((p, p)), np.zeros(p), np.zeros(p)),
        np.zeros(p),
        np.zeros(n_all),
        np.zeros(n_rows),
        np.zeros(problem.weibull_length),
        np.zeros(n_rows),
        np.ones(p),
        problem.lower.copy(),
        problem.upper.copy(),
        np.zeros(p),
        np.zeros((3, 4)),
        np.full(2, -1, np.int64),
        make_ridge_scratch(p),
    )


@njit(cache=True, nogil=True)
def _prepare_fixed(problem: Problem, train_end: int, validation_end: int, scratch: _Scratch) -> None:
    """Everything that depends on the split alone; done again only when the split differs from the last one."""
    if scratch.ends[0] == train_end and scratch.ends[1] == validation_end:
        return
    scratch.ends[0], scratch.ends[1] = train_end, validation_end
    n_rows = len(problem.outcome)
    _describe_part(problem.outcome, 0, train_end, scratch.parts[0])
    _describe_part(problem.outcome, train_end, validation_end, scratch.parts[1])
    _describe_part(problem.outcome, validation_end, n_rows, scratch.parts[2])
    for t in range(n_rows):
        scratch.centred_outcome[t] = problem.outcome[t] - scratch.parts[0, _MEAN]
    n_fixed = len(problem.fixed)
    for j in range(n_fixed):
        scratch.columns[j] = problem.fixed[j]
        _centre(j, train_end, scratch)
    for i in range(n_fixed):
        for j in range(i + 1):
            moment = _dot_rows(scratch.columns, i, j, train_end) / train_end
            scratch.moments.covariance[i, j] = moment
            scratch.moments.covariance[j, i] = moment
        scratch.moments.with_outcome[i] = _dot_row(scratch.columns, i, scratch.centred_outcome, train_end) / train_end
    if problem.trend >= 0:
        falls = scratch.moments.means[problem.trend] < 0.0
        scratch.lower[problem.trend] = -1.0 if falls else problem.lower[problem.trend]
        scratch.upper[problem.trend] = 0.0 if falls else problem.upper[problem.trend]


@njit(cache=True, nogil=True)
def _describe_part(outcome: FloatArray, start: int, end: int, part: FloatArray) -> None:
    """Mean, variance (1/n), range and sum of squared deviations of ``outcome[start:end]``; NaN when it is empty."""
    if end <= start:
        part[:] = np.nan
        return
    values = outcome[start:end]
    mean = values.mean()
    spread = np.sum((values - mean) ** 2)
    part[_MEAN], part[_VARIANCE] = mean, spread / (end - start)
    part[_RANGE], part[_SPREAD] = values.max() - values.min(), spread


@njit(cache=True, nogil=True)
def _fill_media(values: FloatArray, i: int, problem: Problem, layout: Layout, scratch: _Scratch) -> None:
    """Transform every medium, centre it on its training mean."""
    n_fixed, n_rows = len(problem.fixed), len(problem.rows)
    for c in range(len(problem.media)):
        first = values[i, layout.media[c, 2]]
        if problem.kinds[c] == GEOMETRIC:
            carry_over(problem.media, c, first, scratch.pressure)
        else:
            scale = values[i, layout.media[c, 3]]
            used = fill_weibull_weights(problem.kinds[c], first, scale, scratch.weights)
            spread_over(problem.media, c, scratch.weights, used, scratch.pressure)
        largest = 0.0
        for t in range(n_rows):
            scratch.window[t] = scratch.pressure[problem.rows[t]]
            largest = max(largest, scratch.window[t])
        alpha, gamma = values[i, layout.media[c, 0]], values[i, layout.media[c, 1]]
        saturate(scratch.window, alpha, gamma * largest, scratch.columns, n_fixed + c)
        _centre(n_fixed + c, scratch.ends[0], scratch)


@njit(cache=True, nogil=True)
def _centre(j: int, train_end: int, scratch: _Scratch) -> None:
    """Take the training mean off a column, keeping the mean and the sum over all modelled rows."""
    n_rows = scratch.columns.shape[1]
    trained = _sum_row(scratch.columns, j, 0, train_end)
    mean = trained / train_end
    scratch.moments.means[j] = mean
    scratch.sums[j] = trained + _sum_row(scratch.columns, j, train_end, n_rows)
    for t in range(n_rows):
        scratch.columns[j, t] -= mean


# The order of additions may be changed inside these three (to use vector registers), always in the same way for a
# column of the same length: what a candidate gets does not depend on the batch.
@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _sum_row(columns: FloatArray, j: int, start: int, end: int) -> float:
    total = 0.0
    for t in range(start, end):
        total += columns[j, t]
    return total


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _dot_rows(columns: FloatArray, i: int, j: int, end: int) -> float:
    total = 0.0
    for t in range(end):
        total += columns[i, t] * columns[j, t]
    return total


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _dot_row(columns: FloatArray, i: int, other: FloatArray, end: int) -> float:
    total = 0.0
    for t in range(end):
        total += columns[i, t] * other[t]
    return total


@njit(cache=True, nogil=True)
def _fill_moments(n_fixed: int, train_end: int, scratch: _Scratch) -> None:
    """Covariances of the media with everything; those of the fixed columns are there already."""
    covariance, with_outcome = scratch.moments.covariance, scratch.moments.with_outcome
    for i in range(n_fixed, len(scratch.columns)):
        for j in range(i + 1):
            moment = _dot_rows(scratch.columns, i, j, train_end) / train_end
            covariance[i, j] = moment
            covariance[j, i] = moment
        with_outcome[i] = _dot_row(scratch.columns, i, scratch.centred_outcome, train_end) / train_end


@njit(cache=True, nogil=True)
def _scale_factors(values: FloatArray, i: int, layout: Layout, factors: FloatArray) -> None:
    """Penalty factors of one candidate, scaled to sum to their number; all zero means no penalty."""
    total = 0.0
    for j in range(len(factors)):
        factors[j] = max(values[i, layout.penalties[j]], 0.0) if layout.penalties[j] >= 0 else 1.0
        total += factors[j]
    for j in range(len(factors)):
        factors[j] *= len(factors) / total if total > 0.0 else 0.0


@njit(cache=True, nogil=True)
def _write_terms(i: int, intercept: float, n_rows: int, scratch: _Scratch, batch: Batch) -> None:
    batch.coefficients[i, 0] = intercept
    batch.contributions[i, 0] = intercept * n_rows
    for j in range(len(scratch.slopes)):
        batch.coefficients[i, 1 + j] = scratch.slopes[j]
        batch.contributions[i, 1 + j] = scratch.slopes[j] * scratch.sums[j]


@njit(cache=True, nogil=True)
def _write_metrics(i: int, intercept: float, problem: Problem, rules: Rules, scratch: _Scratch, batch: Batch) -> None:
    residual, parts = scratch.residual, scratch.parts
    _fill_residual(intercept, scratch)
    n_fixed, n_paid = len(problem.fixed), len(problem.spend_share)
    train_end, validation_end = scratch.ends[0], scratch.ends[1]
    bounds = (0, train_end, validation_end, len(residual))
    # R keeps one degree of freedom for an intercept that was never asked for.
    intercept_df = 1 if batch.has_intercept[i] == 1 or not rules.intercept else 0
    metrics = batch.metrics[i]
    for part in range(3):
        n_part = bounds[part + 1] - bounds[part]
        squared = _sum_squares(residual, bounds[part], bounds[part + 1])
        metrics[3 + part] = nrmse(squared, n_part, parts[part, _RANGE])
        plain = plain_rsq(squared, parts[part, _SPREAD])
        metrics[6 + part] = adjust_rsq(plain, train_end, len(scratch.slopes), intercept_df)
    searched = metrics[4] if train_end < len(residual) else metrics[3]
    metrics[0] = np.inf if np.isnan(searched) else searched
    paid = batch.contributions[i, 1 + n_fixed : 1 + n_fixed + n_paid]
    metrics[1] = decomp_rssd(paid, problem.spend_share, rules.zero_penalty)
    metrics[2] = 0.0


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _sum_squares(values: FloatArray, start: int, end: int) -> float:
    total = 0.0
    for t in range(start, end):
        total += values[t] * values[t]
    return total


@njit(cache=True, nogil=True)
def _fill_residual(intercept: float, scratch: _Scratch) -> None:
    """Outcome minus fitted on all modelled rows, from the centred columns."""
    shift = intercept - scratch.parts[0, _MEAN]
    for j in range(len(scratch.slopes)):
        shift += scratch.slopes[j] * scratch.moments.means[j]
    for t in range(len(scratch.residual)):
        scratch.residual[t] = scratch.centred_outcome[t] - shift
    for j in range(len(scratch.slopes)):
        slope = scratch.slopes[j]
        if slope != 0.0:
            for t in range(len(scratch.residual)):
                scratch.residual[t] -= slope * scratch.columns[j, t]
