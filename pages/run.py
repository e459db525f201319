"""Run: start a search, watch the candidates arrive, and find every run of the project again."""

import streamlit as st

from mmm_core.engine.model_summary import describe_model
from mmm_core.engine.project_file import ParsedProject, parse_project
from mmm_core.engine.settings_changes import setting_changes
from mmm_core.entities.findings import IngestResult
from mmm_core.entities.mmmdata_collection import MMMDataCollection, hash_table
from mmm_core.entities.records import ProjectRecord, RunRecord, RunStatus
from mmm_core.errors import DataError, NotFoundError
from pages.shared import boundary, guards, loaders, run_panels, session
from pages.shared.reuse import take_along
from pages.shared.routes import Route
from pages.shared.widgets import Crumb, as_text, duration, go_to, header, project_crumbs, run_crumb

SHOWN_AT_FIRST = 5


def render() -> None:
    project, upload, asked = guards.require_settings()
    runs = loaders.workspace().list_runs(project.project_id)
    shown = _shown(runs)
    crumbs = [*project_crumbs(project, upload), *([run_crumb(shown)] if shown else [Crumb("no run yet")])]
    header("Run", crumbs, "Thousands of candidate models are fitted to your data; the best trade-offs stay.")
    if shown is not None and not shown.status.is_over:
        run_panels.follow(shown.run_id)
    elif shown is not None and guards.has_result(shown):
        _finished(project, upload, shown)
    else:
        _ready(project, upload, asked, shown)
    _past_runs(runs, shown)


def _shown(runs: list[RunRecord]) -> RunRecord | None:
    """The run on screen: one that is under way, else the open one, else the newest."""
    active = next((run for run in reversed(runs) if not run.status.is_over), None)
    chosen = next((run for run in runs if run.run_id == session.run_id()), None)
    shown = active or chosen or next(iter(runs), None)
    if shown is not None:
        session.open_run(shown.run_id)
    return shown


def _ready(project: ProjectRecord, upload: IngestResult, asked: ParsedProject, last: RunRecord | None) -> None:
    """Nothing to look at yet: what will be run, and the button; or what went wrong the last time."""
    if last is not None and last.status is RunStatus.FAILED:
        run_panels.failed(last)
    left, right = run_panels.frame()
    with left:
        run_panels.cloud(None, asked.trials.n_candidates, key="ready")
    with right, st.container(border=True, gap="small"):
        st.subheader("Ready to run" if last is None else "Run again", anchor=False)
        if last is not None and last.status is RunStatus.STOPPED:
            st.markdown(f"{as_text(last.name)} was stopped before it had tried a model, so nothing was kept of it.")
        problems = _problems(upload, asked)
        if problems:
            boundary.show_problems(problems, "This cannot be run yet")
            if st.button("Change the settings", key="to_configure", icon=":material/tune:"):
                go_to(Route.CONFIGURE)
            return
        st.markdown(as_text(describe_model(_collection(upload, asked), asked.trials)))
        _expected_time(upload, asked)
        st.button(
            "Start",
            key="start",
            type="primary",
            icon=":material/play_arrow:",
            width="stretch",
            on_click=_start,
            args=(project,),
        )
        run_panels.worker_note()


def _finished(project: ProjectRecord, upload: IngestResult, run: RunRecord) -> None:
    result = loaders.result(run.run_id)
    words = loaders.words(run)
    left, right = run_panels.frame()
    with left:
        run_panels.final_cloud(result)
    with right, st.container(border=True, gap="small"):
        run_panels.found(run, result, words)
        has_answer = result.posterior is not None
        if has_answer and st.button(
            "See the recommendation",
            key="recommendation",
            type="primary",
            icon=":material/arrow_forward:",
            icon_position="right",
            width="stretch",
        ):
            session.open_model(None)
            go_to(Route.MODEL)
        if st.button(
            "Explore the models",
            key="explore",
            type="secondary" if has_answer else "primary",
            icon=":material/scatter_plot:",
            width="stretch",
        ):
            go_to(Route.PARETO)
        if run.refreshed_from is not None and st.button(
            "Compare with the old result", key="old_and_new", icon=":material/compare_arrows:", width="stretch"
        ):
            go_to(Route.REFRESH)
        _again(project, upload, run)
    run_panels.settled(result)


