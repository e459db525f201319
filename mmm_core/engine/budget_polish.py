"""From a good plan to the best one near it: SLSQP with analytic slopes, then exchanges where the worth has kinks."""

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
from scipy.optimize import brentq, minimize

from mmm_core.engine.budget_aims import QuantileAim
from mmm_core.engine.budget_space import BoolArray
from mmm_core.engine.budget_task import PlanTask
from mmm_core.entities.budget import BudgetGoal
from mmm_core.entities.design import FloatArray, IntArray

SMOOTHING_WIDTHS = (0.1, 0.03, 0.0)
"""Half widths of the quantiles that are averaged, one ascent each."""


class Constraint(NamedTuple):
    """What SLSQP keeps at 0 ("eq"), or at least at 0 ("ineq"), with its slope."""

    kind: Literal["eq", "ineq"]
    value: Callable[[FloatArray], float]
    slope: Callable[[FloatArray], FloatArray]


class Effort(NamedTuple):
    """When SLSQP stops: number of steps, and change of the score relative to it."""

    iterations: int
    tolerance: float


EXACT = Effort(200, 1e-13)
CLOSE = Effort(60, 1e-10)
"""Enough to say what more room would bring, in a few digits."""
ROUGH = Effort(25, 1e-8)
"""Where slopes jump SLSQP soon walks in place; exchanges do the rest."""
EXCHANGE_STEPS = np.geomspace(0.1, 1e-6, 18)
"""Sizes of exchanges, share of the plan's spend."""
_MOST_EXCHANGES = 12
"""Per size."""


def polish(task: PlanTask, starts: FloatArray) -> FloatArray:
    """The best plan that can be reached from any of the starts; meets the limits, and the target as nearly as possible.

    Args:
        task: What is sought.
        starts: Spend per period, shape (n_starts, n_channels).

    Returns:
        Spend per period, shape (n_channels,).
    """
    if task.aim.is_smooth:
        return task.best(np.stack([ascend(task, start) for start in starts]))
    first = task.with_aim(task.aim.smoothed(SMOOTHING_WIDTHS[0])) if isinstance(task.aim, QuantileAim) else task
    reached = [ascend(first, start, ROUGH) for start in starts]
    plan = task.best(np.concatenate([starts, reached]))
    if isinstance(task.aim, QuantileAim):
        for width in SMOOTHING_WIDTHS[1:]:
            closer = ascend(task.with_aim(task.aim.smoothed(width)), plan, ROUGH)
            plan = task.best(np.stack([plan, closer]))
    plan = exchange(task, plan)
    return plan if task.goal is BudgetGoal.MAX_RESPONSE else task.best(np.stack([plan, tighten(task, plan)]))


def ascend(task: PlanTask, start: FloatArray, effort: Effort = EXACT) -> FloatArray:
    """One run of SLSQP from ``start``, shape (n_channels,), its answer settled within the limits and tightened to the target."""
    space = task.space
    free = np.flatnonzero(space.high > space.low)
    if len(free) == 0:
        return start
    problem = _Scaled(task, start, free)
    answer = minimize(
        problem.loss,
        start[free] / problem.scale,
        jac=True,
        bounds=list(zip(space.low[free] / problem.scale, space.high[free] / problem.scale, strict=True)),
        constraints=[{"type": c.kind, "fun": c.value, "jac": c.slope} for c in problem.constraints()],
        method="SLSQP",
        options={"maxiter": effort.iterations, "ftol": effort.tolerance},
    )
    plan = problem.whole(np.asarray(answer.x, dtype=np.float64))
    if not np.isfinite(plan).all():
        return start
    settled = task.settle(plan[None, :])[0]
    return settled if task.goal is BudgetGoal.MAX_RESPONSE else tighten(task, settled)


def tighten(task: PlanTask, plan: FloatArray) -> FloatArray:
    """Use up the slack of a target, or mend a small violation, by going straight towards more or less spend.

    A violation that no spend on that way mends is left. Plans have the shape (n_channels,).
    """
    slack = float(task.judge(plan[None, :]).slack[0])
    to_more = (slack > 0) == (task.goal is BudgetGoal.TARGET_RETURN)
    end = np.where(to_more, task.space.high, task.space.low)
    end = task.space.settle(end[None, :], np.array([task.space.most if to_more else task.space.least]))[0]

    def slack_at(way: float) -> float:
        return float(task.judge((plan + way * (end - plan))[None, :]).slack[0])

    at_end = slack_at(1.0)
    if slack == 0.0 or np.allclose(plan, end, rtol=1e-14, atol=0.0):
        return plan
    if (at_end < 0) == (slack < 0):
        return end if slack > 0 else plan
    way = float(brentq(slack_at, 0.0, 1.0, xtol=1e-15, rtol=1e-14))
    for nudge in (0.0, 1e-15, 1e-14, 1e-13, 1e-12, 1e-11):
        reached = min(max(way + (nudge if slack < 0 else -nudge), 0.0), 1.0)
        if slack_at(reached) >= 0:
            mended: FloatArray = plan + reached * (end - plan)
            return mended
    return plan if slack > 0 else plan + way * (end - plan)


