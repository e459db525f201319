"""Does it hold? The return of every channel when the question is asked in another way, against its range."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from mmm_core.charts.channel_rows import channel_axis, return_axis
from mmm_core.charts.theme import PALETTES, Theme, apply_theme, escape
from mmm_core.charts.trust import POSTERIOR_LABEL, number_named
from mmm_core.charts.trust_words import return_amount, return_name, return_range
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.design import FloatArray
from mmm_core.entities.naming import join_words
from mmm_core.entities.trust import ChannelFinding, CheckKey, CheckStatus, TrustCard

NOW = "Return now"
_PREFIX = "Return "
_ROW_HEIGHT = 58
_BAND = 0.62
"""Share of a channel's row that its range takes."""


class _Asked(NamedTuple):
    """How a kind of question is drawn."""

    label: str
    symbol: str
    lane: float


ASKED: Mapping[CheckKey, _Asked] = MappingProxyType(
    {
        CheckKey.SEEDS: _Asked("other random numbers", "circle", -0.21),
        CheckKey.RECENT: _Asked("last weeks left out", "square", -0.07),
        CheckKey.CONTEXT: _Asked("a context column left out", "diamond", 0.07),
        CheckKey.BASELINE: _Asked("stiffer or looser baseline", "triangle-up", 0.21),
    }
)
"""Checks that ask the same again, each with a shape and a lane of its own."""


class Move(NamedTuple):
    """One answer to a changed question.

    Attributes:
        channel: Channel key.
        check: Which check asked.
        how: "without the last 13 weeks".
        value: Return, outcome per unit of spend.
    """

    channel: str
    check: CheckKey
    how: str
    value: float


class MovePoints(NamedTuple):
    """Answers to changed questions beside the range of every channel, outcome per unit of spend.

    Attributes:
        channels: Keys, highest spend first.
        now: The answer, shape (n_channels,).
        low: Low end of its range, same shape.
        high: High end, same shape.
        moves: Every answer to a changed question.
        waiting: Checks still to come.
        words: Names and units.
    """

    channels: tuple[str, ...]
    now: FloatArray
    low: FloatArray
    high: FloatArray
    moves: tuple[Move, ...]
    waiting: tuple[CheckKey, ...]
    words: Vocabulary


def move_points(card: TrustCard, words: Vocabulary, *, most_channels: int | None = None) -> MovePoints | None:
    """Collect all answers to changed questions; None before there is any."""
    ranges = {finding.channel: finding.numbers for finding in card.check(CheckKey.PRIOR).findings}
    found = [(key, finding) for key in ASKED for finding in card.check(key).findings]
    now = {finding.channel: number_named(finding.numbers, NOW) for _, finding in found}
    channels = tuple(name for name in words.paid if name in ranges and name in now)[:most_channels]
    if not channels:
        return None
    return MovePoints(
        channels=channels,
        now=np.array([now[name] for name in channels]),
        low=np.array([number_named(ranges[name], "Low end after the data") for name in channels]),
        high=np.array([number_named(ranges[name], "High end after the data") for name in channels]),
        moves=tuple(move for key, finding in found if finding.channel in channels for move in _moves(key, finding)),
        waiting=tuple(key for key in ASKED if card.check(key).status is CheckStatus.WAITING),
        words=words,
    )


def draw_moves(points: MovePoints, theme: Theme = Theme.LIGHT) -> go.Figure:
    """Draw a band per channel for its range, a line for the answer, and a mark per changed question."""
    palette, words = PALETTES[theme], points.words
    rows = np.arange(len(points.channels))
    figure = go.Figure(
        go.Bar(
            orientation="h",
            y=rows,
            x=points.high - points.low,
            base=points.low,
            width=_BAND,
            name=POSTERIOR_LABEL,
            marker={"color": [words.colours[name] for name in points.channels], "opacity": 0.35},
            showlegend=False,
            customdata=[_range_text(points, k) for k in range(len(rows))],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    for row, value in zip(rows, points.now, strict=True):
        ends = {"y0": row - _BAND / 2, "y1": row + _BAND / 2}
        figure.add_shape(type="line", x0=value, x1=value, line={"color": palette.text, "width": 2}, **ends)
    for key in ASKED:
        _add_moves(figure, points, key, palette.text, palette.surface)
    apply_theme(figure, theme, title=_title(points), subtitle=_subtitle(points), height=118 + _ROW_HEIGHT * len(rows))
    figure.update_layout(
        bargap=0,
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom"},
        meta={**figure.layout.meta, "top": 50},
        xaxis={"title": {"text": return_axis(words)}, "range": _ends(points)},
        yaxis={**channel_axis(points.channels, words), "range": [len(rows) - 0.5, -0.5]},
    )
    return figure


def outside(points: MovePoints) -> list[Move]:
    """Answers that lie outside the range of their channel."""
    place = {name: k for k, name in enumerate(points.channels)}
    return [
        move
        for move in points.moves
        if not points.low[place[move.channel]] <= move.value <= points.high[place[move.channel]]
    ]


def _moves(key: CheckKey, finding: ChannelFinding) -> list[Move]:
    return [
        Move(finding.channel, key, number.name.removeprefix(_PREFIX), number.value)
        for number in finding.numbers
        if number.unit == "ROAS" and number.name != NOW and number.name.startswith(_PREFIX)
    ]


def _add_moves(figure: go.Figure, points: MovePoints, key: CheckKey, colour: str, outline: str) -> None:
    moves = [move for move in points.moves if move.check is key]
    if not moves:
        return
    asked = ASKED[key]
    figure.add_trace(
        go.Scatter(
            x=[move.value for move in moves],
            y=[points.channels.index(move.channel) + asked.lane for move in moves],
            mode="markers",
            name=asked.label,
            marker={"symbol": asked.symbol, "size": 9, "color": colour, "line": {"width": 1.2, "color": outline}},
            customdata=[_hover(move, points.words) for move in moves],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )


def _hover(move: Move, words: Vocabulary) -> str:
    amount = f"{return_name(words)} {return_amount(move.value, words)}"
    return f"<b>{escape(words.names[move.channel])}</b><br>{escape(move.how)}<br>{escape(amount)}"


def _range_text(points: MovePoints, k: int) -> str:
    words = points.words
    spread = return_range(float(points.low[k]), float(points.high[k]), words)
    now = f"{return_name(words)} {return_amount(float(points.now[k]), words)}"
    return f"<b>{escape(words.names[points.channels[k]])}</b><br>{escape(now)} ({escape(spread)}, {POSTERIOR_LABEL})"


def _ends(points: MovePoints) -> list[float]:
    values = np.array([*points.low, *points.high, *(move.value for move in points.moves)])
    values = values[np.isfinite(values)]
    low, high = float(values.min(initial=0.0)), float(values.max(initial=0.0))
    return [1.05 * low, 1.05 * high or 1.0]


def _title(points: MovePoints) -> str:
    left = list(dict.fromkeys(points.words.names[move.channel] for move in outside(points)))
    if not left:
        return "However the question is asked, every channel stays within its range"
    if len(left) > 3:
        return f"{len(left)} of {len(points.channels)} channels leave their range when the question is asked in another way"
    verb = "leaves its range" if len(left) == 1 else "leave their range"
    return f"{join_words(left)} {verb} when the question is asked in another way"


def _subtitle(points: MovePoints) -> str:
    still = f" Still to come: {join_words([ASKED[key].label for key in points.waiting])}." if points.waiting else ""
    return f"Band: {POSTERIOR_LABEL}. Line: the recommended answer. Marks: the answer to the changed question.{still}"
