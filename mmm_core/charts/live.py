"""The cloud of a search that is still running."""

from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from mmm_core.charts.candidates import FIT_AXIS
from mmm_core.charts.gap import TO_SPEND, Gap
from mmm_core.charts.theme import PALETTES, Theme, apply_theme
from mmm_core.entities.run_result import SearchProgress

HEIGHT = 440
_NEWEST_SHARE = 0.05
MAX_OLDER = 6_000
"""The picture is sent several times a second beside a search that wants the same processor; more points do not show more."""

MAX_NEWEST = 1_000


class LivePoints(NamedTuple):
    """Candidates so far.

    Attributes:
        older: Error of fit and gap to spend shares of all but the newest, shape (n_older, 2); a sample of
            at most 6,000.
        newest: Of the newest twentieth of every trial, about 1,000 at most, shape (n_newest, 2).
        front: Of the current first front, by ascending error, shape (n_front, 2).
        done: Candidates evaluated.
        total: Candidates asked for.
        gap: What the second error is called.
    """

    older: NDArray[np.float32]
    newest: NDArray[np.float32]
    front: NDArray[np.float32]
    done: int
    total: int
    gap: Gap = TO_SPEND


def live_points(progress: SearchProgress | None, total: int, gap: Gap = TO_SPEND) -> LivePoints:
    """Collect what the live cloud shows.

    Args:
        progress: The newest word from the worker; None before the first.
        total: Candidates asked for.
        gap: What the second error is called.

    Returns:
        Points; within a trial the last candidates are taken for the newest.
    """
    if progress is None or not len(progress.nrmse):
        empty = np.empty((0, 2), dtype=np.float32)
        return LivePoints(older=empty, newest=empty, front=empty, done=0, total=total, gap=gap)
    both = np.column_stack([progress.nrmse, progress.decomp_rssd]).astype(np.float32)
    is_new = _newest(progress)
    older = both[~is_new]
    if len(older) > MAX_OLDER:
        older = older[:: -(-len(older) // MAX_OLDER)]
    front = both[progress.front]
    return LivePoints(older=older, newest=both[is_new], front=front, done=progress.done, total=progress.total, gap=gap)


def draw_live(points: LivePoints, theme: Theme = Theme.LIGHT) -> go.Figure:
    """Draw the cloud with the newest candidates bright and the front as a line."""
    palette = PALETTES[theme]
    figure = go.Figure()
    figure.add_trace(
        go.Scattergl(
            x=points.older[:, 0],
            y=points.older[:, 1],
            mode="markers",
            name="candidates",
            marker={"size": 5, "color": palette.cloud, "opacity": 0.6},
            hoverinfo="skip",
        )
    )
    figure.add_trace(
        go.Scattergl(
            x=points.newest[:, 0],
            y=points.newest[:, 1],
            mode="markers",
            name="newest",
            marker={"size": 6, "color": palette.newest, "opacity": 0.9},
            hoverinfo="skip",
        )
    )
    figure.add_trace(
        go.Scattergl(
            x=points.front[:, 0],
            y=points.front[:, 1],
            mode="lines+markers",
            name="front so far",
            line={"color": palette.front, "width": 2},
            marker={"size": 7, "color": palette.front},
            hovertemplate=f"error of fit %{{x:.4f}}<br>{points.gap.inline} %{{y:.4f}}<extra>front so far</extra>",
        )
    )
    subtitle = "Down and left is better. Newest models bright, the front so far joined."
    apply_theme(figure, theme, title=_title(points), subtitle=subtitle, height=HEIGHT)
    figure.update_layout(
        uirevision="live",
        legend={"orientation": "h", "x": 0, "y": -0.2, "yanchor": "top"},
        margin={"b": 92},
        xaxis={"title": {"text": FIT_AXIS}, "range": _steady_range(points, 0), "showticklabels": points.done > 0},
        yaxis={
            "title": {"text": points.gap.axis},
            "range": _steady_range(points, 1),
            "showticklabels": points.done > 0,
        },
    )
    return figure


def _title(points: LivePoints) -> str:
    if not points.done:
        return "The first candidates appear here within seconds"
    return f"{points.done:,} of {points.total:,} models tried, {len(points.front):,} on the front so far"


def _newest(progress: SearchProgress) -> np.ndarray:
    is_new = np.zeros(len(progress.nrmse), dtype=bool)
    trials = np.unique(progress.trial)
    for number in trials:
        rows = np.flatnonzero(progress.trial == number)
        count = min(int(_NEWEST_SHARE * len(rows)), MAX_NEWEST // len(trials))
        is_new[rows[-max(1, count) :]] = True
    return is_new


def _steady_range(points: LivePoints, axis: int) -> list[float]:
    """Range of the axis in coarse steps, so that it seldom moves while points arrive."""
    values = np.concatenate([points.older[:, axis], points.newest[:, axis]])
    values = values[np.isfinite(values)]
    if not len(values):
        return [0.0, 1.0]
    low, high = float(values.min()), float(np.quantile(values, 0.95))
    front = points.front[:, axis]
    high = max(high, float(front[np.isfinite(front)].max(initial=low)))
    step = 10.0 ** np.floor(np.log10(max(high - low, abs(high) * 0.01, 1e-6))) / 2
    return [float(np.floor(low / step) * step), float(np.ceil(high / step + 0.2) * step)]
