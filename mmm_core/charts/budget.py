"""A budget plan: spend and what it brings before and after, its moves, and its uplift model by model."""

import itertools
import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from mmm_core.charts.budget_words import (
    Move,
    agreement_text,
    effect_title,
    has_interval,
    horizon,
    interval_sentence,
    moves_of,
    signed,
    signed_money,
)
from mmm_core.charts.theme import PALETTES, Theme, apply_theme, arrange, hover_text, short_label
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.budget import BudgetPlan
from mmm_core.entities.design import FloatArray

TODAY, PLANNED = "today", "plan"
_CHARACTER = 6.6  # pixels a character takes at 12 px, on average
_ROW = 40
_MOVE_ROOM = 1.6  # of the longest bar, so that numbers beside the bars fit on a narrow screen


class PlanPoints(NamedTuple):
    """Spend and response per channel, today and as planned; all per period.

    Attributes:
        channels: Keys, highest spend in history first.
        initial_spend: Currency, shape (n_channels,).
        spend: Same shape.
        initial_response: Outcome, same shape.
        response: Same shape.
        response_low: Low end over the models, same shape.
        response_high: High end, same shape.
        is_extrapolated: Whether a planned period goes beyond the highest spend seen, same shape.
        status: "free", "low", "high" or "locked" per channel.
        has_interval: Whether low and high are a range.
        title: The finding.
        words: Names, colours and units.
    """

    channels: tuple[str, ...]
    initial_spend: FloatArray
    spend: FloatArray
    initial_response: FloatArray
    response: FloatArray
    response_low: FloatArray
    response_high: FloatArray
    is_extrapolated: NDArray[np.bool_]
    status: tuple[str, ...]
    has_interval: bool
    title: str
    words: Vocabulary


class MovePoints(NamedTuple):
    """What changes, largest first.

    Attributes:
        moves: Changes worth a bar.
        agreement: What stands beside each: the share of models that agree.
        n_kept: Paid channels that keep their spend.
        words: Names, colours and units.
    """

    moves: tuple[Move, ...]
    agreement: tuple[str, ...]
    n_kept: int
    words: Vocabulary


class UpliftPoints(NamedTuple):
    """What the plan brings more than today, model by model.

    Attributes:
        by_model: Outcome over the horizon, shape (n_models,).
        uplift: Point estimate.
        low: Low end.
        high: High end.
        n_better: Models in which the plan brings more.
        horizon: ``over 13 weeks``.
        note: What the range is.
        words: Names, colours and units.
    """

    by_model: FloatArray
    uplift: float
    low: float
    high: float
    n_better: int
    horizon: str
    note: str
    words: Vocabulary


def plan_points(plan: BudgetPlan, words: Vocabulary) -> PlanPoints:
    """Collect spend and response of every paid channel, highest spend in history first."""
    rows = plan.channels.set_index("channel").loc[list(words.paid)]
    numbers = {
        name: rows[name].to_numpy(np.float64)
        for name in ("initial_spend", "spend", "initial_response", "response", "response_low", "response_high")
    }
    return PlanPoints(
        channels=words.paid,
        is_extrapolated=rows["is_extrapolated"].to_numpy(np.bool_),
        status=tuple(map(str, rows["limit_status"])),
        has_interval=has_interval(plan),
        title=effect_title(plan, words),
        words=words,
        **numbers,
    )


def move_points(plan: BudgetPlan, words: Vocabulary) -> MovePoints:
    """Collect the changes worth a bar, with the share of models that agree."""
    moves = moves_of(plan)
    return MovePoints(
        moves=moves,
        agreement=tuple(agreement_text(move, plan, words) for move in moves),
        n_kept=len(plan.channels) - len(moves),
        words=words,
    )


def uplift_points(plan: BudgetPlan, words: Vocabulary, counts: NDArray[np.bool_] | None = None) -> UpliftPoints:
    """Collect the uplift of every model.

    Args:
        plan: The plan.
        words: Names, colours and units.
        counts: Which models of the set count, shape (n_models,); None means all.
    """
    by_model = plan.by_model if counts is None else plan.by_model[counts]
    return UpliftPoints(
        by_model=by_model,
        uplift=plan.uplift,
        low=plan.uplift_low,
        high=plan.uplift_high,
        n_better=int((by_model > 0).sum()),
        horizon=horizon(plan, words),
        note=interval_sentence(plan),
        words=words,
    )


