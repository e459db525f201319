"""Project files: everything the Configure page knows, so that a run in the browser, in a script and on a scheduler is the same.

The format is listed in the README; unknown keys are refused with the nearest known one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import pandas as pd

from mmm_core.engine.project_reading import Section
from mmm_core.engine.project_settings import TOP_KEYS, read_settings
from mmm_core.engine.project_tree import read_tree
from mmm_core.engine.project_writing import write_project
from mmm_core.entities.columns import Frequency
from mmm_core.entities.findings import AppliedRepair, IngestResult, Repair, Severity
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.project import Project
from mmm_core.entities.settings import ModelSettings
from mmm_core.entities.trials_config import ALGORITHMS, INTERCEPT_SIGNS, OBJECTIVES, TrialsConfig
from mmm_core.errors import DataError, ProjectFileError

__all__ = ["ParsedProject", "decode_project", "load_project_file", "parse_project", "write_project"]

DEFAULT_SEED = 123
_REPAIR_KEYS = tuple(field.name for field in fields(AppliedRepair))
_TRIALS_KEYS = (*(field.name for field in fields(TrialsConfig)), "seed")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedProject:
    """What a project file says, before it meets its data.

    Attributes:
        settings: Roles, window, baseline and bounds.
        trials: How to search.
        seed: Seed of the search.
        name: What the user calls it; may be empty.
        notes: Sentences the user should read: settings that have no effect in this version.
        repairs: What was done to the file before it was modelled, in this order.
    """

    settings: ModelSettings
    trials: TrialsConfig
    seed: int = DEFAULT_SEED
    name: str = ""
    notes: tuple[str, ...] = ()
    repairs: tuple[AppliedRepair, ...] = ()


def load_project_file(path: Path | str, data: Path | str | pd.DataFrame) -> Project:
    """Read a project file and join it with its data.

    Args:
        path: A YAML or JSON file.
        data: A CSV or XLSX file, which is repaired as the project file says; or a table with one row per period, taken as it is.

    Raises:
        ProjectFileError: The file cannot be read, has an unknown key or a value of the wrong kind.
        DataError: The table cannot be modelled, or a repair does not fit it; carries every reason.
    """
    parsed = parse_project(_read_text(Path(path)))
    table, notes = (data, list[str]()) if isinstance(data, pd.DataFrame) else _read_data(data, parsed)
    collection = MMMDataCollection(table=table, settings=parsed.settings)
    if parsed.settings.baseline.weekday and collection.frequency is not Frequency.DAY:
        notes.append(f"baseline.weekday has no effect: the data are one row per {collection.frequency.value}.")
    return Project(
        data=collection,
        trials=parsed.trials,
        seed=parsed.seed,
        name=parsed.name,
        notes=(*parsed.notes, *notes),
    )


def parse_project(text: str) -> ParsedProject:
    """Read the text of a project file.

    Args:
        text: YAML or JSON.

    Raises:
        ProjectFileError: Carries every problem, one sentence each: which key, what is allowed, what was got.
    """
    problems: list[str] = []
    top = Section(read_tree(text), "", problems, TOP_KEYS)
    settings = read_settings(top)
    search = top.section("trials", _TRIALS_KEYS)
    seed = search.whole_number("seed", DEFAULT_SEED, 0)
    trials = _read_trials(search)
    name = top.text("name", "")
    repairs = tuple(_read_repairs(top))
    if problems or settings is None or trials is None:
        raise ProjectFileError(tuple(dict.fromkeys(problems)))
    return ParsedProject(
        settings=settings, trials=trials, seed=seed, name=name, notes=_notes(settings, trials), repairs=repairs
    )


def decode_project(content: bytes, name: str) -> str:
    """The text of a project file.

    Args:
        content: UTF-8, with or without a byte-order mark.
        name: Of the file, for the sentence of an error.

    Raises:
        ProjectFileError: It is not UTF-8.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ProjectFileError(
            f"The project file {name!r} is not UTF-8 text; save it as UTF-8 YAML or JSON."
        ) from error


def _read_text(path: Path) -> str:
    try:
        return decode_project(path.read_bytes(), str(path))
    except FileNotFoundError as error:
        raise ProjectFileError(f"There is no project file {str(path)!r}; check its path.") from error
    except OSError as error:
        raise ProjectFileError(f"The project file {str(path)!r} cannot be read: {error.strerror or error}.") from error


def _read_data(source: Path | str, parsed: ParsedProject) -> tuple[pd.DataFrame, list[str]]:
    """The table of a file, and what is doubtful about the columns the model uses."""
    from mmm_core.engine.ingest import read_table, repeat_repairs

    result = repeat_repairs(read_table(source), parsed.repairs)
    used = set(parsed.settings.used_columns)
    impossible = _messages(result, Severity.IMPOSSIBLE, used)
    if impossible:
        raise DataError(impossible)
    return result.table, _messages(result, Severity.DOUBTFUL, used)


def _messages(result: IngestResult, severity: Severity, used: set[str]) -> list[str]:
    return [
        finding.message
        for finding in result.findings
        if finding.severity is severity and (not finding.cells or used & {cell.column for cell in finding.cells})
    ]


def _notes(settings: ModelSettings, trials: TrialsConfig) -> tuple[str, ...]:
    """Settings that have no effect."""
    notes = [
        f"hyperparameters.{channel}.{parameter} has no effect: {channel} has {settings.adstock_of(channel).value} adstock."
        for channel in settings.channels
        for parameter in settings.bounds.get(channel, {})
        if parameter not in (*settings.channel_bounds(channel), "penalty")
    ]
    if "mape" in (trials.objective_weights or {}) and not settings.calibration.studies:
        notes.append("trials.objective_weights.mape has no effect: there are no lift studies under calibration.")
    return tuple(notes)


def _read_repairs(top: Section) -> Iterator[AppliedRepair]:
    for path, entry in top.entries("repairs"):
        line = Section(entry, path, top.problems, _REPAIR_KEYS)
        line.require("finding", "what was found, such as negative_media")
        line.require("repair", f"what was done about it, one of {', '.join(Repair)}")
        finding, repair = line.text("finding"), line.optional_choice("repair", Repair)
        if finding and repair is not None:
            yield AppliedRepair(finding=finding, repair=repair, column=line.text("column") or None)


def _read_trials(search: Section) -> TrialsConfig | None:
    default = TrialsConfig()
    return search.build(
        lambda: TrialsConfig(
            trials=search.whole_number("trials", default.trials, 1),
            iterations=search.whole_number("iterations", default.iterations, 1),
            algorithm=search.word("algorithm", ALGORITHMS, default.algorithm),
            timeseries_validation=search.flag("timeseries_validation", default.timeseries_validation),
            add_penalty_factor=search.flag("add_penalty_factor", default.add_penalty_factor),
            rssd_zero_penalty=search.flag("rssd_zero_penalty", default.rssd_zero_penalty),
            intercept=search.flag("intercept", default.intercept),
            intercept_sign=search.word("intercept_sign", INTERCEPT_SIGNS, default.intercept_sign),
            objective_weights=_read_weights(search),
            cores=search.whole_number("cores", 1, 1) if search.has("cores") else None,
        )
    )


def _read_weights(search: Section) -> dict[str, float] | None:
    if not search.has("objective_weights"):
        return None
    weights = search.section("objective_weights", OBJECTIVES)
    found = {name: weights.number(name) for name in OBJECTIVES}
    return {name: weight for name, weight in found.items() if weight is not None}
