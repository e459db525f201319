import datetime as dt
import os
from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from mmm_core.engine.backtest import BacktestTask, run_backtest
from mmm_core.engine.project_file import parse_project, write_project
from mmm_core.entities.backtest import Backtest, BacktestQuestion, RefusedDate, Subject
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.records import CheckKind, CheckRecord, RunStatus
from mmm_core.entities.settings import Window
from mmm_core.runs.backtest_job import read_question, write_question
from mmm_core.store.run_queue import RunOutcome
from mmm_core.store.workspace import Workspace
from tests.app.saved_runs import WORKER, ended, new_project, plain, project_file, queued, result, upload

Visit = Callable[..., AppTest]
VIEWS = ("Forecasts", "Errors by date", "Errors by distance")
QUESTION = BacktestQuestion(subject=Subject.AVERAGED, n_dates=3, horizon=4)
_parts: list[Backtest] = []


def parts() -> list[Backtest]:
    """The backtest of the saved run after every date, the complete one last; made once."""
    if not _parts:
        asked = parse_project(project_file())
        data = MMMDataCollection(table=upload().table, settings=asked.settings)
        run_backtest(
            BacktestTask(data=data, question=QUESTION, trials=asked.trials, seed=asked.seed), progress=_parts.append
        )
    return _parts


@pytest.fixture
def run_id(workspace: Workspace) -> str:
    return ended(workspace, new_project(workspace))


def asked(workspace: Workspace, run_id: str, n_made: int = 0, question: BacktestQuestion = QUESTION) -> CheckRecord:
    """A backtest with some of its dates done, in the hands of a worker."""
    check = workspace.ask_check(run_id, CheckKind.BACKTEST, write_question(question), question.n_dates)
    workspace.claim_check(WORKER)
    if n_made:
        workspace.save_check(check.check_id, WORKER, parts()[n_made - 1], n_done=n_made, seconds=2.0 * n_made)
    return check


def over(workspace: Workspace, check: CheckRecord, status: RunStatus = RunStatus.FINISHED, error: str = "") -> None:
    assert workspace.finish_check(check.check_id, WORKER, status, error=error, error_details=f"Traceback: {error}")


@pytest.fixture
def page(studio: Visit, workspace: Workspace, run_id: str) -> AppTest:
    """The complete backtest."""
    over(workspace, asked(workspace, run_id, 3))
    return studio("backtest", run=run_id)


def control(app: AppTest, key: str, value: str) -> AppTest:
    return next(group for group in app.button_group if group.key == key).set_value(value).run()


def latest_question(workspace: Workspace, run_id: str) -> BacktestQuestion:
    check = workspace.latest_check(run_id, CheckKind.BACKTEST)
    assert check is not None
    return read_question(check.question)


def test_before_anything_was_tested_the_page_says_what_to_do(studio: Visit, run_id: str) -> None:
    app = studio("backtest", run=run_id)
    assert app.title[0].value == "Backtest"
    assert "Nothing was tested yet. Press Start" in plain(app)
    assert "Recommended answer, 6 forecasts of 8 weeks" in plain(app)
    assert not app.get("plotly_chart")


def test_start_hands_the_question_to_the_worker(studio: Visit, workspace: Workspace, run_id: str) -> None:
    app = studio("backtest", run=run_id)
    app.number_input(key="backtest_horizon").set_value(4).run()
    app.button(key="start_backtest").click().run()
    assert latest_question(workspace, run_id) == replace(QUESTION, n_dates=6)
    assert "Waits for the worker" in app.get("progress")[0].proto.text
    assert app.button(key="start_backtest").disabled


@pytest.mark.parametrize("subject", [Subject.MODEL, Subject.PROCEDURE])
def test_a_model_and_the_whole_search_can_be_tested_too(
    studio: Visit, workspace: Workspace, run_id: str, subject: Subject
) -> None:
    app = control(studio("backtest", run=run_id), "backtest_subject", subject)
    app.button(key="start_backtest").click().run()
    question = latest_question(workspace, run_id)
    best = result().pareto["recommended_id"]
    wanted = (best, 0, 0) if subject is Subject.MODEL else ("", 1, 60)
    assert (question.subject, question.solution_id, question.trials, question.iterations) == (subject, *wanted)


def test_progress_says_how_far_and_how_long_it_still_takes(studio: Visit, workspace: Workspace, run_id: str) -> None:
    asked(workspace, run_id, 2)
    app = studio("backtest", run=run_id)
    assert app.get("progress")[0].proto.text == "2 of 3 dates, about 2 seconds left"
    assert "So far: " in plain(app)
    assert len(app.get("plotly_chart")) == 1