def draw_plan(points: PlanPoints, theme: Theme = Theme.LIGHT, *, is_narrow: bool = False) -> go.Figure:
    """Draw two bars per channel, today and plan: spend left, what it brings right (below on narrow screens)."""
    words = points.words
    rows, columns = (2, 1) if is_narrow else (1, 2)
    titles = [f"spend per {words.period}", f"{words.outcome_word} it brings per {words.period}"]
    panel = 40 + _ROW * len(points.channels)
    figure = make_subplots(
        rows=rows,
        cols=columns,
        shared_yaxes=not is_narrow,
        horizontal_spacing=0.06,
        vertical_spacing=min(0.5, 74 / (2 * panel)),
        subplot_titles=titles,
    )
    second = (2, 1) if is_narrow else (1, 2)
    _add_pair(figure, points, theme, (1, 1), (points.initial_spend, points.spend), words.money)
    _add_pair(figure, points, theme, second, (points.initial_response, points.response), words.outcome)
    apply_theme(figure, theme, title=points.title, subtitle=_plan_note(points), height=panel * rows + 70)
    _lay_out_pairs(figure, points, theme)
    return figure


def draw_moves(points: MovePoints, theme: Theme = Theme.LIGHT) -> go.Figure:
    """Draw a bar per move, to the right for more and to the left for less, with who agrees beside it."""
    words, palette = points.words, PALETTES[theme]
    changes = np.array([move.change for move in points.moves], dtype=np.float64)
    rows = list(range(len(changes)))
    figure = go.Figure(
        go.Bar(
            orientation="h",
            y=rows,
            x=changes,
            marker={"color": [words.colours[move.channel] for move in points.moves]},
            customdata=[[signed_money(move.change, words), said] for move, said in _said(points)],
            text=[signed_money(change, words) for change in changes],
            textposition="outside",
            cliponaxis=False,
            textfont={"color": palette.text, "size": 12},
            hovertemplate="%{customdata[0]} a " + words.period + "<br>%{customdata[1]}<extra></extra>",
            showlegend=False,
        )
    )
    kept = f" {points.n_kept} channels keep their spend." if points.n_kept > 1 else ""
    kept = " One channel keeps its spend." if points.n_kept == 1 else kept
    note = f"Change of spend per {words.period}, largest first.{kept}"
    apply_theme(figure, theme, title=_moves_title(points), subtitle=note, height=92 + 46 * max(1, len(rows)))
    reach = float(np.abs(changes).max(initial=0.0)) * _MOVE_ROOM or 1.0
    names = [short_label(words.names[move.channel], 18) for move in points.moves]
    layout = {"bargap": 0.62, "margin": {"b": 36, "r": 24}, "annotations": _beside(points, theme)}
    span = [-reach if changes.min(initial=0) < 0 else 0, reach]
    ends = [max(len(names), 1) - 0.35, -0.5]  # room for the text below the last bar
    arrange(figure, layout, xaxes={"range": span, "tickformat": "~s"}, yaxes=row_axis(names) | {"range": ends})
    return figure


def _beside(points: MovePoints, theme: Theme) -> list[dict[str, object]]:
    """Below every bar, who agrees."""
    look = {"xref": "paper", "x": 0, "xanchor": "left", "showarrow": False, "yshift": -19, "yanchor": "middle"}
    font = {"size": 11, "color": PALETTES[theme].muted}
    return [look | {"y": row, "text": hover_text(said), "font": font} for row, said in enumerate(points.agreement)]


def draw_uplift(points: UpliftPoints, theme: Theme = Theme.LIGHT) -> go.Figure:
    """Draw how many models say how much the plan brings more than today, with today as the zero line."""
    words, palette = points.words, PALETTES[theme]
    counts, edges = np.histogram(points.by_model, bins=min(24, max(5, round(math.sqrt(len(points.by_model)) * 1.5))))
    middles = (edges[:-1] + edges[1:]) / 2
    figure = go.Figure(
        go.Bar(
            x=middles,
            y=counts,
            width=np.diff(edges),
            marker={
                "color": [palette.fitted if middle > 0 else palette.other for middle in middles],
                "line": {"color": palette.surface, "width": 1},
            },
            customdata=[[signed(a, words), signed(b, words)] for a, b in itertools.pairwise(edges)],
            hovertemplate="%{customdata[0]} to %{customdata[1]}: %{y} models<extra></extra>",
        )
    )
    figure.add_vline(
        x=0,
        line={"color": palette.zero, "width": 1.5},
        annotation={"text": "as today", "font": {"size": 11, "color": palette.muted}},
    )
    figure.add_vline(
        x=points.uplift,
        line={"color": palette.text, "width": 2},
        annotation={
            "text": f"point estimate {signed(points.uplift, words)}",
            "font": {"size": 11, "color": palette.text},
            "yshift": -14,
        },
    )
    count = len(points.by_model)
    title = f"The plan brings more than today's spend in {points.n_better:,} of {count:,} models"
    apply_theme(figure, theme, title=title, subtitle=points.note, height=280)
    figure.update_layout(
        bargap=0,
        showlegend=False,
        xaxis={
            "title": {"text": f"more {words.outcome_word} {points.horizon} ({words.outcome_unit})"},
            "tickformat": "~s",
        },
        yaxis={"title": {"text": "models"}},
    )
    return figure


