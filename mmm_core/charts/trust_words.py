"""The trust card in words: verdicts, checks and experiments as pages, charts and tables write them."""

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from mmm_core.charts.theme import compact_number, currency_sign, percent
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.naming import join_words
from mmm_core.entities.trust import (
    ChannelVerdict,
    CheckKey,
    CheckStatus,
    Direction,
    Experiment,
    Grade,
    TrustCard,
    TrustCheck,
    Verdict,
)

GRADE_WORDS: Mapping[Grade, str] = MappingProxyType(
    {Grade.GOOD: "holds", Grade.DOUBTFUL: "doubtful", Grade.BAD: "does not hold", Grade.NONE: "says nothing"}
)
"""What a grade is called."""

CHECK_WORDS: Mapping[CheckKey, str] = MappingProxyType(
    {
        CheckKey.PRIOR: "Data",
        CheckKey.SEEDS: "Repeat",
        CheckKey.RECENT: "Recency",
        CheckKey.FORECAST: "Forecast",
        CheckKey.CONTEXT: "Context",
        CheckKey.BASELINE: "Baseline",
        CheckKey.PLACEBO: "Timing",
        CheckKey.RECOVERY: "Recovery",
    }
)
"""A check in one word, where there is no room for its question."""

MOST_NAMED = 3
"""Channels a sentence names; of more it gives the number."""


def return_amount(value: float, words: Vocabulary) -> str:
    """A return per unit of spend: ``4.1``, or for a count ``0.083``; ranges before the data have no cost to speak of."""
    return words.returns(value) if words.kind is OutcomeKind.REVENUE else compact_number(value)


def return_range(low: float, high: float, words: Vocabulary) -> str:
    """``3.2–5.0``."""
    return f"{return_amount(low, words)}–{return_amount(high, words)}"


def return_name(words: Vocabulary) -> str:
    """What the trust card measures returns in: ``ROAS``, or ``conversions per €``, whose inverse is the CPA."""
    return "ROAS" if words.kind is OutcomeKind.REVENUE else f"conversions per {currency_sign(words.currency).strip()}"


def verdict_words(verdict: ChannelVerdict) -> str:
    """``Act on it: raise``, ``Test it first``, ``Cannot be told from these data``."""
    said = verdict.verdict.value
    said = f"{said[:1].upper()}{said[1:]}"
    return said if verdict.direction is None else f"{said}: {verdict.direction.value}"


def headline(card: TrustCard, words: Vocabulary) -> str:
    """What to do in one sentence; "So far:" while checks are waiting."""
    moves = [
        f"{direction.value} {_named(_with(card, direction), words)}"
        for direction in Direction
        if _with(card, direction)
    ]
    tests = [verdict.channel for verdict in card.verdicts if verdict.verdict is Verdict.TEST]
    unknown = [verdict.channel for verdict in card.verdicts if verdict.verdict is Verdict.UNKNOWN]
    parts = [", ".join(moves)] if moves else []
    if tests:
        parts.append(f"test {_named(tests, words)} first")
    if unknown:
        parts.append(f"{_named(unknown, words)} cannot be told from these data")
    said = "; ".join(parts) or "There is no paid channel to speak of"
    return f"So far: {said}" if not card.is_complete else f"{said[:1].upper()}{said[1:]}"


def progress_words(card: TrustCard | None) -> str:
    """How far the checks are."""
    if card is None:
        return "The checks have not begun. They are made in the background, as soon as no run is waiting."
    waiting = [check for check in card.checks if check.status is CheckStatus.WAITING]
    done = len(card.checks) - len(waiting)
    if not waiting:
        return f"All {len(card.checks)} checks are made."
    return f"{done} of {len(card.checks)} checks are made; the next one: {waiting[0].title}"


def experiment_sentences(experiment: Experiment, words: Vocabulary) -> tuple[str, ...]:
    """What to try, what would be seen, what is known afterwards."""
    name, change = words.names[experiment.channel], experiment.change
    how = f"{percent(abs(change) / 100.0)} {'more' if change > 0 else 'less'} on {name}"
    spend = f"spend {'nothing on ' + name if change <= -100.0 else how}"
    where = " in half of the regions" if experiment.in_half_of_regions else ""
    money = f"{words.money(abs(experiment.spend_change))} a week {'more' if change > 0 else 'less'}"
    expected = f"{'+' if experiment.expected > 0 else '-'}{words.outcome(abs(experiment.expected))}"
    seen = (
        f"If the estimate is right, {words.outcome_word}{' there' if where else ''} change by {expected} over the test"
    )
    if math.isfinite(experiment.detectable):
        seen += f"; a change of {words.outcome(experiment.detectable)} or more would show in four of five cases"
    question = experiment.settles.partition(":")[0].rstrip(".")
    return (
        f"For {experiment.weeks} weeks, {spend}{where} ({money}).",
        f"{seen}.",
        f"It settles {question[:1].lower()}{question[1:]}.",
    )


def status_words(check: TrustCheck) -> str:
    """Where a check stands, in one or two words."""
    if check.status is CheckStatus.DONE:
        return f"done in {check.seconds:.1f} s" if check.seconds >= 0.05 else "done"
    return "waiting" if check.status is CheckStatus.WAITING else "not possible"


def _with(card: TrustCard, direction: Direction) -> list[str]:
    return [verdict.channel for verdict in card.verdicts if verdict.direction is direction]


def _named(channels: Sequence[str], words: Vocabulary) -> str:
    if len(channels) > MOST_NAMED:
        return f"{len(channels)} channels"
    return join_words([words.names[name] for name in sorted(channels, key=words.paid.index)])
