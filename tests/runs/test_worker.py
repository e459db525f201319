"""Real workers, each a process of its own, as the dashboard starts them."""

import dataclasses
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from mmm_core.engine.project_file import parse_project
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.records import RunRecord, RunStatus, WorkerRecord
from mmm_core.entities.refresh import ModelRefreshConfig
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.runs.execute import execute_project
from mmm_core.runs.execute_refresh import execute_refresh
from mmm_core.runs.worker import ensure_worker, worker_state
from mmm_core.store.workspace import Workspace
from tests.runs.demo import ENDLESS, SMALL, demo_project, demo_text, demo_upload
from tests.runs.studio_process import ROOT, end_all, studio_environment, wait_until
from tests.runs.test_execute import what_was_found
from tests.store.sameness import differences

LONG = TrialsConfig(trials=2, iterations=20_000, cores=2)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    opened = Workspace(tmp_path_factory.mktemp("queue"))
    yield opened
    opened.close()
    end_all(opened.folder)


@pytest.fixture(scope="module")
def project_id(workspace: Workspace) -> str:
    made = workspace.create_project("Demo brand")
    workspace.save_upload(made.project_id, demo_upload())
    return made.project_id


@pytest.fixture
def worker(workspace: Workspace) -> WorkerRecord:
    """A warm worker; the same one for every test unless a test killed it."""
    ensure_worker(workspace)
    wait_until(lambda: (state := worker_state(workspace)) and state.is_warm, 180, "a warm worker")
    state = worker_state(workspace)
    assert state is not None
    return state


def start(workspace: Workspace, project_id: str, trials: TrialsConfig = SMALL, seed: int = 7) -> RunRecord:
    return workspace.enqueue_run(project_id, demo_text(trials, seed), trials.n_candidates)


def until(workspace: Workspace, run: RunRecord, status: RunStatus) -> RunRecord:
    wait_until(lambda: workspace.get_run(run.run_id).status.is_over, 180, "the end of the run")
    ended = workspace.get_run(run.run_id)
    assert ended.status is status, ended.error_details or ended.error
    return ended


def until_searching(workspace: Workspace, run: RunRecord) -> None:
    wait_until(lambda: workspace.get_run(run.run_id).n_done > 0, 180, "the first candidate")


@contextmanager
def worker_in_terminal(workspace: Workspace) -> Iterator[None]:
    command = [sys.executable, "-m", "mmm_core.cli", "worker"]
    with subprocess.Popen(
        command, env=studio_environment(workspace.folder), cwd=ROOT, stderr=subprocess.DEVNULL
    ) as process:
        yield
        process.terminate()
        assert process.wait(timeout=20) == 0


def is_alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def test_of_several_that_want_a_worker_one_starts_it(tmp_path: Path) -> None:
    code = "from mmm_core.runs import worker; worker.ensure_worker(worker.Workspace())"
    environment = studio_environment(tmp_path)
    callers = [subprocess.Popen([sys.executable, "-c", code], env=environment, cwd=ROOT) for _ in range(3)]
    assert [caller.wait(timeout=60) for caller in callers] == [0, 0, 0]
    workspace = Workspace(tmp_path)
    wait_until(lambda: any(worker.pid for worker in workspace.list_workers()), what="a worker")
    assert len(workspace.list_workers()) == 1
    end_all(tmp_path)


@pytest.mark.usefixtures("worker")
def test_a_queued_run_is_done_as_if_it_were_done_here(workspace: Workspace, project_id: str) -> None:
    run = until(workspace, start(workspace, project_id), RunStatus.FINISHED)
    here, _ = execute_project(demo_project())
    assert differences(what_was_found(workspace.load_result(run.run_id)), what_was_found(here)) == []
    assert run.n_done == SMALL.n_candidates
    assert run.headline.endswith("on the chosen fronts")


