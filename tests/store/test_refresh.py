"""Refreshes in a workspace: queued on their own table, told why they moved, accepted or set aside, and never lost."""

import datetime as dt
import json
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from mmm_core.entities.estimate import Estimate
from mmm_core.entities.findings import IngestResult
from mmm_core.entities.records import ProjectRecord, RefreshDecision, RunRecord, RunStatus
from mmm_core.entities.refresh import ModelRefreshConfig, RefreshMode
from mmm_core.errors import NotFoundError, StoreError
from mmm_core.store.run_queue import RunOutcome
from mmm_core.store.workspace import Workspace
from tests.refresh_builders import refresh_report
from tests.store.builders import run_result, upload, weekly_table
from tests.store.sameness import differences

ANNA = "anna"
CONFIG = ModelRefreshConfig(
    refresh_steps=4, refresh_mode="auto", refresh_iters=50, refresh_trials=2, bounds_freedom=0.1
)


def finish(workspace: Workspace, made: RunRecord) -> RunRecord:
    workspace.register_worker(ANNA, 1)
    assert workspace.claim_run(ANNA) is not None
    workspace.save_result(made.run_id, run_result(), worker_id=ANNA)
    workspace.finish_run(made.run_id, ANNA, RunOutcome(status=RunStatus.FINISHED))
    return workspace.get_run(made.run_id)


def longer() -> IngestResult:
    return IngestResult(table=weekly_table(12), findings=(), suggestions=(), frequency=None, source_name="new.csv")


@pytest.fixture
def first(workspace: Workspace, project: ProjectRecord) -> RunRecord:
    return finish(workspace, workspace.enqueue_run(project.project_id, "date: date", 12))


@pytest.fixture
def refresh(workspace: Workspace, first: RunRecord) -> RunRecord:
    return finish(workspace, workspace.enqueue_refresh(first.run_id, longer(), "date: new", CONFIG, 100))


def test_a_refresh_waits_in_the_queue_with_its_own_table_and_settings(workspace: Workspace, first: RunRecord) -> None:
    made = workspace.enqueue_refresh(first.run_id, longer(), "date: new", CONFIG, 100)
    assert (made.name, made.status, made.refreshed_from) == ("Refresh 2", RunStatus.QUEUED, first.run_id)
    assert (made.project_file, made.n_planned) == ("date: new", 100)
    assert workspace.load_refresh_config(made.run_id) == CONFIG
    assert workspace.load_refresh_config(made.run_id).refresh_mode is RefreshMode.AUTO
    pd.testing.assert_frame_equal(workspace.load_run_table(made.run_id), longer().table)


def test_queueing_a_refresh_leaves_project_and_previous_run_as_they_were(
    workspace: Workspace, project: ProjectRecord, first: RunRecord
) -> None:
    workspace.enqueue_refresh(first.run_id, longer(), "date: new", CONFIG, 100)
    assert workspace.get_run(first.run_id) == first
    kept = workspace.load_upload(project.project_id)
    assert kept is not None
    assert len(kept.table) == len(upload().table)
    assert workspace.load_project_file(project.project_id) is None


def test_a_run_without_a_result_cannot_be_refreshed(workspace: Workspace, project: ProjectRecord) -> None:
    waiting = workspace.enqueue_run(project.project_id, "date: date", 12)
    with pytest.raises(StoreError, match="Run 1 has no result"):
        workspace.enqueue_refresh(waiting.run_id, longer(), "date: new", CONFIG, 100)


def test_a_run_of_its_own_is_no_refresh(workspace: Workspace, first: RunRecord) -> None:
    with pytest.raises(NotFoundError, match="Run 1 is no refresh"):
        workspace.load_refresh_config(first.run_id)
    assert workspace.refresh_chain(first.run_id) == [first]


def test_accepting_makes_data_and_settings_of_the_refresh_those_of_the_project(
    workspace: Workspace, refresh: RunRecord
) -> None:
    workspace.decide_refresh(refresh.run_id, RefreshDecision.ACCEPTED)
    workspace.decide_refresh(refresh.run_id, RefreshDecision.ACCEPTED)
    now_used, before = (
        workspace.load_upload(refresh.project_id),
        workspace.previous_upload(refresh.project_id),
    )
    assert now_used is not None
    assert before is not None
    assert (len(now_used.table), len(before.table)) == (12, 8)
    assert workspace.load_project_file(refresh.project_id) == "date: new"
    assert workspace.get_run(refresh.run_id).refresh_decision is RefreshDecision.ACCEPTED


def test_a_project_can_go_on_with_more_than_the_refresh_modelled(workspace: Workspace, refresh: RunRecord) -> None:
    workspace.decide_refresh(refresh.run_id, RefreshDecision.ACCEPTED, project_file="date: new and more")
    assert workspace.load_project_file(refresh.project_id) == "date: new and more"
    assert workspace.get_run(refresh.run_id).project_file == "date: new"


