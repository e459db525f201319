import json
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.model_set import AVERAGED_ID, SetBasis
from mmm_core.store.workspace import Workspace
from pages.shared import budget_loaders, loaders, session
from pages.shared.budget_limits import slider_scale
from tests.app.saved_runs import ended, new_project, plain, result

Visit = Callable[..., AppTest]
KEPT = "No plan answers this question yet"


@pytest.fixture
def project_id(workspace: Workspace) -> str:
    return new_project(workspace)


@pytest.fixture
def run_id(workspace: Workspace, project_id: str) -> str:
    return ended(workspace, project_id)


@pytest.fixture
def budget(studio: Visit, run_id: str) -> AppTest:
    """A plan over the models on the fronts, as after a model was chosen."""
    return studio("budget", run=run_id, model=result().pareto["recommended_id"])


@pytest.fixture
def average(studio: Visit, run_id: str) -> AppTest:
    """A plan over the recommended answer, as the page opens."""
    return studio("budget", run=run_id)


def key(app: AppTest, name: str, generation: int = 0) -> str:
    return f"budget_{app.query_params['run']}_{generation}_{name}"


def group(app: AppTest, name: str, value: object) -> AppTest:
    wanted = name if name == "plan_view" else key(app, name)
    return next(one for one in app.button_group if one.key == wanted).set_value(value).run()


def typed(app: AppTest, name: str, text: str) -> AppTest:
    return app.text_input(key=key(app, name)).set_value(text).run()


def edited(app: AppTest, name: str, **rows: object) -> AppTest:
    """Change cells of an editable table as the browser reports it; AppTest has no such gesture."""
    editor = next(one for one in app.data_editor if one.key and name in one.key)
    edits = {"edited_rows": rows.get("changed", {}), "added_rows": rows.get("added", []), "deleted_rows": []}
    states = app._tree.get_widget_states()
    state = states.widgets.add(id=editor.proto.id)
    state.string_value = json.dumps(edits)
    return app._run(states)


def asked(app: AppTest) -> str:
    """What the page says is wrong."""
    return "\n".join(error.value for error in app.error).replace("\\", "")


def spends(app: AppTest) -> dict[str, float]:
    """Planned spend per channel, read from the chart of spend and effect."""
    charts = [json.loads(element.proto.spec) for element in app.get("plotly_chart")]
    bars = next(chart for chart in charts if "legendgroup" in json.dumps(chart["data"][0]))["data"][1]
    return {row[0]: row[1] for row in bars["customdata"]}


def test_the_page_opens_with_a_plan_its_range_and_what_the_range_is(budget: AppTest) -> None:
    said = plain(budget)
    assert "Move $" in said
    assert " over 13 weeks" in said
    models = len(result().pareto["solution_ids"])
    assert f"lowest to highest of {models} about equally good models" in said
    assert "The plan beats today's spend in" in said
    assert f"of {models} models" in said


def test_it_is_said_that_plans_come_from_models_and_that_large_moves_should_be_tested(budget: AppTest) -> None:
    assert "not what will happen" in plain(budget)
    assert "run a lift test on" in plain(budget)


def test_limits_that_bind_are_named_with_what_more_room_would_bring(budget: AppTest) -> None:
    assert "What holds the plan back" in plain(budget)
    assert "is at its lower limit of" in plain(budget)


@pytest.mark.parametrize(
    ("view", "title"),
    [
        ("Spend and effect", "of the money changes its channel"),
        ("Returns", "Under the plan the next $1 brings most in"),
        ("Response curves", "Ring: today. Point: the plan. Dotted: never seen."),
        ("Model by model", "The plan brings more than today's spend in"),
        ("Week by week", "Budget"),
        ("Table", "Budget"),
    ],
)
def test_every_view_of_the_plan_draws(budget: AppTest, view: str, title: str) -> None:
    group(budget, "plan_view", view)
    assert title in plain(budget)
    assert not budget.error


