"""Return per channel with its interval over a model set; cost per conversion when the outcome is a count."""

import math
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from mmm_core.charts.theme import PALETTES, Theme, apply_theme, escape, short_label
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.design import FloatArray
from mmm_core.entities.ledger import Ledger

_CHARACTER = 6.6  # pixels a character takes at 12 px, on average


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
    """Draw a bar from low to high per channel and the model's own value as a point."""
    words = points.words
    figure = go.Figure()
    reach, room = _add_bars(figure, points, theme)
    _add_break_even(figure, points, theme, reach)
    spread = f"Diamond: {points.model_name}. Bar: {points.interval_label}{_not_more_than_it_is(points)}."
    height = 80 + 36 * len(points.channels)
    apply_theme(figure, theme, title=_title(points), subtitle=spread, height=height)
    figure.update_layout(
        bargap=0.6,
        showlegend=False,
        margin={"r": room},
        xaxis={"title": {"text": f"{words.return_word} ({words.return_unit})"}, "range": [0, reach * 1.02]},
        yaxis={
            "tickmode": "array",
            "tickvals": list(range(len(points.channels))),
            "ticktext": [short_label(words.names[name], 18) for name in points.channels],
            "range": [len(points.channels) - 0.5, -0.5],
            "showgrid": False,
            "zeroline": False,
        },
    )
    return figure


def _not_more_than_it_is(points: ReturnPoints) -> str:
    return ", not a sampling error" if points.interval_label.startswith("spread") else ""


def _add_bars(figure: go.Figure, points: ReturnPoints, theme: Theme) -> tuple[float, int]:
    """Add spread, value and text of every channel; answers how far the axis must reach and the pixels its texts take."""
    palette, words = PALETTES[theme], points.words
    value, low, high = _costs(points) if _is_cost(words) else (points.value, points.low, points.high)
    rows = np.arange(len(points.channels))
    reach = _reach(np.concatenate([value, low, high]))
    ends = zip(points.value, points.low, points.high, strict=True)
    texts = [f"{words.returns(v)} ({words.interval(a, b)})" for v, a, b in ends]
    figure.add_trace(
        go.Bar(
            orientation="h",
            y=rows,
            x=np.minimum(high, reach) - np.minimum(low, reach),
            base=np.minimum(low, reach),
            name=points.interval_label,
            marker={"color": [words.colours[name] for name in points.channels], "opacity": 0.45},
            hoverinfo="skip",
        )
    )
    figure.add_trace(
        go.Scatter(
            x=np.where(np.isfinite(value), np.minimum(value, reach), np.nan),
            y=rows,
            mode="markers",
            name=points.model_name,
            marker={"symbol": "diamond", "size": 11, "color": palette.text},
            customdata=[[escape(words.names[n]), t] for n, t in zip(points.channels, texts, strict=True)],
            hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
        )
    )
    beside = {"x": 1, "xref": "paper", "xanchor": "left", "xshift": 8, "yanchor": "middle", "showarrow": False}
    for row, text in zip(rows, texts, strict=True):
        figure.add_annotation(y=row, text=text, font={"size": 12, "color": palette.text}, **beside)
    return reach, 16 + round(_CHARACTER * max(map(len, texts), default=0))


def _add_break_even(figure: go.Figure, points: ReturnPoints, theme: Theme, reach: float) -> None:
    if not points.break_even:
        return
    muted = PALETTES[theme].muted
    line = 1 / points.break_even if _is_cost(points.words) else points.break_even
    figure.add_vline(
        x=line,
        line={"color": muted, "dash": "dash", "width": 1.5},
        annotation={"text": "break-even", "font": {"size": 11, "color": muted}},
        annotation_position="bottom left" if line > reach / 2 else "bottom right",
    )


def _is_cost(words: Vocabulary) -> bool:
    return words.kind is OutcomeKind.CONVERSION


def _costs(points: ReturnPoints) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Cost per conversion: the inverse, so the ends change places; nothing won costs without limit."""
    with np.errstate(divide="ignore"):
        value, low, high = (np.where(a > 0, 1 / a, np.inf) for a in (points.value, points.high, points.low))
    return value, low, high


def _reach(values: FloatArray) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.max()) * 1.05 if len(finite) and finite.max() > 0 else 1.0


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
