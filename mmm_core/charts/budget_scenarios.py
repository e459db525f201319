"""Kept budget plans side by side: how each splits the money and what it brings."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mmm_core.charts.budget_words import has_interval, horizon, return_of, uplift_text
from mmm_core.charts.theme import (
    MAX_STACKED_CHANNELS,
    OTHER_CHANNELS,
    PALETTES,
    Theme,
    apply_theme,
    escape,
    hover_text,
    short_label,
)
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.budget import BudgetPlan
from mmm_core.entities.design import FloatArray

TODAY = "Today"
_ROW, _BAR = 80, 0.36  # pixels of a row, and the part of it that is bar


class ScenarioPoints(NamedTuple):
    """How plans split their money.

    Attributes:
        names: Today's spend first, then the plans in the order given.
        series: Channel keys by spend, then the folded rest where there is one.
        spend: Per period, shape (n_names, n_series).
        said: What each brings, beside its bar.
        best: Index of the plan with the highest point uplift per period; None without plans.
        words: Names, colours and units.
    """

    names: tuple[str, ...]
    series: tuple[str, ...]
    spend: FloatArray
    said: tuple[str, ...]
    best: int | None
    words: Vocabulary


def scenario_points(plans: Sequence[tuple[str, BudgetPlan]], words: Vocabulary) -> ScenarioPoints:
    """Collect the spend per channel of today (of the first plan's history window) and of every plan.

    Args:
        plans: Name and plan; at least one.
        words: Names, colours and units.
    """
    spends = [_spend(plans[0][1], words, "initial_spend"), *(_spend(plan, words, "spend") for _, plan in plans)]
    spend = np.array(spends, dtype=np.float64)
    series = words.paid
    if len(series) > MAX_STACKED_CHANNELS:
        kept = MAX_STACKED_CHANNELS - 1
        spend = np.column_stack([spend[:, :kept], spend[:, kept:].sum(axis=1)])
        series = (*words.paid[:kept], OTHER_CHANNELS)
    uplifts = [plan.uplift / plan.request.n_periods for _, plan in plans]
    return ScenarioPoints(
        names=(TODAY, *(name for name, _ in plans)),
        series=series,
        spend=spend,
        said=("", *(f"{uplift_text(plan, words)} {horizon(plan, words)}" for _, plan in plans)),
        best=int(np.argmax(uplifts)) if uplifts else None,
        words=words,
    )


def draw_scenarios(points: ScenarioPoints, theme: Theme = Theme.LIGHT) -> go.Figure:
    """Draw a stacked bar of spend per plan, today's on top, with what each brings beside its name."""
    words, palette = points.words, PALETTES[theme]
    rows = list(range(len(points.names)))
    figure = go.Figure()
    for k, key in enumerate(points.series):
        name = words.names.get(key, key)
        values = points.spend[:, k]
        figure.add_trace(
            go.Bar(
                orientation="h",
                y=rows,
                x=values,
                width=_BAR,
                name=escape(name),
                marker={"color": words.colours.get(key, palette.other), "line": {"color": palette.surface, "width": 1}},
                customdata=[[escape(n), words.money(float(v))] for n, v in zip(points.names, values, strict=True)],
                hovertemplate="<b>%{customdata[0]}</b><br>"
                f"{hover_text(name)} %{{customdata[1]}} a {words.period}<extra></extra>",
            )
        )
    for row in rows:
        total = words.money(float(points.spend[row].sum()))
        what = " · ".join(part for part in (f"{total} a {words.period}", escape(points.said[row])) if part)
        figure.add_annotation(
            text=f"<b>{short_label(points.names[row], 40)}</b><br>{what}",
            y=row,
            yshift=_ROW * _BAR / 2 + 1,
            yanchor="bottom",
            x=0,
            xref="x",
            xanchor="left",
            align="left",
            showarrow=False,
            font={"size": 12, "color": palette.text},
        )
    apply_theme(
        figure,
        theme,
        title=_title(points),
        subtitle=f"Spend per {words.period} and channel",
        height=150 + _ROW * len(rows),
    )
    figure.update_layout(
        barmode="stack",
        legend={
            "orientation": "h",
            "x": 0,
            "y": -0.12 if len(rows) > 3 else -0.25,
            "yanchor": "top",
            "traceorder": "normal",
        },
        margin={"b": 80, "l": 8, "t": 64},
        xaxis={"tickformat": "~s"},
        yaxis={"showticklabels": False, "range": [len(rows) - 0.65, -0.85], "showgrid": False, "zeroline": False},
    )
    return figure


def scenario_frame(plans: Sequence[tuple[str, BudgetPlan]], words: Vocabulary) -> pd.DataFrame:
    """One row per plan: spend, what it brings with its range, return, then the spend of every channel per period."""
    rows = []
    for name, plan in plans:
        ranged = has_interval(plan)
        row: dict[str, object] = {
            "plan": name,
            "periods": plan.request.n_periods,
            "spend_per_period": plan.total / plan.request.n_periods,
            "spend_today_per_period": plan.initial_total / plan.request.n_periods,
            "outcome_of_paid_media": plan.response,
            "uplift": plan.uplift,
            "uplift_low": plan.uplift_low if ranged else np.nan,
            "uplift_high": plan.uplift_high if ranged else np.nan,
            "range": plan.interval_label,
            "probability_better": plan.probability_better,
            "roas": return_of(plan.response, plan.total),
        }
        spends = dict(zip(words.paid, _spend(plan, words, "spend"), strict=True))
        rows.append(row | {f"{key}_per_period": float(spend) for key, spend in spends.items()})
    return pd.DataFrame(rows)


def _spend(plan: BudgetPlan, words: Vocabulary, column: str) -> FloatArray:
    spend: FloatArray = plan.channels.set_index("channel")[column].reindex(list(words.paid)).to_numpy(np.float64)
    return np.nan_to_num(spend)


def _title(points: ScenarioPoints) -> str:
    count = len(points.names) - 1
    if points.best is None:
        return "No plan is kept yet"
    best = points.names[points.best + 1]
    if count == 1:
        return f"{best}: {points.said[points.best + 1]}"
    return f"{best} brings most a {points.words.period} of {count} plans: {points.said[points.best + 1]}"
