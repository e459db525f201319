"""How long a budget plan takes, from request to answer with binding limits and agreement, on one core and warm."""

import time

from mmm_core.engine.budget_allocator import BudgetAllocator
from mmm_core.entities.budget import BudgetGoal, BudgetRequest, PlanAim
from mmm_core.entities.model_set import ModelSet
from tests.bench.tables import Cell, Results
from tests.set_builders import random_model_set

REPEATS = 5
SIZES = ((1, 5), (1, 20), (20, 10), (100, 20), (100, 40), (1000, 10))
NUDGES = (0.97, 1.0, 1.03, 1.06, 0.94)
"""Budgets a slider asks for, one after the other, shares of today's."""


def measure_allocation(results: Results) -> None:
    """Plans over one model and many, every goal and aim, and planning again while a slider moves."""
    rows: list[list[Cell]] = []
    for n_models, n_channels in SIZES:
        models = random_model_set(n_models, n_channels, 1, point=None)
        seconds = {name: best_seconds(models, [request]) for name, request in requests_for(models).items()}
        rows.append([n_models, n_channels, *(1000 * value for value in seconds.values())])
        if (n_models, n_channels) == (1, 5):
            results.figures["plan.one_model.milliseconds"] = 1000 * max(seconds[aim.value] for aim in PlanAim)
        if (n_models, n_channels) == (100, 20):
            results.figures["plan.100_models_20_channels.seconds"] = max(seconds.values())
            results.figures["plan.slider.seconds"] = slider_seconds(models)
    columns = ("models", "channels", *requests_for(random_model_set(1, 2, 1)))
    results.add_table("A plan, milliseconds", columns, [*rows])
    results.note(
        f"Planning again when a slider moves, 100 models, 20 channels: {results.figures['plan.slider.seconds']:.3f} s."
    )


def requests_for(models: ModelSet) -> dict[str, BudgetRequest]:
    """One request per aim, and one per target that a little more or less money than today's reaches."""
    requests = {aim.value: BudgetRequest(aim=aim) for aim in PlanAim}
    plan = BudgetAllocator().allocate(models, BudgetRequest())
    target = 0.95 * plan.response / plan.total
    requests["target_return"] = BudgetRequest(goal=BudgetGoal.TARGET_RETURN, target=target)
    requests["target_response"] = BudgetRequest(goal=BudgetGoal.TARGET_RESPONSE, target=1.02 * plan.response)
    return requests


def best_seconds(models: ModelSet, requests: list[BudgetRequest]) -> float:
    """Seconds for all requests, the best of several passes."""
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        for request in requests:
            BudgetAllocator().allocate(models, request)
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def slider_seconds(models: ModelSet) -> float:
    """Seconds per plan while the budget moves a little at a time."""
    today = 13 * float(models.design.spend[models.design.rows].mean(axis=0).sum())
    return best_seconds(models, [BudgetRequest(total_budget=share * today) for share in NUDGES]) / len(NUDGES)
