"""Saved results: every finished run of every project, found, opened as it was, named, downloaded, deleted."""

import streamlit as st

from mmm_core.entities.records import ProjectRecord, RunRecord
from pages.shared import boundary, dialogs, guards, loaders, run_panels, session
from pages.shared.reuse import stem_of, take_along
from pages.shared.routes import Route
from pages.shared.widgets import Crumb, as_text, csv_bytes, go_to, header, truncated

SHOWN_AT_FIRST = 20
RENAME, DELETE = "rename result", "delete result"


def render() -> None:
    home = loaders.workspace()
    projects = {project.project_id: project for project in home.list_projects()}
    saved = [run for run in home.list_runs() if guards.has_result(run) and run.project_id in projects]
    header("Saved results", [Crumb("All projects", Route.HOME), Crumb(_count(len(saved), "result"))])
    if not saved:
        _empty(has_projects=bool(projects))
        return
    wanted = st.text_input(
        "Search",
        key="search",
        placeholder="Name of a run or project, or a word of what was found",
        icon=":material/search:",
        label_visibility="collapsed",
        live=True,
    )
    found = [run for run in saved if _matches(run, projects[run.project_id], wanted)]
    if not found:
        st.markdown(f"Nothing among {_count(len(saved), 'result')} matches **{as_text(wanted)}**.")
        return
    if wanted.strip():
        st.caption(f"{len(found):,} of {_count(len(saved), 'result')}")
    limit = len(found) if session.recall("saved.all") else SHOWN_AT_FIRST
    for run in found[:limit]:
        _card(projects[run.project_id], run)
    if len(found) > limit and st.button(f"Show all {len(found)}", key="show_all", type="tertiary"):
        session.remember("saved.all", True)
        st.rerun()


def _empty(*, has_projects: bool) -> None:
    with st.container(border=True, key="empty"):
        st.markdown("**Nothing saved yet.** Every run that finishes is kept here by itself, until you delete it.")
        label = "Go to Home and open a project" if has_projects else "Go to Home and try the demo"
        if st.button(label, key="to_home", type="primary", icon=":material/arrow_forward:", icon_position="right"):
            go_to(Route.HOME)


def _matches(run: RunRecord, project: ProjectRecord, wanted: str) -> bool:
    text = f"{project.name} {run.name} {run.headline} {project.source_name}".casefold()
    return all(word in text for word in wanted.casefold().split())


def _card(project: ProjectRecord, run: RunRecord) -> None:
    with st.container(border=True, gap="small", key=f"saved_{run.run_id}"):
        st.caption(as_text(truncated(project.name, 60)))
        run_panels.run_line(run)
        if run.headline:
            st.markdown(as_text(run.headline))
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            if st.button("Open", key=f"open_{run.run_id}", icon=":material/folder_open:"):
                session.open_project(run.project_id)
                session.open_run(run.run_id)
                go_to(Route.MODEL)
            if run.refreshed_from is not None and st.button(
                "Old and new", key=f"moved_{run.run_id}", type="tertiary", icon=":material/compare_arrows:"
            ):
                session.open_project(run.project_id)
                session.open_run(run.run_id)
                go_to(Route.REFRESH)
            st.button(
                "Rename",
                key=f"rename_{run.run_id}",
                type="tertiary",
                icon=":material/edit:",
                on_click=dialogs.ask,
                args=(RENAME, run.run_id),
            )
            st.download_button(
                "Results CSV",
                lambda: csv_bytes(loaders.result(run.run_id).pareto["candidates"]),
                file_name=f"{stem_of(project, run)}.csv",
                mime="text/csv",
                key=f"csv_{run.run_id}",
                type="tertiary",
                icon=":material/download:",
                on_click="ignore",
            )
            take_along(project, run)
            st.button(
                "Delete",
                key=f"delete_{run.run_id}",
                type="tertiary",
                icon=":material/delete:",
                on_click=dialogs.ask,
                args=(DELETE, run.run_id),
            )
    if dialogs.asked(RENAME) == run.run_id:
        _rename(run)
    elif dialogs.asked(DELETE) == run.run_id:
        _delete(project, run)


@st.dialog("Rename result", on_dismiss=dialogs.answered)
def _rename(run: RunRecord) -> None:
    with boundary.catching("rename result"), st.form("rename_form", border=False):
        name = st.text_input("Name", value=run.name, max_chars=120, key="new_name")
        if st.form_submit_button("Rename", type="primary"):
            loaders.workspace().rename_run(run.run_id, name)
            dialogs.answered()
            st.rerun()


@st.dialog("Delete result?", on_dismiss=dialogs.answered)
def _delete(project: ProjectRecord, run: RunRecord) -> None:
    with boundary.catching("delete result"):
        st.markdown(
            f"**{as_text(run.name)}** of {as_text(project.name)} with its {run.n_done:,} models will be removed from "
            "this machine. The project and its other results stay. This cannot be undone."
        )
        with st.container(horizontal=True, horizontal_alignment="right"):
            if st.button("Keep it", key="delete_no"):
                dialogs.answered()
                st.rerun()
            if st.button("Delete", key="delete_yes", type="primary", icon=":material/delete:"):
                loaders.workspace().delete_run(run.run_id)
                dialogs.answered()
                if session.run_id() == run.run_id:
                    session.open_run(None)
                session.flash(f"{as_text(run.name)} deleted")
                st.rerun()


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


with boundary.page("Saved results", keeps_address=False):
    render()
