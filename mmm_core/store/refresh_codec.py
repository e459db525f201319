"""Why the answer of a refresh moved, as one JSON document: what is written is read back to every bit."""

import dataclasses
from collections.abc import Mapping

import numpy as np
import pandas as pd

from mmm_core.entities.estimate import Estimate
from mmm_core.entities.refresh import CAUSE_COLUMNS, MOVE_COLUMNS, AnswerMove, RefreshReport
from mmm_core.errors import StoreError
from mmm_core.store.codec import decode

_WORDED = ("term", "kind", "measure", "cause")
_TABLES = {"terms": MOVE_COLUMNS, "causes": CAUSE_COLUMNS}


def report_document(report: RefreshReport) -> dict[str, object]:
    """A report as mappings, lists and plain values; tables column by column.

    Args:
        report: What moved, and the causes.
    """
    fields = {field.name: getattr(report, field.name) for field in dataclasses.fields(report)}
    return {**fields, "answers": [_answer_document(answer) for answer in report.answers]}


def read_report(document: object) -> RefreshReport:
    """A report of what :func:`report_document` made of it.

    Args:
        document: Decoded JSON.

    Raises:
        StoreError: The document does not fit.
    """
    if not isinstance(document, dict) or not isinstance(answers := document.get("answers"), list):
        raise StoreError("The report of the refresh cannot be read, its answers are missing.")
    report = decode(RefreshReport, {**document, "answers": []})
    return dataclasses.replace(report, answers=tuple(map(_read_answer, answers)))


def _answer_document(answer: AnswerMove) -> dict[str, object]:
    fields = {field.name: getattr(answer, field.name) for field in dataclasses.fields(answer)}
    tables = {name: {key: getattr(answer, name)[key].tolist() for key in columns} for name, columns in _TABLES.items()}
    return {**fields, **tables}


def _read_answer(document: Mapping[str, object]) -> AnswerMove:
    try:
        return AnswerMove(
            estimate=Estimate(str(document["estimate"])),
            terms=_read_frame(document["terms"], MOVE_COLUMNS),
            causes=_read_frame(document["causes"], CAUSE_COLUMNS),
            before_label=str(document["before_label"]),
            after_label=str(document["after_label"]),
            before_interval=str(document["before_interval"]),
            after_interval=str(document["after_interval"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise StoreError(f"The report of the refresh cannot be read, its tables are damaged ({error}).") from error


def _read_frame(table: object, columns: tuple[str, ...]) -> pd.DataFrame:
    if not isinstance(table, dict):
        raise StoreError("The report of the refresh cannot be read, its tables are missing.")
    return pd.DataFrame(
        {name: table[name] if name in _WORDED else np.array(table[name], dtype=np.float64) for name in columns}
    )
