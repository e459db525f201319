"""The best plan of a task: a global start from dynamic programming, current and random ones, the best of them polished."""

from typing import NamedTuple

import numpy as np

from mmm_core.engine.budget_aims import Aim
from mmm_core.engine.budget_polish import ascend, polish
from mmm_core.engine.budget_space import PlanSpace
from mmm_core.engine.budget_task import TOLERANCE, PlanTask
from mmm_core.entities.budget import BudgetGoal
from mmm_core.entities.design import FloatArray
from mmm_core.kernels.allocation import PlanCurves
from mmm_core.kernels.allocation_grid import StepLimits, best_splits, own_splits, steps_of

N_RANDOM = 64
"""Random starts that are screened."""
N_POLISHED = 3
"""Starts that are polished beside the best one; for a target that many per allowance."""
ALLOWANCES = (TOLERANCE, 0.01, 0.05)
"""By how much a start may miss a target, share of the worth."""
FINE, COARSE = 400, 40
"""Most and fewest steps the money is cut into."""
CURVE_POINTS = 4_000_000
"""Points of single curves that may be computed for one grid: a tenth of a second."""
OWN_STEPS = 120
"""Steps for the plans of single models."""
_MOST_RETURNS = 12
"""Rounds of Dinkelbach's method; each squares the error."""
_TINY = 1e-12


class Grid(NamedTuple):
    """Money above the lower limits in equal steps.

    Attributes:
        size: Spend per step.
        spend: Spend of every channel after so many steps, shape (n_channels, n_steps + 1).
        limits: In steps.
    """

    size: float
    spend: FloatArray
    limits: StepLimits


class TargetMissed(NamedTuple):
    """A target no plan reaches, and the plan that comes nearest: the highest return, or the highest response."""

    plan: FloatArray


def find_plan(task: PlanTask, curves: PlanCurves, initial: FloatArray, seed: int) -> FloatArray | TargetMissed:
    """Search all plans of a task.

    Args:
        task: What is sought.
        curves: Of the models that count, which size the grid.
        initial: Today's spend per period, shape (n_channels,).
        seed: Of the random starts.

    Returns:
        Spend per period, shape (n_channels,); or the nearest miss of a target.
    """
    if not (task.space.high > task.space.low).any():
        only = task.settle(task.space.low[None, :])
        return only[0] if task.judge(only).meets()[0] else TargetMissed(only[0])
    n_steps = grid_steps(curves)
    path = grid_path(task, task.most, n_steps)
    judged = task.judge(path)
    rescue = None if judged.meets().any() else nearest_miss(task, path, judged.worth)
    if isinstance(rescue, TargetMissed):
        return rescue
    others = _other_starts(task, curves, initial, seed)
    pool = np.concatenate([path, others] if rescue is None else [path, others, rescue[None, :]])
    best = polish(task, _choose_starts(task, pool))
    if task.budget is None and float(best.sum()) < 0.5 * task.most:
        finer = grid_path(task, 1.1 * float(best.sum()) + 0.01 * (task.most - float(best.sum())), n_steps)
        best = task.best(np.stack([best, polish(task, _choose_starts(task, finer))]))
    return best


