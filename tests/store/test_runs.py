import dataclasses

import numpy as np
import pytest

from mmm_core.entities.mmmdata_collection import hash_table
from mmm_core.entities.records import ProjectRecord, RunRecord, RunStatus
from mmm_core.errors import NotFoundError, StoreError
from mmm_core.store.codec import dump_json, load_json
from mmm_core.store.run_queue import RunOutcome
from mmm_core.store.workspace import Workspace
from tests.store.builders import progress, run_result, upload, weekly_table
from tests.store.sameness import differences

FINISHED = RunOutcome(status=RunStatus.FINISHED, headline="TV brings it all.", n_done=10)


@pytest.fixture
def run(workspace: Workspace, project: ProjectRecord) -> RunRecord:
    return workspace.enqueue_run(project.project_id, "date: date", 12)


def test_a_new_run_waits_in_the_queue_with_its_number(workspace: Workspace, run: RunRecord) -> None:
    assert (run.number, run.name, run.status, run.n_planned) == (1, "Run 1", RunStatus.QUEUED, 12)
    assert run.table_hash == hash_table(weekly_table())
    assert workspace.get_run(run.run_id) == run


def test_a_number_is_never_given_twice(workspace: Workspace, run: RunRecord) -> None:
    workspace.delete_run(run.run_id)
    assert workspace.enqueue_run(run.project_id, "date: date", 12).name == "Run 2"


def test_runs_are_listed_newest_first_and_by_project(workspace: Workspace, run: RunRecord) -> None:
    second = workspace.enqueue_run(run.project_id, "date: date", 12)
    other = workspace.create_project("other")
    assert [record.run_id for record in workspace.list_runs(run.project_id)] == [second.run_id, run.run_id]
    assert workspace.list_runs(other.project_id) == []


def test_a_run_keeps_the_table_it_was_started_with(workspace: Workspace, run: RunRecord) -> None:
    later = dataclasses.replace(upload(), table=weekly_table(4))
    workspace.save_upload(run.project_id, later)
    assert differences(workspace.load_run_table(run.run_id), weekly_table()) == []


def test_a_project_without_data_cannot_run(workspace: Workspace) -> None:
    with pytest.raises(StoreError, match="no data yet"):
        workspace.enqueue_run(workspace.create_project("empty").project_id, "date: date", 12)


def test_a_result_comes_back_bit_for_bit(workspace: Workspace, run: RunRecord) -> None:
    workspace.save_result(run.run_id, run_result())
    assert differences(workspace.load_result(run.run_id), run_result()) == []


def test_saving_again_replaces_the_result_and_leaves_no_rest(workspace: Workspace, run: RunRecord) -> None:
    for _ in range(2):
        workspace.save_result(run.run_id, run_result())
    assert len(list(workspace.run_folder(run.run_id).glob("result-*"))) == 1


def test_a_run_without_result_says_so(workspace: Workspace, run: RunRecord) -> None:
    with pytest.raises(NotFoundError, match=r"Run 1 has no result \(it is queued\)"):
        workspace.load_result(run.run_id)


def test_a_result_of_a_newer_version_is_refused_with_advice(workspace: Workspace, run: RunRecord) -> None:
    workspace.save_result(run.run_id, run_result())
    (path,) = workspace.run_folder(run.run_id).glob("result-*/result.json")
    path.write_bytes(dump_json({**load_json(path.read_bytes(), ""), "format_version": 99}))
    with pytest.raises(StoreError, match=r"Run 1 was saved by a newer MMM Studio \(format 99.*Update"):
        workspace.load_result(run.run_id)


@pytest.mark.parametrize("name", ["arrays.npz", "candidates.parquet", "result.json"])
def test_a_damaged_result_is_refused_with_a_sentence(workspace: Workspace, run: RunRecord, name: str) -> None:
    workspace.save_result(run.run_id, run_result())
    (path,) = workspace.run_folder(run.run_id).glob(f"result-*/{name}")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(StoreError, match="Run 1 cannot be read, the file is"):
        workspace.load_result(run.run_id)


def test_a_picked_model_is_remembered_without_rewriting_the_result(workspace: Workspace, run: RunRecord) -> None:
    workspace.save_result(run.run_id, run_result())
    workspace.select_model(run.run_id, "2_1")
    assert workspace.load_result(run.run_id).collection.selected_id == "2_1"
    workspace.select_model(run.run_id, None)
    assert workspace.load_result(run.run_id).collection.selected_id is None


def test_progress_comes_back_and_counts_what_is_done(workspace: Workspace, run: RunRecord) -> None:
    workspace.save_progress(run.run_id, progress(40))
    kept = workspace.load_progress(run.run_id)
    assert kept is not None
    assert (kept.done, kept.total, kept.seconds, kept.stage) == (40, 100, 0.25, "searching")
    assert workspace.get_run(run.run_id).n_done == 40


def test_the_cloud_of_candidates_is_kept_to_drawing_precision(workspace: Workspace, run: RunRecord) -> None:
    workspace.save_progress(run.run_id, progress())
    kept = workspace.load_progress(run.run_id)
    assert kept is not None
    assert kept.nrmse == pytest.approx(progress().nrmse, rel=1e-6)
    assert np.array_equal(kept.front, progress().front)
    assert np.array_equal(kept.trial, progress().trial)


def test_a_run_that_has_not_begun_has_no_progress(workspace: Workspace, run: RunRecord) -> None:
    assert workspace.load_progress(run.run_id) is None


def test_a_run_can_be_named(workspace: Workspace, run: RunRecord) -> None:
    workspace.rename_run(run.run_id, "With TV theta fixed")
    assert workspace.get_run(run.run_id).name == "With TV theta fixed"


def test_a_running_run_is_not_deleted(workspace: Workspace, run: RunRecord) -> None:
    workspace.claim_run("worker")
    with pytest.raises(StoreError, match="Run 1 is running; stop it first"):
        workspace.delete_run(run.run_id)


def test_deleting_a_run_deletes_its_files(workspace: Workspace, run: RunRecord) -> None:
    workspace.save_result(run.run_id, run_result())
    workspace.delete_run(run.run_id)
    assert not workspace.run_folder(run.run_id).exists()
    with pytest.raises(NotFoundError, match="no run with the id"):
        workspace.get_run(run.run_id)


def test_a_finished_run_keeps_its_headline_when_the_workspace_is_opened_again(
    workspace: Workspace, run: RunRecord
) -> None:
    workspace.claim_run("worker")
    workspace.finish_run(run.run_id, "worker", FINISHED)
    again = Workspace(workspace.folder)
    record = again.get_run(run.run_id)
    again.close()
    assert (record.status, record.headline, record.n_done) == (RunStatus.FINISHED, "TV brings it all.", 10)


def test_models_chosen_from_more_keep_their_ids_through_the_store(workspace: Workspace, run: RunRecord) -> None:
    whole = run_result()
    output = whole.collection.model_output.reduced_to(["1_2", "1_5", "2_4"])
    collection = dataclasses.replace(whole.collection, model_output=output)
    workspace.save_result(run.run_id, dataclasses.replace(whole, collection=collection))
    found = workspace.load_result(run.run_id).collection.model_output
    assert found.solution_ids == ["1_2", "1_5", "2_4"]
    assert differences(found, output) == []
