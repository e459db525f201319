"""Can it predict weeks it has not seen? Rolling origins against the same weeks of the year before."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from mmm_core.engine.forecast import Forecast, forecast
from mmm_core.engine.past_view import view_at
from mmm_core.engine.posterior_problem import PosteriorProblem
from mmm_core.engine.trust_changes import periods_of
from mmm_core.engine.trust_context import CheckContext, done, not_possible
from mmm_core.entities.design import FloatArray
from mmm_core.entities.trust import CheckKey, CheckNumber, TrustCheck
from mmm_core.errors import MMMError
from mmm_core.kernels.sampler_summary import Draws

RATIO = "Error against the seasonal naive"
_AHEAD_WEEKS = 13
_YEAR_WEEKS = 52
_MOST_ORIGINS = 4
_RANGE = (0.05, 0.95)


def check_forecast(context: CheckContext) -> TrustCheck:
    """Foretell up to four quarters, each from what came before it, with its media and context known."""
    frequency, n_rows = context.data.frequency, context.data.n_periods
    ahead, year = periods_of(_AHEAD_WEEKS, frequency), periods_of(_YEAR_WEEKS, frequency)
    origins = [n_rows - ahead * back for back in range(1, _MOST_ORIGINS + 1) if n_rows - ahead * back >= year]
    if not origins:
        return not_possible(
            CheckKey.FORECAST,
            f"A forecast of {_AHEAD_WEEKS} weeks needs a year of data before them; there are {n_rows} {frequency.value}s in all.",
        )
    found = context.bench.run([partial(_foretell, context, origin, ahead) for origin in origins])
    made = [one for one in found if isinstance(one, Forecast)]
    if not made:
        refusal = next(one for one in found if isinstance(one, MMMError))
        return not_possible(CheckKey.FORECAST, f"The weeks before cannot be modelled alone. {refusal.problems[0]}")
    return _line(context, made, year)


def _foretell(context: CheckContext, origin: int, ahead: int) -> Forecast | MMMError:
    def sample(problem: PosteriorProblem, seeds: np.random.SeedSequence) -> Draws:
        return context.bench.refit(problem, seeds).draws

    try:
        seeds = context.bench.seeds(list(CheckKey).index(CheckKey.FORECAST), origin)
        return forecast(view_at(context.data, origin, ahead).span, origin, ahead, seeds, sample)
    except MMMError as refusal:
        return refusal


def _line(context: CheckContext, made: Sequence[Forecast], year: int) -> TrustCheck:
    outcome = context.problem.design.outcome
    rows, actual = np.concatenate([one.rows for one in made]), np.concatenate([one.actual for one in made])
    scale = max(float(np.abs(actual).mean()), 1e-300)
    own = float(np.abs(np.concatenate([one.expected for one in made]) - actual).mean()) / scale
    naive = float(np.abs(outcome[rows - year] - actual).mean()) / scale
    covered = _covered(made, actual)
    ratio = own / naive if naive > 0 else float("inf")
    period = context.data.frequency.value
    told = "it beats" if ratio < 0.95 else "it does no better than" if ratio < 1.05 else "it does worse than"
    summary = (
        f"In {len(made)} forecast{'' if len(made) == 1 else 's'} of {len(made[0].rows)} {period}s from what "
        f"came before, it was off by {own:.1%} on average; the same weeks of the year before by {naive:.1%}: {told} that simple "
        f"guess. {covered:.0%} of the {period}s fell into its 90% range."
    )
    return done(
        CheckKey.FORECAST,
        summary,
        numbers=(
            CheckNumber(name="Average error of the forecast", value=100.0 * own, unit="%"),
            CheckNumber(name="Average error of the year before", value=100.0 * naive, unit="%"),
            CheckNumber(name=RATIO, value=100.0 * ratio, unit="%"),
            CheckNumber(name="Periods inside the 90% range", value=100.0 * covered, unit="%"),
        ),
    )


def _covered(made: Sequence[Forecast], actual: FloatArray) -> float:
    ends = np.concatenate([np.quantile(one.draws, _RANGE, axis=0) for one in made], axis=1)
    return float(((ends[0] <= actual) & (actual <= ends[1])).mean())
