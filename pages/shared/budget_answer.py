"""The allocator's answer: the finding, how sure it is, what binds, and the plan in full, one view at a time."""

import html
from typing import NamedTuple

import numpy as np
import streamlit as st

from mmm_core.charts.budget import (
    draw_moves,
    draw_plan,
    draw_uplift,
    move_points,
    plan_points,
    uplift_points,
)
from mmm_core.charts.budget_curves import draw_planned_curves, planned_curves
from mmm_core.charts.budget_frames import curve_frame, plan_frame, plan_sheets, uplift_frame, weekly_plan_frame
from mmm_core.charts.budget_returns import draw_return_change, return_change
from mmm_core.charts.budget_words import (
    better_sentence,
    chance_text,
    changes_total,
    has_interval,
    headline,
    horizon,
    interval_sentence,
    moves_of,
    return_of,
    signed,
    signed_money,
)
from mmm_core.charts.response import shown_channels
from mmm_core.charts.theme import MAX_STACKED_CHANNELS, percent
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.budget import BudgetGoal, BudgetPlan
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.model_set import ModelSet, SetBasis, SetCurve, SetKind
from mmm_core.entities.naming import join_words
from mmm_core.entities.records import ProjectRecord, RunRecord
from pages.shared import loaders
from pages.shared.glossary import term
from pages.shared.reuse import stem_of
from pages.shared.widgets import as_text, chart, csv_bytes, current_theme, is_phone, table

SPEND, RETURNS, CURVES, MODELS, CALENDAR, TABLE = VIEWS = (
    "Spend and effect",
    "Returns",
    "Response curves",
    "Model by model",
    "Week by week",
    "Table",
)
LARGE_MOVE = 0.25
"""Share of a channel's spend from which a change should be tested before it is made."""

BEYOND_PLAN = 1.1
"""How far a curve is drawn past a plan that lies beyond its usual end."""

_SHOWN_SENTENCES = 4
WHAT_PLANS_ARE = (
    "A plan is what these models expect, not what will happen. They come from one national series, which is weak evidence: "
    "move in steps, and measure large moves with a lift test."
)


class Answer(NamedTuple):
    """A plan with what it was made of."""

    project: ProjectRecord
    run: RunRecord
    words: Vocabulary
    models: ModelSet
    basis: SetBasis
    solution_id: str
    plan: BudgetPlan


def draw_answer(answer: Answer) -> None:
    """Draw everything the plan says."""
    plan, words = answer.plan, answer.words
    _finding(answer)
    _figures(plan, words)
    if len(words.paid) > 1 and moves_of(plan):
        points = move_points(plan, words)
        rows = st.container(height=430 if len(points.moves) > 8 else "content", border=False)
        with rows:
            chart(
                draw_moves(points, current_theme()),
                plan_frame(plan, words)[["channel", "name", "initial_spend", "spend", "change", "agreement"]],
                key="moves",
                file_name="moves",
                alt="Change of spend per channel, largest first, with the share of models that agree",
            )
    _warnings(answer)
    _view(answer)


def _finding(answer: Answer) -> None:
    plan, words = answer.plan, answer.words
    if not _brings_anything(answer.models):
        st.info(
            "Every one of these models credits every paid channel with nothing, so no plan is better than another. "
            "Choose other models, or look for the reason in the Pareto explorer: perhaps the window is too short.",
            icon=":material/block:",
        )
        return
    if len(words.paid) == 1 and plan.request.goal is BudgetGoal.MAX_RESPONSE:
        name = words.names[words.paid[0]]
        st.subheader(as_text(f"{name} is the only paid channel: there is nothing to move"), anchor=False)
        st.markdown(
            ":gray[Its curve is below. Choose a target as the goal to see how much spend it takes, "
            "or another budget to see what it brings.]"
        )
        if not changes_total(plan):
            return
    st.subheader(as_text(headline(plan, words)), anchor=False)
    said = " ".join(part for part in (interval_sentence(plan), better_sentence(plan)) if part)
    st.caption(as_text(said))


def _brings_anything(models: ModelSet) -> bool:
    counts = models.weights > 0
    return bool((models.curves.coefficient[counts][:, : models.design.n_paid] > 0).any())


