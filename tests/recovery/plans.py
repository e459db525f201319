"""The budget plan each method would give, and what it really brings."""

import numpy as np

from mmm_core.engine.model_sets import responses
from mmm_core.entities.budget import PlanAim
from mmm_core.entities.design import FloatArray
from mmm_core.entities.market import Market
from tests.recovery.budgets import best_plan, best_split, spend_levels, true_budget
from tests.recovery.estimates import Estimate
from tests.recovery.records import Plan

AVERSION = 0.5


def best_lifts(market: Market) -> tuple[float, float]:
    """Lift of the best plan there is, evenly and in own flighting."""
    lifts = []
    for own_flighting in (False, True):
        budget = true_budget(market, own_flighting=own_flighting)
        lifts.append(budget.response(best_plan(budget)) / budget.response(budget.mean_spend) - 1)
    return lifts[0], lifts[1]


def plan_of(market: Market, estimate: Estimate) -> Plan:
    """Split today's money by the method's own curves, each channel between half and twice today's, and look what it brings."""
    mean = true_budget(market, own_flighting=False).mean_spend
    levels = spend_levels(mean)
    changes = [_changes(estimate, c, spend, mean) for c, spend in enumerate(levels)]
    values = [_worth(estimate, change) for change in changes]
    spend = best_split(levels, values)
    today = float(estimate.models.weights @ _by_model(estimate, mean).sum(axis=1))
    gain = (_by_model(estimate, spend) - _by_model(estimate, mean)).sum(axis=1)
    weights = estimate.models.weights
    promised = float(weights @ gain) / today if today > 0 else 0.0
    evenly, flighted = (true_budget(market, own_flighting=own) for own in (False, True))
    return Plan(
        spend=tuple(spend.tolist()),
        promised=promised,
        printed=estimate.printed * promised,
        probability=float(weights @ (gain > 0)) if len(gain) > 1 else float("nan"),
        evenly=evenly.response(spend) / evenly.response(mean) - 1,
        flighted=flighted.response(spend) / flighted.response(mean) - 1,
    )


def _by_model(estimate: Estimate, spend: FloatArray) -> FloatArray:
    """What the paid channels bring per period in every model, shape (n_models, n_paid)."""
    models = estimate.models
    every = np.zeros(len(models.design.media_names))
    every[: len(spend)] = spend
    brought: FloatArray = responses(models.curves, every[None, :])[:, 0, : len(spend)]
    return brought


def _changes(estimate: Estimate, c: int, levels: FloatArray, mean: FloatArray) -> FloatArray:
    """How much more one channel brings at each level than today, shape (n_models, n_levels)."""
    every = np.zeros((len(levels) + 1, len(estimate.models.design.media_names)))
    every[:, c] = [*levels, mean[c]]
    brought = responses(estimate.models.curves, every)[:, :, c]
    change: FloatArray = brought[:, :-1] - brought[:, -1:]
    return change


def _worth(estimate: Estimate, change: FloatArray) -> FloatArray:
    """Mean over the models, less half a standard deviation for the careful."""
    weights = estimate.models.weights
    mean: FloatArray = weights @ change
    if estimate.aim is not PlanAim.RISK_AVERSE:
        return mean
    spread: FloatArray = np.sqrt(np.maximum(weights @ change**2 - mean**2, 0.0))
    return mean - AVERSION * spread
