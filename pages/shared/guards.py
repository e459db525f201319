"""What a page needs before it can be shown: one sentence and the button that goes there, then nothing else."""

from typing import NoReturn

import streamlit as st

from mmm_core.engine.project_file import ParsedProject, parse_project
from mmm_core.entities.findings import IngestResult
from mmm_core.entities.records import ProjectRecord, RefreshDecision, RunRecord, RunStatus
from mmm_core.entities.run_result import RunResult
from pages.shared import configure_state, loaders, session
from pages.shared.routes import Route
from pages.shared.widgets import go_to

NO_DATA = "This project has no data yet: upload a table first."


def has_result(run: RunRecord) -> bool:
    """Whether a run ended with something to look at; one that was stopped before it began has nothing."""
    return run.status is RunStatus.FINISHED or (run.status is RunStatus.STOPPED and run.n_done > 0)


def result_that_counts(runs: list[RunRecord]) -> RunRecord | None:
    """The newest result; a refresh only when it was accepted, unless there is nothing else. None without any.

    Args:
        runs: Of one project, newest first.
    """
    finished = [run for run in runs if has_result(run)]
    counting = (
        run for run in finished if run.refreshed_from is None or run.refresh_decision is RefreshDecision.ACCEPTED
    )
    return next(counting, next(iter(finished), None))


def require_project() -> ProjectRecord:
    """The open project; a link to a run opens its project."""
    if session.project_id() is None and (run_id := session.run_id()):
        linked = loaders.run(run_id)
        if linked is not None:
            model_id = session.model_id()
            session.open_project(linked.project_id)
            session.open_run(run_id)
            session.open_model(model_id)
    project_id = session.project_id()
    if project_id is None:
        needs("Open a project first, or start with the demo.", "Go to Home", Route.HOME)
    project = loaders.project(project_id)
    if project is None:
        session.open_project(None)
        needs("This project is not in the workspace (any more).", "Go to Home", Route.HOME)
    return project


def require_upload() -> tuple[ProjectRecord, IngestResult]:
    """The open project and its table."""
    project = require_project()
    upload = loaders.upload(project)
    if upload is None:
        needs(NO_DATA, "Upload data", Route.UPLOAD)
    return project, upload


def require_settings() -> tuple[ProjectRecord, IngestResult, ParsedProject]:
    """The open project, its table and its saved settings."""
    project, upload = require_upload()
    text = loaders.workspace().load_project_file(project.project_id)
    if text is None:
        needs(
            "Say which column is what first: the model is not configured yet.", "Configure the model", Route.CONFIGURE
        )
    if configure_state.open_problems(project):
        needs(
            "Configure still has open points: mend them, and the model can be run.", "Go to Configure", Route.CONFIGURE
        )
    settings = parse_project(text)
    if settings.repairs != upload.repairs:  # mended on Upload, and Configure was not opened since
        configure_state.keep_settings(project, upload, settings.settings, settings.trials, settings.seed)
    return project, upload, settings


def require_result() -> tuple[ProjectRecord, RunRecord, RunResult]:
    """The open run, or the newest one with a result, and what it found."""
    project = require_project()
    record = _run_with_result(project)
    if record is None:
        if loaders.upload(project) is None:
            needs(NO_DATA, "Upload data", Route.UPLOAD)
        needs("There is no finished run yet: start one and its models appear here.", "Go to Run", Route.RUN)
    session.open_run(record.run_id)
    return project, record, loaders.result(record.run_id)


def needs(sentence: str, label: str, route: Route) -> NoReturn:
    """Say what is missing, offer the way there, and stop the page."""
    st.title(str(session.recall("page", "")), anchor=False)
    with st.container(border=True, key="guard"):
        st.markdown(sentence)
        if st.button(label, type="primary", key="guard_go", icon=":material/arrow_forward:", icon_position="right"):
            go_to(route)
    st.stop()


def _run_with_result(project: ProjectRecord) -> RunRecord | None:
    run_id = session.run_id()
    if run_id is not None:
        chosen = loaders.run(run_id)
        if chosen is not None and chosen.project_id == project.project_id and has_result(chosen):
            return chosen
    return result_that_counts(loaders.workspace().list_runs(project.project_id))
