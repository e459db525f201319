"""Model sets for tests of the allocator: curves of one's choice, or those of R's models on the demo data."""

import functools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mmm_core.engine.budget_allocator import BudgetAllocator
from mmm_core.engine.candidate import refit_model
from mmm_core.engine.model_sets import set_of_model
from mmm_core.entities.budget import BudgetPlan, BudgetRequest, SpendLimit
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.design import FloatArray
from mmm_core.entities.model_set import MediaCurves, ModelSet, SetKind
from tests.builders import golden_arrays, golden_design
from tests.set_builders import random_model_set


def plan_for(model_set: ModelSet, request: BudgetRequest, kind: OutcomeKind = OutcomeKind.REVENUE) -> BudgetPlan:
    return BudgetAllocator().allocate(model_set, request, kind)


def set_with_curves(
    coefficient: Sequence[Sequence[float]],
    *,
    alpha: float = 1.0,
    inflexion: float = 100.0,
    carried: float = 0.0,
    spend: float = 100.0,
    kind: SetKind = SetKind.SPREAD,
    point: int | None = None,
) -> ModelSet:
    """One row of coefficients per model; every channel spends ``spend`` in every period, at one unit per unit of spend."""
    slopes = np.array(coefficient, dtype=np.float64)
    n_models, n_channels = slopes.shape
    blank = random_model_set(n_models, n_channels, kind=kind, point=point)
    ones = np.ones_like(slopes)
    curves = MediaCurves(
        coefficient=slopes,
        alpha=alpha * ones,
        inflexion=inflexion * ones,
        carried=carried * ones,
        units_per_spend=np.ones(n_channels),
    )
    design = replace(blank.design, spend=np.full_like(blank.design.spend, spend))
    return replace(blank, curves=curves, design=design)


@functools.cache
def golden_set(solution_id: str) -> ModelSet:
    """A candidate of the golden search as R fitted it."""
    run, design = golden_arrays("run"), golden_design()
    values = run["values"][run["solution_ids"].tolist().index(solution_id)]
    named = dict(zip(run["names"].tolist(), values.tolist(), strict=True))
    named.pop("train_size")
    model = refit_model(design, named, solver="glmnet")
    return set_of_model(design, model, name=solution_id, label=solution_id)


def wide_limits(model_set: ModelSet, high: float) -> dict[str, SpendLimit]:
    """From 0 to ``high`` for every paid channel."""
    return {name: SpendLimit(low=0.0, high=high) for name in model_set.paid_names}


def spends(plan: BudgetPlan) -> FloatArray:
    """Planned spend per channel and period."""
    return plan.channels["spend"].to_numpy()


def mean_response(model_set: ModelSet, spend: FloatArray) -> FloatArray:
    """Weighted mean response per period of plans of shape (n_points, n_channels), straight from the formula."""
    curves = model_set.curves
    pressure = spend[:, None, :] * curves.units_per_spend + curves.carried
    share = pressure**curves.alpha / (pressure**curves.alpha + curves.inflexion**curves.alpha)
    return (curves.coefficient * share).sum(axis=2) @ model_set.weights


def totals_by_model(model_set: ModelSet, plans: np.ndarray) -> np.ndarray:
    """Response per period, shape (n_models, n_points)."""
    one_by_one = [np.eye(len(model_set.names))[m] for m in range(len(model_set.names))]
    return np.array([mean_response(replace(model_set, weights=weights), plans) for weights in one_by_one])


def deviations(models: ModelSet, plan: BudgetPlan, plans: np.ndarray) -> np.ndarray:
    """Sum over channels of the models' standard deviation of the change of response since today."""
    curves, today = models.curves, plan.channels["initial_spend"].to_numpy()
    pressure = np.vstack([today, plans])[:, None, :] * curves.units_per_spend + curves.carried
    share = pressure**curves.alpha / (pressure**curves.alpha + curves.inflexion**curves.alpha)
    change = (curves.coefficient * share)[1:] - (curves.coefficient * share)[0]
    mean = np.einsum("m,imc->ic", models.weights, change)
    return np.sqrt(np.einsum("m,imc->ic", models.weights, (change - mean[:, None, :]) ** 2)).sum(axis=1)
