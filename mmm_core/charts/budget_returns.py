"""Return and marginal return per channel before and after a plan; costs when the outcome is a count."""

from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from mmm_core.charts.budget import panel_titles, row_axis
from mmm_core.charts.budget_words import has_interval
from mmm_core.charts.theme import PALETTES, Theme, apply_theme, arrange, hover_text, short_label
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.budget import BudgetPlan
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.design import FloatArray

_ROW = 34


class ReturnChange(NamedTuple):
    """Returns per paid channel, outcome per unit of spend; each array of shape (n_channels,).

    Attributes:
        channels: Keys, highest spend in history first.
        initial: Return today.
        planned: Return as planned.
        low: Low end of the planned return over the models.
        high: High end.
        initial_marginal: What the next unit of spend brings today.
        planned_marginal: As planned.
        break_even: Return at which a channel pays for itself; None when unknown.
        has_interval: Whether low and high are a range.
        words: Names, colours and units.
    """

    channels: tuple[str, ...]
    initial: FloatArray
    planned: FloatArray
    low: FloatArray
    high: FloatArray
    initial_marginal: FloatArray
    planned_marginal: FloatArray
    break_even: float | None
    has_interval: bool
    words: Vocabulary


def return_change(plan: BudgetPlan, words: Vocabulary, *, break_even: float | None = None) -> ReturnChange:
    """Collect returns and marginal returns of every paid channel, highest spend in history first."""
    rows = plan.channels.set_index("channel").loc[list(words.paid)]
    return ReturnChange(
        channels=words.paid,
        initial=rows["initial_roas"].to_numpy(np.float64),
        planned=rows["roas"].to_numpy(np.float64),
        low=rows["roas_low"].to_numpy(np.float64),
        high=rows["roas_high"].to_numpy(np.float64),
        initial_marginal=rows["initial_marginal_roas"].to_numpy(np.float64),
        planned_marginal=rows["marginal_roas"].to_numpy(np.float64),
        break_even=break_even,
        has_interval=has_interval(plan),
        words=words,
    )


def draw_return_change(points: ReturnChange, theme: Theme = Theme.LIGHT, *, is_narrow: bool = False) -> go.Figure:
    """Draw today's return as a ring and the planned one as a point, joined by a line; the marginal ones beside them."""
    words = points.words
    rows, columns = (2, 1) if is_narrow else (1, 2)
    panel = 50 + _ROW * len(points.channels)
    next_one = f"of the next {words.money(1)}" if words.kind is OutcomeKind.REVENUE else "of the next conversion"
    figure = make_subplots(
        rows=rows,
        cols=columns,
        shared_yaxes=not is_narrow,
        horizontal_spacing=0.06,
        vertical_spacing=min(0.5, 74 / (2 * panel)),
        subplot_titles=[f"{words.return_word} of the whole spend", f"{words.return_word} {next_one}"],
    )
    second = (2, 1) if is_narrow else (1, 2)
    average = (points.initial, points.planned, points.low, points.high)
    nothing = np.full(len(points.channels), np.nan)
    _add_panel(figure, points, theme, (1, 1), average)
    _add_panel(figure, points, theme, second, (points.initial_marginal, points.planned_marginal, nothing, nothing))
    note = "Ring: today. Point: the plan." + (" Bar: range over the models." if points.has_interval else "")
    apply_theme(figure, theme, title=return_title(points), subtitle=note, height=panel * rows + 60)
    _lay_out(figure, points, theme)
    return figure


def return_title(points: ReturnChange) -> str:
    """Where the next unit of money brings most under the plan, and where least."""
    words, slope = points.words, points.planned_marginal
    usable = [k for k in range(len(slope)) if np.isfinite(slope[k]) and slope[k] > 0]
    if not usable:
        return "Under the plan the next unit of spend brings nothing anywhere"
    best, worst = max(usable, key=lambda k: slope[k]), min(usable, key=lambda k: slope[k])
    name = words.names[points.channels[best]]
    if words.kind is OutcomeKind.REVENUE:
        text = f"Under the plan the next {words.money(1)} brings most in {name}: {words.outcome(slope[best])}"
        return (
            text
            if best == worst
            else f"{text}; least in {words.names[points.channels[worst]]}: {words.outcome(slope[worst])}"
        )
    text = f"Under the plan the next conversion is cheapest in {name}: {words.money(1 / slope[best])}"
    return (
        text
        if best == worst
        else f"{text}; dearest in {words.names[points.channels[worst]]}: {words.money(1 / slope[worst])}"
    )


