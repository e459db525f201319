"""What was foretold at past dates against what came."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from mmm_core.charts.backtest_words import beyond_words, coverage_words, finding, subject_words
from mmm_core.charts.theme import PALETTES, Palette, Theme, apply_theme, faint
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.backtest import Backtest, Contender
from mmm_core.entities.design import DateArray, FloatArray

HEIGHT = 440
_BAND = 0.18
_ROOM = 0.5


class PathPoints(NamedTuple):
    """One date's forecast.

    Attributes:
        dates: First days of the periods foretold, shape (horizon,).
        actual: What came, same shape.
        model: What the tested model foretold.
        no_media: What it would have foretold without media.
        naive: The year before.
        low: Low end of the 90% range, same shape; empty where there is none.
        high: High end.
    """

    dates: DateArray
    actual: FloatArray
    model: FloatArray
    no_media: FloatArray
    naive: FloatArray
    low: FloatArray
    high: FloatArray


class BacktestPoints(NamedTuple):
    """All forecasts so far, oldest first.

    Attributes:
        paths: One per date.
        title: The finding.
        subtitle: How often the range held, and where it leaves the chart.
        subject: What the tested model is called.
        words: Names and units.
    """

    paths: tuple[PathPoints, ...]
    title: str
    subtitle: str
    subject: str
    words: Vocabulary


def backtest_points(found: Backtest, words: Vocabulary) -> BacktestPoints | None:
    """Collect forecasts; None while there is none."""
    if not found.forecasts:
        return None
    paths = tuple(
        PathPoints(
            np.array(one.dates, dtype="datetime64[D]"),
            *(np.array(values) for values in (one.actual, one.model, one.no_media, one.naive, one.low, one.high)),
        )
        for one in found.forecasts
    )
    return BacktestPoints(
        paths=paths,
        title=finding(found, words),
        subtitle=f"{coverage_words(found, words)}{beyond_words(_n_beyond(paths), words)}",
        subject=subject_words(found.question),
        words=words,
    )


def draw_backtest(points: BacktestPoints, theme: Theme = Theme.LIGHT) -> go.Figure:
    """Draw what came as one line, and every forecast from where it was made."""
    palette, words, figure = PALETTES[theme], points.words, go.Figure()
    if len(points.paths[0].low):
        _draw_ranges(figure, points, palette)
    lines = (
        ("the year before", "naive", {"color": palette.greys[2], "width": 1.5, "dash": "dot"}),
        ("without media", "no_media", {"color": palette.greys[0], "width": 2, "dash": "dash"}),
        (points.subject, "model", {"color": palette.fitted, "width": 3}),
        ("what came", "actual", {"color": palette.actual, "width": 1.75}),
    )
    for name, field, look in lines:
        x, y = _joined(points, field, is_broken=field != "actual")
        figure.add_trace(
            go.Scatter(
                x=x,
                y=y,
                name=name,
                mode="lines" if len(points.paths[0].dates) > 1 else "lines+markers",
                line=look,
                text=["" if np.isnan(value) else words.outcome(value) for value in y],
                hovertemplate="%{text}",
                connectgaps=False,
            )
        )
    for path in points.paths:
        figure.add_vline(x=str(path.dates[0]), line={"color": palette.muted, "dash": "dot", "width": 1})
    apply_theme(figure, theme, title=points.title, subtitle=points.subtitle, height=HEIGHT)
    figure.update_layout(
        hovermode="x unified",
        legend={"orientation": "h", "x": 0, "y": -0.14, "yanchor": "top", "traceorder": "reversed"},
        margin={"b": 72},
        xaxis={"hoverformat": "%-d %b %Y", "zeroline": False},
        yaxis={"title": {"text": f"{words.outcome_word} per {words.period} ({words.outcome_unit})"}},
    )
    if _n_beyond(points.paths):
        figure.update_yaxes(range=_frame(points.paths))
    return figure


def _frame(paths: Sequence[PathPoints]) -> tuple[float, float]:
    """Lowest and highest value with room for lines and usual ranges; what is wider would press all lines flat."""
    lines = np.concatenate([np.concatenate([path.actual, path.model, path.no_media, path.naive]) for path in paths])
    room = _ROOM * float(np.ptp(lines))
    return float(lines.min()) - room, float(lines.max()) + room


def _n_beyond(paths: Sequence[PathPoints]) -> int:
    """Periods whose range leaves the frame."""
    low, high = _frame(paths)
    return sum(int(((path.low < low) | (path.high > high)).sum()) for path in paths)


def _draw_ranges(figure: go.Figure, points: BacktestPoints, palette: Palette) -> None:
    for number, path in enumerate(points.paths):
        figure.add_trace(
            go.Scatter(
                x=np.concatenate([path.dates, path.dates[::-1]]),
                y=np.concatenate([path.high, path.low[::-1]]),
                fill="toself",
                fillcolor=faint(palette.fitted, _BAND),
                line={"width": 0},
                mode="lines",
                name="its 90% range",
                legendgroup="range",
                showlegend=number == 0,
                hoverinfo="skip",
            )
        )


def _joined(points: BacktestPoints, field: str, *, is_broken: bool) -> tuple[DateArray, FloatArray]:
    """All dates in one line; forecasts are broken where the next one begins."""
    dates, values = [], []
    for path in points.paths:
        dates += [path.dates, *([path.dates[-1:]] if is_broken else [])]
        values += [getattr(path, field), *([np.array([np.nan])] if is_broken else [])]
    return np.concatenate(dates), np.concatenate(values)


def contender_colours(palette: Palette) -> dict[Contender, str]:
    """The same colours on every chart of a backtest."""
    return {
        Contender.MODEL: palette.fitted,
        Contender.NO_MEDIA: palette.greys[0],
        Contender.NAIVE: palette.greys[2],
    }
