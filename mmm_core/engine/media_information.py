"""How much the data can tell about the return of a medium, in closed form: no chain is run.

Everything rests on ``a'Wb`` of the posterior sampler (:mod:`mmm_core.kernels.sampler_baseline`): ``W`` takes out of a series what
the baseline could explain. n modelled rows, k baseline columns, M media, g points of the prior of adstock and saturation.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import log_ndtr, ndtr, ndtri

from mmm_core.engine.posterior_problem import PosteriorProblem
from mmm_core.entities.design import FloatArray
from mmm_core.kernels.adstock import GEOMETRIC
from mmm_core.kernels.sampler_media import ALPHA, DECAY, fill_medium, make_media_scratch
from mmm_core.kernels.sampler_state import SamplerPrior

_STEPS = np.array([0.8566748838545029, 0.733891856627126, 0.6287067210378087, 0.5385972572236101])
"""Powers of the root of ``x**5 = x + 1``, inverted: steps that fill four dimensions evenly (Roberts 2018, R-sequence)."""

_FINE = 400


class Projector(NamedTuple):
    """Takes out of series what a baseline of one stiffness, and more columns with a prior, could explain.

    Attributes:
        columns: Z', baseline and further columns, shape (k, n).
        inverse: ``inv(L)`` with ``L L' = Z'Z + P``, shape (k, k).
    """

    columns: FloatArray
    inverse: FloatArray

    def project(self, series: FloatArray) -> FloatArray:
        """``inv(L) Z'a`` of series of shape (..., n): what the baseline sees of them, shape (..., k)."""
        seen: FloatArray = (series @ self.columns.T) @ self.inverse.T
        return seen

    def product(self, first: FloatArray, second: FloatArray) -> FloatArray:
        """``a'Wb`` of series of shape (..., n)."""
        seen = (self.project(first) * self.project(second)).sum(axis=-1)
        product: FloatArray = (first * second).sum(axis=-1) - seen
        return product


def projector_of(problem: PosteriorProblem, stiffness: int) -> Projector:
    """The baseline of one stiffness."""
    return Projector(problem.data.baseline.columns, problem.data.baseline.inverse[stiffness])


def with_columns(projector: Projector, problem: PosteriorProblem, stiffness: int, more: FloatArray) -> Projector:
    """The baseline of one stiffness and further columns, shape (m, n), with a prior sd of 1 in units of the noise."""
    used = problem.data.baseline.n_used[stiffness]
    columns = np.vstack([projector.columns[:used], more])
    sd = np.concatenate([problem.baseline.prior_sd[stiffness, :used], np.ones(len(more))])
    factor = np.linalg.cholesky(columns @ columns.T + np.diag(sd**-2.0))
    return Projector(columns, np.linalg.inv(factor))


def prior_parameters(prior: SamplerPrior, kind: int, m: int, n_points: int) -> FloatArray:
    """Adstock and saturation of one medium spread evenly over their prior, always the same, shape (n_points, 4)."""
    unit = (0.5 + np.arange(1, n_points + 1)[:, None] * _STEPS) % 1.0
    points: FloatArray = prior.low[m] + (prior.high[m] - prior.low[m]) * unit
    ends = list(zip(prior.low[m], prior.high[m], strict=True))
    points[:, ALPHA] = _quantiles(unit[:, ALPHA], *ends[ALPHA], lambda alpha: _log_density_of_alpha(prior, alpha))
    if kind == GEOMETRIC:
        points[:, DECAY] = _quantiles(unit[:, DECAY], *ends[DECAY], lambda theta: _log_density_of_theta(prior, theta))
    return points


def _log_density_of_alpha(prior: SamplerPrior, alpha: FloatArray) -> FloatArray:
    log_alpha = np.log(alpha)
    density: FloatArray = -log_alpha - 0.5 * ((log_alpha - prior.alpha_log_mean) / prior.alpha_log_sd) ** 2
    return density


