"""Robyn's block ``InputCollect``: roles, window and bounds of a model."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mmm_core import __version__
from mmm_core.engine.factor_columns import is_factor
from mmm_core.engine.robyn_columns import ExportColumns
from mmm_core.engine.robyn_document import Block
from mmm_core.engine.robyn_names import robyn_key
from mmm_core.entities.columns import Frequency, Sign
from mmm_core.entities.date_checks import STEP_DAYS, touched_periods
from mmm_core.entities.design import Design
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.project import Project
from mmm_core.entities.robyn import JsonTree, RobynModel
from mmm_core.entities.settings import DEFAULT_LAMBDA_BOUNDS, LiftStudy

VERSION = f"MMM Studio {__version__} in the format of Robyn v3.12.1"
CALENDAR_COUNTRY = "OWN"
"""What Robyn is told as country when there is a calendar of one's own."""

_INTERVALS = {Frequency.DAY: "day", Frequency.WEEK: "week", Frequency.MONTH: "month"}


def input_block(project: Project, design: Design, columns: ExportColumns, origin: RobynModel | None) -> JsonTree:
    """Everything Robyn must know before it fits.

    Args:
        project: Data, settings and search.
        design: What the model was fitted to.
        columns: Names as Robyn reads them.
        origin: The Robyn file the model was imported from; None for a model of ours.
    """
    settings, data = project.data.settings, project.data
    first, last = int(design.rows[0]), int(design.rows[-1])
    selected = [columns.names[paid.spend] for paid in settings.paid_media]
    organic = columns.of(one.column for one in settings.organic)
    context = columns.of(columns.context)
    start = str(data.dates.iloc[first].date())
    return {
        "date_var": columns.of([settings.date]),
        "dayInterval": [_day_interval(data)],
        "intervalType": [_INTERVALS[data.frequency]],
        "dep_var": columns.of([settings.outcome.column]),
        "dep_var_type": [settings.outcome.kind.value],
        **_prophet(project, columns, origin),
        "context_vars": context,
        "context_signs": _context_signs(design, columns),
        "paid_media_vars": selected,
        "paid_media_signs": [paid.sign.value for paid in settings.paid_media],
        "paid_media_spends": columns.of(paid.spend for paid in settings.paid_media),
        "paid_media_selected": selected,
        "paid_media_total": [float(np.round(design.spend[design.rows].sum(), 6))],
        "exposure_vars": columns.of(paid.exposure for paid in settings.paid_media if paid.exposure),
        "organic_vars": organic,
        "organic_signs": [one.sign.value for one in settings.organic],
        "all_media": [*selected, *organic],
        "all_ind_vars": [*columns.parts, *context, *selected, *organic],
        "factor_vars": columns.of(name for name in columns.context if _is_text(data.table, name)),
        "unused_vars": _unused(project, columns),
        "window_start": [start],
        "rollingWindowStartWhich": [first + 1],
        "window_end": [_window_end(data, last, origin)],
        "rollingWindowEndWhich": [last + 1],
        "rollingWindowLength": [last - first + 1],
        "totalObservations": [len(data.table)],
        "refreshAddedStart": [str(origin.report.counted_from) if origin is not None and origin.report else start],
        "adstock": [columns.adstock.value],
        "hyperparameters": _hyperparameters(project, columns),
        "calibration_input": [_study(study, project, columns) for study in settings.calibration.studies] or {},
        "custom_params": _custom(origin),
        "version": [VERSION],
    }


def _prophet(project: Project, columns: ExportColumns, origin: RobynModel | None) -> dict[str, object]:
    """Robyn leaves the names out where Prophet is not asked."""
    baseline = project.data.settings.baseline
    if not columns.parts:
        return {}
    given = _given_signs(origin)
    own = {part: baseline.signs.get(part, Sign.DEFAULT).value for part in columns.parts}
    found: dict[str, object] = {
        "prophet_vars": list(columns.parts),
        "prophet_signs": [given.get(part, own[part]) for part in columns.parts],
    }
    if "holiday" in columns.parts:
        found["prophet_country"] = [CALENDAR_COUNTRY if baseline.calendar else baseline.holidays]
    return found


