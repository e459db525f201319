"""Rolling-origin backtest: refit at past dates, foretell what came next, compare with no media and with the year before."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from mmm_core.engine.backtest_dates import YEAR, plan_dates
from mmm_core.engine.baseline_forecast import foretell_without_media
from mmm_core.engine.forecast import forecast
from mmm_core.engine.model_forecast import TwoForecasts, design_at, foretell_by_model
from mmm_core.engine.past_view import PastView, view_at
from mmm_core.engine.posterior_problem import PosteriorProblem
from mmm_core.engine.trust_refits import Bench, StoppedError
from mmm_core.entities.backtest import Backtest, BacktestQuestion, DateForecast, RefusedDate, Subject
from mmm_core.entities.design import FloatArray, IntArray
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.errors import MMMError, RunCancelledError, SettingsError
from mmm_core.kernels.sampler_summary import Draws

_RANGE = (0.05, 0.95)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BacktestTask:
    """Everything a backtest needs.

    Attributes:
        data: Table and settings of the run.
        question: What is asked.
        trials: The search of the run: its rules, and how many processes it may use.
        seed: Of the run.
        hyperparameters: Of the model under test, for ``Subject.MODEL``.
        weibull_length: Rows on which its Weibull scales are measured; None means those known at each date.
    """

    data: MMMDataCollection
    question: BacktestQuestion
    trials: TrialsConfig
    seed: int
    hyperparameters: Mapping[str, float] | None = None
    weibull_length: int | None = None


def run_backtest(
    task: BacktestTask,
    *,
    kept: Backtest | None = None,
    progress: Callable[[Backtest], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Backtest:
    """Foretell from every date that is missing, oldest first.

    Args:
        task: What to do.
        kept: Forecasts made before, which are not made again.
        progress: Called with everything so far after every date, or after as many as are made at the same time.
        should_stop: Asked many times a second; once it answers yes, what there is is returned.

    Returns:
        Complete, unless it was stopped.

    Raises:
        DataError: There are too few periods for so many dates.
        SettingsError: A model is to be tested and its hyperparameters are not given.
    """
    dates = plan_dates(task.data, task.question.n_dates, task.question.horizon)
    if task.question.subject is Subject.MODEL and task.hyperparameters is None:
        raise SettingsError("A backtest of one model needs its hyperparameters; none were given.")
    found = kept or Backtest(question=task.question, frequency=task.data.frequency)
    bench = Bench(task.trials.cores or _cores(), task.seed, should_stop)
    try:
        while not found.is_complete:
            bench.stop_if_asked()
            for one in _next_dates(task, dates[found.n_done :], bench, should_stop):
                found = _with(found, one)
            if progress is not None:
                progress(found)
    except StoppedError:
        pass
    return found


def _next_dates(
    task: BacktestTask, dates: Sequence[int], bench: Bench, should_stop: Callable[[], bool] | None
) -> list[DateForecast | RefusedDate]:
    """One date; of the averaged estimate, whose chains run in one thread each, as many as there are processors."""
    if task.question.subject is not Subject.AVERAGED:
        return [_at_date(task, dates[0], bench, should_stop)]
    return bench.run([partial(_at_date, task, n_known, bench, should_stop) for n_known in dates[: bench.cores]])


def _cores() -> int:
    from mmm_core.engine.process_pool import available_cores

    return available_cores()


def _with(found: Backtest, one: DateForecast | RefusedDate) -> Backtest:
    if isinstance(one, RefusedDate):
        return replace(found, refused=(*found.refused, one))
    return replace(found, forecasts=(*found.forecasts, one))


def _at_date(
    task: BacktestTask, n_known: int, bench: Bench, should_stop: Callable[[], bool] | None
) -> DateForecast | RefusedDate:
    try:
        view = view_at(task.data, n_known, task.question.horizon)
        return _FORETELL[task.question.subject](task, view, bench, should_stop)
    except MMMError as refusal:
        if isinstance(refusal, RunCancelledError):
            raise StoppedError from refusal
        known_until = task.data.dates.iloc[task.data.rows[n_known - 1]].date()
        return RefusedDate(known_until=known_until, reason=refusal.problems[0])


def _foretell_averaged(
    task: BacktestTask, view: PastView, bench: Bench, should_stop: Callable[[], bool] | None
) -> DateForecast:
    del should_stop  # the bench asks

    def sample(problem: PosteriorProblem, seeds: np.random.SeedSequence) -> Draws:
        return bench.refit(problem, seeds).draws

    made = forecast(view.span, view.n_known, len(view.ahead), bench.seeds(view.n_known), sample)
    low, high = np.quantile(made.draws, _RANGE, axis=0)
    answer = _describe(task, view, TwoForecasts(made.expected, foretell_without_media(view)))
    return replace(answer, low=_numbers(low), high=_numbers(high))


def _foretell_model(
    task: BacktestTask, view: PastView, bench: Bench, should_stop: Callable[[], bool] | None
) -> DateForecast:
    del bench, should_stop  # over in a second
    assert task.hyperparameters is not None, "checked before the first date"
    design = design_at(view, weibull_length=task.weibull_length)
    return _describe(task, view, foretell_by_model(view, design, task.hyperparameters, task.trials))


def _foretell_procedure(
    task: BacktestTask, view: PastView, bench: Bench, should_stop: Callable[[], bool] | None
) -> DateForecast:
    """Search as the run did, with what was known then, and foretell by the recommended model."""
    del bench
    from mmm_core.engine.features import build_run_design
    from mmm_core.engine.model_executor import MMMModelExecutor
    from mmm_core.engine.pareto_optimize import ParetoOptimizer

    trials = replace(task.trials, trials=task.question.trials, iterations=task.question.iterations)
    design = design_at(view)
    of_search = build_run_design(view.known, trials) if trials.timeseries_validation else design
    of_search = replace(of_search, weibull_length=design.weibull_length)
    collection = MMMModelExecutor(design=of_search, should_stop=should_stop).model_run(
        view.known, trials, seed=task.seed, quiet=True
    )
    if collection.info.stopped_early:
        raise StoppedError
    pareto = ParetoOptimizer().pareto_optimize(view.known, collection.model_output)
    output = collection.model_output
    row = output.solution_ids.index(pareto["recommended_id"])
    values = np.concatenate([trial.hyperparameters for trial in output.trials])[row]
    picked = dict(zip(output.parameter_names, map(float, values), strict=True))
    answer = _describe(task, view, foretell_by_model(view, design, picked, trials))
    return replace(answer, solution_id=pareto["recommended_id"])


def _describe(task: BacktestTask, view: PastView, foretold: TwoForecasts) -> DateForecast:
    outcome = task.data.table[task.data.settings.outcome.column].to_numpy(np.float64)
    dates, known = task.data.dates, task.data.rows[: view.n_known]
    return DateForecast(
        known_until=dates.iloc[known[-1]].date(),
        n_known=view.n_known,
        dates=tuple(day.date() for day in dates.iloc[view.ahead]),
        actual=_numbers(outcome[view.ahead]),
        model=_numbers(foretold.model),
        no_media=_numbers(foretold.no_media),
        naive=_numbers(outcome[_year_before(view, YEAR[task.data.frequency])]),
        outcome_range=float(np.ptp(outcome[known])),
        left_out=view.left_out,
    )


def _year_before(view: PastView, year: int) -> IntArray:
    """Rows a year before those to foretell, shape (horizon,); two years where periods left out would let it look ahead."""
    rows = view.ahead - year
    return np.where(rows >= view.unseen_from, rows - year, rows)


def _numbers(values: FloatArray) -> tuple[float, ...]:
    return tuple(map(float, values))


_FORETELL = {
    Subject.AVERAGED: _foretell_averaged,
    Subject.MODEL: _foretell_model,
    Subject.PROCEDURE: _foretell_procedure,
}
