"""Home: start with the demo or a project of your own, and find the projects there are."""

import html

import streamlit as st

from mmm_core.charts.sparkline import draw_sparkline, sparkline_points
from mmm_core.engine.demo_project import DEMO_FILE, DEMO_NAME, demo_settings
from mmm_core.engine.ingest import read_table
from mmm_core.engine.project_file import write_project
from mmm_core.entities.columns import ColumnRole
from mmm_core.entities.records import ProjectRecord, RunRecord, RunStatus
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.errors import MMMError
from pages.shared import boundary, dialogs, guards, loaders, robyn_views, session
from pages.shared.routes import ROOT, Route
from pages.shared.widgets import ago, as_text, go_to, truncated

CARDS_PER_ROW = 3
NEW, RENAME, DELETE = "new project", "rename project", "delete project"
QUESTIONS = {"Rename": RENAME, "Delete": DELETE}
STATUS = {
    RunStatus.QUEUED: ("Waiting for the worker", "gray", ":material/hourglass_empty:"),
    RunStatus.RUNNING: ("Running", "blue", ":material/play_circle:"),
    RunStatus.FINISHED: ("Finished", "green", ":material/check_circle:"),
    RunStatus.STOPPED: ("Stopped early", "orange", ":material/stop_circle:"),
    RunStatus.FAILED: ("Failed", "red", ":material/error:"),
}


def render() -> None:
    projects = loaders.workspace().list_projects()
    _opening(is_first_visit=not projects)
    if projects:
        st.subheader("Projects", anchor=False)
        for start in range(0, len(projects), CARDS_PER_ROW):
            cells = st.columns(CARDS_PER_ROW)
            for cell, project in zip(cells, projects[start : start + CARDS_PER_ROW], strict=False):
                with cell:
                    _card(project)
    else:
        _first_steps()
    _open_dialog({project.project_id: project for project in projects})
    st.caption(f"Everything is kept on this machine, in {as_text(str(loaders.workspace().folder))}")


def _opening(*, is_first_visit: bool) -> None:
    with st.container(key="hero", gap="small"):
        st.title("What did each channel really bring?", anchor=False)
        st.markdown(
            "Upload weekly or daily sales and spend, confirm which column is what, and compare thousands of fitted "
            "models in seconds."
        )
        with st.container(horizontal=True, gap="small"):
            demo = st.button(
                "Try the demo",
                key="try_demo",
                icon=":material/play_arrow:",
                type="primary" if is_first_visit else "secondary",
                help="208 weeks of an invented brand, ready to run",
            )
            new = st.button(
                "New project",
                key="new_project",
                icon=":material/add:",
                type="secondary" if is_first_visit else "primary",
            )
            robyn = st.button(
                "Take over a Robyn model",
                key="take_over",
                icon=":material/sync_alt:",
                help="Go on with a model of Meta's Robyn: drop its JSON",
            )
    if robyn:
        robyn_views.open_view(robyn_views.RobynView.TAKE_OVER)
    if demo:
        _open_demo()
    if new:
        dialogs.ask(NEW)


def _first_steps() -> None:
    steps = (
        ("1 · Upload", "A CSV or Excel file: one row per week or day, sales, and what each channel cost."),
        ("2 · Configure", "Confirm which column is what. Everything is filled in as a suggestion."),
        ("3 · Run", "10,000 models are fitted and compared in seconds; watch them appear."),
        ("4 · Decide", "See what each channel brought, how sure that is, and plan the next budget."),
    )
    for cell, (title, text) in zip(st.columns(len(steps)), steps, strict=True):
        with cell.container(border=True, height="stretch"):
            st.markdown(f"**{title}**")
            st.markdown(f":gray[{text}]")


def _open_demo() -> None:
    home = loaders.workspace()
    known = next((p for p in home.list_projects() if p.name == DEMO_NAME and p.source_name == DEMO_FILE), None)
    if known is None:
        known = home.create_project(DEMO_NAME)
        table = read_table(ROOT / "assets" / "demo" / DEMO_FILE, name=DEMO_FILE)
        home.save_upload(known.project_id, table)
        home.save_project_file(known.project_id, write_project(demo_settings(), TrialsConfig(), 123, name=DEMO_NAME))
    session.open_project(known.project_id)
    go_to(Route.CONFIGURE)


def _open_dialog(projects: dict[str, ProjectRecord]) -> None:
    """Show the dialog that is open, also when the page runs again beneath it."""
    if dialogs.asked(NEW) is not None:
        _new_project()
    for question, show in ((RENAME, _rename), (DELETE, _delete)):
        project = projects.get(dialogs.asked(question) or "")
        if project is not None:
            show(project)


