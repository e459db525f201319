"""Model: one model of a run on one page, with the uncertainty that was asked for; to read, to print, to share."""

from urllib.parse import urlencode

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mmm_core.engine.candidate_filter import passing, ranked_ids
from mmm_core.entities.model_set import AVERAGED_ID
from mmm_core.entities.records import ProjectRecord, RunRecord
from mmm_core.entities.run_result import RunResult
from pages.shared import (
    guards,
    loaders,
    model_choice,
    model_header,
    model_panels,
    model_studies,
    pareto_filters,
    robyn_views,
    session,
    trust_summary,
)
from pages.shared.boundary import page
from pages.shared.routes import Route
from pages.shared.widgets import Crumb, NextStep, as_text, header, next_step, project_crumbs, run_crumb


def render() -> None:
    project, run, result = guards.require_result()
    solution_id = model_choice.shown(result)
    is_average = solution_id == AVERAGED_ID
    data = project_crumbs(project, loaders.run_upload(run.run_id), is_current=False)
    title = "Recommended answer" if is_average else f"Model {solution_id}"
    header(title, [*data, run_crumb(run), Crumb(model_choice.crumb(result, solution_id))])
    if is_average:
        model_header.explain_average(loaders.posterior(run.run_id))
    if unknown := model_choice.unknown_in_address(result):
        st.warning(
            as_text(
                f"This run has no model {unknown!r}; shown is {model_choice.model_label(result, solution_id)}. "
                "Choose another one in the list."
            ),
            icon=":material/link_off:",
        )
    badges = _bar(project, run, result, solution_id)
    model_header.draw(run, result, solution_id)
    model_studies.draw(run, solution_id)
    st.fragment(model_panels.draw)(run.run_id, solution_id)
    if not is_average:
        with badges:  # last: grouping the models of a run for the first time keeps no panel waiting
            model_choice.cluster_badge(run, solution_id)
    else:
        trust_summary.draw(run.run_id)
    if Route.BUDGET.exists:
        next_step(NextStep("Plan the budget", Route.BUDGET))


def _bar(project: ProjectRecord, run: RunRecord, result: RunResult, solution_id: str) -> DeltaGenerator:
    """The choice of the model, what it is known as, the pick and the link; answers where badges go."""
    averaged = [AVERAGED_ID] if result.posterior is not None else []
    choices = [*averaged, *ranked_ids(result, passing(pareto_filters.current(run), result))]
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="model_bar"):
        model_choice.choose(
            result,
            solution_id,
            choices,
            help_text="The recommended answer, or one of the best 500 models that pass the filters of the Pareto explorer.",
            width=280,
        )
        badges = model_choice.badges(result, solution_id)
        st.space("stretch")
        if solution_id != AVERAGED_ID:
            model_choice.pick_button(run, result, solution_id, is_wide=False)
        with st.popover("Share or print", icon=":material/link:", key="share"):
            _share(project, run, solution_id)
    return badges


def _share(project: ProjectRecord, run: RunRecord, solution_id: str) -> None:
    address = session.address_of(project=project.project_id, run=run.run_id, model=solution_id)
    base = (st.context.url or "").rstrip("/").removesuffix("/model")
    st.markdown("**This page, with this model**")
    st.code(f"{base}/model?{urlencode(address)}", language=None, wrap_lines=True)
    st.caption("Whoever can open this studio sees the same page.")
    st.markdown("**On paper or as PDF**")
    st.caption("Choose *All panels* below, then print the page (Ctrl+P): menus and buttons are left out.")
    if solution_id != AVERAGED_ID:
        st.markdown("**In R**")
        if st.button("Write it for Robyn", key="write_robyn", icon=":material/sync_alt:"):
            session.open_model(solution_id)
            robyn_views.open_view(robyn_views.RobynView.WRITE)


with page("Model"):
    render()
