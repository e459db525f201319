"""The trust card as charts: what the data added to what was believed, and how good forecasts were."""

from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from mmm_core.charts.channel_rows import channel_axis, range_bar, return_axis, texts_above
from mmm_core.charts.theme import PALETTES, Theme, apply_theme, escape, percent
from mmm_core.charts.trust_words import return_name, return_range
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.design import FloatArray
from mmm_core.entities.trust import CheckKey, CheckNumber, CheckStatus, TrustCard

POSTERIOR_LABEL = "about 90% (posterior)"
RELATIVE_WIDTH = "Relative width of the range against before"
_ROW_HEIGHT = 48
_ROOM = 1.6
"""How far the axis goes beyond the widest range after the data: ranges before them would squeeze everything else."""


class RangePoints(NamedTuple):
    """Range of every return before and after the data, outcome per unit of spend.

    Attributes:
        channels: Keys, highest spend first.
        before: Low and high end before the data, shape (n_channels, 2).
        after: The same after them.
        width: Width relative to the return, after as a share of before, shape (n_channels,).
        words: Names and units.
    """

    channels: tuple[str, ...]
    before: FloatArray
    after: FloatArray
    width: FloatArray
    words: Vocabulary


class ForecastPoints(NamedTuple):
    """How forecasts of weeks that were left out compare with the year before, shares of the outcome.

    Attributes:
        own: Average error of the model.
        naive: Average error of the same periods of the year before.
        covered: Share of the periods inside the model's 90% range.
        words: Names and units.
    """

    own: float
    naive: float
    covered: float
    words: Vocabulary


def number_named(numbers: tuple[CheckNumber, ...], name: str) -> float:
    """A number of a finding or check; NaN when it is not there."""
    return next((number.value for number in numbers if number.name == name), float("nan"))


def range_points(card: TrustCard, words: Vocabulary, *, most_channels: int | None = None) -> RangePoints | None:
    """Collect ranges before and after the data; None while that check is waiting."""
    found = {finding.channel: finding.numbers for finding in card.check(CheckKey.PRIOR).findings}
    channels = tuple(name for name in words.paid if name in found)[:most_channels]
    if not channels:
        return None

    def ends(when: str) -> FloatArray:
        names = (f"Low end {when} the data", f"High end {when} the data")
        return np.array([[number_named(found[channel], name) for name in names] for channel in channels])

    width = np.array([number_named(found[channel], RELATIVE_WIDTH) / 100.0 for channel in channels])
    return RangePoints(channels, ends("before"), ends("after"), width, words)


def draw_ranges(points: RangePoints, theme: Theme = Theme.LIGHT) -> go.Figure:
    """Draw a thin grey bar for what was believed before, and a thick one in the channel's colour for what is left of it."""
    palette, words = PALETTES[theme], points.words
    rows = np.arange(len(points.channels))
    start, end = _axis(points)
    figure = go.Figure()
    texts = [
        f"{return_range(after[0], after[1], words)} (before: {return_range(before[0], before[1], words)})"
        for after, before in zip(points.after.tolist(), points.before.tolist(), strict=True)
    ]
    colours = [words.colours[name] for name in points.channels]
    bars = (("before the data", points.before, palette.greys[3], 0.14), ("after them", points.after, colours, 0.32))
    for name, ends, colour, width in bars:
        figure.add_trace(
            range_bar(rows, ends[:, 0], ends[:, 1], (start, end), width=width).update(
                name=name,
                marker={"color": colour},
                customdata=[[escape(words.names[key]), text] for key, text in zip(points.channels, texts, strict=True)],
                hovertemplate=f"<b>%{{customdata[0]}}</b><br>{return_name(words)} %{{customdata[1]}}<extra></extra>",
            )
        )
    beyond = " A grey bar that meets the right edge goes on beyond it." if (points.before > end).any() else ""
    said = f"Grey: what was believed before the data. Colour: after them, {POSTERIOR_LABEL}.{beyond}"
    apply_theme(figure, theme, title=_range_title(points), subtitle=said, height=80 + _ROW_HEIGHT * len(rows))
    figure.update_layout(
        barmode="overlay",
        showlegend=False,
        annotations=texts_above(texts, palette),
        xaxis={"title": {"text": return_axis(words)}, "range": [start, end]},
        yaxis=channel_axis(points.channels, words),
    )
    return figure


def forecast_points(card: TrustCard, words: Vocabulary) -> ForecastPoints | None:
    """Collect the errors of forecasts; None while that check is waiting or not possible."""
    check = card.check(CheckKey.FORECAST)
    if check.status is not CheckStatus.DONE:
        return None
    names = ("Average error of the forecast", "Average error of the year before", "Periods inside the 90% range")
    own, naive, covered = (number_named(check.numbers, name) / 100.0 for name in names)
    return ForecastPoints(own, naive, covered, words)


def draw_forecast(points: ForecastPoints, theme: Theme = Theme.LIGHT) -> go.Figure:
    """Draw both errors as bars."""
    palette = PALETTES[theme]
    labels, values = ["this model", "the year before"], [points.own, points.naive]
    figure = go.Figure(
        go.Bar(
            orientation="h",
            y=labels,
            x=values,
            width=0.5,
            marker={"color": [palette.fitted, palette.greys[2]]},
            text=[f" {percent(value, 1)}" for value in values],
            textposition="outside",
            cliponaxis=False,
            textfont={"size": 13, "color": palette.text},
            hovertemplate="<b>%{y}</b><br>off by %{x:.1%} on average<extra></extra>",
        )
    )
    period = points.words.period
    said = (
        f"{percent(points.covered)} of the {period}s fell into its 90% range. Media and context were known, sales not."
    )
    if points.words.outcome_word != "sales":
        said = said.replace("sales", points.words.outcome_word)
    apply_theme(figure, theme, title=_forecast_title(points), subtitle=said, height=240)
    reach = max([value for value in values if np.isfinite(value)], default=0.01)
    figure.update_layout(
        showlegend=False,
        xaxis={
            "title": {"text": "average error, share of the outcome"},
            "tickformat": ".0%",
            "range": [0, 1.15 * reach],
        },
        yaxis={"autorange": "reversed", "showgrid": False, "zeroline": False},
    )
    return figure


def _axis(points: RangePoints) -> tuple[float, float]:
    """Wide enough for everything after the data, and a little of what was before."""
    widest = float(np.nanmax(np.abs(points.after), initial=0.0)) * _ROOM
    end = min(widest, float(np.nanmax(points.before, initial=0.0)) * 1.04) if widest > 0 else 1.0
    start = min(0.0, float(np.nanmin(points.after)) * 1.04)
    return start, max(end, float(np.nanmax(points.after, initial=0.0)) * 1.04, 1e-12)


def _range_title(points: RangePoints) -> str:
    names = [points.words.names[name] for name in points.channels]
    if not np.isfinite(points.width).any():
        return "What the data added to what was believed before"
    most, least = int(np.nanargmin(points.width)), int(np.nanargmax(points.width))
    if most == least:
        share = percent(float(points.width[most]))
        return f"Relative to its return, the range of {names[most]} is {share} as wide as before the data"
    return f"The data say most about {names[most]}, least about {names[least]}"


def _forecast_title(points: ForecastPoints) -> str:
    told = (
        "beat"
        if points.own < 0.95 * points.naive
        else "did no better than"
        if points.own < 1.05 * points.naive
        else "did worse than"
    )
    errors = f"off by {percent(points.own, 1)} against {percent(points.naive, 1)}"
    return f"Forecasts from what came before {told} the year before: {errors}"
