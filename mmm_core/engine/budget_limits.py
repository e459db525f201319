"""From a request to the plans it allows: today's spend, limits per channel and group, the budget; contradictions refused."""

from dataclasses import dataclass

import numpy as np

from mmm_core.engine.budget_calendar import PERIOD_WORDS, history_rows, require_known
from mmm_core.engine.budget_conflicts import LimitWords, conflicts_of_locks, conflicts_of_space
from mmm_core.engine.budget_space import BoolArray, PlanSpace
from mmm_core.entities.budget import BudgetGoal, BudgetRequest, ZeroRule
from mmm_core.entities.design import FloatArray
from mmm_core.entities.model_set import ModelSet
from mmm_core.errors import InfeasibleBudgetError, SettingsError


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlanFrame:
    """A request in numbers. Spends are per period; channels are the paid ones in design order.

    Attributes:
        request: What was asked.
        words: Names for sentences.
        initial: Today's spend, shape (n_channels,).
        space: The plans that are allowed.
        budget: To spend per period; None for the two target goals.
        is_locked: Channels the request locks, shape (n_channels,), bool.
        is_kept: Channels without effect that keep their money, same shape.
        is_without_effect: Channels whose coefficient is 0 in every model that counts, same shape.
        group_of_unit: Name of the group every unit of the space is; "" for a channel alone.
    """

    request: BudgetRequest
    words: LimitWords
    initial: FloatArray
    space: PlanSpace
    budget: float | None
    is_locked: BoolArray
    is_kept: BoolArray
    is_without_effect: BoolArray
    group_of_unit: tuple[str, ...]


def frame_request(model_set: ModelSet, request: BudgetRequest) -> PlanFrame:
    """Resolve a request against the data and models of a set.

    Args:
        model_set: The models and their data.
        request: What is asked.

    Raises:
        InfeasibleBudgetError: Limits, locks, groups and budget cannot all hold; one sentence per conflict.
        SettingsError: A name is unknown, a channel stands in two groups, or the history window is empty.
    """
    design = model_set.design
    if not design.n_paid:
        raise SettingsError("The models have no paid channel, so there is no budget to plan.")
    for named, where in ((tuple(request.limits), "The limits"), (request.locked, "The locks")):
        require_known(design.paid_names, named, where)
    initial = design.spend[history_rows(design, request.history)].mean(axis=0)
    counts = model_set.weights > 0
    is_without_effect = ~(model_set.curves.coefficient[counts][:, : design.n_paid] != 0).any(axis=0)
    is_locked = np.isin(design.paid_names, request.locked)
    words = LimitWords(design.paid_names, PERIOD_WORDS[design.frequency], request.n_periods)
    low, high = _box(model_set, request, initial)
    problems = conflicts_of_locks(words, initial, low, high, is_locked & _has_own_limit(design.paid_names, request))
    if problems:
        raise InfeasibleBudgetError(problems)
    low, high = np.where(is_locked, initial, low), np.where(is_locked, initial, high)
    if request.zero_rule is ZeroRule.REALLOCATE:
        dropped = is_without_effect & ~is_locked
        low, high = np.where(dropped, 0.0, low), np.where(dropped, 0.0, high)
    space, group_of_unit = _space(design.paid_names, request, low, high)
    budget = _budget(request, initial)
    is_kept = is_without_effect & ~is_locked & (high > 0) & (request.zero_rule is ZeroRule.KEEP)
    space = _hold_kept(space, is_kept, initial, budget, may_spend_less=request.may_spend_less)
    problems = conflicts_of_space(
        words, space, group_of_unit, budget, may_spend_less=request.may_spend_less, is_without_effect=is_without_effect
    )
    if problems:
        raise InfeasibleBudgetError(problems)
    return PlanFrame(
        request=request,
        words=words,
        initial=initial,
        space=space,
        budget=budget,
        is_locked=is_locked,
        is_kept=is_kept,
        is_without_effect=is_without_effect,
        group_of_unit=group_of_unit,
    )


