"""The old and the new answer side by side: what every channel brings and returns, before and after a refresh."""

from enum import StrEnum
from typing import NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mmm_core.charts.channel_rows import range_bar
from mmm_core.charts.ledger_words import amount_text
from mmm_core.charts.theme import (
    MAX_STACKED_CHANNELS,
    PALETTES,
    Theme,
    apply_theme,
    arrange,
    escape,
    hover_text,
    short_label,
)
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.design import FloatArray
from mmm_core.entities.naming import join_words
from mmm_core.entities.refresh import AnswerMove

_ROW_HEIGHT = 76
_LANE = 0.16
_BAR = 0.2
_MOST_NAMED = 3
_FAR = 3.0
"""A range that reaches further than so many times the largest point estimate is cut at the end of the axis."""


class Quantity(StrEnum):
    """What is compared."""

    CONTRIBUTION = "contribution"
    RETURN = "return"


class Side(NamedTuple):
    """One of the two answers.

    Attributes:
        figures: Value, low and high end per channel, as they are drawn, shape (n_channels, 3); NaN ends where there is no range.
        texts: The same in words.
        interval_label: What low and high are.
    """

    figures: FloatArray
    texts: tuple[str, ...]
    interval_label: str


class SidePoints(NamedTuple):
    """The old and the new answer of every channel.

    Attributes:
        quantity: What is compared.
        channels: Keys, paid ones by spend; for contributions organic ones after them.
        old: Before the refresh.
        new: After it.
        words: Names, colours and units, of the new answer.
        n_left_out: Smaller channels that are not among them.
    """

    quantity: Quantity
    channels: tuple[str, ...]
    old: Side
    new: Side
    words: Vocabulary
    n_left_out: int = 0


def side_points(move: AnswerMove, words: Vocabulary, quantity: Quantity, *, all_channels: bool = True) -> SidePoints:
    """Collect both answers of every channel.

    Contributions are means per period, because the two windows need not be equally long.

    Args:
        move: How one of the two answers moved.
        words: Names, colours and units.
        quantity: What to compare.
        all_channels: Also more than ten; otherwise those with the highest spend.
    """
    rows = move.terms.set_index("term")
    known = words.paid if quantity is Quantity.RETURN else words.channels
    every = tuple(name for name in known if name in rows.index)
    channels = every if all_channels else every[:MAX_STACKED_CHANNELS]
    rows = rows.loc[list(channels)]
    return SidePoints(
        quantity,
        channels,
        _side(rows, "before", move.before_interval, quantity, words),
        _side(rows, "after", move.after_interval, quantity, words),
        words,
        len(every) - len(channels),
    )


def side_frame(points: SidePoints) -> pd.DataFrame:
    """One row per channel: both answers with their ranges, and what the ranges are."""
    frame = pd.DataFrame({"channel": list(points.channels)})
    for name, side in (("old", points.old), ("new", points.new)):
        for k, end in enumerate(("", "_low", "_high")):
            frame[f"{name}{end}"] = side.figures[:, k]
        frame[f"{name}_interval"] = side.interval_label
    return frame


def return_with_range(words: Vocabulary, value: float, low: float, high: float) -> str:
    """``4.1 (3.2–5.0)``, or for a count ``€12 (€8.1–€20)``; without a range when its ends are not known."""
    if not (np.isfinite(low) and np.isfinite(high)):
        return words.returns(value)
    point, ends = words.returns(value), words.interval(low, high)
    return point if ends == point else f"{point} ({ends})"


def left_range(points: SidePoints) -> list[str]:
    """Channels whose new answer lies outside the range of the old one."""
    low, high = points.old.figures[:, 1], points.old.figures[:, 2]
    value = points.new.figures[:, 0]
    return [name for k, name in enumerate(points.channels) if value[k] < low[k] or value[k] > high[k]]


def draw_sides(points: SidePoints, theme: Theme = Theme.LIGHT) -> go.Figure:
    """Draw a grey bar with a ring for the old answer of every channel, and a coloured bar with a diamond for the new one."""
    palette = PALETTES[theme]
    colours = [points.words.colours[name] for name in points.channels]
    grey = [palette.greys[1]] * len(colours)
    reach = _reach(points)
    figure = go.Figure()
    _add_side(figure, points, points.old, (-_LANE, grey, "circle-open", "before"), palette.text, reach)
    _add_side(figure, points, points.new, (_LANE, colours, "diamond", "now"), palette.text, reach)
    _add_texts(figure, points, palette.text)
    height = 96 + _ROW_HEIGHT * max(1, len(points.channels))
    apply_theme(figure, theme, title=_title(points), subtitle=_subtitle(points), height=height)
    names = [short_label(points.words.names[name], 16) for name in points.channels]
    arrange(
        figure,
        {"showlegend": False, "barmode": "overlay", "margin": {"r": 20}},
        xaxes={"title": {"text": _axis(points)}, "range": [reach[0], reach[1]], "nticks": 6, "tickangle": 0},
        yaxes={
            "tickmode": "array",
            "tickvals": list(range(len(names))),
            "ticktext": names,
            "range": [len(names) - 0.55, -0.66],
            "showgrid": False,
            "zeroline": False,
        },
    )
    return figure