@pytest.mark.usefixtures("worker")
def test_a_warm_worker_takes_a_run_at_once(workspace: Workspace, project_id: str) -> None:
    run = until(workspace, start(workspace, project_id, seed=70), RunStatus.FINISHED)
    assert run.started is not None
    assert (run.started - run.created).total_seconds() < 0.5


@pytest.mark.usefixtures("worker")
def test_a_warm_worker_has_measured_how_fast_this_machine_searches(workspace: Workspace) -> None:
    rate = workspace.load_rate()
    assert rate is not None
    assert 100 < rate < 10_000_000


@pytest.mark.usefixtures("worker")
def test_a_queued_refresh_is_done_as_if_it_were_done_here(workspace: Workspace) -> None:
    read, config = demo_upload(), ModelRefreshConfig(refresh_steps=4, refresh_iters=40, refresh_trials=1)
    project_id = workspace.create_project("Refreshed").project_id
    workspace.save_upload(project_id, dataclasses.replace(read, table=read.table.iloc[:204], rows=read.rows[:204]))
    old = until(workspace, start(workspace, project_id), RunStatus.FINISHED)
    made = workspace.enqueue_refresh(old.run_id, read, old.project_file, config, 40)
    run = until(workspace, made, RunStatus.FINISHED)
    settings = parse_project(old.project_file).settings
    tables = (workspace.load_run_table(old.run_id), read.table)
    before, after = (MMMDataCollection(table=table, settings=settings) for table in tables)
    here = execute_refresh(workspace.load_result(old.run_id), before, after, config, trials=SMALL)
    kept = workspace.load_refresh_report(run.run_id)
    assert differences(kept, here.report) == []


@pytest.mark.usefixtures("worker")
def test_the_same_run_again_comes_from_the_cache(workspace: Workspace, project_id: str) -> None:
    first = until(workspace, start(workspace, project_id, seed=71), RunStatus.FINISHED)
    again = until(workspace, start(workspace, project_id, seed=71), RunStatus.FINISHED)
    assert [first.from_cache, again.from_cache] == [False, True]
    kept = [workspace.load_result(run.run_id) for run in (first, again)]
    assert differences(*kept) == []


@pytest.mark.usefixtures("worker")
def test_a_stopped_run_keeps_what_it_found(workspace: Workspace, project_id: str) -> None:
    run = start(workspace, project_id, ENDLESS)
    until_searching(workspace, run)
    workspace.request_stop(run.run_id)
    ended = until(workspace, run, RunStatus.STOPPED)
    kept = workspace.load_result(run.run_id).collection
    assert 0 < kept.model_output.n_candidates == ended.n_done < ENDLESS.n_candidates
    assert kept.info.stopped_early


def test_a_run_that_cannot_be_done_fails_with_a_sentence_and_the_worker_lives(
    workspace: Workspace, project_id: str, worker: WorkerRecord
) -> None:
    run = workspace.enqueue_run(project_id, demo_text().replace("tv_spend", "tee_vee"), 120)
    failed = until(workspace, run, RunStatus.FAILED)
    assert "tee_vee" in failed.error
    assert "Traceback" in failed.error_details
    assert worker_state(workspace) is not None
    assert psutil.Process(worker.pid).is_running()


def test_a_run_survives_the_death_of_its_worker_with_the_same_result(
    workspace: Workspace, project_id: str, worker: WorkerRecord
) -> None:
    run = start(workspace, project_id, LONG)
    until_searching(workspace, run)
    family = [psutil.Process(worker.pid), *psutil.Process(worker.pid).children(recursive=True)]
    family[0].kill()
    assert workspace.get_run(run.run_id).status is RunStatus.RUNNING
    wait_until(lambda: not any(map(is_alive, family)), 10, "the end of its pool")
    with worker_in_terminal(workspace):
        until(workspace, run, RunStatus.FINISHED)
    here, _ = execute_project(demo_project(LONG))
    assert differences(what_was_found(workspace.load_result(run.run_id)), what_was_found(here)) == []
