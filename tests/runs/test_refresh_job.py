"""Real small refreshes, done as the worker does them."""

import dataclasses
import datetime as dt

import numpy as np
import pytest

from mmm_core.engine.demo_project import demo_settings
from mmm_core.engine.project_file import parse_project, write_project
from mmm_core.entities.columns import AdstockKind
from mmm_core.entities.estimate import Estimate
from mmm_core.entities.findings import IngestResult
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.project import Project
from mmm_core.entities.records import RefreshDecision, RunRecord, RunStatus
from mmm_core.entities.refresh import ModelRefreshConfig
from mmm_core.entities.run_result import SearchProgress
from mmm_core.entities.settings import Baseline, CalibrationInput, LiftStudy
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.errors import NotFoundError, RunCancelledError
from mmm_core.runs.execute import execute_project
from mmm_core.runs.refresh_job import accepted_project, do_refresh
from mmm_core.runs.trust_job import fill_one_trust_card
from mmm_core.store.run_queue import RunOutcome
from mmm_core.store.workspace import Workspace
from tests.data_builders import mark
from tests.refresh_builders import refresh_report
from tests.runs.demo import demo_upload

NAME = "tests"
SETTINGS = dataclasses.replace(
    demo_settings(), baseline=Baseline(trend=False, season=False), adstock=AdstockKind.WEIBULL_CDF
)
TEXT = write_project(SETTINGS, TrialsConfig(trials=1, iterations=60, cores=1), 5, "Demo")


class Watch:
    """Hears everything; stops when it is told to."""

    def __init__(self, *, stop: bool = False) -> None:
        self.stages: list[str] = []
        self._stop = stop

    def tell(self, progress: SearchProgress) -> None:
        self.stages.append(progress.stage)

    def tell_stage(self, stage: str) -> None:
        self.stages.append(stage)

    def should_stop(self) -> bool:
        return self._stop


def first_weeks(count: int) -> IngestResult:
    read = demo_upload()
    return dataclasses.replace(read, table=read.table.iloc[:count], rows=read.rows[:count])


@pytest.fixture
def old(workspace: Workspace) -> RunRecord:
    project_id = workspace.create_project("Demo").project_id
    workspace.save_upload(project_id, first_weeks(195))
    run = workspace.enqueue_run(project_id, TEXT, 60)
    asked = parse_project(TEXT)
    data = MMMDataCollection(table=first_weeks(195).table, settings=asked.settings)
    claimed(workspace)
    result, _ = execute_project(Project(data=data, trials=asked.trials, seed=asked.seed))
    workspace.save_result(run.run_id, result, worker_id=NAME)
    workspace.finish_run(run.run_id, NAME, RunOutcome(status=RunStatus.FINISHED, n_done=60))
    return workspace.get_run(run.run_id)


def claimed(workspace: Workspace) -> RunRecord:
    workspace.register_worker(NAME, 1)
    run = workspace.claim_run(NAME)
    assert run is not None
    return run


def refreshed(
    workspace: Workspace, old: RunRecord, upload: IngestResult, steps: int, watch: Watch | None = None
) -> RunRecord:
    """Queue a refresh, do it, end it."""
    config = ModelRefreshConfig(refresh_steps=steps, refresh_iters=40, refresh_trials=2)
    made = workspace.enqueue_refresh(old.run_id, upload, old.project_file, config, 80)
    outcome = do_refresh(workspace, claimed(workspace), NAME, watch or Watch())
    workspace.finish_run(made.run_id, NAME, outcome)
    return workspace.get_run(made.run_id)


def test_a_refresh_has_a_result_of_both_kinds_and_says_why_it_moved(workspace: Workspace, old: RunRecord) -> None:
    watch = Watch()
    run = refreshed(workspace, old, demo_upload(), 13, watch)
    result, report = workspace.load_result(run.run_id), workspace.load_refresh_report(run.run_id)
    assert (run.status, run.n_done) == (RunStatus.FINISHED, 80)
    assert run.headline.startswith("With 13 new weeks: ")
    assert result.posterior is not None
    assert report is not None
    assert [answer.estimate for answer in report.answers] == [Estimate.PARETO, Estimate.AVERAGED]
    assert (report.n_new, len(result.collection.refreshes)) == (13, 1)
    assert watch.stages[-1] == "writing"


def test_a_refresh_keeps_the_window_and_rows_it_modelled_and_the_project_gets_all(
    workspace: Workspace, old: RunRecord
) -> None:
    run = refreshed(workspace, old, demo_upload(), 4)
    window = parse_project(run.project_file).settings.window
    assert window is not None
    assert (len(workspace.load_run_table(run.run_id)), len(workspace.load_refresh_upload(run.run_id).table)) == (
        199,
        208,
    )
    assert window.end == demo_upload().table["date"].iloc[198].date()
    workspace.decide_refresh(run.run_id, RefreshDecision.ACCEPTED)
    kept = workspace.load_upload(run.project_id)
    assert kept is not None
    assert len(kept.table) == 208


