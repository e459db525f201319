"""How far forecasts were off: by date, and by how far ahead."""

from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from mmm_core.charts.backtest import contender_colours
from mmm_core.charts.backtest_words import contender_words, finding
from mmm_core.charts.theme import PALETTES, Theme, apply_theme, percent
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.backtest import Backtest, Contender
from mmm_core.entities.design import FloatArray

WHAT_AN_ERROR_IS = "Off by: sum of all misses over the sum of what came"
TOGETHER = "all together"
GROWING = 1.5
"""From this many times the error of the first half of a horizon on, that of the second is said to have grown."""

_ROW_HEIGHT = 34
_SYMBOLS = {Contender.MODEL: "circle", Contender.NO_MEDIA: "diamond", Contender.NAIVE: "x-thin-open"}


class ErrorPoints(NamedTuple):
    """Errors as shares of the outcome.

    Attributes:
        rows: What each error is of: a date, and last all together; or 1, 2, ... periods ahead.
        errors: By contender, shape (n_rows,) each.
        names: What the contenders are called.
        title: The finding.
        words: Names and units.
    """

    rows: tuple[str, ...]
    errors: dict[Contender, FloatArray]
    names: dict[Contender, str]
    title: str
    words: Vocabulary


def error_points(found: Backtest, words: Vocabulary) -> ErrorPoints | None:
    """Collect errors by date; None while there is no forecast."""
    if not found.forecasts:
        return None
    rows = (*(f"{one.dates[0]:%-d %b %Y}" for one in found.forecasts), TOGETHER)
    errors = {who: np.array([*(one.miss(who) for one in found.forecasts), found.miss(who)]) for who in Contender}
    return ErrorPoints(rows, errors, dict(contender_words(found.question)), finding(found, words), words)


def step_points(found: Backtest, words: Vocabulary) -> ErrorPoints | None:
    """Collect errors by how far ahead; None while there is no forecast."""
    if not found.forecasts:
        return None
    errors = {who: found.miss_by_step(who) for who in Contender}
    rows = tuple(str(step + 1) for step in range(found.question.horizon))
    return ErrorPoints(rows, errors, dict(contender_words(found.question)), _step_title(errors, words), words)


def draw_errors(points: ErrorPoints, theme: Theme = Theme.LIGHT) -> go.Figure:
    """Draw one row per date with a mark per contender: the further left, the better."""
    palette, figure = PALETTES[theme], go.Figure()
    place = np.arange(len(points.rows))
    for who, colour in reversed(contender_colours(palette).items()):
        figure.add_trace(
            go.Scatter(
                x=points.errors[who],
                y=place,
                mode="markers",
                name=points.names[who],
                marker={"color": colour, "size": 12, "symbol": _SYMBOLS[who], "line": {"width": 2, "color": colour}},
                text=[percent(value, 1) for value in points.errors[who]],
                customdata=list(points.rows),
                hovertemplate=f"<b>{points.names[who]}</b><br>%{{customdata}}: off by %{{text}}<extra></extra>",
            )
        )
    height = 150 + _ROW_HEIGHT * len(points.rows)
    apply_theme(
        figure, theme, title=points.title, subtitle=f"{WHAT_AN_ERROR_IS}. Further left is better.", height=height
    )
    figure.add_hline(y=len(points.rows) - 1.5, line={"color": palette.zero, "width": 1})
    figure.update_layout(
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "traceorder": "reversed"},
        margin={"t": 96},
        meta={**(figure.layout.meta or {}), "top": 40},
        xaxis={"title": {"text": "off by, share of the outcome"}, "tickformat": ".0%", "rangemode": "tozero"},
        yaxis={
            "tickmode": "array",
            "tickvals": place,
            "ticktext": [f"from {row}" if row != TOGETHER else row for row in points.rows],
            "range": [len(points.rows) - 0.5, -0.6],
            "zeroline": False,
        },
    )
    return figure


def draw_steps(points: ErrorPoints, theme: Theme = Theme.LIGHT) -> go.Figure:
    """Draw the error of the first period ahead, the second, and so on, as one line per contender."""
    palette, words, figure = PALETTES[theme], points.words, go.Figure()
    dashes = {Contender.MODEL: "solid", Contender.NO_MEDIA: "dash", Contender.NAIVE: "dot"}
    for who, colour in reversed(contender_colours(palette).items()):
        figure.add_trace(
            go.Scatter(
                x=[int(row) for row in points.rows],
                y=points.errors[who],
                name=points.names[who],
                mode="lines+markers",
                line={"color": colour, "width": 3 if who is Contender.MODEL else 2, "dash": dashes[who]},
                marker={"size": 7},
                text=[percent(value, 1) for value in points.errors[who]],
                hovertemplate="off by %{text}",
            )
        )
    apply_theme(figure, theme, title=points.title, subtitle=f"{WHAT_AN_ERROR_IS}, over all dates.", height=400)
    figure.update_layout(
        hovermode="x unified",
        legend={"orientation": "h", "x": 0, "y": -0.2, "yanchor": "top", "traceorder": "reversed"},
        margin={"b": 88},
        xaxis={
            "title": {"text": f"{words.period}s ahead"},
            "zeroline": False,
            **({"dtick": 1} if len(points.rows) <= 16 else {}),
        },
        yaxis={"title": {"text": "off by, share of the outcome"}, "tickformat": ".0%", "rangemode": "tozero"},
    )
    return figure


def _step_title(errors: dict[Contender, FloatArray], words: Vocabulary) -> str:
    own = errors[Contender.MODEL]
    if len(own) == 1:
        return f"Forecasts were off by {percent(float(own[0]), 1)}"
    half = len(own) // 2
    near, far = float(own[:half].mean()), float(own[-half:].mean())
    told = "grow with" if far > GROWING * near else "do not grow with"
    return f"Errors {told} how many {words.period}s ahead: {percent(near, 1)} in the first half, {percent(far, 1)} in the second"
