"""Response curves of many channels side by side, each on its own scale."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from mmm_core.charts.ledger_words import amount_text
from mmm_core.charts.set_response import CurvePoints, next_unit_text
from mmm_core.charts.theme import PALETTES, Theme, apply_theme, escape, faint, short_label
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.columns import OutcomeKind

PANEL_HEIGHT = 190
_GAP = 56  # pixels between rows of panels: tick labels and the title of the next


class GridPoints(NamedTuple):
    """Curves of several channels.

    Attributes:
        curves: Highest spend first.
        n_left_out: Smaller paid channels that are not among them.
        words: Names, colours and units.
    """

    curves: tuple[CurvePoints, ...]
    n_left_out: int
    words: Vocabulary


def grid_points(curves: Sequence[CurvePoints], words: Vocabulary) -> GridPoints:
    """Collect the curves of one model set."""
    return GridPoints(tuple(curves), len(words.paid) - len(curves), words)


def draw_grid(points: GridPoints, theme: Theme = Theme.LIGHT, *, n_columns: int | None = None) -> go.Figure:
    """Draw a small panel per channel: curve with its range, mean spend, saturated range.

    Everything is laid out as one list of each kind: adding to a figure piece by piece takes seconds with forty panels.

    Args:
        points: Of :func:`grid_points`.
        theme: Light or dark.
        n_columns: Panels beside each other; None takes what leaves the fewest empty places.
    """
    n_panels = len(points.curves)
    n_columns = max(1, min(n_columns or fitting_columns(n_panels), n_panels))
    n_rows = -(-n_panels // n_columns)
    height = 40 + PANEL_HEIGHT * n_rows
    panels = [_panel(one, k, place_of(k, n_columns, height), theme) for k, one in enumerate(points.curves)]
    axes = {name: axis for panel in panels for name, axis in panel.axes.items()}
    traces = [trace for panel in panels for trace in panel.traces]
    figure = go.Figure(traces, layout=axes)
    apply_theme(figure, theme, title=_title(points), subtitle=_subtitle(points), height=height)
    figure.update_layout(
        showlegend=False,
        meta={**figure.layout.meta, "top": 26},
        margin={"t": 90, "l": 40, "b": 36},
        shapes=[shape for panel in panels for shape in panel.shapes],
        annotations=[note for panel in panels for note in panel.notes],
    )
    return figure


class _Panel(NamedTuple):
    """What one panel adds to a figure, as Plotly takes it."""

    axes: dict[str, dict[str, object]]
    traces: list[go.Scatter]
    shapes: list[dict[str, object]]
    notes: list[dict[str, object]]


class Place(NamedTuple):
    """Where a panel stands, shares of the figure, from the left and from the bottom."""

    left: float
    right: float
    bottom: float
    top: float


def place_of(k: int, n_columns: int, height: int) -> Place:
    """Where panel ``k`` stands in a figure of so many pixels; ``height`` as :func:`draw_grid` reckons it."""
    plot = height - 126  # what the margins leave
    n_rows = (height - 40) // PANEL_HEIGHT
    gap, room = 0.05, _GAP / plot
    wide, high = (1 - gap * (n_columns - 1)) / n_columns, (1 - room * (n_rows - 1)) / n_rows
    left, top = (k % n_columns) * (wide + gap), 1 - (k // n_columns) * (high + room)
    return Place(left, min(left + wide, 1.0), max(top - high, 0.0), top)


def _panel(one: CurvePoints, k: int, place: Place, theme: Theme) -> _Panel:
    curve, palette = one.curve, PALETTES[theme]
    n, end = "" if k == 0 else str(k + 1), float(curve.spend[-1])
    small = {"nticks": 4, "rangemode": "tozero", "tickfont": {"size": 11}}
    axes: dict[str, dict[str, object]] = {
        f"xaxis{n}": {"domain": [place.left, place.right], "anchor": f"y{n}", "zeroline": False, **small},
        f"yaxis{n}": {"domain": [place.bottom, place.top], "anchor": f"x{n}", **small},
    }
    middle = {
        "x": (place.left + place.right) / 2,
        "xref": "paper",
        "yref": "paper",
        "showarrow": False,
        "xanchor": "center",
    }
    title = f"<b>{short_label(one.words.names[curve.channel], 22)}</b>"
    notes: list[dict[str, object]] = [
        {**middle, "y": place.top, "yanchor": "bottom", "text": title, "font": {"size": 12, "color": palette.text}}
    ]
    shapes: list[dict[str, object]] = []
    within = {"xref": f"x{n}", "yref": f"y{n} domain", "y0": 0, "y1": 1}
    if not curve.response.max() > 0:
        quiet = {"size": 12, "color": palette.muted}
        notes.append({**middle, "y": (place.bottom + place.top) / 2, "text": "brings nothing", "font": quiet})
    elif one.saturated_from < end:
        shade = {"fillcolor": palette.greys[1], "opacity": 0.16, "line": {"width": 0}, "layer": "below"}
        shapes.append({"type": "rect", "x0": one.saturated_from, "x1": end, **within, **shade})
    if 0 < curve.highest_seen < end:
        line = {"color": palette.zero, "dash": "dot", "width": 1}
        shapes.append({"type": "line", "x0": curve.highest_seen, "x1": curve.highest_seen, **within, "line": line})
    return _Panel(axes, _traces(one, n, theme), shapes, notes)


def _traces(one: CurvePoints, n: str, theme: Theme) -> list[go.Scatter]:
    """The range as one closed area, the curve, and the point of the mean spend."""
    curve, words, palette = one.curve, one.words, PALETTES[theme]
    colour = words.colours[curve.channel]
    on = {"xaxis": f"x{n}", "yaxis": f"y{n}"}
    shape = {**on, "mode": "lines", "hoverinfo": "skip"}
    area = go.Scatter(
        x=np.concatenate([curve.spend, curve.spend[::-1]]),
        y=np.concatenate([curve.low, curve.high[::-1]]),
        fill="toself",
        fillcolor=faint(colour, 0.28),
        line={"width": 0},
        **shape,
    )
    line = go.Scatter(x=curve.spend, y=curve.response, line={"color": colour, "width": 2.5}, **shape)
    text = (
        f"<b>{escape(words.names[curve.channel])}</b><br>mean {words.period}: spend {words.money(curve.mean_spend)}, "
        f"brings {words.outcome(curve.mean_response)}<br>{_next(one)}"
    )
    point = go.Scatter(
        x=[curve.mean_spend],
        y=[curve.mean_response],
        mode="markers",
        marker={"size": 9, "color": colour, "line": {"width": 1.5, "color": palette.text}},
        text=[text],
        hovertemplate="%{text}<extra></extra>",
        **on,
    )
    return [area, line, point] if one.has_range else [line, point]


def fitting_columns(n_panels: int) -> int:
    """Four panels beside each other, or three when that leaves fewer places empty."""
    return min((4, 3), key=lambda columns: -n_panels % columns)


def _next(one: CurvePoints) -> str:
    words = one.words
    label = f"next {words.money(1)} brings" if words.kind is OutcomeKind.REVENUE else "next conversion costs"
    return f"{label} {next_unit_text(words, *one.marginal_at_mean)}"


def _title(points: GridPoints) -> str:
    ranked = sorted(
        (one for one in points.curves if one.marginal_at_mean[0] > 0), key=lambda one: -one.marginal_at_mean[0]
    )
    if not ranked:
        return "In this model more spend brings nothing in any channel"
    best, words = ranked[0], points.words
    name = words.names[best.curve.channel]
    if words.kind is OutcomeKind.REVENUE:
        return f"The next {words.money(1)} brings most in {name}: {amount_text(words, *best.marginal_at_mean)}"
    return f"The next conversion is cheapest in {name}: {next_unit_text(words, *best.marginal_at_mean)}"


def _subtitle(points: GridPoints) -> str:
    words = points.words
    text = (
        f"{words.outcome_word.capitalize()} against spend per {words.period}. Point: mean spend; dotted: highest spend "
        "seen; shaded: saturated."
    )
    if points.curves and points.curves[0].has_range:
        text += f" Band: {points.curves[0].curve.interval_label}."
    return f"{text} The {points.n_left_out} smallest channels are left out." if points.n_left_out else text
