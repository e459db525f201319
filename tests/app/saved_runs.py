"""Projects with real small runs in a workspace: 60 candidates on the demo's data, without Prophet, computed once."""

import dataclasses
import functools
import os

import numpy as np
from streamlit.testing.v1 import AppTest

from mmm_core.engine.demo_project import DEMO_FILE, demo_settings
from mmm_core.engine.ingest import read_table
from mmm_core.engine.project_file import parse_project, write_project
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.findings import IngestResult
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.project import Project
from mmm_core.entities.records import RunStatus
from mmm_core.entities.run_result import RunResult, SearchProgress
from mmm_core.entities.settings import Baseline
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.runs.execute import execute_project
from mmm_core.store.run_queue import RunOutcome
from mmm_core.store.workspace import Workspace
from tests.app.conftest import ROOT, words

WORKER = "tests"


@functools.cache
def upload() -> IngestResult:
    return read_table(ROOT / "assets" / "demo" / DEMO_FILE, name=DEMO_FILE)


def project_file(kind: OutcomeKind = OutcomeKind.REVENUE, seed: int = 1) -> str:
    settings = demo_settings()
    plain = dataclasses.replace(
        settings,
        outcome=dataclasses.replace(settings.outcome, kind=kind),
        baseline=Baseline(trend=False, season=False),
    )
    return write_project(plain, TrialsConfig(trials=1, iterations=60, cores=1), seed, name="Demo brand")


@functools.cache
def result(kind: OutcomeKind = OutcomeKind.REVENUE, seed: int = 1) -> RunResult:
    asked = parse_project(project_file(kind, seed))
    data = MMMDataCollection(table=upload().table, settings=asked.settings)
    return execute_project(Project(data=data, trials=asked.trials, seed=asked.seed))[0]


def new_project(workspace: Workspace, name: str = "Demo brand", kind: OutcomeKind = OutcomeKind.REVENUE) -> str:
    project_id = workspace.create_project(name).project_id
    workspace.save_upload(project_id, upload())
    workspace.save_project_file(project_id, project_file(kind))
    return project_id


def queued(workspace: Workspace, project_id: str, text: str | None = None) -> str:
    return workspace.enqueue_run(project_id, text or project_file(), 60).run_id


def running(workspace: Workspace, project_id: str, progress: SearchProgress | None = None) -> str:
    run_id = queued(workspace, project_id)
    workspace.register_worker(WORKER, os.getpid())
    claimed = workspace.claim_run(WORKER)
    assert claimed is not None
    if progress is not None:
        workspace.save_progress(run_id, progress)
    return run_id


def ended(
    workspace: Workspace,
    project_id: str,
    *,
    outcome: RunOutcome | None = None,
    kind: OutcomeKind = OutcomeKind.REVENUE,
    seed: int = 1,
) -> str:
    """Id of a run that is over: finished with 60 models unless ``outcome`` says otherwise."""
    run_id = queued(workspace, project_id, project_file(kind, seed))
    workspace.register_worker(WORKER, os.getpid())
    assert workspace.claim_run(WORKER) is not None
    finished = RunOutcome(status=RunStatus.FINISHED, headline="TV and Social bring 70% of paid sales", n_done=60)
    given = outcome or finished
    if given.n_done:
        workspace.save_result(run_id, result(kind, seed), worker_id=WORKER)
    assert workspace.finish_run(run_id, WORKER, given)
    workspace.remove_worker(WORKER)
    return run_id


def progress(done: int = 40, total: int = 60) -> SearchProgress:
    random = np.random.default_rng(3)
    return SearchProgress(
        done=done,
        total=total,
        seconds=2.0,
        models_per_second=20.0,
        nrmse=random.uniform(0.05, 0.2, done),
        decomp_rssd=random.uniform(0.2, 0.5, done),
        trial=np.ones(done, dtype=np.int64),
        front=np.array([1, 2, 3]),
    )


def plain(app: AppTest) -> str:
    """Everything on the page that is text, as a person reads it."""
    return words(app).replace("\\", "")
