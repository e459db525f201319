"""The trust card check by check: a mark for what every check says about every channel."""

import textwrap
from typing import NamedTuple

import plotly.graph_objects as go

from mmm_core.charts.channel_rows import channel_axis
from mmm_core.charts.theme import PALETTES, Palette, Theme, apply_theme, escape
from mmm_core.charts.trust_words import CHECK_WORDS, GRADE_WORDS
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.naming import join_words
from mmm_core.entities.trust import CheckKey, CheckStatus, Grade, TrustCard

_GRID_ROW = 36

GRADE_COLOURS = {Grade.GOOD: "#1a8f6b", Grade.DOUBTFUL: "#e69f00", Grade.BAD: "#d55e00"}
GRADE_SYMBOLS = {Grade.GOOD: "circle", Grade.DOUBTFUL: "triangle-up", Grade.BAD: "x", Grade.NONE: "line-ew"}
"""A shape for every grade, since colours alone are not enough for everybody."""


class GradePoints(NamedTuple):
    """What every check says about every channel.

    Attributes:
        channels: Keys, highest spend first.
        checks: Those that speak of single channels.
        statuses: Of these checks.
        grades: Per channel and check; None where the check waits, is not possible, or says nothing about the channel.
        sentences: The same shape; empty where there is no grade.
        words: Names and units.
    """

    channels: tuple[str, ...]
    checks: tuple[CheckKey, ...]
    statuses: tuple[CheckStatus, ...]
    grades: tuple[tuple[Grade | None, ...], ...]
    sentences: tuple[tuple[str, ...], ...]
    words: Vocabulary


def grade_points(card: TrustCard, words: Vocabulary, *, most_channels: int | None = None) -> GradePoints:
    """Collect what every check says about every channel."""
    checks = tuple(check for check in card.checks if check.key is not CheckKey.FORECAST)
    channels = words.paid[:most_channels]
    found = [[check.finding(channel) for check in checks] for channel in channels]
    return GradePoints(
        channels=channels,
        checks=tuple(check.key for check in checks),
        statuses=tuple(check.status for check in checks),
        grades=tuple(tuple(one.grade if one else None for one in row) for row in found),
        sentences=tuple(tuple(one.sentence if one else "" for one in row) for row in found),
        words=words,
    )


def draw_grades(points: GradePoints, theme: Theme = Theme.LIGHT) -> go.Figure:
    """Draw a mark per channel and check: shape and colour say whether it holds."""
    palette, words = PALETTES[theme], points.words
    figure = go.Figure()
    for grade in (*Grade, None):
        _add_grade(figure, points, grade, palette)
    title, subtitle = _grade_title(points), _grade_subtitle(points)
    apply_theme(
        figure,
        theme,
        title=title,
        subtitle=subtitle,
        height=124 + _GRID_ROW * len(points.channels),
    )
    figure.update_layout(
        legend={"orientation": "h", "x": 0, "y": 0, "yref": "paper", "yanchor": "top", "itemsizing": "constant"},
        meta={**figure.layout.meta, "top": 34},
        margin={"b": 40},
        xaxis={
            "side": "top",
            "tickmode": "array",
            "tickvals": list(range(len(points.checks))),
            "ticktext": [CHECK_WORDS[key] for key in points.checks],
            "autotickangles": [0, -60],
            "range": [-0.5, len(points.checks) - 0.5],
            "showgrid": False,
            "zeroline": False,
        },
        yaxis=channel_axis(points.channels, words, grid=True),
    )
    return figure


def _add_grade(figure: go.Figure, points: GradePoints, grade: Grade | None, palette: Palette) -> None:
    """All marks of one kind; None: what is not known (yet)."""
    places = [
        (column, row) for row, grades in enumerate(points.grades) for column, one in enumerate(grades) if one is grade
    ]
    if not places:
        return
    said = [_said(points, row, column) for column, row in places]
    colour = palette.zero if grade is None else GRADE_COLOURS.get(grade, palette.zero)
    figure.add_trace(
        go.Scatter(
            x=[column for column, _ in places],
            y=[row for _, row in places],
            mode="markers",
            name="not known" if grade is None else GRADE_WORDS[grade],
            marker={
                "symbol": "circle-open-dot" if grade is None else GRADE_SYMBOLS[grade],
                "size": 8 if grade is None else 13,
                "color": colour,
                "opacity": 0.5 if grade is None else 1.0,
                "line": {"width": 2 if grade in (None, Grade.NONE) else 0, "color": colour},
            },
            customdata=said,
            hovertemplate="%{customdata}<extra></extra>",
        )
    )


def _said(points: GradePoints, row: int, column: int) -> str:
    sentence = points.sentences[row][column]
    if sentence:
        return _wrapped(sentence)
    why = {CheckStatus.WAITING: "waiting", CheckStatus.NOT_POSSIBLE: "not possible with these data"}
    name = points.words.names[points.channels[row]]
    return (
        f"{escape(name)}, {CHECK_WORDS[points.checks[column]].lower()}: {why.get(points.statuses[column], 'not known')}"
    )


def _wrapped(sentence: str, width: int = 60) -> str:
    return "<br>".join(escape(line) for line in textwrap.wrap(sentence, width))


def _grade_title(points: GradePoints) -> str:
    bad = [
        points.words.names[channel]
        for channel, grades in zip(points.channels, points.grades, strict=True)
        if Grade.BAD in grades
    ]
    asked = sum(status is CheckStatus.DONE for status in points.statuses)
    if not asked:
        return "Nothing is checked yet"
    if not bad:
        return "No check fails for any channel"
    if len(bad) > 3:
        return f"At least one check fails for {len(bad)} of {len(points.channels)} channels"
    return f"At least one check fails for {join_words(bad)}"


def _grade_subtitle(points: GradePoints) -> str:
    waiting = sum(status is CheckStatus.WAITING for status in points.statuses)
    more = f" {waiting} still to come." if waiting else ""
    return f"Point at a mark to read what was found.{more} Verdicts also weigh whether spend follows demand."
