"""Return per channel and cluster as intervals: what the kinds of explanation say about money."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mmm_core.charts.clusters import cluster_colours, cluster_symbol
from mmm_core.charts.theme import PALETTES, Theme, apply_theme, escape, short_label
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.clusters import ClusterReport
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.design import FloatArray, IntArray

_BAND = 0.78
"""Share of a channel's row that its bars take."""

_MOST_MEDIANS = 5
"""A cost beyond this many times the median is drawn to the edge with an arrow: nothing won costs without limit."""


class ClusterReturnPoints(NamedTuple):
    """Return on spend per cluster and channel; rows are clusters, columns are ``channels``.

    Attributes:
        channels: Paid channel keys, highest spend first.
        value: Of each cluster's pick, outcome per unit of spend, shape (n_clusters, n_channels).
        low: Lowest across the models of the cluster, same shape.
        high: Highest, same shape.
        n_without_effect: Models of the cluster that credit the channel with nothing, same shape.
        sizes: Models per cluster, shape (n_clusters,).
        break_even: Outcome per unit of spend at which a channel pays for itself; None when unknown.
        words: Names and units.
    """

    channels: tuple[str, ...]
    value: FloatArray
    low: FloatArray
    high: FloatArray
    n_without_effect: IntArray
    sizes: IntArray
    break_even: float | None
    words: Vocabulary


def cluster_return_points(
    report: ClusterReport, words: Vocabulary, *, break_even: float | None = None, most_channels: int | None = None
) -> ClusterReturnPoints:
    """Collect returns per cluster and channel.

    Args:
        report: The clusters of a run.
        words: Names and units.
        break_even: Break-even ROAS.
        most_channels: Only the channels of the highest spend; None takes all.
    """
    channels = words.paid[:most_channels]
    order = [report.paid_names.index(name) for name in channels]
    return ClusterReturnPoints(
        channels=channels,
        value=np.array([cluster.roas[order] for cluster in report.clusters]),
        low=np.array([cluster.roas_low[order] for cluster in report.clusters]),
        high=np.array([cluster.roas_high[order] for cluster in report.clusters]),
        n_without_effect=np.array([cluster.n_without_effect[order] for cluster in report.clusters]),
        sizes=np.array([cluster.n_models for cluster in report.clusters]),
        break_even=break_even,
        words=words,
    )


def draw_cluster_returns(points: ClusterReturnPoints, theme: Theme = Theme.LIGHT) -> go.Figure:
    """Draw a bar from low to high per channel and cluster, and the value of the cluster's pick in its shape."""
    words, palette = points.words, PALETTES[theme]
    value, low, high = _shown(points)
    reach = _reach(value, high, is_cost=words.kind is OutcomeKind.CONVERSION)
    figure = go.Figure()
    for k, colour in enumerate(cluster_colours(len(points.sizes), theme)):
        _add_cluster(figure, points, k, (value[k], low[k], high[k], reach), (colour, palette.text))
    _add_break_even(figure, points, palette.muted)
    n_clusters = len(points.sizes)
    height = 110 + round(len(points.channels) * max(34, 15 * n_clusters + 14))
    apply_theme(figure, theme, title=_title(points), subtitle=_subtitle(high, reach, words), height=height)
    figure.update_layout(
        barmode="overlay",
        hovermode="closest",
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom"},
        meta={**figure.layout.meta, "top": 44},
        xaxis={"title": {"text": f"{words.return_word} ({words.return_unit})"}, "range": [0, reach * 1.08]},
        yaxis={
            "tickmode": "array",
            "tickvals": list(range(len(points.channels))),
            "ticktext": [short_label(words.names[name], 18) for name in points.channels],
            "range": [len(points.channels) - 0.5, -0.5],
            "showgrid": False,
            "zeroline": False,
        },
    )
    for edge in range(1, len(points.channels)):
        figure.add_hline(y=edge - 0.5, line={"color": palette.grid, "width": 1})
    return figure


def cluster_returns_frame(points: ClusterReturnPoints) -> pd.DataFrame:
    """One row per channel and cluster: the pick's return and its spread; for conversions the cost beside it."""
    rows = [(k, j) for j in range(len(points.channels)) for k in range(len(points.sizes))]
    frame = pd.DataFrame(
        {
            "channel": [points.channels[j] for _, j in rows],
            "cluster": [k + 1 for k, _ in rows],
            "roas": [points.value[k, j] for k, j in rows],
            "low": [points.low[k, j] for k, j in rows],
            "high": [points.high[k, j] for k, j in rows],
            "models_without_effect": [int(points.n_without_effect[k, j]) for k, j in rows],
            "interval": [_spread(int(points.sizes[k])) for k, _ in rows],
        }
    )
    if points.words.kind is OutcomeKind.CONVERSION:
        value = frame["roas"].to_numpy(np.float64)
        frame.insert(3, "cost_per_conversion", np.divide(1.0, value, out=np.full(len(value), np.nan), where=value > 0))
    return frame


