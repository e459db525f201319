"""Pareto explorer: all candidates of a run, filtered in business words, and the model somebody clicked, in full."""

import functools

import streamlit as st

from mmm_core.charts.candidates import (
    candidate_points,
    colour_choices,
    colour_values,
    draw_candidates,
)
from mmm_core.charts.frames import candidate_frame
from mmm_core.charts.summary import WHAT_THE_MODELS_ARE
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.engine.candidate_filter import BoolArray, passing, ranked_ids, survivor_table
from mmm_core.entities.model_set import AVERAGED_ID
from mmm_core.entities.records import ProjectRecord, RunRecord
from mmm_core.entities.run_result import RunResult
from pages.shared import guards, loaders, model_choice, model_views, pareto_card, pareto_filters, session
from pages.shared.boundary import guarded, page
from pages.shared.reuse import stem_of, take_along
from pages.shared.widgets import (
    Crumb,
    as_text,
    chart,
    csv_bytes,
    current_theme,
    header,
    project_crumbs,
    run_crumb,
)

CHART = "candidates"


def render() -> None:
    project, run, result = guards.require_result()
    words = loaders.words(run)
    solution_id = model_choice.selected(result)
    picked = " (picked)" if solution_id == result.collection.selected_id else ""
    data = project_crumbs(project, loaders.run_upload(run.run_id), is_current=False)
    header("Pareto explorer", [*data, run_crumb(run), Crumb(f"model {solution_id}{picked}")])
    st.caption(f":material/info: {as_text(WHAT_THE_MODELS_ARE)}")
    rules = pareto_filters.current(run)
    keep = passing(rules, result)
    colour = _controls(run, words, keep)
    left, right = st.columns([2, 1], gap="large")
    with left:
        _scatter(run, result, words, keep, solution_id, colour)
    with right:
        pareto_card.draw(run, result, words, solution_id, ranked_ids(result, keep))
    st.fragment(_views)(run.run_id, solution_id)
    _take_away(project, run, result, keep)


def _take_click(key: str) -> None:
    """Open the model of a clicked point; a callback, because the chart reports its selection again on every run."""
    points = st.session_state[key]["selection"]["points"]
    if points and points[0].get("text"):
        session.open_model(points[0]["text"])


def _chart_key(run: RunRecord) -> str:
    return f"{CHART}_{run.run_id}"


def _controls(run: RunRecord, words: Vocabulary, keep: BoolArray) -> str:
    """Filters, and what colours the points."""
    choices = colour_choices(words)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="filter_bar"):
        pareto_filters.draw(run, words, keep)
        st.space("stretch")
        return st.selectbox(
            "Colour by",
            list(choices),
            format_func=lambda choice: f"Colour by {choices[choice]}",
            key="colour",
            width=260,
            label_visibility="collapsed",
        )


def _scatter(
    run: RunRecord, result: RunResult, words: Vocabulary, keep: BoolArray, solution_id: str, colour: str
) -> None:
    points = candidate_points(
        result,
        survives=keep,
        selected_id=solution_id,
        colour=colour_values(result, colour),
        colour_title=colour_choices(words)[colour],
        average=_average(run, result),
    )
    chart(
        draw_candidates(points, current_theme()),
        candidate_frame(points),
        key=_chart_key(run),
        file_name="candidates",
        alt=f"Scatter of all candidates: error of fit across, {points.gap.inline} up. The list beside it selects the same.",
        on_select=functools.partial(_take_click, _chart_key(run)),
    )


def _average(run: RunRecord, result: RunResult) -> tuple[float, float] | None:
    """Where the recommended answer would stand among the candidates; nowhere with validation, as it is fitted to all periods."""
    if result.posterior is None or result.collection.model_output.timeseries_validation:
        return None
    metrics = loaders.model(run.run_id, AVERAGED_ID).metrics
    return metrics["nrmse"], metrics["decomp_rssd"]


@guarded("views of the model")
def _views(run_id: str, solution_id: str) -> None:
    model_views.draw(run_id, solution_id)


def _take_away(project: ProjectRecord, run: RunRecord, result: RunResult, keep: BoolArray) -> None:
    st.divider()
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="take_away"):
        st.download_button(
            f"Download {int(keep.sum()):,} models (CSV)",
            lambda: csv_bytes(survivor_table(result, keep)),
            file_name=f"{stem_of(project, run)}-models.csv",
            mime="text/csv",
            key="take_models",
            type="tertiary",
            icon=":material/download:",
            on_click="ignore",
        )
        take_along(project, run)


with page("Pareto explorer"):
    render()
