"""Limits that cannot all hold, in sentences: which, by how much, and what to do."""

from typing import NamedTuple

import numpy as np

from mmm_core.engine.budget_space import BoolArray, PlanSpace
from mmm_core.entities.design import FloatArray
from mmm_core.entities.naming import join_words, readable_name

_ROUNDING = 1e-9
"""Relative; sums of limits may miss each other by this much."""
_MOST_NAMED = 8


class LimitWords(NamedTuple):
    """Names for sentences: channel keys, the word of a period, and how many are planned."""

    channels: tuple[str, ...]
    period: str
    n_periods: int

    def amounts(self, spend: FloatArray, chosen: BoolArray) -> str:
        """``TV 1,200.00, Search 800.00 and 3 more``: the chosen channels, the highest first; both of shape (n_channels,)."""
        order = [c for c in np.argsort(-spend, kind="stable") if chosen[c]]
        named = [f"{readable_name(self.channels[c])} {amount(float(spend[c]))}" for c in order[:_MOST_NAMED]]
        if len(order) > _MOST_NAMED:
            named.append(f"{len(order) - _MOST_NAMED} more")
        return join_words(named)

    def over_horizon(self, per_period: float) -> str:
        """``1,200.00 per week (15,600.00 over 13 weeks)``."""
        per = f"{amount(per_period)} per {self.period}"
        if self.n_periods == 1:
            return per
        return f"{per} ({amount(per_period * self.n_periods)} over {self.n_periods} {self.period}s)"


def amount(value: float) -> str:
    """``1,234.50``."""
    return f"{value:,.2f}"


def rate(value: float) -> str:
    """``0.03652``: a return, or the cost of one, to four digits."""
    return f"{value:,.2f}" if value >= 1000 else f"{value:.4g}"


def conflicts_of_locks(
    words: LimitWords, initial: FloatArray, low: FloatArray, high: FloatArray, is_bound: BoolArray
) -> list[str]:
    """Channels locked at a spend outside the limits given for them; all of shape (n_channels,)."""
    problems = []
    for c in np.flatnonzero(is_bound):
        name = readable_name(words.channels[c])
        slack = _ROUNDING * max(float(initial[c]), 1.0)
        if initial[c] > high[c] + slack:
            above = amount(float(initial[c] - high[c]))
            problems.append(
                f"{name} is locked at {amount(float(initial[c]))} per {words.period}, {above} more than its upper limit of "
                f"{amount(float(high[c]))}: unlock it or raise its upper limit by {above}."
            )
        elif initial[c] < low[c] - slack:
            below = amount(float(low[c] - initial[c]))
            problems.append(
                f"{name} is locked at {amount(float(initial[c]))} per {words.period}, {below} less than its lower limit of "
                f"{amount(float(low[c]))}: unlock it or lower its lower limit by {below}."
            )
    return problems


def conflicts_of_space(
    words: LimitWords,
    space: PlanSpace,
    group_of_unit: tuple[str, ...],
    budget: float | None,
    *,
    may_spend_less: bool,
    is_without_effect: BoolArray,
) -> list[str]:
    """Groups whose members cannot meet the shared limit, and a budget the limits do not allow."""
    problems = []
    for u, group in enumerate(group_of_unit):
        if group:
            problems += _conflicts_of_group(words, space, u, group)
    if problems or budget is None:
        return problems
    if space.least > budget * (1 + _ROUNDING):
        problems.append(_too_much(words, space, group_of_unit, budget))
    if not may_spend_less and space.most < budget * (1 - _ROUNDING):
        problems.append(_too_little(words, space, group_of_unit, budget, is_without_effect))
    return problems


def _conflicts_of_group(words: LimitWords, space: PlanSpace, u: int, group: str) -> list[str]:
    members = space.unit == u
    least, most = float(space.low[members].sum()), float(space.high[members].sum())
    low, high = float(space.unit_low[u]), float(space.unit_high[u])
    problems = []
    if least > high * (1 + _ROUNDING):
        over = amount(least - high)
        problems.append(
            f"The lower limits in the group {group!r} ({words.amounts(space.low, members)}) add up to {amount(least)} per "
            f"{words.period}, {over} more than its shared upper limit of {amount(high)}: lower them or raise the shared "
            f"limit by {over}."
        )
    if most < low * (1 - _ROUNDING):
        under = amount(low - most)
        problems.append(
            f"The upper limits in the group {group!r} ({words.amounts(space.high, members)}) add up to {amount(most)} per "
            f"{words.period}, {under} less than its shared lower limit of {amount(low)}: raise them or lower the shared "
            f"limit by {under}."
        )
    return problems


def _too_much(words: LimitWords, space: PlanSpace, group_of_unit: tuple[str, ...], budget: float) -> str:
    over = space.least - budget
    return (
        f"The lower limits ({_listed(words, space.low, space, group_of_unit, space.unit_low, -1)}) add up to "
        f"{amount(space.least)} per {words.period}, {amount(over)} more than the budget of {amount(budget)}: lower them, or "
        f"raise the budget by {words.over_horizon(over)}."
    )


def _too_little(
    words: LimitWords,
    space: PlanSpace,
    group_of_unit: tuple[str, ...],
    budget: float,
    is_without_effect: BoolArray,
) -> str:
    under = budget - space.most
    sentence = (
        f"The upper limits ({_listed(words, space.high, space, group_of_unit, space.unit_high, 1)}) add up to "
        f"{amount(space.most)} per {words.period}, {amount(under)} less than the budget of {amount(budget)}: raise them, or "
        f"lower the budget by {words.over_horizon(under)}."
    )
    empty = [readable_name(words.channels[c]) for c in np.flatnonzero(space.high == 0)]
    if empty:
        verb = "gets" if len(empty) == 1 else "get"
        why = " because no model finds an effect" if is_without_effect[space.high == 0].all() else ""
        sentence += f" {join_words(empty)} {verb} nothing{why}, so the others must take all of the budget."
    return sentence


def _listed(
    words: LimitWords,
    spend: FloatArray,
    space: PlanSpace,
    group_of_unit: tuple[str, ...],
    shared: FloatArray,
    sign: int,
) -> str:
    """The limits a sum is made of: those of channels, but that of a group where it is what binds."""
    sums = np.bincount(space.unit, weights=spend, minlength=len(shared))
    binds = np.array([bool(group) for group in group_of_unit]) & (sign * shared < sign * sums)
    parts = [f"group {group_of_unit[u]!r} {amount(float(shared[u]))}" for u in np.flatnonzero(binds)]
    alone = ~binds[space.unit] & (spend > 0)
    if alone.any():
        parts.insert(0, words.amounts(spend, alone))
    return ", ".join(parts)