def _add_cluster(
    figure: go.Figure,
    points: ClusterReturnPoints,
    k: int,
    ends: tuple[FloatArray, FloatArray, FloatArray, float],
    colours: tuple[str, str],
) -> None:
    value, low, high, reach = ends
    thickness = _BAND / len(points.sizes)
    rows = np.arange(len(points.channels)) - _BAND / 2 + thickness * (k + 0.5)
    name = f"cluster {k + 1} ({_spread(int(points.sizes[k]))})"
    hover = [_hover(points, k, j) for j in range(len(points.channels))]
    base, end = np.minimum(low, reach), np.minimum(high, reach)
    figure.add_trace(
        go.Bar(
            orientation="h",
            y=rows,
            x=end - base,
            base=base,
            width=thickness * 0.72,
            name=name,
            legendgroup=name,
            marker={"color": colours[0], "opacity": 0.8},
            text=[f"{k + 1} →" if above else f"{k + 1}" for above in high > reach],
            textposition="outside",
            textfont={"size": 11, "color": colours[1]},
            cliponaxis=False,
            customdata=hover,
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    marker = {
        "symbol": cluster_symbol(k + 1),
        "size": 9,
        "color": "#ffffff",
        "line": {"width": 1.6, "color": "#000000"},
    }
    figure.add_trace(
        go.Scatter(
            x=np.where(np.isfinite(value) & (value <= reach), value, np.nan),
            y=rows,
            mode="markers",
            name=f"pick of cluster {k + 1}",
            legendgroup=name,
            showlegend=False,
            marker=marker,
            customdata=hover,
            hovertemplate="%{customdata}<extra></extra>",
        )
    )


def _hover(points: ClusterReturnPoints, k: int, j: int) -> str:
    words, size = points.words, int(points.sizes[k])
    without = int(points.n_without_effect[k, j])
    spread = words.interval(float(points.low[k, j]), float(points.high[k, j]))
    text = (
        f"<b>{escape(words.names[points.channels[j]])}, cluster {k + 1}</b><br>{words.return_word} of the pick "
        f"{words.returns(float(points.value[k, j]))}<br>{spread}, {_spread(size)}"
    )
    return f"{text}<br>no effect in {without:,} of them" if without else text


def _add_break_even(figure: go.Figure, points: ClusterReturnPoints, colour: str) -> None:
    if not points.break_even:
        return
    line = 1 / points.break_even if points.words.kind is OutcomeKind.CONVERSION else points.break_even
    figure.add_vline(
        x=line,
        line={"color": colour, "dash": "dash", "width": 1.5},
        annotation={"text": "break-even", "font": {"size": 11, "color": colour}},
        annotation_position="bottom right",
    )


def _shown(points: ClusterReturnPoints) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Value, low and high end as drawn: costs are the inverse, so the ends change places."""
    if points.words.kind is OutcomeKind.REVENUE:
        return points.value, points.low, points.high
    with np.errstate(divide="ignore"):
        value, low, high = (np.where(a > 0, 1 / a, np.inf) for a in (points.value, points.high, points.low))
    return value, low, high


def _reach(value: FloatArray, high: FloatArray, *, is_cost: bool) -> float:
    """How far the axis goes: to the largest value, but for costs not to those of hardly any effect."""
    finite = np.concatenate([value[np.isfinite(value)], high[np.isfinite(high)]])
    if not len(finite) or finite.max() <= 0:
        return 1.0
    largest = float(finite.max())
    return min(largest, _MOST_MEDIANS * float(np.median(finite))) if is_cost else largest


def _title(points: ClusterReturnPoints) -> str:
    """The channel the clusters disagree most about, judged by the returns of their picks."""
    word, names = points.words.return_word, points.words.names
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = points.value.max(axis=0) / np.where(points.value.min(axis=0) > 0, points.value.min(axis=0), np.nan)
    ratio = np.where(points.value.max(axis=0) > 0, np.nan_to_num(ratio, nan=np.inf), 1.0)
    worst = int(np.argmax(ratio))
    if len(points.sizes) < 2 or not ratio[worst] > 1.5:
        return f"{word} per channel is much the same in all clusters"
    most, least = (
        points.words.returns(float(end)) for end in (points.value[:, worst].max(), points.value[:, worst].min())
    )
    return f"The clusters disagree most about {names[points.channels[worst]]}: {word} {least} to {most}"


def _subtitle(high: FloatArray, reach: float, words: Vocabulary) -> str:
    text = "Bar: lowest to highest across the models of a cluster, not a sampling error. Mark: its pick."
    if words.kind is OutcomeKind.CONVERSION and (high > reach).any():
        return f"{text} Arrow: the cost goes on, without limit where a model wins nothing."
    return text


def _spread(n_models: int) -> str:
    return f"spread across {n_models:,} model{'' if n_models == 1 else 's'}"
