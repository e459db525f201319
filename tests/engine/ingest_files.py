"""Small files with one trouble each, made here."""

import io

import numpy as np
import pandas as pd

from mmm_core.engine.ingest import read_table
from mmm_core.entities.columns import ColumnRole
from mmm_core.entities.findings import Finding, IngestResult


def weekly(n_rows: int = 60, **columns: object) -> pd.DataFrame:
    """Weeks from 4 January 2021 with revenue, two spend columns and what else is given."""
    random = np.random.default_rng(7)
    table = pd.DataFrame(
        {
            "date": weeks(n_rows).strftime("%Y-%m-%d"),
            "revenue": random.uniform(10_000, 20_000, n_rows).round(2),
            "tv_spend": random.uniform(100, 900, n_rows).round(2),
            "search_spend": random.uniform(100, 900, n_rows).round(2),
        }
    )
    return table.assign(**columns)


def weeks(n_rows: int = 60) -> pd.DatetimeIndex:
    return pd.date_range("2021-01-04", periods=n_rows, freq="7D")


def csv(table: pd.DataFrame, *, encoding: str = "utf-8", sep: str = ",", decimal: str = ".") -> bytes:
    return table.to_csv(index=False, sep=sep, decimal=decimal, lineterminator="\n").encode(encoding)


def xlsx(table: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    table.to_excel(buffer, index=False)
    return buffer.getvalue()


def read(table: pd.DataFrame) -> IngestResult:
    return read_table(csv(table))


def with_cells(table: pd.DataFrame, column: str, cells: dict[int, object]) -> pd.DataFrame:
    """The table with cells of one column replaced, by spreadsheet row."""
    changed = table.copy()
    changed[column] = changed[column].astype(object)
    for row, value in cells.items():
        changed.loc[row - 2, column] = value
    return changed


def finding(result: IngestResult, code: str) -> Finding:
    found = [item for item in result.findings if item.code == code]
    assert len(found) == 1, f"{code} is not there once, but {[item.code for item in result.findings]}"
    return found[0]


def codes(result: IngestResult) -> set[str]:
    return {item.code for item in result.findings}


def places(item: Finding) -> list[tuple[str, int]]:
    return [(cell.column, cell.row) for cell in item.cells]


def roles(result: IngestResult) -> dict[str, ColumnRole]:
    return {suggestion.column: suggestion.role for suggestion in result.suggestions}
