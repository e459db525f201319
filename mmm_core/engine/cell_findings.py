"""What to tell about the cells of a file: its format, cells without a number, currencies."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from mmm_core.engine.column_typing import EMPTY_LEVEL, TypedColumns, currency_in_name
from mmm_core.engine.csv_sniffing import DELIMITER_NAMES
from mmm_core.engine.file_reading import CellTable
from mmm_core.engine.finding_building import build_finding, cells_of, changed, count_of, list_cells, list_names
from mmm_core.engine.table_checks import MEDIA
from mmm_core.entities.columns import ColumnRole
from mmm_core.entities.design import IntArray
from mmm_core.entities.findings import CellPosition, Finding, Repair, RoleSuggestion, Severity

_ENCODING_NAMES = {"utf-16": "UTF-16", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "utf-32": "UTF-32"}


class _Group(NamedTuple):
    """Columns whose cells without a number are mended in the same way."""

    name: str
    roles: frozenset[ColumnRole]
    severity: Severity
    repairs: tuple[Repair, ...]


_GROUPS = (
    _Group("media", MEDIA, Severity.IMPOSSIBLE, (Repair.TREAT_AS_ZERO, Repair.ESTIMATE_VALUES)),
    _Group(
        "outcome and context",
        frozenset({ColumnRole.OUTCOME, ColumnRole.CONTEXT}),
        Severity.IMPOSSIBLE,
        (Repair.ESTIMATE_VALUES, Repair.TREAT_AS_ZERO),
    ),
    _Group(
        "ignored", frozenset({ColumnRole.IGNORE}), Severity.DOUBTFUL, (Repair.ESTIMATE_VALUES, Repair.TREAT_AS_ZERO)
    ),
)


def describe_format(raw: CellTable, table: pd.DataFrame, *, has_decimal_comma: bool) -> list[Finding]:
    """What to tell about encoding, separator and decimal mark; nothing about a plain UTF-8 CSV.

    Args:
        raw: The file as it was split.
        table: What became of it.
        has_decimal_comma: Whether any column had decimal commas.
    """
    findings = list(raw.findings)
    if raw.encoding == "utf-8-sig":
        findings.append(changed("byte_order_mark", "Nothing to fix (hidden byte-order mark removed)."))
    if not raw.delimiter:
        return findings
    encoding = _ENCODING_NAMES.get(raw.encoding, _legacy_name(raw.encoding))
    parts = [f"{DELIMITER_NAMES.get(raw.delimiter, repr(raw.delimiter))}-separated"] if raw.delimiter != "," else []
    parts += ["with decimal commas"] if has_decimal_comma else []
    size = f"({len(table):,} rows, {table.shape[1]} columns)"
    if encoding:
        findings.append(
            changed(
                "file_format",
                f"File was {' and '.join(filter(None, [', '.join([encoding, *parts[:-1]]), *parts[-1:]]))}; converted {size}.",
            )
        )
    elif parts:
        findings.append(changed("file_format", f"Read as {' '.join(parts)} {size}."))
    return findings


def _legacy_name(encoding: str) -> str:
    return "" if encoding.startswith("utf-8") else encoding.replace("cp125", "Windows-125")


def name_doubts(typed: TypedColumns) -> list[Finding]:
    """What is doubtful about columns as a whole.

    Args:
        typed: Columns by kind.
    """
    findings = []
    for name in typed.mixed:
        message = f"{list_names([name])} holds numbers and text mixed; kept as text. Correct the cells if it should be numbers."
        findings.append(build_finding("mixed_column", Severity.DOUBTFUL, message, cells_of(name, [1])))
    if typed.ambiguous:
        cells = [CellPosition(row=1, column=name) for name in typed.ambiguous]
        message = (
            f"Numbers such as 1,234 or 1.234 in {list_names(typed.ambiguous)} can be read in two ways; "
            "the mark was taken for a thousands mark or decimal mark as is usual for this separator. Check the preview."
        )
        findings.append(build_finding("ambiguous_numbers", Severity.DOUBTFUL, message, cells))
    return findings


def describe_cells(
    table: pd.DataFrame,
    rows: IntArray,
    roles: Sequence[RoleSuggestion],
    words: Mapping[str, Mapping[int, str]],
) -> list[Finding]:
    """Cells of numeric columns that hold no number, by what can be done about them.

    Args:
        table: Canonical table.
        rows: Spreadsheet row of every row, shape (n_rows,).
        roles: One suggestion per column.
        words: What stood in the cells that are not empty, by column and spreadsheet row.
    """
    findings: list[Finding] = []
    for group in _GROUPS:
        empty: list[CellPosition] = []
        filled: list[CellPosition] = []
        for name in [s.column for s in roles if s.role in group.roles]:
            if table[name].isna().any():
                missing = cells_of(name, rows[table[name].isna().to_numpy()])
                filled += [cell for cell in missing if cell.row in words.get(name, {})]
                empty += [cell for cell in missing if cell.row not in words.get(name, {})]
        findings += _cell_finding("not_numbers", group, filled, words)
        findings += _cell_finding("empty_cells", group, empty, words)
    return findings


def _cell_finding(
    code: str, group: _Group, cells: list[CellPosition], words: Mapping[str, Mapping[int, str]]
) -> Iterator[Finding]:
    if not cells:
        return
    if code == "not_numbers":
        texts = list(dict.fromkeys(words[cell.column][cell.row] for cell in cells))
        what = f"{'is' if len(cells) == 1 else 'are'} not numbers but {list_names(texts, 4)}".replace(
            "is not numbers", "is no number"
        )
    else:
        what = "is empty" if len(cells) == 1 else "are empty"
    question = "treat as 0, or fix?" if group.repairs[0] is Repair.TREAT_AS_ZERO else "estimate, or fix?"
    message = f"{count_of(len(cells), 'cell')} in {group.name} columns {what} ({list_cells(cells)}): {question}"
    yield build_finding(code, group.severity, message, _spread(cells), group.repairs)


def _spread(cells: list[CellPosition]) -> list[CellPosition]:
    """The same cells, the first of every column first, so that no column is lost when the list is cut."""
    first = {cell.column: cell for cell in reversed(cells)}
    leading = list(reversed(first.values()))
    return leading + [cell for cell in cells if first[cell.column] is not cell] if len(cells) > 100 else cells


def describe_money(typed: TypedColumns, rows: IntArray) -> tuple[list[Finding], str | None]:
    """What to tell about signs in cells, and the currency of the file.

    Args:
        typed: Columns by kind.
        rows: Spreadsheet row of every cell, shape (n_rows,).

    Returns:
        Findings and the ISO code most columns agree on; None when nothing tells.
    """
    findings: list[Finding] = []
    by_column = {name: column.currencies or _currency_of_name(name) for name, column in typed.numbers.items()}
    signed = [name for name, column in typed.numbers.items() if column.currencies or column.has_percent]
    if signed:
        kinds = ["Currency"] if any(typed.numbers[name].currencies for name in signed) else []
        kinds += ["%"] if any(typed.numbers[name].has_percent for name in signed) else []
        cells = [CellPosition(row=int(rows[0]), column=name) for name in signed]
        findings.append(
            changed("signs_removed", f"{' and '.join(kinds)} signs removed from {list_names(signed)}.", cells)
        )
    rewritten = [cell for name, column in typed.numbers.items() for cell in cells_of(name, rows[column.is_rewritten])]
    if rewritten:
        message = f"{count_of(len(rewritten), 'cell')} in short or accounting notation read as numbers"
        findings.append(changed("rewritten_numbers", f"{message} ({list_cells(rewritten)}).", rewritten))
    codes = [code for found in by_column.values() for code in sorted(found)]
    distinct = list(dict.fromkeys(codes))
    if len(distinct) > 1:
        where = "; ".join(
            f"{code} in {list_names([n for n, f in by_column.items() if code in f])}" for code in distinct
        )
        message = (
            f"{len(distinct)} currencies in one file: {where}. Convert them to one; the numbers were taken as they are."
        )
        cells = [CellPosition(row=1, column=name) for name, found in by_column.items() if found]
        findings.append(build_finding("two_currencies", Severity.DOUBTFUL, message, cells))
    return findings, max(distinct, key=codes.count) if distinct else None


def _currency_of_name(name: str) -> frozenset[str]:
    code = currency_in_name(name)
    return frozenset({code}) if code else frozenset()


def name_empty_levels(texts: Mapping[str, pd.Series], rows: IntArray) -> list[Finding]:
    """What to tell about empty cells of text columns.

    Args:
        texts: Text columns, each of shape (n_rows,).
        rows: Spreadsheet row of every cell, shape (n_rows,).
    """
    cells = [cell for name, texts_ in texts.items() for cell in cells_of(name, rows[(texts_ == "").to_numpy()])]
    if not cells:
        return []
    names = list(dict.fromkeys(cell.column for cell in cells))
    message = f"{count_of(len(cells), 'empty cell')} of {list_names(names)} read as the level '{EMPTY_LEVEL}'."
    return [changed("empty_levels", message, cells)]
