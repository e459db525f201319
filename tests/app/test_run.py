from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from mmm_core.entities.records import RunStatus
from mmm_core.store.run_queue import RunOutcome
from mmm_core.store.workspace import Workspace
from tests.app.saved_runs import ended, new_project, plain, progress, project_file, queued, running

Visit = Callable[..., AppTest]


@pytest.fixture
def project_id(workspace: Workspace) -> str:
    return new_project(workspace)


def test_before_the_first_run_it_says_what_will_be_run(studio: Visit, project_id: str) -> None:
    app = studio("run", project=project_id)
    assert "5 paid channels" in plain(app)
    assert "1 × 60 candidates are tried" in plain(app)
    assert "No worker is running yet" in plain(app)


def test_before_the_first_run_the_time_comes_from_the_rehearsal_of_the_worker(
    studio: Visit, workspace: Workspace, project_id: str
) -> None:
    assert "on this machine" not in plain(studio("run", project=project_id))
    workspace.save_rate(10.0)
    assert "Takes about 1" in plain(studio("run", project=project_id))


def test_start_queues_the_settings_of_the_project_exactly(studio: Visit, workspace: Workspace, project_id: str) -> None:
    app = studio("run", project=project_id)
    app.button(key="start").click().run()
    (run,) = workspace.list_runs(project_id)
    assert (run.project_file, run.n_planned, run.status) == (project_file(), 60, RunStatus.QUEUED)
    assert app.query_params["run"] == run.run_id
    assert not app.exception


def test_a_waiting_run_says_what_it_waits_for(studio: Visit, workspace: Workspace, project_id: str) -> None:
    queued(workspace, project_id)
    second = queued(workspace, new_project(workspace, "Tea"))
    app = studio("run", project=workspace.get_run(second).project_id)
    assert "Waiting for 1 other run to finish first" in plain(app)


def test_a_running_search_shows_how_far_it_is(studio: Visit, workspace: Workspace, project_id: str) -> None:
    running(workspace, project_id, progress(done=40))
    app = studio("run", project=project_id)
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown == {"Models tried": "40", "Models per second": "20", "Time left": "1.0 s", "On the front": "3"}
    assert "40 of 60 models tried, 3 on the front so far" in plain(app)
    assert "close the browser" in plain(app)


def test_before_the_first_candidate_the_stage_is_said_and_no_number_is_made_up(
    studio: Visit, workspace: Workspace, project_id: str
) -> None:
    running(workspace, project_id)
    app = studio("run", project=project_id)
    assert "Preparing the data" in plain(app)
    assert [metric.value for metric in app.metric] == ["0", "soon", "soon", "0"]


def test_stop_asks_the_worker_to_keep_what_is_found(studio: Visit, workspace: Workspace, project_id: str) -> None:
    run_id = running(workspace, project_id, progress())
    app = studio("run", project=project_id)
    app.button(key="stop").click().run()
    assert workspace.get_run(run_id).stop_requested
    assert app.button(key="stop").disabled
    assert "what was found is kept" in plain(app)


def test_a_run_stopped_before_its_first_model_can_be_started_again(
    studio: Visit, workspace: Workspace, project_id: str
) -> None:
    queued(workspace, project_id)
    app = studio("run", project=project_id)
    app.button(key="stop").click().run()
    assert "nothing was kept of it" in plain(app)
    assert app.button(key="start").label == "Start"


def test_a_finished_run_is_told_in_three_sentences_and_leads_to_its_models(
    studio: Visit, workspace: Workspace, project_id: str
) -> None:
    run_id = ended(workspace, project_id)
    app = studio("run", project=project_id)
    said = plain(app)
    assert "60 models were tried" in said
    assert "In the model the search ranks best" in said
    assert "spread across" in said
    app.button(key="explore").click().run()
    assert app.title[0].value == "Pareto explorer"
    assert app.query_params["run"] == run_id


