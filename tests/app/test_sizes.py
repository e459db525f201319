"""Every page that shows a result works with one channel and with forty, and with channels that bring nothing."""

import functools
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from mmm_core.engine.project_file import write_project
from mmm_core.entities.columns import Outcome, OutcomeKind, PaidMedia
from mmm_core.entities.findings import IngestResult
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.project import Project
from mmm_core.entities.records import RunStatus
from mmm_core.entities.run_result import RunResult
from mmm_core.entities.settings import Baseline, ModelSettings
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.runs.execute import execute_project
from mmm_core.store.run_queue import RunOutcome
from mmm_core.store.workspace import Workspace
from tests.app.saved_runs import plain

Visit = Callable[..., AppTest]
PAGES = ("pareto", "clusters", "model", "budget", "trust")
SIZES = (1, 40)
TRIALS = TrialsConfig(trials=1, iterations=60, cores=1)
N_WEEKS = 130


def long_name(number: int) -> str:
    return f"paid_social_prospecting_and_retargeting_campaign_{number:02d}_spend"


@functools.cache
def table(n_channels: int) -> pd.DataFrame:
    """Half of the channels bring nothing."""
    random = np.random.default_rng(n_channels)
    spend = random.gamma(2.0, 50.0, (N_WEEKS, n_channels)) * (random.random((N_WEEKS, n_channels)) < 0.6)
    frame = pd.DataFrame(spend, columns=[long_name(i) for i in range(n_channels)])
    frame.insert(0, "date", pd.date_range("2022-01-03", periods=N_WEEKS, freq="7D"))
    frame["orders"] = 5000.0 + spend[:, ::2].sum(axis=1) + random.normal(0.0, 100.0, N_WEEKS)
    return frame


@functools.cache
def settings(n_channels: int, kind: OutcomeKind) -> ModelSettings:
    return ModelSettings(
        date="date",
        outcome=Outcome(column="orders", kind=kind),
        paid_media=tuple(PaidMedia(spend=long_name(i)) for i in range(n_channels)),
        baseline=Baseline(trend=False, season=False),
    )


@functools.cache
def result(n_channels: int, kind: OutcomeKind) -> RunResult:
    data = MMMDataCollection(table=table(n_channels), settings=settings(n_channels, kind))
    return execute_project(Project(data=data, trials=TRIALS))[0]


def finished(workspace: Workspace, n_channels: int, kind: OutcomeKind) -> str:
    project_id = workspace.create_project(f"{n_channels} channels").project_id
    workspace.save_upload(
        project_id, IngestResult(table=table(n_channels), findings=(), suggestions=(), frequency=None)
    )
    text = write_project(settings(n_channels, kind), TRIALS, 123)
    run_id = workspace.enqueue_run(project_id, text, TRIALS.n_candidates).run_id
    workspace.register_worker("sizes", 1)
    assert workspace.claim_run("sizes") is not None
    workspace.save_result(run_id, result(n_channels, kind), worker_id="sizes")
    workspace.finish_run(run_id, "sizes", RunOutcome(status=RunStatus.FINISHED, n_done=60))
    return run_id


@pytest.mark.parametrize("model", ["", "1_7"])
@pytest.mark.parametrize("kind", list(OutcomeKind))
@pytest.mark.parametrize("n_channels", SIZES)
def test_pages_work_with_few_and_many_channels(
    studio: Visit, workspace: Workspace, n_channels: int, kind: OutcomeKind, model: str
) -> None:
    run_id = finished(workspace, n_channels, kind)
    for page in PAGES:
        app = studio(page, run=run_id, **({"model": model} if model else {}))
        assert not app.error, f"{page}: {[error.value for error in app.error]}"
        assert app.get("plotly_chart") or "No clusters" in plain(app) or page == "trust", page
