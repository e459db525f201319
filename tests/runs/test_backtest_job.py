import pytest

from mmm_core.entities.backtest import Backtest, BacktestQuestion, Subject
from mmm_core.entities.records import CheckKind, CheckRecord, RunStatus
from mmm_core.runs.backtest_job import read_question, write_question
from mmm_core.runs.check_job import do_one_check
from mmm_core.runs.execute import execute_project
from mmm_core.store.run_queue import RunOutcome
from mmm_core.store.workspace import Workspace
from tests.runs.demo import demo_project, demo_text, demo_upload

NAME = "tests"
SUBJECTS = list(Subject)


@pytest.fixture
def run_id(workspace: Workspace) -> str:
    project = workspace.create_project("Demo")
    workspace.save_upload(project.project_id, demo_upload())
    run_id = workspace.enqueue_run(project.project_id, demo_text(), 120).run_id
    workspace.register_worker(NAME, 1)
    workspace.claim_run(NAME)
    result, _ = execute_project(demo_project(), with_average=False)
    workspace.save_result(run_id, result, worker_id=NAME)
    workspace.finish_run(run_id, NAME, RunOutcome(status=RunStatus.FINISHED, n_done=120))
    return run_id


def ask(workspace: Workspace, run_id: str, subject: Subject, **changes: object) -> CheckRecord:
    asked = {"n_dates": 2, "horizon": 4, "solution_id": "1_7", "trials": 1, "iterations": 30, **changes}
    question = BacktestQuestion(subject=subject, **asked)
    return workspace.ask_check(run_id, CheckKind.BACKTEST, write_question(question), question.n_dates)


def found(workspace: Workspace, check: CheckRecord) -> Backtest:
    kept = workspace.load_check(check, Backtest)
    assert kept is not None
    return kept


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_backtest_of_a_finished_run_is_made(workspace: Workspace, run_id: str, subject: Subject) -> None:
    check = ask(workspace, run_id, subject)
    assert do_one_check(workspace, NAME)
    ended = workspace.get_check(check.check_id)
    assert (ended.status, ended.n_done, ended.error) == (RunStatus.FINISHED, 2, "")
    made = found(workspace, check)
    assert made.question == read_question(check.question)
    assert [one.dates[0].isoformat() for one in made.forecasts] == ["2024-11-04", "2024-12-02"]


def test_a_backtest_that_cannot_be_made_says_why(workspace: Workspace, run_id: str) -> None:
    check = ask(workspace, run_id, Subject.AVERAGED, n_dates=26, horizon=20)
    assert do_one_check(workspace, NAME)
    assert "at most 7 are possible" in workspace.get_check(check.check_id).error


def test_a_waiting_run_goes_first(workspace: Workspace, run_id: str) -> None:
    check = ask(workspace, run_id, Subject.MODEL)
    run = workspace.enqueue_run(workspace.get_run(run_id).project_id, demo_text(), 120)
    assert do_one_check(workspace, NAME)
    assert workspace.get_check(check.check_id).status is RunStatus.QUEUED
    workspace.delete_run(run.run_id)
    assert do_one_check(workspace, NAME)
    assert found(workspace, check).is_complete
