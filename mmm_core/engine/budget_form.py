"""A question to the budget allocator as it is typed: nothing is lost, and all that is wrong is said at once."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

import numpy as np

from mmm_core.engine.amount_text import read_amount, write_amount
from mmm_core.entities.budget import BudgetGoal, BudgetRequest, ChannelGroup, PlanAim, SpendLimit
from mmm_core.entities.columns import Frequency, OutcomeKind
from mmm_core.entities.design import FloatArray
from mmm_core.errors import MMMError, SettingsError

CHOSEN_DAYS = "days"
"""The history choice that goes by first and last day."""

HISTORY_LENGTHS = {Frequency.DAY: (28, 91, 365), Frequency.WEEK: (13, 26, 52), Frequency.MONTH: (3, 6, 12)}
"""Month, quarter or half, year: what can be chosen beside all periods."""

HORIZONS = {Frequency.DAY: 91, Frequency.WEEK: 13, Frequency.MONTH: 3}
"""A quarter."""

T = TypeVar("T")
Limit = tuple[float | None, float | None]


class BudgetSpan(StrEnum):
    """What a typed budget is for."""

    WHOLE = "whole"
    PERIOD = "period"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLine:
    """A group as it is typed; may be unfinished."""

    name: str = ""
    channels: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed."""
        return not self.name.strip() and not self.channels and self.low is None and self.high is None


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetForm:
    """What is typed on the Budget page.

    Attributes:
        goal: What is to be reached.
        budget_text: As typed; empty means as much as in the history window.
        budget_span: Whether it is for the whole horizon or per period.
        n_periods: Horizon.
        return_text: Target return (cost for conversions), as typed.
        response_text: Target outcome over the horizon, as typed.
        history: "all", "last_<k>" or :data:`CHOSEN_DAYS`.
        first_day: With CHOSEN_DAYS.
        last_day: With CHOSEN_DAYS.
        aim: What is maximised over the models; None leaves it to what fits them.
        quantile: For the safe side.
        may_spend_less: Leave money unspent when it brings nothing more.
        freedom: How far a channel may move without limits of its own, percent of today's spend, low end first.
        limits: Limits of single channels, currency per period; an end that is None follows ``freedom``.
        locked: Channels that keep their spend.
        groups: Shared limits.
        by_period: Whether the calendar counts.
        calendar: Weight of every future period by channel; shorter or longer than the horizon when that was changed.
    """

    goal: BudgetGoal = BudgetGoal.MAX_RESPONSE
    budget_text: str = ""
    budget_span: BudgetSpan = BudgetSpan.WHOLE
    n_periods: int = 13
    return_text: str = ""
    response_text: str = ""
    history: str = "all"
    first_day: dt.date | None = None
    last_day: dt.date | None = None
    aim: PlanAim | None = None
    quantile: float = 0.2
    may_spend_less: bool = False
    freedom: tuple[float, float] = (50.0, 200.0)
    limits: Mapping[str, Limit] = field(default_factory=dict)
    locked: tuple[str, ...] = ()
    groups: tuple[GroupLine, ...] = ()
    by_period: bool = False
    calendar: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


def history_of(form: BudgetForm) -> str | tuple[dt.date, dt.date]:
    """The history window a form names.

    Raises:
        SettingsError: Its days are missing or the last one comes first.
    """
    if form.history != CHOSEN_DAYS:
        return form.history
    if form.first_day is None or form.last_day is None:
        raise SettingsError("The history window needs a first and a last day; choose both.")
    if form.first_day > form.last_day:
        raise SettingsError(
            f"The history window must begin before it ends; got {form.first_day} to {form.last_day}. Exchange the days."
        )
    return form.first_day, form.last_day


def request_from(
    form: BudgetForm,
    spend: Mapping[str, float],
    names: Mapping[str, str],
    kind: OutcomeKind,
    *,
    aim: PlanAim = PlanAim.MEAN,
) -> BudgetRequest:
    """The question a form asks.

    Args:
        form: What was typed.
        spend: Today's spend per period by paid channel.
        names: What channels are called in sentences.
        kind: Revenue or conversion, for the words of the target.
        aim: What is maximised over the models unless another aim was chosen.

    Raises:
        SettingsError: Something typed cannot be; one sentence per problem.
    """
    problems: list[str] = []
    limits = _collect(problems, lambda: _limits(form, spend, names)) or {}
    groups = _collect(problems, lambda: _groups(form)) or ()
    history = _collect(problems, lambda: history_of(form)) or "all"
    target = _collect(problems, lambda: _target(form, kind))
    budget = _collect(problems, lambda: _budget(form))
    asks_for_target = form.goal is not BudgetGoal.MAX_RESPONSE
    if problems and asks_for_target:
        target = target or 1.0  # so that the other fields are checked too
    request = _collect(
        problems,
        lambda: BudgetRequest(
            goal=form.goal,
            total_budget=None if asks_for_target else budget,
            n_periods=form.n_periods,
            target=target if asks_for_target else None,
            history=history,
            limits=limits,
            default_limits=(form.freedom[0] / 100, form.freedom[1] / 100),
            locked=tuple(name for name in form.locked if name in spend),
            groups=groups,
            calendar=_calendar(form, spend),
            may_spend_less=form.may_spend_less and not asks_for_target,
            aim=form.aim or aim,
            quantile=form.quantile,
        ),
    )
    if problems:
        raise SettingsError(problems)
    assert request is not None, "without a problem there is a request"
    return request


