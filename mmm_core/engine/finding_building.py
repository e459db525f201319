"""Small pieces of which findings are made: names, lists of rows, positions of cells."""

from collections.abc import Iterable, Sequence

import pandas as pd

from mmm_core.entities.findings import CellPosition, Finding, Repair, Severity

_SHOWN_CELLS = 100
_SHOWN_NAME = 60


def build_finding(
    code: str,
    severity: Severity,
    message: str,
    cells: Sequence[CellPosition] = (),
    repairs: tuple[Repair, ...] = (),
) -> Finding:
    """A finding that keeps at most the first 100 cells and counts all of them.

    Args:
        code: Stable name of the kind of finding.
        severity: How much it matters.
        message: One sentence for the user.
        cells: Every cell concerned.
        repairs: What can be done about it, best first.
    """
    return Finding(
        code=code,
        severity=severity,
        message=message,
        cells=tuple(cells[:_SHOWN_CELLS]),
        n_cells=len(cells),
        repairs=repairs,
    )


def changed(code: str, message: str, cells: Sequence[CellPosition] = ()) -> Finding:
    """A finding about something the reader mended by itself."""
    return build_finding(code, Severity.CHANGED, message, cells)


def cells_of(column: str, rows: Iterable[int]) -> list[CellPosition]:
    """Positions of several cells of one column.

    Args:
        column: Name of the column.
        rows: 1-based spreadsheet rows.
    """
    return [CellPosition(row=int(row), column=column) for row in rows]


def quote_name(column: str) -> str:
    """A column's name as messages show it: in quotes, long ones cut."""
    return f"'{column}'" if len(column) <= _SHOWN_NAME else f"'{column[: _SHOWN_NAME - 1]}…'"


def list_names(columns: Sequence[str], most: int = 5) -> str:
    """``'a', 'b' and 3 more``."""
    shown = [quote_name(column) for column in columns[:most]]
    if len(columns) > most:
        return f"{', '.join(shown)} and {len(columns) - most} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def list_rows(rows: Sequence[int], most: int = 5) -> str:
    """``row 5`` or ``rows 5, 10, …``.

    Args:
        rows: 1-based spreadsheet rows.
        most: How many to write out.
    """
    shown = ", ".join(str(row) for row in rows[:most]) + (", …" if len(rows) > most else "")
    return f"row{'s' if len(rows) > 1 else ''} {shown}"


def list_cells(cells: Sequence[CellPosition]) -> str:
    """``'tv' rows 5, 10; 'print' row 11``."""
    rows: dict[str, list[int]] = {}
    for cell in cells:
        rows.setdefault(cell.column, []).append(cell.row)
    return "; ".join(f"{quote_name(column)} {list_rows(where)}" for column, where in list(rows.items())[:8])


def varies(column: pd.Series) -> bool:
    """Whether a column has at least two different values, not counting empty cells."""
    return len(column.dropna().unique()) > 1


def count_of(number: int, thing: str) -> str:
    """``1 cell`` or ``4 cells``."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
