"""The joint baseline of the posterior sampler, integrated out.

Given noise variance ``s2``, baseline coefficients are ``N(0, s2 / P)`` with ``P`` diagonal, so that the outcome less media has
the covariance ``s2 * inv(W)`` with ``W = I - Z inv(Z'Z + P) Z'``. With ``L L' = Z'Z + P`` and ``q(a) = inv(L) Z'a``:
``a'Wb = a'b - q(a)'q(b)`` and ``ln det W = sum ln P - 2 sum ln L_ii``. Several priors ``P`` (stiffnesses) are kept side by side;
``Z'a`` is shared by all of them. k columns; n modelled rows; arrays read along time have time last.
"""

import math
from typing import NamedTuple

import numpy as np

from mmm_core.kernels.arrays import FloatArray, IntArray
from mmm_core.kernels.compiling import compiled, compiled_for_vectors

_SPARSE = 0.15
"""Columns with a smaller share of numbers other than 0 are read cell by cell."""


class JointBaseline(NamedTuple):
    """Columns of the baseline and the factors of every stiffness.

    Attributes:
        columns: Z', shape (k, n).
        first: First row in which a column is not 0, shape (k,).
        end: One behind the last such row, same shape; equal to ``first`` for a sparse column, which is listed in ``cells``.
        cells: Column and row of every number of the sparse columns (holidays, short bumps), shape (n_cells, 2).
        cell_values: Those numbers, shape (n_cells,).
        n_used: Columns that take part per stiffness (the first ones), shape (n_stiffness,).
        inverse: ``inv(L)``, lower triangular, shape (n_stiffness, k, k).
        log_determinant: ``ln det W``, shape (n_stiffness,).
    """

    columns: FloatArray
    first: IntArray
    end: IntArray
    cells: IntArray
    cell_values: FloatArray
    n_used: IntArray
    inverse: FloatArray
    log_determinant: FloatArray


def factorise_baseline(columns: FloatArray, prior_sd: FloatArray) -> JointBaseline:
    """Prepare ``a'Wb`` for every stiffness.

    Args:
        columns: Z', shape (k, n); a column that is 0 throughout is allowed.
        prior_sd: Prior standard deviation of every coefficient in units of the noise, shape (n_stiffness, k); 0 leaves a column
            out, and only the last columns may be left out.
    """
    columns = np.ascontiguousarray(columns, dtype=np.float64)
    k, n = columns.shape
    nonzero = columns != 0.0
    is_sparse = nonzero.sum(axis=1) < _SPARSE * n
    cells = np.ascontiguousarray(
        np.argwhere(nonzero & is_sparse[:, None])
    )  # one layout, so that nothing compiles twice
    first = np.where(is_sparse, 0, nonzero.argmax(axis=1))
    end = np.where(is_sparse, 0, n - nonzero[:, ::-1].argmax(axis=1))
    n_used = (prior_sd > 0).sum(axis=1)
    assert all((row[:used] > 0).all() for row, used in zip(prior_sd, n_used, strict=True)), "left-out columns come last"
    gram = np.zeros((k, k))
    cell_values = columns[cells[:, 0], cells[:, 1]]
    for j in range(k):
        _gather(columns, first, end, columns[j], gram[j])
        _gather_cells(cells, cell_values, columns[j], gram[j])
    inverse = np.zeros((len(prior_sd), k, k))
    log_determinant = np.zeros(len(prior_sd))
    for s, used in enumerate(n_used):
        precision = prior_sd[s, :used] ** -2.0
        log_determinant[s] = np.log(precision).sum() - 2.0 * _invert_factor(gram, precision, inverse[s])
    return JointBaseline(columns, first, end, cells, cell_values, n_used, inverse, log_determinant)


