"""Response curves with where a channel stands today and where the plan puts it."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from mmm_core.charts.budget_words import extrapolated_names, has_interval
from mmm_core.charts.theme import PALETTES, Theme, apply_theme, arrange, hover_text, short_label
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.budget import BudgetPlan
from mmm_core.entities.design import FloatArray
from mmm_core.entities.model_set import SetCurve
from mmm_core.entities.naming import join_words

PANEL_HEIGHT = 210
_HEAD = 84
_MOST_NAMED = 3


class PlannedCurve(NamedTuple):
    """One channel's curve and its two points, per period.

    Attributes:
        channel: Channel key.
        spend: Currency, ascending, shape (n_points,).
        response: Outcome, same shape.
        low: Low end over the models, same shape.
        high: High end, same shape.
        today: Spend and response today.
        planned: Spend and response as planned.
        highest_seen: Largest spend of one period in history; the curve beyond it is extrapolation.
    """

    channel: str
    spend: FloatArray
    response: FloatArray
    low: FloatArray
    high: FloatArray
    today: tuple[float, float]
    planned: tuple[float, float]
    highest_seen: float


class PlannedCurves(NamedTuple):
    """Curves of several channels.

    Attributes:
        curves: Highest spend in history first.
        n_left_out: Paid channels that are not among them.
        has_interval: Whether low and high are a range.
        interval_label: What they are.
        beyond: Names of channels planned beyond what was seen.
        words: Names, colours and units.
    """

    curves: tuple[PlannedCurve, ...]
    n_left_out: int
    has_interval: bool
    interval_label: str
    beyond: tuple[str, ...]
    words: Vocabulary


def planned_curves(plan: BudgetPlan, curves: Sequence[SetCurve], words: Vocabulary) -> PlannedCurves:
    """Put today's spend and the plan on response curves of the same model set."""
    names = [str(name) for name in plan.channels["channel"]]
    both = plan.channels[["initial_spend", "spend"]].to_numpy(np.float64)
    collected = []
    for curve in curves:
        spends = both[names.index(curve.channel)].tolist()
        today, planned = np.interp(spends, curve.spend, curve.response).tolist()
        collected.append(
            PlannedCurve(
                channel=curve.channel,
                spend=curve.spend,
                response=curve.response,
                low=curve.low,
                high=curve.high,
                today=(spends[0], today),
                planned=(spends[1], planned),
                highest_seen=curve.highest_seen,
            )
        )
    return PlannedCurves(
        curves=tuple(collected),
        n_left_out=len(words.paid) - len(collected),
        has_interval=has_interval(plan),
        interval_label=plan.interval_label,
        beyond=extrapolated_names(plan, words),
        words=words,
    )


def draw_planned_curves(points: PlannedCurves, theme: Theme = Theme.LIGHT, *, columns: int = 2) -> go.Figure:
    """Draw a panel per channel: the curve, dotted beyond what was seen, a ring for today and a point for the plan."""
    words = points.words
    columns = max(1, min(columns, len(points.curves)))
    n_rows = max(1, -(-len(points.curves) // columns))
    height = _HEAD + PANEL_HEIGHT * n_rows
    figure = make_subplots(
        rows=n_rows,
        cols=columns,
        horizontal_spacing=0.09,
        vertical_spacing=min(62 / height, 0.9 / max(n_rows - 1, 1)),
        subplot_titles=[f"<b>{short_label(words.names[curve.channel], 26)}</b>" for curve in points.curves],
    )
    for position, curve in enumerate(points.curves):
        _add_curve(figure, curve, points, theme, {"row": position // columns + 1, "col": position % columns + 1})
    apply_theme(figure, theme, title=_title(points), subtitle=_note(points), height=height)
    look = {"font": {"size": 12.5, "color": PALETTES[theme].text}}
    layout = {
        "showlegend": False,
        "hovermode": "closest",
        "margin": {"t": _HEAD + 26, "b": 34, "l": 52, "r": 12},
        "meta": {"top": 30},
        "annotations": [note.to_plotly_json() | look for note in figure.layout.annotations],
    }
    axis = {"rangemode": "tozero", "tickformat": "~s"}
    arrange(figure, layout, xaxes=axis | {"nticks": 5}, yaxes=axis | {"nticks": 4, "automargin": False})
    return figure


def _add_curve(figure: go.Figure, curve: PlannedCurve, points: PlannedCurves, theme: Theme, at: dict[str, int]) -> None:
    words, palette = points.words, PALETTES[theme]
    colour, name = words.colours[curve.channel], hover_text(words.names[curve.channel])
    if points.has_interval:
        edge = {"x": curve.spend, "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
        figure.add_trace(go.Scatter(y=curve.low, **edge), **at)
        figure.add_trace(go.Scatter(y=curve.high, fill="tonexty", fillcolor=_faint(colour), **edge), **at)
    seen = curve.spend <= curve.highest_seen
    last = int(seen.sum())
    hover = f"{name}<br>%{{customdata[0]}} a {words.period} bring %{{customdata[1]}}<extra></extra>"
    for part, dash in ((slice(0, last), "solid"), (slice(max(last - 1, 0), None), "dot")):
        spend, response = curve.spend[part], curve.response[part]
        texts = [[words.money(float(x)), words.outcome(float(y))] for x, y in zip(spend, response, strict=True)]
        line = {"color": colour, "width": 2.5, "dash": dash}
        trace = go.Scatter(x=spend, y=response, mode="lines", line=line, customdata=texts, hovertemplate=hover)
        figure.add_trace(trace, **at)
    for when, (x, y), symbol in (("today", curve.today, "circle-open"), ("plan", curve.planned, "circle")):
        figure.add_trace(
            go.Scatter(
                x=[x],
                y=[y],
                mode="markers",
                marker={
                    "symbol": symbol,
                    "size": 12,
                    "color": palette.text,
                    "line": {"width": 2.5, "color": palette.text},
                },
                customdata=[[words.money(x), words.outcome(y)]],
                hovertemplate=hover.replace(name, f"<b>{name}</b>, {when}", 1),
            ),
            **at,
        )


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.2)"


def _title(points: PlannedCurves) -> str:
    if not any(curve.response.max(initial=0.0) > 0 for curve in points.curves):
        return "More spend brings nothing in any channel, say these models"
    if not points.beyond:
        return f"The plan stays within what was spent in one {points.words.period} before"
    shown = list(points.beyond[:_MOST_NAMED])
    named = join_words([*shown, "others"] if len(points.beyond) > _MOST_NAMED else shown)
    verb = "goes" if len(points.beyond) == 1 else "go"
    return f"{named} {verb} beyond what was ever spent in one {points.words.period}: there the curve is a guess"


def _note(points: PlannedCurves) -> str:
    words = points.words
    note = f"{words.outcome_word.capitalize()} per {words.period} at other levels of spend."
    note += " Ring: today. Point: the plan. Dotted: never seen."
    if points.has_interval:
        note += f" Band: {points.interval_label}."
    if points.n_left_out:
        note += f" The {points.n_left_out} smallest channels are left out."
    return note
