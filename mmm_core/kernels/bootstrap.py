"""Refits of one ridge to resampled outcomes: moving blocks of its residuals on top of what it was fitted to.

A refit differs from the original in the covariance of the columns with the outcome and in the outcome's mean alone; the
columns, their covariance and the penalty in standardised units stay. Rows are the fitted periods, n of them; columns are
drivers, p of them.

Source: H. R. Künsch, "The jackknife and the bootstrap for general stationary observations", Annals of Statistics 17 (1989);
centring by position: S. N. Lahiri, "Resampling Methods for Dependent Data", Springer (2003), section 2.
"""

import math
from typing import NamedTuple

import numpy as np

from mmm_core.errors import BoundsError
from mmm_core.kernels.arrays import FloatArray, IntArray
from mmm_core.kernels.compiling import compiled, compiled_for_vectors
from mmm_core.kernels.ridge import Moments, RidgeRules, RidgeScratch, fit_ridge, make_ridge_scratch


class FittedRidge(NamedTuple):
    """One ridge that was fitted, and how.

    Attributes:
        columns: On the fitted rows, less their means, shape (p, n).
        moments: Of the fitted rows.
        penalty: Final lambda, outcome units.
        factors: Penalty factors summing to p, shape (p,).
        limits: Lower and upper limits, shape (2, p).
        rules: Intercept and solver.
        has_intercept: Whether it kept an intercept.
        held_back: By how much the outcome pushes each column beyond the limit it is at, as a covariance with the outcome
            that is missing at the limit; 0 for a column that is at none. Shape (p,).
    """

    columns: FloatArray
    moments: Moments
    penalty: float
    factors: FloatArray
    limits: FloatArray
    rules: RidgeRules
    has_intercept: bool
    held_back: FloatArray


class Refits(NamedTuple):
    """Answers, one row per refit.

    Attributes:
        coefficients: Intercept first, natural units, shape (n_refits, 1 + p).
        has_intercept: 1 where a refit kept its intercept, shape (n_refits,).
    """

    coefficients: FloatArray
    has_intercept: IntArray


def choose_block_length(residuals: FloatArray) -> int:
    """Periods per block: ``max(ceil(n**(1/3)), ceil((sqrt(6) r / (1 - r**2))**(2/3) n**(1/3)))``, at most a quarter of n.

    The second is the length of least error for a first-order autoregression with the autocorrelation ``r`` of
    neighbouring residuals (0 when it is negative); the first keeps some dependence where r looks small by chance.

    Args:
        residuals: Oldest first, shape (n,).

    Returns:
        At least 1.

    Source:
        D. N. Politis, H. White, "Automatic block-length selection for the dependent bootstrap", Econometric Reviews 23
        (2004), corrected by A. Patton, D. N. Politis and H. White, Econometric Reviews 28 (2009).
    """
    n = len(residuals)
    centred = residuals - residuals.mean()
    squared = float(centred @ centred)
    r = float(centred[1:] @ centred[:-1]) / squared if squared > 0 else 0.0
    root = round(math.cbrt(n), 9)  # the root of 216 is 6, not the next number above it
    dependent = math.pow(math.sqrt(6) * max(r, 0.0) / (1 - r * r), 2 / 3) * root
    return max(1, min(max(math.ceil(root), math.ceil(dependent)), n // 4))


def cut_blocks(residuals: FloatArray, length: int, inflation: float) -> FloatArray:
    """Every run of ``length`` residuals, less the mean of all runs at that position, times ``inflation``.

    Args:
        residuals: Oldest first, shape (n,).
        length: Periods per block, 1 to n.
        inflation: Makes up for the residuals being smaller than the errors; at least 1.

    Returns:
        Shape (n - length + 1, length); every column has mean 0, so that no refit is shifted on average.

    Raises:
        BoundsError: ``length`` is not within 1 and n.
    """
    if not 1 <= length <= len(residuals):
        raise BoundsError(f"A block must have 1 to {len(residuals)} periods, got {length}.")
    windows = np.lib.stride_tricks.sliding_window_view(residuals, length)
    blocks: FloatArray = np.ascontiguousarray((windows - windows.mean(axis=0)) * inflation)
    return blocks


def refit_resampled(ridge: FittedRidge, blocks: FloatArray, starts: IntArray) -> Refits:
    """Fit the ridge again to as many resampled outcomes as ``starts`` has rows.

    ``outcome[t] = original[t] + blocks[starts[t // length], t % length]``. Each refit makes the intercept decision of
    the original. One that decides like the original starts from the limits and not from beyond them (``held_back``):
    otherwise a channel that the outcome would rather make negative would be at 0 in every refit, as if that were certain.

    Args:
        ridge: The original.
        blocks: Centred residuals, shape (n_starts, length).
        starts: Rows of ``blocks`` that follow one another, shape (n_refits, n_blocks); together at least n periods.

    Returns:
        Coefficients of every refit.
    """
    n_refits, p = len(starts), len(ridge.factors)
    refits = Refits(np.empty((n_refits, 1 + p)), np.empty(n_refits, np.int64))
    _refit_all(ridge, blocks, starts, refits)
    return refits


@compiled
def _refit_all(ridge: FittedRidge, blocks: FloatArray, starts: IntArray, refits: Refits) -> None:
    p, n = ridge.columns.shape
    resampled, shift, slopes = np.zeros(n), np.zeros(p), np.zeros(p)
    scratch = make_ridge_scratch(p)
    for i in range(len(starts)):
        mean = _join_blocks(blocks, starts, i, resampled)
        _fill_covariance(ridge.columns, resampled, shift)
        intercept, has_intercept = _refit_one(ridge, shift, mean, scratch, slopes)
        refits.coefficients[i, 0] = intercept
        refits.coefficients[i, 1:] = slopes
        refits.has_intercept[i] = has_intercept


@compiled
def _refit_one(
    ridge: FittedRidge, shift: FloatArray, mean: float, scratch: RidgeScratch, slopes: FloatArray
) -> tuple[float, bool]:
    """Fit with the moments of the original moved by those of the resampled residuals."""
    old, rules = ridge.moments, ridge.rules
    moments = Moments(
        old.covariance, old.with_outcome + shift, old.means, old.outcome_mean + mean, old.outcome_variance
    )
    answer = fit_ridge(moments, ridge.penalty, ridge.factors, ridge.limits, rules, scratch, slopes)
    if answer[1] != ridge.has_intercept or not np.any(ridge.held_back):
        return answer
    moments = Moments(
        old.covariance,
        old.with_outcome + shift + ridge.held_back,
        old.means,
        old.outcome_mean + mean,
        old.outcome_variance,
    )
    same = RidgeRules(ridge.has_intercept, rules.drop_negative, rules.glmnet)
    return fit_ridge(moments, ridge.penalty, ridge.factors, ridge.limits, same, scratch, slopes)


@compiled
def _join_blocks(blocks: FloatArray, starts: IntArray, i: int, resampled: FloatArray) -> float:
    """Write the blocks of refit ``i`` one after the other, the last one cut off; returns their mean."""
    length, total = blocks.shape[1], 0.0
    for t in range(len(resampled)):
        resampled[t] = blocks[starts[i, t // length], t % length]
        total += resampled[t]
    return total / len(resampled)


@compiled_for_vectors
def _fill_covariance(columns: FloatArray, resampled: FloatArray, shift: FloatArray) -> None:
    """Covariance of each column, which has mean 0, with the resampled residuals."""
    for j in range(len(columns)):
        total = 0.0
        for t in range(len(resampled)):
            total += columns[j, t] * resampled[t]
        shift[j] = total / len(resampled)
