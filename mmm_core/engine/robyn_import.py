"""Take over a model of Meta's Robyn: its file and data as a project of ours, with what Robyn said of the model."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from mmm_core.engine.robyn_design import read_baseline
from mmm_core.engine.robyn_differences import setting_differences
from mmm_core.engine.robyn_document import RobynDocument, open_document
from mmm_core.engine.robyn_report import read_report
from mmm_core.engine.robyn_roles import read_roles, seed_of, settings_of, trials_of
from mmm_core.engine.robyn_table import (
    RobynTable,
    TableSource,
    read_robyn_table,
    rows_difference,
    spend_difference,
)
from mmm_core.engine.robyn_window import modelled_rows, window_difference, window_of
from mmm_core.entities.date_checks import detect_frequency, parse_dates
from mmm_core.entities.findings import Severity
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.project import Project
from mmm_core.entities.robyn import Difference, RobynModel
from mmm_core.entities.settings import ModelSettings
from mmm_core.errors import DataError, RobynFileError


def import_robyn(
    content: str | bytes,
    data: TableSource | None = None,
    *,
    design: Path | bytes | None = None,
    name: str = "",
) -> RobynModel:
    """Read a ``RobynModel-*.json``, with or without a model in it.

    Args:
        content: Text of the file.
        data: The table Robyn was given (CSV or XLSX); None takes the one embedded in the file.
        design: What ``write.csv(InputCollect$dt_mod)`` wrote in R, whose trend, season and holidays are then taken instead of
            those of a Prophet here; a ``dt_mod`` embedded in the file does the same.
        name: What the project is called; taken from the model when empty.

    Raises:
        RobynFileError: It is no file of Robyn's, is damaged, or holds what cannot be taken over; carries every reason.
        DataError: The data are missing, lack a column, or cannot be modelled.
        MMMError: The settings contradict each other.
    """
    problems: list[str] = []
    document = open_document(content, problems)
    roles = read_roles(document.inputs)
    _stop_at(problems)
    settings = settings_of(document, roles)
    report = read_report(document, roles, settings)
    trials, seed = trials_of(document.search), seed_of(document.search)
    _stop_at(problems)
    called = name or (f"Robyn {report.model_id}" if report else "Robyn")
    read = read_robyn_table(document, roles, data, f"{called} data")
    collection, of_data = _join(document, settings, read)
    return RobynModel(
        version=document.version,
        is_ours=document.is_ours,
        project=Project(data=collection, trials=trials, seed=seed, name=called),
        upload=read.upload,
        media_names={channel: roles.names.get(channel, channel) for channel in settings.channels},
        baseline_names=roles.baseline_names,
        report=report,
        baseline=read_baseline(document, roles, collection, design),
        blocks=document.blocks,
        differences=(*of_data, *read.differences, *setting_differences(document, roles, collection)),
    )


def _stop_at(problems: list[str]) -> None:
    if problems:
        raise RobynFileError(tuple(dict.fromkeys(problems)))


def _join(
    document: RobynDocument, settings: ModelSettings, read: RobynTable
) -> tuple[MMMDataCollection, list[Difference]]:
    """Settings and data, with the window the model was fitted to, and what is doubtful about them."""
    table, inputs = read.upload.table, document.inputs
    impossible = [finding.message for finding in read.upload.findings if finding.severity is Severity.IMPOSSIBLE]
    if impossible:
        raise DataError(impossible)
    dates = parse_dates(table[settings.date]).sort_values(ignore_index=True)
    frequency = detect_frequency(dates.dropna())
    if frequency is None or dates.isna().any():
        return MMMDataCollection(table=table, settings=settings), []  # which says what is wrong with the dates
    rows = modelled_rows(inputs, dates, frequency)
    _stop_at(inputs.problems)
    assert rows is not None, "otherwise there is a problem"
    currency = read.upload.currency or settings.outcome.currency
    settings = replace(
        settings,
        window=window_of(rows, dates, inputs),
        outcome=replace(settings.outcome, currency=currency),
    )
    collection = MMMDataCollection(table=table, settings=settings)
    spend = collection.table[[paid.spend for paid in settings.paid_media]].to_numpy(np.float64)
    found = [
        spend_difference(inputs, float(spend[collection.rows].sum())),
        rows_difference(inputs, len(dates)),
        window_difference(rows, dates, inputs, frequency),
    ]
    return collection, [difference for difference in found if difference is not None]
