"""The Refresh page up to the press of the button: what is new, what changed, what is refused, and that nothing is lost."""

from collections.abc import Callable

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from mmm_core.store.workspace import Workspace
from tests.app.refresh_runs import cut, demo_csv, old_result
from tests.app.saved_runs import new_project, plain, upload

Visit = Callable[..., AppTest]
N_NEW = 13


@pytest.fixture
def run_id(workspace: Workspace) -> str:
    return old_result(workspace, N_NEW)


@pytest.fixture
def page(studio: Visit, run_id: str) -> AppTest:
    return studio("refresh", run=run_id)


def drop(app: AppTest, table: pd.DataFrame | bytes, name: str = "new.csv") -> AppTest:
    raw = table if isinstance(table, bytes) else demo_csv(table)
    app.file_uploader[0].upload(name, raw, "text/csv").run()
    return app


def full() -> pd.DataFrame:
    return upload().table.copy()


def test_without_a_result_the_page_says_where_to_get_one(studio: Visit, workspace: Workspace) -> None:
    app = studio("refresh", project=new_project(workspace))
    assert "There is no finished run yet" in plain(app)


def test_before_a_file_the_page_says_what_it_should_hold(page: AppTest) -> None:
    assert "the weeks after 23 Sep 2024" in plain(page)
    assert "Run 1 was fitted to 195 weeks" in plain(page)
    assert not [button for button in page.button if button.key == "start_refresh"]


def test_new_weeks_are_named_and_can_be_refreshed_with(page: AppTest) -> None:
    drop(page, full())
    assert "13 new weeks, 30 Sep to 23 Dec 2024" in plain(page)
    assert "All 195 weeks of history are as they were." in plain(page)
    assert page.button(key="start_refresh").label == "Refresh with 13 weeks"
    assert not page.button(key="start_refresh").disabled


def test_a_file_without_new_weeks_is_refused(page: AppTest) -> None:
    drop(page, cut(N_NEW).table)
    assert "no week after 2024-09-23" in plain(page)
    assert page.button(key="start_refresh").disabled
    assert "Mend what is marked first" in plain(page)


def test_a_missing_column_is_refused_by_name(page: AppTest) -> None:
    drop(page, full().drop(columns="tv_spend"))
    assert "Column 'tv_spend' of the previous model is missing" in plain(page)
    assert page.button(key="start_refresh").disabled


def test_a_renamed_column_is_taken_under_its_old_name_at_a_click(page: AppTest) -> None:
    drop(page, full().rename(columns={"tv_spend": "tv_spent"}))
    assert "the nearest new one is 'tv_spent'" in plain(page)
    page.button(key="rename_tv_spend").click().run()
    assert not page.button(key="start_refresh").disabled
    assert "Column 'tv_spent' taken as 'tv_spend'" in plain(page)


def test_a_changed_history_is_shown_and_has_to_be_accepted(page: AppTest) -> None:
    table = full()
    before = table.loc[5, "revenue"]
    table.loc[5, "revenue"] = before * 1.2
    drop(page, table)
    assert "1 week of history changed (1 cell)" in plain(page)
    assert page.button(key="start_refresh").disabled
    shown = page.dataframe[0].value
    assert (shown["column"].tolist(), shown["before"].tolist()) == (["revenue"], [f"{before:,.10g}"])
    page.checkbox[0].check().run()
    assert not page.button(key="start_refresh").disabled


def test_an_acceptance_counts_for_that_file_alone(page: AppTest) -> None:
    table = full()
    table.loc[5, "revenue"] *= 1.2
    drop(page, table)
    page.checkbox[0].check().run()
    table.loc[6, "revenue"] *= 1.2
    drop(page, table, "newer.csv")
    assert page.button(key="start_refresh").disabled


def test_a_file_that_cannot_be_read_leaves_the_one_before(page: AppTest) -> None:
    drop(page, full())
    drop(page, b"", "empty.csv")
    assert "The file before it is kept" in plain(page)
    assert "13 new weeks" in plain(page)


def test_a_file_and_what_was_typed_survive_leaving_the_page(studio: Visit, page: AppTest, run_id: str) -> None:
    drop(page, full())
    page.number_input[0].set_value(5).run()
    again = studio("refresh", run=run_id)
    assert "13 new weeks" in plain(again)
    assert again.number_input[0].value == 5
    assert "8 weeks stay for the next refresh" in plain(again)


def test_several_steps_are_said_in_plain_words(page: AppTest) -> None:
    drop(page, full())
    page.segmented_control[0].set_value("auto").run()
    assert "moves on in 3 steps of 4 weeks" in plain(page)
    assert "1 week stays for the next refresh" in plain(page)


def test_a_step_never_replaces_the_whole_window(studio: Visit, workspace: Workspace) -> None:
    app = drop(studio("refresh", run=old_result(workspace, 104)), full())
    assert "104 new weeks" in plain(app)
    assert (app.number_input[0].value, app.number_input[0].max) == (103, 103)
    assert not app.button(key="start_refresh").disabled


def test_repairs_of_the_old_file_are_repeated_where_they_fit(studio: Visit, workspace: Workspace) -> None:
    run_id = old_result(workspace, N_NEW, broken=True)
    app = studio("refresh", run=run_id)
    table = full()
    table.loc[3, "tv_spend"] = float("nan")
    drop(app, table)
    assert "1 cell of 'tv_spend' set to 0" in plain(app)
    assert not app.button(key="start_refresh").disabled


def test_a_repair_that_a_file_does_not_need_is_said(studio: Visit, workspace: Workspace) -> None:
    app = studio("refresh", run=old_result(workspace, N_NEW, broken=True))
    drop(app, full())
    assert "Repairs of the old file that this one did not need: treat as zero in tv_spend" in plain(app)


def test_the_press_queues_a_refresh_of_the_open_result(page: AppTest, workspace: Workspace, run_id: str) -> None:
    drop(page, full())
    page.button(key="start_refresh").click().run()
    (made, old) = workspace.list_runs()
    assert (made.refreshed_from, old.run_id) == (run_id, run_id)
    assert made.n_planned == 3000
    assert workspace.load_refresh_config(made.run_id).refresh_steps == N_NEW
    assert len(workspace.load_run_table(made.run_id)) == len(full())
    assert "Waiting" in plain(page) or "worker" in plain(page)


def test_newer_data_of_the_project_can_be_used_without_dropping_them_again(
    studio: Visit, workspace: Workspace, run_id: str
) -> None:
    workspace.save_upload(workspace.get_run(run_id).project_id, upload())
    app = studio("refresh", run=run_id)
    app.button(key="use_project_data").click().run()
    assert "13 new weeks" in plain(app)


def test_a_file_can_be_forgotten(page: AppTest, workspace: Workspace, run_id: str) -> None:
    drop(page, full())
    page.button(key="forget_file").click().run()
    assert "What the file should hold" in plain(page)
    assert workspace.load_new_rows(workspace.get_run(run_id).project_id) is None


def test_lift_studies_added_since_are_offered(studio: Visit, workspace: Workspace, run_id: str) -> None:
    project_id = workspace.get_run(run_id).project_id
    text = workspace.load_project_file(project_id)
    assert text is not None
    study = "calibration:\n- {channels: [tv_spend], start: 2023-03-06, end: 2023-04-02, lift: 250000}\n"
    workspace.save_project_file(project_id, text + study)
    app = drop(studio("refresh", run=run_id), full())
    assert [box.label for box in app.checkbox] == ["Use the 1 lift study added to the project since"]
    app.button(key="start_refresh").click().run()
    assert "lift: 250000" in workspace.list_runs()[0].project_file
