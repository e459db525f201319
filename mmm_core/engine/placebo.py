"""What a channel would be credited with had it spent the same money at other times: a fake that cannot have worked.

The modelled flighting of one channel is shifted in time, round the end, everything else stays as it is: the other media keep
their posterior means. Real flighting and fakes are credited by the sampler's own formula with adstock, saturation and the
chance of no effect averaged over the prior, so that the real one has no advantage but its timing. That takes no chain, so
that every channel meets dozens of fakes instead of a few.

A fake is as good when it earns as much and explains the outcome as well. Earning alone would not do: what a fake hardly fits is
credited with little more than what is believed before, and that can be much.
"""

from typing import NamedTuple

import numpy as np

from mmm_core.engine.media_information import (
    Earnings,
    earnings_of,
    media_columns,
    prior_parameters,
    projector_of,
)
from mmm_core.engine.posterior_problem import PosteriorProblem
from mmm_core.entities.design import FloatArray, IntArray
from mmm_core.entities.posterior import Posterior

FEWEST_FAKES = 10
_MOST_FAKES = 100
_N_POINTS = 48
_NEAREST_PERIODS = 4
_MOST_ALIKE = 0.5
"""A fake that correlates more than this with the real flighting, season taken out, is the real one again and is not used."""

_MOST_NUMBERS = 4e8
"""Columns times rows times baseline columns of one channel; long series of many channels meet fewer fakes."""


class Placebo(NamedTuple):
    """Real flighting against fakes.

    Attributes:
        real: What the real flighting is credited with when asked this way, and how well it explains the outcome.
        fakes: The same of every fake, shape (n_fakes,) each.
    """

    real: Earnings
    fakes: Earnings

    @property
    def n_fakes(self) -> int:
        """How many fakes differ enough from the real one."""
        return len(self.fakes.mean)

    @property
    def n_as_good(self) -> int:
        """How many fakes earn as much and explain as well."""
        as_good = (self.fakes.mean >= self.real.mean) & (self.fakes.log_gain >= self.real.log_gain)
        return int(as_good.sum())

    @property
    def is_possible(self) -> bool:
        """Whether there are enough fakes."""
        return self.n_fakes >= FEWEST_FAKES

    @property
    def share_as_good(self) -> float:
        """Share of fakes that are as good, the real one counted in (so never 0); NaN when there are too few."""
        return (1 + self.n_as_good) / (1 + self.n_fakes) if self.is_possible else float("nan")


def run_placebo(problem: PosteriorProblem, posterior: Posterior, m: int) -> Placebo:
    """Let one medium compete with itself at other times.

    Args:
        problem: As the sampler was asked.
        posterior: Its answer.
        m: Which medium, in design order.
    """
    stiffness = int(np.bincount(posterior.stiffness).argmax())
    projector = projector_of(problem, stiffness)
    rest = _without_others(problem, posterior, m)
    variance = float(np.median(posterior.sigma) / problem.unit) ** 2
    n_points, shifts = _how_many(problem)
    parameters = prior_parameters(problem.prior, int(problem.data.given.kinds[m]), m, n_points)
    real = media_columns(problem, m, parameters)
    fakes = np.stack([np.roll(real, shift, axis=1) for shift in (0, *shifts)], axis=1)
    seen, seen_rest = projector.project(fakes), projector.project(rest)
    precision = ((fakes**2).sum(axis=-1) - (seen**2).sum(axis=-1)) / variance
    pull = (fakes @ rest - seen @ seen_rest) / variance
    earned = earnings_of(precision, pull, float(np.median(posterior.common_return)), problem.prior)
    is_other = np.abs(_likeness(real, fakes, seen)) < _MOST_ALIKE
    is_other[0] = False
    return Placebo(Earnings(*(values[:1] for values in earned)), Earnings(*(values[is_other] for values in earned)))


def _without_others(problem: PosteriorProblem, posterior: Posterior, m: int) -> FloatArray:
    """Outcome less the mean contributions of all other media, sampler's units, shape (n,)."""
    n_media = len(problem.size)
    weekly = posterior.model_set.weekly[:, -n_media:] / problem.unit
    rest: FloatArray = problem.data.outcome - weekly.sum(axis=1) + weekly[:, m]
    return rest


def _how_many(problem: PosteriorProblem) -> tuple[int, IntArray]:
    """Points of the prior, and shifts spread evenly over the series."""
    n, k = len(problem.data.outcome), len(problem.data.gathered)
    affordable = int(_MOST_NUMBERS / (n * (k + 4) * _N_POINTS))
    count = int(np.clip(affordable, 2 * FEWEST_FAKES, _MOST_FAKES))
    ends = (_NEAREST_PERIODS, n - _NEAREST_PERIODS)
    return _N_POINTS, np.unique(np.linspace(*ends, count).astype(np.int64)) if n > 2 * _NEAREST_PERIODS else np.empty(
        0, np.int64
    )


def _likeness(real: FloatArray, fakes: FloatArray, seen: FloatArray) -> FloatArray:
    """Median correlation of every fake with the real column after the baseline, shape (n_fakes + 1,)."""
    inner = np.einsum("gn,gfn->gf", real, fakes) - np.einsum("gk,gfk->gf", seen[:, 0], seen)
    length = np.sqrt(np.maximum((fakes**2).sum(axis=-1) - (seen**2).sum(axis=-1), 1e-300))
    likeness: FloatArray = np.median(inner / (length * length[:, :1]), axis=0)
    return likeness
