"""Made-up markets: their truth adds up, keeps to the law, repeats, and works as it says."""

from dataclasses import replace

import numpy as np
import pytest

from mmm_core.engine.features import build_design
from mmm_core.engine.simulate import simulate_market
from mmm_core.engine.simulate_laws import CORE, DEVELOPMENT_SEEDS, HELD_OUT_SEEDS, LAWS, STRESS, MarketLaw
from mmm_core.engine.simulate_outcome import OutcomeTruth, medium_truth, simulate_outcome
from mmm_core.engine.simulate_response import responses
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.design import FloatArray
from mmm_core.entities.market import Market
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.errors import BoundsError, SettingsError
from tests.builders import random_design

SOME_SEEDS = range(12)


def outcome_of(market: Market) -> FloatArray:
    return market.table[market.settings.outcome.column].to_numpy(np.float64)


def inputs_of(market: Market) -> FloatArray:
    return market.table[[paid.modelled_column for paid in market.settings.paid_media]].to_numpy(np.float64)


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_the_terms_of_the_truth_add_up_to_the_outcome(law: MarketLaw) -> None:
    for seed in SOME_SEEDS:
        market = simulate_market(law, seed)
        np.testing.assert_allclose(market.truth.weekly.sum(axis=1), outcome_of(market), rtol=1e-9)


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_the_contributions_are_those_of_the_weekly_terms_and_of_the_stated_curves(law: MarketLaw) -> None:
    for seed in SOME_SEEDS:
        market = simulate_market(law, seed)
        truth, keys = market.truth, list(market.settings.channels)
        np.testing.assert_allclose(truth.weekly[keys].sum(), truth.contribution)
        np.testing.assert_allclose(market.table[keys].sum(), truth.spend)
        again = responses(inputs_of(market), truth.channels, truth.synergies)
        np.testing.assert_allclose(again, truth.weekly[keys])


def test_a_market_repeats_to_the_last_bit_for_its_law_and_seed() -> None:
    first, second = simulate_market(STRESS, 7), simulate_market(STRESS, 7)
    assert first.table.equals(second.table)
    assert first.truth.weekly.equals(second.truth.weekly)
    assert not first.table.equals(simulate_market(STRESS, 8).table)


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_every_market_can_be_modelled(law: MarketLaw) -> None:
    for seed in SOME_SEEDS:
        market = simulate_market(law, seed)
        data = MMMDataCollection(table=market.table, settings=market.settings)
        assert data.n_periods == len(market.table)


def test_core_markets_keep_to_the_law() -> None:
    for seed in range(40):
        market = simulate_market(CORE, seed)
        truth = market.truth
        assert 103 <= len(market.table) <= 210
        assert 3 <= len(truth.channels) <= 10
        assert 0.70 <= truth.r_squared <= 0.95
        assert truth.media_share == pytest.approx(truth.contribution.sum() / outcome_of(market).sum())
        assert 0.075 <= truth.media_share <= 0.46  # the part that is noise sums to nearly, not exactly, nothing


def test_core_markets_have_each_kind_about_as_often_as_the_law_says() -> None:
    markets = [simulate_market(CORE, seed) for seed in range(150)]
    channels = [one for market in markets for one in market.truth.channels]
    assert np.mean([one.carry == "weibull" for one in channels]) == pytest.approx(0.30, abs=0.05)
    assert np.mean([one.curve == "logistic" for one in channels]) == pytest.approx(0.30, abs=0.05)
    assert np.mean([one.ceiling == 0 for one in channels]) == pytest.approx(0.13, abs=0.04)  # one always works
    assert np.mean([market.truth.tags["demand"] == "hidden" for market in markets]) == pytest.approx(0.5, abs=0.12)
    assert np.mean([market.truth.tags["noise"] == "white" for market in markets]) == pytest.approx(0.5, abs=0.12)


def test_a_null_channel_spends_and_brings_nothing() -> None:
    truths = [simulate_market(CORE, seed).truth for seed in SOME_SEEDS]
    nulls = [(truth, c) for truth in truths for c, one in enumerate(truth.channels) if one.ceiling == 0]
    assert nulls
    for truth, c in nulls:
        assert truth.spend[c] > 0
        assert truth.contribution[c] == truth.roas[c] == 0


