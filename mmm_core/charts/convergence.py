"""Whether the search had settled: the middle and spread of both errors over the course of the run."""

from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from mmm_core.charts.gap import TO_SPEND, Gap
from mmm_core.charts.theme import PALETTES, Theme, apply_theme
from mmm_core.entities.design import FloatArray
from mmm_core.entities.model_output import Convergence
from mmm_core.entities.run_result import SearchProgress

HEIGHT = 300
_PANEL_TITLE = 44  # pixels: two lines above a panel; beside it, upright, they are longer than the panel is high
OBJECTIVE_NAMES = {
    "nrmse": "Error of fit (NRMSE)",
    "decomp_rssd": TO_SPEND.axis,
    "mape": "Gap to lift studies (MAPE.LIFT)",
}


class ObjectiveCourse(NamedTuple):
    """One error over the course of the search.

    Attributes:
        objective: ``nrmse``, ``decomp_rssd`` or ``mape``.
        iteration: Last iteration of every twentieth, shape (n_cuts,).
        median: Of the candidates of that twentieth, same shape.
        spread: Standard deviation of the same candidates, same shape.
        converged: Whether this error had settled; None while the search runs.
    """

    objective: str
    iteration: FloatArray
    median: FloatArray
    spread: FloatArray
    converged: bool | None


class ConvergencePoints(NamedTuple):
    """The course of every error, in a fixed order.

    Attributes:
        courses: One per error.
        gap: What the second error is called.
    """

    courses: tuple[ObjectiveCourse, ...]
    gap: Gap = TO_SPEND


def convergence_points(convergence: Convergence, gap: Gap = TO_SPEND) -> ConvergencePoints:
    """Collect the course of every error of a run; ``gap`` is what its second error is called."""
    table = convergence.table
    present = [name for name in OBJECTIVE_NAMES if (table["objective"] == name).any()]
    courses = []
    for name in present:
        rows = table[table["objective"] == name].sort_values("cut")
        courses.append(
            ObjectiveCourse(
                objective=name,
                iteration=rows["iteration"].to_numpy(float),
                median=rows["median"].to_numpy(float),
                spread=rows["std"].to_numpy(float),
                converged=bool(convergence.converged.get(name, False)),
            )
        )
    return ConvergencePoints(courses=tuple(courses), gap=gap)


def course_points(
    progress: SearchProgress | None, n_trials: int, n_cuts: int = 20, gap: Gap = TO_SPEND
) -> ConvergencePoints:
    """Collect the course of both errors of a search that is still running, every trial in the order of its arrival.

    Args:
        progress: The newest word from the worker; None before the first, for an empty chart of the same size.
        n_trials: Of the whole run, at least 1; those that have not begun are not in ``progress``.
        n_cuts: Into how many parts a whole trial is cut.
        gap: What the second error is called.
    """
    if progress is None:
        nothing = np.empty(0)
        empty = ObjectiveCourse(objective="", iteration=nothing, median=nothing, spread=nothing, converged=None)
        both = (empty._replace(objective=name) for name in ("nrmse", "decomp_rssd"))
        return ConvergencePoints(courses=tuple(both), gap=gap)
    length = max(1, -(-progress.total // n_trials))
    position = np.empty(len(progress.trial), dtype=np.int64)
    for number in np.unique(progress.trial):
        rows = np.flatnonzero(progress.trial == number)
        position[rows] = np.arange(len(rows))
    cut = np.minimum(position * n_cuts // length, n_cuts - 1)
    courses = []
    for name, values in (("nrmse", progress.nrmse), ("decomp_rssd", progress.decomp_rssd)):
        parts = [values[(cut == k) & np.isfinite(values)] for k in range(n_cuts)]
        filled = [k for k, part in enumerate(parts) if len(part) > 1]
        courses.append(
            ObjectiveCourse(
                objective=name,
                iteration=np.array([(k + 1) * length / n_cuts for k in filled]),
                median=np.array([float(np.median(parts[k])) for k in filled]),
                spread=np.array([float(np.std(parts[k], ddof=1)) for k in filled]),
                converged=None,
            )
        )
    return ConvergencePoints(courses=tuple(courses), gap=gap)


def draw_convergence(points: ConvergencePoints, theme: Theme = Theme.LIGHT) -> go.Figure:
    """Draw one panel per error: the median as a line, one standard deviation as a band."""
    palette = PALETTES[theme]
    count = max(1, len(points.courses))
    names = {**OBJECTIVE_NAMES, "decomp_rssd": points.gap.axis}
    titles = [names[course.objective].replace(" (", "<br>(") for course in points.courses]
    figure = make_subplots(rows=1, cols=count, horizontal_spacing=0.14, subplot_titles=titles)
    for column, course in enumerate(points.courses, start=1):
        band = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
        figure.add_trace(go.Scatter(x=course.iteration, y=course.median + course.spread, **band), row=1, col=column)
        lower = (course.median - course.spread).clip(min=0)
        figure.add_trace(
            go.Scatter(x=course.iteration, y=lower, fill="tonexty", fillcolor=_faded(palette.fitted), **band),
            row=1,
            col=column,
        )
        figure.add_trace(
            go.Scatter(
                x=course.iteration,
                y=course.median,
                mode="lines+markers",
                line={"color": palette.fitted, "width": 2},
                showlegend=False,
                hovertemplate="up to model %{x:,.0f} of a trial<br>median %{y:.4f}<extra></extra>",
            ),
            row=1,
            col=column,
        )
    apply_theme(
        figure, theme, title=_title(points), subtitle="Line: median; band: one standard deviation.", height=HEIGHT
    )
    figure.update_xaxes(title_text="models tried in each trial")
    figure.update_layout(margin={"t": 76 + _PANEL_TITLE}, meta={**figure.layout.meta, "top": _PANEL_TITLE})
    figure.update_yaxes(rangemode="tozero")
    figure.update_annotations(font={"size": 12.5, "color": palette.text}, align="center")
    return figure


def _faded(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.2)"


def _title(points: ConvergencePoints) -> str:
    if not points.courses:
        return "Too few models to tell whether the search has settled"
    settled = [course.converged for course in points.courses]
    if None in settled:
        return "How both errors fall as the search goes on"
    if all(settled):
        return "The search has settled: later models are no longer clearly better"
    return "The search has not settled: more models may still find better ones"
