"""Returns of every channel without and with lift studies, for one answer."""

from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from mmm_core.charts.channel_rows import channel_axis, range_bar, return_axis, texts_above
from mmm_core.charts.study_words import ANSWER_WORDS
from mmm_core.charts.theme import PALETTES, Theme, apply_theme, escape
from mmm_core.charts.trust_words import return_amount, return_name, return_range
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.design import FloatArray
from mmm_core.entities.study_report import Answer, CalibratedAnswer

_ROW_HEIGHT = 52
_ROOM = 1.5
"""How far the axis may go beyond the widest range with studies: ranges without them would squeeze everything else."""
_SMALL = 0.05


class StudyReturnPoints(NamedTuple):
    """Return of every paid channel without and with studies, outcome per unit of spend.

    Attributes:
        answer: Whose.
        channels: Keys, highest spend first.
        before: Point, low and high end without studies, shape (n_channels, 3).
        after: The same with all of them.
        is_tested: Whether a study is about the channel, shape (n_channels,).
        interval_label: What the ends are.
        words: Names and units.
    """

    answer: Answer
    channels: tuple[str, ...]
    before: FloatArray
    after: FloatArray
    is_tested: tuple[bool, ...]
    interval_label: str
    words: Vocabulary


def study_return_points(
    before: CalibratedAnswer,
    after: CalibratedAnswer,
    tested: frozenset[str],
    words: Vocabulary,
    *,
    most_channels: int | None = None,
) -> StudyReturnPoints:
    """Collect returns without and with studies.

    Args:
        before: Calibrated on none.
        after: The same answer, calibrated on all.
        tested: Channels that studies are about.
        words: Names and units.
        most_channels: Only so many, tested ones first.
    """
    assert before.answer is after.answer, "two answers are never mixed"
    ranked = sorted(words.paid, key=lambda name: name not in tested)[:most_channels]
    channels = tuple(name for name in words.paid if name in ranked)

    def ends(calibrated: CalibratedAnswer) -> FloatArray:
        found = [calibrated.return_of(name) for name in channels]
        return np.array([[one.roas, one.low, one.high] for one in found]).reshape(len(channels), 3)

    is_tested = tuple(name in tested for name in channels)
    return StudyReturnPoints(after.answer, channels, ends(before), ends(after), is_tested, after.interval_label, words)


def draw_study_returns(points: StudyReturnPoints, theme: Theme = Theme.LIGHT) -> go.Figure:
    """Draw a thin grey bar for the range without studies and a thick one in the channel's colour for the range with them."""
    palette, words = PALETTES[theme], points.words
    rows = np.arange(len(points.channels))
    start, end = _axis(points)
    texts = [_text(points, k) for k in range(len(rows))]
    colours = [words.colours[name] for name in points.channels]
    figure = go.Figure()
    lanes = (("without studies", points.before, palette.greys[2], 0.16), ("with studies", points.after, colours, 0.32))
    for name, values, colour, width in lanes:
        figure.add_trace(
            range_bar(rows, values[:, 1], values[:, 2], (start, end), width=width).update(
                name=name,
                marker={"color": colour, "opacity": 1.0 if name == "without studies" else 0.55},
                customdata=[
                    [escape(words.names[key]), escape(text)] for key, text in zip(points.channels, texts, strict=True)
                ],
                hovertemplate=f"<b>%{{customdata[0]}}</b><br>{return_name(words)} %{{customdata[1]}}<extra></extra>",
            )
        )
    marks = ((points.before, "circle-open", 9, palette.muted, 2), (points.after, "diamond", 10, palette.text, 0))
    for values, symbol, size, colour, outline in marks:
        figure.add_trace(
            go.Scatter(
                x=np.clip(values[:, 0], start, end),
                y=rows,
                mode="markers",
                marker={"symbol": symbol, "size": size, "color": colour, "line": {"width": outline}},
                hoverinfo="skip",
            )
        )
    said = f"Grey, circle: without studies. Colour, diamond: with all of them. Bars: {points.interval_label}."
    apply_theme(figure, theme, title=study_return_title(points), subtitle=said, height=84 + _ROW_HEIGHT * len(rows))
    figure.update_layout(
        barmode="overlay",
        showlegend=False,
        annotations=texts_above(texts, palette),
        xaxis={"title": {"text": return_axis(words)}, "range": [start, end]},
        yaxis=channel_axis(points.channels, words),
    )
    return figure


def study_return_title(points: StudyReturnPoints) -> str:
    """What moved most, in one sentence."""
    words, who = points.words, ANSWER_WORDS[points.answer]
    if not points.channels:
        return f"{who}: no paid channel"
    size = np.abs(points.after[:, 0] - points.before[:, 0])
    usual = np.maximum(np.abs(points.before[:, 0]), np.abs(points.after[:, 0]))
    k = int(np.argmax(size))
    if size[k] <= _SMALL * max(float(usual[k]), 1e-12):
        return f"{who}: the studies move no channel by more than 5%"
    then, now = (return_amount(float(values[k, 0]), words) for values in (points.before, points.after))
    name = words.names[points.channels[k]]
    return f"{who}: {name} moves most, {return_name(words)} {then} → {now}"


def _text(points: StudyReturnPoints, k: int) -> str:
    words = points.words
    value, low, high = map(float, points.after[k])
    then = return_amount(float(points.before[k, 0]), words)
    tested = " · tested" if points.is_tested[k] else ""
    return f"{return_amount(value, words)} ({return_range(low, high, words)}), was {then}{tested}"


def _axis(points: StudyReturnPoints) -> tuple[float, float]:
    after, before = (np.nan_to_num(values, posinf=0.0, neginf=0.0) for values in (points.after, points.before))
    largest = float(after.max(initial=0.0))
    reach = max(largest * _ROOM, float(before[:, 0].max(initial=0.0)) * 1.05)
    end = min(max(largest, float(before.max(initial=0.0))) * 1.05, reach)
    return float(after.min(initial=0.0)) * 1.05, end or 1.0
