"""Reasons of a verdict in plain words."""

import math
from collections.abc import Iterator

from mmm_core.engine.trust_verdict import Evidence, Judgement, Objection
from mmm_core.entities.trust import Direction, Verdict


def reasons_for(name: str, evidence: Evidence, judgement: Judgement, compared_with: str) -> tuple[str, ...]:
    """Sentences, most important first.

    Args:
        name: Of the channel, as it is read.
        evidence: What is known.
        judgement: What the rule made of it.
        compared_with: What a further unit of its spend is compared with: "the average of all channels", "break-even".
    """
    if judgement.verdict is Verdict.ACT:
        return tuple(_for_acting(name, evidence, judgement.direction, compared_with))
    sentences = [_SENTENCES[objection](name, evidence) for objection in judgement.objections]
    if judgement.verdict is Verdict.UNKNOWN:
        sentences.append(
            "Even twelve weeks without it, or with twice its spend, would not show, not even in half of the regions."
        )
    return tuple(sentences)


def _for_acting(name: str, evidence: Evidence, direction: Direction | None, compared_with: str) -> Iterator[str]:
    chance = evidence.raise_chance
    if direction is Direction.RAISE:
        yield f"A further unit spent on {name} returns more than {compared_with} with a chance of {chance:.0%}: raise its spend."
    elif direction is Direction.LOWER:
        chance = 1.0 - chance
        yield f"The last unit spent on {name} returns less than {compared_with} with a chance of {chance:.0%}: lower its spend."
    else:
        yield f"{name} works, and a further unit of it returns about as much as {compared_with}: keep its spend."
    yield f"The chance that it does nothing is {_percent(evidence.nothing)}."
    if not math.isnan(evidence.as_good):
        share = "Fewer than 1%" if evidence.as_good < 0.01 else f"Only {evidence.as_good:.0%}"
        yield f"{share} of copies of its spend shifted in time would be credited with as much."
    if not math.isnan(evidence.move):
        yield "Its return stays near its uncertainty however the question is asked."
    if not math.isnan(evidence.recovery_error):
        yield f"On histories made up on this spend its return was found with an average error of {evidence.recovery_error:.0%}."


def _weak_media(name: str, evidence: Evidence) -> str:
    return "Media as a whole are too small a part of the outcome, or too little is known about them, to say what each brings."


def _demand(name: str, evidence: Evidence) -> str:
    return (
        f"{name}'s spend may follow demand instead of making it: what it is credited with would look the same if people bought "
        "anyway. Add a column that measures demand, or test."
    )


def _nothing(name: str, evidence: Evidence) -> str:
    return f"The chance that {name} does nothing is {evidence.nothing:.0%}."


def _placebo(name: str, evidence: Evidence) -> str:
    return f"{evidence.as_good:.0%} of copies of {name}'s spend shifted in time would be credited with as much."


def _moves(name: str, evidence: Evidence) -> str:
    return f"{name}'s return moves by {evidence.move:.1f} times its own uncertainty when the question is asked in another way."


def _recovery(name: str, evidence: Evidence) -> str:
    return f"On histories made up on this spend its return was off by {evidence.recovery_error:.0%} on average."


def _forecast(name: str, evidence: Evidence) -> str:
    return (
        f"Forecasts were off by {evidence.forecast_ratio:.1f} times as much as the same weeks of the year before: the baseline "
        "misses something."
    )


def _percent(share: float) -> str:
    return "below 1%" if share < 0.01 else f"{share:.0%}"


_SENTENCES = {
    Objection.WEAK_MEDIA: _weak_media,
    Objection.DEMAND: _demand,
    Objection.NOTHING: _nothing,
    Objection.PLACEBO: _placebo,
    Objection.MOVES: _moves,
    Objection.RECOVERY: _recovery,
    Objection.FORECAST: _forecast,
}
