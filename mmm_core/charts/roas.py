"""Return per channel with its interval over a model set; cost per conversion when the outcome is a count."""

import math
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from mmm_core.charts.channel_rows import range_bar
from mmm_core.charts.theme import PALETTES, Theme, apply_theme, escape, short_label
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.design import FloatArray
from mmm_core.entities.ledger import Ledger

_ROW_HEIGHT = 48
_FAR_APART = 12.0
"""Costs whose highest is more than this many times the lowest get a logarithmic axis."""


class ReturnPoints(NamedTuple):
    """Return on spend per paid channel.

    Attributes:
        channels: Keys, highest spend first.
        value: Of the model in question, outcome per unit of spend, shape (n_channels,).
        low: Low end of the spread, same shape.
        high: High end, same shape.
        interval_label: What low and high are.
        break_even: Outcome per unit of spend at which a channel pays for itself; None when unknown.
        model_name: What the points are, for the legend.
        words: Names and units.
    """

    channels: tuple[str, ...]
    value: FloatArray
    low: FloatArray
    high: FloatArray
    interval_label: str
    break_even: float | None
    model_name: str
    words: Vocabulary


def return_points(
    ledger: Ledger,
    words: Vocabulary,
    *,
    model_name: str = "recommended model",
    break_even: float | None = None,
) -> ReturnPoints:
    """Collect returns and their intervals over a model set.

    Args:
        ledger: What the set says.
        words: Names and units.
        model_name: What is marked.
        break_even: Break-even ROAS.
    """
    rows = ledger.channels.set_index("channel").loc[list(words.paid)]
    return ReturnPoints(
        channels=words.paid,
        value=rows["roas"].to_numpy(np.float64),
        low=rows["roas_low"].to_numpy(np.float64),
        high=rows["roas_high"].to_numpy(np.float64),
        interval_label=ledger.interval_label,
        break_even=break_even,
        model_name=model_name,
        words=words,
    )


def spread_label(n_models: int) -> str:
    """How the range is called: never an interval of confidence."""
    return f"spread across {n_models:,} models"


def draw_returns(points: ReturnPoints, theme: Theme = Theme.LIGHT) -> go.Figure:
    """Draw a bar from low to high per channel and the point estimate as a diamond, its numbers above the bar.

    Costs that lie far apart get a logarithmic axis: one channel that wins almost nothing would squeeze all others.
    """
    words = points.words
    figure = go.Figure()
    axis = _axis(points)
    _add_bars(figure, points, theme, axis)
    _add_break_even(figure, points, theme, axis)
    spread = f"Diamond: {points.model_name}. Bar: {points.interval_label}{_not_more_than_it_is(points)}."
    height = 80 + _ROW_HEIGHT * len(points.channels)
    apply_theme(figure, theme, title=_title(points), subtitle=spread, height=height)
    scale = ", logarithmic" if axis.is_log else ""
    ends = np.log10([axis.start, axis.end]).tolist() if axis.is_log else [axis.start, axis.end]
    figure.update_layout(
        bargap=0.72,
        showlegend=False,
        xaxis={
            "title": {"text": f"{words.return_word} ({words.return_unit}{scale})"},
            "type": "log" if axis.is_log else "linear",
            "range": ends,
            "nticks": 6,
            "tickangle": 0,
        },
        yaxis={
            "tickmode": "array",
            "tickvals": list(range(len(points.channels))),
            "ticktext": [short_label(words.names[name], 18) for name in points.channels],
            "range": [len(points.channels) - 0.5, -0.6],
            "showgrid": False,
            "zeroline": False,
        },
    )
    if axis.is_log:
        figure.update_xaxes(dtick=1)
    return figure


class _Axis(NamedTuple):
    """Where the axis starts and ends, in the unit of the returns, and its scale."""

    start: float
    end: float
    is_log: bool


