"""What charts with one row per channel share: the axes, the notes above the bars, and the bars of ranges."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from mmm_core.charts.theme import Palette, short_label
from mmm_core.charts.trust_words import return_name
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.design import FloatArray

RowArray = NDArray[np.integer] | NDArray[np.floating]


def range_bar(
    rows: RowArray, low: FloatArray, high: FloatArray, ends: tuple[float, float], *, width: float | None = None
) -> go.Bar:
    """Bars from the low to the high end of every range, cut where the axis ends.

    Args:
        rows: Where they lie, shape (n_rows,).
        low: Low ends, same shape.
        high: High ends, same shape; without limit is allowed.
        ends: Of the axis.
        width: Thickness, in rows.
    """
    start, end = np.clip(low, *ends), np.clip(high, *ends)
    return go.Bar(orientation="h", y=rows, x=end - start, base=start, width=width)


def texts_above(texts: list[str], palette: Palette) -> list[dict[str, object]]:
    """Notes above the bars of a chart with one row per channel."""
    above = {"x": 0, "xref": "paper", "xanchor": "left", "xshift": 4, "yshift": 15, "yanchor": "middle"}
    font = {"size": 12, "color": palette.text}
    return [{"y": row, "text": text, "font": font, "showarrow": False, **above} for row, text in enumerate(texts)]


def channel_axis(channels: tuple[str, ...], words: Vocabulary, *, grid: bool = False) -> dict[str, object]:
    """One row per channel, the first on top."""
    return {
        "tickmode": "array",
        "tickvals": list(range(len(channels))),
        "ticktext": [short_label(words.names[name], 18) for name in channels],
        "range": [len(channels) - 0.5, -0.5 if grid else -0.6],
        "showgrid": grid,
        "zeroline": False,
    }


def return_axis(words: Vocabulary) -> str:
    """Title of an axis of returns, with its unit."""
    name = return_name(words)
    return f"{name} ({words.return_unit})" if name == "ROAS" else f"{name} of spend"
