"""What every driver brought: one bar per driver, and week by week."""

from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from mmm_core.charts.theme import (
    MAX_STACKED_CHANNELS,
    OTHER_CHANNELS,
    PALETTES,
    Theme,
    apply_theme,
    baseline_colours,
    escape,
    percent,
    short_label,
)
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.design import DateArray, FloatArray
from mmm_core.entities.fitted_model import FittedModel
from mmm_core.entities.ledger import Ledger
from mmm_core.entities.model_set import SetKind
from mmm_core.entities.naming import join_words

_ROW_HEIGHT = 30
_ROUNDING = 1e-9
"""Share of the whole below which an amount is what rounding left of nothing: a term that is centred sums to 0."""


class ContributionPoints(NamedTuple):
    """What every driver brought over the whole window.

    Attributes:
        terms: Baseline parts first, then channels; each group by size, biggest first. Terms at zero come last.
        amounts: Outcome units, shape (n_terms,).
        shares: Of the fitted whole, same shape.
        paid_shares: Share of every paid channel in the paid total, biggest first.
        paid_share: Share of the paid total in the fitted whole.
        words: Names and colours.
        low: Low end of every amount over a model set, outcome units, shape (n_terms,); NaN where there is no range.
        high: High end, same shape.
        interval_label: What low and high are; empty without ranges.
    """

    terms: tuple[str, ...]
    amounts: FloatArray
    shares: FloatArray
    paid_shares: tuple[tuple[str, float], ...]
    paid_share: float
    words: Vocabulary
    low: FloatArray
    high: FloatArray
    interval_label: str = ""


class WeeklyPoints(NamedTuple):
    """What every driver brought, period by period.

    Attributes:
        dates: First day of every modelled period, shape (n_periods,).
        names: Series, bottom first: the baseline as one or in parts, then channels by spend, folded ones last.
        amounts: Outcome units, shape (n_series, n_periods).
        outcome: Actual outcome, shape (n_periods,).
        words: Names and colours.
    """

    dates: DateArray
    names: tuple[str, ...]
    amounts: FloatArray
    outcome: FloatArray
    words: Vocabulary


def contribution_points(model: FittedModel, words: Vocabulary, *, all_channels: bool = True) -> ContributionPoints:
    """Collect the total contribution of every driver of one model.

    Args:
        model: The model.
        words: Names and colours.
        all_channels: Keep more than ten channels apart; otherwise the smallest become one.
    """
    return _collect(dict(model.contributions), words, all_channels=all_channels)


def ledger_contribution_points(ledger: Ledger, words: Vocabulary, *, all_channels: bool = True) -> ContributionPoints:
    """Collect the total contribution of every driver over a model set, with its range.

    Args:
        ledger: What the set says.
        words: Names and colours.
        all_channels: Keep more than ten channels apart; otherwise the smallest become one, without a range.
    """
    terms = ledger.terms.set_index("term")
    amounts = {str(name): float(value) for name, value in terms["contribution"].items()}
    points = _collect(amounts, words, all_channels=all_channels)
    if ledger.set_kind is SetKind.MODEL:
        return points
    low, high = (terms[end].reindex(list(points.terms)).to_numpy(np.float64) for end in ("low", "high"))
    return points._replace(low=low, high=high, interval_label=ledger.interval_label)


def _collect(amounts: dict[str, float], words: Vocabulary, *, all_channels: bool) -> ContributionPoints:
    def by_size(keys: tuple[str, ...]) -> list[str]:
        return sorted((key for key in keys if key in amounts), key=lambda key: -amounts[key])

    channels = by_size(words.channels)
    kept = channels if all_channels else channels[:MAX_STACKED_CHANNELS]
    terms = (*by_size(words.baseline), *kept)
    if len(kept) < len(channels):
        amounts[OTHER_CHANNELS] = sum(amounts[name] for name in channels[len(kept) :])
        terms = (*terms, OTHER_CHANNELS)
    values = np.array([amounts[term] for term in terms])
    whole = values.sum()
    paid_total = sum(amounts[name] for name in words.paid)
    paid = [(name, amounts[name] / paid_total) for name in by_size(words.paid)] if paid_total > 0 else []
    return ContributionPoints(
        terms=terms,
        amounts=values,
        shares=values / whole if whole else np.zeros_like(values),
        paid_shares=tuple(paid),
        paid_share=float(paid_total / whole) if whole else 0.0,
        words=words,
        low=np.full_like(values, np.nan),
        high=np.full_like(values, np.nan),
    )


