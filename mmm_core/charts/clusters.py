"""Clusters of like models: where they lie, and why there are so many."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from mmm_core.charts.theme import PALETTES, Palette, Theme, apply_theme, percent
from mmm_core.entities.clusters import ClusterBasis, ClusterReport, separation_words
from mmm_core.entities.design import FloatArray, IntArray
from mmm_core.entities.run_result import PARTS

MAP_HEIGHT = 600
CURVE_HEIGHT = 300
MOST_SVG = 1000
"""More points than this are drawn by WebGL."""

_RAMPS = {
    Theme.LIGHT: ["#2b1a63", "#7455bd", "#bba9ea"],
    Theme.DARK: ["#ece6ff", "#a98ff0", "#6b50c2"],
}
"""Violets, a hue no channel has: strongest for the largest cluster; lightness alone tells them apart."""

_SYMBOLS = (
    "circle",
    "square",
    "diamond",
    "triangle-up",
    "cross",
    "pentagon",
    "x",
    "triangle-down",
    "hexagram",
    "bowtie",
)
"""One shape per cluster, since colours alone are not enough for everybody."""


class ClusterMapPoints(NamedTuple):
    """Clustered models in the two directions in which they differ most.

    Attributes:
        x: Shape (n_models,), no unit.
        y: Same shape.
        cluster: 1, 2, ..., same shape.
        is_pick: Same shape.
        error_score: Same shape.
        ids: Solution ids, same length.
        sizes: Models per cluster.
        explained: Share of the variance per axis, shape (2,).
        basis: What makes models alike.
        silhouette: Mean over all models.
        selected: Index of the selected model, or None.
    """

    x: FloatArray
    y: FloatArray
    cluster: IntArray
    is_pick: np.ndarray
    error_score: FloatArray
    ids: Sequence[str]
    sizes: tuple[int, ...]
    explained: FloatArray
    basis: ClusterBasis
    silhouette: float
    selected: int | None


class ClusterCurvePoints(NamedTuple):
    """How much of the differences between models is left within clusters.

    Attributes:
        number: Numbers of clusters tried, ascending, shape (n_tried,).
        left: Share of the sum for one cluster, same shape.
        chosen: Position of the chosen number.
        reason: Why it was chosen.
    """

    number: IntArray
    left: FloatArray
    chosen: int
    reason: str


def cluster_map_points(report: ClusterReport, selected_id: str | None = None) -> ClusterMapPoints:
    """Collect what the map of clusters shows.

    Args:
        report: The clusters of a run.
        selected_id: The selected model; it may lie outside.
    """
    members = report.members
    ids = members["solution_id"].tolist()
    return ClusterMapPoints(
        x=members["pc1"].to_numpy(np.float64),
        y=members["pc2"].to_numpy(np.float64),
        cluster=members["cluster"].to_numpy(np.int64),
        is_pick=members["is_pick"].to_numpy(bool),
        error_score=members["error_score"].to_numpy(np.float64),
        ids=ids,
        sizes=tuple(cluster.n_models for cluster in report.clusters),
        explained=report.explained,
        basis=report.basis,
        silhouette=report.silhouette,
        selected=ids.index(selected_id) if selected_id in ids else None,
    )


def cluster_colours(n_clusters: int, theme: Theme) -> list[str]:
    """One colour per cluster, strongest first."""
    places = np.linspace(0, 1, n_clusters) if n_clusters > 1 else [0.0]
    colours: list[str] = sample_colorscale(_RAMPS[theme], list(places))
    return colours


def cluster_symbol(number: int) -> str:
    """The shape of a cluster's points; 1 is the largest cluster."""
    return _SYMBOLS[(number - 1) % len(_SYMBOLS)]


def draw_cluster_map(points: ClusterMapPoints, theme: Theme = Theme.LIGHT) -> go.Figure:
    """Draw every model in the colour and shape of its cluster, the picks as stars, and the number of every cluster."""
    palette = PALETTES[theme]
    figure = go.Figure()
    for number, colour in enumerate(cluster_colours(len(points.sizes), theme), start=1):
        rows = np.flatnonzero((points.cluster == number) & ~points.is_pick)
        name = f"{number}: {points.sizes[number - 1]:,} {'model' if points.sizes[number - 1] == 1 else 'models'}"
        look = {"symbol": cluster_symbol(number), "size": 11, "color": colour, "opacity": 0.9}
        line = {"width": 0.8, "color": palette.surface}
        _add_models(figure, points, rows, name, {**look, "line": line})
    star = {"symbol": "star", "size": 19, "color": palette.star, "line": {"width": 1.5, "color": palette.text}}
    _add_models(figure, points, np.flatnonzero(points.is_pick), "pick of its cluster", star)
    _add_ring(figure, points, palette)
    _add_numbers(figure, points, palette)
    apply_theme(figure, theme, title=_map_title(points), subtitle=_map_subtitle(points), height=MAP_HEIGHT)
    figure.update_layout(
        hovermode="closest",
        clickmode="event+select",
        dragmode="zoom",
        uirevision="clusters",
        selectionrevision=points.selected or 0,  # else a point clicked before stays selected, and a click takes it off
        legend={"orientation": "h", "x": 0, "y": -0.16, "yanchor": "top"},
        margin={"b": 92},
        xaxis={"title": {"text": _axis_title("Largest difference between models", points.explained[0])}},
        yaxis={"title": {"text": _axis_title("Second largest", points.explained[1])}},
    )
    figure.update_xaxes(zeroline=False)
    figure.update_yaxes(zeroline=False)
    return figure


