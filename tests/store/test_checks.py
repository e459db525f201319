import datetime as dt
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from mmm_core.entities.records import CheckKind, CheckRecord, ProjectRecord, RunRecord, RunStatus
from mmm_core.errors import NotFoundError, StoreError
from mmm_core.store.run_queue import MAX_ATTEMPTS
from mmm_core.store.tables import checks, metadata
from mmm_core.store.workspace import Workspace
from tests.store.test_trust import ANNA, BERT, finished

KIND = CheckKind.BACKTEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    errors: tuple[float, ...]


@pytest.fixture
def run(workspace: Workspace, project: ProjectRecord) -> RunRecord:
    return finished(workspace, project)


@pytest.fixture
def check(workspace: Workspace, run: RunRecord) -> CheckRecord:
    return workspace.ask_check(run.run_id, KIND, "{}", 4)


def expire(workspace: Workspace) -> None:
    past = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
    with workspace.database.writing() as connection:
        connection.execute(checks.update().values(lease_until=past))


def status_of(workspace: Workspace, check: CheckRecord) -> RunStatus:
    return workspace.get_check(check.check_id).status


def test_a_check_that_was_asked_for_is_the_latest_and_waits(workspace: Workspace, check: CheckRecord) -> None:
    assert workspace.latest_check(check.run_id, KIND) == check
    assert workspace.latest_check(check.run_id, CheckKind.LEAVE_ONE_OUT) is None
    assert (check.status, check.n_planned, check.n_done, check.seconds_left) == (RunStatus.QUEUED, 4, 0, None)


def test_a_run_without_a_result_cannot_be_checked(workspace: Workspace, project: ProjectRecord) -> None:
    waiting = workspace.enqueue_run(project.project_id, "date: date", 12)
    with pytest.raises(StoreError, match=r"Run 1 has no result to check \(it is queued\)"):
        workspace.ask_check(waiting.run_id, KIND, "{}", 4)


def test_the_same_question_twice_is_one_check(workspace: Workspace, check: CheckRecord) -> None:
    assert workspace.ask_check(check.run_id, KIND, "{}", 4) == check
    workspace.claim_check(ANNA)
    assert workspace.ask_check(check.run_id, KIND, "{}", 4).check_id == check.check_id


def test_another_question_stops_the_one_before(workspace: Workspace, check: CheckRecord) -> None:
    other = workspace.ask_check(check.run_id, KIND, '{"k": 2}', 2)
    beside = workspace.ask_check(check.run_id, CheckKind.LEAVE_ONE_OUT, "{}", 2)
    assert status_of(workspace, check) is RunStatus.STOPPED
    assert workspace.claim_check(ANNA) is not None
    assert status_of(workspace, other) is RunStatus.RUNNING
    assert status_of(workspace, beside) is RunStatus.QUEUED


def test_what_was_found_is_seen_while_the_check_goes_on(workspace: Workspace, check: CheckRecord) -> None:
    assert workspace.load_check(check, Found) is None
    assert workspace.check_version(check) == 0
    workspace.claim_check(ANNA)
    assert workspace.save_check(check.check_id, ANNA, Found(errors=(0.1,)), n_done=1, seconds=2.0)
    seen = workspace.get_check(check.check_id)
    assert workspace.load_check(seen, Found) == Found(errors=(0.1,))
    assert (seen.n_done, seen.seconds_left, workspace.check_version(seen) > 0) == (1, 6.0, True)


def test_two_workers_never_get_the_same_check(workspace: Workspace, check: CheckRecord) -> None:
    taken = [workspace.claim_check(name) for name in (ANNA, BERT)]
    assert [getattr(one, "check_id", None) for one in taken] == [check.check_id, None]


def test_a_check_that_gives_way_is_taken_again_with_its_parts(workspace: Workspace, check: CheckRecord) -> None:
    workspace.claim_check(ANNA)
    workspace.save_check(check.check_id, ANNA, Found(errors=(0.1,)), n_done=1, seconds=2.0)
    workspace.release_check(check.check_id, ANNA)
    again = workspace.claim_check(BERT)
    assert again is not None
    assert (again.n_done, workspace.load_check(again, Found)) == (1, Found(errors=(0.1,)))


