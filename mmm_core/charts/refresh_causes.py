"""Why it moved: from the old answer to the new one in four steps, for one channel, the baseline or all paid channels."""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mmm_core.charts.refresh_sides import Quantity
from mmm_core.charts.theme import (
    NOT_AVAILABLE,
    PALETTES,
    Theme,
    apply_theme,
    arrange,
    compact_number,
    escape,
    percent,
)
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.design import FloatArray
from mmm_core.entities.refresh import BASELINE_TERM, AnswerMove, Cause, RefreshReport, TermKind

TOTAL = "all paid channels"
"""Stands for the sum over the paid channels where a channel is chosen."""

HEIGHT = 330
_MEASURES: Mapping[Quantity, str] = MappingProxyType({Quantity.CONTRIBUTION: "contribution", Quantity.RETURN: "roas"})
_NOTHING = 1e-9
"""Share of the old answer below which a cause moved nothing."""

CAUSE_NAMES: Mapping[Cause, str] = MappingProxyType(
    {
        Cause.REVISED_HISTORY: "Revised history",
        Cause.NEW_PERIODS: "New {period}s",
        Cause.MODEL_CHOICE: "Choice of model",
        Cause.SEARCH_NOISE: "Search noise",
    }
)
_AVERAGED_NAMES: Mapping[Cause, str] = MappingProxyType({Cause.SEARCH_NOISE: "Sampling noise"})


class WhyPoints(NamedTuple):
    """The way from the old answer to the new one.

    Attributes:
        term: Channel key, :data:`BASELINE_TERM` or :data:`TOTAL`.
        name: What it is called on screen.
        quantity: What moved: outcome per period, or outcome per unit of spend.
        before: Old answer.
        after: New answer.
        causes: In the order they are told apart.
        names: What they are called, same order.
        amounts: What each cause moved, same order and unit; they add up to the difference, shape (n_causes,).
        noise: What other random numbers alone would typically move, one standard deviation; NaN where that is not known.
        words: Names, colours and units.
    """

    term: str
    name: str
    quantity: Quantity
    before: float
    after: float
    causes: tuple[Cause, ...]
    names: tuple[str, ...]
    amounts: FloatArray
    noise: float
    words: Vocabulary


def why_terms(move: AnswerMove, words: Vocabulary, quantity: Quantity) -> list[str]:
    """What a way can be shown for: all paid channels first, channels by spend, the baseline last; of returns the paid ones."""
    known = set(move.terms["term"])
    channels = [name for name in (words.paid if quantity is Quantity.RETURN else words.channels) if name in known]
    if quantity is Quantity.RETURN:
        return channels
    return [TOTAL, *channels, BASELINE_TERM] if len(words.paid) > 1 else [*channels, BASELINE_TERM]


def term_name(term: str, words: Vocabulary) -> str:
    """How a term is written on screen."""
    if term == BASELINE_TERM:
        return "Baseline"
    return "All paid channels" if term == TOTAL else words.names[term]


def cause_name(cause: Cause, move: AnswerMove, words: Vocabulary) -> str:
    """How a cause is written on screen."""
    is_averaged = move.after_interval.endswith("(posterior)")
    names = {**CAUSE_NAMES, **(_AVERAGED_NAMES if is_averaged else {})}
    return names[cause].format(period=words.period)


def why_points(move: AnswerMove, words: Vocabulary, term: str, quantity: Quantity) -> WhyPoints:
    """Collect the way of one term.

    Args:
        move: How one of the two answers moved.
        words: Names, colours and units.
        term: One of :func:`why_terms`.
        quantity: What moved.
    """
    measure = _MEASURES[quantity]
    of_paid = move.terms["kind"] == TermKind.PAID.value
    rows = move.terms[of_paid if term == TOTAL else move.terms["term"] == term]
    table = move.causes[(move.causes["measure"] == measure) & move.causes["term"].isin(rows["term"])]
    moved = table.groupby("cause")["change"].sum()
    causes = tuple(cause for cause in Cause if cause.value in moved.index)
    return WhyPoints(
        term=term,
        name=term_name(term, words),
        quantity=quantity,
        before=float(rows[f"{measure}_before"].sum()),
        after=float(rows[f"{measure}_after"].sum()),
        causes=causes,
        names=tuple(cause_name(cause, move, words) for cause in causes),
        amounts=np.array([float(moved.loc[cause.value]) for cause in causes]),
        noise=float(rows[f"{measure}_noise"].iloc[0]) if term != TOTAL and len(rows) else math.nan,
        words=words,
    )


def why_frame(move: AnswerMove, words: Vocabulary, quantity: Quantity) -> pd.DataFrame:
    """One row per term: old answer, what each cause moved, new answer; in full precision."""
    rows = []
    for term in why_terms(move, words, quantity):
        points = why_points(move, words, term, quantity)
        moved = dict(zip(points.names, points.amounts.tolist(), strict=True))
        ends = {"now": points.after, "typical_noise": points.noise}
        rows.append({"term": term, "name": points.name, "before": points.before, **moved, **ends})
    return pd.DataFrame(rows, columns=None if rows else ["term", "name", "before", "now"])


