"""The allocator and the response curves of R Robyn 3.12.1 on the demo data (REFERENCE 11): never worse, often better."""

import re
from typing import Any

import numpy as np
import pytest

from mmm_core.engine.budget_calendar import plan_curves
from mmm_core.entities.budget import BudgetGoal, BudgetRequest, SpendLimit, ZeroRule
from mmm_core.entities.model_set import MediaCurves
from mmm_core.errors import InfeasibleBudgetError
from mmm_core.kernels.allocation import outcome_by_model
from tests.builders import golden_json
from tests.engine.budget_sets import golden_set, plan_for, spends

RUNS: dict[str, Any] = golden_json("allocator")["runs"]
MODEL: dict[str, Any] = golden_json("allocator")["model"]
CURVES: dict[str, Any] = MODEL["curves"]
SOLVED = ("max_all", "max_last10", "max_constr", "max_mma", "max_ineq", "max_all_zerocoef", "max_all_zerocoef_keep")
REFUSED = {"max_budget": "28,280.43 less", "max_mult5": "6,037.48 less", "max_skip": "43,145.87 less"}
PERIODS = {"max_last10": 10, "max_budget": 10}
"""R's runs over the last ten weeks; the others are over all 170."""


def request_of(name: str, zero_rule: ZeroRule) -> BudgetRequest:
    run = RUNS[name]
    return BudgetRequest(
        total_budget=run["total_budget"],
        n_periods=PERIODS.get(name, 170),
        limits={channel: SpendLimit(low=run["low"][channel], high=run["high"][channel]) for channel in run["low"]},
        may_spend_less=name == "max_ineq",
        zero_rule=zero_rule,
    )


def reference_rule(name: str) -> ZeroRule:
    return ZeroRule.FREE if name == "max_all_zerocoef_keep" else ZeroRule.REALLOCATE


@pytest.mark.parametrize("channel", CURVES)
def test_response_curves_equal_robyn(channel: str) -> None:
    curves, expected = golden_set("1_130_1").curves, CURVES[channel]
    c = golden_set("1_130_1").design.media_names.index(channel)
    pressure = np.array(expected["input_immediate"]) + np.array(expected["input_carryover"])
    share = pressure ** curves.alpha[0, c] / (
        pressure ** curves.alpha[0, c] + curves.inflexion[0, c] ** curves.alpha[0, c]
    )
    assert curves.coefficient[0, c] * share == pytest.approx(np.array(expected["response_total"]), rel=1e-9, abs=1e-9)
    assert curves.inflexion[0, c] == pytest.approx(expected["inflexion"], rel=1e-9)
    assert curves.carried[0, c] == pytest.approx(expected["mean_input_carryover"], rel=1e-9)


@pytest.mark.parametrize("name", RUNS)
def test_responses_at_robyns_plans_equal_robyns(name: str) -> None:
    run, models = RUNS[name], golden_set(RUNS[name]["model"])
    curves = plan_curves(models, np.ones((1, models.design.n_paid)))
    for spend, response in (("initial_spend", "initial_response"), ("spend", "response")):
        plan = np.array([[run[spend][channel] for channel in models.paid_names]])
        expected = np.array([run[response][channel] for channel in models.paid_names])
        used = ~np.isin(models.paid_names, run["without_effect"]) & (plan[0] > 0)
        assert outcome_by_model(curves, plan)[0][0, 0][used] == pytest.approx(expected[used], rel=1e-9)


@pytest.mark.parametrize("name", SOLVED)
def test_our_plan_brings_at_least_what_robyns_brings_for_the_same_budget(name: str) -> None:
    request = request_of(name, reference_rule(name))
    plan = plan_for(golden_set(RUNS[name]["model"]), request)
    assert plan.response / request.n_periods >= RUNS[name]["value"] * (1 - 1e-9)
    if name == "max_ineq":
        assert plan.total <= RUNS[name]["total_budget"] * (1 + 1e-6)
    else:
        assert plan.total == pytest.approx(RUNS[name]["total_budget"], rel=1e-6)


@pytest.mark.parametrize("name", SOLVED)
def test_every_spend_lies_within_robyns_limits(name: str) -> None:
    plan = plan_for(golden_set(RUNS[name]["model"]), request_of(name, reference_rule(name)))
    rule = reference_rule(name)
    for channel, spend in zip(plan.channels["channel"], spends(plan), strict=True):
        if channel == "search_spend" and rule is ZeroRule.REALLOCATE:
            assert spend == 0.0
        else:
            assert RUNS[name]["low"][channel] * (1 - 1e-9) <= spend <= RUNS[name]["high"][channel] * (1 + 1e-9)