def test_a_further_date_appears_without_anything_being_pressed(
    studio: Visit, workspace: Workspace, run_id: str
) -> None:
    check = asked(workspace, run_id, 2)
    app = studio("backtest", run=run_id)
    workspace.save_check(check.check_id, WORKER, parts()[2], n_done=3, seconds=6.0)
    over(workspace, check)
    assert "So far: " not in plain(app.run())
    assert not app.get("progress")


def test_stop_keeps_what_was_found(studio: Visit, workspace: Workspace, run_id: str) -> None:
    check = asked(workspace, run_id, 2)
    app = studio("backtest", run=run_id)
    app.button(key="stop_backtest").click().run()
    assert workspace.get_check(check.check_id).stop_requested
    over(workspace, check, RunStatus.STOPPED)
    assert "Stopped after 2 of 3 dates; what was found is kept" in plain(app.run())
    assert len(app.get("plotly_chart")) == 1


def test_a_complete_backtest_says_what_was_found_against_both_rivals(page: AppTest) -> None:
    said = plain(page)
    assert "better than no media in" in said
    assert "Against the same weeks of the year before" in said
    assert "fell into its 90% range" in said
    assert page.button(key="next_step").label == "Plan the budget"
    assert page.button(key="start_backtest").disabled


@pytest.mark.parametrize("name", VIEWS)
def test_every_view_draws_its_chart(page: AppTest, name: str) -> None:
    control(page, "backtest_view", name)
    assert len(page.get("plotly_chart")) == 1


def test_every_date_is_a_row_with_the_errors_of_all_three(page: AppTest) -> None:
    frame = next(table.value for table in page.dataframe if "known until" in table.value)
    assert len(frame) == 3
    assert [name for name in frame if "off by" in name] == [
        f"off by, {who} (%)" for who in ("model", "without media", "year before")
    ]
    assert "Every week foretold (CSV)" in {button.proto.label for button in page.get("download_button")}


def test_a_failed_backtest_says_what_happened_and_what_is_kept(
    studio: Visit, workspace: Workspace, run_id: str
) -> None:
    over(workspace, asked(workspace, run_id, 1), RunStatus.FAILED, "The machine had too little memory.")
    app = studio("backtest", run=run_id)
    assert "The backtest failed. The machine had too little memory." in plain(app).replace("*", "")
    assert "1 of 3 dates are kept" in plain(app)
    assert "Traceback: The machine" in app.code[0].value


@pytest.fixture
def short_run_id(workspace: Workspace) -> str:
    """A run on a window of a year."""
    asked = parse_project(project_file())
    window = Window(start=dt.date(2021, 1, 4), end=dt.date(2022, 1, 3))
    text = write_project(replace(asked.settings, window=window), asked.trials, asked.seed)
    run_id = queued(workspace, new_project(workspace), text)
    workspace.register_worker(WORKER, os.getpid())
    workspace.claim_run(WORKER)
    workspace.save_result(run_id, result(), worker_id=WORKER)
    workspace.finish_run(run_id, WORKER, RunOutcome(status=RunStatus.FINISHED, n_done=60))
    return run_id


def test_data_that_are_too_short_are_told_what_is_needed(studio: Visit, short_run_id: str) -> None:
    app = studio("backtest", run=short_run_id)
    assert "too short for a forecast of 8 weeks: about a year (52 weeks) must come before it" in plain(app)
    assert not [button for button in app.button if button.key == "start_backtest"]


def test_a_longer_horizon_leaves_room_for_fewer_dates(studio: Visit, run_id: str) -> None:
    app = studio("backtest", run=run_id)
    app.number_input(key="backtest_horizon").set_value(52).run()
    assert "Recommended answer, 3 forecasts of 52 weeks" in plain(app)


def test_dates_without_a_model_are_told_with_their_reason(studio: Visit, workspace: Workspace, run_id: str) -> None:
    check = asked(workspace, run_id)
    whole = parts()[-1]
    refused = RefusedDate(known_until=whole.forecasts[0].known_until, reason="Channel 'tv' is zero.")
    some = replace(whole, forecasts=whole.forecasts[1:], refused=(refused,))
    workspace.save_check(check.check_id, WORKER, some, n_done=3, seconds=1.0)
    over(workspace, check)
    assert "no model could be made: Channel 'tv' is zero." in plain(studio("backtest", run=run_id))


def test_without_a_run_the_page_says_what_is_needed(studio: Visit, workspace: Workspace) -> None:
    assert "no finished run yet" in plain(studio("backtest", project=new_project(workspace)))


def test_a_run_without_an_averaged_estimate_offers_the_other_two(
    studio: Visit, workspace: Workspace, run_id: str
) -> None:
    workspace.save_result(run_id, replace(result(), posterior=None))
    app = studio("backtest", run=run_id)
    options = next(group for group in app.button_group if group.key == "backtest_subject").options
    assert len(options) == 2
    assert "forecasts of 8 weeks" in plain(app)
