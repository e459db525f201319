"""Split, fit, error and distance: hand-worked cases, edges, and the unit cases measured on R Robyn 3.12.1."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmm_core.entities.design import FloatArray
from mmm_core.errors import BoundsError
from mmm_core.kernels.objectives import adjust_rsq, decomp_rssd, nrmse, plain_rsq, refresh_distance, split_ends
from tests.builders import golden_json


def rsq_of(outcome: FloatArray, fitted: FloatArray) -> float:
    return plain_rsq(float(((outcome - fitted) ** 2).sum()), float(((outcome - outcome.mean()) ** 2).sum()))


def test_seven_tenths_of_170_periods_leave_25_and_26_to_judge_by() -> None:
    assert split_ends(170, 0.7) == (119, 144)


def test_without_a_split_all_periods_are_trained_on() -> None:
    assert split_ends(170, 1.0) == (170, 170)


def test_split_ends_equal_robyn() -> None:
    table = golden_json("split_index")
    ends = [split_ends(int(n), size) for n, size in zip(table["n"], table["train_size"], strict=True)]
    assert ends == list(zip(table["train_end"], table["val_end"], strict=True))


@settings(deadline=None)
@given(n=st.integers(1, 3000), train_size=st.floats(0.1, 1.0))
def test_parts_follow_each_other_and_never_reach_outside(n: int, train_size: float) -> None:
    train_end, validation_end = split_ends(n, train_size)
    assert 1 <= train_end <= validation_end <= n


@pytest.mark.parametrize("train_size", [0.0, 1.2, float("nan")])
def test_a_training_share_outside_its_limits_is_refused(train_size: float) -> None:
    with pytest.raises(BoundsError, match="train_size must be above 0 and at most 1, got"):
        split_ends(100, train_size)


def test_rsq_equals_robyn_plain_adjusted_and_on_later_periods() -> None:
    golden = golden_json("rsq")
    outcome, fitted = np.array(golden["y"]), np.array(golden["p"])
    plain, later = rsq_of(outcome, fitted), rsq_of(outcome[40:], fitted[40:])
    assert plain == pytest.approx(golden["plain"], rel=1e-9)
    assert adjust_rsq(plain, 60, 7, 1) == pytest.approx(golden["adj"], rel=1e-9)
    assert adjust_rsq(plain, 60, 7, 0) == pytest.approx(golden["adj0"], rel=1e-9)
    assert adjust_rsq(later, 40, 7, 1) == pytest.approx(golden["oos"], rel=1e-9)


def test_adjusted_rsq_is_not_defined_when_columns_use_up_all_periods() -> None:
    assert math.isnan(adjust_rsq(0.9, 10, 9, 1))


def test_rsq_is_not_defined_for_an_outcome_that_does_not_vary() -> None:
    assert math.isnan(plain_rsq(1.0, 0.0))


def test_nrmse_is_the_root_mean_square_error_over_the_range() -> None:
    # errors 3 and 4: sqrt(25 / 2) over a range of 10
    assert nrmse(25.0, 2, 10.0) == pytest.approx(math.sqrt(12.5) / 10)


@pytest.mark.parametrize(("n", "outcome_range"), [(0, 5.0), (3, 0.0), (3, float("nan"))])
def test_nrmse_is_not_defined_for_an_empty_or_flat_part(n: int, outcome_range: float) -> None:
    assert math.isnan(nrmse(1.0, n, outcome_range))


def test_rssd_is_the_distance_between_shares_of_effect_and_spend() -> None:
    # effect 0.75, 0.25 against spend 0.5, 0.5
    assert decomp_rssd(np.array([3.0, 1.0]), np.array([0.5, 0.5]), True) == pytest.approx(math.sqrt(0.125))


def test_a_channel_without_effect_enlarges_rssd_by_its_share_of_channels() -> None:
    contributions, spend = np.array([1.0, 0.0]), np.array([0.5, 0.5])
    plain = decomp_rssd(contributions, spend, False)
    assert decomp_rssd(contributions, spend, True) == pytest.approx(1.5 * plain)


def test_an_effect_share_that_rounds_to_zero_counts_as_none() -> None:
    contributions, spend = np.array([1.0, 4e-5]), np.array([1.0, 0.0])
    assert decomp_rssd(contributions, spend, True) == pytest.approx(1.5 * decomp_rssd(contributions, spend, False))


@pytest.mark.parametrize("contributions", [[0.0, 0.0], [1.0, -1.0], [float("nan"), 1.0]])
def test_rssd_is_infinite_when_shares_are_not_defined(contributions: list[float]) -> None:
    assert decomp_rssd(np.array(contributions), np.array([0.5, 0.5]), True) == np.inf


@settings(deadline=None)
@given(st.lists(st.floats(0.01, 1e6), min_size=1, max_size=8), st.floats(1e-3, 1e3))
def test_rssd_does_not_depend_on_the_unit_of_the_outcome(contributions: list[float], factor: float) -> None:
    effect, spend = np.array(contributions), np.full(len(contributions), 1 / len(contributions))
    same = decomp_rssd(factor * effect, spend, False)
    assert same == pytest.approx(decomp_rssd(effect, spend, False), rel=1e-9, abs=1e-12)


def test_distance_of_a_refresh_by_hand() -> None:
    before = np.array([0.5, 0.1, 0.2, 0.2])
    after = np.array([60.0, 10.0, 20.0, 10.0])  # intercept and price, then two paid channels
    paid = math.sqrt((0.0**2 + 0.1**2) / 2)
    others = math.sqrt((0.1**2 + 0.0**2) / 2)
    assert refresh_distance(after, before, 2, 2, 1.5) == pytest.approx(paid + 1.5 * others)


def test_terms_after_the_paid_channels_count_with_the_others() -> None:
    before, after = np.array([0.5, 0.3, 0.2]), np.array([5.0, 3.0, 2.0])
    assert refresh_distance(after, before, 1, 1, 1.0) == pytest.approx(0.0)
    after[2] = 7.0
    shares = after / after.sum()
    others = math.sqrt(((shares[0] - 0.5) ** 2 + (shares[2] - 0.2) ** 2) / 2)
    assert refresh_distance(after, before, 1, 1, 1.0) == pytest.approx(abs(shares[1] - 0.3) + others)


def test_distance_of_a_refresh_is_infinite_when_nothing_is_explained() -> None:
    assert refresh_distance(np.zeros(3), np.array([0.5, 0.3, 0.2]), 1, 1, 1.0) == np.inf