def why_sentences(report: RefreshReport, move: AnswerMove, words: Vocabulary) -> tuple[str, ...]:
    """What each cause means for this refresh, in plain words and in the order of the chart."""
    period, is_averaged = words.period, move.after_interval.endswith("(posterior)")
    count = f"{report.n_new} {period}{'' if report.n_new == 1 else 's'}"
    revised = f"{len(report.changed):,} cell{'' if len(report.changed) == 1 else 's'}"
    moved = {cause for cause in Cause if (move.causes.loc[move.causes["cause"] == cause.value, "change"] != 0.0).any()}
    history = "the earlier rows are the same in both files, so it moved nothing."
    if report.changed or Cause.REVISED_HISTORY in moved:
        found = f"{revised} of the earlier rows differ" if report.changed else "the earlier rows differ a little"
        history = f"{found} in the new file; this is what that alone moved."
    averaged_choice = (
        "the new lift studies give the plausible models other weights on the same rows; this is what that alone moved."
        if Cause.MODEL_CHOICE in moved
        else "the recommended answer averages over models, so there is no choice of one."
    )
    said = {
        Cause.REVISED_HISTORY: history,
        Cause.NEW_PERIODS: f"the window moved on and holds {count} the old model had not seen.",
        Cause.MODEL_CHOICE: averaged_choice
        if is_averaged
        else "how far the search moves its parameters on the same rows, on average over independent searches.",
        Cause.SEARCH_NOISE: "the same random numbers were used before and now, so none of the move is counted here. How much "
        "others would typically change is the line at Now, when one channel is chosen."
        if is_averaged
        else f"how far this pick lies from what {report.n_seeds} independent searches pick on average.",
    }
    shown = [cause for cause in Cause if cause.value in set(move.causes["cause"])]
    return tuple(f"{cause_name(cause, move, words)}: {said[cause]}" for cause in shown)


def draw_why(points: WhyPoints, theme: Theme = Theme.LIGHT) -> go.Figure:
    """Draw a waterfall of changes from the old answer, which is the zero line, through the causes to the new one."""
    palette = PALETTES[theme]
    change = points.after - points.before
    lengths = np.array([0.0, *points.amounts, change])
    starts = np.array([0.0, *_levels(points)[:-1], 0.0])
    names = ["Before", *points.names, "Now"]
    texts = [_value(points, points.before), *(_signed(points, amount) for amount in points.amounts), _now(points)]
    last = points.words.colours.get(points.term, palette.fitted)
    colours = [palette.greys[1], *(_colour(points, amount, theme) for amount in points.amounts), last]
    rows = list(range(len(names)))
    figure = go.Figure(
        go.Bar(
            orientation="h",
            y=rows,
            x=lengths,
            base=starts,
            marker={"color": colours},
            customdata=[[escape(name), escape(text)] for name, text in zip(names, texts, strict=True)],
            hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
        )
    )
    reach = np.maximum(starts, starts + lengths)
    if math.isfinite(points.noise) and points.noise > 0:
        reach[-1] = max(reach[-1], change + points.noise)
        _add_noise(figure, points, palette.text)
    _write(figure, reach, texts, palette.text)
    for row, level in enumerate(_levels(points)):
        line = {"color": palette.muted, "width": 1, "dash": "dot"}
        figure.add_shape(type="line", x0=level, x1=level, y0=row, y1=row + 1, line=line, layer="below")
    apply_theme(figure, theme, title=_title(points), subtitle=_subtitle(points), height=HEIGHT)
    arrange(
        figure,
        {"showlegend": False, "bargap": 0.35, "margin": {"r": 20}},
        xaxes={"title": {"text": _axis(points)}, "range": _view(points), "nticks": 6, "tickangle": 0},
        yaxes={
            "tickmode": "array",
            "tickvals": rows,
            "ticktext": [escape(name) for name in names],
            "range": [len(names) - 0.5, -0.5],
            "showgrid": False,
            "zeroline": False,
        },
    )
    return figure


def _levels(points: WhyPoints) -> FloatArray:
    """Change against the old answer before the first cause and after each, shape (n_causes + 1,)."""
    return np.concatenate([[0.0], np.cumsum(points.amounts)])


