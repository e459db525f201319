import dataclasses
import datetime as dt

import pytest

from mmm_core.entities.records import ProjectRecord
from mmm_core.errors import NotFoundError, StoreError
from mmm_core.store.workspace import Workspace
from tests.store.builders import run_result, upload
from tests.store.sameness import differences


def test_a_new_project_is_listed_under_its_name(workspace: Workspace) -> None:
    made = workspace.create_project("  Demo \n brand ")
    assert [(record.project_id, record.name) for record in workspace.list_projects()] == [
        (made.project_id, "Demo brand")
    ]


def test_the_project_changed_last_is_listed_first(workspace: Workspace) -> None:
    old, _new = workspace.create_project("old"), workspace.create_project("new")
    workspace.rename_project(old.project_id, "old but touched")
    assert [record.name for record in workspace.list_projects()] == ["old but touched", "new"]


def test_moments_come_back_with_their_time_zone(workspace: Workspace) -> None:
    made = workspace.create_project("Demo brand")
    assert workspace.get_project(made.project_id).created == made.created
    assert abs(dt.datetime.now(dt.UTC) - made.created) < dt.timedelta(minutes=1)


@pytest.mark.parametrize("name", ["", "   ", "x" * 201])
def test_a_project_needs_a_name_of_reasonable_length(workspace: Workspace, name: str) -> None:
    with pytest.raises(StoreError, match="1 to 200 characters"):
        workspace.create_project(name)


@pytest.mark.parametrize("unknown", ["abcdef0123", "../../etc", "", "A"])
def test_an_unknown_project_is_named_in_the_error(workspace: Workspace, unknown: str) -> None:
    with pytest.raises(NotFoundError, match="no project with the id"):
        workspace.load_upload(unknown)


def test_an_upload_comes_back_with_its_findings_bit_for_bit(workspace: Workspace, project: ProjectRecord) -> None:
    assert differences(workspace.load_upload(project.project_id), upload()) == []


def test_a_project_without_upload_has_none(workspace: Workspace) -> None:
    assert workspace.load_upload(workspace.create_project("empty").project_id) is None


def test_the_listing_shows_the_upload(workspace: Workspace, project: ProjectRecord) -> None:
    record = workspace.get_project(project.project_id)
    assert (record.source_name, record.n_rows, record.has_settings) == ("Umsätze.csv", 8, False)


def test_settings_come_back_as_they_were_typed(workspace: Workspace, project: ProjectRecord) -> None:
    text = "date: date\n# Größe\n"
    workspace.save_project_file(project.project_id, text)
    assert workspace.load_project_file(project.project_id) == text
    assert workspace.get_project(project.project_id).has_settings


def test_what_was_typed_on_a_page_is_kept_per_page(workspace: Workspace, project: ProjectRecord) -> None:
    typed = {"bounds": {"tv": [0.1, float("inf")]}, "start": dt.date(2021, 1, 4), "empty": None, "on": True}
    workspace.save_draft(project.project_id, "configure", typed)
    kept = {"bounds": {"tv": [0.1, "inf"]}, "start": "2021-01-04", "empty": None, "on": True}
    assert workspace.load_draft(project.project_id, "configure") == kept
    assert workspace.load_draft(project.project_id, "run") == {}


def test_a_draft_cannot_leave_its_folder(workspace: Workspace, project: ProjectRecord) -> None:
    with pytest.raises(StoreError, match="small letters"):
        workspace.save_draft(project.project_id, "../upload", {})


def test_a_draft_refuses_what_json_cannot_hold(workspace: Workspace, project: ProjectRecord) -> None:
    with pytest.raises(StoreError, match="kind object cannot be stored"):
        workspace.save_draft(project.project_id, "run", {"x": object()})


def test_deleting_a_project_deletes_every_file_of_it(workspace: Workspace, project: ProjectRecord) -> None:
    run = workspace.enqueue_run(project.project_id, "date: date", 12)
    workspace.save_result(run.run_id, run_result())
    workspace.delete_project(project.project_id)
    left = [path for path in workspace.folder.rglob("*") if path.is_file() and "workspace.sqlite" not in path.name]
    assert left == []
    assert workspace.list_runs() == []


def test_a_project_with_a_running_run_is_not_deleted(workspace: Workspace, project: ProjectRecord) -> None:
    workspace.enqueue_run(project.project_id, "date: date", 12)
    workspace.claim_run("worker")
    with pytest.raises(StoreError, match="Run 1 of 'Demo brand' is running; stop it first"):
        workspace.delete_project(project.project_id)
    assert workspace.load_upload(project.project_id) is not None


def test_the_rate_of_the_machine_is_kept_and_none_is_known_before(workspace: Workspace) -> None:
    assert workspace.load_rate() is None
    workspace.save_rate(43_218.5)
    assert Workspace(workspace.folder).load_rate() == 43_218.5


@pytest.mark.parametrize("content", [b"", b"{}", b'{"models_per_second": 0}', b'{"models_per_second": "fast"}'])
def test_a_damaged_rate_is_no_rate(workspace: Workspace, content: bytes) -> None:
    (workspace.folder / "rate.json").write_bytes(content)
    assert workspace.load_rate() is None


def test_a_replaced_table_comes_back_exactly_and_again(workspace: Workspace, project: ProjectRecord) -> None:
    other = dataclasses.replace(upload(), source_name="other.csv")
    workspace.replace_upload(project.project_id, other)
    workspace.restore_upload(project.project_id)
    assert not differences(workspace.load_upload(project.project_id), upload())
    workspace.restore_upload(project.project_id)
    assert not differences(workspace.load_upload(project.project_id), other)


def test_without_an_earlier_table_there_is_nothing_to_restore(workspace: Workspace, project: ProjectRecord) -> None:
    with pytest.raises(NotFoundError, match="no earlier data"):
        workspace.restore_upload(project.project_id)
