"""Where the header is, what the columns are called, which rows and columns are none."""

import re
from typing import NamedTuple

import numpy as np
import pandas as pd

from mmm_core.engine.cell_parsing import DecimalMark, parse_number
from mmm_core.engine.csv_sniffing import ONE_COLUMN
from mmm_core.engine.date_parsing import read_dates
from mmm_core.engine.finding_building import build_finding, cells_of, changed, count_of, list_names, list_rows
from mmm_core.entities.design import IntArray
from mmm_core.entities.findings import CellPosition, Finding, Severity
from mmm_core.errors import DataError

_WHITE_SPACE = " \t\u00a0\u2007\u2009\u202f\u200b\ufeff"


class NamedCells(NamedTuple):
    """Cells under their column names.

    Attributes:
        cells: Stripped text, one column per name; rows without any content are left out.
        rows: Spreadsheet row (header = 1 when it stands first) of every row, shape (n_rows,).
        findings: What was changed on the way.
    """

    cells: pd.DataFrame
    rows: IntArray
    findings: tuple[Finding, ...]


def name_columns(raw: pd.DataFrame) -> NamedCells:
    """Find the header, name every column and leave out what is empty.

    Args:
        raw: Every cell of the file; row i is spreadsheet row i + 1.

    Raises:
        DataError: There are no rows, or one column only.
    """
    cells = raw.apply(lambda column: column.str.replace("\n", " ").str.strip(_WHITE_SPACE))
    filled = cells != ""
    header = _find_header(filled)
    header_cells = [re.sub(r"\s+", " ", text) for text in cells.iloc[header]]
    has_header = not _looks_like_data(header_cells)
    body = np.arange(header + 1 if has_header else header, len(cells))
    body = body[filled.iloc[body].any(axis=1).to_numpy()]
    used = [i for i in range(cells.shape[1]) if filled.iloc[body, i].any() or (has_header and header_cells[i])]
    if len(used) < 2:
        raise DataError(ONE_COLUMN)
    if not len(body):
        raise DataError("The file has column names but no rows. Add one row per day, week or month.")
    names, findings = _build_names(header_cells if has_header else [""] * len(header_cells), used, header + 1)
    if not has_header:
        names, findings = [f"Column {i + 1}" for i in used], [_no_header(header + 1)]
    if header:
        message = f"{count_of(header, 'line')} above the column names left out ({list_rows(range(1, header + 1))})."
        findings.append(changed("lines_above_header", message))
    table = cells.iloc[body, used].set_axis(names, axis=1).reset_index(drop=True)
    table, rows, more = _drop_empty(table, body + 1, names)
    return NamedCells(table, rows, (*findings, *more))


def _find_header(filled: pd.DataFrame) -> int:
    counts = filled.sum(axis=1).to_numpy()
    needed = max(2.0, 0.5 * float(counts[:50].max()))
    wide = np.flatnonzero(counts >= needed)
    return int(wide[0]) if len(wide) else int(np.argmax(counts > 0))


def _looks_like_data(header: list[str]) -> bool:
    texts = [text for text in header if text]
    are_numbers = [parse_number(text, mark) is not None for text in texts for mark in DecimalMark]
    n_numbers = sum(are_numbers[0::2][i] or are_numbers[1::2][i] for i in range(len(texts)))
    n_dates = sum(read_dates(pd.Series([text], dtype=str)) is not None for text in texts[:3] if not text.isdigit())
    return n_dates >= 1 and n_numbers >= max(1, len(texts) - 3)


def _no_header(row: int) -> Finding:
    message = f"Row {row} holds data where column names were expected; the columns are called 'Column 1', 'Column 2', …"
    return build_finding("no_header", Severity.DOUBTFUL, f"{message} Put the names in the first row of the file.")


def _build_names(header: list[str], used: list[int], row: int) -> tuple[list[str], list[Finding]]:
    names: list[str] = []
    unnamed: list[str] = []
    repeated: list[str] = []
    for i in used:
        name = header[i] or f"Column {i + 1}"
        if not header[i]:
            unnamed.append(name)
        number, base = 2, name
        while name in names:
            name, number = f"{base} ({number})", number + 1
        if name != base:
            repeated.append(name)
        names.append(name)
    findings = []
    if unnamed:
        message = f"{count_of(len(unnamed), 'column')} without a name: called {list_names(unnamed)}."
        findings.append(changed("unnamed_columns", message, [CellPosition(row=row, column=name) for name in unnamed]))
    if repeated:
        message = f"Two columns with the same name were found; the later one is now called {list_names(repeated)}."
        cells = [CellPosition(row=row, column=name) for name in repeated]
        findings.append(build_finding("repeated_names", Severity.DOUBTFUL, message, cells))
    findings += _formula_names(names, row)
    return names, findings


def _formula_names(names: list[str], row: int) -> list[Finding]:
    risky = [name for name in names if name[0] in "=+@-"]
    if not risky:
        return []
    signs = " or ".join(f"'{sign}'" for sign in "=+@-" if any(name[0] == sign for name in risky))
    message = (
        f"{count_of(len(risky), 'name')} starting with {signs} {'is' if len(risky) == 1 else 'are'} shown as text."
    )
    return [changed("formula_names", message, [CellPosition(row=row, column=name) for name in risky])]


def _drop_empty(table: pd.DataFrame, rows: IntArray, names: list[str]) -> tuple[pd.DataFrame, IntArray, list[Finding]]:
    findings: list[Finding] = []
    again = np.all([table[name].to_numpy() == name for name in names[:3]], axis=0)
    if again.any():
        message = f"The column names stand in the file again ({list_rows(rows[again].tolist())}); left out."
        findings.append(changed("repeated_header", message, cells_of(names[0], rows[again])))
        table, rows = table[~again].reset_index(drop=True), rows[~again]
    empty = [name for name in names if not (table[name] != "").any()]
    if empty:
        message = f"{count_of(len(empty), 'column')} without any value left out: {list_names(empty)}."
        findings.append(changed("empty_columns", message, [CellPosition(row=1, column=name) for name in empty]))
        table = table.drop(columns=empty)
    if table.shape[1] < 2:
        raise DataError(ONE_COLUMN)
    return table, rows, findings
