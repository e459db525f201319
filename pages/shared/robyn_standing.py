"""Robyn bridge, second view: where the imported model stands among the models of the project's run."""

import streamlit as st

from mmm_core.charts.robyn import MEASURES, cloud_frame, draw_placement, placement_frame, placement_points
from mmm_core.charts.robyn_words import describe_agreement, describe_import
from mmm_core.entities.records import ProjectRecord, RunRecord
from mmm_core.entities.robyn import Placement, RobynModel
from pages.shared import guards, loaders, robyn_loaders, robyn_report, session
from pages.shared.boundary import guarded
from pages.shared.glossary import term
from pages.shared.routes import Route
from pages.shared.widgets import NextStep, as_text, chart, current_theme, go_to, next_step, table


def draw(project: ProjectRecord | None) -> None:
    """Draw the standing of the project's imported model, or what is needed for it."""
    model = robyn_loaders.kept_model(project.project_id) if project is not None else None
    if project is None or model is None:
        _nothing(project)
        return
    run = newest_result(project)
    if model.report is None:
        st.info("Robyn's file held inputs without a model, so there is nothing to compare.", icon=":material/info:")
    elif run is None:
        _not_run_yet()
    else:
        _standing(project, run, model)
    if model.report is not None:
        _what_was_imported(project, model)


def newest_result(project: ProjectRecord) -> RunRecord | None:
    """The open run of a project, else its newest one with a result."""
    runs = [run for run in loaders.workspace().list_runs(project.project_id) if guards.has_result(run)]
    return next((run for run in runs if run.run_id == session.run_id()), next(iter(runs), None))


def _nothing(project: ProjectRecord | None) -> None:
    with st.container(border=True, key="robyn_none"):
        if project is None:
            st.markdown("No project is open. Take over a Robyn model first, or open the project you made of one.")
            if st.button("Go to Home", key="robyn_home", icon=":material/arrow_forward:", icon_position="right"):
                go_to(Route.HOME)
        else:
            st.markdown(
                f"**{as_text(project.name)}** was not taken over from Robyn, so there is no model of Robyn's to compare with. "
                "Drop Robyn's file under *Take over a model*, or open the project you made of one."
            )


def _not_run_yet() -> None:
    with st.container(border=True, key="robyn_not_run"):
        st.markdown(
            "Run the project first: 10,000 models are tried on the same data, and Robyn's model is ranked among them by fit, "
            "plausibility, and how well it predicts the last fifth of the periods."
        )
    next_step(NextStep("Go to Run", Route.RUN))


def _standing(project: ProjectRecord, run: RunRecord, model: RobynModel) -> None:
    assert model.report is not None, "asked only for a file with a model"
    placement = robyn_loaders.placement(project.project_id, run.run_id)
    points = placement_points(loaders.result(run.run_id), placement, f"Robyn's model {model.report.model_id}")
    left, right = st.columns([2, 1], gap="large")
    with left:
        chart(
            draw_placement(points, current_theme()),
            cloud_frame(points),
            key="robyn_cloud",
            file_name="robyn-among-ours",
            alt="Scatter of all candidates of the run with Robyn's model among them",
        )
    with right, st.container(border=True, gap="small", key="robyn_verdict"):
        st.subheader(as_text(run.name), anchor=False)
        st.markdown(as_text(placement.sentence))
        for line in _lines(placement):
            st.markdown(line)
        st.caption(
            f"Holdout: every model was fitted to the first {placement.n_fitted} modelled periods and predicted the last "
            f"{placement.n_held_out}. Both searches had seen these when they chose carry-over and curves, so it is no proof.",
            help=term("holdout"),
        )
        if st.button("Explore the models", key="robyn_explore", type="primary", icon=":material/scatter_plot:"):
            session.open_run(run.run_id)
            go_to(Route.PARETO)
    _measures(placement)


def _lines(placement: Placement) -> list[str]:
    return [
        f"**{as_text(MEASURES[one.measure])}** {one.value:.4f}  \n"
        f":gray[place {one.rank:,} of {one.n_models + 1:,}; ours: best {one.best:.4f}, median {one.median:.4f}]"
        for one in placement.standings
    ]


def _measures(placement: Placement) -> None:
    with st.expander("The figures as a table", icon=":material/table_rows:"):
        table(
            placement_frame(placement),
            key="robyn_placement",
            file_name="robyn-standing",
            column_config={
                "measure": st.column_config.TextColumn("Measure", pinned=True),
                "robyn": st.column_config.NumberColumn("Robyn's model", format="%.4f"),
                "rank": st.column_config.NumberColumn("Place"),
                "models": st.column_config.NumberColumn("Of our models", format="%,d"),
                "share_beaten": st.column_config.NumberColumn("Does as well as or better than", format="percent"),
                "best": st.column_config.NumberColumn("Our best", format="%.4f"),
                "median": st.column_config.NumberColumn("Our median", format="%.4f"),
            },
        )


@guarded("imported model")
def _what_was_imported(project: ProjectRecord, model: RobynModel) -> None:
    result = robyn_loaders.kept_reproduction(project.project_id)
    st.subheader("The imported model", anchor=False)
    st.markdown(as_text(describe_import(model)))
    st.caption(as_text(describe_agreement(result)))
    robyn_report.numbers(model, result, key="kept")
    with st.expander("What differs, and why", icon=":material/difference:"):
        robyn_report.differences(result.differences)
