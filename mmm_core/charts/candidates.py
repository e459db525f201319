"""Every candidate as a point: error of fit across, gap to spend shares (or to the model before) up, fronts joined."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from mmm_core.charts.gap import TO_SPEND, Gap, gap_of
from mmm_core.charts.theme import PALETTES, Palette, Theme, apply_theme, escape, hover_text
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.design import FloatArray, IntArray
from mmm_core.entities.run_result import RunResult

BoolArray = NDArray[np.bool_]

FIT_AXIS = "Error of fit (NRMSE)"
MAX_DRAWN = 50_000
HEIGHT = 600
COLOUR_BY_FRONT = "front"
COLOUR_BY_BASELINE = "baseline share"
_MAX_FRONTS_APART = 5


class CandidatePoints(NamedTuple):
    """The cloud of all candidates of a finished run, in the order of ``ModelOutput.solution_ids``.

    Attributes:
        nrmse: Shape (n_candidates,).
        rssd: Same shape.
        front: 1, 2, ... for candidates on one of the chosen fronts, 0 for all others; same shape.
        survives: Whether the filters keep the candidate; same shape.
        drawn: Whether it is drawn at all: everything up to 50,000 candidates, then all fronts and a sample; same shape.
        ids: Solution ids, same length.
        colour: Value that colours the points, or None to colour by front; same shape.
        colour_title: What ``colour`` is, with unit.
        recommended: Index of the recommended model.
        selected: Index of the selected model, or None.
        groups: Indices of the points per trace, in the order of the traces of the figure.
        average: Error of fit and gap to spend of the averaged estimate, which is no candidate; None without one.
        gap: What the second error is called.
    """

    nrmse: FloatArray
    rssd: FloatArray
    front: IntArray
    survives: BoolArray
    drawn: BoolArray
    ids: Sequence[str]
    colour: FloatArray | None
    colour_title: str
    recommended: int
    selected: int | None
    groups: tuple[IntArray, ...]
    average: tuple[float, float] | None = None
    gap: Gap = TO_SPEND

    @property
    def n_hidden(self) -> int:
        """How many candidates are left out of the drawing."""
        return int((~self.drawn).sum())


def candidate_points(
    result: RunResult,
    *,
    survives: BoolArray | None = None,
    selected_id: str | None = None,
    colour: FloatArray | None = None,
    colour_title: str = "",
    average: tuple[float, float] | None = None,
    max_drawn: int = MAX_DRAWN,
) -> CandidatePoints:
    """Collect what the scatter of all candidates shows.

    Args:
        result: A finished run.
        survives: Which candidates the filters keep, shape (n_candidates,); None keeps all.
        selected_id: The selected model.
        colour: Value that colours the points, shape (n_candidates,); None colours by front.
        colour_title: What ``colour`` is.
        average: Error of fit and gap to spend of the averaged estimate.
        max_drawn: Above this many candidates all fronts and a fixed random sample are drawn.

    Returns:
        Points; the sample is the same every time.
    """
    output, pareto = result.collection.model_output, result.pareto
    ids = output.solution_ids
    row_of = {solution_id: row for row, solution_id in enumerate(ids)}
    table = pareto["candidates"]
    front = np.where(table["on_front"].to_numpy(bool), table["front"].to_numpy(np.int64), 0)
    recommended = row_of[pareto["recommended_id"]]
    selected = row_of.get(selected_id) if selected_id is not None else None
    always = front > 0
    always[[row for row in (recommended, selected) if row is not None]] = True
    keep = np.ones(len(ids), dtype=bool) if survives is None else survives
    drawn = _sample(always, keep, max_drawn)
    return CandidatePoints(
        nrmse=output.metric("nrmse"),
        rssd=output.metric("decomp_rssd"),
        front=front,
        survives=keep,
        drawn=drawn,
        ids=ids,
        colour=colour,
        colour_title=colour_title,
        recommended=recommended,
        selected=selected,
        groups=_groups(front, keep, drawn, output.metric("nrmse"), recommended),
        average=average,
        gap=gap_of(is_refresh=result.design.aim is not None),
    )


def draw_candidates(points: CandidatePoints, theme: Theme = Theme.LIGHT, *, clickable: bool = True) -> go.Figure:
    """Draw the cloud, the fronts, the recommended model as a star and the selected one with a ring.

    All of it is WebGL: the browser paints that layer above all others, so a front drawn otherwise would be buried in the cloud.
    """
    palette = PALETTES[theme]
    figure = go.Figure()
    _add_cloud(figure, points, palette)
    for k, rows in enumerate(points.groups[2:-1]):
        _add_front(figure, points, rows, k, palette)
    _add_marks(figure, points, palette)
    _add_average(figure, points, palette)
    apply_theme(figure, theme, title=_title(points), subtitle=_subtitle(points, clickable), height=HEIGHT)
    also = points.average or (np.nan, np.nan)
    x_range, y_range = _view(points.nrmse, points, also[0]), _view(points.rssd, points, also[1])
    figure.update_layout(
        hovermode="closest",
        clickmode="event+select" if clickable else "none",
        dragmode="zoom",
        uirevision="candidates",
        selectionrevision=points.selected or 0,  # else a point clicked before stays selected, and a click takes it off
        legend={"orientation": "h", "x": 0, "y": -0.16, "yanchor": "top"},
        margin={"b": 92},
        xaxis={"title": {"text": FIT_AXIS}, "range": x_range},
        yaxis={"title": {"text": points.gap.axis}, "range": y_range},
    )
    if points.colour is not None:
        figure.update_layout(coloraxis=_colour_axis(points, palette))
    return figure


def _groups(
    front: IntArray, survives: BoolArray, drawn: BoolArray, nrmse: FloatArray, recommended: int
) -> tuple[IntArray, ...]:
    filtered = np.flatnonzero(drawn & ~survives)
    cloud = np.flatnonzero(drawn & survives & (front == 0))
    level = np.where(survives, np.minimum(front, _MAX_FRONTS_APART), 0)
    levels = [np.flatnonzero(level == k) for k in range(1, _MAX_FRONTS_APART + 1)]
    fronts = [rows[np.argsort(nrmse[rows], kind="stable")] for rows in levels if len(rows)]
    return (filtered, cloud, *fronts, np.array([recommended]))


def _sample(always: BoolArray, keep: BoolArray, max_drawn: int) -> BoolArray:
    if len(always) <= max_drawn:
        return np.ones(len(always), dtype=bool)
    drawn = always.copy()
    generator = np.random.default_rng(0)
    others = np.flatnonzero(~always & keep)
    room = max(0, max_drawn - int(always.sum()))
    drawn[generator.choice(others, size=min(room, len(others)), replace=False)] = True
    return drawn


def _hover(points: CandidatePoints, rows: IntArray, note: str = "") -> dict[str, object]:
    """Hover of some points: the id and, in plain words, the two errors and the colour value."""
    template = f"<b>Model %{{text}}</b>{note}<br>error of fit %{{x:.4f}}<br>{points.gap.inline} %{{y:.4f}}"
    hover: dict[str, object] = {"text": [points.ids[row] for row in rows]}
    if points.colour is not None:
        template += f"<br>{hover_text(points.colour_title)} %{{customdata:.3~g}}"
        hover["customdata"] = points.colour[rows]
    return {**hover, "hovertemplate": template + "<extra></extra>"}


def _add_cloud(figure: go.Figure, points: CandidatePoints, palette: Palette) -> None:
    filtered, cloud = points.groups[0], points.groups[1]
    figure.add_trace(
        go.Scattergl(
            x=points.nrmse[filtered],
            y=points.rssd[filtered],
            mode="markers",
            name="filtered out",
            marker={"size": 4, "color": palette.grid, "opacity": 0.8},
            hoverinfo="skip",
            showlegend=bool(len(filtered)),
            unselected={"marker": {"opacity": 0.8}},
        )
    )
    in_colour = points.colour is not None
    colour = {"color": points.colour[cloud], "coloraxis": "coloraxis"} if points.colour is not None else {}
    figure.add_trace(
        go.Scattergl(
            x=points.nrmse[cloud],
            y=points.rssd[cloud],
            mode="markers",
            name="candidates",
            marker={"size": 4.5, "color": palette.cloud, "opacity": 0.85 if in_colour else 0.5, **colour},
            unselected={"marker": {"opacity": 0.85 if in_colour else 0.5}},
            **_hover(points, cloud),
        )
    )


def _add_front(figure: go.Figure, points: CandidatePoints, rows: IntArray, rank: int, palette: Palette) -> None:
    level = int(points.front[rows[0]])
    many = level == _MAX_FRONTS_APART and int(points.front.max()) > level
    name = f"front {level} or later" if many else f"front {level}"
    is_best = level == 1
    strength = max(0.35, 1 - 0.18 * rank)
    colour = {"color": points.colour[rows], "coloraxis": "coloraxis"} if points.colour is not None else {}
    figure.add_trace(
        go.Scattergl(
            x=points.nrmse[rows],
            y=points.rssd[rows],
            mode="markers" if many else "lines+markers",
            name="best front" if is_best else "next fronts",
            legendgroup="best" if is_best else "next",
            showlegend=rank <= 1,
            line={"color": palette.front, "width": 2 if rank == 0 else 1},
            marker={
                "size": 8 if rank == 0 else 7,
                "color": palette.front,
                "opacity": strength,
                "line": {"width": 0.5, "color": palette.surface},
                **colour,
            },
            opacity=1.0 if rank == 0 else 0.8,
            unselected={"marker": {"opacity": strength}},
            **_hover(points, rows, f" · {name}"),
        )
    )


def _add_marks(figure: go.Figure, points: CandidatePoints, palette: Palette) -> None:
    rows = points.groups[-1]
    figure.add_trace(
        go.Scattergl(
            x=points.nrmse[rows],
            y=points.rssd[rows],
            mode="markers",
            name="best of the search",
            marker={"symbol": "star", "size": 20, "color": palette.star, "line": {"width": 1.5, "color": palette.text}},
            unselected={"marker": {"opacity": 1}},
            **_hover(points, rows, " · best of the search"),
        )
    )
    if points.selected is None:
        return
    figure.add_trace(
        go.Scattergl(
            x=points.nrmse[[points.selected]],
            y=points.rssd[[points.selected]],
            mode="markers",
            name="selected",
            marker={"symbol": "circle-open", "size": 20, "color": palette.text, "line": {"width": 3}},
            unselected={"marker": {"opacity": 1}},
            hoverinfo="skip",
        )
    )


def _add_average(figure: go.Figure, points: CandidatePoints, palette: Palette) -> None:
    """Mark where the recommended answer would stand; it cannot be clicked, because it is no candidate."""
    if points.average is None:
        return
    fit, gap = points.average
    figure.add_trace(
        go.Scattergl(
            x=[fit],
            y=[gap],
            mode="markers",
            name="recommended: the average",
            marker={
                "symbol": "diamond",
                "size": 15,
                "color": palette.newest,
                "line": {"width": 2, "color": palette.text},
            },
            unselected={"marker": {"opacity": 1}},
            hovertemplate=f"<b>Recommended: the average</b><br>error of fit {fit:.4f}<br>{points.gap.inline} {gap:.4f}"
            "<extra></extra>",
        )
    )


def _view(values: FloatArray, points: CandidatePoints, also: float) -> list[float]:
    """Range that shows all fronts and 98 of 100 candidates, as far as they are finite; a double click shows the rest."""
    must = np.concatenate([values[points.front > 0], values[[points.recommended]], [also]])
    if points.selected is not None:
        must = np.append(must, values[points.selected])
    must, finite = must[np.isfinite(must)], values[np.isfinite(values)]
    if not len(finite):
        return [0.0, 1.0]
    low = float(must.min(initial=finite.min()))
    high = float(must.max(initial=np.quantile(finite, 0.98)))
    pad = 0.05 * (high - low or abs(high) or 1.0)
    return [max(low - pad, -0.3 * pad) if low >= 0 else low - pad, high + pad]


def _colour_axis(points: CandidatePoints, palette: Palette) -> dict[str, object]:
    assert points.colour is not None
    finite = points.colour[np.isfinite(points.colour)]
    low, high = np.quantile(finite, [0.02, 0.98]) if len(finite) else (0.0, 1.0)
    return {
        "colorscale": "Viridis",
        "cmin": float(low),
        "cmax": float(high) if high > low else float(low) + 1e-9,
        "colorbar": {
            "title": {"text": escape(points.colour_title), "side": "right", "font": {"size": 12}},
            "thickness": 12,
            "outlinewidth": 0,
            "tickfont": {"color": palette.muted, "size": 12},
        },
    }


def _title(points: CandidatePoints) -> str:
    total, kept = len(points.ids), int(points.survives.sum())
    on_fronts = int((points.front > 0).sum())
    if kept < total:
        surviving = int((points.survives & (points.front > 0)).sum())
        return f"{kept:,} of {total:,} models pass the filters, {surviving:,} of them on the fronts"
    if int(points.front.max()) == 1:
        return f"{on_fronts:,} of {total:,} models are on the front: no other is better in both ways"
    return f"The best {int(points.front.max())} fronts hold {on_fronts:,} of {total:,} models"


def _subtitle(points: CandidatePoints, clickable: bool) -> str:
    drawn = f"{int(points.drawn.sum()):,} of {len(points.ids):,}"
    sample = f"Drawn: all fronts and a sample, {drawn} models. " if points.n_hidden else ""
    click = "Click a point to see its model; drag to zoom" if clickable else "Drag to zoom"
    return f"{sample}Down and left is better. {click}, double-click to see all."


def colour_choices(words: Vocabulary) -> dict[str, str]:
    """What the points can be coloured by: key to label."""
    returns = {name: words.return_of(name) for name in words.paid}
    return {COLOUR_BY_FRONT: "front", COLOUR_BY_BASELINE: "baseline share", **returns}


def colour_values(result: RunResult, choice: str) -> FloatArray | None:
    """Values for one of :func:`colour_choices`, shape (n_candidates,); None for colouring by front.

    Baseline share is everything that is not media over the whole, between 0 and 1 unless parts are negative.
    """
    output = result.collection.model_output
    if choice == COLOUR_BY_FRONT:
        return None
    if choice == COLOUR_BY_BASELINE:
        return output.baseline_share
    return output.roas[:, output.paid_names.index(choice)]
