"""What a channel brings at once against what comes from earlier periods' spend."""

from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from mmm_core.charts.theme import MAX_STACKED_CHANNELS, PALETTES, Theme, apply_theme, escape, percent, short_label
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.design import FloatArray
from mmm_core.entities.ledger import Ledger

_ROW_HEIGHT = 30


class CarryOverPoints(NamedTuple):
    """Immediate and carry-over part per channel.

    Attributes:
        channels: Keys, paid by spend, then organic.
        immediate: Share of the contribution that comes at once, shape (n_channels,); NaN where nothing is won.
        carry_over: Share from earlier periods' spend, same shape; both sum to 1.
        n_left_out: Smaller channels that are not among them.
        words: Names, colours and units.
    """

    channels: tuple[str, ...]
    immediate: FloatArray
    carry_over: FloatArray
    n_left_out: int
    words: Vocabulary


def carry_over_points(ledger: Ledger, words: Vocabulary, *, all_channels: bool = True) -> CarryOverPoints:
    """Collect the carry-over share of every channel of a ledger.

    Args:
        ledger: What a model set says.
        words: Names, colours and units.
        all_channels: Keep more than ten channels.
    """
    shares = ledger.channels.set_index("channel")["carry_over_share"]
    order = [name for name in words.channels if name in shares.index]
    kept = order if all_channels else order[:MAX_STACKED_CHANNELS]
    carried = np.array(shares[kept], dtype=np.float64)
    return CarryOverPoints(tuple(kept), 1 - carried, carried, len(order) - len(kept), words)


def draw_carry_over(points: CarryOverPoints, theme: Theme = Theme.LIGHT) -> go.Figure:
    """Draw one bar per channel: the immediate part in full colour, the carry-over part lighter."""
    palette, words = PALETTES[theme], points.words
    rows = list(range(len(points.channels)))
    figure = go.Figure()
    for name, values, opacity in (("at once", points.immediate, 1.0), ("from earlier spend", points.carry_over, 0.4)):
        figure.add_trace(
            go.Bar(
                orientation="h",
                y=rows,
                x=np.nan_to_num(values),
                name=name,
                marker={"color": [words.colours[key] for key in points.channels], "opacity": opacity},
                text=[percent(value) if value >= 0.08 else "" for value in values],
                textposition="inside",
                insidetextanchor="middle",
                textangle=0,
                textfont={"size": 12, "color": "#000000" if theme is Theme.LIGHT or opacity == 1 else palette.text},
                customdata=[
                    [escape(words.names[key]), f"{percent(value, 1)} {name}"]
                    for key, value in zip(points.channels, values, strict=True)
                ],
                hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
            )
        )
    for row, share in enumerate(points.carry_over):
        if np.isnan(share):
            figure.add_annotation(
                x=0,
                y=row,
                text="brings nothing in this model",
                xanchor="left",
                showarrow=False,
                font={"size": 12, "color": palette.muted},
            )
    apply_theme(figure, theme, title=_title(points), subtitle=_subtitle(points), height=90 + _ROW_HEIGHT * len(rows))
    figure.update_layout(
        barmode="stack",
        bargap=0.3,
        showlegend=False,
        xaxis={"title": {"text": "share of the channel's contribution"}, "tickformat": ".0%", "range": [0, 1.001]},
        yaxis={
            "tickmode": "array",
            "tickvals": rows,
            "ticktext": [short_label(words.names[name], 18) for name in points.channels],
            "range": [len(rows) - 0.5, -0.5],
            "showgrid": False,
            "zeroline": False,
        },
    )
    return figure


def _title(points: CarryOverPoints) -> str:
    known = np.flatnonzero(np.isfinite(points.carry_over))
    if not len(known):
        return "No channel brings anything in this model"
    most = int(known[np.argmax(points.carry_over[known])])
    share, name = points.carry_over[most], points.words.names[points.channels[most]]
    if share < 0.005:
        return "What media bring, they bring at once: nothing carries over"
    return f"{percent(share)} of what {name} brings comes from earlier {points.words.period}s' spend"


def _subtitle(points: CarryOverPoints) -> str:
    text = "Full colour: at once. Light: carry-over (adstock) from earlier spend."
    return f"{text} The {points.n_left_out} smallest channels are left out." if points.n_left_out else text
