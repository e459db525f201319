import json
import math
import re
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from mmm_core.entities.clusters import ClusterReport
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.model_set import AVERAGED_ID, SetBasis
from mmm_core.store.workspace import Workspace
from pages.shared import loaders
from tests.app.saved_runs import ended, new_project, plain, result

Visit = Callable[..., AppTest]
GROUPS = ("Overview", "Fit", "Media", "Response")


@pytest.fixture
def project_id(workspace: Workspace) -> str:
    return new_project(workspace)


@pytest.fixture
def run_id(workspace: Workspace, project_id: str) -> str:
    return ended(workspace, project_id)


@pytest.fixture
def page(studio: Visit, run_id: str) -> AppTest:
    """The model the search ranks best."""
    return studio("model", run=run_id, model=result().pareto["recommended_id"])


@pytest.fixture
def average(studio: Visit, run_id: str) -> AppTest:
    """What the page shows when no model was chosen: the recommended answer."""
    return studio("model", run=run_id)


@pytest.fixture
def conversions(studio: Visit, workspace: Workspace) -> AppTest:
    project_id = new_project(workspace, kind=OutcomeKind.CONVERSION)
    return studio("model", run=ended(workspace, project_id, kind=OutcomeKind.CONVERSION))


def press(app: AppTest, key: str, value: str) -> AppTest:
    return next(group for group in app.button_group if group.key == key).set_value(value).run()


def figures(app: AppTest) -> list[str]:
    return [element.proto.spec for element in app.get("plotly_chart")]


def test_a_link_to_a_run_opens_the_recommended_answer_and_says_what_it_is(average: AppTest) -> None:
    assert average.title[0].value == "Recommended answer"
    assert "The average over many plausible models" in plain(average)
    assert "Ranges: about 90% (posterior)" in plain(average)
    assert "R-hat" in " ".join(str(element.proto.body) for element in average.get("html"))
    assert not [button for button in average.button if button.key == "pick"]


@pytest.mark.parametrize(("group", "n_charts"), [("Overview", 3), ("Fit", 2), ("Media", 2), ("Response", 2)])
def test_every_group_of_panels_draws_the_recommended_answer(average: AppTest, group: str, n_charts: int) -> None:
    press(average, "model_group", group)
    assert len(figures(average)) == n_charts


def test_the_shares_of_the_recommended_answer_show_the_roas_of_its_ledger(average: AppTest, run_id: str) -> None:
    ledger = loaders.ledger(run_id, SetBasis.AVERAGED, AVERAGED_ID).channels.set_index("channel")
    words = loaders.words(loaders.workspace().get_run(run_id))
    notes = [note["text"] for note in json.loads(figures(average)[0])["layout"]["annotations"]]
    row = ledger.loc[words.paid[0]]
    assert notes[0] == f"{words.returns(row['roas'])} ({words.interval(row['roas_low'], row['roas_high'])})"


def test_a_picked_model_is_shown_instead_of_the_average(studio: Visit, workspace: Workspace, run_id: str) -> None:
    workspace.select_model(run_id, "1_9")
    app = studio("model", run=run_id)
    assert app.title[0].value == "Model 1_9"
    app.selectbox(key="model_choice").set_value(AVERAGED_ID).run()
    assert app.title[0].value == "Recommended answer"


def test_a_model_shows_figures_of_how_good_it_is(page: AppTest) -> None:
    recommended = result().pareto["recommended_id"]
    assert page.title[0].value == f"Model {recommended}"
    html = " ".join(str(element.proto.body) for element in page.get("html"))
    for label in ("adj. R²", "NRMSE", "DECOMP.RSSD", "lambda"):
        assert label in html


def test_an_unknown_model_in_the_address_gets_a_sentence_and_the_recommended_answer(studio: Visit, run_id: str) -> None:
    app = studio("model", run=run_id, model="9_9")
    assert "no model '9_9'" in plain(app)
    assert app.title[0].value == "Recommended answer"


def test_without_a_run_the_page_says_what_is_needed(studio: Visit, project_id: str) -> None:
    app = studio("model", project=project_id)
    assert "no finished run yet" in plain(app)
    assert app.button(key="guard_go").label == "Go to Run"