@compiled
def _invert_factor(gram: FloatArray, precision: FloatArray, inverse: FloatArray) -> float:
    """Cholesky factor L of ``gram + diag(precision)``, its inverse to ``inverse``; returns ``sum ln L_ii``.

    Written out because a library's answer may depend on how many threads it takes.
    """
    k = len(precision)
    factor = np.zeros((k, k))
    log_diagonal = 0.0
    for i in range(k):
        for j in range(i):
            factor[i, j] = (gram[i, j] - _dot(factor[i], factor[j], j)) / factor[j, j]
        rest = gram[i, i] + precision[i] - _dot(factor[i], factor[i], i)
        factor[i, i] = math.sqrt(max(rest, precision[i] * 1e-3))
        log_diagonal += math.log(factor[i, i])
    transposed = np.zeros((k, k))
    for j in range(k):
        transposed[j, j] = 1.0 / factor[j, j]
        for i in range(j + 1, k):
            transposed[j, i] = -_dot_between(factor[i], transposed[j], j, i) / factor[i, i]
    for i in range(k):
        for j in range(i + 1):
            inverse[i, j] = transposed[j, i]
    return log_diagonal


@compiled_for_vectors
def _dot(a: FloatArray, b: FloatArray, n: int) -> float:
    total = 0.0
    for i in range(n):
        total += a[i] * b[i]
    return total


@compiled_for_vectors
def _dot_between(a: FloatArray, b: FloatArray, first: int, end: int) -> float:
    total = 0.0
    for i in range(first, end):
        total += a[i] * b[i]
    return total


@compiled_for_vectors
def dot(a: FloatArray, b: FloatArray) -> float:
    """``a'b`` of two series of one shape (n,)."""
    total = 0.0
    for i in range(len(a)):
        total += a[i] * b[i]
    return total


@compiled_for_vectors
def add_multiple(target: FloatArray, factor: float, series: FloatArray) -> None:
    """``target += factor * series``, both of shape (n,)."""
    for i in range(len(target)):
        target[i] += factor * series[i]


@compiled
def copy_into(target: FloatArray, source: FloatArray) -> None:
    """``target = source``, both of shape (n,); a loop compiles ten times as fast as numpy's assignment."""
    for i in range(len(target)):
        target[i] = source[i]


@compiled
def gather(baseline: JointBaseline, series: FloatArray, gathered: FloatArray) -> None:
    """``gathered = Z' series``, shape (k,)."""
    _gather(baseline.columns, baseline.first, baseline.end, series, gathered)
    _gather_cells(baseline.cells, baseline.cell_values, series, gathered)


@compiled_for_vectors
def _gather(columns: FloatArray, first: IntArray, end: IntArray, series: FloatArray, gathered: FloatArray) -> None:
    for j in range(len(columns)):
        total = 0.0
        for t in range(first[j], end[j]):
            total += columns[j, t] * series[t]
        gathered[j] = total


@compiled
def _gather_cells(cells: IntArray, values: FloatArray, series: FloatArray, gathered: FloatArray) -> None:
    for i in range(len(values)):
        gathered[cells[i, 0]] += values[i] * series[cells[i, 1]]


@compiled_for_vectors
def project(baseline: JointBaseline, stiffness: int, gathered: FloatArray, projected: FloatArray) -> float:
    """``projected = inv(L) gathered``, which is q of the series gathered, both of shape (k,); returns its squared length."""
    inverse = baseline.inverse
    used = baseline.n_used[stiffness]
    length = 0.0
    for i in range(used):
        total = 0.0
        for j in range(i + 1):
            total += inverse[stiffness, i, j] * gathered[j]
        projected[i] = total
        length += total * total
    for i in range(used, len(projected)):
        projected[i] = 0.0
    return length


@compiled
def solve_back(baseline: JointBaseline, stiffness: int, projected: FloatArray, solution: FloatArray) -> None:
    """``solution = inv(L)' projected``: coefficients of the baseline from a projected residual; shape (k,), 0 where left out."""
    for i in range(len(solution)):
        solution[i] = 0.0
    for i in range(baseline.n_used[stiffness]):
        add_multiple(solution[: i + 1], projected[i], baseline.inverse[stiffness, i, : i + 1])
