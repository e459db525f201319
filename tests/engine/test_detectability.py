"""What ROAS the data could detect, before any run."""

import time

import numpy as np
import pytest

from mmm_core.engine.detectability import detectable_roas
from mmm_core.engine.media_information import media_columns, prior_parameters
from mmm_core.engine.posterior_problem import build_problem
from mmm_core.engine.trust_changes import with_outcome
from mmm_core.engine.trust_refits import Bench
from mmm_core.errors import BoundsError
from tests.posterior_data import market, market_table


def test_twice_the_noise_needs_about_twice_the_effect() -> None:
    quiet, loud = (detectable_roas(market(market_table(noise=noise))).channels[0].roas for noise in (0.05, 0.1))
    assert loud == pytest.approx(2.0 * quiet, rel=0.25)


def test_more_history_detects_less() -> None:
    short, long = (detectable_roas(market(market_table(n=n, noise=0.1))).channels[0].roas for n in (80, 320))
    assert long < 0.7 * short


def test_the_noise_is_found_without_a_run() -> None:
    assert detectable_roas(market(market_table(n=200, noise=0.08))).noise == pytest.approx(80.0, rel=0.3)


def test_identical_channels_need_far_more_than_one() -> None:
    table = market_table(n_channels=1)
    alone = detectable_roas(market(table)).channels[0].roas
    table["c1"] = table["c0"]
    assert detectable_roas(market(table)).channels[0].roas > 3.0 * alone


def test_share_goes_with_spend_and_the_sentence_says_both() -> None:
    table = market_table()
    channel = detectable_roas(market(table)).channels[1]
    assert channel.share == pytest.approx(channel.roas * table["c1"].sum() / table["y"].sum())
    assert f"{channel.share:.1%}" in channel.sentence


def test_an_effect_of_that_size_is_found_in_four_of_five_simulated_outcomes() -> None:
    data = market(market_table(n_channels=2, noise=0.1))
    problem, bench, random = build_problem(data), Bench(1, 0), np.random.default_rng(0)
    answer = detectable_roas(data)
    size = answer.channels[0].roas * answer.channels[0].spend / problem.size[0] * problem.unit
    points = prior_parameters(problem.prior, 0, 0, 64)
    found = []
    for i in range(20):
        effect = size * media_columns(problem, 0, points[random.integers(64)][None])[0]
        outcome = 1000.0 + effect + 2.0 * data.table["c1"].to_numpy() + answer.noise * random.standard_normal(120)
        refit = bench.refit(build_problem(with_outcome(data, outcome)), bench.seeds(i))
        found.append((refit.roas[:, 0] == 0.0).mean() <= 0.06)
    assert 0.6 <= np.mean(found) <= 1.0


def test_fifty_channels_of_two_thousand_days_take_seconds() -> None:
    began = time.process_time()
    answer = detectable_roas(market(market_table(n=2000, n_channels=50, freq="D")))
    assert time.process_time() - began < 5.0
    assert all(np.isfinite(channel.roas) for channel in answer.channels)


def test_time_must_be_given() -> None:
    with pytest.raises(BoundsError, match="above 0, got 0"):
        detectable_roas(market(), seconds=0.0)