def test_the_tables_have_a_row_per_channel_and_per_week(budget: AppTest) -> None:
    group(budget, "plan_view", "Table")
    table = next(frame.value for frame in budget.dataframe if "limit_status" in frame.value)
    assert len(table) == 5
    group(budget, "plan_view", "Week by week")
    weeks = next(frame.value for frame in budget.dataframe if "date" in frame.value)
    assert len(weeks) == 13
    assert weeks[list(table["channel"])].sum().sum() == pytest.approx(13 * table["spend"].sum())


@pytest.mark.parametrize("text", ["1.2M", "$ 1,200,000", "1.200.000,00", "1200000"])
def test_a_budget_is_understood_as_people_write_it(budget: AppTest, text: str) -> None:
    typed(budget, "budget", text)
    assert "$1.2M in all, $92.3k a week." in plain(budget)
    assert not budget.error


def test_a_budget_per_week_is_taken_times_the_horizon(budget: AppTest) -> None:
    typed(budget, "budget", "100k")
    group(budget, "span", "period")
    assert "$1.3M in all, $100k a week." in plain(budget)
    assert "Spend $100k a week, $11.8k less than today" in plain(budget)


@pytest.mark.parametrize(
    ("text", "sentence"), [("0", "must be an amount above 0, got '0'"), ("a lot", "got 'a lot'"), ("-5", "got '-5'")]
)
def test_a_budget_that_cannot_be_gets_a_sentence_and_stays_as_typed(budget: AppTest, text: str, sentence: str) -> None:
    typed(budget, "budget", text)
    assert KEPT in asked(budget)
    assert sentence in asked(budget)
    assert budget.text_input(key=key(budget, "budget")).value == text


def test_a_budget_the_limits_do_not_allow_is_explained_with_the_amounts(budget: AppTest) -> None:
    typed(budget, "budget", "100M")
    assert "The upper limits (" in asked(budget)
    assert "raise them, or lower the budget by" in asked(budget)
    assert budget.text_input(key=key(budget, "budget")).value == "100M"


def test_a_minimum_above_its_maximum_gets_a_sentence_and_stays_as_typed(budget: AppTest) -> None:
    budget.toggle(key=key(budget, "typed")).set_value(True).run()
    edited(budget, "limits", changed={"0": {"low": 90_000, "high": 10_000}})
    assert "TV must spend at least 90,000 and at most 10,000: the minimum is above the maximum" in asked(budget)
    form = budget.session_state[f"studio.budget.form.{budget.query_params['run']}"]
    assert form.limits == {"tv_spend": (90_000.0, 10_000.0)}


def test_typed_limits_and_locks_hold(budget: AppTest) -> None:
    budget.toggle(key=key(budget, "typed")).set_value(True).run()
    edited(budget, "limits", changed={"0": {"low": 40_000, "high": 40_000}, "1": {"lock": True}})
    assert not budget.error
    assert spends(budget)["TV"] == "$40k"
    assert spends(budget)["Social"] == "$27.2k"


def test_a_locked_channel_keeps_its_spend(budget: AppTest) -> None:
    assert spends(budget)["TV"] != "$42.3k"
    budget.toggle(key=key(budget, "lock_tv_spend")).set_value(True).run()
    assert spends(budget)["TV"] == "$42.3k"
    assert "are locked in TV" in plain(budget)


def test_everything_locked_is_said_to_leave_nothing_to_plan(budget: AppTest) -> None:
    for toggle in [one for one in budget.toggle if "_lock_" in (one.key or "")]:
        toggle.set_value(True)
    budget.run()
    assert "Today's spend is already the best plan within these limits" in plain(budget)
    assert not budget.error


def test_a_slider_sets_the_limits_of_its_channel(budget: AppTest) -> None:
    slider = next(one for one in budget.slider if "limit_tv_spend" in (one.key or ""))
    slider.set_value((10_000.0, 10_000.0)).run()
    assert not budget.error
    assert spends(budget)["TV"] == "$10k"


def test_a_group_without_channels_gets_a_sentence(budget: AppTest) -> None:
    edited(budget, "groups", added=[{"name": "Online", "high": 1000}])
    assert "The group 'Online' has no channel; choose at least one" in asked(budget)


