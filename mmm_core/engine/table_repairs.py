"""What is done to a table when the user presses the button of a finding."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from mmm_core.engine.finding_building import count_of, list_names
from mmm_core.engine.table_checks import IGNORED_BY_USER, MEDIA, CheckedTable
from mmm_core.entities.columns import ColumnRole
from mmm_core.entities.data_checks import missing_periods
from mmm_core.entities.findings import Finding, Repair

Mended = tuple[CheckedTable, str]
"""The table after a repair, and the sentence that says what was done."""


def mend(checked: CheckedTable, finding: Finding, choice: Repair) -> Mended:
    """Apply one repair.

    Args:
        checked: The table as it stands.
        finding: What to mend.
        choice: One of ``finding.repairs``.
    """
    return _REPAIRS[choice](checked, finding, choice)


def concerned_columns(finding: Finding) -> list[str]:
    """Names of the columns a finding is about, each once."""
    return list(dict.fromkeys(cell.column for cell in finding.cells))


def _concerned_cells(checked: CheckedTable, finding: Finding) -> pd.DataFrame:
    """True for every cell a finding is about, shape of the table."""
    table = checked.table
    mask = pd.DataFrame(False, index=table.index, columns=table.columns)
    negative = finding.code.startswith("negative_")
    for name in concerned_columns(finding):
        if name not in table.columns:
            continue
        candidates = table[name] < 0 if negative else table[name].isna()
        if not negative and finding.n_cells <= len(finding.cells):
            listed = candidates & np.isin(checked.rows, [cell.row for cell in finding.cells if cell.column == name])
            candidates = listed if listed.any() else candidates  # none found: the rows of the file were not kept
        mask[name] = candidates
    return mask


def _treat_as_zero(checked: CheckedTable, finding: Finding, _: Repair) -> Mended:
    mask = _concerned_cells(checked, finding)
    message = f"{count_of(int(mask.to_numpy().sum()), 'cell')} of {list_names(concerned_columns(finding))} set to 0."
    return checked._replace(table=checked.table.mask(mask, 0.0)), message


def _estimate_values(checked: CheckedTable, finding: Finding, _: Repair) -> Mended:
    mask = _concerned_cells(checked, finding)
    table = checked.table.copy()
    for name in concerned_columns(finding):
        estimated = table[name].mask(mask[name]).interpolate(limit_direction="both")
        table[name] = table[name].where(~mask[name], estimated)
    message = (
        f"{count_of(int(mask.to_numpy().sum()), 'cell')} of {list_names(concerned_columns(finding))} "
        "estimated from the periods around."
    )
    return checked._replace(table=table), message


def _keep_one(checked: CheckedTable, finding: Finding, choice: Repair) -> Mended:
    assert checked.date is not None, "only dates conflict"
    dates = checked.table[checked.date]
    order = np.lexsort((checked.rows, dates.to_numpy()))
    ordered = dates.iloc[order]
    extra = ordered.duplicated(keep="first" if choice is Repair.KEEP_FIRST else "last") & ordered.notna()
    kept = np.sort(order[~extra.to_numpy()])
    which = "first" if choice is Repair.KEEP_FIRST else "last"
    message = f"Of rows with the same date the {which} was kept; {count_of(int(extra.sum()), 'row')} left out."
    return checked._replace(table=checked.table.iloc[kept].reset_index(drop=True), rows=checked.rows[kept]), message


def _fill_periods(checked: CheckedTable, finding: Finding, _: Repair) -> Mended:
    assert checked.date is not None, "only a table with dates has missing periods"
    assert checked.frequency is not None, "only a regular table has missing periods"
    days = missing_periods(checked.table[checked.date].dropna(), checked.frequency)
    gaps = pd.DataFrame({checked.date: pd.Series(days, dtype=checked.table[checked.date].dtype)})
    longer = pd.concat([checked.table, gaps], ignore_index=True)
    order = longer[checked.date].argsort(kind="stable").to_numpy()
    is_new = order >= len(checked.table)
    rows = np.concatenate([checked.rows, np.zeros(len(days), dtype=checked.rows.dtype)])[order]
    table = longer.iloc[order].reset_index(drop=True)
    for name, suggestion in checked.roles.items():
        if name != checked.date:
            table[name] = _fill_column(table[name], is_new, is_media=suggestion.role in MEDIA)
    shown = ", ".join(str(day.date()) for day in days[:5]) + (", …" if len(days) > 5 else "")
    message = f"{count_of(len(days), checked.frequency.value)} filled in ({shown}): media 0, everything else estimated."
    return checked._replace(table=table, rows=rows), message


def _fill_column(column: pd.Series, is_new: np.ndarray[tuple[int], np.dtype[np.bool_]], *, is_media: bool) -> pd.Series:
    if is_media:
        return column.mask(is_new, 0.0)
    known = column[~is_new].dropna()
    is_smooth = pd.api.types.is_numeric_dtype(column) and not set(known.unique()) <= {0.0, 1.0}
    if is_smooth:
        return column.where(~is_new, column.interpolate(limit_direction="both"))
    return column.mask(is_new, known.mode().iloc[0]) if len(known) else column


def _ignore_column(checked: CheckedTable, finding: Finding, _: Repair) -> Mended:
    names = concerned_columns(finding)
    roles = {
        name: replace(suggestion, role=ColumnRole.IGNORE, pairs_with=None, reason=IGNORED_BY_USER)
        if name in names
        else suggestion
        for name, suggestion in checked.roles.items()
    }
    for name, suggestion in roles.items():
        if suggestion.pairs_with in names:
            roles[name] = replace(suggestion, role=ColumnRole.IGNORE, pairs_with=None, reason="its spend is left out")
    return checked._replace(roles=roles), f"{list_names(names)} left out."


_REPAIRS: Mapping[Repair, Callable[[CheckedTable, Finding, Repair], Mended]] = {
    Repair.TREAT_AS_ZERO: _treat_as_zero,
    Repair.ESTIMATE_VALUES: _estimate_values,
    Repair.KEEP_FIRST: _keep_one,
    Repair.KEEP_LAST: _keep_one,
    Repair.FILL_MISSING_PERIODS: _fill_periods,
    Repair.IGNORE_COLUMN: _ignore_column,
}