def _given_signs(origin: RobynModel | None) -> dict[str, str]:
    if origin is None:
        return {}
    inputs = Block(origin.blocks.get("InputCollect"), "InputCollect", [])
    return dict(zip(inputs.texts("prophet_vars"), inputs.texts("prophet_signs"), strict=False))


def _context_signs(design: Design, columns: ExportColumns) -> list[str]:
    """As the limits of the coefficients say, which hold for events and levels too."""
    signs = []
    for name in columns.context:
        column = design.baseline_names.index(name)
        is_positive, is_negative = design.lower[column] == 0.0, design.upper[column] == 0.0
        signs.append(Sign.POSITIVE if is_positive else Sign.NEGATIVE if is_negative else Sign.DEFAULT)
    return [sign.value for sign in signs]


def _day_interval(data: MMMDataCollection) -> int:
    if data.frequency is Frequency.MONTH:
        return int((data.dates.iloc[1] - data.dates.iloc[0]).days)
    return STEP_DAYS[data.frequency][0]


def _is_text(table: pd.DataFrame, name: str) -> bool:
    return name in table.columns and is_factor(table[name])


def _unused(project: Project, columns: ExportColumns) -> list[str]:
    settings = project.data.settings
    kept = [one.column for one in settings.context if one.column in columns.context]
    used = {*settings.used_columns} - {one.column for one in settings.context} | {*kept}
    return columns.of(str(name) for name in project.data.table.columns if str(name) not in used)


def _window_end(data: MMMDataCollection, last: int, origin: RobynModel | None) -> str:
    """The day of the last period, which Robyn does not move; for a model of Robyn's what its file said."""
    if origin is not None and origin.project.data.settings.window == data.settings.window:
        stored = Block(origin.blocks.get("InputCollect"), "InputCollect", []).text("window_end")
        if stored:
            return stored
    return str(data.dates.iloc[last].date())


def _hyperparameters(project: Project, columns: ExportColumns) -> dict[str, object]:
    settings, names = project.data.settings, columns.names
    ranges: dict[str, Sequence[float]] = {
        robyn_key(f"{channel}_{parameter}", names): list(dict.fromkeys(interval))
        for channel in settings.channels
        for parameter, interval in settings.channel_bounds(channel).items()
    }
    if project.trials.add_penalty_factor:
        for column, given in settings.bounds.items():
            if "penalty" in given and column in names:
                ranges[robyn_key(f"{column}_penalty", names)] = list(given["penalty"])
    found: dict[str, object] = dict(sorted(ranges.items()))
    if settings.lambda_bounds != DEFAULT_LAMBDA_BOUNDS:
        found["lambda"] = list(settings.lambda_bounds)
    return {**found, "train_size": list(settings.train_size_bounds)}


def _study(study: LiftStudy, project: Project, columns: ExportColumns) -> dict[str, object]:
    """A lift study; Robyn wants a spend and a confidence, which change no number there."""
    spent = study.spend if study.spend is not None else _spent(study, project.data)
    return {
        "channel": "+".join(columns.of(study.channels)),
        "liftStartDate": str(study.start),
        "liftEndDate": str(study.end),
        "liftAbs": study.lift,
        "spend": spent,
        "confidence": 1.0 if study.confidence is None else study.confidence,
        "metric": columns.columns[project.data.settings.outcome.column],
        "calibration_scope": study.scope,
        "channel_selected": "+".join(columns.names[channel] for channel in study.channels),
    }


def _spent(study: LiftStudy, data: MMMDataCollection) -> float:
    paid = [one.spend for one in data.settings.paid_media if one.spend in study.channels]
    return float(data.table.loc[touched_periods(data.dates, study.start, study.end), paid].to_numpy(np.float64).sum())


def _custom(origin: RobynModel | None) -> object:
    inputs = origin.blocks.get("InputCollect") if origin is not None else None
    return inputs.get("custom_params", []) if isinstance(inputs, dict) else []
