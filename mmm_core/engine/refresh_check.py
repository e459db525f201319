"""What is new in a table and what changed, before a model is refreshed with it: all reasons at once."""

import datetime as dt
import difflib
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mmm_core.engine.window_rows import WindowRows
from mmm_core.entities.calibration_checks import data_days
from mmm_core.entities.data_checks import find_problems, rows_in_window
from mmm_core.entities.date_checks import date_problems, parse_dates, touched_periods
from mmm_core.entities.design import IntArray
from mmm_core.entities.mmmdata_collection import MMMDataCollection, hash_table
from mmm_core.entities.refresh import ChangedCell, MissingColumn, ModelRefreshConfig, RefreshCheck, RefreshMode
from mmm_core.entities.settings import CalibrationInput, MarkedPeriods, ModelSettings, Treatment, Window

TOLERANCE = 1e-3
"""A cell of history counts as changed when it differs by more than this share of its own size or of the column's mean size,
whichever is larger: rounding to cents is no revision, a restated week is."""

_SHOWN = 3
_MANUAL = ModelRefreshConfig()


def check_refresh(
    previous: MMMDataCollection, new_table: pd.DataFrame, config: ModelRefreshConfig = _MANUAL
) -> RefreshCheck:
    """Compare a table with the data of a model: what is new, what changed, can it be refreshed.

    New is what comes after the last period the model was fitted to, whether or not the old table already had it. Only columns
    the model uses are compared.

    Args:
        previous: The data of the model.
        new_table: One row per period, history included, any order.
        config: How many new periods a step needs.

    Returns:
        Everything found; ``problems`` is empty when the refresh can be done, ``revisions`` is what the user has to accept.
    """
    settings = previous.settings
    edges = window_edges(previous)
    dates = _dates_of(new_table, settings.date)
    missing = tuple(_missing_columns(previous, new_table, dates))
    old_dates = previous.dates
    start, end = old_dates.iloc[edges.first], old_dates.iloc[edges.last]
    new = dates[dates > end]
    changed, lost = _compare_history(previous, new_table, dates, missing)
    facts = _Facts(
        n_new=len(new),
        n_history=int(dates.isin(old_dates).sum()),
        n_until_end=int((dates <= end).sum()),
        first=None if dates.empty else dates.iloc[0].date(),
    )
    problems = [
        *_column_problems(missing),
        *_table_problems(previous, new_table, missing, has_dates=not dates.empty),
        *(_period_problems(previous, edges, facts, config) if not dates.empty else ()),
    ]
    if not problems:
        problems = list(_moved_problems(previous, new_table, edges, count_steps(len(new), config), config))
    return RefreshCheck(
        frequency=previous.frequency,
        window_start=start.date(),
        window_end=end.date(),
        n_window=edges.n_periods,
        n_new=len(new),
        first_new=new.iloc[0].date() if len(new) else None,
        last_new=new.iloc[-1].date() if len(new) else None,
        n_history=facts.n_history,
        changed=changed,
        lost=lost,
        missing=missing,
        added=tuple(str(name) for name in new_table.columns if name not in previous.table.columns),
        n_steps=0 if problems else count_steps(len(new), config),
        problems=tuple(problems),
        revisions=tuple(_revision_sentences(previous, changed, lost)) if facts.n_history else (),
    )


def new_data_of(previous: MMMDataCollection, new_table: pd.DataFrame) -> MMMDataCollection:
    """The new table with the roles, window and bounds of the previous model.

    Args:
        previous: The data of the model.
        new_table: One row per period, history included.

    Raises:
        DataError: The table cannot be modelled; carries every reason.
    """
    return replace(previous, table=new_table)


def window_edges(data: MMMDataCollection) -> WindowRows:
    """First and last period of the window, as rows of the table; periods that are left out do not move them."""
    rows = rows_in_window(data.dates, replace(data.settings, marked=(), bounds={}))
    return WindowRows(int(rows[0]), int(rows[-1]))