def test_hidden_demand_moves_search_and_the_outcome_but_is_not_in_the_table() -> None:
    market = next(m for m in (simulate_market(CORE, seed) for seed in SOME_SEEDS) if m.truth.tags["demand"] == "hidden")
    assert not market.settings.context
    assert set(market.table.columns) == {"date", "revenue", *market.settings.channels}
    demand = market.truth.weekly["demand"]
    assert demand.std() > 0
    assert np.corrcoef(np.log(market.table["search_spend"]), demand)[0, 1] > 0.7


def test_seen_demand_is_a_column_of_the_table() -> None:
    market = next(m for m in (simulate_market(CORE, seed) for seed in SOME_SEEDS) if m.truth.tags["demand"] == "seen")
    assert [context.column for context in market.settings.context] == ["demand_index"]
    assert np.corrcoef(market.table["demand_index"], market.truth.weekly["demand"])[0, 1] > 0.999


def test_stress_markets_have_everything_core_markets_lack() -> None:
    markets = [simulate_market(STRESS, seed) for seed in range(60)]
    found = {f"{group}: {kind}" for market in markets for group, kind in market.truth.tags.items()}
    groups = (
        "ROAS falls with spend",
        "changing effects",
        "synergy",
        "exposures",
        "promotion",
        "competitor",
        "holidays",
    )
    wanted = {f"{group}: yes" for group in (*groups, "level shifts")}
    assert wanted | {"periods: days", "outcome: conversions", "channels: 11-15"} <= found
    assert {one.carry.value for market in markets for one in market.truth.channels} == {
        "geometric",
        "weibull",
        "delayed",
    }
    assert {one.curve.value for market in markets for one in market.truth.channels} == {"hill", "logistic", "linear"}


def test_counts_are_whole_numbers_of_at_least_0() -> None:
    market = simulate_market(replace(CORE, count_odds=1.0), 3)
    assert market.settings.outcome.kind is OutcomeKind.CONVERSION
    np.testing.assert_array_equal(outcome_of(market), np.round(outcome_of(market)))


def test_a_law_of_one_channel_gives_search_alone() -> None:
    market = simulate_market(replace(STRESS, n_channels=(1, 1)), 0)
    assert market.settings.channels == ("search_spend",)
    assert market.truth.contribution[0] > 0


def test_development_and_held_out_seeds_never_meet() -> None:
    assert not set(DEVELOPMENT_SEEDS) & set(HELD_OUT_SEEDS)


@pytest.mark.parametrize("seed", [-1, 1.5, True])
def test_a_seed_that_cannot_be_one_is_refused(seed: float) -> None:
    with pytest.raises(BoundsError, match="seed must be a whole number of at least 0"):
        simulate_market(CORE, seed)  # type: ignore[arg-type]


def test_a_truth_put_on_own_spend_brings_what_it_says_and_has_the_noise_it_says() -> None:
    design = random_design(n_periods=400, n_paid=2, n_organic=0)
    parameters = {"theta": 0.3, "alpha": 1.2, "gamma": 0.6}
    media = tuple(medium_truth(design, name, parameters, contribution=5_000.0) for name in design.media_names)
    baseline = np.linspace(900.0, 1_100.0, 400)
    quiet = simulate_outcome(design, OutcomeTruth(media=media, baseline=baseline, noise_sd=0.0), seed=1)
    assert (quiet - baseline).sum() == pytest.approx(10_000.0)
    noisy = simulate_outcome(design, OutcomeTruth(media=media, baseline=baseline, noise_sd=7.0), seed=1)
    assert (noisy - quiet).std() == pytest.approx(7.0)


def test_a_truth_about_other_media_is_refused() -> None:
    market = simulate_market(CORE, 0)
    design = build_design(MMMDataCollection(table=market.table, settings=market.settings))
    truth = OutcomeTruth(media=market.truth.channels[1:], baseline=np.zeros(len(market.table)), noise_sd=1.0)
    with pytest.raises(SettingsError, match="The truth must be about the media"):
        simulate_outcome(design, truth, seed=1)
