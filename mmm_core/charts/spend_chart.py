"""Spend per channel as small multiples: when each channel ran, and how much it cost."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from mmm_core.charts.theme import (
    PALETTES,
    Theme,
    apply_theme,
    channel_colours,
    compact_money,
    compact_number,
    escape,
    hover_text,
    short_label,
)
from mmm_core.entities.design import DateArray, FloatArray
from mmm_core.entities.naming import display_names, join_words

MOST_PANELS = 12
ROW_HEIGHT = 132
_HEAD = 76
_NOTEWORTHY_SHARE = 0.4


class SpendPoints(NamedTuple):
    """Spend per channel over time.

    Attributes:
        dates: First day of every period, ascending, shape (n_periods,).
        channels: Columns by total spend, highest first.
        spend: Shape (n_periods, n_channels), in that order; currency per period.
        totals: Shape (n_channels,).
        currency: ISO code; may be empty.
    """

    dates: DateArray
    channels: tuple[str, ...]
    spend: FloatArray
    totals: FloatArray
    currency: str


def spend_points(dates: pd.Series, spend: pd.DataFrame, *, currency: str = "") -> SpendPoints:
    """Collect what the small multiples show.

    Args:
        dates: datetime64, shape (n_periods,).
        spend: One numeric column per channel, shape (n_periods, n_channels); empty cells count as nothing.
        currency: ISO code.
    """
    rows = np.argsort(dates.to_numpy("datetime64[ns]"), kind="stable")
    amounts = np.nan_to_num(spend.to_numpy(np.float64)[rows])
    totals = amounts.sum(axis=0)
    order = np.argsort(-totals, kind="stable")
    return SpendPoints(
        dates=dates.to_numpy("datetime64[D]")[rows],
        channels=tuple(str(spend.columns[k]) for k in order),
        spend=amounts[:, order],
        totals=totals[order],
        currency=currency,
    )


def spend_frame(points: SpendPoints) -> pd.DataFrame:
    """The numbers behind the chart: one row per period."""
    frame = pd.DataFrame(points.spend, columns=list(points.channels))
    frame.insert(0, "date", points.dates)
    return frame


def draw_spend(points: SpendPoints, theme: Theme = Theme.LIGHT, *, columns: int = 3) -> go.Figure:
    """Draw one panel per channel, the largest first, all on the same dates, each on its own scale.

    Args:
        points: Of :func:`spend_points`.
        theme: Light or dark.
        columns: Panels side by side.
    """
    shown = points.channels[:MOST_PANELS]
    columns = max(1, min(columns, len(shown)))
    n_rows = max(1, -(-len(shown) // columns))
    height = _HEAD + ROW_HEIGHT * n_rows
    figure = make_subplots(
        rows=n_rows,
        cols=columns,
        shared_xaxes=True,
        vertical_spacing=min(0.36 / n_rows, 0.2),
        horizontal_spacing=0.07,
        subplot_titles=_panel_titles(points, shown),
    )
    colours = channel_colours(points.channels)
    names = display_names(points.channels)
    for position, channel in enumerate(shown):
        figure.add_trace(
            go.Scatter(
                x=points.dates,
                y=points.spend[:, position],
                mode="lines",
                line={"color": colours[channel], "width": 1, "shape": "hvh" if len(points.dates) < 400 else "linear"},
                fill="tozeroy",
                name=escape(names[channel]),
                text=[_money(value, points.currency) for value in points.spend[:, position]],
                hovertemplate=f"{hover_text(names[channel])}<br>%{{x|%-d %b %Y}}<br><b>%{{text}}</b><extra></extra>",
            ),
            row=position // columns + 1,
            col=position % columns + 1,
        )
    apply_theme(figure, theme, title=_title(points, names), subtitle=_subtitle(points), height=height)
    figure.update_layout(
        showlegend=False, margin={"t": _HEAD + 18, "b": 28, "l": 44, "r": 8}, meta={**figure.layout.meta, "top": 28}
    )
    figure.update_xaxes(zeroline=False, showgrid=False, nticks=5, automargin=False)
    figure.update_yaxes(rangemode="tozero", tickformat="~s", nticks=3, automargin=False)
    muted = PALETTES[theme].text
    figure.for_each_annotation(
        lambda note: note.update(font={"size": 12.5, "color": muted}, xanchor="left", x=_left(note, columns))
    )
    return figure


def _left(note: go.layout.Annotation, columns: int) -> float:
    """Panel titles start where their panel starts; make_subplots centres them."""
    width = (1 - 0.07 * (columns - 1)) / columns
    return max(0.0, float(note.x) - width / 2)


def _panel_titles(points: SpendPoints, shown: Sequence[str]) -> list[str]:
    names = display_names(points.channels)
    return [
        f"<b>{short_label(names[channel], 26)}</b>  {_money(float(total), points.currency)}"
        for channel, total in zip(shown, points.totals, strict=False)
    ]


def _title(points: SpendPoints, names: dict[str, str]) -> str:
    total = float(points.totals.sum())
    spent = _money(total, points.currency)
    if total <= 0:
        return "No spend yet"
    first = [shortened(names[channel]) for channel in points.channels[:2]]
    if len(points.channels) == 1:
        return f"{first[0]} cost {spent}"
    if len(points.channels) == 2:
        return f"{first[0]} takes {float(points.totals[0]) / total:.0%} of {spent} paid spend"
    share = float(points.totals[:2].sum()) / total
    if share < _NOTEWORTHY_SHARE:
        return f"{len(points.channels)} channels share {spent} paid spend, none of them dominant"
    return f"{join_words(first)} take {share:.0%} of {spent} paid spend"


def shortened(name: str, limit: int = 32) -> str:
    """Cut a long name for a title, which is escaped later."""
    return name if len(name) <= limit else f"{name[: limit - 1]}…"


def _subtitle(points: SpendPoints) -> str:
    hidden = len(points.channels) - MOST_PANELS
    scale = "Spend per period, each channel on its own scale"
    return f"{scale}; the {MOST_PANELS} largest of {len(points.channels)} channels" if hidden > 0 else scale


def _money(value: float, currency: str) -> str:
    return compact_money(value, currency) if currency else compact_number(value)