def cluster_curve_points(report: ClusterReport) -> ClusterCurvePoints:
    """Collect the within-cluster curve."""
    return ClusterCurvePoints(
        number=report.curve_k,
        left=report.curve / report.curve[0],
        chosen=int(np.flatnonzero(report.curve_k == report.k)[0]),
        reason=report.k_sentence,
    )


def draw_cluster_curve(points: ClusterCurvePoints, theme: Theme = Theme.LIGHT) -> go.Figure:
    """Draw what is left within clusters against their number, the chosen one marked."""
    palette = PALETTES[theme]
    chosen = int(points.number[points.chosen])
    figure = go.Figure(
        go.Scatter(
            x=points.number,
            y=points.left,
            mode="lines+markers",
            line={"color": palette.zero, "width": 2},
            marker={"size": 7, "color": palette.zero},
            hovertemplate="<b>%{x} clusters</b><br>%{y:.1%} of the differences left<extra></extra>",
        )
    )
    figure.add_trace(
        go.Scatter(
            x=[chosen],
            y=[points.left[points.chosen]],
            mode="markers+text",
            text=[f"{chosen} clusters"],
            textposition="top right",
            textfont={"size": 13, "color": palette.text},
            marker={"symbol": "diamond", "size": 13, "color": palette.text},
            hoverinfo="skip",
        )
    )
    title = f"{chosen} clusters account for {percent(1 - points.left[points.chosen])} of the differences between models"
    apply_theme(figure, theme, title=title, subtitle=points.reason, height=CURVE_HEIGHT)
    figure.update_layout(
        showlegend=False,
        xaxis={"title": {"text": "Number of clusters"}, "dtick": 1 if len(points.number) <= 12 else None},
        yaxis={"title": {"text": "Differences left within clusters"}, "tickformat": ".0%", "range": [0, 1.08]},
    )
    return figure


def curve_frame(points: ClusterCurvePoints) -> pd.DataFrame:
    """Share of the differences left per number of clusters, and which number was chosen."""
    is_chosen = np.arange(len(points.number)) == points.chosen
    return pd.DataFrame({"clusters": points.number, "left_within_clusters": points.left, "is_chosen": is_chosen})


def member_frame(report: ClusterReport, candidates: pd.DataFrame) -> pd.DataFrame:
    """Every clustered model with its errors and the return per channel, cluster by cluster, picks first.

    Args:
        report: The clusters of a run.
        candidates: ``ParetoResult["candidates"]`` of the same run.
    """
    members = report.members.drop(columns=["pc1", "pc2"])
    returns = [f"{name}_roas" for name in report.paid_names]
    by_part = [f"nrmse_{ending}" for ending in PARTS]
    fit = by_part if candidates["nrmse_val"].notna().any() else ["nrmse"]
    more = candidates[["solution_id", *fit, "decomp_rssd", "rsq_train", *returns]]
    frame = members.merge(more, on="solution_id", how="left", validate="one_to_one")
    return frame.sort_values(["cluster", "is_pick", "error_score"], ascending=[True, False, True], ignore_index=True)


def _add_models(
    figure: go.Figure, points: ClusterMapPoints, rows: IntArray, name: str, marker: dict[str, object]
) -> None:
    trace = go.Scatter if len(points.ids) <= MOST_SVG else go.Scattergl
    score = np.where(np.isfinite(points.error_score[rows]), points.error_score[rows].round(4), np.nan)
    scores = ["cannot be compared" if np.isnan(value) else f"{value:.4f}" for value in score]
    note = " · pick" if name.startswith("pick") else ""
    figure.add_trace(
        trace(
            x=points.x[rows],
            y=points.y[rows],
            mode="markers",
            name=name,
            text=[points.ids[row] for row in rows],
            customdata=list(zip(points.cluster[rows].tolist(), scores, strict=True)),
            marker=marker,
            selected={"marker": {"opacity": 1}},
            unselected={"marker": {"opacity": marker.get("opacity", 1)}},
            hovertemplate=f"<b>Model %{{text}}</b>{note}<br>cluster %{{customdata[0]}}<br>combined error %{{customdata[1]}}"
            "<extra></extra>",
        )
    )


def _add_ring(figure: go.Figure, points: ClusterMapPoints, palette: Palette) -> None:
    if points.selected is None:
        return
    figure.add_trace(
        go.Scatter(
            x=[points.x[points.selected]],
            y=[points.y[points.selected]],
            mode="markers",
            name="selected",
            marker={"symbol": "circle-open", "size": 26, "color": palette.text, "line": {"width": 2.5}},
            unselected={"marker": {"opacity": 1}},
            hoverinfo="skip",
        )
    )


def _add_numbers(figure: go.Figure, points: ClusterMapPoints, palette: Palette) -> None:
    """Write the number of every cluster above its pick."""
    for row in np.flatnonzero(points.is_pick):
        figure.add_annotation(
            x=points.x[row],
            y=points.y[row],
            yshift=25,
            text=f"<b>{points.cluster[row]}</b>",
            showarrow=False,
            font={"size": 15, "color": palette.text},
            bgcolor=palette.surface,
            bordercolor=palette.text,
            borderwidth=1,
            borderpad=3,
            opacity=0.92,
        )


def _axis_title(text: str, share: float) -> str:
    return f"{text} ({percent(share)} of all)"


def _map_title(points: ClusterMapPoints) -> str:
    return f"{len(points.ids):,} models in {len(points.sizes)} clusters, {separation_words(points.silhouette)}"


def _map_subtitle(points: ClusterMapPoints) -> str:
    what = "hyperparameters" if points.basis is ClusterBasis.HYPERPARAMETERS else "returns per channel"
    return f"Near points have like {what}. The star is the pick of its cluster. Click a point to look at its model."