@st.dialog("New project", on_dismiss=dialogs.answered)
def _new_project() -> None:
    with boundary.catching("new project"), st.form("new_project_form", border=False):
        name = st.text_input("Name", placeholder="Brand or market, for example Coffee Germany", max_chars=120)
        if st.form_submit_button("Create and upload data", type="primary"):
            created = loaders.workspace().create_project(name)
            dialogs.answered()
            session.open_project(created.project_id)
            go_to(Route.UPLOAD)


def _card(project: ProjectRecord) -> None:
    runs = loaders.workspace().list_runs(project.project_id)
    with st.container(border=True, key=f"card_{project.project_id}", gap="small", height="stretch"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if st.button(
                as_text(truncated(project.name, 30)),
                key=f"title_{project.project_id}",
                type="tertiary",
                help=as_text(project.name) if len(project.name) > 30 else None,
                width="stretch",
            ):
                _open(project, runs)
            choice = st.menu_button(
                "",
                list(QUESTIONS),
                key=f"menu_{project.project_id}",
                icon=":material/more_horiz:",
                type="tertiary",
                help="Rename or delete",
            )
        _sparkline(project)
        st.markdown(_sentence(project, runs))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            label, colour, icon = _status(project, runs)
            st.badge(label, color=colour, icon=icon)
            st.caption(ago(project.updated))
    if choice:
        dialogs.ask(QUESTIONS[choice], project.project_id)


def _sparkline(project: ProjectRecord) -> None:
    drawing = '<div class="studio-spark studio-spark-empty"></div>'
    try:
        upload = loaders.upload(project)
    except MMMError:
        upload = None
    if upload is not None:
        outcome = next((s.column for s in upload.suggestions if s.role is ColumnRole.OUTCOME), None)
        if outcome is not None:
            points = sparkline_points(upload.table[outcome].to_numpy(float, na_value=float("nan")))
            label = html.escape(f"{outcome} over time", quote=True)
            drawing = f'<div class="studio-spark"><img alt="{label}" src="{draw_sparkline(points)}"></div>'
    st.html(drawing)


def _sentence(project: ProjectRecord, runs: list[RunRecord]) -> str:
    headline = next((run.headline for run in runs if run.headline), "")
    if headline:
        return as_text(headline)
    if not project.source_name:
        return ":gray[No data yet]"
    return f":gray[{as_text(truncated(project.source_name, 30))}, {project.n_rows:,} rows]"


def _status(project: ProjectRecord, runs: list[RunRecord]) -> tuple[str, str, str]:
    if runs:
        label, colour, icon = STATUS[runs[0].status]
        return (f"{label} · run {runs[0].number}", colour, icon)
    if not project.source_name:
        return ("Needs data", "gray", ":material/upload_file:")
    if not project.has_settings:
        return ("Needs configuring", "gray", ":material/tune:")
    return ("Ready to run", "blue", ":material/play_circle:")


def _open(project: ProjectRecord, runs: list[RunRecord]) -> None:
    session.open_project(project.project_id)
    finished = guards.result_that_counts(runs)
    if not project.source_name:
        go_to(Route.UPLOAD)
    if not project.has_settings:
        go_to(Route.CONFIGURE)
    if finished is None or not runs[0].status.is_over:
        go_to(Route.RUN)
    session.open_run(finished.run_id)
    go_to(Route.MODEL)


@st.dialog("Rename project", on_dismiss=dialogs.answered)
def _rename(project: ProjectRecord) -> None:
    with boundary.catching("rename project"), st.form("rename_form", border=False):
        name = st.text_input("Name", value=project.name, max_chars=120)
        if st.form_submit_button("Rename", type="primary"):
            loaders.workspace().rename_project(project.project_id, name)
            dialogs.answered()
            st.rerun()


@st.dialog("Delete project?", on_dismiss=dialogs.answered)
def _delete(project: ProjectRecord) -> None:
    with boundary.catching("delete project"):
        n_runs = len(loaders.workspace().list_runs(project.project_id))
        things = f", its data and its {n_runs} run{'s' if n_runs != 1 else ''}" if n_runs else " and its data"
        st.markdown(f"**{as_text(project.name)}**{things} will be removed from this machine. This cannot be undone.")
        with st.container(horizontal=True, horizontal_alignment="right"):
            if st.button("Keep it", key="delete_no"):
                dialogs.answered()
                st.rerun()
            if st.button("Delete", key="delete_yes", type="primary", icon=":material/delete:"):
                loaders.workspace().delete_project(project.project_id)
                dialogs.answered()
                if session.project_id() == project.project_id:
                    session.open_project(None)
                session.flash("Project deleted")
                st.rerun()


with boundary.page("Home", keeps_address=False):
    render()
