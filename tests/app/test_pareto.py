import json
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from mmm_core.entities.columns import OutcomeKind
from mmm_core.store.workspace import Workspace
from tests.app.saved_runs import ended, new_project, plain, result

Visit = Callable[..., AppTest]
CHANNEL = "ROAS of"


@pytest.fixture
def project_id(workspace: Workspace) -> str:
    return new_project(workspace)


@pytest.fixture
def run_id(workspace: Workspace, project_id: str) -> str:
    return ended(workspace, project_id)


@pytest.fixture
def explorer(studio: Visit, run_id: str) -> AppTest:
    return studio("pareto", run=run_id)


def charts(app: AppTest) -> list[dict[str, object]]:
    return [json.loads(element.proto.spec) for element in app.get("plotly_chart")]


def click(app: AppTest, solution_id: str) -> None:
    """Select a point of the scatter as the browser reports it; AppTest has no such gesture."""
    chart = app.get("plotly_chart")[0].proto
    states = app._tree.get_widget_states()
    state = states.widgets.add(id=chart.id)
    state.string_value = json.dumps({"selection": {"points": [{"text": solution_id}]}})
    app._run(states)


def see(app: AppTest, view: str) -> AppTest:
    return next(group for group in app.button_group if group.key == "view").set_value(view).run()


def filtered(app: AppTest, **given: object) -> AppTest:
    for toggle in app.toggle:
        toggle.set_value(given.get(toggle.label, False))
    for number in app.number_input:
        if number.label in given:
            number.set_value(given[number.label])
    for box in app.selectbox:
        if box.label in given:
            box.set_value(given[box.label])
    return next(button for button in app.button if button.label == "Apply").click().run()


def test_a_link_to_a_run_opens_it_with_the_recommended_model(explorer: AppTest, run_id: str) -> None:
    recommended = result().pareto["recommended_id"]
    assert explorer.selectbox(key="model_choice").value == recommended
    assert explorer.query_params["run"] == run_id
    assert not explorer.exception


def test_the_page_says_plainly_what_the_models_are(explorer: AppTest) -> None:
    said = plain(explorer)
    assert "not sampling uncertainty" in said
    assert "weak evidence" in said


def test_every_candidate_is_drawn_and_the_card_has_spread_for_every_channel(explorer: AppTest) -> None:
    scatter, returns = charts(explorer)[:2]
    assert scatter["data"][1]["type"] == "scattergl"
    assert len(returns["layout"]["annotations"]) == 5
    assert f"spread across {len(result().pareto['solution_ids'])} models" in plain(explorer)


def test_a_model_is_chosen_without_the_mouse_and_stands_in_the_address(explorer: AppTest) -> None:
    other = explorer.selectbox(key="model_choice").options[3]
    explorer.selectbox(key="model_choice").set_value(other).run()
    assert explorer.query_params["model"] == other
    assert f"model {other}" in plain(explorer)


def test_a_model_of_the_address_is_shown_and_an_unknown_one_gives_the_recommended(studio: Visit, run_id: str) -> None:
    assert studio("pareto", run=run_id, model="1_7").selectbox(key="model_choice").value == "1_7"
    unknown = studio("pareto", run=run_id, model="9_9")
    assert unknown.selectbox(key="model_choice").value == result().pareto["recommended_id"]


def test_a_clicked_point_is_opened_also_after_another_model_was_chosen_in_the_list(explorer: AppTest) -> None:
    click(explorer, "1_7")
    assert explorer.query_params["model"] == "1_7"
    explorer.selectbox(key="model_choice").set_value("1_9").run()
    click(explorer, "1_7")
    assert explorer.query_params["model"] == "1_7"
    assert "model 1_7" in plain(explorer)


def test_filters_are_said_in_business_words_with_how_many_survive(explorer: AppTest) -> None:
    filtered(explorer, **{"Only models on the fronts": True, "Baseline at least (%)": 30.0})
    labels = [button.label.replace("\\", "") for button in explorer.button]
    assert "only models on the fronts" in labels
    assert "baseline at least 30%" in labels
    on_fronts = int(result().pareto["candidates"]["on_front"].sum())
    assert f"{on_fronts}** of 60 models survive" in plain(explorer)


def test_a_chip_takes_its_filter_off(explorer: AppTest) -> None:
    filtered(explorer, **{"Only models on the fronts": True})
    explorer.button(key="chip_on_fronts").click().run()
    assert "All 60 models shown" in plain(explorer)


def test_filters_nobody_passes_are_answered_with_what_to_do(explorer: AppTest) -> None:
    filtered(explorer, **{"Fit at least R²": 1.0})
    assert "No model** of 60 passes all filters: take one off" in plain(explorer)
    assert not explorer.exception
    assert "No model passes all filters" in plain(see(explorer, "Surviving models"))


def test_a_range_upside_down_is_refused_with_a_sentence(explorer: AppTest) -> None:
    filtered(explorer, **{CHANNEL: "tv_spend", "ROAS at least": 3.0, "ROAS at most": 1.0})
    assert "low end first; got 3 to 1" in plain(explorer)


@pytest.mark.parametrize(
    ("view", "said"),
    [
        ("Fit", "ups and downs"),
        ("Contributions", "week by week"),
        ("Response", "In this model"),
        ("Parameters", "Pareto explorer"),
        ("Surviving models", "Pareto explorer"),
    ],
)
def test_every_view_of_a_model_draws(explorer: AppTest, view: str, said: str) -> None:
    see(explorer, view)
    assert said in plain(explorer)
    assert not explorer.exception
    assert not explorer.error


def test_parameters_have_one_row_per_channel_and_the_table_of_survivors_one_per_model(explorer: AppTest) -> None:
    see(explorer, "Parameters")
    assert any(len(frame.value) == 6 and "theta" in frame.value for frame in explorer.dataframe)
    see(explorer, "Surviving models")
    assert any(len(frame.value) == 60 for frame in explorer.dataframe)


def test_a_picked_model_is_found_again(studio: Visit, workspace: Workspace, explorer: AppTest, run_id: str) -> None:
    explorer.selectbox(key="model_choice").set_value("1_9").run()
    explorer.button(key="pick").click().run()
    assert workspace.load_result(run_id).collection.selected_id == "1_9"
    again = studio("pareto", run=run_id)
    assert again.selectbox(key="model_choice").value == "1_9"


def test_a_pick_is_a_label_that_comes_off_again(studio: Visit, workspace: Workspace, run_id: str) -> None:
    workspace.select_model(run_id, "1_9")
    app = studio("pareto", run=run_id)
    assert app.button(key="pick").label == "Take the pick off"
    app.button(key="pick").click().run()
    assert workspace.load_result(run_id).collection.selected_id is None
    assert app.selectbox(key="model_choice").value == "1_9"


def test_points_are_coloured_by_the_return_of_a_channel(explorer: AppTest) -> None:
    explorer.selectbox(key="colour").set_value("tv_spend").run()
    assert "coloraxis" in charts(explorer)[0]["layout"]


def test_conversions_are_spoken_of_as_cost(studio: Visit, workspace: Workspace) -> None:
    project_id = new_project(workspace, kind=OutcomeKind.CONVERSION)
    app = studio("pareto", run=ended(workspace, project_id, kind=OutcomeKind.CONVERSION))
    assert "CPA" in plain(app)
    assert "CPA of" in [box.label for box in app.selectbox]
    assert not app.exception
