"""Values and slopes of plans, and dynamic programming over a grid of money."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmm_core.kernels.allocation import (
    PlanCurves,
    cautious_outcome,
    hill_with_slope,
    mean_outcome,
    outcome_by_model,
    total_by_model,
)
from mmm_core.kernels.allocation_grid import StepLimits, best_splits, own_splits, steps_of

WEIGHTS = np.array([0.5, 0.2, 0.3])


def make_curves(seed: int = 0, n_models: int = 3, n_channels: int = 4, n_weights: int = 2) -> PlanCurves:
    random = np.random.default_rng(seed)
    shape = (n_models, n_channels)
    share = random.random((n_channels, n_weights))
    return PlanCurves(
        coefficient=random.uniform(10, 50, shape),
        alpha=random.uniform(0.5, 3.0, shape),
        log_inflexion=np.log(random.uniform(50, 150, shape)),
        carried=random.uniform(0, 20, shape),
        units_per_spend=random.uniform(0.5, 2.0, n_channels),
        period_weight=random.uniform(0.2, 2.0, (n_channels, n_weights)),
        period_share=share / share.sum(axis=1, keepdims=True),
    )


def numeric_slope(function, spend: np.ndarray, step: float = 1e-4) -> np.ndarray:
    return (function(spend + step) - function(spend - step)) / (2 * step)


def test_half_of_the_ceiling_is_reached_at_the_inflexion_with_the_slope_of_a_hill_curve() -> None:
    value, slope = hill_with_slope(100.0, 2.0, np.log(100.0))
    assert (value, slope) == pytest.approx((0.5, 2.0 / 100.0 * 0.25))


def test_no_pressure_brings_nothing_and_has_a_finite_slope() -> None:
    value, slope = hill_with_slope(0.0, 0.5, np.log(100.0))
    assert value == 0.0
    assert np.isfinite(slope)


def test_outcome_is_the_formula_summed_over_the_calendar() -> None:
    curves = make_curves()
    spend = np.array([[10.0, 50.0, 100.0, 400.0]])
    pace = curves.units_per_spend[:, None] * curves.period_weight
    pressure = spend[0][:, None] * pace + curves.carried[:, :, None]
    power = curves.alpha[:, :, None]
    share = pressure**power / (pressure**power + np.exp(curves.log_inflexion)[:, :, None] ** power)
    expected = curves.coefficient * (share * curves.period_share).sum(axis=2)
    assert outcome_by_model(curves, spend)[0][0] == pytest.approx(expected, rel=1e-12)
    assert total_by_model(curves, spend)[0] == pytest.approx(expected.sum(axis=1), rel=1e-12)


@settings(deadline=None)
@given(spend=st.floats(0.5, 1000.0), seed=st.integers(0, 50))
def test_slope_is_the_derivative_of_the_mean(spend: float, seed: int) -> None:
    curves, plan = make_curves(seed), np.full((1, 4), spend)
    _, slope = mean_outcome(curves, WEIGHTS, plan)
    expected = numeric_slope(lambda x: mean_outcome(curves, WEIGHTS, x)[0], plan)
    assert slope == pytest.approx(expected, rel=1e-5, abs=1e-9)


@settings(deadline=None)
@given(spend=st.floats(0.5, 1000.0), seed=st.integers(0, 50))
def test_slopes_by_model_average_to_the_slope_of_the_mean(spend: float, seed: int) -> None:
    curves, plan = make_curves(seed), np.full((2, 4), spend)
    value, slope = outcome_by_model(curves, plan)
    mean, mean_slope = mean_outcome(curves, WEIGHTS, plan)
    assert np.einsum("m,imc->ic", WEIGHTS, value) == pytest.approx(mean, rel=1e-12)
    assert np.einsum("m,imc->ic", WEIGHTS, slope) == pytest.approx(mean_slope, rel=1e-12)


def test_cautious_outcome_is_the_mean_less_half_the_deviation_of_the_change() -> None:
    curves, today, plan = make_curves(), np.full((1, 4), 80.0), np.array([[20.0, 80.0, 150.0, 300.0]])
    before, after = outcome_by_model(curves, today)[0][0], outcome_by_model(curves, plan)[0][0]
    change = after - before
    deviation = np.sqrt(WEIGHTS @ (change - WEIGHTS @ change) ** 2)
    value, slope = cautious_outcome(curves, WEIGHTS, before, 0.5, plan)
    assert value[0] == pytest.approx(WEIGHTS @ after - 0.5 * deviation, rel=1e-12)
    expected = numeric_slope(lambda x: cautious_outcome(curves, WEIGHTS, before, 0.5, x)[0], plan)
    assert slope[0][[0, 2, 3]] == pytest.approx(expected[0][[0, 2, 3]], rel=1e-5)  # channel 1 stands at its kink


def limits_of(most: list[int], unit: list[int], low: list[int], high: list[int]) -> StepLimits:
    return StepLimits(*(np.array(steps, dtype=np.int64) for steps in (most, unit, low, high)))


@settings(deadline=None)
@given(seed=st.integers(0, 200))
def test_dynamic_programming_finds_the_best_of_all_splits(seed: int) -> None:
    random = np.random.default_rng(seed)
    gain, n_steps = random.random((3, 7)), 6
    limits = limits_of([4, 6, 3], [0, 1, 0], [1, 0], [5, 6])
    splits = best_splits(gain, limits)
    for j in range(n_steps + 1):
        allowed = [
            split
            for split in itertools.product(range(5), range(7), range(4))
            if sum(split) == j and 1 <= split[0] + split[2] <= 5
        ]
        best = max((sum(gain[c, s] for c, s in enumerate(split)) for split in allowed), default=-np.inf)
        assert splits.value[j] == pytest.approx(best)


def test_choices_lead_to_the_best_value() -> None:
    gain = np.random.default_rng(3).random((4, 11))
    limits = limits_of([10, 10, 2, 10], [0, 1, 0, 2], [0, 2, 0], [10, 4, 10])
    splits = best_splits(gain, limits)
    steps = steps_of(splits, limits.unit, 10)
    assert steps.sum() == 10
    assert sum(gain[c, s] for c, s in enumerate(steps)) == pytest.approx(splits.value[10])
    assert steps[2] <= 2
    assert 2 <= steps[1] <= 4


def test_every_model_gets_its_own_best_split() -> None:
    curves = make_curves(n_models=2, n_channels=2)
    curves.coefficient[:] = [[50.0, 0.0], [0.0, 50.0]]
    grid = np.tile(np.linspace(0.0, 100.0, 11), (2, 1))
    plans = own_splits(curves, grid, limits_of([10, 10], [0, 1], [0, 0], [10, 10]))
    assert plans.tolist() == [[100.0, 0.0], [0.0, 100.0]]


def test_no_split_is_answered_by_nan_when_not_all_money_can_be_spent() -> None:
    grid = np.tile(np.linspace(0.0, 100.0, 11), (4, 1))
    plans = own_splits(make_curves(), grid, limits_of([2, 2, 2, 2], [0, 1, 2, 3], [0] * 4, [10] * 4))
    assert np.isnan(plans).all()
