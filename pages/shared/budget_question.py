"""The question to the budget allocator: models, goal, budget, horizon and what counts."""

import datetime as dt
from dataclasses import replace

import numpy as np
import streamlit as st

from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.engine.amount_text import read_amount
from mmm_core.engine.budget_form import CHOSEN_DAYS, HISTORY_LENGTHS, BudgetForm, BudgetSpan, history_of
from mmm_core.entities.budget import BudgetGoal, PlanAim
from mmm_core.entities.design import Design
from mmm_core.entities.model_set import AVERAGED_ID, SetBasis
from mmm_core.entities.records import RunRecord
from mmm_core.entities.run_result import RunResult
from mmm_core.errors import MMMError
from pages.shared import boundary, budget_loaders, model_choice, session
from pages.shared.budget_limits import calendar_section, channels_section, groups_section
from pages.shared.budget_state import Keys
from pages.shared.glossary import sentence, term
from pages.shared.widgets import as_text

BASIS_WORDS = {
    SetBasis.AVERAGED: "Recommended",
    SetBasis.FRONT: "All on the fronts",
    SetBasis.CLUSTER: "Its cluster",
    SetBasis.SAMPLING: "This model alone",
}
AIM_WORDS = {
    PlanAim.RISK_AVERSE: "Average less risk",
    PlanAim.MEAN: "The average",
    PlanAim.LOW_QUANTILE: "The safe side",
}
_MOST_PERIODS = 260


def choose_models(key: Keys, result: RunResult, shown: str) -> tuple[SetBasis, str]:
    """Which models the plan is made over, and the model whose numbers are the point estimates.

    Args:
        key: Keys of the controls.
        result: What the run found.
        shown: The model that is looked at, or the averaged estimate.
    """
    words = {basis: text for basis, text in BASIS_WORDS.items() if basis is not SetBasis.AVERAGED or result.posterior}
    usual = SetBasis.AVERAGED if shown == AVERAGED_ID else SetBasis.FRONT
    kept = session.chosen_basis()
    current = kept if kept in words else usual
    model = model_choice.selected(result) if shown == AVERAGED_ID else shown
    chosen = st.segmented_control(
        "Models that count",
        list(words),
        default=current,
        required=True,
        format_func=words.__getitem__,
        key=key("basis"),
        help=f"{sentence('budget_models')} “This model” is {as_text(model)}; choose another one in the Pareto explorer.",
    )
    basis = chosen or current
    if (basis is not kept and basis is not usual) or (kept is not None and basis is not kept):
        session.set_basis(basis)
    return basis, AVERAGED_ID if basis is SetBasis.AVERAGED else model


def usual_aim(basis: SetBasis) -> PlanAim:
    """What is maximised unless another aim is chosen: over the recommended answer's draws risk counts."""
    return PlanAim.RISK_AVERSE if basis is SetBasis.AVERAGED else PlanAim.MEAN


def draw_question(
    run: RunRecord, words: Vocabulary, design: Design, form: BudgetForm, key: Keys, basis: SetBasis
) -> BudgetForm:
    """Draw every control; answers what is typed now.

    Args:
        run: The run.
        words: Names, colours and units.
        design: Its data.
        form: What was typed before.
        key: Keys of the controls.
        basis: Which models the plan is made over.
    """
    form = _goal(words, form, key)
    form = _amounts(words, form, key)
    understood = st.container()
    form = _history(words, design, form, key)
    spend = _today(run, form)
    with understood:
        _understood(words, form, sum(spend.values()))
    form = _aim(form, key, basis)
    form = channels_section(run, words, design, form, key, spend)
    form = groups_section(words, form, key)
    return calendar_section(run, words, form, key)


def _today(run: RunRecord, form: BudgetForm) -> dict[str, float]:
    """Today's spend; that of all periods while the window typed is none."""
    try:
        return budget_loaders.history_spend(run.run_id, history_of(form))
    except MMMError:
        return budget_loaders.history_spend(run.run_id, "all")


def _goal(words: Vocabulary, form: BudgetForm, key: Keys) -> BudgetForm:
    labels = {
        BudgetGoal.MAX_RESPONSE: "Spend a budget best",
        BudgetGoal.TARGET_RETURN: f"Reach a {words.return_word}",
        BudgetGoal.TARGET_RESPONSE: f"Reach {words.outcome_word} at least cost",
    }
    goal = st.selectbox(
        "Goal", list(labels), index=list(labels).index(form.goal), format_func=labels.__getitem__, key=key("goal")
    )
    return replace(form, goal=goal)


def _amounts(words: Vocabulary, form: BudgetForm, key: Keys) -> BudgetForm:
    """Budget or target, and the horizon."""
    first, second = st.columns([1.4, 1], vertical_alignment="bottom")
    periods = second.number_input(
        f"For how many {words.period}s",
        1,
        max(_MOST_PERIODS, form.n_periods),
        form.n_periods,
        step=1,
        key=key("periods"),
    )
    form = replace(form, n_periods=int(periods))
    with first:
        if form.goal is BudgetGoal.TARGET_RETURN:
            label = f"{words.return_word} to reach ({words.return_unit})"
            text = st.text_input(label, form.return_text, key=key("return"), placeholder="e.g. 3.5", max_chars=40)
            return replace(form, return_text=text)
        if form.goal is BudgetGoal.TARGET_RESPONSE:
            whole = f"{words.outcome_word.capitalize()} from paid media over the {form.n_periods:,} {words.period}s"
            text = st.text_input(whole, form.response_text, key=key("response"), placeholder="e.g. 1.2M", max_chars=40)
            form = replace(form, response_text=text)
        else:
            form = _budget(words, form, key)
    if form.goal is BudgetGoal.MAX_RESPONSE:
        form = _span(words, form, key)
    return form