def test_the_default_plan_brings_three_percent_more_than_robyns_local_optimum() -> None:
    plan = plan_for(golden_set("1_130_1"), BudgetRequest(n_periods=170, zero_rule=ZeroRule.REALLOCATE))
    assert plan.total == pytest.approx(RUNS["max_all"]["total_budget"], rel=1e-9)
    assert plan.response / 170 >= 1.029 * RUNS["max_all"]["value"]


@pytest.mark.parametrize(("name", "sentence"), REFUSED.items())
def test_a_budget_that_robyn_calls_solved_but_misses_is_refused(name: str, sentence: str) -> None:
    with pytest.raises(InfeasibleBudgetError, match=f"upper limits .* {re.escape(sentence)} than the budget"):
        plan_for(golden_set("1_130_1"), request_of(name, ZeroRule.REALLOCATE))


@pytest.mark.parametrize("name", ["max_budget", "max_mult5"])
def test_they_are_solved_when_a_channel_without_effect_keeps_its_money(name: str) -> None:
    plan = plan_for(golden_set("1_130_1"), request_of(name, ZeroRule.KEEP))
    kept = plan.channels.set_index("channel").loc["search_spend"]
    assert plan.total == pytest.approx(RUNS[name]["total_budget"], rel=1e-9)
    assert RUNS[name]["low"]["search_spend"] <= kept["spend"] <= RUNS[name]["high"]["search_spend"]


def test_a_skipped_channels_money_must_go_elsewhere_also_under_our_rule() -> None:
    with pytest.raises(InfeasibleBudgetError, match=r"TV gets nothing, so the others must take all of the budget"):
        plan_for(golden_set("1_130_1"), request_of("max_skip", ZeroRule.KEEP))


def target_request(name: str, target: float) -> BudgetRequest:
    run = RUNS[name]
    limits = {channel: SpendLimit(low=run["low"][channel], high=run["high"][channel]) for channel in run["low"]}
    return BudgetRequest(
        goal=BudgetGoal.TARGET_RETURN, target=target, limits=limits, zero_rule=ZeroRule.REALLOCATE, n_periods=10
    )


@pytest.mark.parametrize("name", ["target_all", "target_last10"])
@pytest.mark.parametrize("target", [0.8, 1.0, 1.1])
def test_target_returns_are_met_and_no_random_start_finds_better(name: str, target: float) -> None:
    models, request = golden_set("1_130_1"), target_request(name, target)
    plan = plan_for(models, request)
    assert plan.response / plan.total == pytest.approx(target, rel=1e-6)
    used = [channel for channel in models.paid_names if channel != "search_spend"]
    low = np.array([request.limits[channel].low for channel in used])
    high = np.array([request.limits[channel].high for channel in used])
    columns = [models.paid_names.index(channel) for channel in used]
    assert plan.response / 10 >= best_of_random_ascents(models.curves, columns, low, high, target) * (1 - 1e-6)


def best_of_random_ascents(
    curves: MediaCurves, columns: list[int], low: np.ndarray, high: np.ndarray, target: float
) -> float:
    """An optimiser of its own: random steps that shrink, from 200 random starts; the best response at the target return."""
    random = np.random.default_rng(0)
    alpha, inflexion, carried, ceiling = (
        getattr(curves, name)[0, columns] for name in ("alpha", "inflexion", "carried", "coefficient")
    )

    def response(plans: np.ndarray) -> np.ndarray:
        return (ceiling / (1.0 + (inflexion / (plans * curves.units_per_spend[columns] + carried)) ** alpha)).sum(
            axis=1
        )

    def merit(plans: np.ndarray) -> np.ndarray:
        slack = response(plans) - target * plans.sum(axis=1)
        return np.where(slack >= 0, response(plans), slack)  # reach the target first, then more response

    plans = low + (high - low) * random.random((200, len(low))) ** random.choice([1, 3, 8], (200, 1))
    for step in np.geomspace(0.3, 1e-5, 1500):
        which = random.random(plans.shape) < 0.5
        moved = np.clip(plans + step * (high - low) * random.normal(size=plans.shape) * which, low, high)
        plans = np.where((merit(moved) > merit(plans))[:, None], moved, plans)
    return float(merit(plans).max())


def test_a_target_that_all_upper_limits_exceed_is_held_by_spending_all_of_them() -> None:
    plan = plan_for(golden_set("1_130_1"), target_request("target_all", 0.488))
    assert plan.response / plan.total > 0.488
    assert set(plan.channels.set_index("channel")["limit_status"].drop("search_spend")) == {"high"}
    assert any("above the target" in note for note in plan.notes)


def test_a_return_nothing_reaches_is_refused_with_the_highest_there_is() -> None:
    with pytest.raises(InfeasibleBudgetError, match=r"highest return the limits allow is 1\.\d+ .* target of 2"):
        plan_for(golden_set("1_130_1"), target_request("target_val2", 2.0))
