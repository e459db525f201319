"""The same data asked in another way: without the last weeks, without a context column, with another baseline."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from mmm_core.engine.posterior_baseline import LEVELS, SLOPES, BaselineColumns
from mmm_core.engine.posterior_problem import PosteriorProblem
from mmm_core.entities.columns import Frequency
from mmm_core.entities.date_checks import touched_periods
from mmm_core.entities.design import FloatArray
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.settings import MarkedPeriods, ModelSettings, Window
from mmm_core.kernels.sampler_baseline import factorise_baseline, gather

WEEK_PERIODS: Mapping[Frequency, float] = {Frequency.DAY: 7.0, Frequency.WEEK: 1.0, Frequency.MONTH: 12 / 52.18}
"""Periods a week has."""

STIFF = (SLOPES[0], LEVELS[0])
LOOSE = (SLOPES[-1], LEVELS[-1])
"""Ends of the baseline's freedom: how far the slope may bend, how far the level may jump."""


def periods_of(weeks: float, frequency: Frequency) -> int:
    """Periods in so many weeks, at least one."""
    return max(round(weeks * WEEK_PERIODS[frequency]), 1)


def with_rows(data: MMMDataCollection, n_rows: int) -> MMMDataCollection:
    """The same data with only the first ``n_rows`` modelled periods; the table keeps all of its rows.

    Raises:
        DataError: The rest cannot be modelled (too few periods, a channel without spend).
    """
    dates = data.dates.iloc[data.rows[[0, n_rows - 1]]]
    window = Window(start=dates.iloc[0].date(), end=dates.iloc[1].date())
    marked = tuple(mark for mark in data.settings.marked if _is_felt(data, mark, window))
    return replace_settings(data, replace(data.settings, window=window, marked=marked))


def without_context(data: MMMDataCollection, column: str) -> MMMDataCollection:
    """The same data without one context column."""
    settings = data.settings
    kept = tuple(context for context in settings.context if context.column != column)
    bounds = {name: parameters for name, parameters in settings.bounds.items() if name != column}
    return replace_settings(data, replace(settings, context=kept, bounds=bounds))


def with_outcome(data: MMMDataCollection, outcome: FloatArray) -> MMMDataCollection:
    """The same data with another outcome in the modelled periods, shape (n_rows,)."""
    column = data.settings.outcome.column
    values = data.table[column].to_numpy(dtype=np.float64, copy=True)
    values[data.rows] = outcome
    settings = replace(data.settings, calibration=replace(data.settings.calibration, studies=()))
    return replace(data, table=data.table.assign(**{column: values}), settings=settings)


def replace_settings(data: MMMDataCollection, settings: ModelSettings) -> MMMDataCollection:
    """The same table with other settings."""
    return replace(data, settings=settings)


def with_stiffness(problem: PosteriorProblem, slope: float, level: float) -> PosteriorProblem:
    """The same question with one stiffness of the baseline instead of all six."""
    row = SLOPES.index(slope) * len(LEVELS) + LEVELS.index(level)
    baseline = problem.baseline._replace(prior_sd=problem.baseline.prior_sd[row : row + 1])
    return with_baseline(problem, baseline, baseline.columns)


def with_baseline(problem: PosteriorProblem, baseline: BaselineColumns, known: FloatArray) -> PosteriorProblem:
    """The same question with other baseline columns.

    Args:
        problem: The question.
        baseline: Its new columns, possibly on more rows than those of the question.
        known: These columns on the rows of the question, shape (k, n_rows).
    """
    columns = factorise_baseline(known, baseline.prior_sd)
    gathered = np.zeros(len(known))
    gather(columns, problem.data.outcome, gathered)
    return problem._replace(baseline=baseline, data=problem.data._replace(baseline=columns, gathered=gathered))


def _is_felt(data: MMMDataCollection, mark: MarkedPeriods, window: Window) -> bool:
    """Whether a one-off period still touches the window; one left out outside of it changes nothing here."""
    inside = data.dates.between(_day(window.start), _day(window.end)).to_numpy()
    return bool((touched_periods(data.dates, mark.start, mark.end) & inside).any())


def _day(day: dt.date) -> np.datetime64:
    return np.datetime64(day, "ns")
