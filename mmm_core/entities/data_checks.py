"""Why a table cannot be modelled: all reasons at once."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from mmm_core.entities.columns import Frequency
from mmm_core.entities.design import IntArray
from mmm_core.entities.settings import ModelSettings, Treatment

_STEP_DAYS = {Frequency.DAY: (1, 1), Frequency.WEEK: (7, 7), Frequency.MONTH: (28, 31)}


def find_problems(table: pd.DataFrame, settings: ModelSettings) -> list[str]:
    """Everything that keeps a table from being modelled.

    Args:
        table: One row per period.
        settings: Which column is what.

    Returns:
        One sentence per problem, in the order date, outcome, media, context, window; empty when the table is fine.
    """
    problems = list(_missing_columns(table, settings))
    if problems:
        return problems
    if table.empty:
        return ["The table has no rows; at least two per estimated column are needed. Upload a file with data."]
    problems += _date_problems(table[settings.date])
    problems += _number_problems(table, settings)
    if not problems:
        problems += _window_problems(table, settings)
    return problems


def detect_frequency(dates: pd.Series) -> Frequency | None:
    """Day, week or month, from the median distance of sorted dates; None when it is none of them.

    Args:
        dates: datetime64, at least two, shape (n_periods,).
    """
    if len(dates) < 2:
        return None
    days = int(dates.sort_values().diff().dt.days.median())
    return next((kind for kind, (low, high) in _STEP_DAYS.items() if low <= days <= high), None)


def rows_in_window(dates: pd.Series, settings: ModelSettings) -> IntArray:
    """Indices of the periods whose first day lies in the window and that are not left out.

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
            inside &= ~dates.between(pd.Timestamp(marked.start), pd.Timestamp(marked.end)).to_numpy()
    return np.flatnonzero(inside)


def count_estimated_columns(table: pd.DataFrame, settings: ModelSettings) -> int:
    """Columns that get a coefficient: intercept, baseline parts, varying context, events and channels."""
    varying = sum(table[context.column].nunique() > 1 for context in settings.context)
    events = len({marked.reason for marked in settings.marked if marked.treatment is Treatment.EVENT})
    return 1 + len(settings.baseline.parts) + varying + events + len(settings.channels)


def _missing_columns(table: pd.DataFrame, settings: ModelSettings) -> Iterator[str]:
    if not settings.date:
        yield "No column is the date. Give one column the role date."
    if not settings.outcome.column:
        yield "No column is the outcome. Give the column with sales or conversions the role outcome."
    if not settings.paid_media:
        yield "No column is paid media. Give at least one spend column the role paid spend."
    have = set(map(str, table.columns))
    for column in settings.used_columns:
        if column and column not in have:
            yield f"Column {column!r} is not in the table; it has {', '.join(map(repr, table.columns))}. Correct the name."
    for channel in settings.bounds:
        if channel not in have and channel not in settings.baseline.parts:
            yield f"Bounds are given for {channel!r}, which is no column of the model. Correct the name or remove them."


def _date_problems(raw: pd.Series) -> Iterator[str]:
    dates = pd.to_datetime(raw, errors="coerce")
    unreadable = int(dates.isna().sum())
    if unreadable:
        row = int(np.argmax(dates.isna())) + 2
        yield f"Column {raw.name!r} has {unreadable} cells that are no dates (first: row {row}, {raw.iloc[row - 2]!r})."
        return
    repeated = dates[dates.duplicated()].dt.date.unique()
    if len(repeated):
        yield f"{len(repeated)} dates stand in more than one row (first: {repeated[0]}); keep one row per period."
    frequency = detect_frequency(dates.drop_duplicates())
    if frequency is None:
        yield f"Column {raw.name!r} is neither daily, weekly nor monthly. Sum the table up to one row per period."
        return
    missing = missing_periods(dates, frequency)
    if len(missing):
        shown = ", ".join(str(day.date()) for day in missing[:5]) + (", …" if len(missing) > 5 else "")
        yield f"{len(missing)} {frequency.value}s are missing ({shown}); every period needs a row, so add them."
    yield from _uneven_steps(dates, frequency)


def missing_periods(dates: pd.Series, frequency: Frequency) -> list[pd.Timestamp]:
    """First days of periods that should be in the table and are not.

    Args:
        dates: datetime64, any order, shape (n_periods,).
        frequency: Length of one period.

    Returns:
        Ascending.
    """
    ordered = dates.drop_duplicates().sort_values().reset_index(drop=True)
    if frequency is Frequency.MONTH:
        have = set(ordered.dt.to_period("M"))
        every = pd.period_range(ordered.iloc[0], ordered.iloc[-1], freq="M")
        return [period.to_timestamp() for period in every if period not in have]
    step = _STEP_DAYS[frequency][0]
    gaps = ordered.diff().dt.days
    missing: list[pd.Timestamp] = []
    for i in np.flatnonzero((gaps >= 2 * step).to_numpy()):
        count = int(gaps.iloc[i]) // step
        missing += [ordered.iloc[i - 1] + pd.Timedelta(days=step * k) for k in range(1, count)]
    return missing