def _again(project: ProjectRecord, upload: IngestResult, run: RunRecord) -> None:
    text = loaders.workspace().load_project_file(project.project_id) or ""
    changes = setting_changes(run.project_file, text)
    if run.table_hash != hash_table(upload.table):
        changes.insert(0, "the data")
    with st.container(horizontal=True, gap="small"):
        label = "Run with the new settings" if changes else "Run again"
        hint = None if changes else "Same data, settings and seed: the result is the same, and returned at once."
        st.button(label, key="start", icon=":material/replay:", help=hint, on_click=_start, args=(project,))
        take_along(project, run)
    if changes:
        st.caption(as_text(f"Changed since this run: {'; '.join(changes[:4])}{' …' if len(changes) > 4 else ''}"))


@boundary.callback("This cannot be run yet")
def _start(project: ProjectRecord) -> None:
    """Queue a run; a callback, so that nothing is drawn before the live view."""
    home = loaders.workspace()
    text, upload = home.load_project_file(project.project_id), loaders.upload(project)
    if text is None or upload is None:
        raise NotFoundError("The settings of this project are gone. Open Configure and save them again.")
    asked = parse_project(text)
    _collection(upload, asked)
    run = home.enqueue_run(project.project_id, text, asked.trials.n_candidates)
    session.open_run(run.run_id)


def _collection(upload: IngestResult, asked: ParsedProject) -> MMMDataCollection:
    return MMMDataCollection(table=upload.table, settings=asked.settings)


def _problems(upload: IngestResult, asked: ParsedProject) -> DataError | None:
    try:
        _collection(upload, asked)
    except DataError as error:
        return error
    return None


def _expected_time(upload: IngestResult, asked: ParsedProject) -> None:
    seconds = loaders.expected_seconds(_collection(upload, asked), asked.trials)
    if seconds:
        st.caption(f"Takes {duration(seconds)} on this machine.")


def _past_runs(runs: list[RunRecord], shown: RunRecord | None) -> None:
    if not runs:
        return
    st.subheader("Runs of this project", anchor=False)
    limit = len(runs) if session.recall("run.all_runs") else SHOWN_AT_FIRST
    for position, run in enumerate(runs[:limit]):
        before = runs[position + 1] if position + 1 < len(runs) else None
        changes = setting_changes(before.project_file, run.project_file) if before else []
        if before and before.table_hash != run.table_hash:
            changes.insert(0, "other data")
        _past_run(run, changes, is_first=before is None, is_shown=shown is not None and run.run_id == shown.run_id)
    if len(runs) > limit and st.button(f"Show all {len(runs)} runs", key="all_runs", type="tertiary"):
        session.remember("run.all_runs", True)
        st.rerun()


def _past_run(run: RunRecord, changes: list[str], *, is_first: bool, is_shown: bool) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"past_{run.run_id}"):
        with st.container(gap=None, width="stretch"):
            run_panels.run_line(run)
            if run.headline:
                st.markdown(as_text(run.headline))
            if changes:
                st.caption(as_text(f"Changed against the run before: {'; '.join(changes)}"))
            elif not is_first:
                st.caption("Same data and settings as the run before")
        if guards.has_result(run):
            if st.button("Explore", key=f"explore_{run.run_id}", icon=":material/scatter_plot:"):
                session.open_run(run.run_id)
                go_to(Route.PARETO)
        elif run.status is RunStatus.FAILED and not is_shown and _asked_what_happened(run):
            session.open_run(run.run_id)
            st.rerun()


def _asked_what_happened(run: RunRecord) -> bool:
    return st.button("What happened", key=f"failed_{run.run_id}", icon=":material/help:")


with boundary.page("Run"):
    render()
