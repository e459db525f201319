"""A whole batch of candidates from arrays: carry-over, saturation, moments, ridge, objectives.

One call evaluates ``n_candidates`` models one after the other in the same work space, so what a candidate gets does not
depend on its neighbours. Columns of a model are the fixed ones (baseline), then media: p of them. Arrays that are read
along time are stored with time last: ``(n_columns, n_periods)``.
"""

from typing import NamedTuple

import numpy as np

from mmm_core.kernels.adstock import GEOMETRIC, carry_over, fill_weibull_weights, spread_over
from mmm_core.kernels.arrays import FloatArray, IntArray
from mmm_core.kernels.compiling import compiled, compiled_for_vectors
from mmm_core.kernels.lift import LiftScratch, Medium, Studies, fill_lifted, lift_error, make_lift_scratch, predict_lift
from mmm_core.kernels.objectives import adjust_rsq, decomp_rssd, find_split, nrmse, plain_rsq, refresh_distance
from mmm_core.kernels.problem import NOTHING_BEFORE, Layout, Previous, Problem, Rules
from mmm_core.kernels.ridge import Moments, RidgeRules, RidgeScratch, fit_ridge, make_ridge_scratch
from mmm_core.kernels.saturation import PowerScratch, make_power_scratch, saturate

__all__ = ["N_METRICS", "Batch", "Layout", "Problem", "Rules", "evaluate_batch"]

N_METRICS = 9


class Batch(NamedTuple):
    """Answers, one row per candidate.

    Attributes:
        metrics: Shape (n_candidates, 9).
        coefficients: Intercept first, shape (n_candidates, 1 + p).
        contributions: Sums over the modelled rows, same shape.
        has_intercept: 1 where the model kept its intercept, shape (n_candidates,).
        predicted: What the model says each lift study should have found, shape (n_candidates, n_studies).
    """

    metrics: FloatArray
    coefficients: FloatArray
    contributions: FloatArray
    has_intercept: IntArray
    predicted: FloatArray


class _Scratch(NamedTuple):
    """Work space of a batch.

    Attributes:
        columns: Every column on the modelled rows, less its training mean, shape (p, n_rows).
        outcome: Less its training mean, shape (n_rows,).
        covariance: Of the columns over the training rows, shape (p, p).
        with_outcome: Covariance with the outcome, shape (p,).
        means: Training means, shape (p,).
        sums: Over the modelled rows, shape (p,).
        pressure: Of one medium, all rows, shape (n_all,).
        window: The same on the modelled rows, shape (n_rows,).
        power: For the Hill curve.
        weights: Of a Weibull, shape (weibull_length,).
        residual: Shape (n_rows,).
        factors: Penalty factors, shape (p,).
        limits: Lower and upper, shape (2, p).
        slopes: Coefficients of the columns, shape (p,).
        parts: Of the outcome per part (rows) and statistic, shape (3, 4).
        ends: Of the training and the validation part the rest was prepared for, and the start of the test part.
        ridge: For the solver.
    """

    columns: FloatArray
    outcome: FloatArray
    covariance: FloatArray
    with_outcome: FloatArray
    means: FloatArray
    sums: FloatArray
    pressure: FloatArray
    window: FloatArray
    power: PowerScratch
    weights: FloatArray
    residual: FloatArray
    factors: FloatArray
    limits: FloatArray
    slopes: FloatArray
    parts: FloatArray
    ends: IntArray
    ridge: RidgeScratch


_MEAN, _VARIANCE, _RANGE, _SPREAD = range(4)


