"""Data that can hardly be judged: every check says why it is not possible instead of failing."""

import pandas as pd
import pytest

from mmm_core.engine.detectability import detectable_roas
from mmm_core.engine.posterior_chains import ChainPlan
from mmm_core.engine.trust_card import build_trust_card
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.settings import Baseline
from mmm_core.entities.trust import CheckKey, CheckStatus, Detectability, TrustCard, Verdict
from mmm_core.store.codec import dump_json
from tests.posterior_data import market, market_table, sample_briefly

BRIEF = ChainPlan(chains=2, sweeps=60, burn_in=20, thin=2)


def card_of(data: MMMDataCollection, sweeps: int = 300) -> TrustCard:
    """A card that must be complete, sayable and storable."""
    card = build_trust_card(data, sample_briefly(data, sweeps=sweeps), plan=BRIEF)
    assert card.is_complete
    assert [verdict.channel for verdict in card.verdicts] == [paid.spend for paid in data.settings.paid_media]
    assert all(check.summary.endswith(".") for check in card.checks)
    assert b"nan%" not in dump_json(card)
    return card


def detectability_of(data: MMMDataCollection) -> Detectability:
    answer = detectable_roas(data)
    assert all(channel.roas > 0 for channel in answer.channels)
    return answer


def rarely_active() -> pd.DataFrame:
    table = market_table()
    table["c1"] = 0.0
    table.loc[[10, 50, 110], "c1"] = 100.0
    return table


def with_zeros() -> pd.DataFrame:
    table = market_table()
    table.loc[::4, "y"] = 0.0
    return table


def test_one_channel_is_neither_raised_nor_lowered_against_itself() -> None:
    card = card_of(market(market_table(n_channels=1)))
    assert card.verdicts[0].direction is None or card.verdicts[0].direction.value == "keep"


def test_sixty_channels() -> None:
    card = card_of(market(market_table(n=150, n_channels=60)), sweeps=120)
    assert len(card.check(CheckKey.RECOVERY).findings) == 60


def test_forty_periods_allow_no_forecast() -> None:
    card = card_of(market(market_table(n=40)))
    forecast = card.check(CheckKey.FORECAST)
    assert forecast.status is CheckStatus.NOT_POSSIBLE
    assert "needs a year of data before them; there are 40 weeks" in forecast.summary
    assert card.check(CheckKey.SEEDS).status is CheckStatus.DONE


def test_a_channel_with_three_active_weeks_is_not_acted_on() -> None:
    card = card_of(market(rarely_active()))
    verdict = card.verdict("c1")
    assert verdict is not None
    assert verdict.verdict is not Verdict.ACT


def test_weeks_that_hold_all_of_a_channel_cannot_be_left_out() -> None:
    table = market_table()
    table["c1"] = 0.0
    table.loc[[110, 113, 118], "c1"] = 100.0
    recent = card_of(market(table)).check(CheckKey.RECENT)
    assert recent.status is CheckStatus.DONE
    assert "Not possible without the last 13 weeks" in recent.summary


def test_identical_channels_are_not_acted_on() -> None:
    table = market_table(n_channels=1, noise=0.2)
    table["c1"] = table["c0"]
    assert len(card_of(market(table)).verdicts) == 2
    assert all(channel.roas > channel.usual_roas for channel in detectability_of(market(table)).channels)


def test_an_outcome_with_zeros() -> None:
    card_of(market(with_zeros()))


def test_media_at_two_percent_of_sales_are_too_weak_to_act_on() -> None:
    card = card_of(market(market_table(media=0.02)))
    assert all(verdict.verdict is not Verdict.ACT for verdict in card.verdicts)
    assert all("Media as a whole" in verdict.reasons[0] for verdict in card.verdicts)


def test_without_context_and_trend_two_checks_say_so() -> None:
    card = card_of(market(baseline=Baseline(trend=False)))
    assert "no context column" in card.check(CheckKey.CONTEXT).summary
    assert "no trend" in card.check(CheckKey.BASELINE).summary


@pytest.mark.parametrize(("freq", "n"), [("MS", 60), ("D", 500)])
def test_months_and_days(freq: str, n: int) -> None:
    card = card_of(market(market_table(n=n, freq=freq)))
    assert card.check(CheckKey.FORECAST).status is CheckStatus.DONE


@pytest.mark.parametrize(
    "table", [market_table(n_channels=1), market_table(n=40), rarely_active(), with_zeros(), market_table(media=0.02)]
)
def test_detectability_always_has_an_answer(table: pd.DataFrame) -> None:
    assert all(channel.sentence for channel in detectability_of(market(table)).channels)
