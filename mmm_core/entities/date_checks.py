"""What can be wrong with the dates of a table, and how long its periods are."""

import datetime as dt
from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mmm_core.entities.columns import Frequency
from mmm_core.entities.design import DateArray, FloatArray

STEP_DAYS = {Frequency.DAY: (1, 1), Frequency.WEEK: (7, 7), Frequency.MONTH: (28, 31)}
"""Shortest and longest distance between the first days of two periods."""

_SHOWN = 5
_ZONE = r"([T ]\d{2}[\d:.,]*)\s*(?:[Zz]|[+-]\d{2}(?::?\d{2})?)$"
"""The zone behind a time of day, which is cut off: midnight in Berlin is still the day before in UTC."""


def parse_dates(raw: pd.Series) -> pd.Series:
    """Days of a date column, without time of day or zone; NaT where a cell is no ISO date.

    Args:
        raw: datetime64, dates or text such as "2024-12-31", shape (n_periods,).
    """
    if not pd.api.types.is_datetime64_any_dtype(raw):
        local = raw.astype(str).str.replace(_ZONE, r"\1", regex=True)
        raw = pd.to_datetime(local, format="ISO8601", errors="coerce", utc=True)
    if raw.dt.tz is not None:
        raw = raw.dt.tz_localize(None)
    days: pd.Series = raw.dt.normalize()
    return days


def detect_frequency(dates: pd.Series) -> Frequency | None:
    """Day, week or month, from the median distance of sorted dates; None when it is none of them.

    Args:
        dates: datetime64, at least two, shape (n_periods,).
    """
    if len(dates) < 2:
        return None
    days = int(dates.sort_values().diff().dt.days.median())
    return next((kind for kind, (low, high) in STEP_DAYS.items() if low <= days <= high), None)


def touched_periods(dates: pd.Series, start: dt.date, end: dt.date) -> NDArray[np.bool_]:
    """Which periods share at least one day with ``start`` to ``end``.

    A day or week lasts from its date to the day before the next one; a month is the calendar month its date lies in, whichever
    day it is stamped with.

    Args:
        dates: First day of every period, datetime64, shape (n_periods,).
        start: First day.
        end: Last day.

    Returns:
        Shape (n_periods,).
    """
    first, last = pd.Timestamp(start), pd.Timestamp(end)
    frequency = detect_frequency(dates.dropna())
    if frequency is Frequency.MONTH:
        months = dates.dt.to_period("M")
        return np.asarray(months.between(first.to_period("M"), last.to_period("M")), dtype=np.bool_)
    n_days = STEP_DAYS[frequency][1] if frequency else 1
    return np.asarray(dates.between(first - pd.Timedelta(days=n_days - 1), last), dtype=np.bool_)


def share_of_days(dates: DateArray, frequency: Frequency, start: dt.date, end: dt.date) -> FloatArray:
    """Which share of each period's days lies within ``start`` to ``end``, both included.

    Args:
        dates: First day of every period, datetime64[D], shape (n_periods,).
        frequency: Length of one; a month is the calendar month its date lies in.
        start: First day.
        end: Last day.

    Returns:
        0 to 1, shape (n_periods,).
    """
    days = period_days(dates, frequency)
    firsts = dates.astype("datetime64[M]").astype("datetime64[D]") if frequency is Frequency.MONTH else dates
    begins = (np.datetime64(start, "D") - firsts).astype(np.float64)
    ends = (np.datetime64(end, "D") - firsts).astype(np.float64) + 1.0
    share: FloatArray = np.clip(np.minimum(ends, days) - np.maximum(begins, 0.0), 0.0, None) / days
    return share


