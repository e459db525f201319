"""Why a table cannot be modelled: all reasons at once."""

import datetime as dt
import difflib
from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mmm_core.entities.calibration_checks import study_problems
from mmm_core.entities.date_checks import (
    STEP_DAYS,
    date_problems,
    detect_frequency,
    missing_periods,
    parse_dates,
    period_names,
    touched_periods,
)
from mmm_core.entities.design import FloatArray, IntArray
from mmm_core.entities.settings import ModelSettings, Treatment

__all__ = ["count_estimated_columns", "detect_frequency", "find_problems", "missing_periods", "rows_in_window"]

_SHOWN_COLUMNS = 12
_MAX_FACTOR_COLUMNS = 10  # engine/factor_columns.py joins rarer levels


def find_problems(table: pd.DataFrame, settings: ModelSettings) -> list[str]:
    """Everything that keeps a table from being modelled.

    Args:
        table: One row per period.
        settings: Which column is what.

    Returns:
        One sentence per problem, in the order roles, date, columns, window; empty when the table is fine. What can be checked
        is checked even when something else is wrong.
    """
    if table.empty:
        return ["The table has no rows; at least two per estimated column are needed. Upload a file with data."]
    problems = [*_role_problems(settings), *_name_problems(table, settings)]
    have = [name for name in settings.used_columns if list(table.columns).count(name) == 1]
    dates_are_fine = False
    if settings.date in have:
        of_dates = list(date_problems(table[settings.date]))
        dates_are_fine = not of_dates
        problems += of_dates
    periods = period_names(table[settings.date] if settings.date in have else pd.Series(pd.NaT, table.index))
    of_values = {name: list(_value_problems(table, name, settings, periods)) for name in have if name != settings.date}
    problems += [sentence for found in of_values.values() for sentence in found]
    if dates_are_fine:
        problems += _window_problems(table, settings, {name for name, found in of_values.items() if not found})
    return problems


def rows_in_window(dates: pd.Series, settings: ModelSettings) -> IntArray:
    """Indices of the periods whose first day lies in the window and that no left-out period touches.

    The first day decides, as in Robyn: a window that ends on a Monday keeps the week that starts on it, of which six days lie
    behind the window's end. So 2016-01-04 to 2018-12-31 has 157 Monday weeks.

    Args:
        dates: datetime64, ascending, shape (n_all,).
        settings: Window and marked periods.

    Returns:
        Ascending indices, shape (n_rows,).
    """
    inside = np.ones(len(dates), dtype=bool)
    if settings.window is not None:
        inside &= dates.between(pd.Timestamp(settings.window.start), pd.Timestamp(settings.window.end)).to_numpy()
    for marked in settings.marked:
        if marked.treatment is Treatment.LEAVE_OUT:
            inside &= ~touched_periods(dates, marked.start, marked.end)
    return np.flatnonzero(inside)


def count_estimated_columns(table: pd.DataFrame, settings: ModelSettings) -> int:
    """Columns that get a coefficient: intercept, baseline parts, varying context, events and channels.

    A text column is one column, or without any baseline part one less than it has levels.

    Args:
        table: The modelled periods.
        settings: Which column is what; context that is not in the table is not counted.
    """
    context = 0
    for name in (column.column for column in settings.context if column.column in table.columns):
        n_levels = table[name].nunique()
        as_levels = _is_text(table[name]) and not settings.baseline.parts
        context += min(n_levels - 1, _MAX_FACTOR_COLUMNS) if as_levels else int(n_levels > 1)
    events = len({marked.reason for marked in settings.marked if marked.treatment is Treatment.EVENT})
    return 1 + len(settings.baseline.parts) + context + events + len(settings.channels)


def _role_problems(settings: ModelSettings) -> Iterator[str]:
    if not settings.date:
        yield "No column is the date. Give one column the role date."
    if not settings.outcome.column:
        yield "No column is the outcome. Give the column with sales or conversions the role outcome."
    if not settings.paid_media:
        yield "No column is paid media. Give at least one spend column the role paid spend."


def _name_problems(table: pd.DataFrame, settings: ModelSettings) -> Iterator[str]:
    names = [str(name) for name in table.columns]
    for column in filter(None, settings.used_columns):
        if column not in names:
            near = difflib.get_close_matches(column, names, n=1)
            shown = ", ".join(map(repr, names[:_SHOWN_COLUMNS])) + (", …" if len(names) > _SHOWN_COLUMNS else "")
            what = f"the nearest is {near[0]!r}" if near else f"it has {shown}"
            yield f"Column {column!r} is not in the table; {what}. Correct the name."
        elif names.count(column) > 1:
            yield f"Column {column!r} stands in the table {names.count(column)} times. Give each column a name of its own."


def _is_text(values: pd.Series) -> bool:
    return not (pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values))


def _numbers(values: pd.Series) -> FloatArray:
    return values.to_numpy(dtype=np.float64, na_value=np.nan)


