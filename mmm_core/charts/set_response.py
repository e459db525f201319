"""Response curve of one channel over a model set: what spend brings, and from where the next unit brings little."""

import math
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from mmm_core.charts.ledger_words import amount_text, figures_of
from mmm_core.charts.theme import PALETTES, Theme, apply_theme, faint
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.design import FloatArray
from mmm_core.entities.ledger import Ledger
from mmm_core.entities.model_set import SetCurve, SetKind

HEIGHT = 520
HALF = 0.5


class CurvePoints(NamedTuple):
    """One channel's curve with what it means.

    Attributes:
        curve: Response over the set, per period.
        marginal_at_mean: What the next unit of spend brings at the mean spend, with its low and high end, from the ledger;
            the ends are NaN for one model.
        threshold: Marginal return below which the channel counts as saturated, outcome per unit of spend.
        saturated_from: Spend per period from which it is; 0 when it never reaches the threshold, inf when it stays above.
        is_break_even: Whether the threshold is the break-even return; otherwise half of the highest marginal return.
        has_range: Whether low and high of the curve are a range.
        words: Names, colours and units.
    """

    curve: SetCurve
    marginal_at_mean: tuple[float, float, float]
    threshold: float
    saturated_from: float
    is_break_even: bool
    has_range: bool
    words: Vocabulary


def curve_points(curve: SetCurve, ledger: Ledger, words: Vocabulary, *, break_even: float | None = None) -> CurvePoints:
    """Collect one curve and find where its channel is saturated.

    A channel is saturated from the spend, beyond the steepest point of its curve, at which the next unit of spend brings
    less than break-even; without a break-even, less than half of what it brings at the steepest point.

    Args:
        curve: Response over a model set.
        ledger: What the same set says.
        words: Names, colours and units.
        break_even: Outcome per unit of spend at which a channel pays for itself; None when unknown.
    """
    finite = np.where(np.isfinite(curve.marginal), curve.marginal, np.nan)
    highest = float(np.nanmax(finite, initial=0.0))
    threshold = break_even if break_even is not None else HALF * highest
    return CurvePoints(
        curve=curve,
        marginal_at_mean=figures_of(ledger, curve.channel, "marginal_roas"),
        threshold=threshold,
        saturated_from=saturated_from(curve.spend, finite, threshold),
        is_break_even=break_even is not None,
        has_range=ledger.set_kind is not SetKind.MODEL,
        words=words,
    )


def saturated_from(spend: FloatArray, marginal: FloatArray, threshold: float) -> float:
    """First spend beyond the steepest point at which the slope is below a threshold, between points by a straight line.

    Args:
        spend: Ascending, shape (n_points,).
        marginal: Slope, same shape; NaN where it is not finite.
        threshold: Same unit as ``marginal``.

    Returns:
        The spend; 0 when the slope never reaches the threshold, inf when it is never below it after its peak.
    """
    known = np.flatnonzero(np.isfinite(marginal))
    if not len(known) or np.nanmax(marginal) < threshold or np.nanmax(marginal) <= 0:
        return 0.0
    x, slope = spend[known], marginal[known]
    below = np.flatnonzero((slope < threshold) & (np.arange(len(slope)) > np.argmax(slope)))
    if not len(below):
        return math.inf
    k = int(below[0])
    share = (slope[k - 1] - threshold) / (slope[k - 1] - slope[k])
    return float(x[k - 1] + share * (x[k] - x[k - 1]))


def curve_sentences(points: CurvePoints) -> tuple[str, ...]:
    """What the curve says, in plain sentences: the mean period, its parts, the next unit, and where it saturates."""
    curve, words = points.curve, points.words
    if not curve.response.max() > 0:
        return (f"This model credits {words.names[curve.channel]} with nothing, at any spend.",)
    low, high = (float(np.interp(curve.mean_spend, curve.spend, end)) for end in (curve.low, curve.high))
    brought = amount_text(words, curve.mean_response, *((low, high) if points.has_range else (math.nan, math.nan)))
    parts = (
        f"At the mean spend of {words.money(curve.mean_spend)} a {words.period} it brings {brought} a {words.period}; with no "
        f"spend in a {words.period}, earlier {words.period}s' would still bring {words.outcome(curve.carry_over_response)}."
    )
    return (parts, _next_unit(points), _saturation(points))


def next_unit_text(words: Vocabulary, value: float, low: float, high: float) -> str:
    """What the next unit of spend brings, with its range; for conversions what the next one costs."""
    if words.kind is OutcomeKind.REVENUE:
        return amount_text(words, value, low, high)
    if not value > 0:
        return "no further conversion at any cost"
    ends = ["" if math.isnan(end) else words.money(1 / end) if end > 0 else "no limit" for end in (high, low)]
    return f"{words.money(1 / value)} ({ends[0]}–{ends[1]})" if all(ends) else words.money(1 / value)


