"""What the worker prepares before anyone waits for it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mmm_core.engine import prophet_baseline
from mmm_core.engine.process_pool import call_in_processes
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.runs.execute import execute_project
from mmm_core.runs.rehearsal import Foresight
from mmm_core.store.workspace import Workspace
from tests.runs.demo import SMALL, demo_project, demo_text, demo_upload

ROBYN = TrialsConfig(trials=2, iterations=60, cores=2, algorithm="TwoPointsDE")


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    opened = Workspace(tmp_path)
    project_id = opened.create_project("Demo brand").project_id
    opened.save_upload(project_id, demo_upload())
    opened.save_project_file(project_id, demo_text())
    yield opened
    opened.close()


def has_nevergrad() -> bool:
    return "nevergrad" in sys.modules


def test_the_next_run_finds_the_baseline_of_its_outcome_ready(workspace: Workspace) -> None:
    prophet_baseline.forget_fits()
    Foresight(workspace).look_ahead()
    prepared = list(prophet_baseline._cache)
    assert len(prepared) == 1
    execute_project(demo_project(SMALL))
    assert list(prophet_baseline._cache) == prepared


def test_a_project_is_prepared_again_only_when_it_changed(workspace: Workspace) -> None:
    foresight = Foresight(workspace)
    foresight.look_ahead()
    prophet_baseline.forget_fits()
    foresight.look_ahead()
    assert not prophet_baseline._cache


def test_nevergrad_is_imported_in_every_process_as_soon_as_a_project_asks_for_it(workspace: Workspace) -> None:
    (project,) = workspace.list_projects()
    foresight = Foresight(workspace)
    foresight.look_ahead()
    workspace.save_project_file(project.project_id, demo_text(ROBYN))
    foresight.look_ahead()
    assert call_in_processes([has_nevergrad] * 4, 2) == [True] * 4


def test_a_rehearsal_compiles_what_reports_on_lift_studies_need() -> None:
    code = (
        "from mmm_core.runs.rehearsal import rehearse; from mmm_core.kernels.sampler_summary import predict_lifts; "
        "rehearse(); print(len(predict_lifts.signatures))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.split()[-1] != "0"


def test_a_workspace_without_a_project_is_nothing_to_prepare(tmp_path: Path) -> None:
    Foresight(Workspace(tmp_path / "empty")).look_ahead()
