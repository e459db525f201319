"""Split a budget over the paid channels, for one model or for a whole set of credible ones."""

import numpy as np

from mmm_core.engine.budget_aims import Aim, build_aim
from mmm_core.engine.budget_answer import SolvedPlan, describe_plan
from mmm_core.engine.budget_binding import binding_sentences
from mmm_core.engine.budget_calendar import calendar_weights, only_models, plan_curves
from mmm_core.engine.budget_limits import PlanFrame, frame_request
from mmm_core.engine.budget_search import TargetMissed, find_plan, own_plans
from mmm_core.engine.budget_targets import models_in_words, remarks_on_target, why_missed
from mmm_core.engine.budget_task import PlanTask
from mmm_core.entities.budget import BudgetGoal, BudgetPlan, BudgetRequest
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.model_set import ModelSet
from mmm_core.errors import InfeasibleBudgetError
from mmm_core.kernels.allocation import PlanCurves

_DOUBLINGS = 40


class BudgetAllocator:
    """Plans a budget.

    The response of a channel is ``coefficient * h(spend * units_per_spend + mean carry-over)`` per period, the carry-over
    always that of the whole window, also when the plan starts from a part of it. Curves are S-shaped, so that a plan can be
    the best of its surroundings and still not the best: dynamic programming over a grid of the money finds where the best
    one lies, SLSQP with analytic slopes from there and from other starts finds it to rounding.
    """

    def allocate(
        self,
        model_set: ModelSet,
        request: BudgetRequest,
        outcome_kind: OutcomeKind = OutcomeKind.REVENUE,
    ) -> BudgetPlan:
        """Find the best plan.

        The point estimates of the answer are those of the set's ``point``, or the weighted mean; what is optimised is the aim
        over the models with a weight. ``agreement`` is the weighted share of models whose own best split of the plan's total,
        within the same limits, moves the channel in the same direction from today's spend.

        Args:
            model_set: One model or many.
            request: What is asked.
            outcome_kind: For conversions a target return is the cost of one.

        Returns:
            The plan, its intervals over the set, the limits that bind, and notes.

        Raises:
            InfeasibleBudgetError: Limits contradict each other or the budget, or no plan reaches the target; one sentence
                per conflict.
            SettingsError: A channel, calendar or history window is unknown.

        Source:
            Robyn 3.12.1, R/allocator.R, ``robyn_allocator``, for the response and the goals.
        """
        frame = frame_request(model_set, request)
        weights = calendar_weights(model_set.design, request)
        curves = plan_curves(model_set, weights)
        counts = np.flatnonzero(model_set.weights > 0)
        counted = only_models(curves, counts)
        aim = build_aim(request, counted, model_set.weights[counts], frame.initial)
        task = _task(frame, aim, counted, outcome_kind)
        found = find_plan(task, counted, frame.initial, request.seed)
        if isinstance(found, TargetMissed):
            over = models_in_words(model_set, request)
            raise InfeasibleBudgetError(why_missed(task, frame, found.plan, outcome_kind, over))
        solved = SolvedPlan(
            frame=frame,
            curves=curves,
            weights=weights,
            spend=found,
            own=own_plans(counted, task.space, float(found.sum())),
            binding=binding_sentences(task, frame, found, outcome_kind),
            remarks=remarks_on_target(task, found, model_set, request, outcome_kind),
        )
        return describe_plan(model_set, solved)


def _task(frame: PlanFrame, aim: Aim, curves: PlanCurves, outcome_kind: OutcomeKind) -> PlanTask:
    request = frame.request
    target = 0.0
    if request.goal is BudgetGoal.TARGET_RETURN:
        assert request.target is not None, "BudgetRequest refuses this goal without a target"
        target = request.target if outcome_kind is OutcomeKind.REVENUE else 1.0 / request.target
    elif request.goal is BudgetGoal.TARGET_RESPONSE:
        assert request.target is not None, "BudgetRequest refuses this goal without a target"
        target = request.target / request.n_periods
    task = PlanTask(
        goal=request.goal,
        aim=aim,
        space=frame.space,
        budget=frame.budget,
        may_spend_less=request.may_spend_less,
        target=target,
    )
    return task.with_space(frame.space.capped(_largest_useful(task, frame, curves)))


def _largest_useful(task: PlanTask, frame: PlanFrame, curves: PlanCurves) -> float:
    """Spend per period beyond which no channel of a good plan goes, in place of upper limits that are infinite."""
    if frame.budget is not None:
        return frame.budget
    if np.isfinite(frame.space.most):
        return np.inf
    if task.goal is BudgetGoal.TARGET_RETURN:  # a plan that spends more than everything it can bring misses the target
        ceiling = float(np.maximum(curves.coefficient, 0.0).sum(axis=1).max())
        return ceiling / task.target
    cap = max(float(frame.initial.sum()), 1.0)
    for _ in range(_DOUBLINGS):
        cap *= 2.0
        space = frame.space.capped(cap)
        widest = space.settle(space.high[None, :], np.array([space.most]))
        if task.aim.values(widest)[0] >= task.target:
            break
    return cap