def test_setting_aside_changes_nothing_but_the_mark(workspace: Workspace, refresh: RunRecord) -> None:
    workspace.decide_refresh(refresh.run_id, RefreshDecision.SET_ASIDE)
    now_used = workspace.load_upload(refresh.project_id)
    assert now_used is not None
    assert len(now_used.table) == 8
    assert workspace.load_project_file(refresh.project_id) is None
    assert workspace.get_run(refresh.run_id).refresh_decision is RefreshDecision.SET_ASIDE
    assert differences(workspace.load_result(refresh.run_id), run_result()) == []


def test_only_a_finished_refresh_can_be_decided_about(workspace: Workspace, first: RunRecord) -> None:
    waiting = workspace.enqueue_refresh(first.run_id, longer(), "date: new", CONFIG, 100)
    for run_id in (first.run_id, waiting.run_id):
        with pytest.raises(StoreError, match="nothing to decide about"):
            workspace.decide_refresh(run_id, RefreshDecision.ACCEPTED)


def test_a_chain_survives_the_deletion_of_its_beginning(workspace: Workspace, refresh: RunRecord) -> None:
    again = workspace.enqueue_refresh(refresh.run_id, longer(), "date: new", CONFIG, 100)
    assert [run and run.name for run in workspace.refresh_chain(again.run_id)] == ["Refresh 3", "Refresh 2", "Run 1"]
    assert refresh.refreshed_from is not None
    workspace.delete_run(refresh.refreshed_from)
    assert [run and run.name for run in workspace.refresh_chain(again.run_id)] == ["Refresh 3", "Refresh 2", None]
    assert differences(workspace.load_result(refresh.run_id), run_result()) == []


def test_a_report_comes_back_as_it_was(workspace: Workspace, refresh: RunRecord) -> None:
    assert workspace.load_refresh_report(refresh.run_id) is None
    report = refresh_report()
    assert workspace.save_refresh_report(refresh.run_id, report)
    kept = workspace.load_refresh_report(refresh.run_id)
    assert differences(kept, report) == []


def test_a_report_of_a_worker_that_lost_the_run_is_not_kept(workspace: Workspace, refresh: RunRecord) -> None:
    assert not workspace.save_refresh_report(refresh.run_id, refresh_report(), worker_id="bert")
    assert workspace.load_refresh_report(refresh.run_id) is None
    assert workspace.save_refresh_report(refresh.run_id, refresh_report(), worker_id=ANNA)


@pytest.mark.parametrize("damage", ["{", '{"format_version": 1, "report": {}}'])
def test_a_damaged_report_is_said_to_be_damaged(workspace: Workspace, refresh: RunRecord, damage: str) -> None:
    workspace.save_refresh_report(refresh.run_id, refresh_report())
    (workspace.run_folder(refresh.run_id) / "refresh.json").write_text(damage)
    with pytest.raises(StoreError, match="report of the refresh cannot be read"):
        workspace.load_refresh_report(refresh.run_id)


def test_a_dropped_file_waits_until_it_is_used(workspace: Workspace, project: ProjectRecord) -> None:
    assert workspace.load_new_rows(project.project_id) is None
    assert workspace.new_rows_version(project.project_id) == 0
    workspace.keep_new_rows(project.project_id, upload())
    kept = workspace.load_new_rows(project.project_id)
    assert kept is not None
    assert differences(kept, upload()) == []
    assert workspace.new_rows_version(project.project_id) > 0
    workspace.keep_new_rows(project.project_id, None)
    assert workspace.load_new_rows(project.project_id) is None


def test_a_workspace_of_a_version_before_refreshes_opens_with_its_runs(tmp_path: Path) -> None:
    home = Workspace(tmp_path)
    project_id = home.create_project("Old").project_id
    home.save_upload(project_id, upload())
    made = home.enqueue_run(project_id, "date: date", 12)
    with home.database.writing() as connection:
        for column in ("refreshed_from", "refresh_config", "refresh_decision"):
            connection.execute(sa.text(f"ALTER TABLE runs DROP COLUMN {column}"))
    home.close()
    again = Workspace(tmp_path)
    assert again.list_runs() == [made]
    assert again.refresh_chain(made.run_id) == [made]


def test_a_result_of_a_version_before_refreshes_and_validation_is_read_as_it_was(
    workspace: Workspace, first: RunRecord
) -> None:
    (path,) = workspace.run_folder(first.run_id).glob("result-*/result.json")
    document = json.loads(path.read_text())
    del document["refreshes"], document["design"]["aim"], document["design"]["unseen_from"]
    for study in document["design"]["studies"]:
        study["factor"] = 0.75
        del study["day_shares"]
    path.write_text(json.dumps(document))
    found = workspace.load_result(first.run_id)
    assert (found.collection.refreshes, found.design.aim, found.design.unseen_from) == ((), None, None)
    assert [(study.factor, study.day_shares) for study in found.design.studies] == [(0.75, ())]


def test_every_answer_of_a_report_keeps_its_words(workspace: Workspace, refresh: RunRecord) -> None:
    workspace.save_refresh_report(refresh.run_id, refresh_report())
    kept = workspace.load_refresh_report(refresh.run_id)
    assert kept is not None
    assert [answer.estimate for answer in kept.answers] == [Estimate.PARETO, Estimate.AVERAGED]
    assert kept.changed[1].after == "Ostern ü"
    assert kept.changed[0].date == dt.date(2021, 2, 1)