def test_a_group_shares_its_limit(budget: AppTest) -> None:
    edited(budget, "groups", added=[{"name": "Online", "channels": ["Search", "Social"], "high": 30_000}])
    assert not budget.error
    group(budget, "plan_view", "Table")
    table = next(frame.value for frame in budget.dataframe if "limit_status" in frame.value).set_index("name")
    assert table["spend"][["Search", "Social"]].sum() <= 30_000 * (1 + 1e-6)


def test_a_pause_in_the_calendar_is_planned(budget: AppTest) -> None:
    budget.toggle(key=key(budget, "by_period")).set_value(True).run()
    edited(budget, "calendar", changed={"0": {"tv_spend": 0.0}})
    group(budget, "plan_view", "Week by week")
    weeks = next(frame.value for frame in budget.dataframe if "date" in frame.value)["tv_spend"]
    assert weeks[0] == 0
    assert weeks[1] > 0


def test_a_return_that_is_out_of_reach_is_refused_with_what_can_be_reached(budget: AppTest) -> None:
    budget.selectbox(key=key(budget, "goal")).set_value("target_return").run()
    assert "The target ROAS must be an amount such as 3.5; nothing was typed" in asked(budget)
    typed(budget, "return", "900")
    assert KEPT in asked(budget)
    assert budget.text_input(key=key(budget, "return")).value == "900"
    typed(budget, "return", "0,3")
    assert "can be spent at ROAS" in plain(budget)


def test_an_outcome_is_reached_at_least_cost(budget: AppTest) -> None:
    budget.selectbox(key=key(budget, "goal")).set_value("target_response").run()
    typed(budget, "response", "800k")
    assert "$800k in all, $61.5k a week." in plain(budget)
    assert "sales over 13 weeks cost $" in plain(budget)


def test_the_page_opens_with_the_recommended_answer_and_prints_what_is_to_be_expected(average: AppTest) -> None:
    run_id, said = average.query_params["run"], plain(average)
    models = budget_loaders.planning_set(run_id, SetBasis.AVERAGED, AVERAGED_ID)
    assert models.n_models == budget_loaders.PLANNED_DRAWS
    assert "Expected is 70% of what the models predict" in said or "Do not move" in said
    assert group(average, "aim_risk_averse", "mean").error == []


def test_the_safe_side_is_planned_for(budget: AppTest) -> None:
    before = spends(budget)
    group(budget, "aim_mean", "low_quantile")
    assert not budget.error
    assert budget.slider(key=key(budget, "quantile")).value == 20
    assert before


def test_today_can_be_the_last_weeks_or_any_two_days(budget: AppTest) -> None:
    budget.selectbox(key=key(budget, "history")).set_value("last_13").run()
    spend = result().design.spend[-13:].mean(axis=0).sum()
    assert f"Today: ${spend / 1000:.0f}k a week." in plain(budget)
    budget.selectbox(key=key(budget, "history")).set_value("days").run()
    first, last = (budget.date_input(key=key(budget, name)) for name in ("from", "to"))
    first.set_value(last.value)
    last.set_value(first.min)
    budget.run()
    assert "The history window must begin before it ends" in asked(budget)


def test_what_was_typed_is_there_after_another_page_and_after_a_reload(studio: Visit, budget: AppTest) -> None:
    typed(budget, "budget", "a lot")
    budget.toggle(key=key(budget, "lock_tv_spend")).set_value(True).run()
    budget.switch_page("pages/pareto.py").run()
    budget.switch_page("pages/budget.py").run()
    for app in (budget, studio("budget", run=budget.query_params["run"])):
        assert app.text_input(key=key(app, "budget")).value == "a lot"
        assert app.toggle(key=key(app, "lock_tv_spend")).value


def test_one_model_has_no_range(budget: AppTest) -> None:
    group(budget, "basis", SetBasis.SAMPLING)
    said = plain(budget)
    assert "One model, so no range" in said or "90% sampling interval" in said
    assert not budget.error


