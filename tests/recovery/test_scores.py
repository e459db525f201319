"""Scores, worked by hand."""

from dataclasses import replace

import numpy as np
import pytest

from tests.recovery import scores as of
from tests.recovery.records import Answer, Known, Plan
from tests.recovery.scores import Score, draw_resamples, measure, measure_difference, rank_correlation, score

KNOWN = Known(
    channels=("tv", "search", "print"),
    contribution=(100.0, 300.0, 0.0),
    spend=(50.0, 100.0, 40.0),
    variation=(0.5, 0.4, 1.2),
    outcome=2_000.0,
    best_evenly=0.25,
    best_flighted=0.10,
    tags={},
)  # ROAS 2, 3 and 0

ANSWER = Answer(
    method="recommended",
    contribution=(150.0, 240.0, 10.0),
    roas=(3.0, 2.4, 0.25),
    intervals={"0.9": ((1.0, 2.5), (3.5, 4.0), (0.0, 1.0)), "0.5": ((2.5, 2.6), (2.0, 3.0), (0.1, 1.0))},
    seconds=0.5,
    plan=Plan(spend=(1.0, 2.0, 3.0), promised=0.2, printed=0.14, probability=0.95, evenly=0.05, flighted=-0.02),
)


def test_errors_of_contributions_and_returns_are_shares_of_the_truth() -> None:
    one = score(KNOWN, ANSWER)
    assert one.wape == pytest.approx((50 + 60 + 10) / 400)
    np.testing.assert_allclose(one.errors, [0.5, 0.2])  # print does nothing, so it has no relative error
    assert one.total == pytest.approx(0.0)
    assert of.share_near([one]) == 0.5
    assert of.median_roas_error([one]) == pytest.approx(0.35)


def test_an_interval_counts_when_the_true_return_lies_in_it_also_for_a_null_channel() -> None:
    one = score(KNOWN, ANSWER)
    assert one.inside == {"0.9": (True, False, True), "0.5": (False, True, False)}
    assert of.coverage(0.9)([one]) == pytest.approx(2 / 3)
    assert np.isnan(of.coverage(0.8)([one]))


def test_only_working_channels_can_be_credited_with_nothing_by_contribution_or_by_return() -> None:
    assert score(KNOWN, ANSWER).n_zero == 0
    assert score(KNOWN, replace(ANSWER, contribution=(0.0, 240.0, 0.0))).n_zero == 1
    assert score(KNOWN, replace(ANSWER, roas=(3.0, 0.0, 0.0))).n_zero == 1
    assert of.zero_rate([score(KNOWN, replace(ANSWER, roas=(3.0, 0.0, 0.0)))]) == 0.5


def test_regret_is_the_share_of_the_best_response_that_a_plan_forgoes() -> None:
    one = score(KNOWN, ANSWER)
    assert one.regret["evenly"] == pytest.approx((1.25 - 1.05) / 1.25)
    assert one.regret["flighted"] == pytest.approx((1.10 - 0.98) / 1.10)
    assert of.share_worse("flighted")([one]) == 1.0
    assert of.share_worse("evenly")([one]) == 0.0


def test_a_case_without_a_plan_leaves_budget_figures_unknown() -> None:
    one = score(KNOWN, replace(ANSWER, plan=None))
    assert np.isnan(of.mean_lift("evenly")([one]))
    assert np.isnan(of.share_worse("evenly")([one]))
    assert np.isnan(of.share_advised([one]))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ([1.0, 2.0, 3.0, 4.0], [10.0, 20.0, 30.0, 40.0], 1.0),
        ([1.0, 2.0, 3.0, 4.0], [4.0, 3.0, 2.0, 1.0], -1.0),
        ([1.0, 2.0, 3.0, 4.0], [1.0, 3.0, 2.0, 4.0], 0.8),
        ([1.0, 1.0, 2.0], [1.0, 2.0, 3.0], np.sqrt(3) / 2),
        ([1.0, 1.0, 1.0], [1.0, 2.0, 3.0], 0.0),
    ],
)
def test_rank_correlation_is_spearmans(first: list[float], second: list[float], expected: float) -> None:
    assert rank_correlation(np.array(first), np.array(second)) == pytest.approx(expected)


def test_two_channels_have_no_rank_correlation() -> None:
    assert np.isnan(rank_correlation(np.array([1.0, 2.0]), np.array([2.0, 1.0])))


def with_wape(wape: float) -> Score:
    return score(KNOWN, ANSWER)._replace(wape=wape)


def test_the_standard_error_of_a_mean_is_that_of_the_textbook() -> None:
    random = np.random.default_rng(1)
    scores = [with_wape(value) for value in random.normal(0.5, 0.2, 100)]
    found = measure(of.mean_wape, scores, draw_resamples(100, 2_000))
    assert found.value == pytest.approx(np.mean([one.wape for one in scores]))
    assert found.error == pytest.approx(np.std([one.wape for one in scores]) / 10, rel=0.05)


def test_a_paired_difference_that_never_changes_has_no_error_however_the_markets_differ() -> None:
    random = np.random.default_rng(2)
    ours = [with_wape(value) for value in random.normal(0.5, 0.2, 40)]
    theirs = [one._replace(wape=one.wape + 0.15) for one in ours]
    found = measure_difference(of.mean_wape, ours, theirs, draw_resamples(40))
    assert found.value == pytest.approx(-0.15)
    assert found.error == pytest.approx(0.0, abs=1e-12)


def test_a_plan_that_moves_nothing_is_neither_worse_nor_advised_whatever_rounding_says() -> None:
    stays = Plan(
        spend=(1.0, 2.0, 3.0), promised=0.0, printed=0.0, probability=float("nan"), evenly=-2e-16, flighted=-2e-16
    )
    scores = [score(KNOWN, replace(ANSWER, plan=stays)), score(KNOWN, ANSWER)]
    assert of.share_worse("evenly")(scores) == 0.0
    assert of.share_advised(scores) == 0.5