def _budget(words: Vocabulary, form: BudgetForm, key: Keys) -> BudgetForm:
    text = st.text_input(
        f"Budget ({words.money(0).replace('0', '').strip()})",
        form.budget_text,
        key=key("budget"),
        placeholder="as much as today",
        max_chars=40,
        help="250,000, 1.2M and 250.000,00 are all understood. Empty: as much as today.",
    )
    return replace(form, budget_text=text)


def _span(words: Vocabulary, form: BudgetForm, key: Keys) -> BudgetForm:
    labels = {
        BudgetSpan.WHOLE: f"for all {form.n_periods:,} {words.period}s" if form.n_periods > 1 else "for the whole time",
        BudgetSpan.PERIOD: f"per {words.period}",
    }
    span = st.segmented_control(
        "The budget is",
        list(labels),
        default=form.budget_span,
        required=True,
        format_func=labels.__getitem__,
        key=key("span"),
        label_visibility="collapsed",
    )
    return replace(form, budget_span=span or form.budget_span)


def _understood(words: Vocabulary, form: BudgetForm, today: float) -> None:
    """Say how an amount was read, so that a comma or point in the wrong place is seen at once."""
    if form.goal is BudgetGoal.TARGET_RETURN:
        st.caption(as_text(f"Today: {words.money(today)} a {words.period}."))
        return
    text = form.budget_text if form.goal is BudgetGoal.MAX_RESPONSE else form.response_text
    said = f"Today: {words.money(today)} a {words.period}."
    if text.strip():
        try:
            amount = read_amount(text, "")
        except MMMError:
            return  # the answer says what is wrong with it
        if form.goal is BudgetGoal.MAX_RESPONSE:
            whole = amount if form.budget_span is BudgetSpan.WHOLE else amount * form.n_periods
            said = f"{words.money(whole)} in all, {words.money(whole / form.n_periods)} a {words.period}. {said}"
        else:
            said = f"{words.outcome(amount)} in all, {words.outcome(amount / form.n_periods)} a {words.period}."
    st.caption(as_text(said))


def _history(words: Vocabulary, design: Design, form: BudgetForm, key: Keys) -> BudgetForm:
    count = len(design.rows)
    choices = {"all": f"the mean of all {count:,} modelled {words.period}s"}
    choices |= {
        f"last_{n}": f"the mean of the last {n} {words.period}s" for n in HISTORY_LENGTHS[words.frequency] if n < count
    }
    if form.history.startswith("last_") and form.history not in choices:
        choices[form.history] = f"the mean of the last {form.history.removeprefix('last_')} {words.period}s"
    choices[CHOSEN_DAYS] = "the mean between two days …"
    chosen = st.selectbox(
        "“Today” is",
        list(choices),
        index=list(choices).index(form.history) if form.history in choices else 0,
        format_func=choices.__getitem__,
        key=key("history"),
        help=term("budget_history"),
    )
    form = replace(form, history=chosen)
    if chosen != CHOSEN_DAYS:
        return form
    dates = design.dates[design.rows]
    first, last = (_day(dates.min()), _day(dates.max()))
    with st.container(horizontal=True, gap="small"):
        start = st.date_input("From", _within(form.first_day or first, first, last), first, last, key=key("from"))
        end = st.date_input("To", _within(form.last_day or last, first, last), first, last, key=key("to"))
    return replace(form, first_day=_one(start), last_day=_one(end))


def _aim(form: BudgetForm, key: Keys, basis: SetBasis) -> BudgetForm:
    usual = usual_aim(basis)
    wanted = form.aim or usual
    shown = [aim for aim in AIM_WORDS if aim is not PlanAim.RISK_AVERSE or PlanAim.RISK_AVERSE in (usual, wanted)]
    aim = st.segmented_control(
        "Plan for",
        shown,
        default=wanted,
        required=True,
        format_func=AIM_WORDS.__getitem__,
        key=key(f"aim_{usual}"),
        help=term("budget_aim"),
    )
    form = replace(form, aim=None if (aim or wanted) is usual else aim)
    if form.aim is PlanAim.LOW_QUANTILE:
        percent = st.slider(
            "Safe in all models but the most cautious (%)",
            5,
            50,
            round(100 * form.quantile),
            step=5,
            key=key("quantile"),
            help="20: the plan is judged by what it brings in all but the lowest 20% of the models.",
        )
        form = replace(form, quantile=percent / 100)
    if form.goal is BudgetGoal.MAX_RESPONSE:
        less = st.toggle(
            "May leave money unspent",
            form.may_spend_less,
            key=key("less"),
            help="Only what still brings something is spent.",
        )
        form = replace(form, may_spend_less=less)
    return form


def question_problems(error: MMMError) -> None:
    """Why there is no answer, with the assurance that nothing typed is lost."""
    boundary.show_problems(error, "No plan answers this question yet")
    st.caption("Everything you typed is kept: change it on the left and the plan appears here.")


def _day(value: np.datetime64) -> dt.date:
    day: dt.date = value.astype("datetime64[D]").astype(dt.date)
    return day


def _within(day: dt.date, first: dt.date, last: dt.date) -> dt.date:
    return min(max(day, first), last)


def _one(given: object) -> dt.date | None:
    return given if isinstance(given, dt.date) else None
