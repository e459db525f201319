"""The rule that turns checks into one verdict per channel: numbers in, verdict and objections out.

Its limits were set on development markets of the laboratory (:mod:`mmm_core.engine.simulate_laws`) so that a channel that does
nothing is rarely acted on and a strong one mostly is; the trust card's methodology paragraph has the measured rates.
"""

import math
from enum import StrEnum
from typing import NamedTuple

from mmm_core.entities.trust import Direction, Verdict

MOST_NOTHING, CERTAIN_NOTHING = 0.05, 0.02
"""Chance that the channel does nothing; up to the second it is as good as certain that it does something. With 0.05 one of 109
channels that do nothing was to be moved on core development markets 700 to 839, and 78% of the strong ones; with 0.08 two and
80%."""

MOST_AS_GOOD, MOST_AS_GOOD_IF_CERTAIN = 0.05, 0.10
"""Share of copies shifted in time that would be credited with as much; the second for channels that certainly do something."""

FURTHEST_MOVE = 1.5
"""Largest movement of its return in a refit, in standard deviations of the answer."""

LARGEST_ERROR = 0.5
"""Average error of its return on made-up histories, as a share of its size."""

WORST_FORECAST = 1.5
"""Error of forecasts against that of the year before."""

CLEAR_DIRECTION = 0.6
"""Chance that a further unit of spend returns more, or less, than what it is compared with."""


class Objection(StrEnum):
    """What speaks against acting on a channel, gravest first."""

    WEAK_MEDIA = "weak media"
    DEMAND = "demand"
    NOTHING = "nothing"
    PLACEBO = "placebo"
    MOVES = "moves"
    RECOVERY = "recovery"
    FORECAST = "forecast"


class Evidence(NamedTuple):
    """What is known about one channel; NaN where a check is waiting or not possible, which is no objection.

    Attributes:
        nothing: Posterior probability that it does nothing.
        raise_chance: Probability that a further unit of its spend returns more than what it is compared with.
        follows_demand: Whether its spend may follow demand instead of making it.
        is_weak_media: Whether the data cannot say what all media bring together.
        as_good: Share of its copies shifted in time that would be credited with as much.
        move: Largest movement of its return in a refit, in standard deviations of the answer.
        recovery_error: Average error of its return on made-up histories, share of its size.
        forecast_ratio: Error of forecasts against that of the same weeks of the year before.
        can_be_tested: Whether a sensible experiment would show its effect.
    """

    nothing: float
    raise_chance: float
    follows_demand: bool = False
    is_weak_media: bool = False
    as_good: float = math.nan
    move: float = math.nan
    recovery_error: float = math.nan
    forecast_ratio: float = math.nan
    can_be_tested: bool = True


class Judgement(NamedTuple):
    """Verdict, direction (only to act), and what speaks against acting."""

    verdict: Verdict
    direction: Direction | None
    objections: tuple[Objection, ...]


def judge(evidence: Evidence) -> Judgement:
    """Act where nothing speaks against it; else test where a test would show something; else it cannot be told."""
    is_certain = evidence.nothing <= CERTAIN_NOTHING
    most_as_good = MOST_AS_GOOD_IF_CERTAIN if is_certain else MOST_AS_GOOD
    against = {
        Objection.WEAK_MEDIA: evidence.is_weak_media,
        Objection.DEMAND: evidence.follows_demand,
        Objection.NOTHING: evidence.nothing > MOST_NOTHING,
        Objection.PLACEBO: evidence.as_good > most_as_good,
        Objection.MOVES: evidence.move > FURTHEST_MOVE,
        Objection.RECOVERY: evidence.recovery_error > LARGEST_ERROR,
        Objection.FORECAST: evidence.forecast_ratio > WORST_FORECAST,
    }
    objections = tuple(objection for objection, holds in against.items() if holds)
    if not objections:
        return Judgement(Verdict.ACT, direction_of(evidence.raise_chance), ())
    return Judgement(Verdict.TEST if evidence.can_be_tested else Verdict.UNKNOWN, None, objections)


def direction_of(raise_chance: float) -> Direction:
    """Where to move the spend; it stays where neither side is clear."""
    if raise_chance >= CLEAR_DIRECTION:
        return Direction.RAISE
    return Direction.LOWER if raise_chance <= 1.0 - CLEAR_DIRECTION else Direction.KEEP
