"""Lift studies from a small table, read as tolerantly as data are, and the template for one."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import pandas as pd

from mmm_core.engine.cell_parsing import DecimalMark, parse_number, vote_decimal_mark
from mmm_core.engine.date_parsing import read_dates
from mmm_core.engine.file_reading import MEGABYTE, read_cells
from mmm_core.engine.study_table import AMOUNTS, StudyLine, days_of, plain_number
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.errors import DataError

MOST_STUDIES = 200
COLUMNS = ("channels", "start", "end", *AMOUNTS, "scope")
"""Names of the template's columns, in its order."""

_NEEDED = ("channels", "start", "end", "lift")
_CALLED: Mapping[str, str] = MappingProxyType(
    {
        "channels": "channel channels media medium spend_column kanal kanäle",
        "start": "start from begin start_date first_day liftstartdate von",
        "end": "end to until end_date last_day liftenddate bis",
        "lift": "lift incremental incremental_outcome incremental_revenue incremental_sales liftabs effect",
        "standard_error": "standard_error se std_error stderr error lift_se standardfehler",
        "spend": "spend cost budget investment ausgaben kosten",
        "confidence": "confidence confidence_level konfidenz",
        "scope": "scope calibration_scope",
    }
)
"""What people call the columns, as :func:`_plain` writes it; Robyn's ``calibration_input`` among them."""


class StudyFileReading(NamedTuple):
    """Lines of a file, and one sentence for everything that was left out or is doubtful."""

    lines: tuple[StudyLine, ...]
    notes: tuple[str, ...]


def read_study_file(content: bytes) -> StudyFileReading:
    """Read lift studies from a CSV or Excel file: any separator, encoding, decimal mark and way to write days.

    What cannot be read stays as it was written, for the checks to speak about it.

    Args:
        content: Of the file; the first row names the columns, in any order.

    Raises:
        DataError: It is no table, a column is missing, or there are too many rows.
    """
    try:
        cells = read_cells(content, name="", limit_bytes=MEGABYTE).cells
    except DataError as error:
        raise DataError(
            f"The file cannot be read as a table with the columns {', '.join(COLUMNS)}: {error} Download the template to see one."
        ) from error
    cells = cells.apply(lambda column: column.str.strip())
    header = cells.iloc[0].tolist()
    found = _columns(header)
    missing = [name for name in _NEEDED if name not in found]
    if missing:
        raise DataError(
            f"The file has no column for {', '.join(missing)}; it needs {', '.join(_NEEDED)}, and may have "
            f"{', '.join(name for name in COLUMNS if name not in _NEEDED)}. Its columns are "
            f"{', '.join(map(repr, header))}. Rename them, or fill in the template."
        )
    body = cells.iloc[1:]
    body = body[(body != "").any(axis=1)]
    if len(body) > MOST_STUDIES:
        raise DataError(
            f"At most {MOST_STUDIES} lift studies can be read at once; the file has {len(body)}. Shorten it."
        )
    table = pd.DataFrame({name: body[column] for name, column in found.items()})
    ignored = [name for i, name in enumerate(header) if i not in found.values() and name]
    notes = (f"Not used: the column{'s' if len(ignored) > 1 else ''} {', '.join(ignored)}.",) if ignored else ()
    return StudyFileReading(tuple(_lines(table)), (*notes, *_doubtful_days(table)))


def study_template(data: MMMDataCollection) -> bytes:
    """A CSV that shows what is expected, with the names of the model's channels and a made-up study of its data.

    Args:
        data: The project.
    """
    settings, dates = data.settings, data.dates
    channel = settings.channels[0]
    last = dates.iloc[min(len(dates) // 2 + 4, len(dates) - 1)] - pd.Timedelta(days=1)
    first = dates.iloc[len(dates) // 2]
    line = [channel, first.date(), last.date(), 250000, 60000, "", 0.9, "total"]
    return pd.DataFrame([line], columns=list(COLUMNS)).to_csv(index=False, lineterminator="\n").encode()


def _columns(header: list[str]) -> dict[str, int]:
    """Number of the column of each field."""
    plain = [_plain(name) for name in header]
    found: dict[str, int] = {}
    for field, names in _CALLED.items():
        position = next((plain.index(name) for name in names.split() if name in plain), None)
        if position is not None:
            found[field] = position
    return found


def _plain(name: str) -> str:
    return re.sub(r"[\s_\-./]+", "_", re.sub(r"\(.*?\)", "", name).strip().lower()).strip("_")


def _lines(table: pd.DataFrame) -> list[StudyLine]:
    days = days_of([*table["start"], *table["end"]])
    amounts = {name: _numbers(table[name]) for name in AMOUNTS if name in table}
    return [
        StudyLine(
            channels=(row["channels"],) if row["channels"] else (),
            start=days[row["start"]].isoformat() if row["start"] in days else row["start"],
            end=days[row["end"]].isoformat() if row["end"] in days else row["end"],
            scope=(row.get("scope") or "total").lower(),
            **{name: column[number] for name, column in amounts.items()},
        )
        for number, row in enumerate(table.to_dict("records"))
    ]


def _numbers(column: pd.Series) -> list[str]:
    """Cells of one column with a decimal point and nothing else where they can be read, in its own decimal mark."""
    point, comma, _ = vote_decimal_mark(column)
    mark = DecimalMark.COMMA if comma > point else DecimalMark.POINT
    parsed = [parse_number(cell, mark) for cell in column]
    return [
        cell if number is None or number.is_percent else plain_number(number.value)
        for cell, number in zip(column, parsed, strict=True)
    ]


def _doubtful_days(table: pd.DataFrame) -> tuple[str, ...]:
    texts = pd.concat([table["start"], table["end"]], ignore_index=True)
    reading = read_dates(texts[texts != ""], is_regular=False)
    if reading is None or not reading.is_doubtful or reading.rival is None:
        return ()
    return (
        f"The days could be {reading.style.value} or {reading.rival.value}; read as {reading.style.value}. "
        "Write them as 2024-12-31 to be sure.",
    )
