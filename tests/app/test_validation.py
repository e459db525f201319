"""With validation all three errors of a model are shown wherever its fit is shown."""

import functools
import json
import os
from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from mmm_core.engine.project_file import parse_project, write_project
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.project import Project
from mmm_core.entities.records import RunStatus
from mmm_core.entities.run_result import RunResult
from mmm_core.runs.execute import execute_project
from mmm_core.store.run_queue import RunOutcome
from mmm_core.store.workspace import Workspace
from pages.shared import model_views
from tests.app.saved_runs import WORKER, new_project, plain, project_file, queued, result, upload

Visit = Callable[..., AppTest]


def validated_file() -> str:
    asked = parse_project(project_file())
    return write_project(
        asked.settings, replace(asked.trials, timeseries_validation=True), asked.seed, name="Demo brand"
    )


@functools.cache
def validated() -> RunResult:
    asked = parse_project(validated_file())
    data = MMMDataCollection(table=upload().table, settings=asked.settings)
    return execute_project(Project(data=data, trials=asked.trials, seed=asked.seed), with_average=False)[0]


@pytest.fixture
def run_id(workspace: Workspace) -> str:
    run_id = queued(workspace, new_project(workspace), validated_file())
    workspace.register_worker(WORKER, os.getpid())
    workspace.claim_run(WORKER)
    workspace.save_result(run_id, validated(), worker_id=WORKER)
    workspace.finish_run(run_id, WORKER, RunOutcome(status=RunStatus.FINISHED, n_done=60))
    return run_id


def figures() -> list[str]:
    """The three errors of the recommended model, as they are written."""
    return [f"{value:.4f}" for value in validated().validated_errors.values()]


def html_of(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def test_there_are_three_errors_and_they_differ() -> None:
    assert list(validated().validated_errors) == ["train", "validation", "test"]
    assert len(set(figures())) == 3


def test_the_explorers_card_shows_all_three(studio: Visit, run_id: str) -> None:
    said = html_of(studio("pareto", run=run_id))
    assert all(figure in said for figure in figures())
    assert all(f"NRMSE {part}" in said for part in ("train", "validation", "test"))


def test_the_explorers_table_shows_all_three(studio: Visit, run_id: str) -> None:
    app = studio("pareto", run=run_id)
    next(group for group in app.button_group if group.key == "view").set_value(model_views.SURVIVORS).run()
    frame = next(table.value for table in app.dataframe if "solution_id" in table.value)
    assert {"nrmse_train", "nrmse_val", "nrmse_test"} <= set(frame)
    assert frame["nrmse_test"].notna().all()


def test_the_model_page_shows_all_three(studio: Visit, run_id: str) -> None:
    said = html_of(studio("model", run=run_id))
    assert "NRMSE train · validation · test" in said
    assert " · ".join(figures()) in said


def test_the_run_page_says_all_three(studio: Visit, run_id: str) -> None:
    said = plain(studio("run", run=run_id))
    assert f"{figures()[2]} on the weeks that chose nothing" in said
    assert all(figure in said for figure in figures())


def test_the_clusters_table_shows_all_three(studio: Visit, run_id: str) -> None:
    app = studio("clusters", run=run_id)
    frame = next(table.value for table in app.dataframe if "silhouette" in table.value)
    assert {"nrmse_train", "nrmse_val", "nrmse_test"} <= set(frame)


def test_configure_says_in_plain_words_what_validation_does(studio: Visit, workspace: Workspace) -> None:
    project_id = new_project(workspace)
    app = studio("configure", project=project_id)
    app.segmented_control(key=f"level_{project_id}").set_value("Expert").run()
    next(toggle for toggle in app.toggle if toggle.label == "Validate on later periods").set_value(True).run()
    assert "fitted to the first 50% to 80% of the periods" in plain(app)
    assert "The last 10% are a test: their error is shown and never chooses anything." in plain(app)


def test_the_average_which_is_fitted_to_all_periods_does_not_stand_among_validation_errors(
    studio: Visit, workspace: Workspace, run_id: str
) -> None:
    workspace.save_result(run_id, replace(validated(), posterior=result().posterior))
    names = [
        trace.get("name")
        for trace in json.loads(studio("pareto", run=run_id).get("plotly_chart")[0].proto.spec)["data"]
    ]
    assert "best of the search" in names
    assert not [name for name in names if "average" in str(name)]
