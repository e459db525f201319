from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from mmm_core.engine.demo_project import DEMO_FILE, demo_settings
from mmm_core.engine.ingest import read_table
from mmm_core.engine.project_file import write_project
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.store.workspace import Workspace
from tests.app.conftest import ROOT, words

Visit = Callable[..., AppTest]
PROJECT_PAGES = ["upload", "configure", "run", "pareto"]


def demo(workspace: Workspace, *, configured: bool = True) -> str:
    """Id of a project with the demo's data."""
    project_id = workspace.create_project("Demo brand").project_id
    workspace.save_upload(project_id, read_table(ROOT / "assets" / "demo" / DEMO_FILE, name=DEMO_FILE))
    if configured:
        workspace.save_project_file(project_id, write_project(demo_settings(), TrialsConfig(), 123, name="Demo brand"))
    return project_id


@pytest.mark.parametrize("page", PROJECT_PAGES)
def test_without_a_project_a_page_says_so_and_leads_home(studio: Visit, page: str) -> None:
    app = studio(page)
    assert "Open a project first" in words(app)
    app.button(key="guard_go").click().run()
    assert app.title[0].value == "What did each channel really bring?"


@pytest.mark.parametrize("page", PROJECT_PAGES)
def test_a_link_to_a_deleted_project_says_so(studio: Visit, page: str) -> None:
    assert "not in the workspace" in words(studio(page, project="abcdef1234"))


def test_an_address_that_is_no_id_is_answered_calmly(studio: Visit) -> None:
    app = studio("configure", project="../../etc/passwd")
    assert "not in the workspace" in words(app)
    assert not app.exception


@pytest.mark.parametrize("page", ["configure", "run"])
def test_without_data_a_page_leads_to_upload(studio: Visit, workspace: Workspace, page: str) -> None:
    app = studio(page, project=workspace.create_project("Coffee").project_id)
    app.button(key="guard_go").click().run()
    assert app.title[0].value == "Upload"


def test_without_settings_run_leads_to_configure(studio: Visit, workspace: Workspace) -> None:
    app = studio("run", project=demo(workspace, configured=False))
    assert "not configured yet" in words(app)
    app.button(key="guard_go").click().run()
    assert app.title[0].value == "Configure"


def test_open_points_on_configure_keep_run_closed(studio: Visit, workspace: Workspace) -> None:
    project_id = demo(workspace)
    workspace.save_draft(project_id, "configure", {"problems": ["No column is the outcome."]})
    assert "open points" in words(studio("run", project=project_id))


def test_without_a_run_the_explorer_leads_to_run(studio: Visit, workspace: Workspace) -> None:
    app = studio("pareto", project=demo(workspace))
    app.button(key="guard_go").click().run()
    assert app.title[0].value == "Run"


def test_the_open_project_stays_in_the_address(studio: Visit, workspace: Workspace) -> None:
    project_id = demo(workspace)
    app = studio("configure", project=project_id)
    app.switch_page("pages/upload.py").run()
    assert app.query_params["project"] == project_id


def test_a_project_deleted_elsewhere_is_no_traceback(studio: Visit, workspace: Workspace) -> None:
    project_id = demo(workspace)
    app = studio("upload", project=project_id)
    workspace.delete_project(project_id)
    app.run()
    assert "not in the workspace" in words(app)


@pytest.mark.parametrize("page", ["pareto", "backtest", "refresh"])
def test_a_project_without_data_is_sent_to_upload_and_not_to_run(
    studio: Visit, workspace: Workspace, page: str
) -> None:
    app = studio(page, project=workspace.create_project("Empty").project_id)
    assert "This project has no data yet" in words(app)
    assert app.button(key="guard_go").label == "Upload data"
