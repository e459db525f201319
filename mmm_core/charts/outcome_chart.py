"""The outcome over time, with the window that is modelled and the periods marked as one-off."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mmm_core.charts.theme import PALETTES, Theme, apply_theme, compact_money, compact_number, escape
from mmm_core.entities.columns import Frequency
from mmm_core.entities.date_checks import touched_periods
from mmm_core.entities.design import DateArray, FloatArray
from mmm_core.entities.naming import readable_name
from mmm_core.entities.settings import MarkedPeriods, Treatment, Window

HEIGHT = 320
PERIODS_PER_YEAR = {Frequency.DAY: 365, Frequency.WEEK: 52, Frequency.MONTH: 12}
_NOTEWORTHY_CHANGE = 0.02


class OutcomePoints(NamedTuple):
    """The outcome over time.

    Attributes:
        dates: First day of every period, ascending, shape (n_periods,).
        amounts: Outcome, same shape; NaN where a cell is empty.
        name: Column name.
        period: "day", "week" or "month"; "row" when the dates are irregular.
        currency: ISO code when the outcome is money, else "".
        average: Mean over the window, unit of the outcome.
        yearly_change: Last year's mean over the one before, minus 1; NaN with less than two years in the window.
        window: First and last day that are modelled; None means all.
        marks: One-off periods, widened to the whole periods they touch.
    """

    dates: DateArray
    amounts: FloatArray
    name: str
    period: str
    currency: str
    average: float
    yearly_change: float
    window: tuple[dt.date, dt.date] | None = None
    marks: tuple[MarkedPeriods, ...] = ()


def outcome_points(
    dates: pd.Series,
    values: pd.Series,
    *,
    frequency: Frequency | None,
    currency: str = "",
    window: Window | None = None,
    marks: Sequence[MarkedPeriods] = (),
) -> OutcomePoints:
    """Collect what the outcome chart shows.

    Args:
        dates: datetime64, shape (n_periods,).
        values: Outcome, numeric, same shape; its name is the column's.
        frequency: Length of one period; None when it could not be told.
        currency: ISO code when the outcome is money.
        window: Periods that are modelled; None means all.
        marks: One-off periods.
    """
    order = np.argsort(dates.to_numpy("datetime64[ns]"), kind="stable")
    days = dates.to_numpy("datetime64[D]")[order]
    amounts = values.to_numpy(np.float64)[order]
    inside = np.ones(len(days), dtype=bool)
    if window is not None:
        inside = (days >= np.datetime64(window.start)) & (days <= np.datetime64(window.end))
    used = amounts[inside]
    return OutcomePoints(
        dates=days,
        amounts=amounts,
        name=str(values.name),
        period=frequency.value if frequency else "row",
        currency=currency,
        average=float(np.nanmean(used)) if np.isfinite(used).any() else float("nan"),
        yearly_change=_yearly_change(used, PERIODS_PER_YEAR[frequency]) if frequency else float("nan"),
        window=(window.start, window.end) if window is not None else None,
        marks=tuple(_whole_periods(mark, days) for mark in marks),
    )


def _whole_periods(mark: MarkedPeriods, days: DateArray) -> MarkedPeriods:
    """The mark from the first day of the first period it touches to the last day of the last one."""
    touched = np.flatnonzero(touched_periods(pd.Series(days), mark.start, mark.end))
    if not len(touched):
        return mark
    start, after = days[touched[0]], days[touched[-1] + 1 : touched[-1] + 2]
    end = (after[0] - 1).item() if len(after) and not np.isnat(after[0]) else mark.end
    return replace(mark, start=start.item(), end=max(start.item(), end))


def draw_outcome(points: OutcomePoints, theme: Theme = Theme.LIGHT) -> go.Figure:
    """Draw the line; what lies outside the window is veiled, marked periods are banded."""
    palette = PALETTES[theme]
    figure = go.Figure(
        go.Scatter(
            x=points.dates,
            y=points.amounts,
            mode="lines",
            line={"color": palette.actual, "width": 1.6},
            text=[_amount(value, points.currency) for value in points.amounts],
            hovertemplate="%{x|%-d %b %Y}<br><b>%{text}</b><extra></extra>",
            name=escape(points.name),
        )
    )
    apply_theme(figure, theme, title=_title(points), subtitle=_subtitle(points), height=HEIGHT)
    _veil_outside(figure, points, theme)
    _band_marks(figure, points, theme)
    figure.update_layout(showlegend=False, margin={"b": 36})
    figure.update_xaxes(zeroline=False, showgrid=False)
    figure.update_yaxes(rangemode="tozero", title={"text": _axis(points)}, tickformat="~s", nticks=6)
    return figure


def _yearly_change(values: FloatArray, per_year: int) -> float:
    if len(values) < 2 * per_year:
        return float("nan")
    last, before = values[-per_year:], values[-2 * per_year : -per_year]
    if not (np.isfinite(last).any() and np.isfinite(before).any()) or not np.nanmean(before) > 0:
        return float("nan")
    return float(np.nanmean(last) / np.nanmean(before) - 1)


def _title(points: OutcomePoints) -> str:
    name = readable_name(points.name)
    if not np.isfinite(points.average):
        return name
    first = f"{name} averages {_amount(points.average, points.currency)} a {points.period}"
    if not np.isfinite(points.yearly_change):
        return first
    if abs(points.yearly_change) < _NOTEWORTHY_CHANGE:
        return f"{first}, the last year level with the one before"
    way = "above" if points.yearly_change > 0 else "below"
    return f"{first}, the last year {abs(points.yearly_change):.0%} {way} the one before"


def _subtitle(points: OutcomePoints) -> str:
    parts = []
    if points.window is not None:
        parts.append("only the window between the veils is modelled")
    if points.marks:
        parts.append("bands are one-off periods")
    text = "; ".join(parts)
    return text[:1].upper() + text[1:]


def _axis(points: OutcomePoints) -> str:
    unit = f" ({points.currency})" if points.currency else ""
    return f"per {points.period}{unit}"


def _amount(value: float, currency: str) -> str:
    if not np.isfinite(value):
        return "empty"
    return compact_money(value, currency) if currency else compact_number(value)


def _veil_outside(figure: go.Figure, points: OutcomePoints, theme: Theme) -> None:
    if points.window is None or not len(points.dates):
        return
    start, end = (np.datetime64(day) for day in points.window)
    for left, right in ((points.dates[0], start), (end, points.dates[-1])):
        if left < right:
            figure.add_vrect(
                x0=str(left),
                x1=str(right),
                fillcolor=PALETTES[theme].surface,
                opacity=0.75,
                line_width=0,
                layer="above",
            )
    for edge, outer in ((start, points.dates[0]), (end, points.dates[-1])):
        if edge != outer:
            figure.add_vline(x=str(edge), line={"color": PALETTES[theme].fitted, "width": 1.5})


def _band_marks(figure: go.Figure, points: OutcomePoints, theme: Theme) -> None:
    palette = PALETTES[theme]
    for mark in points.marks:
        left_out = mark.treatment is Treatment.LEAVE_OUT
        figure.add_vrect(
            x0=mark.start.isoformat(),
            x1=(mark.end + dt.timedelta(days=1)).isoformat(),
            fillcolor=palette.muted if left_out else palette.newest,
            opacity=0.3,
            line_width=0,
            annotation_text=escape(f"{mark.reason[:24]}{' (left out)' if left_out else ''}"),
            annotation_position="top left",
            annotation_font={"size": 11, "color": palette.muted},
        )