def test_a_check_whose_lease_is_over_goes_to_another_worker(workspace: Workspace, check: CheckRecord) -> None:
    workspace.claim_check(ANNA)
    assert workspace.claim_check(BERT) is None
    expire(workspace)
    assert workspace.claim_check(BERT) is not None
    assert not workspace.save_check(check.check_id, ANNA, Found(errors=()), n_done=1, seconds=1.0)
    assert workspace.is_check_stop_requested(check.check_id, ANNA)
    assert not workspace.finish_check(check.check_id, ANNA, RunStatus.FINISHED)


@pytest.mark.parametrize("is_known_dead", [False, True])
def test_a_worker_that_leaves_or_dies_sets_its_check_free(
    workspace: Workspace, check: CheckRecord, is_known_dead: bool
) -> None:
    workspace.claim_check(ANNA)
    if is_known_dead:
        workspace.requeue_expired([ANNA])
    else:
        workspace.remove_worker(ANNA)
    assert workspace.claim_check(BERT) is not None
    assert status_of(workspace, check) is RunStatus.RUNNING


def test_a_heart_beat_keeps_the_check(workspace: Workspace, check: CheckRecord) -> None:
    workspace.claim_check(ANNA)
    lease = sa.select(checks.c.lease_until)
    with workspace.database.reading() as connection:
        before = connection.scalar(lease)
    workspace.heartbeat(ANNA)
    with workspace.database.reading() as connection:
        assert connection.scalar(lease) > before
    assert check.check_id


def test_a_check_that_takes_its_workers_down_fails_in_the_end(workspace: Workspace, check: CheckRecord) -> None:
    for _ in range(MAX_ATTEMPTS):
        assert workspace.claim_check(ANNA) is not None
        expire(workspace)
    assert workspace.claim_check(ANNA) is None
    assert "interrupted 3 times in the same place" in workspace.get_check(check.check_id).error


def test_a_check_that_waits_is_stopped_at_once_and_one_that_runs_is_told(
    workspace: Workspace, check: CheckRecord
) -> None:
    assert workspace.claim_check(ANNA) is not None
    assert not workspace.is_check_stop_requested(check.check_id, ANNA)
    assert workspace.request_check_stop(check.check_id)
    assert workspace.is_check_stop_requested(check.check_id, ANNA)
    assert workspace.finish_check(check.check_id, ANNA, RunStatus.STOPPED)
    assert not workspace.request_check_stop(check.check_id)
    waiting = workspace.ask_check(check.run_id, KIND, "{}", 4)
    assert workspace.request_check_stop(waiting.check_id)
    assert workspace.claim_check(ANNA) is None


def test_a_check_to_be_stopped_is_not_taken_over(workspace: Workspace, check: CheckRecord) -> None:
    workspace.claim_check(ANNA)
    workspace.request_check_stop(check.check_id)
    expire(workspace)
    assert workspace.claim_check(BERT) is None
    assert status_of(workspace, check) is RunStatus.STOPPED


def test_a_check_goes_with_its_run(workspace: Workspace, check: CheckRecord) -> None:
    workspace.claim_check(ANNA)
    workspace.delete_run(check.run_id)
    assert not workspace.save_check(check.check_id, ANNA, Found(errors=()), n_done=1, seconds=1.0)
    assert not workspace.run_folder(check.run_id).exists()
    with pytest.raises(NotFoundError, match="no check with the id"):
        workspace.get_check(check.check_id)


def test_a_damaged_check_is_said_to_be_damaged(workspace: Workspace, check: CheckRecord) -> None:
    (workspace.run_folder(check.run_id) / f"check-{check.check_id}.json").write_text("{")
    with pytest.raises(StoreError, match="The check cannot be read"):
        workspace.load_check(check, Found)


def test_a_workspace_from_before_there_were_checks_opens(workspace: Workspace, run: RunRecord) -> None:
    with workspace.database.writing() as connection:
        metadata.tables["checks"].drop(connection)
    again = Workspace(workspace.folder)
    assert again.latest_check(run.run_id, KIND) is None
    assert again.ask_check(run.run_id, KIND, "{}", 4).status is RunStatus.QUEUED
    again.close()