def draw_curve(points: CurvePoints, theme: Theme = Theme.LIGHT) -> go.Figure:
    """Draw the response with its parts and range, and below it what the next unit brings."""
    words, palette = points.words, PALETTES[theme]
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, row_heights=[0.68, 0.32], vertical_spacing=0.06)
    _add_response(figure, points, theme)
    _add_marginal(figure, points, theme)
    _add_ranges(figure, points, theme)
    name = words.names[points.curve.channel]
    apply_theme(figure, theme, title=f"{name}: {_finding(points)}", subtitle=_subtitle(points), height=HEIGHT)
    sign = words.money(0).replace("0", "").strip()
    figure.update_layout(
        hovermode="x unified",
        legend={"orientation": "h", "x": 0, "y": -0.16, "yanchor": "top"},
        margin={"b": 96, "r": 24},
        meta={**figure.layout.meta, "top": 28},
    )
    figure.update_xaxes(range=[0, float(points.curve.spend[-1])], zeroline=False)
    figure.update_xaxes(title={"text": f"spend per {words.period} ({sign})"}, row=2, col=1)
    figure.update_yaxes(title={"text": f"{words.outcome_word} per {words.period} ({words.outcome_unit})"}, row=1, col=1)
    figure.update_yaxes(rangemode="tozero", nticks=6)
    figure.update_yaxes(title={"text": _marginal_title(words)}, nticks=4, row=2, col=1)
    figure.update_xaxes(hoverformat=",.0f", gridcolor=palette.grid)
    return figure


def _add_response(figure: go.Figure, points: CurvePoints, theme: Theme) -> None:
    curve, words, palette = points.curve, points.words, PALETTES[theme]
    colour = words.colours[curve.channel]
    if points.has_range:
        edge = {"x": curve.spend, "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
        figure.add_trace(go.Scatter(**edge, y=curve.low, showlegend=False), row=1, col=1)
        figure.add_trace(
            go.Scatter(**edge, y=curve.high, fill="tonexty", fillcolor=faint(colour, 0.28), name=curve.interval_label),
            row=1,
            col=1,
        )
    figure.add_trace(
        go.Scatter(
            x=curve.spend[[0, -1]],
            y=[curve.carry_over_response] * 2,
            mode="lines",
            line={"color": palette.muted, "width": 1.5, "dash": "dash"},
            name=f"from earlier {words.period}s' spend (carry-over)",
            hoverinfo="skip",
        ),
        row=1,
        col=1,
    )
    seen = curve.spend <= curve.highest_seen
    seen[1:] |= seen[:-1]  # the dashed part begins where the solid one ends
    beyond = ~(curve.spend <= curve.highest_seen)
    beyond[:-1] |= beyond[1:]
    texts = np.array([_hover(points, k) for k in range(len(curve.spend))])
    for name, part, dash in (
        ("response", seen, "solid"),
        ("beyond what was ever spent (extrapolation)", beyond, "dot"),
    ):
        figure.add_trace(
            go.Scatter(
                x=curve.spend[part],
                y=curve.response[part],
                mode="lines",
                line={"color": colour, "width": 3, "dash": dash},
                text=texts[part],
                hovertemplate="%{text}<extra></extra>",
                name=name,
            ),
            row=1,
            col=1,
        )
    figure.add_trace(
        go.Scatter(
            x=[curve.mean_spend],
            y=[curve.mean_response],
            mode="markers",
            marker={"size": 12, "color": colour, "line": {"width": 1.5, "color": palette.text}},
            name=f"mean spend per {words.period}",
            hoverinfo="skip",
        ),
        row=1,
        col=1,
    )


def _add_marginal(figure: go.Figure, points: CurvePoints, theme: Theme) -> None:
    """Add what the next unit brings; for conversions what the next one costs, as far as it is worth drawing."""
    curve, words, palette = points.curve, points.words, PALETTES[theme]
    slope = np.where(np.isfinite(curve.marginal), curve.marginal, np.nan)
    is_cost = words.kind is OutcomeKind.CONVERSION
    with np.errstate(divide="ignore", invalid="ignore"):
        shown = np.where(slope > 0, 1 / slope, np.nan) if is_cost else slope
        line = 1 / points.threshold if is_cost and points.threshold > 0 else points.threshold
    at_mean = float(np.interp(curve.mean_spend, curve.spend, shown))
    common = {"showlegend": False, "hoverinfo": "skip"}
    figure.add_trace(
        go.Scatter(
            x=curve.spend, y=shown, mode="lines", line={"color": words.colours[curve.channel], "width": 2.5}, **common
        ),
        row=2,
        col=1,
    )
    if line > 0:
        figure.add_hline(
            y=line,
            line={"color": palette.zero, "dash": "dash", "width": 1.5},
            annotation={"text": _line_name(points), "font": {"size": 11, "color": palette.muted}},
            annotation_position="bottom right"
            if is_cost == (points.saturated_from < 0.9 * curve.spend[-1])
            else "top right",
            row=2,
            col=1,
        )
    if math.isfinite(at_mean):
        figure.add_trace(
            go.Scatter(
                x=[curve.mean_spend],
                y=[at_mean],
                mode="markers",
                marker={
                    "size": 9,
                    "color": words.colours[curve.channel],
                    "line": {"width": 1.5, "color": palette.text},
                },
                **common,
            ),
            row=2,
            col=1,
        )
    if is_cost and np.isfinite(shown).any():
        top = 6 * float(np.nanmin(shown))
        wanted = [value for value in (1.3 * at_mean, 1.3 * line) if math.isfinite(value)]
        figure.update_yaxes(range=[0, min(max([top, *wanted]), 3 * top)], row=2, col=1)


def _add_ranges(figure: go.Figure, points: CurvePoints, theme: Theme) -> None:
    """Shade the saturated range over both panels and mark the highest spend ever seen."""
    curve, palette = points.curve, PALETTES[theme]
    end = float(curve.spend[-1])
    note = {
        "yref": "paper",
        "y": 1,
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"size": 12, "color": palette.muted},
    }
    if curve.response.max() > 0 and points.saturated_from < end:
        figure.add_vrect(
            x0=points.saturated_from, x1=end, fillcolor=palette.greys[1], opacity=0.16, line_width=0, layer="below"
        )
        figure.add_annotation(x=end, text="saturated", xanchor="right", **note)
    if 0 < curve.highest_seen < end:
        figure.add_vline(x=curve.highest_seen, line={"color": palette.muted, "dash": "dot", "width": 1.5})
        left = points.saturated_from > 0.8 * end
        figure.add_annotation(x=curve.highest_seen, text="highest seen", xanchor="right" if left else "center", **note)