def _box(model_set: ModelSet, request: BudgetRequest, initial: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Limits per channel before locks: the request's own, else factors of today's spend (or of the whole window's)."""
    design = model_set.design
    base = np.where(initial > 0, initial, design.spend[design.rows].mean(axis=0))
    low, high = base * request.default_limits[0], base * request.default_limits[1]
    for channel, limit in request.limits.items():
        c = design.paid_names.index(channel)
        low[c], high[c] = limit.low, limit.high
    return low, high


def _has_own_limit(names: tuple[str, ...], request: BudgetRequest) -> BoolArray:
    own: BoolArray = np.isin(names, tuple(request.limits))
    return own


def _space(
    names: tuple[str, ...], request: BudgetRequest, low: FloatArray, high: FloatArray
) -> tuple[PlanSpace, tuple[str, ...]]:
    group_of = dict.fromkeys(names, "")
    for group in request.groups:
        require_known(names, group.channels, f"The group {group.name!r}")
        for channel in group.channels:
            if group_of[channel]:
                raise SettingsError(
                    f"{channel!r} stands in the groups {group_of[channel]!r} and {group.name!r}; a channel can share one "
                    f"limit. Take it out of one of them."
                )
            group_of[channel] = group.name
    titles = [group.name for group in request.groups]
    if len(set(titles)) < len(titles):
        raise SettingsError(f"Two groups are called {max(titles, key=titles.count)!r}; give each its own name.")
    units = list(dict.fromkeys(group_of[name] or f"\0{name}" for name in names))
    limit_of = {group.name: group.limit for group in request.groups}
    limits = [limit_of.get(unit) for unit in units]
    space = PlanSpace(
        low=low,
        high=high,
        unit=np.array([units.index(group_of[name] or f"\0{name}") for name in names], dtype=np.int64),
        unit_low=np.array([0.0 if limit is None else limit.low for limit in limits]),
        unit_high=np.array([np.inf if limit is None else limit.high for limit in limits]),
    )
    return space, tuple("" if unit.startswith("\0") else unit for unit in units)


def _budget(request: BudgetRequest, initial: FloatArray) -> float | None:
    if request.goal is not BudgetGoal.MAX_RESPONSE:
        return None
    if request.total_budget is not None:
        return request.total_budget / request.n_periods
    total = float(initial.sum())
    if not total > 0:
        raise InfeasibleBudgetError(
            "No channel spent anything in the history window, so there is no budget to go by: choose another window or "
            "give a total budget."
        )
    return total


def _hold_kept(
    space: PlanSpace, is_kept: BoolArray, initial: FloatArray, budget: float | None, *, may_spend_less: bool
) -> PlanSpace:
    """Fix channels without effect at today's spend, or as near to it as the budget and the others' limits let them.

    The shares of the way to their own limits are found by bisection.
    """
    if not is_kept.any():
        return space
    wanted = np.clip(initial, space.low, space.high)

    def held(target: FloatArray, way: float) -> PlanSpace:
        spend = wanted + way * (np.where(np.isfinite(target), target, max(budget or 0.0, wanted.max())) - wanted)
        return space.with_box(np.where(is_kept, spend, space.low), np.where(is_kept, spend, space.high))

    def needs(held_space: PlanSpace) -> int:
        """1 when more must be spent on them, -1 when less, 0 when all is well."""
        sums_low = np.bincount(space.unit, weights=held_space.low, minlength=len(space.unit_low))
        sums_high = np.bincount(space.unit, weights=held_space.high, minlength=len(space.unit_low))
        if (sums_low > space.unit_high).any() or (budget is not None and held_space.least > budget):
            return -1
        is_short = budget is not None and not may_spend_less and held_space.most < budget
        return int(is_short or bool((sums_high < space.unit_low).any()))

    direction = needs(held(wanted, 0.0))
    if direction == 0:
        return held(wanted, 0.0)
    target = space.high if direction > 0 else space.low
    if needs(held(target, 1.0)) != 0:
        return held(target, 1.0)
    fails, works = 0.0, 1.0
    for _ in range(60):
        middle = 0.5 * (fails + works)
        fails, works = (fails, middle) if needs(held(target, middle)) == 0 else (middle, works)
    return held(target, works)