def count_steps(n_new: int, config: ModelRefreshConfig) -> int:
    """Steps a refresh takes: one, or as many as the new periods are enough for."""
    possible = n_new // config.refresh_steps
    return possible if config.refresh_mode is RefreshMode.AUTO else min(possible, 1)


def has_same_history(previous: MMMDataCollection, new: MMMDataCollection) -> bool:
    """Whether the new table holds the previous one, to the last bit of every column the model uses."""
    return hash_table(history_of(previous, new)[list(previous.settings.used_columns)]) == previous.data_hash


def history_of(previous: MMMDataCollection, new: MMMDataCollection) -> pd.DataFrame:
    """The rows of the new table up to the last date of the previous one."""
    history: pd.DataFrame = new.table.loc[new.dates <= previous.dates.iloc[-1]].reset_index(drop=True)
    return history


class _Facts(NamedTuple):
    """Counts of periods: new ones, those in both tables, those until the end of the old window; and the first date."""

    n_new: int
    n_history: int
    n_until_end: int
    first: dt.date | None


def _dates_of(table: pd.DataFrame, date: str) -> pd.Series:
    """Dates in ascending order; empty where they cannot be read (the sentences about it come from the date checks)."""
    if list(table.columns).count(date) != 1 or any(date_problems(table[date])):
        return pd.Series(dtype="datetime64[ns]")
    return parse_dates(table[date]).sort_values(ignore_index=True)


def _missing_columns(previous: MMMDataCollection, table: pd.DataFrame, dates: pd.Series) -> Iterator[MissingColumn]:
    """Columns that are gone; a renamed one is among those the old table had not, with the same history or a near name."""
    names = [str(name) for name in table.columns]
    unknown = [name for name in names if name not in previous.table.columns]
    for column in previous.settings.used_columns:
        if column not in names:
            same = [name for name in unknown if _has_history_of(previous, column, table, dates, name)]
            near = same or difflib.get_close_matches(column, unknown, n=1, cutoff=0.5)
            yield MissingColumn(name=column, nearest=near[0] if near else None)


def _has_history_of(previous: MMMDataCollection, column: str, table: pd.DataFrame, dates: pd.Series, name: str) -> bool:
    """Whether a column of the new table holds what an old one held, in all periods that are in both, and not just nothing."""
    if dates.empty or list(table.columns).count(name) != 1:
        return False
    old, new = _aligned(previous, table, dates)
    if not (pd.api.types.is_numeric_dtype(old[column]) and pd.api.types.is_numeric_dtype(new[name])):
        return False
    return bool(
        len(old) and (old[column] != old[column].iloc[0]).any() and not len(_changed_rows(old[column], new[name]))
    )


def _column_problems(missing: tuple[MissingColumn, ...]) -> Iterator[str]:
    for column in missing:
        if column.nearest is None:
            yield f"Column {column.name!r} of the previous model is missing. Add it, or run a new model without it."
        else:
            yield (
                f"Column {column.name!r} of the previous model is missing; the nearest new one is {column.nearest!r}. If it was "
                "renamed, give it its old name."
            )


def _table_problems(
    previous: MMMDataCollection, table: pd.DataFrame, missing: tuple[MissingColumn, ...], *, has_dates: bool
) -> list[str]:
    """What keeps the table from being modelled by any model, apart from columns that are known to be missing."""
    if table.empty or not missing:
        window = None if not has_dates else previous.settings.window
        reaches = (
            has_dates and window is not None and parse_dates(table[previous.settings.date]).max().date() < window.start
        )
        settings = replace(previous.settings, window=None if reaches else window)
        return find_problems(table, settings)
    if previous.settings.date in table.columns:
        return list(date_problems(table[previous.settings.date]))
    return []