def _hover(points: CurvePoints, k: int) -> str:
    curve, words = points.curve, points.words
    ends = (float(curve.low[k]), float(curve.high[k])) if points.has_range else (math.nan, math.nan)
    text = f"brings {amount_text(words, float(curve.response[k]), *ends)}"
    slope = float(curve.marginal[k])
    if math.isinf(slope):
        return text
    label = f"next {words.money(1)} brings" if words.kind is OutcomeKind.REVENUE else "next conversion costs"
    return f"{text}<br>{label} {next_unit_text(words, slope, math.nan, math.nan)}"


def _next_unit(points: CurvePoints) -> str:
    words, figures = points.words, points.marginal_at_mean
    if words.kind is OutcomeKind.REVENUE:
        return f"There the next {words.money(1)} brings {next_unit_text(words, *figures)} (marginal ROAS)."
    if not figures[0] > 0:
        return "There more spend brings no further conversion."
    return f"There the next conversion costs {next_unit_text(words, *figures)} (marginal CPA)."


def _rule(points: CurvePoints) -> str:
    """The rule that decides what is saturated, in words."""
    words = points.words
    if not points.is_break_even:
        return f"where the next {words.money(1)} brings less than half of what it brings at the steepest point"
    if words.kind is OutcomeKind.REVENUE:
        return f"where the next {words.money(1)} brings less than the break-even of {words.outcome(points.threshold)}"
    return f"where the next conversion costs more than the break-even of {words.money(1 / points.threshold)}"


def _saturation(points: CurvePoints) -> str:
    words, start, curve = points.words, points.saturated_from, points.curve
    rule = _rule(points)
    if start == 0:
        return f"Saturated at every spend: {rule} is everywhere on this curve."
    if not math.isfinite(start) or start > curve.spend[-1]:
        return f"Not saturated up to {words.money(float(curve.spend[-1]))} a {words.period}. Saturated is {rule}."
    where = "below" if start <= curve.mean_spend else "above"
    return f"Saturated from {words.money(start)} a {words.period}, {where} the mean spend: {rule}."


def _finding(points: CurvePoints) -> str:
    curve, words = points.curve, points.words
    if not curve.response.max() > 0:
        return "this model credits it with nothing"
    if words.kind is OutcomeKind.REVENUE:
        return f"at the mean spend the next {words.money(1)} brings {next_unit_text(words, *points.marginal_at_mean)}"
    if not points.marginal_at_mean[0] > 0:
        return "at the mean spend more money brings no further conversion"
    return f"at the mean spend the next conversion costs {next_unit_text(words, *points.marginal_at_mean)}"


def _subtitle(points: CurvePoints) -> str:
    band = f"Band: {points.curve.interval_label}. " if points.has_range else ""
    return f"{band}Shaded: saturated, {_rule(points)}."


def _line_name(points: CurvePoints) -> str:
    """What the dashed line of the lower panel is."""
    if points.is_break_even:
        return "break-even"
    return "half of its best" if points.words.kind is OutcomeKind.REVENUE else "twice its cheapest"


def _marginal_title(words: Vocabulary) -> str:
    return f"next {words.money(1)} brings" if words.kind is OutcomeKind.REVENUE else "next one costs"
