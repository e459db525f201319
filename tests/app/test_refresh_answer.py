"""The Refresh page after a refresh: old and new, why it moved, and what accepting and keeping do."""

import json
import re
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from mmm_core.entities.records import RefreshDecision, RunStatus
from mmm_core.store.run_queue import RunOutcome
from mmm_core.store.workspace import Workspace
from pages.shared.guards import result_that_counts
from tests.app.refresh_runs import config, cut, old_result, refreshed_result
from tests.app.saved_runs import WORKER, plain, upload
from tests.store.sameness import differences

Visit = Callable[..., AppTest]
N_NEW = 13


@pytest.fixture
def old_id(workspace: Workspace) -> str:
    return old_result(workspace, N_NEW)


@pytest.fixture
def new_id(workspace: Workspace, old_id: str) -> str:
    return refreshed_result(workspace, old_id, N_NEW)


@pytest.fixture
def page(studio: Visit, new_id: str) -> AppTest:
    return studio("refresh", run=new_id)


def view(app: AppTest, name: str) -> AppTest:
    next(control for control in app.segmented_control if control.key == "refresh_view").set_value(name).run()
    return app


def charts(app: AppTest) -> int:
    return len(app.get("plotly_chart"))


def test_old_and_new_stand_side_by_side_with_the_recommended_answer_first(page: AppTest) -> None:
    answers = page.segmented_control[0]
    assert (answers.options, answers.value) == (["Recommended answer", "Pareto pick"], "averaged")
    assert "13 weeks the old result had not seen" in plain(page)
    assert "Ranges: about 90% (posterior)" in plain(page)
    assert charts(page) == 2


def test_the_pareto_pick_is_compared_with_its_own_ranges(page: AppTest) -> None:
    page.segmented_control[0].set_value("pareto").run()
    assert re.search(r"spread across \d+ models", plain(page))
    assert "posterior)" not in plain(page).split("Compared:")[1]


def test_why_it_moved_names_every_cause_for_every_term(page: AppTest) -> None:
    view(page, "Why it moved")
    for cause in ("Revised history:", "New weeks:", "Choice of model:", "Sampling noise:"):
        assert cause in plain(page)
    terms = next(box for box in page.selectbox if box.label == "Of")
    assert terms.options[0] == "All paid channels"
    terms.set_value("tv_spend").run()
    assert re.search(r"\*\*TV (went (up|down)|did not move)", plain(page))


def test_both_response_curves_are_drawn_and_what_is_said_of_a_deleted_result(
    page: AppTest, workspace: Workspace, old_id: str
) -> None:
    assert charts(view(page, "Response curves")) == 1
    workspace.delete_run(old_id)
    view(page, "Old and new")
    assert charts(page) == 2
    view(page, "Response curves")
    assert "The old result was deleted" in plain(page)


def test_no_figure_on_any_view_is_missing(page: AppTest) -> None:
    for answer in ("averaged", "pareto"):
        page.segmented_control[0].set_value(answer).run()
        for name in ("Old and new", "Why it moved", "Response curves"):
            assert not re.search(r"\b(nan|NaN|None|inf)\b", plain(view(page, name)))


def test_accepting_makes_the_new_data_and_settings_those_of_the_project(
    page: AppTest, workspace: Workspace, new_id: str, old_id: str
) -> None:
    page.button(key="accept_new").click().run()
    run = workspace.get_run(new_id)
    kept = workspace.load_upload(run.project_id)
    assert kept is not None
    assert len(kept.table) == len(upload().table)
    assert run.refresh_decision is RefreshDecision.ACCEPTED
    assert workspace.load_project_file(run.project_id) == run.project_file
    assert page.query_params["run"] in (new_id, [new_id])
    assert "counts from now on" in str(page.toast[0].value).replace("\\", "")
    assert workspace.load_result(old_id).collection.info.data_hash


def test_after_accepting_configure_shows_the_new_window(studio: Visit, page: AppTest, new_id: str) -> None:
    page.button(key="accept_new").click().run()
    page.switch_page("pages/configure.py").run()
    assert "5 Apr 2021 to 23 Dec 2024" in plain(page)


def test_keeping_the_old_one_opens_it_and_changes_nothing_else(
    page: AppTest, workspace: Workspace, new_id: str, old_id: str
) -> None:
    page.button(key="keep_old").click().run()
    run = workspace.get_run(new_id)
    kept = workspace.load_upload(run.project_id)
    assert kept is not None
    assert differences(kept.table, cut(N_NEW).table) == []
    assert run.refresh_decision is RefreshDecision.SET_ASIDE
    assert page.query_params["run"] in (old_id, [old_id])
    assert "What the file should hold" in plain(page)


