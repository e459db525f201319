"""What can be asked of the budget allocator, and what it answers."""

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import pandas as pd

from mmm_core.entities.design import FloatArray
from mmm_core.entities.model_set import SetKind
from mmm_core.errors import BoundsError, SettingsError

CONFIDENT = 0.9
"""Probability of beating today's spend below which the advice is not to move."""

REALISED_SHARE = 0.7
"""Share of the predicted uplift that plans over a posterior brought on markets with a known truth (docs/recovery.md)."""


class BudgetGoal(StrEnum):
    """What a plan is to reach.

    MAX_RESPONSE: the most response for the budget. TARGET_RETURN: the most response at a return (outcome per unit of spend) of
    at least the target, for conversions at a cost of one of at most the target; it is met exactly unless every upper limit is
    used up before. TARGET_RESPONSE: the least spend for a response of at least the target.
    """

    MAX_RESPONSE = "max_response"
    TARGET_RETURN = "target_return"
    TARGET_RESPONSE = "target_response"


class PlanAim(StrEnum):
    """What is maximised when a set has several models."""

    MEAN = "mean"
    LOW_QUANTILE = "low_quantile"
    RISK_AVERSE = "risk_averse"


class ZeroRule(StrEnum):
    """What happens to the money of a channel whose coefficient is 0 in every model.

    KEEP: it keeps its own money (ours): what it spends today, more or less only where the others' limits leave no other way.
    REALLOCATE: it gets 0, whatever its limits, and its money is given to the others (R Robyn's rule). FREE: it is planned
    like any other channel, within its limits (R Robyn's ``keep_zero_coefs``). A channel limited to 0 gets 0 under all of
    them, and its money goes to the others.
    """

    KEEP = "keep"
    REALLOCATE = "reallocate"
    FREE = "free"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendLimit:
    """How little and how much a channel, or a group, may spend per period, currency. Equal ends lock it."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not (0 <= self.low <= self.high) or math.isnan(self.high):
            raise BoundsError(f"A spend limit must be at least 0, low end first; got {self.low:g} to {self.high:g}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelGroup:
    """Channels that share a limit on their spend per period together."""

    name: str
    channels: tuple[str, ...]
    limit: SpendLimit

    def __post_init__(self) -> None:
        if not self.channels:
            raise SettingsError(f"The group {self.name!r} has no channel; give at least one.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BudgetRequest:
    """A question to the allocator. All spends of limits are per period and channel.

    Attributes:
        goal: What is to be reached.
        total_budget: Over the whole horizon, currency; None means what the history window spent per period, times the horizon.
            Not used by the two target goals.
        n_periods: Length of the horizon.
        target: For TARGET_RETURN outcome per unit of spend (for conversions: cost of one); for TARGET_RESPONSE outcome over the
            horizon. None otherwise.
        history: Which modelled periods the plan starts from: "all", "last_<k>", or first and last day.
        limits: By paid channel key, per period; a missing channel gets ``default_limits`` times its spend in the history window.
        default_limits: Low and high factor; applied to the mean of all modelled periods for a channel without spend there.
        locked: Channels that keep their spend of the history window.
        groups: Shared limits.
        calendar: Planned share of a channel's spend per future period, by channel key, each shape (n_periods,), at least 0,
            scaled to mean 1; a missing channel is spread evenly.
        may_spend_less: Leave money unspent when it brings nothing more.
        aim: What is maximised over the models of a set.
        quantile: For LOW_QUANTILE, 0 < quantile <= 0.5.
        zero_rule: Money of channels with coefficient 0 in every model.
        seed: Of the random starts.
    """

    goal: BudgetGoal = BudgetGoal.MAX_RESPONSE
    total_budget: float | None = None
    n_periods: int = 13
    target: float | None = None
    history: str | tuple[dt.date, dt.date] = "all"
    limits: Mapping[str, SpendLimit] = field(default_factory=dict)
    default_limits: tuple[float, float] = (0.5, 2.0)
    locked: tuple[str, ...] = ()
    groups: tuple[ChannelGroup, ...] = ()
    calendar: Mapping[str, FloatArray] = field(default_factory=dict)
    may_spend_less: bool = False
    aim: PlanAim = PlanAim.MEAN
    quantile: float = 0.2
    zero_rule: ZeroRule = ZeroRule.KEEP
    seed: int = 123

    def __post_init__(self) -> None:
        if self.total_budget is not None and not 0 < self.total_budget < math.inf:
            raise BoundsError(f"The budget must be an amount above 0, got {self.total_budget:g}.")
        if isinstance(self.n_periods, bool) or not 1 <= self.n_periods <= 1000:
            raise BoundsError(f"The horizon must be a whole number of periods from 1 to 1000, got {self.n_periods!r}.")
        if self.goal is not BudgetGoal.MAX_RESPONSE and (self.target is None or not 0 < self.target < math.inf):
            raise BoundsError(f"The goal {self.goal.value} needs a target above 0, got {self.target}.")
        low, high = self.default_limits
        if not 0 <= low <= high < math.inf:
            raise BoundsError(
                f"The default limits must be factors of at least 0, low end first; got {low:g} to {high:g}."
            )
        if not 0 < self.quantile <= 0.5:
            raise BoundsError(f"The quantile must be above 0 and at most 0.5, got {self.quantile:g}.")


PLAN_COLUMNS = (
    "channel",
    "initial_spend",
    "spend",
    "change",
    "low_limit",
    "high_limit",
    "limit_status",
    "initial_response",
    "response",
    "response_low",
    "response_high",
    "initial_roas",
    "roas",
    "roas_low",
    "roas_high",
    "initial_marginal_roas",
    "marginal_roas",
    "agreement",
    "highest_seen",
    "is_extrapolated",
)
"""Columns of :attr:`BudgetPlan.channels`; spends and responses per period."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BudgetPlan:
    """The allocator's answer.

    Attributes:
        request: What was asked.
        channels: One row per paid channel in design order, columns :data:`PLAN_COLUMNS`. ``limit_status`` is "free", "low",
            "high" or "locked"; ``agreement`` the weighted share of models whose own best split of the plan's total, within the
            same limits, moves the channel in the same direction from today's spend (NaN for a channel that does not move or
            cannot); ``highest_seen`` the largest spend of one period in the modelled
            periods; ``is_extrapolated`` whether a planned period goes beyond it.
        initial_total: Spend per horizon at today's spend, and
        total: as planned.
        initial_response: Outcome of the paid channels over the horizon at today's spend (point estimate), and
        response: as planned.
        realised_share: What plans over such a set brought of what they predicted, on markets with a known truth; 1 where that
            was not measured.
        uplift: What is to be expected: ``realised_share * (response - initial_response)``, outcome over the horizon.
        uplift_low: Low end over the set (see ``interval_label``), times ``realised_share`` too.
        uplift_high: High end, likewise.
        probability_better: Weighted share of models in which the plan brings more than today's spend (NaN when the totals of
            spend differ, where the comparison means nothing).
        by_model: ``realised_share`` times response of the plan minus that of today, per model over the horizon,
            shape (n_models,).
        weekly: Planned spend per future period and channel, index = first day of the period, columns = channel keys.
        binding: Sentences on the limits that bind, what relaxing each by a step would add.
        notes: Sentences the reader should know (extrapolation, locked money).
        set_kind: Where the models come from.
        interval_label: What low and high are.
        n_models: Models that counted.
    """

    request: BudgetRequest
    channels: pd.DataFrame
    initial_total: float
    total: float
    initial_response: float
    response: float
    realised_share: float
    uplift: float
    uplift_low: float
    uplift_high: float
    probability_better: float
    by_model: FloatArray
    weekly: pd.DataFrame
    binding: tuple[str, ...]
    notes: tuple[str, ...]
    set_kind: SetKind
    interval_label: str
    n_models: int
