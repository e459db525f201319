"""What a budget plan says, in sentences: what moves, what it brings, how sure that is."""

import math
from typing import NamedTuple

import numpy as np

from mmm_core.charts.theme import percent
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.budget import CONFIDENT, BudgetGoal, BudgetPlan, PlanAim
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.model_set import SetKind
from mmm_core.entities.naming import join_words

SMALLEST_MOVE = 0.001
"""Share of today's whole spend below which a change is not worth a sentence."""

_MOST_NAMES = 2
_ROUNDING = 1e-9
"""Weights of models sum to 1 up to this."""


class Move(NamedTuple):
    """What is to change in one channel, per period.

    Attributes:
        channel: Channel key.
        change: More spend per period (less: below 0), currency.
        agreement: Weighted share of models that agree with the direction; NaN when unknown.
    """

    channel: str
    change: float
    agreement: float


def moves_of(plan: BudgetPlan) -> tuple[Move, ...]:
    """Changes worth a sentence, largest first."""
    table = plan.channels
    change = table["change"].to_numpy(np.float64)
    smallest = SMALLEST_MOVE * float(table["initial_spend"].sum()) + 1e-9
    order = np.argsort(-np.abs(change), kind="stable")
    agreement = table["agreement"].to_numpy(np.float64)
    names = [str(name) for name in table["channel"]]
    return tuple(Move(names[k], float(change[k]), float(agreement[k])) for k in order if abs(change[k]) > smallest)


def headline(plan: BudgetPlan, words: Vocabulary) -> str:
    """The finding: what to move where, what it brings with its range, over how long."""
    moves = moves_of(plan)
    asks_for_target = plan.request.goal is not BudgetGoal.MAX_RESPONSE
    if not moves and not asks_for_target:
        spent = f"{words.money(_per_period(plan.total, plan))} a {words.period}"
        if plan.set_kind is SetKind.POSTERIOR:
            return f"Do not move: no split within these limits is clearly better than today's {spent}"
        return f"Today's spend is already the best plan within these limits: {spent}"
    if asks_for_target or changes_total(plan):
        return _headline_of_total(plan, words)
    if advises_to_stay(plan):
        sure = chance_text(plan)
        return f"Do not move: these data cannot say that another split beats today's ({sure} sure, {percent(CONFIDENT)} wanted)"
    givers = [move for move in moves if move.change < 0]
    takers = [move for move in moves if move.change > 0]
    moved = sum(move.change for move in takers) or -sum(move.change for move in givers)
    amount = f"{words.money(moved)} a {words.period}"
    moved_text = f"Move {amount} from {_names(givers, words)} to {_names(takers, words)}"
    return f"{moved_text}: {uplift_text(plan, words)} {horizon(plan, words)}"


def _headline_of_total(plan: BudgetPlan, words: Vocabulary) -> str:
    today, planned = _per_period(plan.initial_total, plan), _per_period(plan.total, plan)
    difference = planned - today
    spent = f"{words.money(planned)} a {words.period}"
    compared = "as much as today"
    if changes_total(plan):
        compared = f"{words.money(abs(difference))} {'more' if difference > 0 else 'less'} than today"
    if plan.request.goal is BudgetGoal.TARGET_RESPONSE:
        reached = f"{words.outcome(plan.response)} {words.outcome_word}"
        return f"{reached} {horizon(plan, words)} cost {spent}, {compared}"
    if plan.request.goal is BudgetGoal.TARGET_RETURN:
        reached = f"{words.return_word} {words.returns(return_of(plan.response, plan.total))}"
        return f"{spent} can be spent at {reached}, {compared}: {uplift_text(plan, words)} {horizon(plan, words)}"
    return f"Spend {spent}, {compared}: {uplift_text(plan, words)} {horizon(plan, words)}"


def effect_title(plan: BudgetPlan, words: Vocabulary) -> str:
    """How much of the money changes its place, and what all of it brings per period, before and after."""
    before, after = (_per_period(value, plan) for value in (plan.initial_response, plan.response))
    moved = float(np.abs(plan.channels["change"].to_numpy(np.float64)).sum()) / 2
    today = float(plan.channels["initial_spend"].sum())
    brought = f"paid {words.outcome_word} {words.outcome(before)} → {words.outcome(after)} a {words.period}"
    if changes_total(plan):
        spent = f"{words.money(_per_period(plan.initial_total, plan))} → {words.money(_per_period(plan.total, plan))}"
        return f"Spend {spent}, {brought}"
    if not moves_of(plan) or not today > 0:
        return f"Nothing moves: {brought}"
    return f"{percent(moved / today)} of the money changes its channel: {brought}"


def changes_total(plan: BudgetPlan) -> bool:
    """Whether the plan spends clearly more or less than today."""
    return abs(plan.total - plan.initial_total) > 1e-3 * max(plan.initial_total, 1e-9)


def advises_to_stay(plan: BudgetPlan) -> bool:
    """Whether the recommended answer is too unsure that the plan beats today's spend."""
    return plan.set_kind is SetKind.POSTERIOR and plan.probability_better < CONFIDENT


