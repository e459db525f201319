from mmm_core.engine.demo_project import demo_settings
from mmm_core.entities.backtest import BacktestQuestion, Subject
from mmm_core.entities.records import CheckKind, RunStatus
from mmm_core.entities.trust import CheckKey, CheckStatus
from mmm_core.runs.backtest_job import write_question
from mmm_core.runs.check_job import do_one_check
from mmm_core.runs.execute import execute_project
from mmm_core.runs.trust_job import fill_one_trust_card
from mmm_core.store.run_queue import RunOutcome
from mmm_core.store.workspace import Workspace
from tests.runs.demo import demo_project, demo_text, demo_upload

NAME = "tests"
QUESTION = BacktestQuestion(subject=Subject.AVERAGED, n_dates=1, horizon=4)


def finished(workspace: Workspace, *, with_average: bool = True) -> str:
    project = workspace.create_project("Demo")
    workspace.save_upload(project.project_id, demo_upload())
    run_id = workspace.enqueue_run(project.project_id, demo_text(), 120).run_id
    workspace.register_worker(NAME, 1)
    assert workspace.claim_run(NAME) is not None
    result, _ = execute_project(demo_project(), with_average=with_average)
    workspace.save_result(run_id, result, worker_id=NAME)
    workspace.finish_run(run_id, NAME, RunOutcome(status=RunStatus.FINISHED, n_done=120))
    return run_id


def test_a_result_without_an_averaged_estimate_is_passed_over(workspace: Workspace) -> None:
    run_id = finished(workspace, with_average=False)
    assert fill_one_trust_card(workspace, NAME)
    assert workspace.load_trust(run_id) is None
    assert not fill_one_trust_card(workspace, NAME)


def test_a_waiting_run_goes_first_and_the_card_is_left_with_what_it_has(workspace: Workspace) -> None:
    run_id = finished(workspace)
    workspace.enqueue_run(workspace.get_run(run_id).project_id, demo_text(), 120)
    assert fill_one_trust_card(workspace, NAME)
    card = workspace.load_trust(run_id)
    assert card is None or any(check.status is CheckStatus.WAITING for check in card.checks)
    assert fill_one_trust_card(workspace, "another")  # the card was let go of, so that it can be taken again at once


def test_a_check_that_was_asked_for_is_done_between_two_lines_of_the_card(workspace: Workspace) -> None:
    run_id, lines_then = finished(workspace), []
    check = workspace.ask_check(run_id, CheckKind.BACKTEST, write_question(QUESTION), QUESTION.n_dates)

    def do_check() -> None:
        if do_one_check(workspace, NAME):
            card = workspace.load_trust(run_id)
            assert card is not None
            lines_then.append(sum(line.status is not CheckStatus.WAITING for line in card.checks))

    assert fill_one_trust_card(workspace, NAME, between=do_check)
    assert workspace.get_check(check.check_id).status is RunStatus.FINISHED
    assert lines_then[0] < len(CheckKey)
    card = workspace.load_trust(run_id)
    assert card is not None
    assert card.is_complete


def test_the_card_of_a_finished_run_is_filled_in(workspace: Workspace) -> None:
    run_id = finished(workspace)
    assert fill_one_trust_card(workspace, NAME)
    card = workspace.load_trust(run_id)
    assert card is not None
    assert card.is_complete
    assert [verdict.channel for verdict in card.verdicts] == [paid.spend for paid in demo_settings().paid_media]
    assert not fill_one_trust_card(workspace, NAME)
