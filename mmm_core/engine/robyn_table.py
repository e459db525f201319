"""The data of a Robyn file: embedded or given beside it, changed as Robyn changes them before it models them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
import pandas as pd

from mmm_core.engine.factor_columns import is_factor
from mmm_core.engine.ingest import read_table
from mmm_core.engine.robyn_document import Block, RobynDocument
from mmm_core.engine.robyn_roles import Roles
from mmm_core.entities.findings import IngestResult
from mmm_core.entities.naming import join_words
from mmm_core.entities.robyn import Difference
from mmm_core.errors import DataError, RobynFileError

TableSource = Path | str | bytes | BinaryIO
_SPEND_TOLERANCE = 1e-6


class RobynTable(NamedTuple):
    """The data, and what was changed in them."""

    upload: IngestResult
    differences: tuple[Difference, ...]


def read_robyn_table(document: RobynDocument, roles: Roles, source: TableSource | None, name: str) -> RobynTable:
    """The table a model was fitted to.

    Args:
        document: The file; its embedded data are used unless others are given.
        roles: What the columns are.
        source: A CSV or XLSX file; None takes the embedded data.
        name: What the embedded data are called.

    Raises:
        RobynFileError: There are no data.
        DataError: Nothing can be made of the file, or a column of the model is not in it.
    """
    if source is not None:
        upload = read_table(source)
    elif document.data:
        upload = read_table(_csv_of(pd.DataFrame(document.data)), name=name)
    else:
        raise RobynFileError(
            "The file holds no data: it was written with add_data = FALSE. Give the table that Robyn was given (CSV or "
            "Excel) beside it."
        )
    missing = [column for column in _needed(document, roles) if column not in upload.table.columns]
    if missing:
        shown = join_words([repr(column) for column in missing])
        verb = "is" if len(missing) == 1 else "are"
        raise DataError(
            f"{shown} of the model {verb} not among the columns of {upload.source_name or 'the data'} "
            f"({', '.join(map(str, upload.table.columns))}). Give the table that Robyn was given."
        )
    return _as_robyn_reads_it(upload, document.inputs.text("dep_var"), roles)


def spend_difference(inputs: Block, spent: float) -> Difference | None:
    """A doubt about the data: Robyn wrote another spend of the window than they have.

    Args:
        inputs: Block ``InputCollect``.
        spent: On all paid media in the modelled periods, by the data at hand.
    """
    written = inputs.number("paid_media_total")
    if written is None or abs(spent - written) <= _SPEND_TOLERANCE * max(abs(written), 1.0):
        return None
    return Difference(
        subject="Data",
        sentence=(
            f"The data have a spend of {spent:,.0f} in the window, the file says {written:,.0f}: they are not those the "
            "model was fitted to, so its numbers cannot come out the same."
        ),
    )


def rows_difference(inputs: Block, n_rows: int) -> Difference | None:
    """A doubt about the data: another number of periods than Robyn had."""
    written = inputs.whole_number("totalObservations", n_rows)
    if written == n_rows:
        return None
    return Difference(
        subject="Data",
        sentence=(
            f"The data have {n_rows} periods, Robyn had {written}. Trend and season are estimated on all of them, so the "
            "model's numbers cannot come out quite the same."
        ),
    )


def _needed(document: RobynDocument, roles: Roles) -> list[str]:
    inputs = document.inputs
    return list(dict.fromkeys((inputs.text("date_var"), inputs.text("dep_var"), *roles.columns)))


def _csv_of(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False).encode()


def _as_robyn_reads_it(upload: IngestResult, outcome: str, roles: Roles) -> RobynTable:
    flipped = _all_negative(upload.table, (outcome, *roles.columns))
    worded = [name for name in roles.factors if name in upload.table.columns and not is_factor(upload.table[name])]
    if not flipped and not worded:
        return RobynTable(upload, ())
    table = upload.table.copy()
    for name in flipped:
        table[name] = table[name].abs()
    for name in worded:
        table[name] = [f"{name} {value:g}" for value in table[name]]
    again = read_table(_csv_of(table), name=upload.source_name)
    return RobynTable(replace(again, currency=upload.currency), tuple(_changes(flipped, worded)))


def _all_negative(table: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    numeric = [name for name in columns if pd.api.types.is_numeric_dtype(table[name])]
    values: Mapping[str, np.ndarray] = {name: table[name].to_numpy(np.float64, na_value=np.nan) for name in numeric}
    return [name for name, column in values.items() if np.all(column <= 0) and np.any(column < 0)]


def _changes(flipped: list[str], worded: list[str]) -> list[Difference]:
    changes = []
    if flipped:
        changes.append(
            Difference(
                subject="Data",
                sentence=f"{join_words(flipped)}: every value is negative or 0. Robyn drops the minus sign of such a column, so "
                "it is dropped here too.",
            )
        )
    if worded:
        changes.append(
            Difference(
                subject="Data",
                sentence=f"{join_words(worded)}: numbers that Robyn was told to treat as text. They are kept as text here.",
            )
        )
    return changes
