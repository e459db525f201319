"""Take the settings of a run back to Configure, to change and run them again."""

import streamlit as st

from mmm_core.engine.settings_changes import setting_changes
from mmm_core.entities.records import ProjectRecord, RunRecord
from pages.shared import boundary, dialogs, loaders, session
from pages.shared.configure_state import draft_from_file, replace_draft
from pages.shared.routes import Route
from pages.shared.widgets import as_text, go_to

BRING_BACK = "bring back settings"


def run_again(project: ProjectRecord, run: RunRecord) -> None:
    """The button; it asks first when Configure holds other settings, so that nothing typed is lost by surprise."""
    current = loaders.workspace().load_project_file(project.project_id)
    changes = setting_changes(run.project_file, current) if current else []
    if st.button("Run again with changes", key="again", icon=":material/tune:"):
        if not changes:
            go_to(Route.CONFIGURE)
        dialogs.ask(BRING_BACK, run.run_id)
    if changes and dialogs.asked(BRING_BACK) == run.run_id:
        _confirm(project, run, changes)


@st.dialog("Bring back these settings?", on_dismiss=dialogs.answered)
def _confirm(project: ProjectRecord, run: RunRecord, changes: list[str]) -> None:
    with boundary.catching("bring back settings"):
        st.markdown(f"Configure now differs from {as_text(run.name)}:")
        st.markdown("\n".join(f"- {as_text(change)}" for change in changes[:12]))
        with st.container(horizontal=True, horizontal_alignment="right"):
            if st.button("Keep what is there", key="again_keep"):
                dialogs.answered()
                go_to(Route.CONFIGURE)
            if st.button(f"Use the settings of {as_text(run.name)}", key="again_use", type="primary"):
                dialogs.answered()
                use_settings(project, run)


def use_settings(project: ProjectRecord, run: RunRecord) -> None:
    """Put the settings of a run into the project and go to Configure."""
    loaders.workspace().save_project_file(project.project_id, run.project_file)
    refreshed = loaders.project(project.project_id) or project
    upload = loaders.upload(refreshed)
    if upload is not None:
        replace_draft(refreshed, upload, draft_from_file(run.project_file, upload)[0])
    session.flash(f"Settings of {as_text(run.name)} are back")
    go_to(Route.CONFIGURE)