def test_a_refresh_can_be_refreshed_again(workspace: Workspace, old: RunRecord) -> None:
    first = refreshed(workspace, old, demo_upload(), 4)
    second = refreshed(workspace, first, demo_upload(), 9)
    chain = workspace.refresh_chain(second.run_id)
    assert [run and run.name for run in chain] == ["Refresh 3", "Refresh 2", "Run 1"]
    assert [step.number for step in workspace.load_result(second.run_id).collection.refreshes] == [1, 2]


def test_the_old_result_stays_as_it_was(workspace: Workspace, old: RunRecord) -> None:
    folder = workspace.run_folder(old.run_id)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    refreshed(workspace, old, demo_upload(), 13)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert workspace.get_run(old.run_id) == old


def test_a_refresh_whose_worker_died_at_the_end_is_made_again_from_what_was_asked(
    workspace: Workspace, old: RunRecord
) -> None:
    early = dataclasses.replace(
        SETTINGS, marked=(mark("2021-02-08", "2021-02-08"),)
    )  # in the window of the first step alone
    config = ModelRefreshConfig(refresh_mode="auto", refresh_iters=40, refresh_trials=2)
    text = write_project(early, TrialsConfig(trials=1, iterations=60, cores=1), 5, "Demo")
    made = workspace.enqueue_refresh(old.run_id, demo_upload(), text, config, 240)
    found = []
    for _ in range(2):
        do_refresh(workspace, claimed(workspace), NAME, Watch())
        found.append(workspace.load_result(made.run_id))
        assert parse_project(workspace.get_run(made.run_id).project_file).settings.marked == ()
        workspace.requeue_expired([NAME])  # killed before it could say that it was done
    one, again = (result.collection.model_output.stacked("metrics") for result in found)
    assert np.array_equal(one, again, equal_nan=True)


def test_a_study_the_refresh_did_not_use_is_still_there_when_it_is_accepted(
    workspace: Workspace, old: RunRecord
) -> None:
    later = LiftStudy(channels=("tv_spend",), start=dt.date(2024, 11, 18), end=dt.date(2024, 12, 15), lift=1e6)
    elsewhere = dataclasses.replace(later, end=dt.date(2030, 1, 1))
    run = refreshed(workspace, old, demo_upload(), 4)
    text = workspace.get_run(run.run_id).project_file
    assert accepted_project(workspace, run) == text
    for studies, kept in (((later,), (later,)), ((elsewhere, later), (later,)), ((), ())):
        workspace.save_project_file(old.project_id, text_with(*studies))
        again = parse_project(accepted_project(workspace, run))
        assert again.settings.calibration.studies == kept
        assert (again.settings.window, again.trials) == (
            parse_project(text).settings.window,
            parse_project(text).trials,
        )


def text_with(*studies: LiftStudy) -> str:
    settings = dataclasses.replace(SETTINGS, calibration=CalibrationInput(studies=studies))
    return write_project(settings, TrialsConfig(trials=1, iterations=60, cores=1), 5, "Demo")


def test_the_trust_card_of_a_refresh_is_filled_in(workspace: Workspace, old: RunRecord) -> None:
    run = refreshed(workspace, old, demo_upload(), 13)
    assert fill_one_trust_card(workspace, NAME)
    card = workspace.load_trust(run.run_id)
    assert card is not None
    assert card.is_complete


def test_a_refresh_of_a_result_that_was_deleted_is_refused_with_a_sentence(
    workspace: Workspace, old: RunRecord
) -> None:
    config = ModelRefreshConfig(refresh_steps=13, refresh_iters=40, refresh_trials=1)
    workspace.enqueue_refresh(old.run_id, demo_upload(), old.project_file, config, 40)
    workspace.delete_run(old.run_id)
    with pytest.raises(NotFoundError, match="was deleted meanwhile"):
        do_refresh(workspace, claimed(workspace), NAME, Watch())


def test_a_refresh_that_is_stopped_before_it_found_anything_keeps_nothing(workspace: Workspace, old: RunRecord) -> None:
    config = ModelRefreshConfig(refresh_steps=13, refresh_iters=40, refresh_trials=1)
    made = workspace.enqueue_refresh(old.run_id, demo_upload(), old.project_file, config, 40)
    with pytest.raises(RunCancelledError):
        do_refresh(workspace, claimed(workspace), NAME, Watch(stop=True))
    assert workspace.load_refresh_report(made.run_id) is None


def test_a_worker_that_lost_the_refresh_changes_nothing(workspace: Workspace, old: RunRecord) -> None:
    config = ModelRefreshConfig(refresh_steps=4, refresh_iters=40, refresh_trials=1)
    made = workspace.enqueue_refresh(old.run_id, demo_upload(), old.project_file, config, 40)
    claimed(workspace)
    assert not workspace.save_refresh_data(made.run_id, 199, "date: other", worker_id="somebody else")
    assert not workspace.save_refresh_report(made.run_id, refresh_report(), worker_id="somebody else")
    assert len(workspace.load_run_table(made.run_id)) == 208
    assert workspace.get_run(made.run_id).project_file == old.project_file
