"""Budget: a question to the models on the left, the best plan and how sure it is on the right, kept plans below."""

import streamlit as st

from mmm_core.engine.budget_form import HORIZONS, BudgetForm, request_from
from mmm_core.entities.model_set import AVERAGED_ID, SetBasis
from mmm_core.entities.records import ProjectRecord, RunRecord
from mmm_core.errors import MMMError, NotFoundError
from pages.shared import budget_loaders, guards, loaders, model_choice, trust_summary
from pages.shared.boundary import guarded, page
from pages.shared.budget_answer import WHAT_PLANS_ARE, Answer, draw_answer
from pages.shared.budget_kept import draw_kept, keep_bar
from pages.shared.budget_question import choose_models, draw_question, question_problems, usual_aim
from pages.shared.budget_state import keep_form, keys_of, open_form, replace_form
from pages.shared.widgets import Crumb, as_text, header, project_crumbs, run_crumb


def render() -> None:
    project, run, result = guards.require_result()
    solution_id = model_choice.shown(result)
    data = project_crumbs(project, loaders.run_upload(run.run_id), is_current=False)
    header("Budget", [*data, run_crumb(run), Crumb(model_choice.crumb(result, solution_id))])
    st.caption(f":material/info: {as_text(WHAT_PLANS_ARE)}")
    if not result.design.n_paid:
        st.info("This run has no paid channel, so there is no budget to plan.", icon=":material/block:")
        return
    st.fragment(_workbench)(project, run.run_id, solution_id)
    if solution_id == AVERAGED_ID:
        trust_summary.draw(run.run_id)
    st.divider()
    st.fragment(_kept)(run.run_id)


@guarded("budget plan")
def _workbench(project: ProjectRecord, run_id: str, solution_id: str) -> None:
    """Question and answer; a fragment, so that a slider redraws nothing else."""
    run = _run(run_id)
    words, design = loaders.words(run), loaders.result(run_id).design
    left, right = st.columns([1, 1.75], gap="large")
    key = keys_of(run)
    with left, st.container(key="budget_question", gap="small"):
        basis, solution_id = choose_models(key, loaders.result(run_id), solution_id)
        form = draw_question(run, words, design, open_form(run, words), key, basis)
        keep_form(run, form)
        if st.button("Start afresh", key="budget_afresh", type="tertiary", icon=":material/restart_alt:"):
            replace_form(run, BudgetForm(n_periods=HORIZONS[words.frequency]))
            st.rerun(scope="fragment")
    with right, st.container(key="budget_answer", gap="small"):
        try:
            answer = _answer(project, run, (basis, solution_id), form)
        except MMMError as error:
            question_problems(error)
            return
        draw_answer(answer)
        keep_bar(answer)


def _answer(project: ProjectRecord, run: RunRecord, models: tuple[SetBasis, str], form: BudgetForm) -> Answer:
    words = loaders.words(run)
    spend = budget_loaders.history_spend(run.run_id, "all")
    aim = usual_aim(models[0])
    asked = request_from(form, spend, words.names, words.kind, aim=aim)
    if asked.history != "all":
        spend = budget_loaders.history_spend(run.run_id, asked.history)
        asked = request_from(form, spend, words.names, words.kind, aim=aim)
    model_set = budget_loaders.planning_set(run.run_id, *models)
    plan = budget_loaders.budget_plan(run.run_id, *models, asked)
    return Answer(project, run, words, model_set, *models, plan)


@guarded("kept plans")
def _kept(run_id: str) -> None:
    run = _run(run_id)
    draw_kept(run, loaders.words(run))


def _run(run_id: str) -> RunRecord:
    run = loaders.run(run_id)
    if run is None:
        raise NotFoundError("This run was deleted meanwhile. Open another one in Saved results.")
    return run


with page("Budget"):
    render()