def _figures(plan: BudgetPlan, words: Vocabulary) -> None:
    n = plan.request.n_periods
    today, planned = plan.initial_total / n, plan.total / n
    more = "no range" if not has_interval(plan) else ""
    if has_interval(plan):
        more = f"{signed(plan.uplift_low, words)} to {signed(plan.uplift_high, words)}"
    better = "not compared: another total" if not np.isfinite(plan.probability_better) else ""
    what = {SetKind.SPREAD: "of the models", SetKind.SAMPLING: "of the refits"}.get(plan.set_kind, "probability")
    facts = [
        (f"Spend a {words.period}", words.money(planned), f"today {words.money(today)}"),
        (f"More {words.outcome_word} {horizon(plan, words)}", signed(plan.uplift, words), more),
        (
            f"{words.return_word} of paid media",
            words.returns(return_of(plan.response, plan.total)),
            f"today {words.returns(return_of(plan.initial_response, plan.initial_total))}",
        ),
    ]
    if plan.set_kind is not SetKind.MODEL and moves_of(plan):
        chance = "–" if better else chance_text(plan)
        facts.append(("Beats today's spend", chance, better or what))
    cells = "".join(
        f'<div><div class="studio-label">{html.escape(label)}</div>'
        f'<div style="font-size:1.35rem;font-weight:600;line-height:1.35">{html.escape(value)}</div>'
        f'<div class="studio-muted">{html.escape(below)}</div></div>'
        for label, value, below in facts
    )
    style = "display:grid;grid-template-columns:repeat(auto-fit,minmax(8.2rem,1fr));gap:.75rem 1rem"
    st.html(f'<div style="{style}">{cells}</div>')


def _warnings(answer: Answer) -> None:
    """What binds, what the reader should know, and the advice to test large moves."""
    plan = answer.plan
    notes = [*plan.notes, *_advice(plan, answer.words)]
    if notes:
        _sentences("Before you act on it", tuple(notes), "notes")
    if plan.binding:
        _sentences("What holds the plan back", plan.binding, "binding")


def _sentences(heading: str, sentences: tuple[str, ...], key: str) -> None:
    lines = [f"- {as_text(sentence)}" for sentence in sentences]
    with st.container(border=True, gap="xsmall", key=f"plan_{key}"):
        st.markdown("\n".join([f"**{heading}**", "", *lines[:_SHOWN_SENTENCES]]))
        if len(lines) > _SHOWN_SENTENCES:
            with st.expander(f"{len(lines) - _SHOWN_SENTENCES} more"):
                st.markdown("\n".join(lines[_SHOWN_SENTENCES:]))


def _advice(plan: BudgetPlan, words: Vocabulary) -> list[str]:
    """Large moves should be measured."""
    spend = dict(zip(plan.channels["channel"], plan.channels["initial_spend"].to_numpy(np.float64), strict=True))
    large = [move for move in moves_of(plan) if abs(move.change) > LARGE_MOVE * float(spend[move.channel])]
    if not large:
        return []
    first = large[0]
    named = join_words([words.names[move.channel] for move in large[:3]] + (["others"] if len(large) > 3 else []))
    return [
        f"{named} would change by more than {percent(LARGE_MOVE)}: move in steps, and run a lift test on "
        f"{words.names[first.channel]} ({signed_money(first.change, words)} a {words.period}) before all of it is moved."
    ]


def _view(answer: Answer) -> None:
    words, plan = answer.words, answer.plan
    labels = {CALENDAR: f"{words.period.capitalize()} by {words.period}"}
    shown = [view for view in VIEWS if view != MODELS or answer.plan.set_kind is not SetKind.MODEL]
    view = st.segmented_control(
        "View",
        shown,
        default=CURVES if len(words.paid) == 1 else SPEND,
        required=True,
        format_func=lambda name: labels.get(name, name),
        key="plan_view",
        label_visibility="collapsed",
    )
    if view == RETURNS:
        _returns(answer)
    elif view == CURVES:
        _curves(answer)
    elif view == MODELS:
        points = uplift_points(plan, words, answer.models.weights > 0)
        alt = "How many models say how much the plan brings more than today's spend"
        chart(draw_uplift(points, current_theme()), uplift_frame(points), key="uplift", file_name="uplift", alt=alt)
    elif view == CALENDAR:
        frame = weekly_plan_frame(plan, words)
        table(
            frame, key="plan_weeks", file_name=f"{_stem(answer)}-by-{words.period}", column_config=_week_columns(words)
        )
    elif view == TABLE:
        _table(answer)
    else:
        _spend(answer)


def _spend(answer: Answer) -> None:
    points = plan_points(answer.plan, answer.words)
    with st.container(height=620 if len(points.channels) > 14 else "content", border=False):
        chart(
            draw_plan(points, current_theme(), is_narrow=is_phone()),
            plan_frame(answer.plan, answer.words),
            key="plan",
            file_name="plan",
            alt="Spend and what it brings per channel, today and as planned",
        )


