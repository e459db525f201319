"""Tables as a workbook people can open and read on."""

import datetime as dt
import io
import re
from collections.abc import Mapping

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from mmm_core.entities.spreadsheet import safe_for_spreadsheet
from mmm_core.errors import SettingsError

MAX_TITLE = 31
"""Most characters a spreadsheet allows for the name of a sheet."""

MAX_ROWS = 1_048_575
"""Most rows below the heading a spreadsheet allows."""

_NOT_IN_TITLE = re.compile(r"[\[\]:*?/\\]")
_NOT_IN_CELL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_WIDEST = 60


def write_workbook(sheets: Mapping[str, pd.DataFrame]) -> bytes:
    """Write tables as the sheets of one XLSX workbook: bold headings that stay in view, numbers as numbers.

    Text that a spreadsheet would run as a formula is written as text. A spreadsheet knows no infinity and no NaN: the
    first is written as "no limit", the second as an empty cell.

    Args:
        sheets: Name of a sheet to its table; names are cut to what a spreadsheet allows, and stay distinct.

    Returns:
        The file.

    Raises:
        SettingsError: There is no sheet, or a table is longer than a sheet may be.
    """
    if not sheets:
        raise SettingsError("A workbook needs at least one sheet, got none.")
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, (name, frame) in zip(_titles(list(sheets)), sheets.items(), strict=True):
        if len(frame) > MAX_ROWS:
            raise SettingsError(f"The sheet {name!r} may have up to {MAX_ROWS:,} rows, got {len(frame):,}.")
        _fill(book.create_sheet(title), safe_for_spreadsheet(frame))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _titles(names: list[str]) -> list[str]:
    """Names a spreadsheet accepts, distinct also when only their case differs."""
    titles: list[str] = []
    taken: set[str] = set()
    for name in names:
        plain = _NOT_IN_TITLE.sub(" ", name).strip().strip("'")[:MAX_TITLE] or "Sheet"
        title, count = plain, 2
        while title.casefold() in taken:
            title = f"{plain[: MAX_TITLE - 4]} {count}"
            count += 1
        taken.add(title.casefold())
        titles.append(title)
    return titles


def _fill(sheet: Worksheet, frame: pd.DataFrame) -> None:
    sheet.freeze_panes = "A2"
    for column, name in enumerate(frame.columns, start=1):
        values = frame.iloc[:, column - 1]
        number_format = _number_format(values)
        _heading(_cell(sheet, 1, column), str(name))
        widest = len(str(name)) + 2
        for row, value in enumerate(values, start=2):
            cell = _cell(sheet, row, column)
            _put(cell, value)
            if cell.data_type in ("n", "d") and number_format:
                cell.number_format = number_format
            widest = max(widest, min(_WIDEST, _length(value)))
        sheet.column_dimensions[get_column_letter(column)].width = min(_WIDEST, widest + 1)


def _cell(sheet: Worksheet, row: int, column: int) -> Cell:
    cell = sheet.cell(row=row, column=column)
    assert isinstance(cell, Cell), "nothing is merged"
    return cell


def _heading(cell: Cell, name: str) -> None:
    _put(cell, name)
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", start_color="E6E9EE")
    cell.alignment = Alignment(wrap_text=True, vertical="top")


def _put(cell: Cell, value: object) -> None:
    """Write one value; text always as text, whatever it begins with."""
    plain = value.item() if isinstance(value, np.generic) else value
    if isinstance(plain, str):
        cell.value = _NOT_IN_CELL.sub("", plain)
        cell.data_type = "s"
    elif plain is None or plain is pd.NA or plain is pd.NaT:
        cell.value = None
    elif isinstance(plain, float):
        _put_number(cell, plain)
    elif isinstance(plain, dt.datetime | pd.Timestamp):
        cell.value = plain.replace(tzinfo=None) if plain.tzinfo else plain
    elif isinstance(plain, bool | int | dt.date):
        cell.value = plain
    else:
        _put(cell, str(plain))


def _put_number(cell: Cell, number: float) -> None:
    if np.isnan(number):
        cell.value = None
    elif np.isinf(number):
        cell.value = "no limit" if number > 0 else "no lower limit"
    else:
        cell.value = number


def _number_format(values: pd.Series) -> str:
    """Thousands for large numbers, decimals for small ones, the day alone for dates at midnight."""
    if pd.api.types.is_bool_dtype(values):
        return ""
    if pd.api.types.is_datetime64_any_dtype(values):
        days = values.dropna()
        return "yyyy-mm-dd" if bool((days == days.dt.normalize()).all()) else "yyyy-mm-dd hh:mm"
    if not pd.api.types.is_numeric_dtype(values):
        return ""
    sizes = np.abs(values.to_numpy(dtype=np.float64, na_value=np.nan))
    sizes = sizes[np.isfinite(sizes)]
    largest = float(sizes.max(initial=0.0))
    if largest >= 1000 or bool((sizes == np.round(sizes)).all()):
        return "#,##0"
    return "#,##0.00" if largest >= 10 else "0.000"


def _length(value: object) -> int:
    return len(f"{value:,.2f}") if isinstance(value, float) else len(str(value))
