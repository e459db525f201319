"""Real small results to refresh: the demo without its last weeks, 60 candidates, computed once."""

import dataclasses
import functools
import os

import pandas as pd

from mmm_core.engine.project_file import parse_project, write_project
from mmm_core.entities.findings import IngestResult, Repair
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.project import Project
from mmm_core.entities.records import RunStatus
from mmm_core.entities.refresh import ModelRefreshConfig
from mmm_core.entities.run_result import RunResult
from mmm_core.runs.execute import execute_project
from mmm_core.runs.execute_refresh import Refreshed, execute_refresh
from mmm_core.store.run_queue import RunOutcome
from mmm_core.store.workspace import Workspace
from tests.app.saved_runs import WORKER, project_file, upload

REPAIRED = {"empty_cells:tv_spend": Repair.TREAT_AS_ZERO}


def cut(n_weeks: int, *, broken: bool = False) -> IngestResult:
    """The demo without its last weeks; ``broken`` as if an empty cell of TV had been set to 0."""
    read = upload()
    applied = REPAIRED if broken else {}
    table = read.table.iloc[: len(read.table) - n_weeks]
    if broken:
        table = table.assign(tv_spend=table["tv_spend"].where(table.index != 3, 0.0))
    return dataclasses.replace(read, table=table, rows=read.rows[: len(table)], applied=applied, source_name="old.csv")


def demo_csv(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False).encode()


@functools.cache
def _result(n_weeks: int) -> RunResult:
    asked = parse_project(project_file())
    data = MMMDataCollection(table=cut(n_weeks).table, settings=asked.settings)
    return execute_project(Project(data=data, trials=asked.trials, seed=asked.seed))[0]


def old_result(workspace: Workspace, n_weeks: int, *, broken: bool = False) -> str:
    """Id of a finished run on the demo without its last weeks, in a project of its own."""
    project_id = workspace.create_project("Demo brand").project_id
    used = cut(n_weeks, broken=broken)
    asked = parse_project(project_file())
    text = write_project(asked.settings, asked.trials, asked.seed, name="Demo brand", repairs=used.repairs)
    workspace.save_upload(project_id, used)
    workspace.save_project_file(project_id, text)
    run_id = workspace.enqueue_run(project_id, text, 60).run_id
    workspace.register_worker(WORKER, os.getpid())
    assert workspace.claim_run(WORKER) is not None
    workspace.save_result(run_id, _result(n_weeks), worker_id=WORKER)
    outcome = RunOutcome(status=RunStatus.FINISHED, headline="TV and Social bring 70% of paid sales", n_done=60)
    assert workspace.finish_run(run_id, WORKER, outcome)
    workspace.remove_worker(WORKER)
    return run_id


@functools.cache
def _refreshed(n_weeks: int) -> Refreshed:
    asked = parse_project(project_file())
    before = MMMDataCollection(table=cut(n_weeks).table, settings=asked.settings)
    after = MMMDataCollection(table=upload().table, settings=asked.settings)
    return execute_refresh(_result(n_weeks), before, after, config(n_weeks), trials=asked.trials)


def config(n_weeks: int) -> ModelRefreshConfig:
    return ModelRefreshConfig(refresh_steps=n_weeks, refresh_iters=60, refresh_trials=1)


def refreshed_result(workspace: Workspace, old_id: str, n_weeks: int, *, with_report: bool = True) -> str:
    """Id of a finished refresh of a result of :func:`old_result` with the whole demo."""
    done, old = _refreshed(n_weeks), workspace.get_run(old_id)
    data = done.result.collection.data
    assert data is not None
    run_id = workspace.enqueue_refresh(old_id, upload(), old.project_file, config(n_weeks), 60).run_id
    workspace.register_worker(WORKER, os.getpid())
    assert workspace.claim_run(WORKER) is not None
    asked = parse_project(old.project_file)
    text = write_project(data.settings, asked.trials, asked.seed, name="Demo brand")
    workspace.save_refresh_data(run_id, len(data.table), text, worker_id=WORKER)
    if with_report:
        workspace.save_refresh_report(run_id, done.report, worker_id=WORKER)
    workspace.save_result(run_id, done.result, worker_id=WORKER)
    assert workspace.finish_run(run_id, WORKER, RunOutcome(status=RunStatus.FINISHED, headline="New.", n_done=60))
    workspace.remove_worker(WORKER)
    return run_id