def _returns(answer: Answer) -> None:
    even = loaders.request(answer.run).settings.outcome.break_even_roas
    points = return_change(answer.plan, answer.words, break_even=even)
    with st.container(height=620 if len(points.channels) > 16 else "content", border=False):
        chart(
            draw_return_change(points, current_theme(), is_narrow=is_phone()),
            plan_frame(answer.plan, answer.words),
            key="return_change",
            file_name="returns before and after",
            alt=f"{answer.words.return_word} per channel today and as planned, and that of the next unit of spend",
        )


def _curves(answer: Answer) -> None:
    words = answer.words
    every = len(words.paid) > MAX_STACKED_CHANNELS and st.toggle(f"All {len(words.paid)} channels", key="all_curves")
    channels = shown_channels(words, all_channels=every)
    curves = [_curve(answer, channel) for channel in channels]
    points = planned_curves(answer.plan, curves, words)
    chart(
        draw_planned_curves(points, current_theme(), columns=1 if is_phone() else 2),
        curve_frame(points),
        key="planned_curves",
        file_name="response curves with plan",
        alt="Response curve of every channel with today's spend and the planned one",
    )


def _curve(answer: Answer, channel: str) -> SetCurve:
    """The curve of a channel, drawn on where the plan goes beyond its usual end."""
    curve = loaders.set_curve(answer.run.run_id, answer.basis, answer.solution_id, channel)
    planned = float(answer.plan.channels.set_index("channel")["spend"][channel])
    if planned <= curve.spend[-1]:
        return curve
    from mmm_core.engine.model_sets import set_curve

    return set_curve(answer.models, channel, max_spend=BEYOND_PLAN * planned)


def _table(answer: Answer) -> None:
    words = answer.words
    table(
        plan_frame(answer.plan, words),
        key="plan_table",
        file_name=f"{_stem(answer)}-plan",
        column_config=_columns(words),
    )


def take_away(answer: Answer) -> None:
    """Downloads: the plan as a workbook and as CSV."""
    plan, words = answer.plan, answer.words
    st.download_button(
        "Download XLSX",
        lambda: _workbook(answer),
        file_name=f"{_stem(answer)}-plan.xlsx",
        mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        key="take_xlsx",
        type="tertiary",
        icon=":material/download:",
        on_click="ignore",
    )
    st.download_button(
        "Download CSV",
        lambda: csv_bytes(plan_frame(plan, words)),
        file_name=f"{_stem(answer)}-plan.csv",
        mime="text/csv",
        key="take_csv",
        type="tertiary",
        icon=":material/download:",
        on_click="ignore",
    )


def _workbook(answer: Answer) -> bytes:
    from mmm_core.report import write_workbook

    return write_workbook(plan_sheets(answer.plan, answer.words, answer.models.label))


def _stem(answer: Answer) -> str:
    return f"{stem_of(answer.project, answer.run)}-budget"


def _week_columns(words: Vocabulary) -> dict[str, object]:
    number = st.column_config.NumberColumn
    return {
        "date": st.column_config.DateColumn("First day", pinned=True),
        **{channel: number(words.names[channel], format="localized") for channel in words.paid},
    }


def _columns(words: Vocabulary) -> dict[str, object]:
    number, period = st.column_config.NumberColumn, words.period
    sign = words.money(0).replace("0", "").strip()
    kind = words.return_word
    short = "roas" if words.kind is OutcomeKind.REVENUE else "cpa"
    money = {
        "initial_spend": "Today",
        "spend": "Plan",
        "change": "Change",
        "low_limit": "At least",
        "high_limit": "At most",
    }
    brought = {"initial_response": "brings today", "response": "brings", "response_low": "low", "response_high": "high"}
    returns = {
        f"initial_{short}": f"{kind} today",
        short: kind,
        f"{short}_low": f"{kind} low",
        f"{short}_high": f"{kind} high",
        f"initial_marginal_{short}": f"Marginal {kind} today",
        f"marginal_{short}": f"Marginal {kind}",
    }
    return {
        "channel": None,
        "name": st.column_config.TextColumn("Channel", pinned=True),
        "limit_status": st.column_config.TextColumn("Limit"),
        "agreement": number("Models that agree", format="percent"),
        "highest_seen": number(f"Highest {period} seen ({sign})", format="localized"),
        "is_extrapolated": st.column_config.CheckboxColumn("Beyond what was seen", help=term("extrapolation")),
        **{name: number(f"{label} ({sign} a {period})", format="localized") for name, label in money.items()},
        **{
            name: number(f"{words.outcome_word.capitalize()}: {label}", format="localized")
            for name, label in brought.items()
        },
        **{name: number(label, format="%.3g") for name, label in returns.items()},
    }
