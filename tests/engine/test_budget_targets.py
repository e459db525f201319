"""Targets: the most response at a return, the least spend for a response."""

import numpy as np
import pytest

from mmm_core.entities.budget import (
    BudgetGoal,
    BudgetPlan,
    BudgetRequest,
    ChannelGroup,
    PlanAim,
    SpendLimit,
)
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.model_set import ModelSet
from mmm_core.kernels.intervals import weighted_quantile
from tests.engine.budget_sets import (
    deviations,
    plan_for,
    set_with_curves,
    spends,
    totals_by_model,
    wide_limits,
)
from tests.set_builders import random_model_set

GOALS = tuple(BudgetGoal)
AIMS = tuple(PlanAim)


@pytest.mark.parametrize("aim", AIMS)
def test_a_target_response_is_met_with_the_least_spend(aim: PlanAim) -> None:
    models = random_model_set(6, 4, 11, point=None)
    free = plan_for(models, BudgetRequest(aim=aim))
    reached = worth_of(models, free, aim)
    request = BudgetRequest(goal=BudgetGoal.TARGET_RESPONSE, target=13 * reached, aim=aim)
    plan = plan_for(models, request)
    assert worth_of(models, plan, aim) == pytest.approx(reached, rel=1e-6)
    assert plan.total <= free.total * (1 + 1e-6)


def worth_of(models: ModelSet, plan: BudgetPlan, aim: PlanAim) -> float:
    totals = totals_by_model(models, spends(plan)[None, :])
    if aim is PlanAim.LOW_QUANTILE:
        return float(weighted_quantile(totals, models.weights, 0.2)[0])
    risk = deviations(models, plan, spends(plan)[None, :])[0] if aim is PlanAim.RISK_AVERSE else 0.0
    return float(models.weights @ totals[:, 0] - risk)


@pytest.mark.parametrize("aim", AIMS)
def test_a_target_return_is_met_with_more_spend_than_a_budget_of_that_return(aim: PlanAim) -> None:
    models = random_model_set(6, 4, 11, point=None)
    free = plan_for(models, BudgetRequest(aim=aim))
    target = 13 * worth_of(models, free, aim) / free.total
    plan = plan_for(models, BudgetRequest(goal=BudgetGoal.TARGET_RETURN, target=target, aim=aim))
    assert 13 * worth_of(models, plan, aim) / plan.total == pytest.approx(target, rel=1e-6)
    assert plan.total >= free.total * (1 - 1e-6)


def test_a_target_cost_of_one_is_the_inverse_of_a_target_return() -> None:
    models = random_model_set(3, 4, 11)
    returns = plan_for(models, BudgetRequest(goal=BudgetGoal.TARGET_RETURN, target=0.035))
    costs = plan_for(models, BudgetRequest(goal=BudgetGoal.TARGET_RETURN, target=1 / 0.035), OutcomeKind.CONVERSION)
    assert spends(costs) == pytest.approx(spends(returns), rel=1e-6)


def test_upper_limits_may_be_infinite_for_every_goal() -> None:
    models = set_with_curves([[50.0, 80.0]])
    limits = wide_limits(models, np.inf)
    most = plan_for(models, BudgetRequest(limits=limits))
    assert most.total == pytest.approx(13 * 200.0)
    least = plan_for(models, BudgetRequest(goal=BudgetGoal.TARGET_RESPONSE, target=13 * 120.0, limits=limits))
    assert least.response == pytest.approx(13 * 120.0, rel=1e-6)
    held = plan_for(models, BudgetRequest(goal=BudgetGoal.TARGET_RETURN, target=0.2, limits=limits))
    assert held.response / held.total == pytest.approx(0.2, rel=1e-6)


@pytest.mark.parametrize("goal", GOALS)
def test_plans_over_forty_channels_are_made(goal: BudgetGoal) -> None:
    models = random_model_set(5, 40, 1, point=None)
    free = plan_for(models, BudgetRequest())
    target = {BudgetGoal.TARGET_RETURN: free.response / free.total, BudgetGoal.TARGET_RESPONSE: free.response}.get(goal)
    plan = plan_for(models, BudgetRequest(goal=goal, target=target))
    assert plan.response == pytest.approx(free.response, rel=1e-4)
    assert plan.total == pytest.approx(free.total, rel=1e-4)


def test_a_target_below_what_the_lower_limits_bring_is_met_by_them() -> None:
    models = set_with_curves([[50.0, 80.0]], carried=20.0)
    request = BudgetRequest(goal=BudgetGoal.TARGET_RESPONSE, target=0.1, limits=wide_limits(models, 300.0))
    plan = plan_for(models, request)
    assert plan.total == 0.0
    assert plan.channels["roas"].isna().all()
    assert "The lower limits alone bring more than the target: lower them to save more." in plan.notes


@pytest.mark.parametrize("goal", [BudgetGoal.TARGET_RETURN, BudgetGoal.TARGET_RESPONSE])
def test_targets_hold_under_shared_limits(goal: BudgetGoal) -> None:
    models = set_with_curves([[50.0, 200.0, 100.0]])
    group = ChannelGroup(name="Video", channels=("paid_0", "paid_1"), limit=SpendLimit(low=30.0, high=90.0))
    limits = wide_limits(models, 300.0)
    target = {BudgetGoal.TARGET_RETURN: 0.8, BudgetGoal.TARGET_RESPONSE: 13 * 150.0}[goal]
    plan = plan_for(models, BudgetRequest(goal=goal, target=target, groups=(group,), limits=limits))
    reached = plan.response / plan.total if goal is BudgetGoal.TARGET_RETURN else plan.response
    assert reached == pytest.approx(target, rel=1e-6)
    assert spends(plan)[:2].sum() <= 90.0 * (1 + 1e-9)
