"""Cells of an Excel workbook as text, as the spreadsheet shows them."""

import datetime as dt
import io
import warnings
import zipfile

import pandas as pd

from mmm_core.engine.finding_building import changed, list_names
from mmm_core.entities.findings import Finding
from mmm_core.errors import DataError


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
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and validations, which do not matter here
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            filled = {sheet.title: rows for sheet in book.worksheets if (rows := _sheet_rows(sheet))}
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, EOFError) as error:
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


def _sheet_rows(sheet: object) -> list[list[str]]:
    rows = [[_cell_text(value) for value in row] for row in sheet.iter_rows(values_only=True)]  # type: ignore[attr-defined]
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
