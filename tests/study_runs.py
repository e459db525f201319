"""Small finished runs of the demo with lift studies, without Prophet, computed once."""

import dataclasses
import datetime as dt
import functools
import os

from mmm_core.engine.project_file import parse_project, write_project
from mmm_core.engine.study_checks import check_studies
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.project import Project
from mmm_core.entities.records import CheckKind, CheckRecord, RunStatus
from mmm_core.entities.run_result import RunResult
from mmm_core.entities.settings import CalibrationInput, LiftStudy
from mmm_core.entities.study_report import StudyReport
from mmm_core.runs.execute import execute_project
from mmm_core.runs.study_job import QUESTION
from mmm_core.store.run_queue import RunOutcome
from mmm_core.store.workspace import Workspace
from tests.app.saved_runs import WORKER, project_file, upload

TV = LiftStudy(
    channels=("tv_spend",),
    start=dt.date(2023, 5, 22),
    end=dt.date(2023, 6, 18),
    lift=1_900_000.0,
    standard_error=190_000.0,
)
"""Four whole weeks."""

SEARCH = LiftStudy(
    channels=("search_spend",), start=dt.date(2023, 9, 4), end=dt.date(2023, 10, 1), lift=500_000.0, confidence=0.9
)


def file_with(*studies: LiftStudy) -> str:
    """The project file of the saved runs with lift studies."""
    asked = parse_project(project_file())
    settings = dataclasses.replace(asked.settings, calibration=CalibrationInput(studies=studies))
    return write_project(settings, asked.trials, asked.seed, name="Demo brand")


def project_with(*studies: LiftStudy) -> Project:
    """What such a run is asked."""
    asked = parse_project(file_with(*studies))
    data = MMMDataCollection(table=upload().table, settings=asked.settings)
    return Project(data=data, trials=asked.trials, seed=asked.seed)


@functools.cache
def result_with(*studies: LiftStudy) -> RunResult:
    """What it finds."""
    return execute_project(project_with(*studies))[0]


@functools.cache
def report_on(*studies: LiftStudy) -> tuple[StudyReport, ...]:
    """The report on it after every part, the complete one last."""
    parts: list[StudyReport] = []
    check_studies(project_with(*studies), result_with(*studies), progress=parts.append)
    return tuple(parts)


def run_with(workspace: Workspace, project_id: str, *studies: LiftStudy) -> str:
    """Id of a finished run with these studies, which the project keeps."""
    text = file_with(*studies)
    workspace.save_project_file(project_id, text)
    run_id = workspace.enqueue_run(project_id, text, 60).run_id
    workspace.register_worker(WORKER, os.getpid())
    assert workspace.claim_run(WORKER) is not None
    workspace.save_result(run_id, result_with(*studies), worker_id=WORKER)
    workspace.finish_run(run_id, WORKER, RunOutcome(status=RunStatus.FINISHED, n_done=60))
    workspace.remove_worker(WORKER)
    return run_id


def save_report(workspace: Workspace, run_id: str, report: StudyReport) -> CheckRecord:
    """Keep a report as the worker would."""
    check = workspace.ask_check(run_id, CheckKind.LEAVE_ONE_OUT, QUESTION, report.n_planned)
    workspace.register_worker(WORKER, os.getpid())
    assert workspace.claim_check(WORKER) is not None
    workspace.save_check(check.check_id, WORKER, report, n_done=len(report.answers), seconds=1.0)
    if report.is_complete:
        workspace.finish_check(check.check_id, WORKER, RunStatus.FINISHED)
    workspace.remove_worker(WORKER)
    return workspace.get_check(check.check_id)