Values = tuple[FloatArray, FloatArray, FloatArray, FloatArray]


def _add_panel(figure: go.Figure, points: ReturnChange, theme: Theme, where: tuple[int, int], values: Values) -> None:
    """Add today's and planned returns of one kind; costs without limit are left out of the drawing, not of the text."""
    words, palette = points.words, PALETTES[theme]
    rows = np.arange(len(points.channels))
    before, after, low, high = (_shown(part, words) for part in values)
    if words.kind is OutcomeKind.CONVERSION:
        low, high = high, low
    colours = [words.colours[name] for name in points.channels]
    at = {"row": where[0], "col": where[1]}
    reach = _reach(before, after, low, high)
    if points.has_interval and np.isfinite(low).any():
        width = np.minimum(np.where(np.isfinite(high), high, reach), reach) - low
        bar = go.Bar(orientation="h", y=rows, x=width, base=low, width=0.5, marker={"color": colours, "opacity": 0.3})
        figure.add_trace(bar.update(hoverinfo="skip", showlegend=False), **at)
    gaps = np.full(len(rows), np.nan)
    joined = np.column_stack([before, after, gaps]).ravel()
    line = go.Scatter(x=joined, y=np.repeat(rows, 3), mode="lines", line={"color": palette.muted, "width": 2})
    figure.add_trace(line.update(hoverinfo="skip", showlegend=False), **at)
    texts = [_text(points, k, values) for k in range(len(rows))]
    for name, where_x, symbol in (("today", before, "circle-open"), ("plan", after, "circle")):
        hover = (
            f"<b>%{{customdata[0]}}</b>, {name}<br>today %{{customdata[1]}}<br>plan %{{customdata[2]}}<extra></extra>"
        )
        marks = go.Scatter(
            x=where_x,
            y=rows,
            mode="markers",
            marker={"symbol": symbol, "size": 11, "color": colours, "line": {"width": 2, "color": colours}},
            customdata=texts,
            hovertemplate=hover,
            showlegend=False,
        )
        figure.add_trace(marks, **at)
    figure.update_xaxes(range=[0, reach * 1.04], **at)


def _shown(returns: FloatArray, words: Vocabulary) -> FloatArray:
    """Returns as they are drawn: costs for conversions; NaN where there is none to draw."""
    if words.kind is OutcomeKind.REVENUE:
        return np.where(np.isfinite(returns), returns, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        costs: FloatArray = np.where(returns > 0, 1 / returns, np.nan)
    return costs


def _reach(*parts: FloatArray) -> float:
    """How far the axis goes: to the largest value, unless that one dwarfs what is drawn of the others."""
    points = np.concatenate(parts[:2])
    points = points[np.isfinite(points)]
    ends = np.concatenate(parts)
    ends = ends[np.isfinite(ends)]
    if not len(points) or not points.max() > 0:
        return 1.0
    return float(min(ends.max(), 2.5 * points.max())) * 1.05


def _text(points: ReturnChange, k: int, values: Values) -> list[str]:
    words = points.words
    before, after, low, high = (float(part[k]) for part in values)
    planned = words.returns(after)
    if points.has_interval and np.isfinite(low):
        planned += f" ({words.interval(low, high)})"
    return [hover_text(words.names[points.channels[k]]), words.returns(before), planned]


def _lay_out(figure: go.Figure, points: ReturnChange, theme: Theme) -> None:
    palette, words = PALETTES[theme], points.words
    layout = {
        "barmode": "overlay",
        "margin": {"b": 48, "r": 20, "t": 104},
        "meta": {"top": 30},
        "annotations": panel_titles(figure, theme),
    }
    names = [short_label(words.names[name], 18) for name in points.channels]
    arrange(figure, layout, xaxes={"title": {"text": words.return_unit}, "nticks": 6}, yaxes=row_axis(names))
    if points.break_even:
        line = points.break_even if words.kind is OutcomeKind.REVENUE else 1 / points.break_even
        figure.add_vline(x=line, line={"color": palette.muted, "dash": "dash", "width": 1.5})