def _axis(points: ReturnPoints) -> _Axis:
    values = np.concatenate(_ends(points))
    usable = values[np.isfinite(values) & (values > 0)]
    if not len(usable):
        return _Axis(0.0, 1.0, False)
    low, high = float(usable.min()), float(usable.max())
    if _is_cost(points.words) and high > _FAR_APART * low:
        return _Axis(low / 1.5, high * 2.0, True)
    return _Axis(0.0, high * 1.07, False)


def _ends(points: ReturnPoints) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Value, low and high end as they are drawn: returns, or costs."""
    return _costs(points) if _is_cost(points.words) else (points.value, points.low, points.high)


def _not_more_than_it_is(points: ReturnPoints) -> str:
    return ", not a sampling error" if points.interval_label.startswith("spread") else ""


def _add_bars(figure: go.Figure, points: ReturnPoints, theme: Theme, axis: _Axis) -> None:
    """Add the interval, point and text of every channel; what has no limit goes to the end of the axis."""
    palette, words = PALETTES[theme], points.words
    value, low, high = _ends(points)
    rows = np.arange(len(points.channels))
    ends = zip(points.value, points.low, points.high, strict=True)
    texts = [f"{words.returns(v)} ({words.interval(a, b)})" for v, a, b in ends]
    figure.add_trace(
        range_bar(rows, low, high, (axis.start, axis.end)).update(
            name=points.interval_label,
            marker={"color": [words.colours[name] for name in points.channels], "opacity": 0.55},
            hoverinfo="skip",
        )
    )
    figure.add_trace(
        go.Scatter(
            x=np.where(np.isfinite(value), np.clip(value, axis.start, axis.end), np.nan),
            y=rows,
            mode="markers",
            name=points.model_name,
            marker={"symbol": "diamond", "size": 10, "color": palette.text},
            customdata=[[escape(words.names[n]), t] for n, t in zip(points.channels, texts, strict=True)],
            hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
        )
    )
    above = {"x": 0, "xref": "paper", "xanchor": "left", "xshift": 4, "yshift": 15, "yanchor": "middle"}
    for row, text in zip(rows, texts, strict=True):
        font = {"size": 12, "color": palette.text}
        figure.add_annotation(y=row, text=text, font=font, showarrow=False, **above)


def _add_break_even(figure: go.Figure, points: ReturnPoints, theme: Theme, axis: _Axis) -> None:
    if not points.break_even:
        return
    muted = PALETTES[theme].muted
    line = 1 / points.break_even if _is_cost(points.words) else points.break_even
    if not axis.start <= line <= axis.end:
        return
    figure.add_vline(x=line, line={"color": muted, "dash": "dash", "width": 1.5})
    figure.add_annotation(
        x=float(np.log10(line)) if axis.is_log else line,  # annotations on a logarithmic axis count in powers of ten
        y=0,
        yref="paper",
        text="break-even",
        font={"size": 11, "color": muted},
        xanchor="right" if line > axis.end / 2 else "left",
        yanchor="bottom",
        showarrow=False,
    )


def _is_cost(words: Vocabulary) -> bool:
    return words.kind is OutcomeKind.CONVERSION


def _costs(points: ReturnPoints) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Cost per conversion: the inverse, so the ends change places; nothing won costs without limit."""
    with np.errstate(divide="ignore"):
        value, low, high = (np.where(a > 0, 1 / a, np.inf) for a in (points.value, points.high, points.low))
    return value, low, high


def _title(points: ReturnPoints) -> str:
    words = points.words
    usable = [k for k, v in enumerate(points.value) if math.isfinite(v) and v > 0]
    if not usable:
        return "No paid channel brings anything in this model"
    best = max(usable, key=lambda k: points.value[k])
    verb = "returns most" if words.kind is OutcomeKind.REVENUE else "is cheapest"
    amount = words.returns(float(points.value[best]))
    spread = words.interval(float(points.low[best]), float(points.high[best]))
    return f"{words.names[points.channels[best]]} {verb}: {words.return_word} {amount} ({spread})"