def evaluate_batch(
    values: FloatArray,
    problem: Problem,
    layout: Layout,
    rules: Rules,
    studies: Studies | None = None,
    previous: Previous | None = None,
) -> Batch:
    """Evaluate every row of ``values``.

    Args:
        values: Hyperparameters in natural units, shape (n_candidates, n_parameters).
        problem: Data.
        layout: Where each hyperparameter stands.
        rules: How to fit and judge.
        studies: Lift studies to compare with; None is compiled as if there was no such thing, so that it costs nothing.
        previous: The model a refresh starts from; then DECOMP.RSSD is the distance to it, and the new rows count in NRMSE.

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
        np.empty((n_candidates, 0 if studies is None else len(studies.spans))),
    )
    _evaluate(
        np.ascontiguousarray(values, dtype=np.float64),
        problem,
        layout,
        rules,
        studies,
        previous or NOTHING_BEFORE,
        batch,
    )
    return batch


@compiled
def _evaluate(
    values: FloatArray,
    problem: Problem,
    layout: Layout,
    rules: Rules,
    studies: Studies | None,
    previous: Previous,
    batch: Batch,
) -> None:
    scratch, lift = _make_scratch(problem), make_lift_scratch(studies)
    n_rows, n_fixed = len(problem.outcome), len(problem.fixed)
    ridge_rules = RidgeRules(rules.intercept, rules.drop_negative, rules.glmnet)
    for i in range(len(values)):
        train_size = values[i, layout.train_size] if layout.train_size >= 0 else 1.0
        train_end, validation_end, test_start = find_split(n_rows, train_size, problem.unseen)
        if scratch.ends[0] != train_end or scratch.ends[1] != validation_end:
            _prepare_split(problem, train_end, validation_end, test_start, scratch)
        _fill_media(values, i, problem, layout, scratch, studies, lift)
        _fill_moments(scratch.columns, scratch.outcome, n_fixed, train_end, scratch.covariance, scratch.with_outcome)
        _scale_factors(values, i, layout.penalties, scratch.factors)
        mean, variance = scratch.parts[0, _MEAN], scratch.parts[0, _VARIANCE]
        intercept, has_intercept = fit_ridge(
            Moments(scratch.covariance, scratch.with_outcome, scratch.means, mean, variance),
            values[i, layout.shrinkage],
            scratch.factors,
            scratch.limits,
            ridge_rules,
            scratch.ridge,
            scratch.slopes,
        )
        batch.has_intercept[i] = has_intercept
        _write_terms(i, intercept, n_rows, scratch.slopes, scratch.sums, batch)
        shift = intercept - mean
        _fill_residual(scratch.outcome, scratch.columns, scratch.means, scratch.slopes, shift, scratch.residual)
        # R keeps one degree of freedom for an intercept that was never asked for.
        intercept_df = 1 if has_intercept or not rules.intercept else 0
        _write_metrics(i, intercept_df, problem, rules.zero_penalty, scratch, batch)
        if studies is not None:
            predict_lift(scratch.slopes[n_fixed:], studies, lift, batch.predicted[i])
            batch.metrics[i, 2] = lift_error(studies, batch.predicted[i])
        if len(previous.shares) > 0:
            _judge_refresh(i, n_fixed, len(problem.spend_share), previous, scratch, batch)


@compiled
def _make_scratch(problem: Problem) -> _Scratch:
    p, n_rows, n_all = len(problem.lower), len(problem.outcome), problem.media.shape[1]
    limits = np.empty((2, p))
    limits[0], limits[1] = problem.lower, problem.upper
    return _Scratch(
        np.zeros((p, n_rows)),
        np.zeros(n_rows),
        np.zeros((p, p)),
        np.zeros(p),
        np.zeros(p),
        np.zeros(p),
        np.zeros(n_all),
        np.zeros(n_rows),
        make_power_scratch(n_rows),
        np.zeros(problem.weibull_length),
        np.zeros(n_rows),
        np.ones(p),
        limits,
        np.zeros(p),
        np.zeros((3, 4)),
        np.full(3, -1, np.int64),
        make_ridge_scratch(p),
    )


@compiled
def _prepare_split(problem: Problem, train_end: int, validation_end: int, test_start: int, scratch: _Scratch) -> None:
    """Everything that depends on the split alone: parts of the outcome, fixed columns and their moments, trend limits."""
    scratch.ends[0], scratch.ends[1], scratch.ends[2] = train_end, validation_end, test_start
    n_rows, n_fixed = len(problem.outcome), len(problem.fixed)
    _describe_part(problem.outcome, 0, train_end, scratch.parts[0])
    _describe_part(problem.outcome, train_end, validation_end, scratch.parts[1])
    _describe_part(problem.outcome, test_start, n_rows, scratch.parts[2])
    for t in range(n_rows):
        scratch.outcome[t] = problem.outcome[t] - scratch.parts[0, _MEAN]
    for j in range(n_fixed):
        scratch.columns[j] = problem.fixed[j]
        scratch.means[j], scratch.sums[j] = _centre(scratch.columns, j, train_end)
    columns = scratch.columns[:n_fixed]
    _fill_moments(columns, scratch.outcome, 0, train_end, scratch.covariance, scratch.with_outcome)
    if problem.trend >= 0:
        falls = scratch.means[problem.trend] < 0.0
        scratch.limits[0, problem.trend] = -1.0 if falls else problem.lower[problem.trend]
        scratch.limits[1, problem.trend] = 0.0 if falls else problem.upper[problem.trend]


@compiled
def _describe_part(outcome: FloatArray, start: int, end: int, part: FloatArray) -> None:
    """Mean, variance (1/n), range and sum of squared deviations of ``outcome[start:end]``; NaN when it is empty."""
    if end <= start:
        part[:] = np.nan
        return
    total, low, high = 0.0, outcome[start], outcome[start]
    for t in range(start, end):
        total += outcome[t]
        low, high = min(low, outcome[t]), max(high, outcome[t])
    mean, spread = total / (end - start), 0.0
    for t in range(start, end):
        spread += (outcome[t] - mean) ** 2
    part[_MEAN], part[_VARIANCE], part[_RANGE], part[_SPREAD] = mean, spread / (end - start), high - low, spread


@compiled
def _fill_media(
    values: FloatArray,
    i: int,
    problem: Problem,
    layout: Layout,
    scratch: _Scratch,
    studies: Studies | None,
    lift: LiftScratch | None,
) -> None:
    """Transform every medium and take its training mean off."""
    n_fixed = len(problem.fixed)
    pressure, window, power, columns = scratch.pressure, scratch.window, scratch.power, scratch.columns
    for c in range(len(problem.media)):
        first = values[i, layout.media[c, 2]]
        if problem.kinds[c] == GEOMETRIC:
            carry_over(problem.media, c, first, pressure)
        else:
            scale = values[i, layout.media[c, 3]]
            used = fill_weibull_weights(problem.kinds[c], first, scale, scratch.weights)
            spread_over(problem.media, c, scratch.weights, used, pressure)
        largest = _pick(pressure, problem.rows, window)
        alpha, gamma = values[i, layout.media[c, 0]], values[i, layout.media[c, 1]]
        saturate(window, alpha, gamma * largest, power, columns, n_fixed + c)
        if studies is not None:
            scale = values[i, layout.media[c, 3]] if layout.media[c, 3] >= 0 else 0.0
            medium = Medium(c, n_fixed + c, problem.kinds[c], first, scale, alpha, gamma * largest)
            fill_lifted(medium, problem.media, pressure, scratch.weights, columns, studies, lift)
        scratch.means[n_fixed + c], scratch.sums[n_fixed + c] = _centre(columns, n_fixed + c, scratch.ends[0])


@compiled
def _pick(pressure: FloatArray, rows: IntArray, window: FloatArray) -> float:
    """Copy the modelled rows of ``pressure`` to ``window`` and return their largest value, at least 0."""
    first, n_rows = rows[0], len(rows)
    if rows[n_rows - 1] - first == n_rows - 1:
        for t in range(n_rows):
            window[t] = pressure[first + t]
    else:
        for t in range(n_rows):
            window[t] = pressure[rows[t]]
    largest = 0.0
    for t in range(n_rows):
        largest = window[t] if window[t] > largest else largest
    return largest


@compiled_for_vectors
def _centre(columns: FloatArray, j: int, train_end: int) -> tuple[float, float]:
    """Take the training mean off a column; returns that mean and the sum over all modelled rows."""
    n_rows = columns.shape[1]
    trained, later = 0.0, 0.0
    for t in range(train_end):
        trained += columns[j, t]
    for t in range(train_end, n_rows):
        later += columns[j, t]
    mean = trained / train_end
    for t in range(n_rows):
        columns[j, t] -= mean
    return mean, trained + later


@compiled_for_vectors
def _fill_moments(
    columns: FloatArray, outcome: FloatArray, first: int, n_train: int, covariance: FloatArray, with_outcome: FloatArray
) -> None:
    """Covariances of the columns from ``first`` on with those before and with the outcome; all are centred."""
    for i in range(first, len(columns)):
        for j in range(i + 1):
            total = 0.0
            for t in range(n_train):
                total += columns[i, t] * columns[j, t]
            covariance[i, j] = total / n_train
            covariance[j, i] = covariance[i, j]
        total = 0.0
        for t in range(n_train):
            total += columns[i, t] * outcome[t]
        with_outcome[i] = total / n_train


@compiled
def _scale_factors(values: FloatArray, i: int, penalties: IntArray, factors: FloatArray) -> None:
    """Penalty factors of one candidate, scaled to sum to their number; all zero means no penalty."""
    total = 0.0
    for j in range(len(factors)):
        factors[j] = max(values[i, penalties[j]], 0.0) if penalties[j] >= 0 else 1.0
        total += factors[j]
    for j in range(len(factors)):
        factors[j] *= len(factors) / total if total > 0.0 else 0.0


@compiled
def _write_terms(i: int, intercept: float, n_rows: int, slopes: FloatArray, sums: FloatArray, batch: Batch) -> None:
    coefficients, contributions = batch.coefficients, batch.contributions
    coefficients[i, 0] = intercept
    contributions[i, 0] = intercept * n_rows
    for j in range(len(slopes)):
        coefficients[i, 1 + j] = slopes[j]
        contributions[i, 1 + j] = slopes[j] * sums[j]


@compiled_for_vectors
def _fill_residual(
    outcome: FloatArray, columns: FloatArray, means: FloatArray, slopes: FloatArray, shift: float, residual: FloatArray
) -> None:
    """Outcome minus fitted on all modelled rows, from what is left of both after taking off training means."""
    for j in range(len(slopes)):
        shift += slopes[j] * means[j]
    for t in range(len(residual)):
        residual[t] = outcome[t] - shift
    for j in range(len(slopes)):
        slope = slopes[j]
        if slope != 0.0:
            for t in range(len(residual)):
                residual[t] -= slope * columns[j, t]


@compiled
def _write_metrics(
    i: int, intercept_df: int, problem: Problem, zero_penalty: bool, scratch: _Scratch, batch: Batch
) -> None:
    residual, parts, metrics = scratch.residual, scratch.parts, batch.metrics
    n_rows, n_columns = len(residual), len(scratch.slopes)
    train_end, validation_end, test_start = scratch.ends[0], scratch.ends[1], scratch.ends[2]
    for part in range(3):
        start = 0 if part == 0 else (train_end if part == 1 else test_start)
        end = train_end if part == 0 else (validation_end if part == 1 else n_rows)
        squared = _sum_squares(residual, start, end)
        metrics[i, 3 + part] = nrmse(squared, end - start, parts[part, _RANGE])
        plain = plain_rsq(squared, parts[part, _SPREAD])
        metrics[i, 6 + part] = adjust_rsq(plain, train_end, n_columns, intercept_df)
    searched = metrics[i, 4] if train_end < n_rows else metrics[i, 3]
    metrics[i, 0] = np.inf if np.isnan(searched) else searched
    first_paid = 1 + len(problem.fixed)
    paid = batch.contributions[i, first_paid : first_paid + len(problem.spend_share)]
    metrics[i, 1] = decomp_rssd(paid, problem.spend_share, zero_penalty)
    metrics[i, 2] = 0.0


@compiled
def _judge_refresh(i: int, n_fixed: int, n_paid: int, previous: Previous, scratch: _Scratch, batch: Batch) -> None:
    """What a refresh minimises: the distance to the model before, and without a validation part an error that new rows weigh in.

    ``nrmse = sqrt((1 - s) mse of all rows + s mse of the new rows) / range of all rows``.
    """
    metrics, n_rows = batch.metrics, len(scratch.residual)
    metrics[i, 1] = refresh_distance(batch.contributions[i], previous.shares, 1 + n_fixed, n_paid, previous.rest_factor)
    if previous.new_share > 0.0 and scratch.ends[0] == n_rows:
        mixed = (1.0 - previous.new_share) * _sum_squares(scratch.residual, 0, n_rows) / n_rows
        recent = _sum_squares(scratch.residual, n_rows - previous.n_new, n_rows)
        mixed += previous.new_share * recent / previous.n_new
        error = nrmse(mixed, 1, scratch.parts[0, _RANGE])
        metrics[i, 0] = np.inf if np.isnan(error) else error


@compiled_for_vectors
def _sum_squares(values: FloatArray, start: int, end: int) -> float:
    total = 0.0
    for t in range(start, end):
        total += values[t] * values[t]
    return total
