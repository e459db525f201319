"""Return per channel and cluster as intervals: what the kinds of explanation say about money."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mmm_core.charts.channel_rows import range_bar
from mmm_core.charts.clusters import cluster_colours, cluster_symbol
from mmm_core.charts.theme import PALETTES, Theme, apply_theme, escape, short_label
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.clusters import ClusterReport
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.design import FloatArray, IntArray

_BAND = 0.8
"""Share of a channel's row that its bars take."""

_BAR_HEIGHT = 21
_MOST_TEXTS = 5
"""With more clusters the numbers beside the bars give way to hover and table."""

_FAR_APART = 12.0
"""Costs whose highest is more than this many times the lowest get a logarithmic axis, as on all charts of returns."""

_CHARACTER = 6.2  # pixels a character takes at 12 px, on average
_GAP = "\u2002"  # keeps the mark of a pick at the end of its bar off the text

_WORTH_A_TITLE = 1.5
"""Times by which picks differ in the return of a channel for the title to say so."""


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
    axis = _axis(points)
    figure = go.Figure()
    for k, colour in enumerate(cluster_colours(len(points.sizes), theme)):
        _add_cluster(figure, points, k, axis, (colour, palette.text))
    _add_break_even(figure, points, palette.muted, axis)
    height = 130 + len(points.channels) * max(40, round(_BAR_HEIGHT * len(points.sizes) / _BAND))
    apply_theme(figure, theme, title=_title(points), subtitle=_subtitle(points), height=height)
    scale = ", logarithmic" if axis.is_log else ""
    figure.update_layout(
        barmode="overlay",
        hovermode="closest",
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom"},
        meta={**figure.layout.meta, "top": 44},
        margin={"r": _room(points)},
        xaxis={
            "title": {"text": f"{words.return_word} ({words.return_unit}{scale})"},
            "type": "log" if axis.is_log else "linear",
            "range": np.log10([axis.start, axis.end]).tolist() if axis.is_log else [axis.start, axis.end],
            "nticks": 8,
        },
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


class _Axis(NamedTuple):
    """Where the axis starts and ends, in the unit of the returns, and its scale."""

    start: float
    end: float
    is_log: bool


def _axis(points: ClusterReturnPoints) -> _Axis:
    values = np.concatenate(_shown(points))
    usable = values[np.isfinite(values) & (values > 0)]
    if not len(usable):
        return _Axis(0.0, 1.0, False)
    low, high = float(usable.min()), float(usable.max())
    if points.words.kind is OutcomeKind.CONVERSION and high > _FAR_APART * low:
        return _Axis(low / 1.5, high * 1.5, True)
    return _Axis(0.0, high * 1.03, False)


def _shown(points: ClusterReturnPoints) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Value, low and high end as they are drawn: returns, or costs, whose ends change places."""
    if points.words.kind is OutcomeKind.REVENUE:
        return points.value, points.low, points.high
    with np.errstate(divide="ignore"):
        value, low, high = (np.where(a > 0, 1 / a, np.inf) for a in (points.value, points.high, points.low))
    return value, low, high


def _add_cluster(figure: go.Figure, points: ClusterReturnPoints, k: int, axis: _Axis, colours: tuple[str, str]) -> None:
    """Add the bars and picks of one cluster; what has no limit goes to the end of the axis."""
    value, low, high = (ends[k] for ends in _shown(points))
    thickness = _BAND / len(points.sizes)
    rows = np.arange(len(points.channels)) - _BAND / 2 + thickness * (k + 0.5)
    name = f"cluster {k + 1} ({_spread(int(points.sizes[k]))})"
    said = {
        "customdata": [_hover(points, k, j) for j in range(len(rows))],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    figure.add_trace(
        range_bar(rows, low, high, (axis.start, axis.end), width=thickness * 0.74).update(
            name=name,
            legendgroup=name,
            marker={"color": colours[0]},
            text=[_beside(points, k, j) for j in range(len(rows))],
            textposition="outside",
            textangle=0,
            textfont={"size": 12, "color": colours[1]},
            constraintext="none",
            cliponaxis=False,
            **said,
        )
    )
    figure.add_trace(
        go.Scatter(
            x=np.where(np.isfinite(value), np.clip(value, axis.start, axis.end), np.nan),
            y=rows,
            mode="markers",
            name=f"pick of cluster {k + 1}",
            legendgroup=name,
            showlegend=False,
            marker={
                "symbol": cluster_symbol(k + 1),
                "size": 9,
                "color": "#ffffff",
                "line": {"width": 1.6, "color": "#000000"},
            },
            **said,
        )
    )


def _room(points: ClusterReturnPoints) -> int:
    """Pixels the longest text beside a bar takes."""
    rows, columns = points.value.shape
    return 12 + round(_CHARACTER * max(len(_beside(points, k, j)) for k in range(rows) for j in range(columns)))


def _beside(points: ClusterReturnPoints, k: int, j: int) -> str:
    words = points.words
    if len(points.sizes) > _MOST_TEXTS:
        return f"{_GAP}{k + 1}"
    value, spread = (
        words.returns(float(points.value[k, j])),
        words.interval(float(points.low[k, j]), float(points.high[k, j])),
    )
    return f"{_GAP}{k + 1}: {value}" if value == spread else f"{_GAP}{k + 1}: {value} ({spread})"


def _hover(points: ClusterReturnPoints, k: int, j: int) -> str:
    words, size = points.words, int(points.sizes[k])
    without = int(points.n_without_effect[k, j])
    spread = words.interval(float(points.low[k, j]), float(points.high[k, j]))
    text = (
        f"<b>{escape(words.names[points.channels[j]])}, cluster {k + 1}</b><br>{words.return_word} of the pick "
        f"{words.returns(float(points.value[k, j]))}<br>{spread}, {_spread(size)}"
    )
    return f"{text}<br>no effect in {without:,} of them" if without else text


def _add_break_even(figure: go.Figure, points: ClusterReturnPoints, colour: str, axis: _Axis) -> None:
    if not points.break_even:
        return
    line = 1 / points.break_even if points.words.kind is OutcomeKind.CONVERSION else points.break_even
    if not axis.start <= line <= axis.end:
        return
    figure.add_vline(x=line, line={"color": colour, "dash": "dash", "width": 1.5})
    figure.add_annotation(
        x=float(np.log10(line)) if axis.is_log else line,  # annotations on a logarithmic axis count in powers of ten
        y=0,
        yref="paper",
        text="break-even",
        font={"size": 11, "color": colour},
        xanchor="right" if line > axis.end / 2 else "left",
        yanchor="bottom",
        showarrow=False,
    )


def _title(points: ClusterReturnPoints) -> str:
    """The channel of which picks differ most per unit of spend, if one is far above another."""
    word, names = points.words.return_word, points.words.names
    value = np.nan_to_num(points.value, nan=0.0, posinf=0.0)
    best, worst = value.max(axis=0), value.min(axis=0)
    j = int(np.argmax(best - worst))
    if best[j] <= _WORTH_A_TITLE * worst[j]:
        return f"{word} per channel is much the same in all clusters"
    ends = [points.words.returns(float(worst[j])), points.words.returns(float(best[j]))]
    if points.words.kind is OutcomeKind.CONVERSION:
        ends.reverse()  # the best return is the lowest cost
    return f"The picks disagree most about {names[points.channels[j]]}: {word} {ends[0]} to {ends[1]}"


def _subtitle(points: ClusterReturnPoints) -> str:
    text = "Bar: lowest to highest across the models of a cluster, not a sampling error. Mark: its pick."
    if points.words.kind is OutcomeKind.CONVERSION and points.n_without_effect.any():
        return f"{text} Where models win nothing, the cost has no limit: the bar goes to the end."
    return text


def _spread(n_models: int) -> str:
    return f"spread across {n_models:,} model{'' if n_models == 1 else 's'}"