def _add_noise(figure: go.Figure, points: WhyPoints, colour: str) -> None:
    """A line around the last bar: what other random numbers alone would typically move."""
    row, change = len(points.names) + 1, points.after - points.before
    low, high = change - points.noise, change + points.noise
    x = [low, high, None, low, low, None, high, high]
    y = [row, row, None, row - 0.16, row + 0.16, None, row - 0.16, row + 0.16]
    line = {"color": colour, "width": 1.4}
    figure.add_trace(go.Scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip", name="typical noise"))


def _write(figure: go.Figure, places: FloatArray, texts: list[str], colour: str) -> None:
    """Write the figure of every row beside its bar."""
    figure.add_trace(
        go.Scatter(
            x=places,
            y=list(range(len(texts))),
            mode="text",
            text=[f"\u2002{escape(text)}" for text in texts],  # a space that is not collapsed
            textposition="middle right",
            textfont={"color": colour, "size": 12},
            cliponaxis=False,
            hoverinfo="skip",
        )
    )


def _view(points: WhyPoints) -> list[float]:
    """Ends of the axis with room for the figures beside the bars; a move of nothing gets an axis in proportion to the answer."""
    levels = _levels(points)
    if math.isfinite(points.noise):
        levels = np.concatenate([levels, levels[-1] + np.array([-points.noise, points.noise])])
    low, high = float(levels.min()), float(levels.max())
    reach = high - low
    if reach <= _NOTHING * max(abs(points.before), 1e-300):
        reach = 0.02 * abs(points.before) or 1.0
    return [low - 0.06 * reach, high + 0.42 * reach]


def _colour(points: WhyPoints, amount: float, theme: Theme) -> str:
    palette = PALETTES[theme]
    if _is_nothing(points, amount):
        return palette.greys[2]
    return palette.fitted if amount > 0 else palette.newest


def _is_nothing(points: WhyPoints, amount: float) -> bool:
    return bool(abs(amount) <= _NOTHING * max(abs(points.before), abs(points.after), 1e-300))


def _value(points: WhyPoints, value: float) -> str:
    words = points.words
    if points.quantity is Quantity.CONTRIBUTION:
        return words.outcome(value)
    return words.returns(value) if words.kind is OutcomeKind.REVENUE else compact_number(value)


def _signed(points: WhyPoints, amount: float) -> str:
    """``+€1.2k``, ``−€300``, ``±0``: a move always carries its sign, because its colour says little to some."""
    if _is_nothing(points, amount):
        return "±0"
    in_outcome = points.quantity is Quantity.CONTRIBUTION
    text = points.words.outcome(abs(amount)) if in_outcome else compact_number(abs(amount), 2)
    return text if text == NOT_AVAILABLE else f"{'+' if amount > 0 else '−'}{text}"


def _now(points: WhyPoints) -> str:
    return f"{_value(points, points.after)} ({_signed(points, points.after - points.before)})"


def _axis(points: WhyPoints) -> str:
    words = points.words
    if points.quantity is Quantity.CONTRIBUTION:
        return f"change of {words.outcome_word} per {words.period} ({words.outcome_unit})"
    return (
        f"change of ROAS ({words.return_unit})"
        if words.kind is OutcomeKind.REVENUE
        else f"change of {_per_unit(words)}"
    )


def _per_unit(words: Vocabulary) -> str:
    return f"conversions per {words.money(1).replace('1', '').strip()}"


def _title(points: WhyPoints) -> str:
    change, subject = points.after - points.before, _subject(points)
    if _is_nothing(points, change):
        return f"{subject} did not move"
    way = "up" if change > 0 else "down"
    moved = f"{subject} went {way} by {_signed(points, change).lstrip('+−')}{_share(points)}"
    if abs(change) <= points.noise:
        return f"{moved}, no more than noise moves it"
    largest = points.names[int(np.argmax(np.abs(points.amounts)))] if len(points.amounts) else ""
    return f"{moved}, mostly through {largest[:1].lower()}{largest[1:]}" if largest else moved


def _subject(points: WhyPoints) -> str:
    """What moved: a channel's contribution goes by the name of the channel."""
    if points.quantity is Quantity.CONTRIBUTION or points.term not in points.words.names:
        return points.name
    subject = points.words.return_of(points.term)
    return f"{subject[:1].upper()}{subject[1:]}"


def _share(points: WhyPoints) -> str:
    """The move as a share of the old answer, in brackets."""
    if not points.before:
        return ""
    share = abs((points.after - points.before) / points.before)
    return " (under 1%)" if share < 0.005 else f" ({percent(share)})"


def _subtitle(points: WhyPoints) -> str:
    words = points.words
    if points.quantity is Quantity.CONTRIBUTION:
        what = f"{words.outcome_word.capitalize()} per {words.period}"
    else:
        what = "ROAS" if words.kind is OutcomeKind.REVENUE else _per_unit(words).capitalize()
    line = " Line at Now: what other random numbers alone would typically move." if points.noise > 0 else ""
    if points.term == TOTAL:
        line = " How far other random numbers alone would move it is known of each channel, not of their sum."
    return (
        f"{what}, each answer over its own window. Blue: up, orange: down. The causes add up to the whole change.{line}"
    )
