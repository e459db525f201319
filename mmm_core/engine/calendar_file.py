"""A calendar of special days from a small table: a column with days and a column with what they are."""

from typing import NamedTuple

import pandas as pd

from mmm_core.engine.date_parsing import DateReading, read_dates
from mmm_core.engine.file_reading import MEGABYTE, read_cells
from mmm_core.engine.finding_building import list_rows
from mmm_core.entities.settings import Holiday
from mmm_core.errors import DataError

_MOST_DAYS = 5000


class CalendarReading(NamedTuple):
    """The days of a file, by date, and one sentence for everything that is doubtful or was left out."""

    days: tuple[Holiday, ...]
    notes: tuple[str, ...]


def read_calendar(content: bytes) -> CalendarReading:
    """Read special days as a table of data is read: any separator, encoding and way to write dates.

    Args:
        content: A CSV or XLSX file; the first column of dates counts, and the first other one. A header is not needed.

    Raises:
        DataError: There is no such pair of columns, or there are too many rows.
    """
    try:
        cells = read_cells(content, name="", limit_bytes=MEGABYTE).cells
    except DataError as error:
        raise DataError(
            "The calendar cannot be read as a table with a column of days and one of names; save it as CSV or .xlsx."
        ) from error
    cells = cells.apply(lambda column: column.str.strip())
    if len(cells) > _MOST_DAYS + 1:
        raise DataError(f"A calendar can have at most {_MOST_DAYS} days; this one has {len(cells) - 1}.")
    dated = next((name for name in cells if read_dates(cells[name].iloc[1:], is_regular=False)), None)
    named = next((name for name in cells if name != dated), None)
    if dated is None or named is None:
        raise DataError(
            "The calendar needs one column with days such as 2024-12-24 and one with their names; "
            f"got the columns {', '.join(map(repr, cells.iloc[0]))}."
        )
    has_header = read_dates(cells[dated].iloc[:1], is_regular=False) is None
    lines = cells[[dated, named]].set_axis(["day", "name"], axis=1).iloc[int(has_header) :]
    return _read_lines(lines)


def _read_lines(lines: pd.DataFrame) -> CalendarReading:
    """Days of text cells; the index counts the rows of the file from 0."""
    reading = read_dates(lines["day"], is_regular=False)
    assert reading is not None, "the column was chosen because it holds dates"
    is_complete = reading.dates.notna() & (lines["name"] != "")
    days = [
        Holiday(date=day.date(), name=name)
        for day, name in zip(reading.dates[is_complete], lines["name"][is_complete], strict=True)
    ]
    is_blank = (lines == "").all(axis=1)
    notes = (*_doubt(reading), *_left_out(lines[~is_complete & ~is_blank]))
    return CalendarReading(tuple(sorted(days, key=lambda holiday: holiday.date)), notes)


def _doubt(reading: DateReading) -> tuple[str, ...]:
    if not reading.is_doubtful or reading.rival is None:
        return ()
    return (
        f"The days could be {reading.style.value} or {reading.rival.value}; read as {reading.style.value}. "
        "Write them as 2024-12-31 to be sure.",
    )


def _left_out(lines: pd.DataFrame) -> tuple[str, ...]:
    if lines.empty:
        return ()
    rows = list_rows([index + 1 for index in lines.index])
    day, name = lines.iloc[0]
    return (f"Rows without a day and a name were left out ({rows}; the first has {day!r} and {name!r}).",)