def _side(rows: pd.DataFrame, when: str, interval: str, quantity: Quantity, words: Vocabulary) -> Side:
    name = f"roas_{when}" if quantity is Quantity.RETURN else f"contribution_{when}"
    figures = rows[[name, f"{name}_low", f"{name}_high"]].to_numpy(np.float64)
    if quantity is Quantity.CONTRIBUTION:
        return Side(figures, tuple(amount_text(words, *three) for three in figures.tolist()), interval)
    texts = tuple(return_with_range(words, *three) for three in figures.tolist())
    if words.kind is OutcomeKind.CONVERSION:
        with np.errstate(divide="ignore", invalid="ignore"):
            costs = np.where(figures > 0, 1 / figures, np.where(np.isnan(figures), np.nan, np.inf))
        figures = costs[:, [0, 2, 1]]
    return Side(figures, texts, interval)


def _reach(points: SidePoints) -> tuple[float, float]:
    """Ends of the axis: all point estimates and zero, and the ranges unless one of them dwarfs everything."""
    every = np.concatenate([points.old.figures, points.new.figures])
    values, ends = every[:, 0], every[:, 1:]
    values, ends = values[np.isfinite(values)], ends[np.isfinite(ends)]
    if not len(values):
        return 0.0, 1.0
    high = max(0.0, float(values.max()))
    low = min(0.0, float(values.min()))
    furthest = min(float(ends.max(initial=high)), _FAR * high) if high > 0 else float(ends.max(initial=0.0))
    nearest = max(float(ends.min(initial=low)), min(_FAR * low, -0.3 * high))
    room = 0.04 * (max(high, furthest) - min(low, nearest)) or 1.0
    return min(low, nearest) - (room if min(low, nearest) < 0 else 0.0), max(high, furthest) + room


def _add_side(
    figure: go.Figure,
    points: SidePoints,
    side: Side,
    look: tuple[float, list[str], str, str],
    outline: str,
    reach: tuple[float, float],
) -> None:
    lane, colours, symbol, when = look
    rows = np.arange(len(points.channels)) + lane
    bar = range_bar(rows, side.figures[:, 1], side.figures[:, 2], reach, width=_BAR)
    figure.add_trace(bar.update(marker={"color": colours, "opacity": 0.5}, name=side.interval_label, hoverinfo="skip"))
    names = [hover_text(points.words.names[name]) for name in points.channels]
    figure.add_trace(
        go.Scatter(
            x=np.where(np.isfinite(side.figures[:, 0]), np.clip(side.figures[:, 0], *reach), np.nan),
            y=rows,
            mode="markers",
            name=when,
            marker={"symbol": symbol, "size": 10, "color": outline, "line": {"width": 2, "color": outline}},
            customdata=[[name, when, escape(text)] for name, text in zip(names, side.texts, strict=True)],
            hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]} %{customdata[2]}<extra></extra>",
        )
    )


def _add_texts(figure: go.Figure, points: SidePoints, colour: str) -> None:
    """Both answers with their ranges above the bars of every channel."""
    above = {"x": 0, "xref": "paper", "xanchor": "left", "xshift": 4, "yshift": 30, "yanchor": "middle"}
    for row, (old, new) in enumerate(zip(points.old.texts, points.new.texts, strict=True)):
        text = f"{escape(old)} → <b>{escape(new)}</b>"
        figure.add_annotation(y=row, text=text, font={"size": 12, "color": colour}, showarrow=False, **above)


def _axis(points: SidePoints) -> str:
    words = points.words
    if points.quantity is Quantity.RETURN:
        return f"{words.return_word} ({words.return_unit})"
    return f"{words.outcome_word} per {words.period} ({words.outcome_unit})"


def _title(points: SidePoints) -> str:
    words, gone = points.words, left_range(points)
    what = words.return_word if points.quantity is Quantity.RETURN else f"{words.outcome_word} per {words.period}"
    if not points.channels:
        return f"{what[:1].upper()}{what[1:]}: the two answers have no channel in common"
    if not np.isfinite(points.old.figures[:, 1:]).any():
        return f"{what[:1].upper()}{what[1:]} of every channel before and after the refresh"
    if not gone:
        which = f"each of the {len(points.channels)} channels shown" if points.n_left_out else "every channel"
        return f"{what[:1].upper()}{what[1:]}: {which} stays within its earlier range"
    named = join_words([words.names[name] for name in gone])
    if len(gone) > _MOST_NAMED:
        named = f"{len(gone)} of {len(points.channels)} channels"
    verb = "leaves its earlier range" if len(gone) == 1 else "leave their earlier range"
    return f"{what[:1].upper()}{what[1:]}: {named} {verb}"


def _subtitle(points: SidePoints) -> str:
    old, new = points.old.interval_label, points.new.interval_label
    bars = f"Bars: {old}" if old == new else f"Bars: before {old}, now {new}"
    others = f" The {points.n_left_out} smallest channels are left out." if points.n_left_out else ""
    return f"Grey with a ring: before. Coloured with a diamond: now. {bars}.{others}"