def _period_problems(
    previous: MMMDataCollection, edges: WindowRows, facts: _Facts, config: ModelRefreshConfig
) -> Iterator[str]:
    unit, end = previous.frequency.value, previous.dates.iloc[edges.last].date()
    if not facts.n_history:
        yield (
            f"The table shares no {unit} with the previous data, which run from {previous.dates.iloc[0].date()} to "
            f"{previous.dates.iloc[-1].date()}. Give the history and the new {unit}s in one table."
        )
    if not facts.n_new:
        yield (
            f"The table has no {unit} after {end}, the last one of the previous model. Add new {unit}s; there is nothing to "
            "refresh with yet."
        )
    elif facts.n_new < config.refresh_steps:
        yield (
            f"The table has {facts.n_new} new {unit}{'s' if facts.n_new > 1 else ''} and a step needs {config.refresh_steps}. "
            f"Choose {facts.n_new} or fewer {unit}s a step, or wait for more."
        )
    if facts.n_new > edges.n_periods:
        yield (
            f"The table has {facts.n_new} new {unit}s, more than the {edges.n_periods} the previous model was fitted to. Run a "
            "new model: it has little to learn from the old one."
        )
    elif config.refresh_steps >= edges.n_periods:
        yield (
            f"A step of {config.refresh_steps} {unit}s would replace the whole window of {edges.n_periods}. Choose fewer "
            f"{unit}s a step, or run a new model."
        )
    moved = config.refresh_steps if facts.n_new >= config.refresh_steps else 0
    if facts.n_history and facts.n_until_end + moved < edges.n_periods:
        yield (
            f"The window holds {edges.n_periods} {unit}s and the table only {facts.n_until_end + moved} until the end of the "
            f"first step (it begins on {facts.first}). Give more history, or run a new model with a shorter window."
        )


def _moved_problems(
    previous: MMMDataCollection, table: pd.DataFrame, edges: WindowRows, n_steps: int, config: ModelRefreshConfig
) -> Iterator[str]:
    """Why the window of a step, the first that has a reason, cannot be modelled: such as a channel nobody spends on any more."""
    days = parse_dates(table[previous.settings.date])
    table, dates = table.iloc[np.argsort(days, kind="stable")], days.sort_values(ignore_index=True)
    at_end = int(dates.searchsorted(previous.dates.iloc[edges.last], side="right")) - 1
    for last in range(at_end + config.refresh_steps, at_end + n_steps * config.refresh_steps + 1, config.refresh_steps):
        window = Window(start=dates.iloc[last - edges.n_periods + 1].date(), end=dates.iloc[last].date())
        settings = usable_settings(replace(previous.settings, window=window), dates.iloc[: last + 1])
        problems = find_problems(table.iloc[: last + 1], settings)
        if problems:
            yield from (f"The window would run from {window.start} to {window.end}. {problem}" for problem in problems)
            return