def _add_pair(
    figure: go.Figure,
    points: PlanPoints,
    theme: Theme,
    where: tuple[int, int],
    pair: tuple[FloatArray, FloatArray],
    write: Callable[[float], str],
) -> None:
    """Add the bars of today and of the plan to one panel; the range of the plan stands on what it brings."""
    words, palette = points.words, PALETTES[theme]
    rows = np.arange(len(points.channels))
    is_response = where != (1, 1)
    looks = (
        (TODAY, pair[0], {"color": palette.other}, -0.2),
        (PLANNED, pair[1], _plan_marker(points, theme), 0.2),
    )
    for name, values, marker, shift in looks:
        texts = [write(float(value)) for value in values]
        ranged = is_response and name == PLANNED and points.has_interval
        figure.add_trace(
            go.Bar(
                orientation="h",
                y=rows + shift,
                x=values,
                width=0.36,
                name=name,
                legendgroup=name,
                showlegend=False,
                marker=marker,
                customdata=[
                    [hover_text(words.names[key]), text] for key, text in zip(points.channels, texts, strict=True)
                ],
                error_x=_error_bars(points, theme) if ranged else None,
                text=None if ranged else texts,
                textposition="outside",
                textfont={"size": 11, "color": palette.muted},
                cliponaxis=False,
                hovertemplate=f"<b>%{{customdata[0]}}</b>, {name}<br>%{{customdata[1]}} a {words.period}<extra></extra>",
            ),
            row=where[0],
            col=where[1],
        )


def _plan_marker(points: PlanPoints, theme: Theme) -> dict[str, object]:
    """The channel's colour, hatched where the plan goes beyond what was seen."""
    return {
        "color": [points.words.colours[name] for name in points.channels],
        "pattern": {
            "shape": ["/" if beyond else "" for beyond in points.is_extrapolated],
            "fgcolor": PALETTES[theme].surface,
            "fgopacity": 0.8,
            "size": 6,
            "fillmode": "overlay",
        },
    }


def _error_bars(points: PlanPoints, theme: Theme) -> dict[str, object]:
    return {
        "type": "data",
        "symmetric": False,
        "array": np.maximum(points.response_high - points.response, 0),
        "arrayminus": np.maximum(points.response - points.response_low, 0),
        "color": PALETTES[theme].text,
        "thickness": 1.2,
        "width": 4,
    }


def _lay_out_pairs(figure: go.Figure, points: PlanPoints, theme: Theme) -> None:
    spend, response = points.spend, points.response_high if points.has_interval else points.response
    reaches = (max(spend.max(), points.initial_spend.max()), max(response.max(), points.initial_response.max()))
    layout: dict[str, object] = {
        "barmode": "overlay",
        "margin": {"b": 30, "r": 40, "t": 104},
        "meta": {"top": 30},
        "annotations": panel_titles(figure, theme),
    }
    for axis, reach in zip(("xaxis", "xaxis2"), reaches, strict=True):
        layout[axis] = {"range": [0, float(reach) * 1.22 or 1.0]}
    names = [short_label(points.words.names[name], 18) for name in points.channels]
    arrange(figure, layout, xaxes={"tickformat": "~s", "nticks": 5}, yaxes=row_axis(names))


def panel_titles(figure: go.Figure, theme: Theme) -> list[dict[str, object]]:
    """The titles of two panels, each where its panel starts; make_subplots centres them."""
    starts = [axis.domain[0] for axis in (figure.layout.xaxis, figure.layout.xaxis2)]
    look = {"font": {"size": 12.5, "color": PALETTES[theme].muted}, "xanchor": "left"}
    notes = [note.to_plotly_json() for note in figure.layout.annotations]
    return [note | look | {"x": max(start for start in starts if start <= note["x"])} for note in notes]


def row_axis(names: list[str]) -> dict[str, object]:
    """A vertical axis with a row per name, the first on top."""
    return {
        "tickmode": "array",
        "tickvals": list(range(len(names))),
        "ticktext": names,
        "range": [len(names) - 0.5, -0.5],
        "showgrid": False,
        "zeroline": False,
    }


def _plan_note(points: PlanPoints) -> str:
    note = "Grey: today. Colour: the plan."
    if points.is_extrapolated.any():
        note += f" Hatched: beyond the highest spend of one {points.words.period} seen."
    if points.has_interval:
        note += " Lines: range over the models."
    return note


def _moves_title(points: MovePoints) -> str:
    if not points.moves:
        return "Nothing is moved"
    first = points.moves[0]
    verb = "gets more" if first.change > 0 else "gives up most"
    title = f"{points.words.names[first.channel]} {verb}: {signed_money(first.change, points.words)} a {points.words.period}"
    return title if not points.agreement[0] else f"{title} ({points.agreement[0]})"


def _said(points: MovePoints) -> list[tuple[Move, str]]:
    return list(zip(points.moves, points.agreement, strict=True))
