"""Kept plans: giving one a name, all of them side by side, reopened, renamed, deleted."""

import streamlit as st

from mmm_core.charts.budget_scenarios import draw_scenarios, scenario_frame, scenario_points
from mmm_core.charts.budget_words import aim_sentence, horizon, uplift_text
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.engine.budget_form import form_of
from mmm_core.entities.model_set import SetBasis
from mmm_core.entities.records import RunRecord
from mmm_core.entities.scenario import Scenario, ScenarioRecord
from mmm_core.errors import MMMError
from pages.shared import boundary, budget_loaders, dialogs, loaders, session
from pages.shared.budget_answer import Answer, take_away
from pages.shared.budget_state import replace_form
from pages.shared.widgets import ago, as_text, chart, current_theme

RENAME, DELETE = "rename plan", "delete plan"
_NAME = "plan_name"


def keep_bar(answer: Answer) -> None:
    """Downloads of the plan on screen, and its name to keep it."""
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="keep_bar"):
        name = st.text_input(
            "Name of this plan",
            key=f"{_NAME}_{session.generation(_NAME)}",
            placeholder="e.g. More Search in spring",
            max_chars=120,
            width=280,
        )
        if st.button("Keep this plan", key="keep_plan", type="primary", icon=":material/bookmark_add:"):
            _keep(answer, name)
    with st.container(horizontal=True, gap="small", key="budget_files"):
        take_away(answer)


def _keep(answer: Answer, name: str) -> None:
    try:
        record = loaders.workspace().save_scenario(
            answer.run.run_id, name, answer.plan, basis=answer.basis, solution_id=answer.solution_id
        )
    except MMMError as error:
        boundary.show_problems(error)
        return
    session.start_afresh(_NAME)
    session.flash(f"{as_text(record.name)} is kept")
    st.rerun()


def draw_kept(run: RunRecord, words: Vocabulary) -> None:
    """Every kept plan of the run, side by side."""
    records = loaders.workspace().list_scenarios(run.run_id)
    st.subheader("Kept plans", anchor=False)
    if not records:
        st.markdown(":gray[None yet. Give the plan above a name to keep it, change the question, and compare.]")
        return
    kept = [budget_loaders.scenario(record) for record in records]
    plans = [(scenario.record.name, scenario.plan) for scenario in kept]
    chart(
        draw_scenarios(scenario_points(plans, words), current_theme()),
        scenario_frame(plans, words),
        key="kept_plans",
        file_name="kept plans",
        alt="Spend per channel of today and of every kept plan, with what each brings",
    )
    for scenario in kept:
        _line(run, words, scenario)


def _line(run: RunRecord, words: Vocabulary, scenario: Scenario) -> None:
    record, plan = scenario.record, scenario.plan
    scenario_id = record.scenario_id
    finding = f"{uplift_text(plan, words)} {horizon(plan, words)}"
    about = f"{finding}, {aim_sentence(plan)}; {plan.interval_label}; kept {ago(record.created)}"
    with st.container(border=True, gap="xsmall", key=f"kept_{scenario_id}"):
        st.markdown(f"**{as_text(record.name)}**  \n:gray[{as_text(about)}]")
        with st.container(horizontal=True, gap="small"):
            if st.button("Reopen", key=f"reopen_{scenario_id}", type="tertiary", icon=":material/undo:"):
                reopen(run, scenario)
                st.rerun()
            st.button(
                "Rename",
                key=f"rename_{scenario_id}",
                type="tertiary",
                icon=":material/edit:",
                on_click=dialogs.ask,
                args=(RENAME, scenario_id),
            )
            st.button(
                "Delete",
                key=f"delete_{scenario_id}",
                type="tertiary",
                icon=":material/delete:",
                on_click=dialogs.ask,
                args=(DELETE, scenario_id),
            )
    if dialogs.asked(RENAME) == scenario_id:
        _rename(record)
    elif dialogs.asked(DELETE) == scenario_id:
        _delete(record)


def reopen(run: RunRecord, scenario: Scenario) -> None:
    """Put the question of a kept plan into the form again, with the models it was asked of."""
    if scenario.basis in set(SetBasis):
        session.set_basis(SetBasis(scenario.basis))
    session.open_model(scenario.solution_id)
    replace_form(run, form_of(scenario.plan.request))
    session.flash(f"The question of {as_text(scenario.record.name)} is back")


@st.dialog("Rename plan", on_dismiss=dialogs.answered)
def _rename(record: ScenarioRecord) -> None:
    with boundary.catching("rename plan"), st.form("rename_plan_form", border=False):
        name = st.text_input("Name", value=record.name, max_chars=120, key="new_plan_name")
        if st.form_submit_button("Rename", type="primary"):
            loaders.workspace().rename_scenario(record.scenario_id, name)
            dialogs.answered()
            st.rerun()


@st.dialog("Delete plan?", on_dismiss=dialogs.answered)
def _delete(record: ScenarioRecord) -> None:
    with boundary.catching("delete plan"):
        st.markdown(f"**{as_text(record.name)}** will be removed. The models stay. This cannot be undone.")
        with st.container(horizontal=True, horizontal_alignment="right"):
            if st.button("Keep it", key="delete_plan_no"):
                dialogs.answered()
                st.rerun()
            if st.button("Delete", key="delete_plan_yes", type="primary", icon=":material/delete:"):
                loaders.workspace().delete_scenario(record.scenario_id)
                dialogs.answered()
                session.flash(f"{as_text(record.name)} deleted")
                st.rerun()
