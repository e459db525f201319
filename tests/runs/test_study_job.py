"""The report on lift studies as the worker makes it."""

import os

from mmm_core.entities.records import CheckKind, CheckRecord, RunStatus
from mmm_core.entities.study_report import StudyReport
from mmm_core.runs.check_job import do_one_check
from mmm_core.runs.study_job import QUESTION
from mmm_core.store.workspace import Workspace
from tests.app.saved_runs import ended, new_project
from tests.study_runs import TV, report_on, run_with

NAME = "another worker"


def asked(workspace: Workspace, run_id: str) -> CheckRecord:
    workspace.register_worker(NAME, os.getpid())
    return workspace.ask_check(run_id, CheckKind.LEAVE_ONE_OUT, QUESTION, 4)


def test_the_worker_makes_the_report_that_the_engine_makes(workspace: Workspace) -> None:
    check = asked(workspace, run_with(workspace, new_project(workspace), TV))
    assert do_one_check(workspace, NAME)
    over = workspace.get_check(check.check_id)
    assert (over.status, over.n_done) == (RunStatus.FINISHED, 4)
    assert workspace.load_check(over, StudyReport) == report_on(TV)[-1]


def test_a_run_that_waits_goes_first_and_the_report_goes_on_afterwards(workspace: Workspace) -> None:
    project_id = new_project(workspace)
    check = asked(workspace, run_with(workspace, project_id, TV))
    waiting = workspace.enqueue_run(project_id, "date: date", 60).run_id
    assert do_one_check(workspace, NAME)
    assert workspace.get_check(check.check_id).status is RunStatus.QUEUED
    workspace.delete_run(waiting)
    assert do_one_check(workspace, NAME)
    assert workspace.get_check(check.check_id).status is RunStatus.FINISHED


def test_a_run_without_a_study_has_nothing_to_check(workspace: Workspace) -> None:
    check = asked(workspace, ended(workspace, new_project(workspace)))
    assert do_one_check(workspace, NAME)
    over = workspace.get_check(check.check_id)
    assert (over.status, over.error) == (RunStatus.FAILED, "There is no lift study to check. Enter one first.")
