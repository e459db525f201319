"""The budget plan each method would give, and what it really brings."""

from dataclasses import replace

import numpy as np

from mmm_core.engine.budget_allocator import BudgetAllocator
from mmm_core.entities.budget import BudgetRequest
from mmm_core.entities.market import Market
from mmm_core.entities.model_set import ModelSet
from tests.recovery.budgets import LIMITS, best_plan, true_budget
from tests.recovery.estimates import Estimate
from tests.recovery.records import Plan

MOST_MODELS = 100
"""A plan over the posterior takes every so many-th draw, so that no more than these are left."""


def best_lifts(market: Market) -> tuple[float, float]:
    """Lift of the best plan there is, evenly and in own flighting."""
    lifts = []
    for own_flighting in (False, True):
        budget = true_budget(market, own_flighting=own_flighting)
        lifts.append(budget.response(best_plan(budget)) / budget.response(budget.mean_spend) - 1)
    return lifts[0], lifts[1]


def plan_of(market: Market, estimate: Estimate) -> Plan:
    """Split today's money as the product would, each channel between half and twice today's, and look what it brings."""
    request = BudgetRequest(default_limits=LIMITS, aim=estimate.aim)
    plan = BudgetAllocator().allocate(thinned(estimate.models), request, market.settings.outcome.kind)
    spend = plan.channels["spend"].to_numpy(np.float64)
    promised = plan.uplift / plan.initial_response if plan.initial_response > 0 else 0.0
    evenly, flighted = (true_budget(market, own_flighting=own) for own in (False, True))
    return Plan(
        spend=tuple(spend.tolist()),
        promised=promised,
        printed=estimate.printed * promised,
        probability=plan.probability_better if plan.n_models > 1 else float("nan"),
        evenly=evenly.response(spend) / evenly.response(evenly.mean_spend) - 1,
        flighted=flighted.response(spend) / flighted.response(flighted.mean_spend) - 1,
    )


def thinned(models: ModelSet) -> ModelSet:
    """The same set with at most :data:`MOST_MODELS` models, evenly taken; only for sets without a point model of their own."""
    n_models = len(models.names)
    if models.point is not None or n_models <= MOST_MODELS:
        return models
    kept = np.linspace(0, n_models - 1, MOST_MODELS).round().astype(np.int64)
    weights, curves = models.weights[kept], models.curves
    return replace(
        models,
        names=tuple(models.names[i] for i in kept),
        weights=weights / weights.sum(),
        contributions=models.contributions[kept],
        curves=replace(
            curves,
            coefficient=curves.coefficient[kept],
            alpha=curves.alpha[kept],
            inflexion=curves.inflexion[kept],
            carried=curves.carried[kept],
        ),
    )