def grid_steps(curves: PlanCurves) -> int:
    """As many steps as there is time for."""
    return int(np.clip(CURVE_POINTS // max(curves.coefficient.size * curves.period_weight.shape[1], 1), COARSE, FINE))


def make_grid(space: PlanSpace, most: float, n_steps: int) -> Grid:
    """Cut the money between the least and ``most`` that a plan can spend per period into steps."""
    free = most - float(space.low.sum())
    size = free / n_steps
    spend = np.minimum(space.low[:, None] + size * np.arange(n_steps + 1), space.high[:, None])
    sums = np.bincount(space.unit, weights=space.low, minlength=len(space.unit_low))
    unit_low = np.floor((space.unit_low - sums) / size + 1e-9).clip(0, n_steps)
    unit_high = np.ceil((space.unit_high - sums) / size - 1e-9).clip(0, n_steps)
    steps = np.ceil((space.high - space.low) / size - 1e-9).clip(0, n_steps)
    limits = StepLimits(steps.astype(np.int64), space.unit, unit_low.astype(np.int64), unit_high.astype(np.int64))
    return Grid(size, spend, limits)


def grid_path(task: PlanTask, most: float, n_steps: int) -> FloatArray:
    """The best plan on a grid for every total from the least to ``most``, each within the limits; one row per plan.

    Where the total is fixed there is one row.
    """
    space = task.space
    if most <= float(space.low.sum()) * (1 + 1e-12):
        return task.settle(space.low[None, :])
    grid = make_grid(space, most, n_steps)
    gain = np.ascontiguousarray(task.aim.gains(np.ascontiguousarray(grid.spend.T)).T)
    splits = best_splits(gain, grid.limits)
    wanted = range(n_steps + 1) if task.fixed_total is None else range(n_steps, n_steps + 1)
    reachable = [j for j in wanted if splits.value[j] > -np.inf]
    if not reachable:
        return task.settle(space.low[None, :])
    rows = np.arange(len(space.low))
    plans = np.array([grid.spend[rows, steps_of(splits, space.unit, j)] for j in reachable])
    return task.settle(plans)


def own_plans(curves: PlanCurves, space: PlanSpace, total: float) -> FloatArray:
    """The best split of a total in the eyes of every single model, on a grid, shape (n_models, n_channels)."""
    cost = curves.coefficient.size * curves.period_weight.shape[1]
    n_steps = int(np.clip(CURVE_POINTS // max(cost, 1), COARSE, OWN_STEPS))
    if total <= float(space.low.sum()) * (1 + 1e-12):
        return np.tile(space.low, (len(curves.coefficient), 1))
    grid = make_grid(space, total, n_steps)
    return own_splits(curves, np.ascontiguousarray(grid.spend), grid.limits)


def nearest_miss(task: PlanTask, path: FloatArray, worth: FloatArray) -> FloatArray | TargetMissed:
    """A plan that meets the target, found by going for the target itself; or the one that comes nearest.

    The highest return is found by Dinkelbach's method: maximise worth less the return so far times spend, and repeat.

    Args:
        task: What is sought.
        path: Plans to start from, shape (n_points, n_channels).
        worth: Of these plans, shape (n_points,).
    """
    if task.goal is BudgetGoal.TARGET_RESPONSE:
        plan = polish(_free_task(task, task.aim), path[[int(worth.argmax())]])
    else:
        returns = worth / np.maximum(path.sum(axis=1), _TINY)
        plan, reached = path[int(returns.argmax())], float(returns.max())
        for _ in range(_MOST_RETURNS):
            better = ascend(_free_task(task, _NetAim(task.aim, reached)), plan)
            improved = float(task.aim.values(better[None, :])[0]) / max(float(better.sum()), _TINY)
            if not improved > reached * (1 + 1e-12):
                break
            plan, reached = better, improved
    return plan if task.judge(plan[None, :]).meets()[0] else TargetMissed(plan)


class _NetAim:
    """Worth less a price per unit of spend."""

    def __init__(self, aim: Aim, price: float) -> None:
        self._aim, self._price = aim, price

    @property
    def is_smooth(self) -> bool:
        return self._aim.is_smooth

    def values(self, plans: FloatArray) -> FloatArray:
        net: FloatArray = self._aim.values(plans) - self._price * plans.sum(axis=1)
        return net

    def value_and_slope(self, plan: FloatArray) -> tuple[float, FloatArray]:
        value, slope = self._aim.value_and_slope(plan)
        return value - self._price * float(plan.sum()), slope - self._price

    def gains(self, plans: FloatArray) -> FloatArray:
        net: FloatArray = self._aim.gains(plans) - self._price * plans
        return net

    def exchanges(self, plan: FloatArray, ups: FloatArray, downs: FloatArray) -> FloatArray:
        return self._aim.exchanges(plan, ups, downs)


def _free_task(task: PlanTask, aim: Aim) -> PlanTask:
    """Maximise a worth within the limits, whatever it costs."""
    return PlanTask(
        goal=BudgetGoal.MAX_RESPONSE,
        aim=aim,
        space=task.space,
        budget=task.space.most,
        may_spend_less=True,
        target=0.0,
    )


def _other_starts(task: PlanTask, curves: PlanCurves, initial: FloatArray, seed: int) -> FloatArray:
    """Today's spend, random plans, and for an aim that is no sum the plans single models would choose."""
    random, space = np.random.default_rng(seed), task.space
    shares = random.random((N_RANDOM, len(space.low))) ** random.choice([0.5, 1.0, 4.0], (N_RANDOM, 1))
    starts = [initial[None, :], space.low + shares * (np.minimum(space.high, task.most) - space.low)]
    if not task.aim.is_smooth:
        own = own_plans(curves, space, task.most)
        starts.append(own[np.isfinite(own).all(axis=1)])
    return task.settle(np.concatenate(starts))


def _choose_starts(task: PlanTask, pool: FloatArray) -> FloatArray:
    """The best plans that differ from each other; for a target also some that miss it by a little.

    The grid of money is coarse against a target: what misses it there may be the neighbour of the best plan that meets it.
    """
    judged = task.judge(pool)
    apart, chosen = 1e-2 * max(task.most, _TINY), [pool[judged.best()]]
    for allowance in (TOLERANCE,) if task.budget is not None else ALLOWANCES:
        scores = np.where(judged.meets(allowance), judged.score, -np.inf)
        wanted = len(chosen) + N_POLISHED
        for i in np.argsort(-scores, kind="stable"):
            if len(chosen) == wanted or scores[i] == -np.inf:
                break
            if all(np.abs(pool[i] - other).max() > apart for other in chosen):
                chosen.append(pool[i])
    return np.stack(chosen)
