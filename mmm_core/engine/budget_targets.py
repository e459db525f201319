"""Targets in words: why no plan reaches one, or how a plan meets it."""

import numpy as np

from mmm_core.engine.budget_conflicts import amount, rate
from mmm_core.engine.budget_limits import PlanFrame
from mmm_core.engine.budget_task import PlanTask
from mmm_core.entities.budget import BudgetGoal, BudgetRequest, PlanAim
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.design import FloatArray
from mmm_core.entities.model_set import ModelSet

_SAME = 1e-6
"""Relative; a target exceeded by less is met exactly."""
_TINY = 1e-300


def why_missed(task: PlanTask, frame: PlanFrame, plan: FloatArray, outcome_kind: OutcomeKind, over: str) -> str:
    """Why no plan reaches the target.

    Args:
        task: What was sought.
        frame: The request in numbers.
        plan: The plan that comes nearest, spend per period, shape (n_channels,).
        outcome_kind: For conversions a return is told as the cost of one.
        over: Over which models the worth of a plan is taken, from :func:`models_in_words`.
    """
    request, words = frame.request, frame.words
    value, spend = float(task.aim.values(plan[None, :])[0]), float(plan.sum())
    where = f"at {amount(spend)} per {words.period}{over}"
    if request.goal is BudgetGoal.TARGET_RESPONSE:
        reached, wanted = value * request.n_periods, task.target * request.n_periods
        return (
            f"The most the limits allow is a response of {amount(reached)} over {request.n_periods} {words.period}s ({where}), "
            f"{amount(wanted - reached)} less than the target of {amount(wanted)}: raise upper limits, or ask for at most "
            f"{amount(reached)}."
        )
    if outcome_kind is OutcomeKind.CONVERSION:
        cost, wanted = spend / max(value, _TINY), 1.0 / task.target
        return (
            f"The lowest cost of one the limits allow is {rate(cost)} ({where}), {rate(cost - wanted)} more than the target "
            f"of {rate(wanted)}: lower the lower limits of channels that bring little, or ask for at least {rate(cost)}."
        )
    reached = value / max(spend, _TINY)
    return (
        f"The highest return the limits allow is {rate(reached)} ({where}), {rate(task.target - reached)} less than the "
        f"target of {rate(task.target)}: lower the lower limits of channels that bring little, or ask for at most "
        f"{rate(reached)}."
    )


def models_in_words(model_set: ModelSet, request: BudgetRequest) -> str:
    """Over which models the worth of a plan is taken: "" for one, else ", mean over 112 models"."""
    if model_set.n_models == 1:
        return ""
    if request.aim is PlanAim.LOW_QUANTILE:
        return f", {request.quantile:.0%} quantile over {model_set.n_models:,} models"
    cautious = ", less one standard deviation of each change" if request.aim is PlanAim.RISK_AVERSE else ""
    return f", mean over {model_set.n_models:,} models{cautious}"


def remarks_on_target(
    task: PlanTask, plan: FloatArray, model_set: ModelSet, request: BudgetRequest, outcome_kind: OutcomeKind
) -> list[str]:
    """That a target is exceeded by the plan, shape (n_channels,), and over which models it holds."""
    if request.goal is BudgetGoal.MAX_RESPONSE:
        return []
    remarks = []
    judged, spend = task.judge(plan[None, :]), float(plan.sum())
    value = float(judged.worth[0])
    is_exceeded = judged.slack[0] > _SAME * abs(value)
    if is_exceeded and request.goal is BudgetGoal.TARGET_RETURN:
        reached = value / max(spend, _TINY)
        told = f"the return is {rate(reached)}, above the target of {rate(task.target)}"
        if outcome_kind is OutcomeKind.CONVERSION:
            told = f"one costs {rate(1 / max(reached, _TINY))}, below the target of {rate(1 / task.target)}"
        remarks.append(f"Even with every upper limit used, {told}: raise upper limits to win more.")
    if is_exceeded and request.goal is BudgetGoal.TARGET_RESPONSE:
        remarks.append("The lower limits alone bring more than the target: lower them to save more.")
    over = models_in_words(model_set, request).removeprefix(", ")
    if over and not np.isclose(value, _point(task, plan, model_set)):
        remarks.append(f"The target holds for the {over}; the figures shown are those of the model in view.")
    return remarks


def _point(task: PlanTask, plan: FloatArray, model_set: ModelSet) -> float:
    """Worth of a plan by the figures that are shown."""
    if model_set.point is None and task.aim.is_smooth:
        return float(task.aim.values(plan[None, :])[0])
    return float("nan")
