"""What every result offers: its project file, and its settings and data again, to change and run."""

import streamlit as st

from mmm_core.engine.settings_changes import setting_changes
from mmm_core.entities.findings import IngestResult
from mmm_core.entities.mmmdata_collection import hash_table
from mmm_core.entities.records import ProjectRecord, RunRecord
from pages.shared import boundary, dialogs, loaders, session
from pages.shared.configure_state import draft_from_file, replace_draft
from pages.shared.routes import Route
from pages.shared.widgets import as_text, file_stem, go_to

BRING_BACK = "bring back settings"


def stem_of(project: ProjectRecord, run: RunRecord) -> str:
    """What files of a run are called, without ending."""
    return f"{file_stem(project.name)}-{file_stem(run.name)}"


def take_along(project: ProjectRecord, run: RunRecord) -> None:
    """Two buttons: the project file of a run, and *Run again with changes*.

    The second asks first when the project now holds other settings or data, so that nothing is lost by surprise.
    """
    st.download_button(
        "Project file",
        run.project_file,
        file_name=f"{stem_of(project, run)}.yaml",
        mime="application/yaml",
        key=f"file_{run.run_id}",
        type="tertiary",
        icon=":material/description:",
        on_click="ignore",
        help="Everything needed to repeat this run exactly, in the browser or with mmm-studio run",
    )
    if st.button("Run again with changes", key=f"again_{run.run_id}", type="tertiary", icon=":material/tune:"):
        if not _other_settings(project, run) and not _has_other_data(project, run):
            _go_to_configure(run)
        dialogs.ask(BRING_BACK, run.run_id)
    if dialogs.asked(BRING_BACK) == run.run_id:
        _confirm(project, run)


def _other_settings(project: ProjectRecord, run: RunRecord) -> list[str]:
    current = loaders.workspace().load_project_file(project.project_id)
    return setting_changes(run.project_file, current) if current else ["no settings yet"]


def _has_other_data(project: ProjectRecord, run: RunRecord) -> bool:
    upload = loaders.upload(project)
    return upload is None or hash_table(upload.table) != run.table_hash


@st.dialog("Bring back this run?", on_dismiss=dialogs.answered)
def _confirm(project: ProjectRecord, run: RunRecord) -> None:
    with boundary.catching("bring back settings"):
        changes, has_other_data = _other_settings(project, run), _has_other_data(project, run)
        name, used = as_text(run.name), loaders.run_upload(run.run_id)
        if changes:
            st.markdown(f"Configure now differs from {name}:")
            st.markdown("\n".join(f"- {as_text(change)}" for change in changes[:12]))
        if has_other_data:
            st.warning(_data_sentence(project, run, used), icon=":material/database:")
        with st.container(horizontal=True, horizontal_alignment="right"):
            if st.button("Keep what is there", key="again_keep"):
                _go_to_configure(run)
            what = "its settings and data" if changes else "its data"
            if has_other_data and used.suggestions and st.button(f"Bring back {what}", key="again_data"):
                loaders.workspace().replace_upload(project.project_id, used)
                _use_settings(project, run)
            if changes and st.button(f"Use the settings of {name}", key="again_use", type="primary"):
                _use_settings(project, run)


def _data_sentence(project: ProjectRecord, run: RunRecord, used: IngestResult) -> str:
    now = f"{project.source_name or 'a table'} with {project.n_rows:,} rows"
    then = f"{used.source_name or 'a table'} with {len(used.table):,} rows"
    lost = " The data of now can be brought back on Upload." if used.suggestions else ""
    return as_text(f"The project's data are no longer those of {run.name}: now {now}, then {then}.{lost}")


def _use_settings(project: ProjectRecord, run: RunRecord) -> None:
    """Put the settings of a run into the project and go to Configure."""
    loaders.workspace().save_project_file(project.project_id, run.project_file)
    refreshed = loaders.project(project.project_id) or project
    upload = loaders.upload(refreshed)
    if upload is not None:
        replace_draft(refreshed, upload, draft_from_file(run.project_file, upload)[0])
    session.flash(f"Settings of {as_text(run.name)} are back")
    _go_to_configure(run)


def _go_to_configure(run: RunRecord) -> None:
    dialogs.answered()
    session.open_project(run.project_id)
    session.open_run(run.run_id)
    go_to(Route.CONFIGURE)