def _value_problems(table: pd.DataFrame, name: str, settings: ModelSettings, periods: list[str]) -> Iterator[str]:
    values = table[name]
    if not _is_text(values):
        exposures = (paid.exposure for paid in settings.paid_media if paid.exposure)
        is_media = name in {*settings.channels, *exposures}
        yield from _number_problems(_numbers(values), name, periods, is_media=is_media)
    elif name not in {column.column for column in settings.context}:
        yield f"Column {name!r} holds text; the outcome and all media must be numbers. Correct the cells or its role."
    elif values.isna().any():
        yield _empty_cells(name, values.isna().to_numpy(), periods)


def _number_problems(values: FloatArray, name: str, periods: list[str], *, is_media: bool) -> Iterator[str]:
    bad = ~np.isfinite(values)
    if bad.any():
        yield _empty_cells(name, bad, periods)
    elif is_media and values.min() < 0:
        row = int(np.argmax(values < 0))
        n_below = int((values < 0).sum())
        yield (
            f"Column {name!r} has {n_below} negative value{'s' if n_below > 1 else ''} (first: {periods[row]}, "
            f"{values[row]:g}); media cannot be negative. Set credits to 0."
        )


def _empty_cells(name: str, bad: NDArray[np.bool_], periods: list[str]) -> str:
    count = int(bad.sum())
    cells = "empty or infinite cell" if count == 1 else "empty or infinite cells"
    return f"Column {name!r} has {count} {cells} (first: {periods[int(np.argmax(bad))]}). Fill them in."


def _window_problems(table: pd.DataFrame, settings: ModelSettings, fine: set[str]) -> Iterator[str]:
    """Problems of the modelled periods; ``fine`` are the columns whose values can be read."""
    ordered = table.assign(**{settings.date: parse_dates(table[settings.date])}).sort_values(settings.date)
    dates = ordered[settings.date].reset_index(drop=True)
    first, last = dates.iloc[0].date(), dates.iloc[-1].date()
    rows = rows_in_window(dates, settings)
    if not len(rows):
        yield _no_period(settings, first, last)
        return
    if settings.window is not None and _reaches_outside(dates, settings):
        yield (
            f"The window {settings.window.start} to {settings.window.end} reaches outside the data, which run from "
            f"{first} to {last}. Move its ends inside."
        )
    yield from _idle_marks(dates, rows, settings)
    yield from _flat_columns(ordered.iloc[rows], settings, fine)
    yield from study_problems(dates, settings.calibration.studies)
    needed = 2 * count_estimated_columns(ordered.iloc[rows], settings)
    if len(rows) < needed:
        yield (
            f"{len(rows)} periods cannot bear {needed // 2} estimated columns; at least two periods per column are needed "
            f"({needed}). Remove columns, switch baseline parts off or give more history."
        )


def _no_period(settings: ModelSettings, first: dt.date, last: dt.date) -> str:
    window = settings.window
    if window is None:
        return f"Every period from {first} to {last} is left out. Remove a one-off period."
    what = "holds no period" if not settings.marked else "holds no period that is not left out"
    return f"The window {window.start} to {window.end} {what}; the data run from {first} to {last}. Move the window."


def _idle_marks(dates: pd.Series, rows: IntArray, settings: ModelSettings) -> Iterator[str]:
    """One-off periods without effect. One left out before the window has one: the baseline is fitted on all periods."""
    for marked in settings.marked:
        touched = touched_periods(dates, marked.start, marked.end)
        is_event = marked.treatment is Treatment.EVENT
        if touched[rows].any() if is_event else touched.any():
            continue
        among = "that is modelled" if is_event else "of the data"
        yield (
            f"The one-off period {marked.reason!r} ({marked.start} to {marked.end}) touches no period {among}; the data run "
            f"from {dates.iloc[0].date()} to {dates.iloc[-1].date()}. Correct its days or remove it."
        )


def _reaches_outside(dates: pd.Series, settings: ModelSettings) -> bool:
    assert settings.window is not None, "asked only for a given window"
    frequency = detect_frequency(dates)
    assert frequency is not None, "checked before the window"
    last_day = dates.iloc[-1] + pd.Timedelta(days=STEP_DAYS[frequency][1] - 1)
    return bool(settings.window.start < dates.iloc[0].date() or settings.window.end > last_day.date())


def _flat_columns(window: pd.DataFrame, settings: ModelSettings, fine: set[str]) -> Iterator[str]:
    outcome = settings.outcome.column
    if outcome in fine and np.ptp(_numbers(window[outcome])) == 0:
        yield f"The outcome {outcome!r} is the same in every period of the window; there is nothing to explain."
    exposures = [paid.exposure for paid in settings.paid_media if paid.exposure]
    for name in (*settings.channels, *exposures):
        if name in fine:
            yield from _flat_channel(_numbers(window[name]), name)


def _flat_channel(values: FloatArray, name: str) -> Iterator[str]:
    if not values.any():
        yield f"Channel {name!r} is zero in every period of the window; nothing can be learned. Ignore it or move the window."
    elif np.ptp(values) == 0:
        yield f"Channel {name!r} is the same in every period of the window; it cannot be told from the baseline. Ignore it."
