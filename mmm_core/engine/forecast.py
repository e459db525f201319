"""What the averaged estimate expects of periods whose outcome it has not seen, with their media and context known.

The future is treated as rows of the same model whose outcome is missing. The baseline is built on known and future rows
together and fitted on the known ones: the slope of the trend goes on, seasons and holidays come again, context does what it
did, and bends and level bumps that begin later keep their prior, whose mean is none and whose spread widens the range the
further ahead one looks. Media work on with each draw's own carry-over, curve and return. So mean and range are the posterior
predictive distribution of the model, with one exception: what had never varied before (the first event of its kind, a holiday
not met yet) is kept as it was, as nothing was known of its effect.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from mmm_core.engine.features import part_name
from mmm_core.engine.posterior_baseline import BaselineColumns, build_baseline
from mmm_core.engine.posterior_problem import PosteriorProblem, build_problem
from mmm_core.engine.trust_changes import with_baseline, with_rows
from mmm_core.entities.design import FloatArray, IntArray
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.kernels.response import hill_share
from mmm_core.kernels.sampler_media import ALPHA, fill_medium, make_media_scratch
from mmm_core.kernels.sampler_summary import Draws, describe_draws

_MOST_DRAWS = 150


class Forecast(NamedTuple):
    """Periods ahead, h of them.

    Attributes:
        rows: Their rows in the table, shape (h,).
        actual: What really came, shape (h,).
        draws: What could come, noise of single periods counted in, shape (n_draws, h).
    """

    rows: IntArray
    actual: FloatArray
    draws: FloatArray

    @property
    def expected(self) -> FloatArray:
        """Mean of the draws, shape (h,)."""
        expected: FloatArray = self.draws.mean(axis=0)
        return expected


def forecast(
    data: MMMDataCollection,
    n_known: int,
    n_ahead: int,
    seeds: np.random.SeedSequence,
    sample: Callable[[PosteriorProblem, np.random.SeedSequence], Draws],
) -> Forecast:
    """Fit the first modelled periods and foretell the next.

    Args:
        data: Table and settings; media and context of the periods to foretell are taken from it, their outcome is not looked at.
        n_known: Modelled periods that are known.
        n_ahead: Periods to foretell.
        seeds: Of chains and noise.
        sample: Draws from the answer to a question.

    Raises:
        DataError: The known periods alone cannot be modelled.
    """
    of_chains, of_noise = seeds.spawn(2)
    seen, span = with_rows(data, n_known), with_rows(data, n_known + n_ahead)
    baseline = build_baseline(span)
    problem = build_problem(seen)
    problem = with_baseline(problem, baseline, baseline.columns[:, :n_known])
    draws = _thinned(sample(problem, of_chains))
    random = np.random.default_rng(of_noise)
    noise = random.standard_normal((len(draws.variance), len(baseline.columns)))
    coefficients = describe_draws(problem.data, draws, noise).coefficients
    rows = span.rows[n_known:]
    columns = _ahead(baseline, part_name("trend", data.settings), n_known)
    scaled = coefficients @ columns + _media_ahead(problem, draws, rows)
    scaled += np.sqrt(draws.variance)[:, None] * random.standard_normal(scaled.shape)
    return Forecast(rows, problem.design.outcome[rows], problem.mean + problem.unit * scaled)


def _ahead(baseline: BaselineColumns, trend: str, n_known: int) -> FloatArray:
    """Columns of the baseline in the periods to foretell, shape (k, h).

    Of a column that had not varied only the prior is known, which is wide, and wider the rarer what it counts: drawn from, the
    first event of its kind could move the outcome of its week tenfold. The trend's own are meant to widen.
    """
    known, ahead = baseline.columns[:, :n_known], baseline.columns[:, n_known:].copy()
    is_trend = np.array([baseline.terms[term] == trend for term in baseline.term_of])
    unmet = ~is_trend & (np.ptp(known, axis=1) == 0.0)
    ahead[unmet] = known[unmet, -1:]
    return ahead


def _thinned(draws: Draws) -> Draws:
    kept = np.unique(np.linspace(0, len(draws.variance) - 1, _MOST_DRAWS).round().astype(np.int64))
    return take_draws(draws, kept)


def take_draws(draws: Draws, kept: IntArray) -> Draws:
    """Some of the draws."""
    return Draws(
        parameters=np.ascontiguousarray(draws.parameters[kept]),
        returns=draws.returns[kept],
        variance=draws.variance[kept],
        common=draws.common[kept],
        stiffness=draws.stiffness[kept],
    )


def _media_ahead(problem: PosteriorProblem, draws: Draws, rows: IntArray) -> FloatArray:
    """What all media bring in future rows, sampler's units, shape (n_draws, h)."""
    given = problem.data.given
    scratch, column = make_media_scratch(given), np.zeros((1, len(given.rows)))
    brought = np.zeros((len(draws.variance), len(rows)))
    for i, m in np.argwhere(draws.returns != 0.0):
        point = np.ascontiguousarray(draws.parameters[i, m])
        medium = fill_medium(given, m, point, scratch, column, 0)
        if medium.total > 0.0:
            ceiling = draws.returns[i, m] * given.size[m] / medium.total
            inflexion = np.full(len(rows), medium.inflexion)
            brought[i] += ceiling * hill_share(scratch.pressure[rows], point[ALPHA : ALPHA + 1], inflexion)
    return brought
