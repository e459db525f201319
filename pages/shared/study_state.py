"""What is typed on Lift studies: kept in the workspace while it is typed, and in the project file as far as it can be used."""

from dataclasses import replace
from typing import NamedTuple

from mmm_core.engine.study_table import (
    CheckedLines,
    StudyLine,
    check_lines,
    line_of,
    lines_from_json,
    lines_to_json,
)
from mmm_core.entities.findings import IngestResult
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.records import ProjectRecord
from mmm_core.entities.settings import CalibrationInput, LiftStudy
from mmm_core.errors import MMMError
from pages.shared import configure_state, guards, loaders, session
from pages.shared.routes import Route

PAGE = "studies"
LINES = "lines"


class Workbench(NamedTuple):
    """What the page works on.

    Attributes:
        project: The open one.
        upload: Its table.
        data: As it would be modelled, without lift studies.
        lines: As they were typed, an unfinished one too.
    """

    project: ProjectRecord
    upload: IngestResult
    data: MMMDataCollection
    lines: tuple[StudyLine, ...]


def open_workbench() -> Workbench:
    """The open project with its lines; stops the page where the model is not configured."""
    project, upload = guards.require_upload()
    saved = configure_state.saved_settings(project)
    if saved is None:
        guards.needs(
            "Say which column is what first: studies are about the channels of the model.",
            "Configure the model",
            Route.CONFIGURE,
        )
    settings = replace(saved.settings, calibration=CalibrationInput())
    try:
        data = MMMDataCollection(table=upload.table, settings=settings)
    except MMMError:
        guards.needs("Configure still has open points: mend them first.", "Go to Configure", Route.CONFIGURE)
    return Workbench(project, upload, data, _open_lines(project, upload, data))


def keep_lines(bench: Workbench, lines: tuple[StudyLine, ...]) -> CheckedLines:
    """Check what is typed, keep all of it, and put what can be used into the project file; writes only what changed.

    Args:
        bench: What the page works on.
        lines: As the table shows them now.
    """
    checked = check_lines(lines, bench.data)
    kept = tuple(line for line in lines if not line.is_empty)
    if session.recall(_key(bench.project)) != kept:
        loaders.workspace().save_draft(bench.project.project_id, PAGE, {LINES: lines_to_json(kept)})
        session.remember(_key(bench.project), kept)
    _keep_studies(bench, checked.usable, kept)
    return checked


def _keep_studies(bench: Workbench, usable: tuple[LiftStudy, ...], lines: tuple[StudyLine, ...]) -> None:
    """Through the draft of Configure, which would put back what it knows; studies of channels set aside there stay with it."""
    draft = configure_state.open_draft(bench.project, bench.upload)
    aside = tuple(study for study in draft.studies_set_aside if line_of(study) in lines)
    wanted = (*usable, *aside)
    if draft.studies == wanted:
        return
    draft = replace(draft, studies=wanted)
    configure_state.replace_draft(bench.project, bench.upload, draft)
    checked = configure_state.check(draft, bench.upload, bench.project)
    configure_state.keep_draft(bench.project, bench.upload, draft, checked.problems)


def _open_lines(project: ProjectRecord, upload: IngestResult, data: MMMDataCollection) -> tuple[StudyLine, ...]:
    """As they were left; studies that came with a project file since then are added, and those it took away are gone."""
    saved = loaders.workspace().load_draft(project.project_id, PAGE)
    lines = lines_from_json(saved.get(LINES))
    studies = configure_state.open_draft(project, upload).studies
    read = check_lines(lines, data).studies
    known = {study for study in read if study is not None} | {s for s in studies if line_of(s) in lines}
    kept = tuple(line for line, study in zip(lines, read, strict=True) if study is None or study in studies)
    return (*kept, *(line_of(study) for study in studies if study not in known))


def _key(project: ProjectRecord) -> str:
    return f"{PAGE}.kept.{project.project_id}"