def horizon(plan: BudgetPlan, words: Vocabulary) -> str:
    """``over 13 weeks``."""
    count = plan.request.n_periods
    return f"over {count:,} {words.period}{'' if count == 1 else 's'}"


def has_interval(plan: BudgetPlan) -> bool:
    """Whether low and high are a range over several models."""
    return plan.set_kind is not SetKind.MODEL and math.isfinite(plan.uplift_low) and math.isfinite(plan.uplift_high)


def uplift_text(plan: BudgetPlan, words: Vocabulary) -> str:
    """``+€80k (+€20k to +€150k)``, in conversions ``+830 conversions (+200 to +1.5k)``."""
    unit = "" if words.kind is OutcomeKind.REVENUE else f" {words.outcome_word}"
    text = signed(plan.uplift, words) + unit
    if not has_interval(plan):
        return text
    return f"{text} ({signed(plan.uplift_low, words)} to {signed(plan.uplift_high, words)})"


def signed(value: float, words: Vocabulary) -> str:
    """An amount of the outcome with its sign: ``+€80k``, ``-€3k``, ``€0``."""
    text = words.outcome(value)
    return f"+{text}" if value > 0 and any(digit in text for digit in "123456789") else text


def signed_money(value: float, words: Vocabulary) -> str:
    """An amount of spend with its sign."""
    text = words.money(value)
    return f"+{text}" if value > 0 and any(digit in text for digit in "123456789") else text


def interval_sentence(plan: BudgetPlan) -> str:
    """What the range in brackets is, never more than it is."""
    if not has_interval(plan):
        return "One model, so no range: choose several models above to see how far they agree."
    if plan.set_kind is SetKind.SPREAD:
        return (
            f"In brackets: lowest to highest of {plan.n_models:,} about equally good models ({plan.interval_label}). "
            "It is not a sampling error."
        )
    said = f"In brackets: {plan.interval_label}."
    if plan.realised_share == 1:
        return said
    return (
        f"{said} Expected is {percent(plan.realised_share)} of what the models predict: that much of it plans brought on markets "
        "whose truth is known."
    )


def better_sentence(plan: BudgetPlan) -> str:
    """How many models say the plan beats today's spend; empty where the comparison means nothing."""
    if not math.isfinite(plan.probability_better) or plan.set_kind is SetKind.MODEL:
        return ""
    share = chance_text(plan)
    if plan.set_kind is SetKind.SPREAD:
        return f"The plan beats today's spend in {share} of {plan.n_models:,} models."
    if plan.set_kind is SetKind.SAMPLING:
        return f"The plan beats today's spend in {share} of {plan.n_models:,} refits: the sampling error of this one model."
    return f"The probability that the plan beats today's spend is {share}."


def agreement_text(move: Move, plan: BudgetPlan, words: Vocabulary) -> str:
    """``84% of 112 models raise Search``; empty for one model."""
    if plan.set_kind is SetKind.MODEL or not math.isfinite(move.agreement):
        return ""
    what = {SetKind.SPREAD: "models", SetKind.SAMPLING: "refits", SetKind.POSTERIOR: "draws"}[plan.set_kind]
    verb = "raise" if move.change > 0 else "lower"
    return f"{share_text(move.agreement)} of {plan.n_models:,} {what} {verb} {words.names[move.channel]}"


def aim_sentence(plan: BudgetPlan) -> str:
    """What was maximised over the models."""
    if plan.set_kind is SetKind.MODEL:
        return "best for this model"
    if plan.request.aim is PlanAim.LOW_QUANTILE:
        return f"best for the cautious {percent(plan.request.quantile)} of the models"
    if plan.request.aim is PlanAim.RISK_AVERSE:
        return "best on average, less one standard deviation of what each change brings"
    return "best on average over the models"


def return_of(response: float, spend: float) -> float:
    """Outcome per unit of spend; NaN without spend."""
    return response / spend if spend > 0 else math.nan


def extrapolated_names(plan: BudgetPlan, words: Vocabulary) -> tuple[str, ...]:
    """Channels a planned period of which goes beyond the highest spend of one period seen."""
    rows = plan.channels[plan.channels["is_extrapolated"].astype(bool)]
    return tuple(words.names[str(channel)] for channel in rows["channel"])


def chance_text(plan: BudgetPlan) -> str:
    """In how many of the models the plan beats today's spend; as a probability, of draws, which never make one certain."""
    share, least = plan.probability_better, 1.0 / (plan.n_models + 1)
    return share_text(min(max(share, least), 1.0 - least) if plan.set_kind is SetKind.POSTERIOR else share)


def share_text(share: float) -> str:
    """A share that is neither all nor none is never rounded to it."""
    if _ROUNDING < share < 0.01:
        return "less than 1%"
    if 0.99 < share < 1 - _ROUNDING:
        return "more than 99%"
    return percent(share)


def _per_period(total: float, plan: BudgetPlan) -> float:
    return total / plan.request.n_periods


def _names(moves: list[Move], words: Vocabulary) -> str:
    if not moves:
        return "the rest"
    names = [words.names[move.channel] for move in moves[:_MOST_NAMES]]
    return join_words([*names, "others"] if len(moves) > _MOST_NAMES else names)
