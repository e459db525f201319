"""Robyn bridge, first view: drop Robyn's file, read what it says, and make a project of it."""

import streamlit as st

from mmm_core.charts.robyn_words import describe_agreement, describe_import, is_close
from mmm_core.engine.project_file import write_project
from mmm_core.entities.robyn import Reproduction, RobynModel
from mmm_core.errors import MMMError
from pages.shared import boundary, loaders, robyn_files, robyn_loaders, robyn_report, robyn_views, session
from pages.shared.glossary import term
from pages.shared.robyn_files import DroppedFiles
from pages.shared.routes import Route
from pages.shared.widgets import as_text, go_to, truncated

LIMIT_MB = 50
IN_R = (
    "robyn_write(InputCollect, OutputCollect, select_model,\n"
    "            dt_mod = InputCollect$dt_mod)   # the data and R's own trend and season travel along"
)


def draw() -> None:
    """Draw the drop zone, and below it what was found in the files."""
    files = _drop_zone()
    if files is None:
        _what_is_expected()
        return
    if files.model is None:
        st.info("Now drop Robyn's file too: RobynModel-… .json, beside the table.", icon=":material/upload_file:")
        return
    try:
        with st.spinner("Reading the file …"):
            model = robyn_loaders.model_of(files)
            result = robyn_loaders.reproduction_of(files) if model.report is not None else None
    except MMMError as error:
        boundary.show_problems(error, f"{truncated(files.name, 60)} cannot be taken over")
        _start_again()
        return
    _found(files, model, result)


def _drop_zone() -> DroppedFiles | None:
    kept, key = robyn_files.kept(), f"robyn_drop_{session.generation('robyn')}"
    place = "drop_again" if kept is not None or st.session_state.get(key) else "drop_first"
    with st.container(key=place):
        dropped = st.file_uploader(
            "Drop RobynModel-….json, and with it the table when the data are not in the file",
            type=["json", "csv", "tsv", "txt", "xlsx"],
            accept_multiple_files=True,
            key=key,
            max_upload_size=LIMIT_MB,
            help=term("robyn_design"),
        )
    if dropped:
        return robyn_files.take(dropped)
    return kept


def _what_is_expected() -> None:
    with st.container(border=True, key="robyn_expected", gap="small"):
        st.markdown(
            "**What to drop**\n"
            "- the file that `robyn_write()` made in R (Robyn 3.12): roles, bounds, window, the selected model\n"
            "- the table Robyn was given (CSV or Excel), when it was written with `add_data = FALSE`\n"
            "- if you have it: `InputCollect$dt_mod` as CSV, so that trend, season and holidays are R's own to the last digit"
        )
        st.markdown("Best, write everything into one file in R:")
        st.code(IN_R, language="r", wrap_lines=True)
        st.caption(
            "You get the model's numbers fitted again here, a list of what differs and why, and a project to run. "
            "Nothing leaves this machine."
        )


def _start_again() -> None:
    if st.button("Start again with other files", key="robyn_again", icon=":material/restart_alt:"):
        robyn_files.forget()
        st.rerun()


def _found(files: DroppedFiles, model: RobynModel, result: Reproduction | None) -> None:
    left, right = st.columns([2, 1], gap="large")
    with left:
        st.markdown(f"#### {as_text(describe_import(model))}")
        if result is not None:
            is_near = is_close(result)
            colour, icon = ("green", "check_circle") if is_near else ("orange", "help")
            st.markdown(f":{colour}[:material/{icon}: {as_text(describe_agreement(result))}]")  # a badge would not wrap
        robyn_report.roles(model, key="import")
    with right:
        _create_form(files, model)
    if result is not None:
        robyn_report.numbers(model, result, key="import")
    st.subheader("What differs, and why", anchor=False)
    robyn_report.differences(model.differences if result is None else result.differences)


def _create_form(files: DroppedFiles, model: RobynModel) -> None:
    with st.container(border=True, key="robyn_create", gap="small"):
        st.subheader("Go on with it here", anchor=False)
        st.markdown(
            "Roles, bounds, window and data become a project. Run it, and this page says where Robyn's model stands among "
            "ours."
        )
        with st.form("robyn_project", border=False):
            name = st.text_input("Name of the project", value=model.project.name, max_chars=120)
            if st.form_submit_button(
                "Create project",
                type="primary",
                icon=":material/arrow_forward:",
                icon_position="right",
                width="stretch",
            ):
                _create(name, model)
        _start_again()


def _create(name: str, model: RobynModel) -> None:
    """Make the project: data, settings, and the imported model beside them."""
    from mmm_core.engine.robyn_export import self_contained  # heavy

    home, project = loaders.workspace(), model.project
    record = home.create_project(name)
    text = write_project(
        project.data.settings, project.trials, project.seed, name=record.name, repairs=model.upload.repairs
    )
    home.save_upload(record.project_id, model.upload)
    home.save_project_file(record.project_id, text)
    home.save_robyn(record.project_id, self_contained(model))
    robyn_files.forget()
    robyn_views.forget()
    session.open_project(record.project_id)
    session.flash(f"{as_text(record.name)} is ready to run")
    go_to(Route.CONFIGURE)