def test_a_result_from_the_cache_says_so(studio: Visit, workspace: Workspace, project_id: str) -> None:
    ended(workspace, project_id, outcome=RunOutcome(status=RunStatus.FINISHED, n_done=60, from_cache=True))
    assert "the earlier result was returned at once" in plain(studio("run", project=project_id))


def test_a_failed_run_says_what_happened_what_was_kept_and_what_to_do(
    studio: Visit, workspace: Workspace, project_id: str
) -> None:
    error = RunOutcome(status=RunStatus.FAILED, error="Memory ran out.", error_details="Traceback: MemoryError")
    ended(workspace, project_id, outcome=error)
    app = studio("run", project=project_id)
    assert "Memory ran out" in plain(app)
    assert "Your data and settings are kept" in plain(app)
    assert "Traceback: MemoryError" in app.code[0].value
    assert app.button(key="start").label == "Start"


def test_past_runs_say_what_changed_between_them(studio: Visit, workspace: Workspace, project_id: str) -> None:
    ended(workspace, project_id)
    ended(workspace, project_id, seed=2)
    said = plain(studio("run", project=project_id))
    assert "Changed against the run before: seed 1 → 2" in said


def test_settings_changed_since_the_run_are_named_beside_the_button(
    studio: Visit, workspace: Workspace, project_id: str
) -> None:
    ended(workspace, project_id)
    workspace.save_project_file(project_id, project_file(seed=9))
    app = studio("run", project=project_id)
    assert app.button(key="start").label == "Run with the new settings"
    assert "Changed since this run: seed 1 → 9" in plain(app)


def test_data_that_no_longer_fit_the_settings_are_refused_with_the_reason(
    studio: Visit, workspace: Workspace, project_id: str
) -> None:
    broken = project_file().replace("print_spend", "radio_spend")
    workspace.save_project_file(project_id, broken)
    app = studio("run", project=project_id)
    assert "radio" in plain(app)
    assert "start" not in [button.key for button in app.button]
    assert workspace.list_runs(project_id) == []


def test_coming_back_finds_the_run_that_went_on(studio: Visit, workspace: Workspace, project_id: str) -> None:
    running(workspace, project_id, progress(done=10))
    assert "10 of 60 models tried" in plain(studio("run", project=project_id))
    workspace.save_progress(workspace.list_runs(project_id)[0].run_id, progress(done=50))
    assert "50 of 60 models tried" in plain(studio("run", project=project_id))


def test_an_older_run_with_a_failure_can_be_looked_at(studio: Visit, workspace: Workspace, project_id: str) -> None:
    failed = ended(workspace, project_id, outcome=RunOutcome(status=RunStatus.FAILED, error="The disk is full."))
    ended(workspace, project_id)
    app = studio("run", project=project_id)
    app.button(key=f"failed_{failed}").click().run()
    assert "The disk is full" in plain(app)


def test_a_run_that_is_gone_when_stop_is_pressed_is_told_in_a_sentence(
    studio: Visit, workspace: Workspace, project_id: str
) -> None:
    run_id = queued(workspace, project_id)
    app = studio("run", project=project_id)
    workspace.delete_run(run_id)
    app.button(key="stop").click().run()
    assert "The run could not be stopped" in plain(app)


def test_a_project_that_is_gone_when_start_is_pressed_is_told_in_a_sentence(
    studio: Visit, workspace: Workspace, project_id: str
) -> None:
    app = studio("run", project=project_id)
    workspace.delete_project(project_id)
    app.button(key="start").click().run()
    assert "This cannot be run yet" in plain(app)


def test_a_search_of_fewer_models_than_asked_for_counts_against_its_own_number(
    studio: Visit, workspace: Workspace, project_id: str
) -> None:
    running(workspace, project_id, progress(done=6, total=6))
    app = studio("run", project=project_id)
    assert app.metric[0].help == "of 6"
    assert "6 of 6 models tried" in plain(app)