def weekly_points(
    model: FittedModel, words: Vocabulary, *, all_channels: bool = False, baseline_parts: bool = False
) -> WeeklyPoints:
    """Collect the contribution of every driver per period.

    Args:
        model: The model.
        words: Names and colours.
        all_channels: Keep more than ten channels apart.
        baseline_parts: Show intercept, trend, season, ... apart rather than as one.
    """
    weekly = model.weekly
    channels = [name for name in words.channels if name in weekly.columns]
    kept = channels if all_channels else channels[:MAX_STACKED_CHANNELS]
    folded = channels[len(kept) :]
    parts = [name for name in words.baseline if name in weekly.columns]
    series = {name: weekly[name] for name in parts} if baseline_parts else {"baseline": weekly[parts].sum(axis=1)}
    series |= {name: weekly[name] for name in kept}
    if folded:
        series[OTHER_CHANNELS] = weekly[folded].sum(axis=1)
    return WeeklyPoints(
        dates=weekly.index.to_numpy(),
        names=tuple(series),
        amounts=np.array([values.to_numpy(np.float64) for values in series.values()]),
        outcome=model.outcome.to_numpy(np.float64),
        words=words,
    )


def draw_contributions(points: ContributionPoints, theme: Theme = Theme.LIGHT, *, is_narrow: bool = False) -> go.Figure:
    """Draw a waterfall from the first baseline part to the fitted whole, which is the last bar.

    Args:
        points: What to draw.
        theme: Light or dark.
        is_narrow: Whether the screen is a phone's: the figures beside the bars then need a larger part of the width.
    """
    palette, words = PALETTES[theme], points.words
    greys = baseline_colours(words.baseline, theme)
    whole = float(points.amounts.sum())
    starts = np.concatenate([[0.0], np.cumsum(points.amounts)[:-1], [0.0]])
    lengths = np.append(points.amounts, whole)
    full = [*(words.names.get(term, term) for term in points.terms), f"All {words.outcome_word}"]
    amounts = [*(_amount(points, k) for k in range(len(points.terms))), words.outcome(whole)]
    colours = [greys.get(term) or words.colours.get(term, palette.other) for term in points.terms]
    figure = go.Figure(
        go.Bar(
            orientation="h",
            y=list(range(len(full))),
            x=lengths,
            base=starts,
            marker={"color": [*colours, palette.fitted]},
            customdata=[
                [escape(name), amount] for name, amount in zip(full, _with_ranges(points, amounts), strict=True)
            ],
            hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
        )
    )
    furthest = np.maximum(starts, starts + lengths)
    if points.interval_label:
        furthest = _add_whiskers(figure, points, starts, furthest, palette.text)
    figure.add_trace(
        go.Scatter(
            x=furthest,
            y=list(range(len(full))),
            mode="text",
            text=[f"\u2002{amount}" for amount in amounts],  # a space that is not collapsed
            textposition="middle right",
            textfont={"color": palette.text, "size": 12},
            cliponaxis=False,
            hoverinfo="skip",
        )
    )
    height = 120 + _ROW_HEIGHT * len(full)
    apply_theme(figure, theme, title=_title(points), subtitle=_subtitle(points), height=height)
    ends = np.concatenate([starts, starts + lengths, furthest])
    reach = float(ends.max() - ends.min()) or 1.0
    figure.update_layout(
        showlegend=False,
        bargap=0.3,
        xaxis={
            "title": {"text": f"{words.outcome_word} over the whole window ({words.outcome_unit})"},
            "range": [float(ends.min()) - 0.02 * reach, float(ends.max()) + (0.7 if is_narrow else 0.24) * reach],
        },
        yaxis={
            "tickmode": "array",
            "tickvals": list(range(len(full))),
            "ticktext": [short_label(name, 20) for name in full],
            "autorange": "reversed",
            "showgrid": False,
            "zeroline": False,
        },
    )
    return figure


