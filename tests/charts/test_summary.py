import dataclasses

import pytest

from mmm_core.charts.summary import duration_words, found_sentences, seconds_left, stage_sentence
from mmm_core.charts.vocabulary import vocabulary
from mmm_core.entities.columns import OutcomeKind
from tests.charts.run_builder import build_progress, build_result


def test_a_finished_run_is_told_in_three_sentences() -> None:
    result = build_result(200)
    tried, recommended, settled = found_sentences(result, vocabulary(result))
    assert tried == "200 models were tried; 12 of them are on the best 2 fronts."
    assert "of paid sales" in recommended
    assert "spread across 12 models" in recommended
    assert "has not settled" in settled


def test_a_stopped_run_says_how_many_were_planned() -> None:
    result = build_result(200)
    output = dataclasses.replace(result.collection.model_output, n_planned=1000)
    info = dataclasses.replace(result.collection.info, stopped_early=True)
    stopped = dataclasses.replace(
        result, collection=dataclasses.replace(result.collection, model_output=output, info=info)
    )
    assert found_sentences(stopped, vocabulary(stopped))[0].startswith("You stopped the search: 200 of 1,000 planned")


def test_conversions_are_told_as_cost() -> None:
    result = build_result(50, kind=OutcomeKind.CONVERSION)
    assert "has a CPA of €" in found_sentences(result, vocabulary(result))[1]


def test_time_left_follows_from_the_rate_and_is_unknown_before_the_first_candidate() -> None:
    progress = build_progress(n_per_trial=100, trials=2)
    assert seconds_left(progress) == pytest.approx(1800 / 100)
    assert seconds_left(None) is None
    assert stage_sentence(None).startswith("Preparing")


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.42, "0.4 s"), (12.3, "12 s"), (200, "3 min 20 s"), (120, "2 min"), (7500, "2 h 5 min")]
)
def test_durations_are_said_in_their_unit(seconds: float, words: str) -> None:
    assert duration_words(seconds) == words
