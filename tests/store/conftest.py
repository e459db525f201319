"""One workspace per kind of database; every test of the suite runs on each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mmm_core.entities.records import ProjectRecord
from mmm_core.store.workspace import Workspace
from tests.store.builders import upload


@pytest.fixture(params=["sqlite"])
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workspace]:
    opened = Workspace(tmp_path / request.param)
    yield opened
    opened.close()


@pytest.fixture
def project(workspace: Workspace) -> ProjectRecord:
    made = workspace.create_project("Demo brand")
    workspace.save_upload(made.project_id, upload())
    return made
