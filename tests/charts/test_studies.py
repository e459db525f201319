"""Charts of lift studies: the points, that they draw, and the words."""

import dataclasses
import datetime as dt
import math

import numpy as np
import pytest

from mmm_core.charts.study_frames import hit_frame, report_frame, study_return_frame
from mmm_core.charts.study_hits import ALL, NONE, OTHERS, REACH, draw_hits, hit_points
from mmm_core.charts.study_returns import StudyReturnPoints, draw_study_returns, study_return_points, study_return_title
from mmm_core.charts.study_words import (
    days_words,
    distance_words,
    doubt_sentences,
    found_words,
    hit_words,
    left_out_headline,
    measured_words,
    missed_sentences,
    prediction_words,
    study_name,
)
from mmm_core.charts.theme import Theme
from mmm_core.charts.vocabulary import Vocabulary, vocabulary
from mmm_core.engine.ledger import build_ledger
from mmm_core.entities.study_report import Answer, StudyPrediction, StudyReport
from tests.study_runs import SEARCH, TV, report_on, result_with

REPORT = report_on(TV, SEARCH)[-1]


def words() -> Vocabulary:
    return vocabulary(result_with(TV, SEARCH), "EUR")


def moves(answer: Answer = Answer.RECOMMENDED, most: int | None = None) -> StudyReturnPoints:
    before, after = REPORT.before(answer), REPORT.after(answer)
    assert before is not None
    assert after is not None
    return study_return_points(before, after, frozenset(TV.channels), words(), most_channels=most)


def prediction(distance: float, *, error: float = 10.0) -> StudyPrediction:
    return StudyPrediction(predicted=100.0 + distance * error, low=50.0, high=150.0, measured=100.0, error=error)


@pytest.mark.parametrize("answer", Answer)
def test_returns_are_those_of_the_report_without_and_with_studies(answer: Answer) -> None:
    points, after = moves(answer), REPORT.after(answer)
    assert points.channels == words().paid
    assert points.after[0, 0] == after.return_of(points.channels[0]).roas
    assert points.is_tested == tuple(name == "tv_spend" for name in points.channels)
    assert study_return_frame(points)["with_roas"].tolist() == points.after[:, 0].tolist()


def test_of_many_channels_the_tested_ones_stay() -> None:
    assert "tv_spend" in moves(most=1).channels
    assert len(moves(most=3).channels) == 3


@pytest.mark.parametrize("theme", Theme)
def test_both_charts_draw_in_both_themes(theme: Theme) -> None:
    assert len(draw_study_returns(moves(), theme).data) == 4
    assert len(draw_hits(hit_points(REPORT, Answer.PARETO, words()), theme).data) == 3


def test_ranges_without_studies_do_not_squeeze_those_with_them() -> None:
    points = moves()
    wide = points._replace(before=points.before * [[1.0, 1.0, 50.0]])
    assert draw_study_returns(wide).layout.xaxis.range[1] <= points.after.max() * 1.6


def test_the_title_names_what_moved_most_or_that_nothing_did() -> None:
    points = moves()
    still = points._replace(before=points.after)
    assert study_return_title(still) == "Recommended answer: the studies move no channel by more than 5%"
    moved = points.after.copy()
    moved[1] *= 3
    name = words().names[points.channels[1]]
    assert study_return_title(points._replace(before=points.after, after=moved)).startswith(
        f"Recommended answer: {name} moves most, ROAS "
    )


def test_every_study_has_a_mark_for_what_it_was_calibrated_on() -> None:
    points = hit_points(REPORT, Answer.RECOMMENDED, words())
    assert [(shot.study, shot.how) for shot in points.shots] == [
        (s, how) for s in (0, 1) for how in (NONE, OTHERS, ALL)
    ]
    assert points.shots[1].prediction == REPORT.without(Answer.RECOMMENDED, 0).predictions[0]
    assert len(hit_frame(points)) == 6


def test_what_is_far_off_stands_at_the_edge_with_its_number() -> None:
    report = dataclasses.replace(
        REPORT,
        answers=tuple(
            dataclasses.replace(one, predictions=(prediction(40.0), prediction(-1.0))) for one in REPORT.answers
        ),
    )
    trace = draw_hits(hit_points(report, Answer.RECOMMENDED, words())).data[0]
    assert np.array(trace.x).tolist() == [REACH, -1.0]
    assert list(trace.text) == ["+40", ""]


def test_the_report_as_a_table_has_a_row_per_answer_calibration_and_study() -> None:
    frame = report_frame(REPORT)
    assert len(frame) == 16
    assert set(frame["answer"]) == {"recommended", "pareto"}
    assert set(frame["calibrated_without"]) == {"", "1", "2", "1, 2"}


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (prediction(1.9), "Hit"),
        (prediction(-2.1), "Missed"),
        (prediction(0.5, error=22.5), "Too vague"),
        (prediction(2.5, error=22.5), "Missed"),
        (prediction(0.5, error=22.0), "Hit"),
        (dataclasses.replace(prediction(0.0), predicted=math.nan), "Not modelled"),
        (None, "Not made yet"),
    ],
)
def test_a_prediction_hits_within_two_standard_errors_unless_it_is_too_vague_to_tell(
    made: StudyPrediction | None, said: str
) -> None:
    assert hit_words(made, 10.0) == said


