"""What the bounds of a channel mean: how long its pressure is felt, and how its response bends."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from mmm_core.charts.theme import PALETTES, Theme, apply_theme, faint
from mmm_core.entities.design import FloatArray
from mmm_core.entities.naming import readable_name

HEIGHT = 300


class PreviewPoints(NamedTuple):
    """Carry-over and response that the bounds of one channel allow.

    Attributes:
        channel: Channel key.
        period: "day", "week" or "month".
        lags: Periods after the spend, shape (n_lags,).
        carry_over: Share of the pressure left, for the low, middle and high end of the bounds, each (n_lags,).
        half_lives: Periods until half is gone, same order; inf when it never is.
        pressure: Share of the highest pressure, 0..1, shape (n_points,).
        response: Lowest, middle and highest share of the ceiling, each (n_points,).
        bend: Share of the highest pressure at which half of the ceiling is reached, low and high end.
    """

    channel: str
    period: str
    lags: FloatArray
    carry_over: tuple[FloatArray, FloatArray, FloatArray]
    half_lives: tuple[float, float, float]
    pressure: FloatArray
    response: tuple[FloatArray, FloatArray, FloatArray]
    bend: tuple[float, float]


def preview_points(  # noqa: PLR0913 - two curves with what they mean
    channel: str,
    period: str,
    *,
    lags: FloatArray,
    carry_over: tuple[FloatArray, FloatArray, FloatArray],
    half_lives: tuple[float, float, float],
    pressure: FloatArray,
    responses: Sequence[FloatArray],
    bend: tuple[float, float],
) -> PreviewPoints:
    """Collect what the preview shows.

    Args:
        channel: Channel key.
        period: "day", "week" or "month".
        lags: Periods after the spend, shape (n_lags,).
        carry_over: For the low, middle and high end of the bounds.
        half_lives: Same order.
        pressure: Shape (n_points,).
        responses: Curves for the corners of the bounds, the middle one first, each (n_points,).
        bend: Ends of gamma.
    """
    lowest, highest = responses[0].copy(), responses[0].copy()
    for curve in responses[1:]:
        lowest, highest = lowest.clip(max=curve), highest.clip(min=curve)
    return PreviewPoints(channel, period, lags, carry_over, half_lives, pressure, (lowest, responses[0], highest), bend)


def draw_preview(points: PreviewPoints, colour: str, theme: Theme = Theme.LIGHT) -> go.Figure:
    """Draw both ranges as a band with its middle.

    Args:
        points: Of :func:`preview_points`.
        colour: Of the channel.
        theme: Light or dark.
    """
    titles = ["Carry-over after one burst", "Response to pressure"]
    figure = make_subplots(rows=1, cols=2, subplot_titles=titles, horizontal_spacing=0.09)
    low, middle, high = points.carry_over
    _band(figure, points.lags, (low, middle, high), colour, f"%{{x:.0f}} {points.period}s later: %{{y:.0%}}", column=1)
    _band(figure, points.pressure, points.response, colour, "at %{x:.0%} of the peak: %{y:.0%}", column=2)
    apply_theme(figure, theme, title=_title(points), subtitle=_subtitle(points), height=HEIGHT)
    palette = PALETTES[theme]
    figure.update_layout(showlegend=False, margin={"t": 100, "b": 48, "l": 48}, meta={**figure.layout.meta, "top": 32})
    figure.for_each_annotation(lambda note: note.update(font={"size": 12.5, "color": palette.muted}))
    figure.update_yaxes(range=[0, 1.04], tickformat=".0%", nticks=5)
    figure.update_xaxes(title={"text": f"{points.period}s later"}, showgrid=False, row=1, col=1)
    figure.update_xaxes(
        title={"text": "pressure, share of the highest"}, tickformat=".0%", showgrid=False, row=1, col=2
    )
    figure.add_hline(y=0.5, line={"color": palette.zero, "dash": "dot", "width": 1}, row=1, col=1)
    return figure


def _band(
    figure: go.Figure,
    x: FloatArray,
    curves: tuple[FloatArray, FloatArray, FloatArray],
    colour: str,
    hover: str,
    *,
    column: int,
) -> None:
    low, middle, high = curves
    edge = {"color": colour, "width": 1}
    for values, fill in ((low, None), (high, "tonexty")):
        figure.add_trace(
            go.Scatter(
                x=x,
                y=values,
                mode="lines",
                line=edge,
                fill=fill,
                fillcolor=faint(colour, 0.18),
                hovertemplate=f"{hover}<extra></extra>",
            ),
            row=1,
            col=column,
        )
    figure.add_trace(
        go.Scatter(
            x=x,
            y=middle,
            mode="lines",
            line={"color": colour, "width": 2.5},
            hovertemplate=f"{hover} (middle)<extra></extra>",
        ),
        row=1,
        col=column,
    )


def _title(points: PreviewPoints) -> str:
    name = readable_name(points.channel)
    shortest, _, longest = points.half_lives
    low, high = min(shortest, longest), max(shortest, longest)
    if not math.isfinite(high):
        return f"{name}: pressure may never fade by half within the data"
    unit = f"{points.period}s"
    if high < 0.05 or round(low, 1) == round(high, 1):
        return f"{name}: half of the pressure is gone after {high:.1f} {unit}"
    return f"{name}: half of the pressure is gone after {low:.1f} to {high:.1f} {unit}"


def _subtitle(points: PreviewPoints) -> str:
    low, high = points.bend
    return (
        f"Half of the ceiling is reached at {low:.0%} to {high:.0%} of the highest pressure; "
        "the band is what the search may try, the line its middle"
    )


def preview_frame(points: PreviewPoints) -> pd.DataFrame:
    """The numbers behind both panels: one row per point of a curve, low, middle and high."""
    panels = (("carry-over", points.lags, points.carry_over), ("response", points.pressure, points.response))
    return pd.concat(
        [
            pd.DataFrame({"curve": name, "x": x, "low": curves[0], "middle": curves[1], "high": curves[2]})
            for name, x, curves in panels
        ],
        ignore_index=True,
    )
