"""Response curves of many channels side by side, each on its own scale."""

from collections.abc import Sequence
from typing import NamedTuple

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from mmm_core.charts.ledger_words import amount_text
from mmm_core.charts.set_response import CurvePoints, next_unit_text
from mmm_core.charts.theme import PALETTES, Theme, apply_theme, escape, faint, short_label
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.columns import OutcomeKind

PANEL_HEIGHT = 190


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

    Args:
        points: Of :func:`grid_points`.
        theme: Light or dark.
        n_columns: Panels beside each other; None takes what leaves the fewest empty places.
    """
    n_columns = max(1, min(n_columns or _fitting_columns(len(points.curves)), len(points.curves)))
    n_rows = max(1, -(-len(points.curves) // n_columns))
    height = 40 + PANEL_HEIGHT * n_rows
    titles = [f"<b>{short_label(points.words.names[one.curve.channel], 22)}</b>" for one in points.curves]
    figure = make_subplots(
        rows=n_rows,
        cols=n_columns,
        subplot_titles=titles,
        horizontal_spacing=0.05,
        vertical_spacing=min(64 / height, 0.9 / max(n_rows - 1, 1)),
    )
    for k, one in enumerate(points.curves):
        _add_panel(figure, one, theme, (k // n_columns + 1, k % n_columns + 1))
    palette = PALETTES[theme]
    apply_theme(figure, theme, title=_title(points), subtitle=_subtitle(points), height=height)
    figure.update_layout(showlegend=False, meta={**figure.layout.meta, "top": 26}, margin={"t": 90, "l": 40, "b": 36})
    figure.for_each_annotation(lambda note: note.update(font={"size": 12, "color": palette.text}))
    figure.update_xaxes(nticks=4, zeroline=False, rangemode="tozero", tickfont={"size": 11})
    figure.update_yaxes(nticks=4, rangemode="tozero", tickfont={"size": 11})
    return figure


def _add_panel(figure: go.Figure, one: CurvePoints, theme: Theme, place: tuple[int, int]) -> None:
    curve, words, palette = one.curve, one.words, PALETTES[theme]
    colour = words.colours[curve.channel]
    at = {"row": place[0], "col": place[1]}
    if one.has_range:
        edge = {"x": curve.spend, "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
        figure.add_trace(go.Scatter(**edge, y=curve.low), **at)
        figure.add_trace(go.Scatter(**edge, y=curve.high, fill="tonexty", fillcolor=faint(colour, 0.28)), **at)
    line = {"x": curve.spend, "y": curve.response, "mode": "lines", "line": {"color": colour, "width": 2.5}}
    figure.add_trace(go.Scatter(**line, hoverinfo="skip"), **at)
    text = (
        f"<b>{escape(words.names[curve.channel])}</b><br>mean {words.period}: spend {words.money(curve.mean_spend)}, "
        f"brings {words.outcome(curve.mean_response)}<br>{_next(one)}"
    )
    figure.add_trace(
        go.Scatter(
            x=[curve.mean_spend],
            y=[curve.mean_response],
            mode="markers",
            marker={"size": 9, "color": colour, "line": {"width": 1.5, "color": palette.text}},
            text=[text],
            hovertemplate="%{text}<extra></extra>",
        ),
        **at,
    )
    end = float(curve.spend[-1])
    if not curve.response.max() > 0:
        note = {"text": "brings nothing", "showarrow": False, "font": {"size": 12, "color": palette.muted}}
        figure.add_annotation(x=end / 2, y=0, yshift=16, **note, **at)
    if curve.response.max() > 0 and one.saturated_from < end:
        figure.add_vrect(
            x0=one.saturated_from, x1=end, fillcolor=palette.greys[1], opacity=0.16, line_width=0, layer="below", **at
        )
    if 0 < curve.highest_seen < end:
        figure.add_vline(x=curve.highest_seen, line={"color": palette.zero, "dash": "dot", "width": 1}, **at)


def _fitting_columns(n_panels: int) -> int:
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
