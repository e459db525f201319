"""How fast the pressure of every channel fades, and when half of it is gone."""

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from mmm_core.charts.theme import MAX_STACKED_CHANNELS, PALETTES, Theme, apply_theme, escape, hover_text, short_label
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.design import FloatArray

HEIGHT = 320
_ROW_HEIGHT = 26


class DecayPoints(NamedTuple):
    """Fading of one burst of pressure per channel.

    Attributes:
        channels: Keys, paid by spend, then organic.
        lags: Periods after the spend, shape (n_lags,).
        curves: Share of the highest pressure that is still felt, shape (n_channels, n_lags).
        half_lives: Periods from the peak until half is left, shape (n_channels,); inf when it never is within the data.
        n_left_out: Smaller channels that are not among them.
        words: Names, colours and the period.
    """

    channels: tuple[str, ...]
    lags: FloatArray
    curves: FloatArray
    half_lives: FloatArray
    n_left_out: int
    words: Vocabulary


def decay_points(
    curves: Mapping[str, FloatArray], half_lives: Mapping[str, float], words: Vocabulary, *, all_channels: bool = True
) -> DecayPoints:
    """Collect the fading of every channel.

    Args:
        curves: Share of the pressure per lag by channel, each of shape (n_lags,).
        half_lives: Periods until half is left, by channel.
        words: Names, colours and the period.
        all_channels: Keep more than ten channels.
    """
    order = [name for name in words.channels if name in curves]
    kept = order if all_channels else order[:MAX_STACKED_CHANNELS]
    table = np.array([curves[name] for name in kept])
    return DecayPoints(
        channels=tuple(kept),
        lags=np.arange(table.shape[1], dtype=np.float64),
        curves=table,
        half_lives=np.array([half_lives[name] for name in kept]),
        n_left_out=len(order) - len(kept),
        words=words,
    )


def half_life_text(half_life: float, period: str) -> str:
    """``1.3 weeks``, ``under a tenth of a week``, ``never within the data``."""
    if math.isinf(half_life):
        return "never within the data"
    if half_life < 0.05:
        return "at once"
    return f"{half_life:.1f} {period}{'' if f'{half_life:.1f}' == '1.0' else 's'}"


def draw_decay(points: DecayPoints, theme: Theme = Theme.LIGHT, *, stacked: bool = False) -> go.Figure:
    """Draw a line per channel, and beside it the half-life of every channel as a bar.

    Args:
        points: Of :func:`decay_points`.
        theme: Light or dark.
        stacked: One panel below the other, for narrow screens.
    """
    words, n = points.words, len(points.channels)
    titles = ["Pressure left after one burst", "Half of it is gone after"]
    rows, columns = (2, 1) if stacked else (1, 2)
    height = max(HEIGHT, 110 + _ROW_HEIGHT * n)
    spacing = {"vertical_spacing": 0.16} if stacked else {"horizontal_spacing": 0.16, "column_widths": [0.56, 0.44]}
    figure = make_subplots(rows=rows, cols=columns, subplot_titles=titles, **spacing)
    for name, curve in zip(points.channels, points.curves, strict=True):
        figure.add_trace(
            go.Scatter(
                x=points.lags,
                y=curve,
                mode="lines",
                line={"color": words.colours[name], "width": 2},
                hovertemplate=f"<b>{hover_text(words.names[name])}</b><br>%{{x:.0f}} {words.period}s later: %{{y:.0%}}"
                "<extra></extra>",
            ),
            row=1,
            col=1,
        )
    apply_theme(figure, theme, title=_title(points), subtitle=_subtitle(points), height=height * (2 if stacked else 1))
    _add_half_lives(figure, points, theme, (2, 1) if stacked else (1, 2))
    palette = PALETTES[theme]
    figure.update_layout(showlegend=False, meta={**figure.layout.meta, "top": 32}, margin={"t": 100, "b": 48})
    figure.for_each_annotation(lambda note: note.update(font={"size": 12.5, "color": palette.muted}))
    figure.update_yaxes(range=[0, 1.04], tickformat=".0%", nticks=5, row=1, col=1)
    if height > HEIGHT:  # many channels make the bars tall; the lines keep their shape
        top = figure.layout.yaxis.domain[1]
        figure.update_layout(yaxis={"domain": [top - (top - figure.layout.yaxis.domain[0]) * HEIGHT / height, top]})
    figure.update_xaxes(title={"text": f"{words.period}s later"}, showgrid=False, row=1, col=1)
    figure.add_hline(y=0.5, line={"color": palette.zero, "dash": "dot", "width": 1}, row=1, col=1)
    return figure


def _add_half_lives(figure: go.Figure, points: DecayPoints, theme: Theme, place: tuple[int, int]) -> None:
    words, rows = points.words, list(range(len(points.channels)))
    finite = points.half_lives[np.isfinite(points.half_lives)]
    reach = float(finite.max(initial=0.0)) or 1.0
    texts = [half_life_text(value, words.period) for value in points.half_lives]
    figure.add_trace(
        go.Bar(
            orientation="h",
            y=rows,
            width=min(0.8, 0.15 * len(rows)),
            x=np.where(np.isfinite(points.half_lives), points.half_lives, reach),
            marker={"color": [words.colours[name] for name in points.channels]},
            text=[f" {text}" for text in texts],
            textposition="outside",
            cliponaxis=False,
            textfont={"size": 12, "color": PALETTES[theme].text},
            customdata=[[escape(words.names[name]), text] for name, text in zip(points.channels, texts, strict=True)],
            hovertemplate="<b>%{customdata[0]}</b><br>half gone: %{customdata[1]}<extra></extra>",
        ),
        row=place[0],
        col=place[1],
    )
    figure.update_xaxes(title={"text": f"{words.period}s"}, range=[0, 1.55 * reach], row=place[0], col=place[1])
    figure.update_yaxes(
        tickmode="array",
        tickvals=rows,
        ticktext=[short_label(words.names[name], 16) for name in points.channels],
        range=[len(rows) - 0.5, -0.5],
        showgrid=False,
        zeroline=False,
        row=place[0],
        col=place[1],
    )


def _title(points: DecayPoints) -> str:
    longest = int(np.argmax(points.half_lives))
    name, value = points.words.names[points.channels[longest]], points.half_lives[longest]
    if math.isinf(value):
        return f"The pressure of {name} does not fade by half within the data"
    if value < 0.05:
        return f"No channel's pressure lasts beyond its own {points.words.period}"
    text = half_life_text(value, points.words.period)
    if len(points.channels) == 1:
        return f"Half of the pressure of {name} is gone after {text}"
    return f"{name} carries over longest: half of its pressure is gone after {text}"


def _subtitle(points: DecayPoints) -> str:
    text = "Carry-over (adstock) of this model; half-life counted from the peak."
    return f"{text} The {points.n_left_out} smallest channels are left out." if points.n_left_out else text