def period_days(dates: DateArray, frequency: Frequency) -> FloatArray:
    """How many days each period has, shape (n_periods,)."""
    if frequency is not Frequency.MONTH:
        return np.full(len(dates), float(STEP_DAYS[frequency][0]))
    months = dates.astype("datetime64[M]")
    lengths: FloatArray = ((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(np.float64)
    return lengths


def missing_periods(dates: pd.Series, frequency: Frequency) -> list[pd.Timestamp]:
    """Dates of periods that should be in the table and are not, stamped as the others are.

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
        day = 31 if ordered.dt.is_month_end.all() else int(ordered.dt.day.median())
        absent = (period for period in every if period not in have)
        return [month.to_timestamp() + pd.Timedelta(days=min(day, month.days_in_month) - 1) for month in absent]
    step = STEP_DAYS[frequency][0]
    gaps = ordered.diff().dt.days
    missing: list[pd.Timestamp] = []
    for i in np.flatnonzero((gaps >= 2 * step).to_numpy()):
        count = int(gaps.iloc[i]) // step
        missing += [ordered.iloc[i - 1] + pd.Timedelta(days=step * k) for k in range(1, count)]
    return missing


def date_problems(raw: pd.Series) -> Iterator[str]:
    """Why a date column cannot be used: one sentence each.

    Args:
        raw: The column as it stands in the table, shape (n_periods,).
    """
    dates = parse_dates(raw)
    unreadable = dates.isna().to_numpy()
    if unreadable.any():
        first = str(raw.iloc[int(np.argmax(unreadable))])
        yield (
            f"Column {raw.name!r} has {_count(int(unreadable.sum()), 'cell')} without a date (first: {first!r}); "
            "write dates as 2024-12-31."
        )
        return
    yield from _repeated_dates(dates)
    distinct = dates.drop_duplicates()
    if len(distinct) < 2:
        yield f"Column {raw.name!r} has {len(distinct)} period; at least two per estimated column are needed. Add history."
        return
    frequency = detect_frequency(distinct)
    if frequency is None:
        yield f"Column {raw.name!r} is neither daily, weekly nor monthly. Sum the table up to one row per period."
        return
    missing = missing_periods(dates, frequency)
    if missing:
        shown = ", ".join(str(day.date()) for day in missing[:_SHOWN]) + (", …" if len(missing) > _SHOWN else "")
        verb = "is" if len(missing) == 1 else "are"
        yield f"{_count(len(missing), frequency.value)} {verb} missing ({shown}); every period needs a row. Add them."
    yield from _uneven_steps(distinct, frequency)


def period_names(raw: pd.Series) -> list[str]:
    """What each period is called in a sentence, such as "week of 2021-03-01".

    Args:
        raw: A date column, of any order, shape (n_periods,).

    Returns:
        One name per row; a row without a date is named by its place, the first being "period 1".
    """
    dates = parse_dates(raw)
    frequency = detect_frequency(dates.dropna().drop_duplicates())
    of = f"{frequency.value} of " if frequency in (Frequency.WEEK, Frequency.MONTH) else ""
    return [f"period {i}" if pd.isna(day) else f"{of}{day.date()}" for i, day in enumerate(dates, start=1)]


def _repeated_dates(dates: pd.Series) -> Iterator[str]:
    repeated = dates[dates.duplicated()].dt.date.unique()
    if len(repeated):
        verb = "stands" if len(repeated) == 1 else "stand"
        yield f"{_count(len(repeated), 'date')} {verb} in more than one row (first: {min(repeated)}). Keep one row per period."


def _uneven_steps(distinct: pd.Series, frequency: Frequency) -> Iterator[str]:
    ordered = distinct.sort_values().reset_index(drop=True)
    if frequency is Frequency.MONTH:
        crowded = ordered[ordered.dt.to_period("M").duplicated()]
        if len(crowded):
            verb = "has" if len(crowded) == 1 else "have"
            yield f"{_count(len(crowded), 'month')} {verb} more than one row (first: {crowded.iloc[0].date()}). Keep one."
        return
    step = STEP_DAYS[frequency][0]
    odd = ordered[(ordered.diff().dt.days.fillna(step) % step) != 0]
    if len(odd):
        verb = "does" if len(odd) == 1 else "do"
        yield (
            f"{_count(len(odd), 'date')} {verb} not follow the one before by whole {frequency.value}s "
            f"(first: {odd.iloc[0].date()}); every {frequency.value} must start on the same weekday."
        )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