def form_of(request: BudgetRequest) -> BudgetForm:
    """The form that asks what a request asks."""
    days = request.history if isinstance(request.history, tuple) else (None, None)
    target = "" if request.target is None else write_amount(request.target)
    return BudgetForm(
        goal=request.goal,
        budget_text="" if request.total_budget is None else write_amount(request.total_budget),
        n_periods=request.n_periods,
        return_text=target if request.goal is BudgetGoal.TARGET_RETURN else "",
        response_text=target if request.goal is BudgetGoal.TARGET_RESPONSE else "",
        history=request.history if isinstance(request.history, str) else CHOSEN_DAYS,
        first_day=days[0],
        last_day=days[1],
        aim=request.aim,
        quantile=request.quantile,
        may_spend_less=request.may_spend_less,
        freedom=(100 * request.default_limits[0], 100 * request.default_limits[1]),
        limits={name: (limit.low, limit.high) for name, limit in request.limits.items()},
        locked=request.locked,
        groups=tuple(
            GroupLine(name=group.name, channels=group.channels, low=group.limit.low, high=group.limit.high)
            for group in request.groups
        ),
        by_period=bool(request.calendar),
        calendar={name: tuple(map(float, shares)) for name, shares in request.calendar.items()},
    )


def usual_limit(form: BudgetForm, spend: float) -> tuple[float, float]:
    """Limits of a channel without limits of its own, per period."""
    return spend * form.freedom[0] / 100, spend * form.freedom[1] / 100


def with_limit(form: BudgetForm, channel: str, limit: Limit | None) -> BudgetForm:
    """The form with another limit of a channel; None takes it off."""
    kept = {name: given for name, given in form.limits.items() if name != channel}
    return dataclasses.replace(form, limits=kept if limit is None else {**kept, channel: limit})


def fitted_calendar(form: BudgetForm, channel: str) -> FloatArray:
    """Weights of a channel for the horizon: cut, or continued with 1; shape (n_periods,)."""
    weights = np.ones(form.n_periods)
    given = form.calendar.get(channel, ())[: form.n_periods]
    weights[: len(given)] = given
    return weights


def _collect(problems: list[str], make: Callable[[], T]) -> T | None:
    """What ``make`` answers; the sentences of its refusal are kept."""
    try:
        return make()
    except MMMError as error:
        problems.extend(error.problems)
        return None


def _budget(form: BudgetForm) -> float | None:
    if not form.budget_text.strip() or form.goal is not BudgetGoal.MAX_RESPONSE:
        return None
    amount = read_amount(form.budget_text, "The budget")
    if not amount > 0:
        raise SettingsError(
            f"The budget must be an amount above 0, got {form.budget_text.strip()!r}. "
            "Leave it empty to spend as much as today."
        )
    return amount * form.n_periods if form.budget_span is BudgetSpan.PERIOD else amount


def _target(form: BudgetForm, kind: OutcomeKind) -> float | None:
    if form.goal is BudgetGoal.MAX_RESPONSE:
        return None
    if form.goal is BudgetGoal.TARGET_RETURN:
        what = "The target ROAS" if kind is OutcomeKind.REVENUE else "The target cost per conversion"
        text, example = form.return_text, "3.5"
    else:
        what = "The sales to reach" if kind is OutcomeKind.REVENUE else "The conversions to reach"
        text, example = form.response_text, "250,000 or 1.2M"
    amount = read_amount(text, what, example=example, has_decimals=form.goal is BudgetGoal.TARGET_RETURN)
    if not amount > 0:
        raise SettingsError(f"{what} must be above 0, got {text.strip()!r}.")
    return amount


def _limits(form: BudgetForm, spend: Mapping[str, float], names: Mapping[str, str]) -> dict[str, SpendLimit]:
    """Limits of channels that have one and are not locked; an end left open follows the freedom all have."""
    limits, problems = {}, []
    for channel, (low, high) in form.limits.items():
        if channel not in spend or channel in form.locked or (low is None and high is None):
            continue
        name = names.get(channel, channel)
        if low is not None and high is not None and low > high:
            problems.append(
                f"{name} must spend at least {write_amount(low)} and at most {write_amount(high)}: "
                "the minimum is above the maximum. Lower the one or raise the other."
            )
            continue
        usual = usual_limit(form, spend[channel])
        ends = (
            low if low is not None else min(usual[0], high or 0.0),
            high if high is not None else max(usual[1], low or 0.0),
        )
        limits[channel] = SpendLimit(low=ends[0], high=ends[1])
    if problems:
        raise SettingsError(problems)
    return limits


def _groups(form: BudgetForm) -> tuple[ChannelGroup, ...]:
    groups, problems = [], []
    for number, line in enumerate((line for line in form.groups if not line.is_empty), start=1):
        name = line.name.strip() or f"Group {number}"
        low, high = line.low or 0.0, line.high
        if not line.channels:
            problems.append(f"The group {name!r} has no channel; choose at least one, or delete the line.")
        elif line.low is None and high is None:
            problems.append(f"The group {name!r} has no limit; give it a minimum or a maximum per period.")
        elif high is not None and low > high:
            problems.append(
                f"The group {name!r} must spend at least {write_amount(low)} and at most {write_amount(high)}: "
                "the minimum is above the maximum."
            )
        else:
            limit = SpendLimit(low=low, high=float("inf") if high is None else high)
            groups.append(ChannelGroup(name=name, channels=line.channels, limit=limit))
    if problems:
        raise SettingsError(problems)
    return tuple(groups)


def _calendar(form: BudgetForm, spend: Mapping[str, float]) -> dict[str, FloatArray]:
    if not form.by_period:
        return {}
    fitted = {channel: fitted_calendar(form, channel) for channel in form.calendar if channel in spend}
    return {channel: weights for channel, weights in fitted.items() if weights.min() != weights.max()}
