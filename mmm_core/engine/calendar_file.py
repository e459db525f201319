"""A calendar of special days from a small CSV: a column with days and a column with what they are."""

import datetime as dt
import io

import pandas as pd

from mmm_core.entities.settings import Holiday
from mmm_core.errors import DataError

_MOST_DAYS = 5000


def read_calendar(raw: bytes) -> tuple[Holiday, ...]:
    """Read special days.

    Args:
        raw: A CSV in UTF-8 with a header, separated by , ; or tabs; the first column of dates and the first other one.

    Returns:
        By date.

    Raises:
        DataError: There is no such pair of columns, or there are too many rows.
    """
    header = raw.partition(b"\n")[0]
    separator = max((";", "\t", ","), key=lambda mark: header.count(mark.encode()))
    try:
        table = pd.read_csv(io.BytesIO(raw), sep=separator, dtype=str, encoding="utf-8-sig")
    except ValueError as error:  # pandas' ParserError and EmptyDataError, and UnicodeDecodeError, are ValueErrors
        raise DataError("The calendar is not a CSV in UTF-8 with a header; save it again as CSV.") from error
    if len(table) > _MOST_DAYS:
        raise DataError(f"A calendar can have at most {_MOST_DAYS} days; this one has {len(table)}.")
    dates = {name: pd.to_datetime(table[name], errors="coerce", format="mixed") for name in table.columns}
    dated = next((name for name, days in dates.items() if len(days) and days.notna().mean() > 0.5), None)
    named = next((name for name in table.columns if name != dated), None)
    if dated is None or named is None:
        raise DataError(
            "The calendar needs one column with days such as 2024-12-24 and one with their names; "
            f"got the columns {', '.join(map(repr, table.columns))}."
        )
    days = [
        Holiday(date=_date(day), name=str(name).strip())
        for day, name in zip(dates[dated], table[named], strict=True)
        if pd.notna(day) and isinstance(name, str) and name.strip()
    ]
    return tuple(sorted(days, key=lambda holiday: holiday.date))


def _date(day: pd.Timestamp) -> dt.date:
    return day.date()