@pytest.mark.parametrize(
    ("group", "n_charts", "said"),
    [
        ("Overview", 3, "of paid sales"),
        ("Fit", 2, "autocorrelation"),
        ("Media", 2, "carries over longest"),
        ("Response", 2, "Saturated"),
        ("All panels", 9, "Biggest misses"),
    ],
)
def test_every_group_of_panels_draws(page: AppTest, group: str, n_charts: int, said: str) -> None:
    press(page, "model_group", group)
    assert len(figures(page)) == n_charts
    assert said in plain(page)


def test_no_panel_shows_what_is_not_a_number(conversions: AppTest) -> None:
    press(conversions, "model_group", "All panels")
    assert len(figures(conversions)) == 9
    for spec in figures(conversions):
        assert not re.search(r">[^<]*\b(nan|inf)\b|\"[^\"]*\b(nan|inf)\b[^\"]*\"", spec)
    assert "CPA" in plain(conversions)


def test_the_shares_show_the_roas_of_the_ledger(page: AppTest, run_id: str) -> None:
    ledger = loaders.ledger(run_id, SetBasis.FRONT, result().pareto["recommended_id"]).channels.set_index("channel")
    words = loaders.words(loaders.workspace().get_run(run_id))
    notes = [note["text"] for note in json.loads(figures(page)[0])["layout"]["annotations"]]
    for channel, note in zip(words.paid, notes, strict=False):
        row = ledger.loc[channel]
        assert note == f"{words.returns(row['roas'])} ({words.interval(row['roas_low'], row['roas_high'])})"


def test_the_waterfall_and_the_weeks_add_up_to_the_same_contributions(page: AppTest, run_id: str) -> None:
    recommended = result().pareto["recommended_id"]
    terms = loaders.ledger(run_id, SetBasis.FRONT, recommended).terms.set_index("term")["contribution"]
    weekly = loaders.model(run_id, recommended).weekly.sum()
    for term, contribution in terms.items():
        assert math.isclose(weekly[term], contribution, rel_tol=1e-9, abs_tol=1e-6)


def test_the_choice_of_uncertainty_is_kept_for_the_visit_and_named(page: AppTest) -> None:
    assert "Ranges: spread across" in plain(page)
    press(page, "model_basis", SetBasis.SAMPLING)
    assert page.session_state["studio.basis"] == "sampling"
    assert "Ranges: spread across" not in plain(page)


def test_another_model_is_chosen_and_picked_here(page: AppTest, workspace: Workspace, run_id: str) -> None:
    page.selectbox(key="model_choice").set_value("1_9").run()
    assert page.query_params["model"] == "1_9"
    page.button(key="pick").click().run()
    assert workspace.load_result(run_id).collection.selected_id == "1_9"
    assert page.button(key="pick").label == "Take the pick off"


def test_the_link_to_share_names_project_run_and_model(page: AppTest, project_id: str, run_id: str) -> None:
    link = next(code.value for code in page.code if "/model?" in code.value)
    assert f"project={project_id}" in link
    assert f"run={run_id}" in link
    assert f"model={result().pareto['recommended_id']}" in link


def test_the_curve_of_another_channel_is_chosen(page: AppTest) -> None:
    press(page, "model_group", "Response")
    page.selectbox(key="model_channel").set_value("ooh_spend").run()
    assert "OOH: at the mean spend" in plain(page)


def test_a_model_in_no_cluster_is_shown_without_a_range_and_told_why(studio: Visit, run_id: str) -> None:
    on_fronts = set(result().pareto["solution_ids"])
    outside = next(name for name in result().collection.model_output.solution_ids if name not in on_fronts)
    app = press(studio("model", run=run_id, model=outside), "model_basis", SetBasis.CLUSTER)
    assert f"Model {outside} belongs to no cluster. Only models on the chosen fronts are grouped." in plain(app)
    assert "Ranges: one model, no interval" in plain(app)
    assert len(figures(app)) == 3


def test_the_pick_of_a_cluster_is_told_by_its_badges(studio: Visit, run_id: str) -> None:
    report = loaders.clusters(run_id, "hyperparameters", "auto")
    assert isinstance(report, ClusterReport)
    app = studio("model", run=run_id, model=report.clusters[-1].pick_id)
    assert f"Cluster {report.k}" in plain(app)
    assert "Pick of its cluster" in plain(app)


def test_the_next_step_is_the_budget(page: AppTest) -> None:
    assert page.button(key="next_step").label == "Plan the budget"
    assert not page.button(key="next_step").disabled
