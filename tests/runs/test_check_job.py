from dataclasses import dataclass

import pytest

from mmm_core.entities.records import CheckKind, CheckRecord, RunStatus
from mmm_core.errors import DataError, WorkspaceError
from mmm_core.runs.check_job import do_one_check
from mmm_core.runs.check_watch import CheckFunction, CheckWatch
from mmm_core.store.run_queue import RunOutcome
from mmm_core.store.workspace import Workspace
from tests.store.builders import run_result, upload

NAME, KIND = "tests", CheckKind.BACKTEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    parts: int


def count(workspace: Workspace, check: CheckRecord, watch: CheckWatch) -> bool:
    kept = workspace.load_check(check, Counted)
    for part in range(kept.parts if kept else 0, check.n_planned):
        watch.keep(Counted(parts=part + 1), part + 1)
        if watch.should_stop():
            return False
    return True


@pytest.fixture
def check(workspace: Workspace) -> CheckRecord:
    project = workspace.create_project("Demo")
    workspace.save_upload(project.project_id, upload())
    run_id = workspace.enqueue_run(project.project_id, "date: date", 12).run_id
    workspace.register_worker(NAME, 1)
    workspace.claim_run(NAME)
    workspace.save_result(run_id, run_result(), worker_id=NAME)
    workspace.finish_run(run_id, NAME, RunOutcome(status=RunStatus.FINISHED))
    return workspace.ask_check(run_id, KIND, "{}", 3)


def do(workspace: Workspace, function: CheckFunction = count) -> bool:
    return do_one_check(workspace, NAME, {KIND: function})


def test_a_check_is_done_part_by_part(workspace: Workspace, check: CheckRecord) -> None:
    assert do(workspace)
    ended = workspace.get_check(check.check_id)
    assert (ended.status, ended.n_done) == (RunStatus.FINISHED, 3)
    assert workspace.load_check(ended, Counted) == Counted(parts=3)
    assert not do(workspace)


def test_a_check_gives_way_to_a_run_and_goes_on_where_it_was(workspace: Workspace, check: CheckRecord) -> None:
    run = workspace.enqueue_run(workspace.get_run(check.run_id).project_id, "date: date", 12)
    assert do(workspace)
    given_back = workspace.get_check(check.check_id)
    assert (given_back.status, given_back.n_done) == (RunStatus.QUEUED, 1)
    workspace.delete_run(run.run_id)
    assert do(workspace)
    assert workspace.get_check(check.check_id).n_done == 3


def test_a_check_the_user_stops_keeps_its_parts(workspace: Workspace, check: CheckRecord) -> None:
    def count_and_stop(workspace: Workspace, check: CheckRecord, watch: CheckWatch) -> bool:
        workspace.request_check_stop(check.check_id)
        return count(workspace, check, watch)

    assert do(workspace, count_and_stop)
    ended = workspace.get_check(check.check_id)
    assert (ended.status, workspace.load_check(ended, Counted)) == (RunStatus.STOPPED, Counted(parts=1))


@pytest.mark.parametrize(
    ("error", "sentence"),
    [(DataError("Too few weeks."), "Too few weeks."), (ZeroDivisionError("by zero"), r"fault in MMM Studio")],
)
def test_a_check_that_cannot_be_done_says_why(
    workspace: Workspace, check: CheckRecord, error: Exception, sentence: str
) -> None:
    def refuse(workspace: Workspace, check: CheckRecord, watch: CheckWatch) -> bool:
        raise error

    assert do(workspace, refuse)
    failed = workspace.get_check(check.check_id)
    assert failed.status is RunStatus.FAILED
    assert sentence in failed.error
    assert "Traceback" in failed.error_details


def test_a_check_that_cannot_be_kept_is_tried_again_but_not_for_ever(workspace: Workspace, check: CheckRecord) -> None:
    def fill_the_disk(workspace: Workspace, check: CheckRecord, watch: CheckWatch) -> bool:
        raise WorkspaceError("The disk is full.")

    for _ in range(3):
        with pytest.raises(WorkspaceError, match="disk is full"):
            do(workspace, fill_the_disk)
    assert not do(workspace, fill_the_disk)
    assert workspace.get_check(check.check_id).status is RunStatus.FAILED


def test_a_check_of_a_deleted_run_ends(workspace: Workspace, check: CheckRecord) -> None:
    def delete_and_count(workspace: Workspace, check: CheckRecord, watch: CheckWatch) -> bool:
        workspace.delete_run(check.run_id)
        return count(workspace, check, watch)

    assert do(workspace, delete_and_count)
    assert workspace.latest_check(check.run_id, KIND) is None
