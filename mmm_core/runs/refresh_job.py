"""A refresh out of the queue: the old result and its data, the new table, one answer and why it moved."""

import dataclasses
from typing import Protocol

from mmm_core.entities.calibration_checks import overlap_of, problems_of
from mmm_core.entities.date_checks import parse_dates
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.records import RunRecord, RunStatus
from mmm_core.entities.refresh import RefreshReport
from mmm_core.entities.run_result import RunResult, SearchProgress
from mmm_core.entities.settings import CalibrationInput
from mmm_core.errors import MMMError, NotFoundError
from mmm_core.store.run_queue import RunOutcome
from mmm_core.store.workspace import Workspace


class Watch(Protocol):
    """Who is told where a refresh stands, and knows whether it should stop."""

    def tell(self, progress: SearchProgress) -> None:
        """Where the search stands."""

    def tell_stage(self, stage: str) -> None:
        """The same progress under another stage."""

    def should_stop(self) -> bool:
        """Whether the user wants it stopped, or another worker has it."""


def do_refresh(workspace: Workspace, run: RunRecord, worker_id: str, watch: Watch) -> RunOutcome:
    """Do a queued refresh and keep its report, its data as they were modelled, and its result.

    The page has shown a revised history and had it accepted before it queued the refresh, so it is accepted here.

    Args:
        workspace: Where everything is.
        run: The refresh; its ``refreshed_from`` is set.
        worker_id: Who does it.
        watch: Told where it stands.

    Raises:
        MMMError: It cannot be done.
        RunCancelledError: It was stopped before it had anything worth keeping.
    """
    from mmm_core.engine.project_file import parse_project, write_project
    from mmm_core.runs.execute_refresh import execute_refresh

    previous, before = _previous(workspace, run)
    asked, upload = parse_project(workspace.load_refresh_request(run.run_id)), workspace.load_refresh_upload(run.run_id)
    refreshed = execute_refresh(
        previous,
        before,
        MMMDataCollection(table=upload.table, settings=asked.settings),
        workspace.load_refresh_config(run.run_id),
        trials=asked.trials,
        accept_revisions=True,
        progress=watch.tell,
        should_stop=watch.should_stop,
    )
    watch.tell_stage("writing")
    result, data = refreshed.result, refreshed.result.collection.data
    assert data is not None, "set by the search"
    text = write_project(data.settings, asked.trials, asked.seed, name=asked.name, repairs=upload.repairs)
    workspace.save_refresh_data(run.run_id, len(data.table), text, worker_id=worker_id)
    workspace.save_refresh_report(run.run_id, refreshed.report, worker_id=worker_id)
    workspace.save_result(run.run_id, result, worker_id=worker_id)
    return RunOutcome(
        status=RunStatus.STOPPED if result.collection.info.stopped_early else RunStatus.FINISHED,
        headline=summarise_refresh(result, refreshed.report),
        n_done=result.collection.model_output.n_candidates,
    )


def accepted_project(workspace: Workspace, run: RunRecord) -> str:
    """The project file a project goes on with when a refresh is accepted.

    That of the refresh, with the lift studies that were entered since and that the refresh did not use, because its window does
    not reach them yet or the user left them out: what somebody typed is never lost.

    Args:
        workspace: Where everything is.
        run: A refresh with a result.

    Returns:
        YAML.
    """
    from mmm_core.engine.project_file import parse_project, write_project

    asked, now = parse_project(run.project_file), workspace.load_project_file(run.project_id)
    try:
        entered = parse_project(now).settings.calibration.studies if now is not None else ()
    except MMMError:  # a project that cannot be read has nothing to keep
        return run.project_file
    dates = parse_dates(workspace.load_refresh_upload(run.run_id).table[asked.settings.date]).sort_values()
    studies = list(asked.settings.calibration.studies)
    for study in entered:
        fits = set(study.channels) <= set(asked.settings.channels) and not any(problems_of(dates, study))
        if study not in studies and fits and not any(overlap_of(study, other) for other in studies):
            studies.append(study)
    if len(studies) == len(asked.settings.calibration.studies):
        return run.project_file
    settings = dataclasses.replace(asked.settings, calibration=CalibrationInput(studies=tuple(studies)))
    return write_project(settings, asked.trials, asked.seed, name=asked.name, repairs=asked.repairs)


def summarise_refresh(result: RunResult, report: RefreshReport) -> str:
    """A finished refresh in one sentence: what was new, then what any run says.

    Args:
        result: Of the refresh.
        report: What moved.

    Returns:
        "With 13 new weeks: TV and OOH bring 61% of paid sales (averaged over 1,400 plausible models); ...".
    """
    from mmm_core.runs.headline import summarise

    unit = f"{report.frequency.value}{'' if report.n_new == 1 else 's'}"
    return f"With {report.n_new:,} new {unit}: {summarise(result)}"


def _previous(workspace: Workspace, run: RunRecord) -> tuple[RunResult, MMMDataCollection]:
    """The old result and what it was made from.

    Raises:
        NotFoundError: It was deleted since the refresh was queued.
    """
    from mmm_core.engine.project_file import parse_project

    assert run.refreshed_from is not None, "only refreshes come here"
    try:
        old = workspace.get_run(run.refreshed_from)
        result, table = workspace.load_result(old.run_id), workspace.load_run_table(old.run_id)
    except NotFoundError as error:
        raise NotFoundError(
            "The result that was to be refreshed was deleted meanwhile. Open another result and refresh that one."
        ) from error
    settings = parse_project(old.project_file).settings
    return result, MMMDataCollection(table=table, settings=settings, weibull_length=result.design.weibull_length)
