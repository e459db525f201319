"""The rule of the trust card, by hand."""

import math

import pytest

from mmm_core.engine.trust_reasons import reasons_for
from mmm_core.engine.trust_verdict import (
    CERTAIN_NOTHING,
    FURTHEST_MOVE,
    LARGEST_ERROR,
    MOST_AS_GOOD,
    MOST_AS_GOOD_IF_CERTAIN,
    MOST_NOTHING,
    WORST_FORECAST,
    Evidence,
    Objection,
    direction_of,
    judge,
)
from mmm_core.entities.trust import Direction, Verdict

CLEAR = Evidence(nothing=0.0, raise_chance=0.9, as_good=0.01, move=0.5, recovery_error=0.2, forecast_ratio=0.5)


def test_a_channel_nothing_speaks_against_is_acted_on() -> None:
    judgement = judge(CLEAR)
    assert (judgement.verdict, judgement.direction, judgement.objections) == (Verdict.ACT, Direction.RAISE, ())


@pytest.mark.parametrize(
    ("changes", "objection"),
    [
        ({"nothing": MOST_NOTHING + 0.01}, Objection.NOTHING),
        ({"as_good": MOST_AS_GOOD_IF_CERTAIN + 0.01}, Objection.PLACEBO),
        ({"nothing": CERTAIN_NOTHING + 0.01, "as_good": MOST_AS_GOOD + 0.01}, Objection.PLACEBO),
        ({"follows_demand": True}, Objection.DEMAND),
        ({"is_weak_media": True}, Objection.WEAK_MEDIA),
        ({"move": FURTHEST_MOVE + 0.1}, Objection.MOVES),
        ({"recovery_error": LARGEST_ERROR + 0.1}, Objection.RECOVERY),
        ({"forecast_ratio": WORST_FORECAST + 0.1}, Objection.FORECAST),
    ],
)
def test_one_objection_is_enough_to_test_first(changes: dict[str, float], objection: Objection) -> None:
    judgement = judge(CLEAR._replace(**changes))
    assert (judgement.verdict, judgement.direction, judgement.objections) == (Verdict.TEST, None, (objection,))


def test_what_no_test_would_show_cannot_be_told() -> None:
    assert judge(CLEAR._replace(nothing=0.5, can_be_tested=False)).verdict is Verdict.UNKNOWN


def test_a_check_that_is_waiting_is_no_objection() -> None:
    assert judge(Evidence(nothing=0.0, raise_chance=0.5)).verdict is Verdict.ACT


def test_a_placebo_that_just_passes_for_a_certain_channel_does_not_for_a_doubtful_one() -> None:
    between = 0.5 * (MOST_AS_GOOD + MOST_AS_GOOD_IF_CERTAIN)
    assert judge(CLEAR._replace(as_good=between)).verdict is Verdict.ACT
    assert judge(CLEAR._replace(as_good=between, nothing=MOST_NOTHING)).verdict is Verdict.TEST


@pytest.mark.parametrize(
    ("chance", "direction"),
    [(0.95, Direction.RAISE), (0.5, Direction.KEEP), (0.05, Direction.LOWER), (0.41, Direction.KEEP)],
)
def test_spend_moves_only_where_one_side_is_clear(chance: float, direction: Direction) -> None:
    assert direction_of(chance) is direction


@pytest.mark.parametrize("chance", [0.95, 0.5, 0.05])
def test_reasons_for_acting_say_the_direction_and_the_chance_of_nothing(chance: float) -> None:
    evidence = CLEAR._replace(raise_chance=chance)
    judgement = judge(evidence)
    assert judgement.direction is not None
    sentences = reasons_for("TV", evidence, judgement, "break-even")
    assert judgement.direction.value in sentences[0]
    assert "break-even" in sentences[0]
    assert "nothing is below 1%" in sentences[1]


def test_every_objection_has_a_sentence_with_its_number() -> None:
    evidence = CLEAR._replace(
        nothing=0.37,
        follows_demand=True,
        is_weak_media=True,
        as_good=0.41,
        move=4.2,
        recovery_error=1.53,
        forecast_ratio=2.9,
    )
    judgement = judge(evidence._replace(can_be_tested=False))
    sentences = reasons_for("TV", evidence, judgement, "break-even")
    assert len(sentences) == len(Objection) + 1
    for number in ("37%", "41%", "4.2", "153%", "2.9"):
        assert any(number in sentence for sentence in sentences)
    assert math.isclose(len(set(sentences)), len(sentences))