def _aligned(previous: MMMDataCollection, table: pd.DataFrame, dates: pd.Series) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of both tables that are in both, by date, in the same order."""
    date = previous.settings.date
    shared = pd.DatetimeIndex(previous.dates[previous.dates.isin(dates)])
    old = previous.table.set_index(date).loc[shared]
    new = (
        table.assign(**{date: parse_dates(table[date])}).set_index(date).loc[shared] if len(shared) else table.iloc[:0]
    )
    return old, new


def _compare_history(
    previous: MMMDataCollection, table: pd.DataFrame, dates: pd.Series, missing: tuple[MissingColumn, ...]
) -> tuple[tuple[ChangedCell, ...], tuple[dt.date, ...]]:
    """Cells that differ beyond the tolerance, by date; and periods that are gone."""
    if dates.empty:
        return (), ()
    old, new = _aligned(previous, table, dates)
    absent = {column.name for column in missing}
    columns = [name for name in previous.settings.used_columns if name != previous.settings.date and name not in absent]
    columns = [name for name in columns if list(table.columns).count(name) == 1]
    places = [(int(row), name) for name in columns for row in _changed_rows(old[name], new[name])]
    cells = [
        ChangedCell(
            date=old.index[row].date(),
            column=name,
            before=_plain(old[name].iloc[row]),
            after=_plain(new[name].iloc[row]),
        )
        for row, name in sorted(places, key=lambda place: place[0])  # stable: columns stay in their order
    ]
    lost = previous.dates[~previous.dates.isin(dates)]
    return tuple(cells), tuple(day.date() for day in lost)


def _changed_rows(old: pd.Series, new: pd.Series) -> IntArray:
    """Rows whose values differ; numbers by more than the tolerance."""
    if not (pd.api.types.is_numeric_dtype(old) and pd.api.types.is_numeric_dtype(new)):
        return np.flatnonzero(old.astype(str).to_numpy() != new.astype(str).to_numpy())
    before, after = old.to_numpy(np.float64), new.to_numpy(np.float64, na_value=np.nan)
    allowed = TOLERANCE * np.maximum(np.abs(before), np.abs(before).mean() if len(before) else 0.0)
    same: NDArray[np.bool_] = np.abs(after - before) <= allowed
    return np.flatnonzero(~same)


def _plain(value: object) -> float | str:
    return float(value) if isinstance(value, int | float | np.number) else str(value)


def _revision_sentences(
    previous: MMMDataCollection, changed: tuple[ChangedCell, ...], lost: tuple[dt.date, ...]
) -> Iterator[str]:
    unit = previous.frequency.value
    if changed:
        rows = list(dict.fromkeys(cell.date for cell in changed))
        columns = list(dict.fromkeys(cell.column for cell in changed))
        shown = ", ".join(map(str, rows[:_SHOWN])) + (", …" if len(rows) > _SHOWN else "")
        yield (
            f"{_count(len(rows), unit)} of history changed in {', '.join(columns)} ({shown}). Accept this to refresh with the "
            "revised history: the report then shows what it alone moves."
        )
    if lost:
        shown = ", ".join(map(str, lost[:_SHOWN])) + (", …" if len(lost) > _SHOWN else "")
        verb = "is" if len(lost) == 1 else "are"
        yield (
            f"{_count(len(lost), unit)} of history {verb} gone ({shown}). Accept this to refresh without them: "
            "carry-over and the baseline then begin later."
        )


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def same_roles(previous: ModelSettings, new: ModelSettings) -> bool:
    """Whether two settings make the same model, apart from window, bounds, one-off periods, calendar and lift studies."""
    plain = [
        replace(
            settings,
            window=None,
            bounds={},
            marked=(),
            lambda_bounds=previous.lambda_bounds,
            train_size_bounds=previous.train_size_bounds,
            calibration=replace(settings.calibration, studies=()),
            baseline=replace(settings.baseline, calendar=()),
        )
        for settings in (previous, new)
    ]
    return plain[0] == plain[1]


def usable_settings(settings: ModelSettings, dates: pd.Series) -> ModelSettings:
    """The settings without the one-off periods and lift studies that these periods cannot use yet, or any more.

    Args:
        settings: Their window lies within the dates.
        dates: First day of every period, ascending.
    """
    first, last = data_days(dates)
    studies = tuple(one for one in settings.calibration.studies if first <= one.start and one.end <= last)
    plain = replace(settings, calibration=CalibrationInput(studies=studies), bounds={})
    left_out = tuple(mark for mark in settings.marked if mark.treatment is Treatment.LEAVE_OUT)
    modelled = rows_in_window(dates, replace(plain, marked=left_out))

    def has_effect(mark: MarkedPeriods) -> bool:
        touched = touched_periods(dates, mark.start, mark.end)
        return bool(touched[modelled].any() if mark.treatment is Treatment.EVENT else touched.any())

    kept = replace(plain, marked=tuple(mark for mark in settings.marked if has_effect(mark)))
    return replace(
        kept, bounds={name: given for name, given in settings.bounds.items() if name in kept.bounded_columns}
    )
