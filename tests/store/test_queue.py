import datetime as dt
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa

from mmm_core.entities.records import ProjectRecord, RunRecord, RunStatus
from mmm_core.store.run_queue import MAX_ATTEMPTS, RunOutcome
from mmm_core.store.tables import runs, workers
from mmm_core.store.workspace import Workspace
from tests.store.builders import progress, run_result

FINISHED = RunOutcome(status=RunStatus.FINISHED)


@pytest.fixture
def run(workspace: Workspace, project: ProjectRecord) -> RunRecord:
    return workspace.enqueue_run(project.project_id, "date: date", 12)


def at_once(*actions: Callable[[], object]) -> list[object]:
    barrier = Barrier(len(actions))

    def start(action: Callable[[], object]) -> object:
        barrier.wait()
        return action()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(start, actions))


def expire(workspace: Workspace) -> None:
    past = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
    with workspace.database.writing() as connection:
        connection.execute(runs.update().values(lease_until=past))


def status(workspace: Workspace, run: RunRecord) -> RunStatus:
    return workspace.get_run(run.run_id).status


def test_the_run_that_waits_longest_is_taken_first(workspace: Workspace, run: RunRecord) -> None:
    workspace.enqueue_run(run.project_id, "date: date", 12)
    taken = workspace.claim_run("worker")
    assert taken is not None
    assert (taken.run_id, taken.status, taken.started is not None) == (run.run_id, RunStatus.RUNNING, True)


def test_an_empty_queue_gives_nothing(workspace: Workspace) -> None:
    assert workspace.claim_run("worker") is None


def test_of_many_workers_exactly_one_gets_a_run(workspace: Workspace, run: RunRecord) -> None:
    taken = at_once(*[lambda i=i: workspace.claim_run(f"worker {i}") for i in range(8)])
    assert sum(record is not None for record in taken) == 1


def test_two_processes_share_the_queue_and_never_a_run(workspace: Workspace, run: RunRecord) -> None:
    ids = {run.run_id} | {workspace.enqueue_run(run.project_id, "date: date", 1).run_id for _ in range(39)}
    code = "import sys; from mmm_core.store.workspace import Workspace as W; workspace = W()\n"
    code += "while run := workspace.claim_run(sys.argv[1]): print(run.run_id)"
    environment = {**os.environ, "MMM_STUDIO_WORKSPACE": str(workspace.folder)}
    command = [sys.executable, "-c", code]
    workers = [subprocess.Popen([*command, name], env=environment, stdout=subprocess.PIPE, text=True) for name in "ab"]
    taken = [run_id for worker in workers for run_id in worker.communicate(timeout=60)[0].split()]
    assert sorted(taken) == sorted(ids)


def test_no_change_is_lost_when_many_write_at_once(workspace: Workspace, run: RunRecord) -> None:
    at_once(*[lambda: [workspace.enqueue_run(run.project_id, "x", 1) for _ in range(5)]] * 8)
    assert sorted(record.number for record in workspace.list_runs()) == list(range(1, 42))


def test_a_stop_before_the_start_ends_the_run_at_once(workspace: Workspace, run: RunRecord) -> None:
    assert workspace.request_stop(run.run_id)
    assert status(workspace, run) is RunStatus.STOPPED
    assert workspace.claim_run("worker") is None


def test_a_stop_reaches_the_worker_that_holds_the_run(workspace: Workspace, run: RunRecord) -> None:
    workspace.claim_run("worker")
    assert not workspace.is_stop_requested(run.run_id, "worker")
    assert workspace.request_stop(run.run_id)
    assert workspace.is_stop_requested(run.run_id, "worker")


def test_a_stop_after_the_end_changes_nothing(workspace: Workspace, run: RunRecord) -> None:
    workspace.claim_run("worker")
    workspace.finish_run(run.run_id, "worker", FINISHED)
    assert not workspace.request_stop(run.run_id)
    assert not workspace.get_run(run.run_id).stop_requested


@pytest.mark.parametrize("attempt", range(5))
def test_a_stop_and_a_finish_at_once_leave_one_consistent_end(
    workspace: Workspace, run: RunRecord, attempt: int
) -> None:
    workspace.claim_run("worker")
    stop_came_first, finished = at_once(
        lambda: workspace.request_stop(run.run_id), lambda: workspace.finish_run(run.run_id, "worker", FINISHED)
    )
    record = workspace.get_run(run.run_id)
    assert (record.status, finished, record.stop_requested) == (RunStatus.FINISHED, True, stop_came_first)


