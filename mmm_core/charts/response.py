"""Response curves: what a channel brings per period at other levels of spend, in one model."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from mmm_core.charts.theme import MAX_STACKED_CHANNELS, PALETTES, Theme, apply_theme, hover_text, short_label
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.design import FloatArray
from mmm_core.entities.fitted_model import ResponseCurve

HEIGHT = 440


class ChannelResponse(NamedTuple):
    """One curve.

    Attributes:
        channel: Channel key.
        spend: Spend per period, currency, shape (n_points,).
        response: Outcome per period, same shape.
        mean_spend: Mean spend per period.
        mean_response: Outcome at the mean spend.
        marginal: Outcome one more unit of spend brings at the mean spend.
    """

    channel: str
    spend: FloatArray
    response: FloatArray
    mean_spend: float
    mean_response: float
    marginal: float


class ResponsePoints(NamedTuple):
    """The curves of one model.

    Attributes:
        curves: By spend, highest first.
        n_left_out: How many smaller channels are not among them.
        words: Names and units.
    """

    curves: tuple[ChannelResponse, ...]
    n_left_out: int
    words: Vocabulary


def shown_channels(words: Vocabulary, *, all_channels: bool = False) -> tuple[str, ...]:
    """Paid channels whose curves are drawn: the ten biggest, or all."""
    return words.paid if all_channels else words.paid[:MAX_STACKED_CHANNELS]


def response_points(curves: Sequence[ResponseCurve], words: Vocabulary) -> ResponsePoints:
    """Collect the curves of one model; marginal response is the slope at the mean spend."""
    collected = tuple(
        ChannelResponse(
            channel=curve.channel,
            spend=curve.spend,
            response=curve.response,
            mean_spend=curve.mean_spend,
            mean_response=curve.mean_response,
            marginal=_slope(curve),
        )
        for curve in curves
    )
    return ResponsePoints(curves=collected, n_left_out=len(words.paid) - len(collected), words=words)


def draw_response(points: ResponsePoints, theme: Theme = Theme.LIGHT) -> go.Figure:
    """Draw one line per channel with a mark at its mean spend."""
    palette, words = PALETTES[theme], points.words
    figure = go.Figure()
    for curve in points.curves:
        name, colour = words.names[curve.channel], words.colours[curve.channel]
        figure.add_trace(
            go.Scatter(
                x=curve.spend,
                y=curve.response,
                name=short_label(name),
                legendgroup=curve.channel,
                mode="lines",
                line={"color": colour, "width": 2.5},
                customdata=[
                    [words.money(s), words.outcome(r)] for s, r in zip(curve.spend, curve.response, strict=True)
                ],
                hovertemplate=f"<b>{hover_text(name)}</b><br>spend %{{customdata[0]}} a {words.period}"
                "<br>brings %{customdata[1]}<extra></extra>",
            )
        )
        figure.add_trace(
            go.Scatter(
                x=[curve.mean_spend],
                y=[curve.mean_response],
                legendgroup=curve.channel,
                showlegend=False,
                mode="markers",
                marker={"size": 11, "color": colour, "line": {"width": 1.5, "color": palette.text}},
                hovertemplate=_mean_hover(curve, words),
            )
        )
    title = _title(points)
    subtitle = f"Points: mean spend per {words.period} in the window."
    if points.n_left_out:
        subtitle += f" The {points.n_left_out} smallest channels are left out."
    apply_theme(figure, theme, title=title, subtitle=subtitle, height=HEIGHT)
    sign = words.money(0).replace("0", "").strip()
    figure.update_layout(
        hovermode="closest",
        legend={"orientation": "h", "x": 0, "y": -0.2, "yanchor": "top"},
        margin={"b": 110},
        xaxis={"title": {"text": f"spend per {words.period} ({sign})"}, "rangemode": "tozero"},
        yaxis={
            "title": {"text": f"{words.outcome_word} per {words.period} ({words.outcome_unit})"},
            "rangemode": "tozero",
        },
    )
    return figure


def _slope(curve: ResponseCurve) -> float:
    if len(curve.spend) < 3 or curve.spend[-1] <= curve.spend[0]:
        return 0.0
    step = (curve.spend[-1] - curve.spend[0]) / (10 * len(curve.spend))
    low, high = (
        max(curve.mean_spend - step, float(curve.spend[0])),
        min(curve.mean_spend + step, float(curve.spend[-1])),
    )
    if high <= low:
        return 0.0
    below, above = np.interp([low, high], curve.spend, curve.response)
    return float((above - below) / (high - low))


def _mean_hover(curve: ChannelResponse, words: Vocabulary) -> str:
    text = (
        f"<b>{hover_text(words.names[curve.channel])}</b>, mean {words.period}"
        f"<br>spend {words.money(curve.mean_spend)}<br>brings {words.outcome(curve.mean_response)}"
    )
    return text + f"<br>{_next_unit(curve, words)}<extra></extra>"


def _next_unit(curve: ChannelResponse, words: Vocabulary) -> str:
    if words.kind is OutcomeKind.REVENUE:
        return f"the next {words.money(1)} brings {words.outcome(curve.marginal)}"
    if curve.marginal <= 0:
        return "more spend brings no further conversion"
    return f"the next conversion costs {words.money(1 / curve.marginal)}"


def _title(points: ResponsePoints) -> str:
    words = points.words
    ranked = sorted((curve for curve in points.curves if curve.marginal > 0), key=lambda curve: -curve.marginal)
    if not ranked:
        return "In this model more spend brings nothing in any channel"
    best = ranked[0]
    if words.kind is OutcomeKind.REVENUE:
        unit, brought = words.money(1), words.outcome(best.marginal)
        return f"In this model the next {unit} brings most in {words.names[best.channel]}: {brought}"
    cost = words.money(1 / best.marginal)
    return f"In this model the next conversion is cheapest in {words.names[best.channel]}: {cost}"
