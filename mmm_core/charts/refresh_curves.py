"""Response curves of the old and the new answer in one panel per channel."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mmm_core.charts.response_grid import PANEL_HEIGHT, Place, fitting_columns, place_of
from mmm_core.charts.theme import PALETTES, Theme, apply_theme, escape, faint, percent, short_label
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.design import FloatArray
from mmm_core.entities.model_set import SetCurve

_UNMOVED = 0.005


class CurvePair(NamedTuple):
    """Both curves of one channel over the same spends.

    Attributes:
        channel: Channel key.
        spend: Spend per period, ascending from 0, shape (n_points,).
        old: Response, low and high end before, outcome units per period, shape (3, n_points).
        new: The same now.
        mean_spend: Mean spend per period of the new window.
        change: Share by which the new curve lies above the old one at that spend; NaN when the old one brings nothing there.
    """

    channel: str
    spend: FloatArray
    old: FloatArray
    new: FloatArray
    mean_spend: float
    change: float


class CurvePairs(NamedTuple):
    """Both curves of several channels.

    Attributes:
        pairs: Highest spend first.
        n_left_out: Smaller channels that are not among them.
        has_range: Whether low and high are a range.
        intervals: What low and high are, before and now.
        words: Names, colours and units.
    """

    pairs: tuple[CurvePair, ...]
    n_left_out: int
    has_range: bool
    intervals: tuple[str, str]
    words: Vocabulary


def curve_pairs(
    curves: Mapping[str, tuple[SetCurve, SetCurve]], words: Vocabulary, *, has_range: bool = True
) -> CurvePairs:
    """Put both curves of every channel beside each other.

    Args:
        curves: Curve before and now by channel, highest spend first; both over the same spends.
        words: Names, colours and units.
        has_range: Whether low and high of the curves are a range.
    """
    pairs = tuple(_pair(old, new) for old, new in curves.values())
    labels = next(((old.interval_label, new.interval_label) for old, new in curves.values()), ("", ""))
    return CurvePairs(pairs, len(words.paid) - len(pairs), has_range, labels, words)


def curve_pair_frame(points: CurvePairs) -> pd.DataFrame:
    """One row per channel and spend: both responses with their ranges."""
    parts = [
        pd.DataFrame(
            {
                "channel": pair.channel,
                "spend_per_period": pair.spend,
                **{f"old{end}": pair.old[k] for k, end in enumerate(("", "_low", "_high"))},
                **{f"new{end}": pair.new[k] for k, end in enumerate(("", "_low", "_high"))},
                "old_interval": points.intervals[0],
                "new_interval": points.intervals[1],
            }
        )
        for pair in points.pairs
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["channel"])


def draw_curve_pairs(points: CurvePairs, theme: Theme = Theme.LIGHT, *, n_columns: int | None = None) -> go.Figure:
    """Draw a panel per channel: the old curve dashed in grey, the new one in the channel's colour with its range."""
    count = len(points.pairs)
    columns = max(1, min(n_columns or fitting_columns(count), count))
    height = 40 + PANEL_HEIGHT * max(1, -(-count // columns))
    axes: dict[str, dict[str, object]] = {}
    traces: list[go.Scatter] = []
    notes: list[dict[str, object]] = []
    for k, pair in enumerate(points.pairs):
        place, n = place_of(k, columns, height), "" if k == 0 else str(k + 1)
        axes |= _axes(place, n)
        traces += _traces(points, pair, n, theme)
        notes += _notes(points, pair, place, theme)
    figure = go.Figure(traces, layout=axes)
    apply_theme(figure, theme, title=_title(points), subtitle=_subtitle(points), height=height)
    figure.update_layout(
        showlegend=False,
        meta={**figure.layout.meta, "top": 26},
        margin={"t": 90, "l": 40, "b": 36},
        annotations=notes,
    )
    return figure


def _pair(old: SetCurve, new: SetCurve) -> CurvePair:
    both = [np.array([curve.response, curve.low, curve.high]) for curve in (old, new)]
    before, now = (float(np.interp(new.mean_spend, new.spend, part[0])) for part in both)
    change = now / before - 1 if before > 0 else float("nan")
    return CurvePair(new.channel, new.spend, both[0], both[1], new.mean_spend, change)


def _axes(place: Place, n: str) -> dict[str, dict[str, object]]:
    small = {"nticks": 4, "rangemode": "tozero", "tickfont": {"size": 11}}
    return {
        f"xaxis{n}": {"domain": [place.left, place.right], "anchor": f"y{n}", "zeroline": False, **small},
        f"yaxis{n}": {"domain": [place.bottom, place.top], "anchor": f"x{n}", **small},
    }


def _notes(points: CurvePairs, pair: CurvePair, place: Place, theme: Theme) -> list[dict[str, object]]:
    """The name of the channel above its panel; where neither answer credits it with anything, that it brings nothing."""
    palette = PALETTES[theme]
    middle = {
        "x": (place.left + place.right) / 2,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "center",
        "showarrow": False,
    }
    name = f"<b>{short_label(points.words.names[pair.channel], 22)}</b>"
    notes = [{**middle, "y": place.top, "yanchor": "bottom", "text": name, "font": {"size": 12, "color": palette.text}}]
    if not max(pair.old[0].max(), pair.new[0].max()) > 0:
        quiet = {"size": 12, "color": palette.muted}
        notes.append({**middle, "y": (place.bottom + place.top) / 2, "text": "brings nothing", "font": quiet})
    return notes


def _traces(points: CurvePairs, pair: CurvePair, n: str, theme: Theme) -> list[go.Scatter]:
    words, palette = points.words, PALETTES[theme]
    colour = words.colours[pair.channel]
    on = {"xaxis": f"x{n}", "yaxis": f"y{n}"}
    quiet = {**on, "mode": "lines", "hoverinfo": "skip"}
    bands = [
        go.Scatter(
            x=np.concatenate([pair.spend, pair.spend[::-1]]),
            y=np.concatenate([part[1], part[2][::-1]]),
            fill="toself",
            fillcolor=faint(shade, opacity),
            line={"width": 0},
            **quiet,
        )
        for part, shade, opacity in ((pair.old, palette.greys[1], 0.22), (pair.new, colour, 0.26))
        if points.has_range
    ]
    return [
        *bands,
        go.Scatter(x=pair.spend, y=pair.old[0], line={"color": palette.muted, "width": 2, "dash": "dash"}, **quiet),
        go.Scatter(x=pair.spend, y=pair.new[0], line={"color": colour, "width": 2.5}, **quiet),
        go.Scatter(
            x=[pair.mean_spend],
            y=[float(np.interp(pair.mean_spend, pair.spend, pair.new[0]))],
            mode="markers",
            marker={"size": 9, "color": colour, "line": {"width": 1.5, "color": palette.text}},
            text=[_hover(points, pair)],
            hovertemplate="%{text}<extra></extra>",
            **on,
        ),
    ]


def _hover(points: CurvePairs, pair: CurvePair) -> str:
    words = points.words
    before, now = (_at_mean(pair, part, words, ranged=points.has_range) for part in (pair.old, pair.new))
    return (
        f"<b>{escape(words.names[pair.channel])}</b><br>at {escape(words.money(pair.mean_spend))} a {words.period}, today's "
        f"mean<br>before {escape(before)}<br>now {escape(now)}"
    )


def _at_mean(pair: CurvePair, part: FloatArray, words: Vocabulary, *, ranged: bool) -> str:
    value, low, high = (words.outcome(float(np.interp(pair.mean_spend, pair.spend, line))) for line in part)
    return f"{value} ({low}–{high})" if ranged else value


def _title(points: CurvePairs) -> str:
    moved = [pair for pair in points.pairs if abs(pair.change) >= _UNMOVED]
    if not moved:
        return "At today's mean spend every response curve stands where it stood"
    most = max(moved, key=lambda pair: abs(pair.change))
    way = "more" if most.change > 0 else "less"
    name = points.words.names[most.channel]
    return f"{name} moved most: its mean spend now brings {percent(abs(most.change))} {way} than by the old curve"


def _subtitle(points: CurvePairs) -> str:
    words, (old, new) = points.words, points.intervals
    text = (
        f"{words.outcome_word.capitalize()} against spend per {words.period}. Dashed grey: before. Coloured: now. Point: mean "
        "spend of the new window."
    )
    if points.has_range and old:
        text += f" Bands: {old}." if old == new else f" Bands: before {old}, now {new}."
    return f"{text} The {points.n_left_out} smallest channels are left out." if points.n_left_out > 0 else text