def draw_weekly(points: WeeklyPoints, theme: Theme = Theme.LIGHT) -> go.Figure:
    """Draw the contributions stacked, with the actual outcome as a line; negative parts hang below zero."""
    palette, words = PALETTES[theme], points.words
    greys = baseline_colours(words.baseline, theme) | {"baseline": palette.greys[2], OTHER_CHANNELS: palette.other}
    figure = go.Figure()
    for name, values in zip(points.names, points.amounts, strict=True):
        colour = greys.get(name) or words.colours.get(name, palette.other)
        shown = words.names.get(name, "Baseline" if name == "baseline" else name)
        _add_stacked(figure, points, values, shown=shown, colour=colour)
    figure.add_trace(
        go.Scatter(
            x=points.dates,
            y=points.outcome,
            name=f"actual {words.outcome_word}",
            mode="lines",
            line={"color": palette.actual, "width": 1.5},
            text=[words.outcome(value) for value in points.outcome],
            hovertemplate="%{text}",
        )
    )
    apply_theme(
        figure, theme, title=f"Where {words.outcome_word} came from, {words.period} by {words.period}", height=440
    )
    figure.update_layout(
        hovermode="x unified",
        legend={"orientation": "h", "x": 0, "y": -0.12, "yanchor": "top", "traceorder": "normal"},
        margin={"b": 110},
        xaxis={"hoverformat": "%-d %b %Y", "zeroline": False},
        yaxis={"title": {"text": f"{words.outcome_word} per {words.period} ({words.outcome_unit})"}},
    )
    return figure


def _add_stacked(figure: go.Figure, points: WeeklyPoints, values: FloatArray, *, shown: str, colour: str) -> None:
    total = points.amounts.sum(axis=0)
    shares = np.divide(values, total, out=np.zeros_like(values), where=total != 0)
    text = [f"{points.words.outcome(v)} ({percent(s)})" for v, s in zip(values, shares, strict=True)]
    common = {
        "x": points.dates,
        "name": short_label(shown),
        "legendgroup": escape(shown),
        "mode": "lines",
        "line": {"width": 0, "color": colour},
        "fillcolor": colour,
    }
    figure.add_trace(go.Scatter(**common, y=values.clip(min=0), stackgroup="above", text=text, hovertemplate="%{text}"))
    if (values < 0).any():
        below = {**common, "showlegend": False, "hoverinfo": "skip"}
        figure.add_trace(go.Scatter(**below, y=values.clip(max=0), stackgroup="below"))


def _add_whiskers(
    figure: go.Figure, points: ContributionPoints, starts: FloatArray, furthest: FloatArray, colour: str
) -> FloatArray:
    """Add a line from low to high to every bar that has a range; answers how far right each row now reaches."""
    x: list[float | None] = []
    y: list[float | None] = []
    reach = furthest.copy()
    for k in map(int, np.flatnonzero(np.isfinite(points.low) & np.isfinite(points.high))):
        low, high = float(starts[k] + points.low[k]), float(starts[k] + points.high[k])
        x += [low, high, None, low, low, None, high, high, None]
        y += [k, k, None, k - 0.16, k + 0.16, None, k - 0.16, k + 0.16, None]
        reach[k] = max(reach[k], high)
    line = {"color": colour, "width": 1.3}
    figure.add_trace(go.Scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip", name=points.interval_label))
    return reach


def _with_ranges(points: ContributionPoints, amounts: list[str]) -> list[str]:
    """Amounts for the hover, each with its range where it has one; the last, the whole, has none."""
    ends = zip(points.low, points.high, strict=True)
    ranges = [
        f" ({points.words.outcome(low)}–{points.words.outcome(high)}, {points.interval_label})"
        if np.isfinite(low)
        else ""
        for low, high in ends
    ]
    return [f"{amount}{range_}" for amount, range_ in zip(amounts, [*ranges, ""], strict=True)]


def _amount(points: ContributionPoints, k: int) -> str:
    share = points.shares[k]
    amount = points.amounts[k] if abs(share) > _ROUNDING else 0.0
    return f"{points.words.outcome(amount)} · {percent(share, 0 if abs(share) >= 0.1 else 1)}"


def _title(points: ContributionPoints) -> str:
    words = points.words
    if not points.paid_shares:
        return "This model credits no paid channel with anything"
    leaders, covered = [], 0.0
    for name, share in points.paid_shares:
        leaders.append(words.names[name])
        covered += share
        if covered >= 0.55 or len(leaders) == 3:
            break
    if len(points.paid_shares) == 1:
        return f"{leaders[0]}, the only paid channel, brings {percent(points.paid_share)} of {words.outcome_word}"
    verb = "brings" if len(leaders) == 1 else "bring"
    return f"{join_words(leaders)} {verb} {percent(covered)} of paid {words.outcome_word}"


def _subtitle(points: ContributionPoints) -> str:
    baseline = [share for term, share in zip(points.terms, points.shares, strict=True) if term in points.words.baseline]
    paid = points.paid_share
    text = f"Baseline {percent(sum(baseline))}, paid media {percent(paid)}"
    organic = 1 - sum(baseline) - paid
    text += f", organic media {percent(organic)} of all" if abs(organic) > 0.0005 else " of all"
    return f"{text}. Lines: {points.interval_label}." if points.interval_label else text
