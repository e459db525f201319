"""Share of spend against share of effect per paid channel, with what a unit of spend returned."""

from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from mmm_core.charts.ledger_words import infinite_text, paid_order, return_text
from mmm_core.charts.theme import MAX_STACKED_CHANNELS, PALETTES, Theme, apply_theme, escape, percent, short_label
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.design import FloatArray
from mmm_core.entities.ledger import Ledger

_ROW_HEIGHT = 46
_CHARACTER = 6.6  # pixels a character takes at 12 px, on average


class SharePoints(NamedTuple):
    """Shares of the paid channels.

    Attributes:
        channels: Keys, highest spend first.
        spend_share: Of all paid spend, shape (n_channels,).
        effect_share: Of everything paid media brought, same shape; NaN when they brought nothing.
        returns: ROAS or CPA of every channel with its range, in words.
        interval_label: What the ranges are.
        left_out: Number, spend share and effect share of the smaller channels that are not among them.
        remark: What has to be said of channels that win nothing; may be empty.
        words: Names, colours and units.
    """

    channels: tuple[str, ...]
    spend_share: FloatArray
    effect_share: FloatArray
    returns: tuple[str, ...]
    interval_label: str
    left_out: tuple[int, float, float]
    remark: str
    words: Vocabulary


def share_points(ledger: Ledger, words: Vocabulary, *, all_channels: bool = True) -> SharePoints:
    """Collect shares and returns of the paid channels.

    Args:
        ledger: What a model set says.
        words: Names, colours and units.
        all_channels: Keep more than ten channels; otherwise the smallest are left out, and counted.
    """
    order = paid_order(ledger, words)
    rows = ledger.channels.set_index("channel").loc[order]
    spend, effect = (rows[name].to_numpy(np.float64) for name in ("spend_share", "effect_share"))
    n = len(order) if all_channels else min(len(order), MAX_STACKED_CHANNELS)
    return SharePoints(
        channels=tuple(order[:n]),
        spend_share=spend[:n],
        effect_share=effect[:n],
        returns=tuple(return_text(words, ledger, name) for name in order[:n]),
        interval_label=ledger.interval_label,
        left_out=(len(order) - n, float(spend[n:].sum()), float(np.nansum(effect[n:]))),
        remark=infinite_text(words, ledger),
        words=words,
    )


def draw_shares(points: SharePoints, theme: Theme = Theme.LIGHT) -> go.Figure:
    """Draw two bars per channel, spend above effect, with the return beside them."""
    palette, words = PALETTES[theme], points.words
    rows = np.arange(len(points.channels))
    figure = go.Figure()
    colours = [words.colours[name] for name in points.channels]
    series = (
        ("share of spend", points.spend_share, palette.greys[2], -0.2),
        ("share of effect", np.nan_to_num(points.effect_share), colours, 0.2),
    )
    for name, values, colour, shift in series:
        figure.add_trace(
            go.Bar(
                orientation="h",
                x=values,
                y=rows + shift,
                width=0.36,
                name=name,
                marker={"color": colour},
                text=[f" {percent(value)}" for value in values],
                textposition="outside",
                cliponaxis=False,
                textfont={"size": 12, "color": palette.text},
                customdata=[
                    [escape(words.names[key]), f"{name} {percent(value, 1)}"]
                    for key, value in zip(points.channels, values, strict=True)
                ],
                hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
            )
        )
    apply_theme(figure, theme, title=_title(points), subtitle=_subtitle(points), height=100 + _ROW_HEIGHT * len(rows))
    reach = float(max(np.nanmax(points.spend_share, initial=0), np.nanmax(points.effect_share, initial=0), 0.01))
    figure.update_layout(
        showlegend=False,
        annotations=_returns_beside(points, palette.text),
        margin={"r": 16 + round(_CHARACTER * max(map(len, (*points.returns, words.return_word)), default=0))},
        meta={**figure.layout.meta, "top": 26},
        xaxis={"title": {"text": "share of all paid channels"}, "tickformat": ".0%", "range": [0, 1.16 * reach]},
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


def _returns_beside(points: SharePoints, colour: str) -> list[dict[str, object]]:
    """Notes with the return of every channel beside the plot, under their heading."""
    font = {"size": 12, "color": colour}
    beside = {
        "x": 1,
        "xref": "paper",
        "xanchor": "left",
        "xshift": 8,
        "showarrow": False,
        "align": "left",
        "font": font,
    }
    notes: list[dict[str, object]] = [
        {"y": row, "text": text, "yanchor": "middle", **beside} for row, text in enumerate(points.returns)
    ]
    heading = f"<b>{points.words.return_word}</b>"
    return [*notes, {"y": 1, "yref": "paper", "text": heading, "yanchor": "bottom", **beside}]


def _title(points: SharePoints) -> str:
    words, effect = points.words, points.effect_share
    if not np.nansum(effect) > 0:
        return "This model credits no paid channel with anything"
    if len(points.channels) == 1 and not points.left_out[0]:
        return f"{words.names[points.channels[0]]} is the only paid channel: {words.return_word} {points.returns[0]}"
    k = int(np.nanargmax(effect - points.spend_share))
    return (
        f"{words.names[points.channels[k]]} gets {percent(points.spend_share[k])} of paid spend and brings "
        f"{percent(effect[k])} of paid {words.outcome_word}"
    )


def _subtitle(points: SharePoints) -> str:
    text = f"Grey: share of spend. Colour: share of effect. {points.words.return_word} with {points.interval_label}."
    count, spend, effect = points.left_out
    if count:
        text += f" The {count} smallest channels, with {percent(spend)} of spend and {percent(effect)} of effect, are left out."
    return f"{text} {points.remark}".rstrip()
