"""One row per period, oldest first: notes and totals left out, long layout pivoted, exact duplicates dropped."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from mmm_core.engine.date_parsing import DateReading, DateStyle
from mmm_core.engine.finding_building import build_finding, cells_of, changed, count_of, list_rows, quote_name, varies
from mmm_core.engine.role_suggestion import outcome_weight
from mmm_core.engine.role_words import read_name
from mmm_core.engine.table_layout import NamedCells
from mmm_core.entities.columns import Frequency
from mmm_core.entities.data_checks import detect_frequency
from mmm_core.entities.design import IntArray
from mmm_core.entities.findings import Finding, Severity

_TOTALS = (
    r"(?i)(?:grand\s+)?(?:total|totals|sum|summe|gesamt|gesamtsumme|gesamtergebnis|ergebnis|insgesamt|average|mean|"
    r"mittelwert|durchschnitt|suma|somme|totale|totaal|moyenne|promedio)\s*:?"
)
_EVERY = {Frequency.DAY: "daily", Frequency.WEEK: "weekly", Frequency.MONTH: "monthly"}


class PeriodRows(NamedTuple):
    """A table with the spreadsheet row of each of its rows, shape (n_rows,), and what was changed."""

    table: pd.DataFrame
    rows: IntArray
    findings: tuple[Finding, ...]


def without_extra_rows(named: NamedCells, date: str, dates: pd.Series) -> tuple[NamedCells, pd.Series]:
    """Leave out rows that are no periods: totals, and notes that stand alone.

    Args:
        named: Cells of text.
        date: Name of the date column.
        dates: Its dates, NaT where unreadable, shape (n_rows,).

    Returns:
        The remaining cells and their dates.
    """
    others = named.cells.drop(columns=date)
    is_note = (others == "").all(axis=1)
    is_total = named.cells[date].str.fullmatch(_TOTALS)
    extra = (dates.isna() & (is_note | is_total)).to_numpy()
    if not extra.any():
        return named, dates
    rows = named.rows[extra]
    verb = "is no period (a total or a note)" if len(rows) == 1 else "are no periods (totals or notes)"
    finding = changed("extra_rows", f"{list_rows(rows.tolist()).capitalize()} {verb}; left out.", cells_of(date, rows))
    cells = named.cells[~extra].reset_index(drop=True)
    return NamedCells(cells, named.rows[~extra], (*named.findings, finding)), dates[~extra].reset_index(drop=True)


def describe_dates(date: str, reading: DateReading, rows: IntArray) -> list[Finding]:
    """What to tell about the way dates were read.

    Args:
        date: Name of the date column.
        reading: Its dates and their style.
        rows: Spreadsheet row of every date, shape (n_rows,).
    """
    if reading.style is DateStyle.YEAR_FIRST:
        return []
    cells = cells_of(date, rows[:1])
    if reading.is_doubtful:
        message = (
            f"Dates in {quote_name(date)} could be {reading.style.value} or {reading.rival.value if reading.rival else ''}; "
            f"read as {reading.style.value}. Write them as 2024-12-31 to be sure."
        )
        return [build_finding("date_format", Severity.DOUBTFUL, message, cells)]
    frequency = detect_frequency(reading.dates.dropna().drop_duplicates())
    why = f" ({_EVERY[frequency]} spacing fits only this order)" if frequency and reading.rival else ""
    return [changed("date_format", f"Dates read as {reading.style.value}{why}.", cells)]


def pivot_long_layout(table: pd.DataFrame, rows: IntArray, date: str) -> PeriodRows:
    """Turn one row per date and variable into one column per variable; any other table is returned unchanged.

    Args:
        table: Typed table.
        rows: Spreadsheet row of every row, shape (n_rows,).
        date: Name of the date column.
    """
    unchanged = PeriodRows(table, rows, ())
    numbers = [name for name in table.columns if pd.api.types.is_numeric_dtype(table[name]) and varies(table[name])]
    if len(numbers) != 1 or not table[date].duplicated().any():
        return unchanged
    variable = next((name for name in table.columns if name != date and _names_variables(table, date, name)), None)
    if variable is None:
        return unchanged
    order = list(dict.fromkeys(table[variable]))
    wide = table.set_index([date, variable])[numbers[0]].unstack()[order]  # noqa: PD010 - pairs are unique, nothing to sum
    wide = wide.set_axis([str(name) for name in order], axis=1).reset_index()
    first = pd.Series(rows).groupby(table[date].to_numpy()).min().to_numpy()
    message = (
        f"The file has one row per date and {quote_name(variable)}; turned into one column for each of "
        f"{len(order)} variables ({len(wide)} rows)."
    )
    return PeriodRows(wide, first, (changed("long_layout", message),))


def _names_variables(table: pd.DataFrame, date: str, name: str) -> bool:
    if pd.api.types.is_numeric_dtype(table[name]) or not 2 <= table[name].nunique() <= 200:
        return False
    # Markets would fit as well; only among variables is one called like an outcome.
    has_outcome = any(outcome_weight(read_name(str(level))) > 0 for level in table[name].unique())
    return has_outcome and not table[date].isna().any() and not table.duplicated([date, name]).any()


def arrange_rows(table: pd.DataFrame, rows: IntArray, date: str) -> PeriodRows:
    """Drop exact duplicates and sort by date.

    Args:
        table: Typed table.
        rows: Spreadsheet row of every row, shape (n_rows,).
        date: Name of the date column.
    """
    findings: list[Finding] = []
    twice = (table.duplicated(keep="first") & table[date].notna()).to_numpy()
    if twice.any():
        extra = rows[twice]
        verb = "was" if len(extra) == 1 else "were"
        message = f"{count_of(len(extra), 'exact duplicate')} {verb} dropped ({list_rows(extra.tolist())})."
        findings.append(changed("exact_duplicates", message, cells_of(date, extra)))
        table, rows = table[~twice].reset_index(drop=True), rows[~twice]
    known = table[date].dropna()
    if not known.is_monotonic_increasing:
        late = known.index[1:][np.diff(known.to_numpy()).astype(np.int64) < 0]
        how = "Rows stood newest first" if known.is_monotonic_decreasing else "Rows were not in order of date"
        message = f"{how} ({list_rows(rows[late].tolist())}); sorted, oldest first."
        findings.append(changed("sorted", message, cells_of(date, rows[late])))
    ordered = table.sort_values(date, kind="stable", na_position="last")
    return PeriodRows(ordered.reset_index(drop=True), rows[ordered.index.to_numpy()], tuple(findings))