def test_a_run_whose_lease_is_over_goes_back_to_the_queue(workspace: Workspace, run: RunRecord) -> None:
    workspace.claim_run("lost")
    assert workspace.requeue_expired() == 0
    expire(workspace)
    assert workspace.requeue_expired() == 1
    assert status(workspace, run) is RunStatus.QUEUED


def test_a_heart_beat_extends_the_lease(workspace: Workspace, run: RunRecord) -> None:
    workspace.register_worker("worker", 1)
    workspace.claim_run("worker")
    expire(workspace)
    assert workspace.heartbeat("worker")
    assert workspace.requeue_expired() == 0


def test_the_run_of_a_dead_worker_goes_back_before_its_lease_is_over(workspace: Workspace, run: RunRecord) -> None:
    workspace.register_worker("dead", 1)
    workspace.claim_run("dead")
    assert workspace.requeue_expired(["dead"]) == 1
    assert workspace.list_workers() == []
    assert workspace.claim_run("next") is not None


def test_a_worker_that_lost_its_run_cannot_finish_it(workspace: Workspace, run: RunRecord) -> None:
    workspace.claim_run("slow")
    workspace.requeue_expired(["slow"])
    workspace.claim_run("next")
    assert workspace.is_stop_requested(run.run_id, "slow")
    assert not workspace.save_result(run.run_id, run_result(), worker_id="slow")
    assert not workspace.finish_run(run.run_id, "slow", FINISHED)
    assert list(workspace.run_folder(run.run_id).glob("result-*")) == []
    assert workspace.finish_run(run.run_id, "next", FINISHED)


def test_a_run_that_kills_its_workers_fails_with_advice(workspace: Workspace, run: RunRecord) -> None:
    for _ in range(MAX_ATTEMPTS):
        workspace.claim_run("victim")
        workspace.requeue_expired(["victim"])
    record = workspace.get_run(run.run_id)
    assert record.status is RunStatus.FAILED
    assert "ended unexpectedly 3 times" in record.error


def test_a_worker_that_leaves_in_good_order_costs_no_attempt(workspace: Workspace, run: RunRecord) -> None:
    for _ in range(MAX_ATTEMPTS + 1):
        workspace.register_worker("worker", 1)
        workspace.claim_run("worker")
        workspace.remove_worker("worker")
    assert status(workspace, run) is RunStatus.QUEUED


def test_a_run_that_should_stop_is_not_repeated_when_its_worker_dies(workspace: Workspace, run: RunRecord) -> None:
    workspace.claim_run("dead")
    workspace.request_stop(run.run_id)
    workspace.requeue_expired(["dead"])
    assert status(workspace, run) is RunStatus.STOPPED


def test_a_run_stopped_without_a_result_counts_no_candidates(workspace: Workspace, run: RunRecord) -> None:
    workspace.claim_run("worker")
    workspace.save_progress(run.run_id, progress(40))
    workspace.finish_run(run.run_id, "worker", RunOutcome(status=RunStatus.STOPPED))
    assert workspace.get_run(run.run_id).n_done == 0


def test_of_many_that_want_to_start_the_only_worker_one_may(workspace: Workspace) -> None:
    answers = at_once(*[lambda i=i: workspace.register_worker(f"worker {i}", 0, alone=True) for i in range(8)])
    assert sum(map(bool, answers)) == 1


def test_a_silent_worker_is_struck_off_and_told_so(workspace: Workspace) -> None:
    workspace.register_worker("silent", 1)
    long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=2)
    with workspace.database.writing() as connection:
        connection.execute(sa.update(workers).values(last_seen=long_ago))
    workspace.requeue_expired()
    assert not workspace.heartbeat("silent")


def test_a_worker_says_when_it_is_warm(workspace: Workspace) -> None:
    workspace.register_worker("worker", 77)
    workspace.heartbeat("worker", is_warm=True)
    workspace.heartbeat("worker")
    (record,) = workspace.list_workers()
    assert (record.pid, record.is_warm) == (77, True)