def test_studies_are_named_by_channel_and_days() -> None:
    assert study_name(TV, words()) == "TV · 22 May – 18 Jun 2023"
    assert days_words(dt.date(2022, 12, 26), dt.date(2023, 1, 8)) == "26 Dec 2022 – 8 Jan 2023"
    assert days_words(dt.date(2023, 1, 8), dt.date(2023, 1, 8)) == "8 Jan 2023"


def test_what_was_entered_is_said_as_it_was_understood() -> None:
    assert found_words(TV, words()) == "lift €1.9M ± €190k (standard error)"
    other = dataclasses.replace(SEARCH, spend=1000.0, scope="immediate")
    assert found_words(other, words()) == "lift €500k, spend €1k, confidence 90%, immediate effect only"
    assert measured_words(REPORT, 1, words()) == (
        "measured €500k ± €304k (standard error taken: from its confidence of 90%)"
    )


def test_predictions_and_distances_are_said_with_their_side() -> None:
    assert prediction_words(prediction(0.3), words()) == "€103 (€50–€150), 0.3 standard errors above"
    assert distance_words(-1.0) == "1.0 standard error below"
    assert distance_words(0.01) == "right on it"


def headline(*distances: float, errors: float = 10.0, n_made: int = 2) -> str:
    answers = [
        dataclasses.replace(
            REPORT.answers[0],
            left_out=(s,),
            predictions=tuple(prediction(distances[s], error=errors) for _ in distances),
        )
        for s in range(n_made)
    ]
    report = dataclasses.replace(REPORT, errors=(10.0, 10.0), answers=tuple(answers))
    return left_out_headline(report, Answer.RECOMMENDED)


def test_the_headline_counts_the_studies_that_are_predicted_by_the_others() -> None:
    assert headline(0.5, 5.0) == "1 of 2 studies are predicted by a model calibrated on the others"
    assert headline(0.5, 1.0, errors=30.0) == (
        "0 of 2 studies are predicted by a model calibrated on the others; 2 too vaguely to tell"
    )
    assert headline(0.5, 5.0, n_made=1) == "1 of 1 studies are predicted by a model calibrated on the others so far"
    assert headline(0.5, 5.0, n_made=0) == "No study was left out yet"


@pytest.mark.parametrize(
    ("distance", "said"), [(0.1, "The study is predicted by a model without it"), (9.0, "The study is not predicted")]
)
def test_a_study_that_is_alone_is_spoken_of_alone(distance: float, said: str) -> None:
    alone = report_on(TV)[-1]
    answers = tuple(dataclasses.replace(one, predictions=(prediction(distance),)) for one in alone.answers)
    report: StudyReport = dataclasses.replace(alone, errors=(10.0,), answers=answers)
    assert left_out_headline(report, Answer.RECOMMENDED).startswith(said)


def test_most_doubt_is_where_the_contribution_is_least_known() -> None:
    posterior = result_with(TV, SEARCH).posterior
    assert posterior is not None
    ledger = build_ledger(posterior.model_set, words().kind)
    paid = ledger.channels[ledger.channels["is_paid"]]
    widest = paid["channel"].iloc[int(np.argmax(paid["contribution_high"] - paid["contribution_low"]))]
    first, second = doubt_sentences(ledger, words())
    assert first.startswith(f"Most is in doubt about {words().names[widest]}: it brought between €")
    assert second.count("wide)") == 2


def with_distances(recommended: float, pick: float) -> StudyReport:
    """The report with TV that far off for either answer, and Search hit."""
    off = {Answer.RECOMMENDED: recommended, Answer.PARETO: pick}
    answers = tuple(
        dataclasses.replace(one, predictions=(prediction(off[one.answer]), prediction(0.0))) for one in REPORT.answers
    )
    return dataclasses.replace(REPORT, answers=answers)


def test_a_study_that_both_answers_miss_is_told_once_with_what_to_check() -> None:
    (said,) = missed_sentences(with_distances(-3.0, -4.0), words())
    assert said.startswith(
        "Even calibrated on it, the recommended answer misses TV · 22 May – 18 Jun 2023 (3.0 standard"
    )
    assert "check days, channels, effect and unit" in said


def test_a_study_that_only_the_pareto_pick_misses_points_to_the_recommended_answer() -> None:
    (said,) = missed_sentences(with_distances(0.5, 4.0), words())
    assert "the pareto pick misses TV" not in said
    assert "the Pareto pick misses TV" in said
    assert "The recommended answer hits it" in said


def test_studies_that_are_hit_are_not_told() -> None:
    assert missed_sentences(with_distances(0.5, 1.9), words()) == ()
