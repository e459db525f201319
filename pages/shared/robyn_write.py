"""Robyn bridge, third view: write a model of a run as Robyn's file."""

import functools

import streamlit as st

from mmm_core.entities.records import ProjectRecord, RunRecord
from mmm_core.entities.run_result import RunResult
from mmm_core.errors import MMMError
from pages.shared import boundary, loaders, model_choice, robyn_loaders
from pages.shared.robyn_loaders import IMPORTED
from pages.shared.robyn_standing import newest_result
from pages.shared.routes import Route
from pages.shared.widgets import as_text, go_to

_MOST = 500


def draw(project: ProjectRecord | None) -> None:
    """Draw the choice of a model and its download, or what is needed for it."""
    run = newest_result(project) if project is not None else None
    imported = robyn_loaders.kept_model(project.project_id) if project is not None else None
    has_imported = imported is not None and imported.report is not None
    if project is None or (run is None and not has_imported):
        _nothing(project)
        return
    result = loaders.result(run.run_id) if run is not None else None
    chosen = _choose(run, result, has_imported=has_imported)
    try:
        if chosen == IMPORTED:
            export = robyn_loaders.export_kept(project.project_id)
        else:
            assert run is not None, "other models are of a run"
            export = robyn_loaders.export(project.project_id, run.run_id, chosen)
    except MMMError as error:
        boundary.show_problems(error, "This model cannot be written for Robyn")
        return
    with st.container(border=True, gap="small", key="robyn_export"):
        st.markdown(f"**{as_text(export.file_name)}** :gray[{len(export.text) / 1000:,.0f} kB, with the data]")
        st.download_button(
            "Download for Robyn",
            export.text,
            file_name=export.file_name,
            mime="application/json",
            key="robyn_download",
            type="primary",
            icon=":material/download:",
            on_click="ignore",
        )
        st.markdown("Open it in R:")
        st.code(f'robyn_recreate("{export.file_name}")', language="r")
        st.markdown("\n".join(f"- {as_text(note)}" for note in (*export.notes, _DENOMINATORS)))


_DENOMINATORS = (
    "ROAS, its total and the means are of the modelled periods. Robyn's own files divide by the spend and the number of all "
    "periods, and add the channels' ROAS up to a total."
)


def _nothing(project: ProjectRecord | None) -> None:
    with st.container(border=True, key="robyn_nothing"):
        st.markdown(
            "Any model of a finished run can be written as Robyn's JSON, from which `robyn_recreate()` makes it again in R. "
            f"{'Run the project first.' if project is not None else 'Open a project first.'}"
        )
        route = Route.RUN if project is not None else Route.HOME
        label = "Go to Run" if project is not None else "Go to Home"
        if st.button(label, key="robyn_go", type="primary", icon=":material/arrow_forward:", icon_position="right"):
            go_to(route)


def _choose(run: RunRecord | None, result: RunResult | None, *, has_imported: bool) -> str:
    """The model to write: that of the address, the picked one or the search's best first."""
    options = [IMPORTED] if has_imported else []
    if result is not None and run is not None:
        first = model_choice.selected(result)
        rest = [one for one in result.pareto["solution_ids"][:_MOST] if one != first]
        options = [first, *options, *rest]
    return st.selectbox(
        "Model",
        options,
        key=f"robyn_model_{run.run_id if run is not None else IMPORTED}",
        format_func=functools.partial(_label, result),
        width=320,
        help="A single model: the recommended average over many has no counterpart in Robyn. Pick one in the Pareto explorer.",
    )


def _label(result: RunResult | None, solution_id: str) -> str:
    if solution_id == IMPORTED or result is None:
        return "The imported model of Robyn"
    return model_choice.model_label(result, solution_id)
