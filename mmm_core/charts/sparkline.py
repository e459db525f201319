"""A line without axes, small enough for a card: inline SVG, which costs the browser nothing."""

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


def draw_sparkline(points: Sparkline, *, width: int = 240, height: int = 44) -> str:
    """SVG in the colour of the text around it; stretches to its container.

    Args:
        points: Of :func:`sparkline_points`.
        width: Of the drawing's own units.
        height: Of the drawing's own units, and pixels on screen.
    """
    pad = 3
    line = " ".join(
        f"{pad + x * (width - 2 * pad):.1f},{height - pad - y * (height - 2 * pad):.1f}"
        for x, y in zip(points.x, points.y, strict=True)
    )
    return (
        f'<svg viewBox="0 0 {width} {height}" width="100%" height="{height}" preserveAspectRatio="none" aria-hidden="true">'
        f'<polyline points="{line}" fill="none" stroke="currentColor" stroke-width="1.6" '
        'stroke-linejoin="round" vector-effect="non-scaling-stroke"/></svg>'
    )
