"""The limits that bind a plan, and what a little more room in each would bring, found by planning again from the plan."""

import math
from dataclasses import replace

import numpy as np

from mmm_core.engine.budget_answer import limit_status
from mmm_core.engine.budget_conflicts import amount
from mmm_core.engine.budget_limits import PlanFrame
from mmm_core.engine.budget_polish import CLOSE, ROUGH, ascend
from mmm_core.engine.budget_task import PlanTask
from mmm_core.entities.budget import BudgetGoal, PlanAim
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.design import FloatArray
from mmm_core.entities.naming import readable_name

_NEAR = 1e-6
"""Relative; a sum this near to its limit is at it."""
_STEP = 0.1
"""Size of the room that is tried, share of the limit, rounded to a plain number."""


def binding_sentences(task: PlanTask, frame: PlanFrame, plan: FloatArray, outcome_kind: OutcomeKind) -> tuple[str, ...]:
    """A sentence for every limit that binds: budget, shared limits, then channels in design order.

    Args:
        task: What was sought; upper limits finite.
        frame: The request in numbers.
        plan: Its answer, spend per period, shape (n_channels,).
        outcome_kind: Whether the outcome is money or a count.
    """
    what = "revenue" if outcome_kind is OutcomeKind.REVENUE else "conversions"
    writer = _BindingWriter(task, frame, plan, what)
    return (*writer.on_budget(), *writer.on_groups(), *writer.on_channels())


class _BindingWriter:
    """Tries more room for one limit after the other."""

    def __init__(self, task: PlanTask, frame: PlanFrame, plan: FloatArray, what: str) -> None:
        self.task, self.frame, self.plan, self.what = task, frame, plan, what
        self.score = float(task.judge(plan[None, :]).score[0])
        self.period = frame.words.period
        self.effort = CLOSE if task.aim.is_smooth else ROUGH

    def on_budget(self) -> list[str]:
        """More budget per period."""
        task, budget = self.task, self.frame.budget
        if budget is None or abs(float(self.plan.sum()) - budget) > _NEAR * budget:
            return []
        step = round_step(_STEP * budget)
        room = min(step, task.space.most - budget)
        if room < step:
            return []
        more = PlanTask(
            goal=task.goal,
            aim=task.aim,
            space=task.space,
            budget=budget + step,
            may_spend_less=task.may_spend_less,
            target=task.target,
        )
        return [f"The budget binds: {_plain(step)} more per {self.period} would {self._gain(more)}."]

    def on_groups(self) -> list[str]:
        """Shared limits that are reached."""
        space, found = self.frame.space, []
        sums = np.bincount(space.unit, weights=self.plan, minlength=len(space.unit_low))
        for u, group in enumerate(self.frame.group_of_unit):
            if not group:
                continue
            low, high = float(space.unit_low[u]), float(space.unit_high[u])
            if sums[u] >= high * (1 - _NEAR):
                found.append(self._group_sentence(u, group, "upper", high))
            elif low > 0 and sums[u] <= low * (1 + _NEAR):
                found.append(self._group_sentence(u, group, "lower", low))
        return found

    def on_channels(self) -> list[str]:
        """Channels at the end of their own limits."""
        status, found = limit_status(self.frame, self.plan), []
        for c, word in enumerate(status):
            if word == "high":
                found.append(self._channel_sentence(c, "upper", float(self.frame.space.high[c])))
            elif word == "low" and self.frame.space.low[c] > 0:
                found.append(self._channel_sentence(c, "lower", float(self.frame.space.low[c])))
        return found

    def _channel_sentence(self, c: int, side: str, limit: float) -> str:
        space = self.task.space
        step, low, high = self._step(limit), space.low.copy(), space.high.copy()
        if side == "upper":
            high[c] += step
        else:
            step = min(step, limit)
            low[c] -= step
        gain = self._gain(self.task.with_space(space.with_box(low, high)))
        name, change = readable_name(self.frame.words.channels[c]), "more" if side == "upper" else "less"
        return f"{name} is at its {side} limit of {amount(limit)} per {self.period}; {_plain(step)} {change} there would {gain}."

    def _group_sentence(self, u: int, group: str, side: str, limit: float) -> str:
        space = self.task.space
        step, low, high = self._step(limit), space.unit_low.copy(), space.unit_high.copy()
        if side == "upper":
            high[u] += step
        else:
            step = min(step, limit)
            low[u] -= step
        gain = self._gain(self.task.with_space(replace(space, unit_low=low, unit_high=high)))
        change = "more" if side == "upper" else "less"
        return (
            f"The group {group!r} is at its shared {side} limit of {amount(limit)} per {self.period}; {_plain(step)} "
            f"{change} would {gain}."
        )

    def _step(self, limit: float) -> float:
        return round_step(_STEP * limit) if limit > 0 else round_step(0.01 * max(float(self.plan.sum()), 1.0))

    def _gain(self, wider: PlanTask) -> str:
        """What the best plan near this one gains with more room, in words."""
        start = wider.settle(self.plan[None, :])
        judged = wider.judge(np.stack([start[0], ascend(wider, start[0], self.effort)]))
        score = float(judged.score[judged.best()]) if judged.meets().any() else self.score
        gain = max(score - self.score, 0.0) * self.frame.request.n_periods
        horizon = f"over the {self.frame.request.n_periods} {self.period}s"
        if self.frame.request.n_periods == 1:
            horizon = f"in the {self.period}"
        if gain <= 1e-9 * abs(self.score):
            return "change nothing"
        if wider.goal is BudgetGoal.TARGET_RESPONSE:
            return f"save {_plain(gain)} {horizon}"
        return f"add {_plain(gain)} {self.what} {horizon}{self._view()}"

    def _view(self) -> str:
        """In whose eyes, where it is not the average of the models."""
        request = self.frame.request
        if request.aim is PlanAim.LOW_QUANTILE:
            return f", at the {request.quantile:.0%} quantile of the models"
        return ", after a deduction for risk" if request.aim is PlanAim.RISK_AVERSE else ""


def round_step(value: float) -> float:
    """The largest of 1, 2 or 5 times a power of ten that is at most ``value``."""
    power = 10.0 ** math.floor(math.log10(max(value, 1e-9)))
    return max(factor * power for factor in (1.0, 2.0, 5.0) if factor * power <= max(value, power))


def _plain(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:,.2f}"