def _log_density_of_theta(prior: SamplerPrior, theta: FloatArray) -> FloatArray:
    density: FloatArray = prior.theta_powers[0] * np.log(theta) + prior.theta_powers[1] * np.log1p(-theta)
    return density


def media_columns(problem: PosteriorProblem, m: int, parameters: FloatArray) -> FloatArray:
    """Columns of one medium for several parameters: one unit is one unit of return, sampler's outcome units, shape (g, n)."""
    given = problem.data.given
    scratch, columns = make_media_scratch(given), np.zeros((len(parameters), len(given.rows)))
    for i, point in enumerate(parameters):
        fill_medium(given, m, np.ascontiguousarray(point), scratch, columns, i)
    return columns


class Earnings(NamedTuple):
    """What a medium would be credited with, averaged over its adstock and saturation; shape of the batch.

    Attributes:
        log_gain: By how much it explains the series better than nothing (ln of a Bayes factor).
        mean: Expected return, the chance that it does nothing counted in.
    """

    log_gain: FloatArray
    mean: FloatArray


def earnings_of(precision: FloatArray, pull: FloatArray, common: float, prior: SamplerPrior) -> Earnings:
    """The sampler's own formula of what a return is, with adstock and saturation averaged over the first axis.

    Args:
        precision: ``x'Wx / s2``, shape (g, ...).
        pull: ``x'We / s2``, same shape.
        common: R.
        prior: Its width and chance of nothing.
    """
    sd2 = (prior.width * common) ** 2
    variance = 1.0 / (np.maximum(precision, 0.0) + 1.0 / sd2)
    middle = variance * (pull + common / sd2)
    z = middle / np.sqrt(variance)
    gain = 0.5 * np.log(variance / sd2) + 0.5 * z**2 - 0.5 / prior.width**2 + log_ndtr(z) - log_ndtr(1.0 / prior.width)
    mean = middle + np.sqrt(variance) * np.exp(-0.5 * z**2 - 0.5 * np.log(2.0 * np.pi) - log_ndtr(z))
    highest = gain.max(axis=0)
    weight = np.exp(gain - highest)
    log_gain = np.log(weight.mean(axis=0)) + highest
    works = 1.0 / (1.0 + prior.nothing / (1.0 - prior.nothing) * np.exp(-np.clip(log_gain, -700.0, 700.0)))
    return Earnings(log_gain, works * (weight * mean).sum(axis=0) / weight.sum(axis=0))


def _quantiles(
    unit: FloatArray, low: float, high: float, log_density: Callable[[FloatArray], FloatArray]
) -> FloatArray:
    """Quantiles of a density between two ends; equal ends fix it."""
    if high <= low:
        return np.full(len(unit), low)
    points = low + (high - low) * (np.arange(_FINE) + 0.5) / _FINE
    density = log_density(points)
    mass = np.cumsum(np.exp(density - density.max()))
    quantiles: FloatArray = np.interp(unit, mass / mass[-1], points)
    return quantiles


def power_return(errors: FloatArray, power: float, level: float) -> float:
    """The return that is told from nothing with a given power, when its standard error is one of ``errors`` (each as likely).

    Solves ``mean(Phi(r / error - z)) = power`` with z the one-sided quantile of ``level``.

    Args:
        errors: Above 0, inf where nothing can be told, shape (g,).
        power: Such as 0.8.
        level: Chance to be told from nothing although it does nothing, one-sided.

    Returns:
        inf when no return is told so often.
    """
    from scipy.optimize import brentq

    finite = errors[np.isfinite(errors)]
    if len(finite) <= power * len(errors):
        return float("inf")
    z = float(ndtri(1.0 - level))

    def gap(size: float) -> float:
        return float(ndtr(size / finite - z).sum()) / len(errors) - power

    high = (z + 1.0) * float(finite.max())
    while gap(high) < 0.0:
        high *= 2.0
    return float(brentq(gap, 0.0, high))
