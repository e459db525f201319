"""Clusters: the kinds of explanation the best models are, what each says of every channel, and one pick per kind."""

import functools

import streamlit as st

from mmm_core.charts.cluster_returns import cluster_return_points, cluster_returns_frame, draw_cluster_returns
from mmm_core.charts.clusters import (
    cluster_curve_points,
    cluster_map_points,
    curve_frame,
    draw_cluster_curve,
    draw_cluster_map,
    member_frame,
)
from mmm_core.charts.gap import gap_of
from mmm_core.charts.theme import MAX_STACKED_CHANNELS
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.clusters import Cluster, ClusterReport, TooFewModels
from mmm_core.entities.model_set import SetBasis
from mmm_core.entities.records import RunRecord
from mmm_core.entities.run_result import PARTS, RunResult
from pages.shared import cluster_cards, guards, loaders, model_choice, session
from pages.shared.boundary import page
from pages.shared.glossary import term
from pages.shared.reuse import stem_of
from pages.shared.routes import Route
from pages.shared.widgets import (
    Crumb,
    as_text,
    chart,
    current_theme,
    go_to,
    header,
    is_phone,
    project_crumbs,
    run_crumb,
    table,
)

LIST_HEIGHT = 720
MOST_CARDS = 4  # with more clusters their list scrolls beside the map; on a phone it never does

WHAT_CLUSTERS_ARE = (
    "The best models of a search explain the same history in different ways. Those that resemble each other are grouped: each "
    "cluster is one kind of explanation, and its pick is the model of smallest combined error. The models of a cluster are "
    "equally good answers; how far they spread is not sampling uncertainty."
)


def render() -> None:
    project, run, result = guards.require_result()
    words = loaders.words(run)
    data = project_crumbs(project, loaders.run_upload(run.run_id), is_current=False)
    solution_id = model_choice.selected(result)
    header("Clusters", [*data, run_crumb(run), Crumb(f"model {solution_id}", Route.PARETO, session.current_address())])
    st.caption(f":material/info: {as_text(WHAT_CLUSTERS_ARE)}")
    cluster_by, k = cluster_cards.controls(words)
    report = loaders.clusters(run.run_id, cluster_by, k)
    if isinstance(report, TooFewModels):
        _none(report)
        return
    for note in report.notes:
        st.caption(as_text(note))
    chosen = report.cluster_of(solution_id)
    left, right = st.columns([3, 2], gap="large")
    with left:
        _map(run, report, solution_id)
    scrolls = report.k > MOST_CARDS and not is_phone()
    with right, st.container(height=LIST_HEIGHT if scrolls else "content", border=False, key="cluster_list"):
        for cluster in report.clusters:
            cluster_cards.card(cluster, words, report.paid_names, solution_id, is_chosen=cluster is chosen)
    _returns(run, report, words)
    _reasons(report)
    _models(report, result, words, stem_of(project, run))
    _onward(chosen or report.clusters[0])


def _none(few: TooFewModels) -> None:
    with st.container(border=True, key="no_clusters"):
        st.markdown(f"**No clusters.** {as_text(few.reason)}")
        st.markdown("The models themselves are all in the Pareto explorer.")
        if st.button("Open the Pareto explorer", key="to_pareto", type="primary", icon=":material/arrow_forward:"):
            go_to(Route.PARETO)


def _take_click(key: str) -> None:
    """Open the model of a clicked point; a callback, because the chart reports its selection again on every run."""
    points = st.session_state[key]["selection"]["points"]
    if points and points[0].get("text"):
        session.open_model(points[0]["text"])


def _map(run: RunRecord, report: ClusterReport, solution_id: str) -> None:
    key = f"cluster_map_{run.run_id}_{report.basis}_{report.k}"
    points = cluster_map_points(report, solution_id)
    chart(
        draw_cluster_map(points, current_theme()),
        report.members[["solution_id", "cluster", "pc1", "pc2", "error_score", "is_pick"]],
        key=key,
        file_name="clusters",
        alt="Map of the clustered models: like ones lie near each other. The cards beside it open the pick of every cluster.",
        on_select=functools.partial(_take_click, key),
    )


