"""Cells of an Excel workbook as text, as the spreadsheet shows them."""

import datetime as dt
import io
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import ParseError

import pandas as pd

from mmm_core.engine.finding_building import changed, list_names
from mmm_core.entities.findings import Finding
from mmm_core.errors import DataError

_SIGNS_OF_DAMAGE = (
    zipfile.BadZipFile, zlib.error, ParseError, LookupError, ValueError, TypeError, AttributeError, OSError, EOFError,
    RuntimeError,
)  # fmt: skip
"""What openpyxl and the standard library raise for workbooks with broken parts."""
_MOST_CELLS = 2_000_000  # half a minute of reading


def read_xlsx_cells(content: bytes) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """Read the first worksheet that holds a table.

    Args:
        content: The whole file.

    Returns:
        Cells as text (columns 0, 1, …; row i is spreadsheet row i + 1; empty cells are "") and what was noticed.

    Raises:
        DataError: The workbook is damaged, locked or empty.
    """
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and validations, which do not matter here
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            filled = {
                sheet.title: rows
                for sheet in book.worksheets
                if (rows := _read_rows(sheet.iter_rows(values_only=True)))
            }
    except DataError:
        raise
    except _SIGNS_OF_DAMAGE as error:
        raise DataError("The Excel file cannot be opened; it is damaged or locked. Save it again as .xlsx.") from error
    if not filled:
        raise DataError("The file is empty: no worksheet of the workbook has any cells.")
    chosen = max(
        filled, key=lambda title: (len(filled[title][0]) > 1 and len(filled[title]) > 1, -_place(filled, title))
    )
    others = [title for title in filled if title != chosen]
    findings = (changed("other_sheets", f"Worksheet '{chosen}' was read, not {list_names(others)}."),) if others else ()
    return pd.DataFrame(filled[chosen], dtype=str), findings


def _place(filled: dict[str, list[list[str]]], title: str) -> int:
    return list(filled).index(title)


def _read_rows(lines: Iterable[Sequence[object]]) -> list[list[str]]:
    rows: list[list[str]] = []
    n_cells = 0
    for row in lines:
        rows.append([_cell_text(value) for value in row])
        n_cells += len(row)
        if n_cells > _MOST_CELLS:
            raise DataError(
                f"A worksheet has more than {_MOST_CELLS:,} cells. Sum it up to one row per day, week or month."
            )
    while rows and not any(rows[-1]):
        rows.pop()
    width = max((len(row) for row in rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    return repr(value) if isinstance(value, float) else str(value)