def _uneven_steps(dates: pd.Series, frequency: Frequency) -> Iterator[str]:
    if frequency is Frequency.MONTH:
        return
    ordered = dates.drop_duplicates().sort_values().reset_index(drop=True)
    step = _STEP_DAYS[frequency][0]
    odd = ordered[(ordered.diff().dt.days.fillna(step) % step) != 0]
    if len(odd):
        yield (
            f"{len(odd)} dates do not follow the one before by whole {frequency.value}s (first: {odd.iloc[0].date()}); "
            f"every {frequency.value} must start on the same weekday."
        )


def _number_problems(table: pd.DataFrame, settings: ModelSettings) -> Iterator[str]:
    context = {column.column for column in settings.context}
    never_negative = {c for paid in settings.paid_media for c in (paid.spend, paid.exposure) if c}
    never_negative |= {organic.column for organic in settings.organic}
    for name in settings.used_columns[1:]:
        values = table[name]
        is_text = not (pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values))
        if is_text and name in context:
            if values.isna().any():
                yield f"Column {name!r} has {int(values.isna().sum())} empty cells; fill them in."
            continue
        if is_text:
            yield f"Column {name!r} holds text; the outcome and all media must be numbers. Correct the cells or its role."
            continue
        yield from _value_problems(values.astype(np.float64), name, nonnegative=name in never_negative)


def _value_problems(values: pd.Series, name: str, *, nonnegative: bool) -> Iterator[str]:
    bad = ~np.isfinite(values.to_numpy())
    if bad.any():
        yield f"Column {name!r} has {int(bad.sum())} empty or infinite cells (first: row {int(np.argmax(bad)) + 2}); fill them in."
        return
    below = values.to_numpy() < 0
    if nonnegative and below.any():
        row = int(np.argmax(below))
        yield (
            f"Column {name!r} has {int(below.sum())} negative values (first: row {row + 2}, {values.iloc[row]:g}); "
            "media cannot be negative. Set credits to 0."
        )


def _window_problems(table: pd.DataFrame, settings: ModelSettings) -> Iterator[str]:
    ordered = table.assign(**{settings.date: pd.to_datetime(table[settings.date])}).sort_values(settings.date)
    dates = ordered[settings.date].reset_index(drop=True)
    rows = rows_in_window(dates, settings)
    if not len(rows):
        yield f"No period lies in the window; the data run from {dates.iloc[0].date()} to {dates.iloc[-1].date()}. Move it."
        return
    if settings.window is not None and _reaches_outside(dates, settings):
        yield (
            f"The window {settings.window.start} to {settings.window.end} reaches outside the data, which run from "
            f"{dates.iloc[0].date()} to {dates.iloc[-1].date()}. Move its ends inside."
        )
    yield from _flat_columns(ordered.iloc[rows], settings)
    needed = 2 * count_estimated_columns(ordered.iloc[rows], settings)
    if len(rows) < needed:
        yield (
            f"{len(rows)} periods cannot bear {needed // 2} estimated columns; at least two periods per column are needed "
            f"({needed}). Remove columns, switch baseline parts off or give more history."
        )


def _reaches_outside(dates: pd.Series, settings: ModelSettings) -> bool:
    assert settings.window is not None, "asked only for a given window"
    frequency = detect_frequency(dates)
    assert frequency is not None, "checked before the window"
    last_day = dates.iloc[-1] + pd.Timedelta(days=_STEP_DAYS[frequency][1] - 1)
    return pd.Timestamp(settings.window.start) < dates.iloc[0] or pd.Timestamp(settings.window.end) > last_day


def _flat_columns(window: pd.DataFrame, settings: ModelSettings) -> Iterator[str]:
    if window[settings.outcome.column].nunique() < 2:
        yield f"The outcome {settings.outcome.column!r} is the same in every period of the window; there is nothing to explain."
    for paid in settings.paid_media:
        for column in filter(None, (paid.spend, paid.exposure)):
            yield from _flat_channel(window[column], column)
    for organic in settings.organic:
        yield from _flat_channel(window[organic.column], organic.column)


def _flat_channel(values: pd.Series, name: str) -> Iterator[str]:
    if not values.astype(np.float64).sum() > 0:
        yield f"Channel {name!r} is zero in every period of the window; nothing can be learned. Ignore it or move the window."
    elif values.nunique() < 2:
        yield f"Channel {name!r} is the same in every period of the window; its effect cannot be told from the baseline. Ignore it."
