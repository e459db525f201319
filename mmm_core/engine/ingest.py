"""From an uploaded file to a canonical table, what was found in it, and what its columns probably are."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pandas as pd

from mmm_core.engine.cell_findings import (
    describe_cells,
    describe_format,
    describe_money,
    name_doubts,
    name_empty_levels,
)
from mmm_core.engine.column_typing import EMPTY_LEVEL, TypedColumns, find_date_column, type_columns
from mmm_core.engine.file_reading import MEGABYTE, read_cells
from mmm_core.engine.period_rows import PeriodRows, arrange_rows, describe_dates, pivot_long_layout, without_extra_rows
from mmm_core.engine.role_suggestion import suggest_roles
from mmm_core.engine.settings_suggestion import fit_to_rows, settings_from_roles, template_csv
from mmm_core.engine.table_checks import RECHECKED, CheckedTable, check_table, period_frequency
from mmm_core.engine.table_layout import NamedCells, name_columns
from mmm_core.engine.table_repairs import concerned_columns, mend
from mmm_core.entities.design import IntArray
from mmm_core.entities.findings import AppliedRepair, Finding, IngestResult, Repair, Severity
from mmm_core.entities.settings import ModelSettings
from mmm_core.errors import DataError, SettingsError

__all__ = [
    "LIMIT_BYTES",
    "read_table",
    "repair",
    "repeat_fitting_repairs",
    "repeat_repairs",
    "suggested_settings",
    "template_csv",
]

LIMIT_BYTES = 50 * MEGABYTE
"""Largest file accepted unless the caller says otherwise."""

_SEVERITIES = list(Severity)


def read_table(
    source: Path | str | bytes | BinaryIO, *, name: str = "", limit_bytes: int = LIMIT_BYTES
) -> IngestResult:
    """Read a CSV or XLSX file to a canonical table and say everything that was noticed, all at once.

    Encoding, separator, decimal mark and date format are found from the content; the name does not matter.

    Args:
        source: Path, content, or a file open for reading bytes.
        name: Name of the file as the user knows it; taken from ``source`` when "".
        limit_bytes: Largest file accepted, in bytes.

    Raises:
        DataError: Nothing can be made of the file: empty, too large, no table, no rows, one column, or no numbers.
    """
    source_name = name or _name_of(source)
    raw = read_cells(source, name=source_name, limit_bytes=limit_bytes)
    named, date, dates, date_findings = _read_periods(name_columns(raw.cells))
    typed = type_columns(named.cells.drop(columns=[date] if date else []), delimiter=raw.delimiter)
    if not typed.numbers:
        raise DataError("No column holds numbers. Need a date, a sales column and at least one spend column.")
    arranged = _arrange(_assemble(named.cells, typed, date, dates), named.rows, date)
    roles = fit_to_rows(suggest_roles(arranged.table, date), arranged.table)
    money, currency = describe_money(typed, named.rows)
    findings = [
        *describe_format(raw, arranged.table, has_decimal_comma=typed.has_decimal_comma),
        *named.findings,
        *date_findings,
        *arranged.findings,
        *money,
        *name_doubts(typed),
        *name_empty_levels(typed.texts, named.rows),
        *describe_cells(arranged.table, arranged.rows, roles, _words_in_cells(named, typed)),
    ]
    frequency = period_frequency(arranged.table, date)
    checked = CheckedTable(arranged.table, arranged.rows, {s.column: s for s in roles}, frequency)
    return IngestResult(
        table=arranged.table,
        findings=_most_severe_first([*findings, *check_table(checked)]),
        suggestions=roles,
        frequency=frequency,
        source_name=source_name,
        rows=tuple(arranged.rows.tolist()),
        currency=currency,
    )


def repair(result: IngestResult, finding: Finding, choice: Repair) -> IngestResult:
    """Mend what a finding is about and judge the table again.

    Args:
        result: What was read, perhaps repaired before.
        finding: One of ``result.findings``.
        choice: One of ``finding.repairs``.

    Returns:
        A new result: the finding is replaced by one that says what was changed.

    Raises:
        SettingsError: ``finding`` is not among the findings, or ``choice`` not among its repairs.
    """
    if finding not in result.findings:
        raise SettingsError(
            f"There is no finding {finding.code!r} with this text any more; look at the findings again."
        )
    if choice not in finding.repairs:
        allowed = ", ".join(finding.repairs) or "nothing"
        raise SettingsError(f"Finding {finding.code!r} can be repaired by {allowed}; got {choice}.")
    mended, message = mend(_checked(result), finding, choice)
    mended = mended._replace(frequency=period_frequency(mended.table, mended.date))
    done = Finding(
        code=finding.code, severity=Severity.CHANGED, message=message, cells=finding.cells, n_cells=finding.n_cells
    )
    kept = [f for f in result.findings if f != finding and _still_holds(f, mended.rows)]
    keys = [f"{finding.code}:{column}" for column in concerned_columns(finding)] or [finding.code]
    return replace(
        result,
        table=mended.table,
        findings=_most_severe_first([done, *kept, *check_table(mended)]),
        suggestions=tuple(mended.roles.values()),
        frequency=mended.frequency,
        applied={**result.applied, **dict.fromkeys(keys, choice)},
        rows=tuple(mended.rows.tolist()),
    )


def repeat_repairs(result: IngestResult, repairs: Sequence[AppliedRepair]) -> IngestResult:
    """Mend a table as it was mended before, in the same order.

    Args:
        result: What was read.
        repairs: What was done then; a repair of several columns stands there once for each.

    Raises:
        DataError: A repair fits no finding of this table; carries one sentence per repair.
    """
    problems: list[str] = []
    pending = list(repairs)
    while pending:
        wanted = pending.pop(0)
        finding = next((item for item in result.findings if _is_mended_by(item, wanted)), None)
        if finding is None:
            problems.append(_without_finding(wanted, result))
            continue
        result = repair(result, finding, wanted.repair)
        done = {wanted.column, *concerned_columns(finding)}
        pending = [item for item in pending if item.finding != wanted.finding or item.column not in done]
    if problems:
        raise DataError(problems)
    return result


def repeat_fitting_repairs(
    result: IngestResult, repairs: Sequence[AppliedRepair]
) -> tuple[IngestResult, tuple[AppliedRepair, ...]]:
    """Mend a later table as an earlier one was mended, where the same was found again.

    Args:
        result: What was read.
        repairs: What was done to the earlier table, in this order.

    Returns:
        The mended table, and the repairs there was nothing to do for.
    """
    unused: list[AppliedRepair] = []
    for wanted in repairs:
        key = f"{wanted.finding}:{wanted.column}" if wanted.column else wanted.finding
        if key in result.applied:  # done together with another column of the same finding
            continue
        try:
            result = repeat_repairs(result, [wanted])
        except DataError:
            unused.append(wanted)
    return result, tuple(unused)


def suggested_settings(result: IngestResult) -> ModelSettings:
    """Settings that use every column as suggested.

    Args:
        result: What was read.

    Raises:
        DataError: No date, no outcome or no paid media was recognised; carries every reason.
    """
    return settings_from_roles(result.suggestions, result.frequency, result.currency)


def _name_of(source: Path | str | bytes | BinaryIO) -> str:
    if isinstance(source, str | Path):
        return Path(source).name
    return Path(str(getattr(source, "name", ""))).name


def _read_periods(named: NamedCells) -> tuple[NamedCells, str | None, pd.Series | None, list[Finding]]:
    found = find_date_column(named.cells)
    if found is None:
        return named, None, None, []
    date, reading = found
    findings = describe_dates(date, reading, named.rows)
    named, dates = without_extra_rows(named, date, reading.dates)
    return named, date, dates, findings


def _assemble(cells: pd.DataFrame, typed: TypedColumns, date: str | None, dates: pd.Series | None) -> pd.DataFrame:
    columns: dict[str, pd.Series] = {}
    for name in cells.columns:
        if name == date and dates is not None:
            columns[name] = dates
        elif name in typed.numbers:
            columns[name] = typed.numbers[name].numbers
        else:
            columns[name] = typed.texts[name].replace("", EMPTY_LEVEL)
    return pd.DataFrame(columns)


def _arrange(table: pd.DataFrame, rows: IntArray, date: str | None) -> PeriodRows:
    if date is None:
        return PeriodRows(table, rows, ())
    wide = pivot_long_layout(table, rows, date)
    arranged = arrange_rows(wide.table, wide.rows, date)
    return arranged._replace(findings=(*wide.findings, *arranged.findings))


def _words_in_cells(named: NamedCells, typed: TypedColumns) -> dict[str, dict[int, str]]:
    words: dict[str, dict[int, str]] = {}
    for name, column in typed.numbers.items():
        if column.is_text.any():
            where = column.is_text.to_numpy()
            words[name] = dict(zip(named.rows[where].tolist(), named.cells[name][where].tolist(), strict=True))
    return words


def _checked(result: IngestResult) -> CheckedTable:
    rows = np.array(result.rows or range(2, len(result.table) + 2), dtype=np.int64)
    return CheckedTable(result.table.copy(), rows, {s.column: s for s in result.suggestions}, result.frequency)


def _still_holds(finding: Finding, rows: IntArray) -> bool:
    if finding.severity is Severity.CHANGED:
        return True
    if finding.code in RECHECKED:
        return False
    is_about_rows = finding.code in {"not_numbers", "empty_cells"}
    return not is_about_rows or bool(np.isin([cell.row for cell in finding.cells], rows).any())


def _is_mended_by(finding: Finding, wanted: AppliedRepair) -> bool:
    is_about = wanted.column is None or wanted.column in concerned_columns(finding)
    return finding.code == wanted.finding and wanted.repair in finding.repairs and is_about


def _without_finding(wanted: AppliedRepair, result: IngestResult) -> str:
    of_column = f" of {wanted.column!r}" if wanted.column else ""
    open_codes = dict.fromkeys(finding.code for finding in result.findings if finding.repairs)
    return (
        f"The repair {wanted.repair} of {wanted.finding}{of_column} fits nothing found in the data; what can be repaired there: "
        f"{', '.join(open_codes) or 'nothing'}. Remove it from the project file, or use the file it was made for."
    )


def _most_severe_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: _SEVERITIES.index(finding.severity)))
