"""Public holidays and the user's own special days, brought to the periods of a table."""

import datetime as dt
import difflib
from collections.abc import Sequence

import numpy as np
import pandas as pd

from mmm_core.entities.columns import Frequency
from mmm_core.entities.design import DateArray, FloatArray
from mmm_core.entities.settings import Baseline, Holiday
from mmm_core.errors import SettingsError


def supported_countries() -> tuple[str, ...]:
    """Two-letter ISO codes whose public holidays are known offline, ascending."""
    import holidays

    return tuple(sorted(holidays.list_supported_countries(include_aliases=False)))


def require_country(code: str) -> str:
    """The code as the calendars spell it.

    Args:
        code: ISO code of a country, two or three letters, any case ("de", "USA").

    Raises:
        SettingsError: No calendar is known for it.
    """
    import holidays

    known = list(holidays.list_supported_countries(include_aliases=True))
    spelled = code.strip().upper()
    if spelled in known:
        return spelled
    near = difflib.get_close_matches(spelled, known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise SettingsError(
        f"No public holidays are known for {code!r}; allowed are ISO codes such as US, DE or GB, or a calendar of your own.{hint}"
    )


def country_holidays(code: str, first: dt.date, last: dt.date) -> tuple[Holiday, ...]:
    """Public holidays, by date, of Robyn's fifty years (1995 to 2044), extended to the data where they go further.

    Years without data are there on purpose: a combination such as "Christmas Day (observed), Christmas Day" is then an
    effect whether or not this table has seen it, so the columns Prophet gets (and where its optimiser stops) do not depend on
    how many rows there are.

    Args:
        code: ISO code of a country.
        first: First day of the data.
        last: Last day of the data.

    Raises:
        SettingsError: No calendar is known for the country.
    """
    import holidays

    years = range(min(first.year, 1995), max(last.year + 1, 2044) + 1)
    calendar = holidays.country_holidays(require_country(code), years=years)
    delimiter = holidays.constants.HOLIDAY_NAME_DELIMITER
    return tuple(
        Holiday(date=day, name=name) for day, names in sorted(calendar.items()) for name in names.split(delimiter)
    )


def holidays_of(baseline: Baseline, dates: DateArray) -> tuple[Holiday, ...]:
    """The days that count: the user's own calendar where there is one, otherwise the country's.

    Args:
        baseline: Country and calendar.
        dates: First day of every period, datetime64[D], ascending, shape (n_all,).

    Raises:
        SettingsError: No calendar is known for the country.
    """
    if baseline.calendar:
        return baseline.calendar
    if not baseline.holidays:
        return ()
    return country_holidays(baseline.holidays, dates[0].item(), dates[-1].item())


def holiday_table(days: Sequence[Holiday], dates: DateArray, frequency: Frequency) -> pd.DataFrame:
    """Bring holidays to the first day of their period, as Robyn does.

    In weekly and monthly data the holidays of one period and calendar year become one effect under their joined names, so a
    holiday that shares its week with another is not the same effect as when it stands alone. A 1 January that falls into the
    last week of December keeps a row of its own.

    Args:
        days: Holidays, in the order in which their names are joined.
        dates: First day of every period, datetime64[D], ascending, shape (n_all,).
        frequency: Length of one period.

    Returns:
        Columns ``date`` (datetime64), ``year`` (of the holiday itself) and ``holiday``, by date; also periods outside ``dates``.

    Source:
        Robyn 3.12.1, R/inputs.R, ``set_holidays``.
    """
    raw = pd.to_datetime(pd.Series([day.date for day in days], dtype="object"))
    table = pd.DataFrame(
        {
            "date": _period_starts(raw, dates, frequency),
            "year": raw.dt.year,
            "holiday": [day.name for day in days],
        }
    )
    if frequency is Frequency.DAY or table.empty:
        return table.sort_values("date", kind="stable", ignore_index=True)
    joined = table.groupby(["date", "year"], sort=True)["holiday"].agg(", ".join)
    return joined.reset_index()


def count_holidays(
    days: Sequence[Holiday], dates: DateArray, frequency: Frequency
) -> tuple[tuple[str, ...], FloatArray]:
    """How many days of each holiday lie in every period.

    Args:
        days: Holidays, any order.
        dates: First day of every period, datetime64[D], ascending, shape (n_all,).
        frequency: Length of one period.

    Returns:
        The names that occur, sorted, and their days, shape (n_all, n_names).
    """
    starts = _period_starts(pd.to_datetime(pd.Series([day.date for day in days], dtype="object")), dates, frequency)
    row_of = {start: row for row, start in enumerate(dates.astype("datetime64[D]"))}
    places = [row_of.get(start, -1) for start in starts.to_numpy().astype("datetime64[D]")]
    names = tuple(sorted({day.name for day, row in zip(days, places, strict=True) if row >= 0}))
    counts = np.zeros((len(dates), len(names)))
    for day, row in zip(days, places, strict=True):
        if row >= 0:
            counts[row, names.index(day.name)] += 1.0
    return names, counts


def _period_starts(days: pd.Series, dates: DateArray, frequency: Frequency) -> pd.Series:
    """First day of the period each day lies in; weeks start on the weekday of the first date."""
    if frequency is Frequency.DAY or days.empty:
        return days
    if frequency is Frequency.WEEK:
        since = (days - pd.Timestamp(dates[0])).dt.days % 7
        return days - pd.to_timedelta(since, unit="D")
    # A month may be stamped with any of its days: take the table's own stamp, or the first for months outside it.
    stamps = {str(month): day for month, day in zip(dates.astype("datetime64[M]"), dates, strict=True)}
    firsts = days.to_numpy().astype("datetime64[M]")
    return pd.Series(np.array([stamps.get(str(month), month.astype("datetime64[D]")) for month in firsts]))