def exchange(task: PlanTask, plan: FloatArray) -> FloatArray:
    """Move money between two channels as long as that is worth more, in ever smaller steps; the total stays.

    For a sum of concave curves no such move being left means that the plan, shape (n_channels,), is the best one, kinks or not.
    """
    space, total = task.space, float(plan.sum())
    best = plan.copy()
    value = float(task.aim.values(best[None, :])[0])
    for size in EXCHANGE_STEPS * total:
        for _ in range(_MOST_EXCHANGES):
            ups, downs = np.minimum(best + size, space.high), np.maximum(best - size, space.low)
            step = np.minimum.outer(ups - best, best - downs)
            worth = task.aim.exchanges(best, best + np.minimum(size, ups - best), downs)
            worth = np.where((step >= 0.999 * size) & _fits(task, best, size), worth, -np.inf)
            into, out_of = np.unravel_index(int(worth.argmax()), worth.shape)
            if not worth[into, out_of] > value + 1e-14 * abs(value):
                break
            best[into] += size
            best[out_of] -= size
            value = float(worth[into, out_of])
    return np.clip(best, space.low, space.high)


def _fits(task: PlanTask, plan: FloatArray, size: float) -> BoolArray:
    """Whether the shared limits allow money to come into a row's channel and out of a column's, and they are two."""
    space = task.space
    sums = np.bincount(space.unit, weights=plan, minlength=len(space.unit_low))
    can_rise = (sums + size <= space.unit_high * (1 + 1e-12))[space.unit]
    can_fall = (sums - size >= space.unit_low * (1 - 1e-12))[space.unit]
    same = space.unit[:, None] == space.unit[None, :]
    fits: BoolArray = (same | (can_rise[:, None] & can_fall[None, :])) & ~np.eye(len(plan), dtype=bool)
    return fits


class _Scaled:
    """A task in numbers near 1 for SLSQP, which knows no units; only channels that can move are variables."""

    def __init__(self, task: PlanTask, start: FloatArray, free: IntArray) -> None:
        self.task, self.start, self.free = task, start, free
        self.scale = max(float(start.sum()), 1e-3 * task.most, 1e-12)
        value, slope = task.aim.value_and_slope(start)
        self.worth = max(abs(value), self.scale * float(np.abs(slope[free]).mean()), 1e-12)
        self._known: tuple[bytes, float, FloatArray] = (b"", 0.0, start)

    def whole(self, point: FloatArray) -> FloatArray:
        """Spend of all channels, shape (n_channels,), from that of the free ones, shape (n_free,)."""
        plan = self.start.copy()
        plan[self.free] = point * self.scale
        return plan

    def aim(self, point: FloatArray) -> tuple[float, FloatArray]:
        """Worth and its slope, shape (n_free,); the last point is remembered, as it is asked for twice."""
        key = point.tobytes()
        if key != self._known[0]:
            plan = np.clip(self.whole(point), self.task.space.low, self.task.space.high)
            value, slope = self.task.aim.value_and_slope(plan)
            self._known = (key, value / self.worth, slope[self.free] * (self.scale / self.worth))
        return self._known[1], self._known[2]

    def loss(self, point: FloatArray) -> tuple[float, FloatArray]:
        """What SLSQP minimises, with its slope, shape (n_free,)."""
        if self.task.goal is BudgetGoal.TARGET_RESPONSE:
            return float(point.sum()), np.ones_like(point)
        value, slope = self.aim(point)
        return -value, -slope

    def constraints(self) -> list[Constraint]:
        """Budget, target and shared limits."""
        task, found = self.task, list(self._shared_limits())
        ones = np.ones(len(self.free))
        fixed = (float(self.start.sum()) - float(self.start[self.free].sum())) / self.scale
        if task.budget is not None:
            room = task.most / self.scale - fixed
            found.append(_linear("ineq" if task.may_spend_less else "eq", -ones, room))
        elif task.goal is BudgetGoal.TARGET_RETURN:
            rate = task.target * self.scale / self.worth
            found.append(
                Constraint(
                    "ineq",
                    lambda point: self.aim(point)[0] - rate * (float(point.sum()) + fixed),
                    lambda point: self.aim(point)[1] - rate,
                )
            )
        else:
            wanted = task.target / self.worth
            found.append(
                Constraint("ineq", lambda point: self.aim(point)[0] - wanted, lambda point: self.aim(point)[1])
            )
        return found

    def _shared_limits(self) -> list[Constraint]:
        space = self.task.space
        found: list[Constraint] = []
        for u, (low, high) in enumerate(zip(space.unit_low, space.unit_high, strict=True)):
            members = (space.unit == u)[self.free].astype(np.float64)
            held = float(self.start[space.unit == u].sum() - self.start[self.free] @ members)
            if members.any() and low > 0:
                found.append(_linear("ineq", members, (held - low) / self.scale))
            if members.any() and np.isfinite(high):
                found.append(_linear("ineq", -members, (high - held) / self.scale))
        return found


def _linear(kind: Literal["eq", "ineq"], slopes: FloatArray, constant: float) -> Constraint:
    """The constraint ``slopes @ point + constant`` (= or >=) 0."""
    value: Callable[[FloatArray], float] = lambda point: float(slopes @ point) + constant  # noqa: E731
    return Constraint(kind, value, lambda _: slopes)
