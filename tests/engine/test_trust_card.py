"""The trust card as a whole: lines fill in, verdicts firm up, the same answer whatever the machine."""

import functools
import json
import math

import numpy as np
import pytest

from mmm_core.engine.posterior_chains import ChainPlan
from mmm_core.engine.trust_card import build_trust_card
from mmm_core.entities.columns import ContextColumn, OrganicMedia, Outcome, PaidMedia
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.posterior import Posterior
from mmm_core.entities.trust import CheckKey, CheckStatus, Grade, TrustCard, Verdict
from mmm_core.errors import BoundsError
from mmm_core.store.codec import decode, dump_json, load_json
from tests.posterior_data import market, market_table, sample_briefly

BRIEF = ChainPlan(chains=2, sweeps=400, burn_in=130, thin=2)


@functools.cache
def asked() -> tuple[MMMDataCollection, Posterior]:
    """Two bursty channels that work, one that does nothing, smooth search, organic mailings and an index that matters."""
    table = market_table(n=160, n_channels=2, noise=0.03)
    random = np.random.default_rng(7)
    table["c2"] = market_table(n=160, n_channels=1, seed=99)["c0"]
    table["c_search"] = 50.0 * np.exp(0.3 * random.standard_normal(160))
    table["mailings"] = 100.0 * (random.random(160) < 0.3)
    table["index"] = random.standard_normal(160)
    table["y"] += 100.0 * table["index"]
    organic, context = (OrganicMedia(column="mailings"),), (ContextColumn(column="index"),)
    data = market(table, organic=organic, context=context)
    return data, sample_briefly(data, sweeps=600, burn_in=200)


@functools.cache
def card() -> TrustCard:
    return build_trust_card(*asked(), cores=2, plan=BRIEF)


def test_every_check_is_done_and_speaks_of_every_paid_channel() -> None:
    assert card().is_complete
    assert {check.key for check in card().checks} == set(CheckKey)
    for check in card().checks:
        assert check.status is CheckStatus.DONE, check.summary
        if check.key is not CheckKey.FORECAST:
            assert [finding.channel for finding in check.findings] == ["c0", "c1", "c2", "c_search"]


def test_verdicts_tell_working_channels_from_the_others() -> None:
    verdicts = {verdict.channel: verdict.verdict for verdict in card().verdicts}
    assert (verdicts["c0"], verdicts["c1"]) == (Verdict.ACT, Verdict.ACT)
    assert Verdict.ACT not in {verdicts["c2"], verdicts["c_search"]}
    assert "may follow demand" in card().verdict("c_search").reasons[0]  # type: ignore[union-attr]


def test_the_card_admits_that_agreeing_models_can_be_wrong_together() -> None:
    assert "wrong together" in card().notes[0]


def test_lines_fill_in_one_after_the_other() -> None:
    seen: list[TrustCard] = []
    final = build_trust_card(*asked(), cores=1, plan=BRIEF, progress=seen.append)
    waiting = [sum(check.status is CheckStatus.WAITING for check in one.checks) for one in seen]
    assert waiting == list(range(len(CheckKey) - 1, -1, -1))
    shares = [one.share_done for one in seen]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)
    assert all(verdict.is_preliminary for verdict in seen[0].verdicts)
    assert not any(verdict.is_preliminary for verdict in final.verdicts)


def test_cores_do_not_change_what_is_found() -> None:
    alone = build_trust_card(*asked(), cores=1, plan=BRIEF)
    assert alone.verdicts == card().verdicts
    for mine, other in zip(alone.checks, card().checks, strict=True):
        assert (mine.summary, mine.findings, mine.numbers) == (other.summary, other.findings, other.numbers)


def test_a_stopped_card_keeps_what_it_has() -> None:
    seen: list[TrustCard] = []
    stopped = build_trust_card(*asked(), plan=BRIEF, progress=seen.append, should_stop=lambda: len(seen) >= 2)
    assert stopped == seen[1]
    assert not stopped.is_complete


def test_stopping_does_not_wait_for_the_check_to_end() -> None:
    calls = iter(range(10_000))
    endless = ChainPlan(chains=2, sweeps=2_000_000, burn_in=10, thin=1000)
    stopped = build_trust_card(*asked(), plan=endless, should_stop=lambda: next(calls) > 20)
    assert stopped.check(CheckKey.PRIOR).status is CheckStatus.DONE
    assert not stopped.is_complete


def test_it_can_be_written_and_read_again() -> None:
    text = dump_json(card())
    again = decode(TrustCard, load_json(text, "The card"))
    assert again.verdicts == card().verdicts
    assert dump_json(again) == text
    assert "nan" not in json.loads(text)["notes"]


def test_what_a_context_column_carries_shows_when_it_is_dropped() -> None:
    finding = card().check(CheckKey.CONTEXT).finding("c0")
    assert finding is not None
    assert "without index" in finding.sentence


def test_the_placebo_knows_which_channel_does_nothing() -> None:
    placebo = card().check(CheckKey.PLACEBO)
    grades = {finding.channel: finding.grade for finding in placebo.findings}
    assert grades["c0"] is Grade.GOOD
    assert grades["c2"] is not Grade.GOOD


def test_recovery_finds_strong_channels_again() -> None:
    recovery = card().check(CheckKey.RECOVERY)
    finding = recovery.finding("c0")
    assert finding is not None
    assert finding.numbers[0].value < 35.0
    assert recovery.numbers[1].value > 80.0


def test_a_break_even_of_the_user_decides_the_direction() -> None:
    data, _ = asked()
    for break_even, word in ((0.01, "raise its spend"), (100.0, "lower its spend")):
        outcome = Outcome(column="y", break_even_roas=break_even)
        paid = tuple(PaidMedia(spend=name) for name in ("c0", "c1"))
        changed = market(data.table, outcome=outcome, paid_media=paid, context=(ContextColumn(column="index"),))
        seen: list[TrustCard] = []
        build_trust_card(
            changed, sample_briefly(changed), progress=seen.append, should_stop=lambda seen=seen: bool(seen)
        )
        assert word in seen[0].verdicts[0].reasons[0]
        assert "break-even" in seen[0].verdicts[0].reasons[0]


def test_an_experiment_says_what_it_costs_and_what_would_show() -> None:
    experiments = [verdict.experiment for verdict in card().verdicts if verdict.experiment is not None]
    assert experiments
    for experiment in experiments:
        assert abs(experiment.expected) >= experiment.detectable > 0
        assert math.copysign(1.0, experiment.spend_change) == math.copysign(1.0, experiment.change)
        assert f"{experiment.weeks} weeks" in experiment.settles


def test_numbers_outside_their_limits_are_refused() -> None:
    with pytest.raises(BoundsError, match="got -1 and None"):
        build_trust_card(*asked(), seed=-1)
    with pytest.raises(BoundsError, match="got 123 and 0"):
        build_trust_card(*asked(), cores=0)
