"""What every result offers, on the three pages that show results."""

import dataclasses
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from mmm_core.engine.settings_changes import setting_changes
from mmm_core.store.workspace import Workspace
from tests.app.saved_runs import ended, new_project, plain, project_file, upload
from tests.store.sameness import differences

Visit = Callable[..., AppTest]
PAGES = ["run", "pareto", "saved"]


@pytest.fixture
def project_id(workspace: Workspace) -> str:
    return new_project(workspace, "Käse & Co: DE")


@pytest.fixture
def run_id(workspace: Workspace, project_id: str) -> str:
    return ended(workspace, project_id)


def other_data(workspace: Workspace, project_id: str) -> None:
    workspace.save_upload(
        project_id, dataclasses.replace(upload(), table=upload().table.head(150), source_name="b.csv")
    )


@pytest.mark.parametrize("page", PAGES)
def test_every_result_offers_its_project_file_byte_for_byte(
    studio: Visit, workspace: Workspace, run_id: str, downloads: dict[str, bytes], page: str
) -> None:
    app = studio(page, run=run_id)
    assert f"file_{run_id}" in [button.key for button in app.download_button]
    assert downloads["käse-co-de-run-1.yaml"] == workspace.get_run(run_id).project_file.encode()


@pytest.mark.parametrize("page", PAGES)
def test_run_again_with_the_same_settings_and_data_goes_straight_to_configure(
    studio: Visit, run_id: str, project_id: str, page: str
) -> None:
    app = studio(page, run=run_id)
    app.button(key=f"again_{run_id}").click().run()
    assert app.title[0].value == "Configure"
    assert app.query_params["project"] == project_id


@pytest.mark.parametrize("page", PAGES)
def test_run_again_asks_before_it_replaces_other_settings(
    studio: Visit, workspace: Workspace, project_id: str, run_id: str, page: str
) -> None:
    workspace.save_project_file(project_id, project_file(seed=9))
    app = studio(page, run=run_id)
    app.button(key=f"again_{run_id}").click().run()
    assert "seed 1 → 9" in plain(app)
    app.button(key="again_use").click().run()
    assert not setting_changes(project_file(), workspace.load_project_file(project_id) or "")
    assert app.title[0].value == "Configure"


@pytest.mark.parametrize("page", PAGES)
def test_run_again_says_when_the_data_are_others_and_brings_them_back(
    studio: Visit, workspace: Workspace, project_id: str, run_id: str, page: str
) -> None:
    other_data(workspace, project_id)
    app = studio(page, run=run_id)
    app.button(key=f"again_{run_id}").click().run()
    assert "now b.csv with 150 rows, then demo_weekly.csv with 208 rows" in plain(app)
    app.button(key="again_data").click().run()
    assert app.title[0].value == "Configure"
    assert not differences(workspace.load_upload(project_id), upload())


def test_keeping_what_is_there_changes_nothing(
    studio: Visit, workspace: Workspace, project_id: str, run_id: str
) -> None:
    other_data(workspace, project_id)
    app = studio("pareto", run=run_id)
    app.button(key=f"again_{run_id}").click().run()
    app.button(key="again_keep").click().run()
    assert workspace.get_project(project_id).n_rows == 150