def _returns(run: RunRecord, report: ClusterReport, words: Vocabulary) -> None:
    every = len(words.paid) <= MAX_STACKED_CHANNELS or st.toggle(
        f"All {len(words.paid)} channels", key="all_cluster_returns"
    )
    break_even = loaders.request(run).settings.outcome.break_even_roas
    points = cluster_return_points(report, words, break_even=break_even)
    shown = cluster_return_points(
        report, words, break_even=break_even, most_channels=None if every else MAX_STACKED_CHANNELS
    )
    chart(
        draw_cluster_returns(shown, current_theme()),
        cluster_returns_frame(points),
        key="cluster_returns",
        file_name="returns by cluster",
        alt=f"{words.return_word} per channel in each cluster, from the lowest to the highest of its models",
    )


def _reasons(report: ClusterReport) -> None:
    with st.expander(f"Why {report.k} clusters?", key="why_k"):
        points = cluster_curve_points(report)
        chart(
            draw_cluster_curve(points, current_theme()),
            curve_frame(points),
            key="cluster_curve",
            file_name="within clusters",
            alt="Share of the differences between models left within clusters, against the number of clusters",
        )
        st.caption(
            "The automatic rule adds clusters as long as each takes away more than 6% of the differences between models: at "
            "least 3, at most 10. The same models always give the same clusters."
        )


def _models(report: ClusterReport, result: RunResult, words: Vocabulary, stem: str) -> None:
    number, gap = st.column_config.NumberColumn, gap_of(is_refresh=result.design.aim is not None)
    config = {
        "solution_id": st.column_config.TextColumn("Model", pinned=True),
        "cluster": number("Cluster", help=term("cluster")),
        "distance": number("Distance to centre", format="%.3f", help="0 is the most typical model of the cluster."),
        "error_score": number(
            "Combined error", format="%.4f", help="Fit, plausibility and calibration in one; 0 is best."
        ),
        "is_pick": st.column_config.CheckboxColumn("Pick"),
        "silhouette": number("Silhouette", format="%.2f", help=term("silhouette")),
        "nrmse": number("Error of fit", format="%.4f", help=term("nrmse")),
        **{
            f"nrmse_{ending}": number(f"Error of fit, {part}", format="%.4f", help=term("nrmse"))
            for ending, part in PARTS.items()
        },
        "decomp_rssd": number(gap.short, format="%.4f", help=term(gap.term)),
        "rsq_train": number("R²", format="%.3f", help=term("rsq")),
        **{f"{name}_roas": number(words.return_of(name), format="%.3g") for name in words.paid},
    }
    with st.expander(f"All {len(report.members):,} models and their clusters", key="cluster_models"):
        frame = member_frame(report, result.pareto["candidates"])
        table(frame, key="members", file_name=f"{stem}-clusters", column_config=config, height=420)


def _onward(cluster: Cluster) -> None:
    """What follows: the pick of the cluster in full, or a budget over all its models."""
    route = Route.MODEL if Route.MODEL.exists else Route.PARETO
    where = "on the Model page" if route is Route.MODEL else "in the Pareto explorer"
    with st.container(horizontal=True, horizontal_alignment="right", gap="small", key="bar_clusters"):
        plans = Route.BUDGET.exists and st.button(
            f"Plan a budget over cluster {cluster.number}", key="to_budget", icon=":material/payments:"
        )
        looks = st.button(
            f"See the pick of cluster {cluster.number} {where}",
            key="next_step",
            type="primary",
            icon=":material/arrow_forward:",
            icon_position="right",
        )
    if plans or looks:
        session.open_model(cluster.pick_id)
        session.set_basis(SetBasis.CLUSTER)
        go_to(Route.BUDGET if plans else route)


with page("Clusters"):
    render()