def keep(app: AppTest, name: str) -> AppTest:
    next(one for one in app.text_input if one.label == "Name of this plan").set_value(name).run()
    return app.button(key="keep_plan").click().run()


def test_a_plan_is_kept_compared_and_its_question_reopened(workspace: Workspace, budget: AppTest, run_id: str) -> None:
    typed(budget, "budget", "1.3M")
    budget.toggle(key=key(budget, "lock_tv_spend")).set_value(True).run()
    keep(budget, "TV stays")
    (record,) = workspace.list_scenarios(run_id)
    assert record.name == "TV stays"
    budget.toggle(key=key(budget, "lock_tv_spend")).set_value(False).run()
    typed(budget, "budget", "")
    budget.button(key=f"reopen_{record.scenario_id}").click().run()
    assert budget.text_input(key=key(budget, "budget", 1)).value == "1,300,000"
    assert budget.toggle(key=key(budget, "lock_tv_spend", 1)).value


def test_kept_plans_stand_side_by_side_until_they_are_deleted(
    workspace: Workspace, budget: AppTest, run_id: str
) -> None:
    keep(budget, "One")
    typed(budget, "budget", "1.3M")
    keep(budget, "Two")
    assert "brings most a week of 2 plans" in plain(budget)
    first = workspace.list_scenarios(run_id)[0].scenario_id
    budget.button(key=f"delete_{first}").click().run()
    budget.button(key="delete_plan_yes").click().run()
    assert [record.name for record in workspace.list_scenarios(run_id)] == ["Two"]
    assert "of 2 plans" not in plain(budget)


def test_a_kept_plan_is_renamed(workspace: Workspace, budget: AppTest, run_id: str) -> None:
    keep(budget, "One")
    (record,) = workspace.list_scenarios(run_id)
    budget.button(key=f"rename_{record.scenario_id}").click().run()
    budget.text_input(key="new_plan_name").set_value("First")
    next(
        button for button in budget.button if button.label == "Rename" and "form" in (button.form_id or "")
    ).click().run()
    assert workspace.list_scenarios(run_id)[0].name == "First"


def test_a_plan_without_a_name_and_a_name_given_twice_get_a_sentence(budget: AppTest) -> None:
    keep(budget, "")
    assert "The name of a plan must have 1 to 200 characters" in asked(budget)
    keep(keep(budget, "One"), "One")
    assert "a plan called 'One' already" in asked(budget)


def test_the_plan_is_offered_as_a_workbook_and_as_csv(budget: AppTest) -> None:
    offered = {button.key: button.label for button in budget.get("download_button")}
    assert (offered["take_xlsx"], offered["take_csv"]) == ("Download XLSX", "Download CSV")


def test_conversions_are_spoken_of_as_cost(studio: Visit, workspace: Workspace) -> None:
    run_id = ended(workspace, new_project(workspace, kind=OutcomeKind.CONVERSION), kind=OutcomeKind.CONVERSION)
    app = studio("budget", run=run_id)
    assert " conversions (" in plain(app)
    assert "Reach a CPA" in app.selectbox(key=key(app, "goal")).options
    group(app, "plan_view", "Returns")
    assert "Under the plan the next conversion is cheapest in" in plain(app)
    assert "ROAS" not in plain(app)


def test_models_that_credit_media_with_nothing_are_said_so(budget: AppTest) -> None:
    models = loaders.model_set(budget.query_params["run"], session.basis(), result().pareto["recommended_id"])
    models.curves.coefficient[:] = 0.0
    budget_loaders._budget_plan.clear()
    budget.run()
    assert any("credits every paid channel with nothing" in info.value for info in budget.info)


@pytest.mark.parametrize("largest", [0.0, 0.3, 7.0, 84_000.0, 1e9])
def test_a_slider_reaches_what_has_to_fit_in_about_200_plain_steps(largest: float) -> None:
    most, step = slider_scale(largest)
    assert most >= largest
    assert 90 <= most / step <= 201
    assert f"{step:e}"[0] in "125"
