"""What is wrong with a canonical table: judged again after every repair."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from mmm_core.engine.finding_building import (
    build_finding,
    cells_of,
    count_of,
    list_names,
    list_rows,
    quote_name,
    varies,
)
from mmm_core.engine.role_suggestion import GUESS
from mmm_core.engine.role_words import set_of_words
from mmm_core.engine.settings_suggestion import settings_from_roles
from mmm_core.entities.columns import ColumnRole, Frequency
from mmm_core.entities.data_checks import count_estimated_columns, detect_frequency, missing_periods
from mmm_core.entities.design import IntArray
from mmm_core.entities.findings import Finding, Repair, RoleSuggestion, Severity

MEDIA = frozenset({ColumnRole.PAID_SPEND, ColumnRole.EXPOSURE, ColumnRole.ORGANIC})
RECHECKED = set_of_words(
    "no_dates unreadable_dates several_rows_per_date conflicting_dates unknown_frequency missing_periods uneven_dates "
    "negative_media negative_outcome constant_column no_outcome no_paid_media guessed_roles too_many_columns"
)
"""Codes of the findings made here, unless something was changed."""
IGNORED_BY_USER = "left out by you"
"""Reason of a suggestion after IGNORE_COLUMN."""


class CheckedTable(NamedTuple):
    """A table with what is known about its rows and columns.

    Attributes:
        table: Canonical table, oldest first.
        rows: Spreadsheet row of every row, 0 for filled periods, shape (n_rows,).
        roles: Suggestion by column.
        frequency: Length of one period, or None.
    """

    table: pd.DataFrame
    rows: IntArray
    roles: Mapping[str, RoleSuggestion]
    frequency: Frequency | None

    @property
    def date(self) -> str | None:
        """Name of the date column."""
        return next((name for name, suggestion in self.roles.items() if suggestion.role is ColumnRole.DATE), None)


def period_frequency(table: pd.DataFrame, date: str | None) -> Frequency | None:
    """Day, week or month of a table's date column; None without one.

    Args:
        table: Canonical table.
        date: Name of the date column.
    """
    return None if date is None else detect_frequency(table[date].dropna().drop_duplicates())


def check_table(checked: CheckedTable) -> list[Finding]:
    """Everything that is doubtful or impossible in a table as it stands now.

    Args:
        checked: Table, rows, roles and frequency.
    """
    findings = [*_check_dates(checked), *_check_values(checked), *_check_roles(checked)]
    if not {finding.code for finding in findings} & {"no_dates", "no_outcome", "no_paid_media"}:
        findings += _check_size(checked)
    return findings


def _check_dates(checked: CheckedTable) -> Iterator[Finding]:
    if checked.date is None:
        message = "No column holds dates. Add a column with the first day of each day, week or month."
        yield build_finding("no_dates", Severity.IMPOSSIBLE, message)
        return
    dates = checked.table[checked.date]
    unreadable = checked.rows[dates.isna().to_numpy()]
    if len(unreadable):
        verb = "is no date" if len(unreadable) == 1 else "are no dates"
        message = f"{count_of(len(unreadable), 'cell')} of {quote_name(checked.date)} {verb} ({list_rows(unreadable.tolist())})."
        cells = cells_of(checked.date, unreadable)
        yield build_finding("unreadable_dates", Severity.IMPOSSIBLE, f"{message} Correct the file.", cells)
    yield from _check_repeated(checked, dates.dropna())
    yield from _check_spacing(checked, dates.dropna())


def _check_repeated(checked: CheckedTable, dates: pd.Series) -> Iterator[Finding]:
    repeated = dates[dates.duplicated(keep=False)]
    n_periods = dates.nunique()
    assert checked.date is not None, "asked only for a table with dates"
    cells = cells_of(checked.date, checked.rows[repeated.index])
    if repeated.nunique() > max(3, 0.5 * n_periods):
        message = (
            f"Each date stands in about {len(dates) / n_periods:.0f} rows, as if there were several markets or products. "
            "Sum the file up to one row per date, or keep one market."
        )
        yield build_finding("several_rows_per_date", Severity.IMPOSSIBLE, message, cells)
    elif len(repeated):
        days = [str(day.date()) for day in repeated.unique()]
        shown = ", ".join(days[:5]) + (", …" if len(days) > 5 else "")
        verb = "appears" if len(days) == 1 else "appear"
        message = (
            f"{shown} {verb} more than once with different values ({list_rows([c.row for c in cells], 10)}): "
            "which row is right?"
        )
        yield build_finding(
            "conflicting_dates", Severity.IMPOSSIBLE, message, cells, (Repair.KEEP_FIRST, Repair.KEEP_LAST)
        )


def _check_spacing(checked: CheckedTable, dates: pd.Series) -> Iterator[Finding]:
    assert checked.date is not None, "asked only for a table with dates"
    if dates.nunique() < 2:
        yield build_finding("unknown_frequency", Severity.IMPOSSIBLE, "All rows have the same date; add more periods.")
        return
    if checked.frequency is None:
        usual = int(dates.drop_duplicates().sort_values().diff().dt.days.median())
        message = f"Dates lie {usual} days apart; only one row per day, week or month can be modelled."
        yield build_finding("unknown_frequency", Severity.IMPOSSIBLE, message)
        return
    missing = missing_periods(dates, checked.frequency)
    if missing:
        shown = ", ".join(str(day.date()) for day in missing[:5]) + (", …" if len(missing) > 5 else "")
        verb = "is" if len(missing) == 1 else "are"
        message = (
            f"{count_of(len(missing), checked.frequency.value)} {verb} missing ({shown}). "
            "Fill spend with 0 and estimate the outcome, or fix the file."
        )
        following = dates.index[np.searchsorted(dates.to_numpy(), pd.Series(missing, dtype=dates.dtype).to_numpy())]
        cells = cells_of(checked.date, checked.rows[following])
        yield build_finding("missing_periods", Severity.IMPOSSIBLE, message, cells, (Repair.FILL_MISSING_PERIODS,))
    yield from _check_even(checked, dates)


def _check_even(checked: CheckedTable, dates: pd.Series) -> Iterator[Finding]:
    if checked.frequency is not Frequency.WEEK:
        return
    assert checked.date is not None, "asked only for a table with dates"
    weekdays = dates.dt.day_of_week
    odd = dates[weekdays != weekdays.mode().iloc[0]]
    if len(odd):
        rows = checked.rows[odd.index]
        verb = "starts" if len(odd) == 1 else "start"
        message = (
            f"{count_of(len(odd), 'week')} {verb} on another weekday than the others ({list_rows(rows.tolist())}); "
            "every week must start on the same weekday. Correct the file."
        )
        yield build_finding("uneven_dates", Severity.IMPOSSIBLE, message, cells_of(checked.date, rows))


def _check_values(checked: CheckedTable) -> Iterator[Finding]:
    for name, suggestion in checked.roles.items():
        column = checked.table[name]
        if not pd.api.types.is_numeric_dtype(column):
            if not varies(column) and suggestion.role is not ColumnRole.DATE:
                yield from _constant(checked, name)
            continue
        if not varies(column):
            yield from _constant(checked, name)
        elif suggestion.role in MEDIA and (column < 0).any():
            yield _negative_media(checked, name)
        elif suggestion.role is ColumnRole.OUTCOME and (column < 0).any():
            yield _negative_outcome(checked, name)


def _constant(checked: CheckedTable, name: str) -> Iterator[Finding]:
    if checked.roles[name].reason == IGNORED_BY_USER:
        return
    value = checked.table[name].dropna()
    shown = "" if value.empty else f", {value.iloc[0]:g}," if pd.api.types.is_numeric_dtype(value) else ""
    message = (
        f"{quote_name(name)} has the same value{shown} in every row; nothing can be learned from it. Leave it out?"
    )
    cells = cells_of(name, [1])
    yield build_finding("constant_column", Severity.DOUBTFUL, message, cells, (Repair.IGNORE_COLUMN,))


def _negative_media(checked: CheckedTable, name: str) -> Finding:
    below = (checked.table[name] < 0).to_numpy()
    rows = checked.rows[below]
    unit = checked.frequency.value if checked.frequency else "row"
    message = f"{quote_name(name)} is negative in {count_of(len(rows), unit)} ({list_rows(rows.tolist())}; credits?). Set to 0?"
    return build_finding("negative_media", Severity.IMPOSSIBLE, message, cells_of(name, rows), (Repair.TREAT_AS_ZERO,))


def _negative_outcome(checked: CheckedTable, name: str) -> Finding:
    below = (checked.table[name] < 0).to_numpy()
    rows = checked.rows[below]
    when = ""
    if checked.date is not None:
        days = checked.table.loc[below, checked.date].dropna().dt.date.astype(str).tolist()
        when = " on " + ", ".join(days[:5]) + (", …" if len(days) > 5 else "")
    message = f"{quote_name(name)} is negative{when} ({list_rows(rows.tolist())}): check, or have it estimated."
    return build_finding(
        "negative_outcome", Severity.DOUBTFUL, message, cells_of(name, rows), (Repair.ESTIMATE_VALUES,)
    )


def _check_roles(checked: CheckedTable) -> Iterator[Finding]:
    roles = [suggestion.role for suggestion in checked.roles.values()]
    if ColumnRole.OUTCOME not in roles:
        message = "No column looks like the outcome (sales, revenue, orders). Choose it under Configure."
        yield build_finding("no_outcome", Severity.DOUBTFUL, message)
    if ColumnRole.PAID_SPEND not in roles:
        message = "No column looks like media spend. Choose at least one under Configure."
        yield build_finding("no_paid_media", Severity.DOUBTFUL, message)
    guessed = [s for s in checked.roles.values() if s.reason.startswith(GUESS)]
    if guessed:
        what = {
            role: list_names([s.column for s in guessed if s.role is role])
            for role in (ColumnRole.OUTCOME, ColumnRole.PAID_SPEND)
            if any(s.role is role for s in guessed)
        }
        text = " and ".join(f"{names} taken for {role.value.replace('_', ' ')}" for role, names in what.items())
        cells = [cell for s in guessed for cell in cells_of(s.column, [1])]
        message = f"{text} from the values alone; the names do not tell. Check the roles under Configure."
        yield build_finding("guessed_roles", Severity.DOUBTFUL, message, cells)


def _check_size(checked: CheckedTable) -> Iterator[Finding]:
    settings = settings_from_roles(tuple(checked.roles.values()), checked.frequency)
    n_rows, n_columns = len(checked.table), count_estimated_columns(checked.table, settings)
    if n_rows < 2 * n_columns:
        message = (
            f"{count_of(n_rows, 'row')} cannot bear {n_columns} estimated columns; two rows per column are needed "
            f"({2 * n_columns}). Add history or leave columns out under Configure."
        )
        yield build_finding("too_many_columns", Severity.IMPOSSIBLE, message)
    unborne = [s.column for s in checked.roles.values() if s.reason.endswith("cannot bear more columns")]
    if unborne and n_rows >= 2 * n_columns:
        verb = "was" if len(unborne) == 1 else "were"
        message = f"{n_rows:,} rows cannot bear every column; {list_names(unborne)} {verb} set to ignore."
        yield build_finding(
            "too_many_columns", Severity.DOUBTFUL, message, [c for n in unborne for c in cells_of(n, [1])]
        )
