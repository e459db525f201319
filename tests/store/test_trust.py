import datetime as dt

import pytest
import sqlalchemy as sa

from mmm_core.entities.records import ProjectRecord, RunRecord, RunStatus
from mmm_core.entities.trust import (
    CHECK_TITLES,
    ChannelFinding,
    ChannelVerdict,
    CheckKey,
    CheckNumber,
    CheckStatus,
    Direction,
    Experiment,
    Grade,
    TrustCard,
    TrustCheck,
    Verdict,
)
from mmm_core.errors import StoreError
from mmm_core.store.run_queue import RunOutcome
from mmm_core.store.tables import trust_cards
from mmm_core.store.workspace import Workspace
from tests.store.builders import run_result

ANNA, BERT = "anna", "bert"


def card(*, is_complete: bool = False) -> TrustCard:
    finding = ChannelFinding(
        channel="tv_spend",
        sentence="It holds.",
        grade=Grade.GOOD,
        numbers=(CheckNumber(name="ROAS", value=float("nan")),),
    )
    done = TrustCheck(
        key=CheckKey.PRIOR, title="Did the data speak?", status=CheckStatus.DONE, summary="Yes.", findings=(finding,)
    )
    status = CheckStatus.NOT_POSSIBLE if is_complete else CheckStatus.WAITING
    summary = "Too short." if is_complete else ""
    others = [
        TrustCheck(key=key, title=CHECK_TITLES[key], status=status, summary=summary) for key in list(CheckKey)[1:]
    ]
    experiment = Experiment(
        channel="tv_spend",
        change=-50.0,
        weeks=4,
        in_half_of_regions=True,
        spend_change=-1e4,
        expected=-4e4,
        detectable=3e4,
        settles="Whether.",
    )
    verdicts = (
        ChannelVerdict(
            channel="tv_spend", verdict=Verdict.TEST, direction=None, reasons=("It is wide.",), experiment=experiment
        ),
        ChannelVerdict(channel="search", verdict=Verdict.ACT, direction=Direction.RAISE, reasons=("It holds.",)),
    )
    return TrustCard(
        checks=(done, *others),
        verdicts=verdicts,
        share_done=0.2,
        notes=("Agreeing models can be wrong together.",),
        seed=1,
        seconds=1.5,
        cpu_seconds=2.5,
    )


@pytest.fixture
def run(workspace: Workspace, project: ProjectRecord) -> RunRecord:
    return finished(workspace, project)


def finished(workspace: Workspace, project: ProjectRecord) -> RunRecord:
    made = workspace.enqueue_run(project.project_id, "date: date", 12)
    workspace.register_worker(ANNA, 1)
    assert workspace.claim_run(ANNA) is not None
    workspace.save_result(made.run_id, run_result(), worker_id=ANNA)
    workspace.finish_run(made.run_id, ANNA, RunOutcome(status=RunStatus.FINISHED))
    return workspace.get_run(made.run_id)


@pytest.mark.parametrize("is_complete", [False, True])
def test_a_card_comes_back_as_it_was(workspace: Workspace, run: RunRecord, is_complete: bool) -> None:
    kept = card(is_complete=is_complete)
    assert workspace.load_trust(run.run_id) is None
    assert workspace.save_trust(run.run_id, kept)
    assert repr(workspace.load_trust(run.run_id)) == repr(kept)  # NaN is not equal to itself
    assert workspace.trust_version(run.run_id) > 0


def test_the_newest_result_without_a_card_is_taken_first_and_only_once(
    workspace: Workspace, project: ProjectRecord, run: RunRecord
) -> None:
    newer = finished(workspace, project)
    assert [getattr(workspace.claim_trust(name), "run_id", None) for name in (ANNA, BERT, ANNA)] == [
        newer.run_id,
        run.run_id,
        None,
    ]


def test_a_run_without_a_result_gets_no_card(workspace: Workspace, project: ProjectRecord) -> None:
    workspace.enqueue_run(project.project_id, "date: date", 12)
    assert workspace.claim_trust(ANNA) is None


def test_a_complete_card_is_never_taken_again(workspace: Workspace, run: RunRecord) -> None:
    assert workspace.claim_trust(ANNA) is not None
    assert workspace.save_trust(run.run_id, card(is_complete=True), worker_id=ANNA)
    expire(workspace)
    assert workspace.claim_trust(BERT) is None


def test_a_card_is_over_when_it_is_complete_or_could_not_be_made(
    workspace: Workspace, project: ProjectRecord, run: RunRecord
) -> None:
    failed = finished(workspace, project)
    assert not workspace.is_trust_over(run.run_id)
    workspace.save_trust(run.run_id, card())
    assert not workspace.is_trust_over(run.run_id)
    workspace.save_trust(run.run_id, card(is_complete=True))
    workspace.save_trust(failed.run_id, None)
    assert workspace.is_trust_over(run.run_id)
    assert workspace.is_trust_over(failed.run_id)


def test_an_unfinished_card_is_taken_over_when_its_worker_is_gone_or_lets_go(
    workspace: Workspace, run: RunRecord
) -> None:
    assert workspace.claim_trust(ANNA) is not None
    assert workspace.claim_trust(BERT) is None
    workspace.release_trust(run.run_id, ANNA)
    assert workspace.claim_trust(BERT) is not None
    assert not workspace.save_trust(run.run_id, card(), worker_id=ANNA)
    workspace.remove_worker(BERT)
    assert workspace.claim_trust(ANNA) is not None


def test_a_heart_beat_keeps_the_card(workspace: Workspace, run: RunRecord) -> None:
    assert workspace.claim_trust(ANNA) is not None
    with workspace.database.reading() as connection:
        before = connection.scalar(sa.select(trust_cards.c.lease_until))
    workspace.heartbeat(ANNA)
    with workspace.database.reading() as connection:
        assert connection.scalar(sa.select(trust_cards.c.lease_until)) > before
    assert run.run_id


def test_the_card_goes_with_its_run(workspace: Workspace, run: RunRecord) -> None:
    assert workspace.claim_trust(ANNA) is not None
    workspace.delete_run(run.run_id)
    assert not workspace.save_trust(run.run_id, card(), worker_id=ANNA)
    assert not workspace.save_trust(run.run_id, card())
    assert workspace.trust_version(run.run_id) == 0


def test_a_damaged_card_is_said_to_be_damaged(workspace: Workspace, run: RunRecord) -> None:
    workspace.save_trust(run.run_id, card())
    (workspace.run_folder(run.run_id) / "trust.json").write_text("{")
    with pytest.raises(StoreError, match="trust card cannot be read"):
        workspace.load_trust(run.run_id)


def expire(workspace: Workspace) -> None:
    past = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
    with workspace.database.writing() as connection:
        connection.execute(trust_cards.update().values(lease_until=past))
