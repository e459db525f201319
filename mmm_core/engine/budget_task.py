"""One optimisation: what is maximised, what must hold, over which plans. The three goals differ only here."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from mmm_core.engine.budget_aims import Aim
from mmm_core.engine.budget_space import BoolArray, PlanSpace
from mmm_core.entities.budget import BudgetGoal
from mmm_core.entities.design import FloatArray

TOLERANCE = 1e-9
"""Share of the worth; a target missed by less is met."""


class Judged(NamedTuple):
    """What plans are worth, each shape (n_points,).

    Attributes:
        worth: By the aim, outcome per period.
        score: What is maximised.
        slack: What must be at least 0, outcome per period.
    """

    worth: FloatArray
    score: FloatArray
    slack: FloatArray

    def meets(self, allowance: float = TOLERANCE) -> BoolArray:
        """Whether each plan meets the target, or misses it by no more than a share of its worth."""
        meets: BoolArray = self.slack >= -allowance * np.abs(self.worth)
        return meets

    def best(self) -> int:
        """Which plan has the highest score of those that meet the target; when none does, which misses it least."""
        meets = self.meets()
        return int(np.where(meets, self.score, -np.inf).argmax()) if meets.any() else int(self.slack.argmax())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlanTask:
    """Maximise the score of a plan within its space where the slack is at least 0.

    =============== ============== ===================================
    goal            score          slack (outcome per period)
    =============== ============== ===================================
    MAX_RESPONSE    worth          none; spend = budget, or at most it
    TARGET_RETURN   worth          worth - target * spend
    TARGET_RESPONSE - spend        worth - target
    =============== ============== ===================================

    A return is outcome per unit of spend; for a cost of one the target is its inverse. "At least" is the same as R's "equal":
    more spend brings more response, so the best plan has no slack unless every channel is at its upper limit.

    Attributes:
        goal: What is to be reached.
        aim: The worth of plans.
        space: The plans that are allowed; all upper limits finite.
        budget: Spend per period for MAX_RESPONSE.
        may_spend_less: Whether the budget is only a ceiling.
        target: Outcome per unit of spend, or outcome per period; 0 for MAX_RESPONSE.
    """

    goal: BudgetGoal
    aim: Aim
    space: PlanSpace
    budget: float | None
    may_spend_less: bool
    target: float

    @property
    def most(self) -> float:
        """The most a plan may spend per period."""
        return self.space.most if self.budget is None else min(self.budget, self.space.most)

    @property
    def fixed_total(self) -> float | None:
        """Spend per period when it is not free."""
        return None if self.budget is None or self.may_spend_less else self.budget

    def with_space(self, space: PlanSpace) -> "PlanTask":
        """The same task over other plans."""
        return replace(self, space=space)

    def with_aim(self, aim: Aim) -> "PlanTask":
        """The same task for another worth."""
        return replace(self, aim=aim)

    def judge(self, plans: FloatArray) -> "Judged":
        """Worth, score and slack of plans of shape (n_points, n_channels)."""
        worth = self.aim.values(plans)
        if self.goal is BudgetGoal.TARGET_RETURN:
            return Judged(worth, worth, worth - self.target * plans.sum(axis=1))
        if self.goal is BudgetGoal.TARGET_RESPONSE:
            return Judged(worth, -plans.sum(axis=1), worth - self.target)
        return Judged(worth, worth, np.zeros(len(plans)))

    def best(self, plans: FloatArray) -> FloatArray:
        """The best of plans of shape (n_points, n_channels) that meet the target; if none does, the one that misses least."""
        chosen: FloatArray = plans[self.judge(plans).best()]
        return chosen

    def settle(self, plans: FloatArray) -> FloatArray:
        """Bring plans, shape (..., n_channels), within the limits and to the budget; a target is not looked at."""
        if self.fixed_total is not None:
            return self.space.settle(plans, np.full(len(plans), self.fixed_total))
        inside = self.space.settle(plans, None)
        totals = inside.sum(axis=1)
        if (totals > self.most).any():
            return self.space.settle(inside, np.minimum(totals, self.most))
        return inside