def test_an_accepted_refresh_can_be_refreshed_again(page: AppTest) -> None:
    page.button(key="accept_new").click().run()
    page.button(key="refresh_again").click().run()
    assert "the weeks after 23 Dec 2024" in plain(page)


def test_a_refresh_that_waits_for_a_decision_is_found_from_the_old_result(
    studio: Visit, old_id: str, new_id: str
) -> None:
    app = studio("refresh", run=old_id)
    assert "Refresh 2 of this result is finished and waits for your decision." in plain(app)
    assert 'type: "primary"' in str(app.button(key="see_waiting").proto)
    app.button(key="see_waiting").click().run()
    assert app.query_params["run"] in (new_id, [new_id])
    assert charts(app) == 2


def test_the_chain_says_what_was_refreshed_also_when_that_is_deleted(
    studio: Visit, workspace: Workspace, old_id: str, new_id: str
) -> None:
    assert [link.label for link in studio("refresh", run=new_id).get("page_link")].count("Run 1") == 1
    workspace.delete_run(old_id)
    assert "deleted result" in plain(studio("refresh", run=new_id))


@pytest.mark.parametrize("page_name", ["saved", "run"])
def test_a_refresh_is_shown_as_one_with_a_link_to_what_it_refreshed(
    studio: Visit, workspace: Workspace, old_id: str, new_id: str, page_name: str
) -> None:
    app = studio(page_name, run=new_id)
    assert "refresh of Run 1" in [link.label for link in app.get("page_link")]
    assert "Not decided yet" in plain(app)
    workspace.delete_run(old_id)
    assert "refresh of a deleted result" in plain(studio(page_name, run=new_id))


def test_a_result_without_a_report_says_so_and_can_be_decided_about(
    studio: Visit, workspace: Workspace, old_id: str
) -> None:
    run_id = refreshed_result(workspace, old_id, N_NEW, with_report=False)
    app = studio("refresh", run=run_id)
    assert "Why the answer moved was not found out" in plain(app)
    assert app.button(key="accept_new")


def test_a_refresh_under_way_is_shown_with_its_progress_and_a_stop(
    studio: Visit, workspace: Workspace, old_id: str
) -> None:
    text = workspace.get_run(old_id).project_file
    made = workspace.enqueue_refresh(old_id, upload(), text, config(N_NEW), 60)
    app = studio("refresh", run=old_id)
    app.button(key="stop").click().run()
    assert workspace.get_run(made.run_id).status is RunStatus.STOPPED
    app.run()
    assert "was stopped before it had a result" in plain(app)


def test_a_failed_refresh_says_why_and_keeps_the_old_result_and_the_file(
    studio: Visit, workspace: Workspace, old_id: str
) -> None:
    project_id, text = workspace.get_run(old_id).project_id, workspace.get_run(old_id).project_file
    workspace.keep_new_rows(project_id, upload())
    made = workspace.enqueue_refresh(old_id, upload(), text, config(N_NEW), 60)
    workspace.register_worker(WORKER, 1)
    assert workspace.claim_run(WORKER) is not None
    workspace.finish_run(made.run_id, WORKER, RunOutcome(status=RunStatus.FAILED, error="Too little memory."))
    app = studio("refresh", run=made.run_id)
    assert app.query_params["run"] in (old_id, [old_id])
    assert "Refresh 2 failed." in plain(app)
    assert "Too little memory." in plain(app)
    assert "13 new weeks" in plain(app)


def test_the_average_is_not_among_models_that_were_held_to_an_older_one(
    studio: Visit, old_id: str, new_id: str
) -> None:
    def names(run_id: str) -> list[str]:
        spec = json.loads(studio("pareto", run=run_id).get("plotly_chart")[0].proto.spec)
        return [str(trace.get("name")) for trace in spec["data"]]

    assert [name for name in names(old_id) if "average" in name]
    assert not [name for name in names(new_id) if "average" in name]


def test_a_refresh_counts_once_it_is_accepted(workspace: Workspace, old_id: str, new_id: str) -> None:
    runs = workspace.list_runs(workspace.get_run(old_id).project_id)
    counting = result_that_counts(runs)
    assert counting is not None
    assert counting.run_id == old_id
    workspace.decide_refresh(new_id, RefreshDecision.ACCEPTED)
    counting = result_that_counts(workspace.list_runs(counting.project_id))
    assert counting is not None
    assert counting.run_id == new_id
