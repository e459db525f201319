"""A line without axes, small enough for a card: inline SVG, which costs the browser nothing."""

import base64
from typing import NamedTuple

import numpy as np

from mmm_core.entities.design import FloatArray

_MOST_POINTS = 120


class Sparkline(NamedTuple):
    """A line in the unit square.

    Attributes:
        x: 0..1, shape (n_points,).
        y: 0..1 upwards, same shape; 0.5 everywhere for a flat line.
    """

    x: FloatArray
    y: FloatArray


def sparkline_points(values: FloatArray) -> Sparkline:
    """Scale a series into the unit square; long ones are averaged down to about 120 points.

    Args:
        values: Oldest first, shape (n_periods,); what is not finite is left out.
    """
    kept = values[np.isfinite(values)]
    if len(kept) > _MOST_POINTS:
        kept = np.array([part.mean() for part in np.array_split(kept, _MOST_POINTS)])
    if not len(kept):
        return Sparkline(np.empty(0), np.empty(0))
    low, high = float(kept.min()), float(kept.max())
    y = (kept - low) / (high - low) if high > low else np.full(len(kept), 0.5)
    return Sparkline(np.linspace(0, 1, len(kept)), y)


def draw_sparkline(points: Sparkline, *, colour: str = "#5d7fa6", width: int = 320, height: int = 48) -> str:
    """Draw the line as an image address (``data:image/svg+xml``), which a page may show as it is.

    Args:
        points: Of :func:`sparkline_points`.
        colour: Of the line; the default is readable on light and dark.
        width: Pixels at which the line is drawn; the image may be stretched.
        height: Pixels.
    """
    pad = 3
    line = " ".join(
        f"{pad + x * (width - 2 * pad):.1f},{height - pad - y * (height - 2 * pad):.1f}"
        for x, y in zip(points.x, points.y, strict=True)
    )
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" preserveAspectRatio="none">'
        f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.6" stroke-linejoin="round" '
        'vector-effect="non-scaling-stroke"/></svg>'
    )
    return f"data:image/svg+xml;base64,{base64.b64encode(drawing.encode()).decode()}"
