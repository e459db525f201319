import dataclasses

import numpy as np
import pytest

from mmm_core.charts.refresh_causes import (
    TOTAL,
    draw_why,
    why_frame,
    why_points,
    why_sentences,
    why_terms,
)
from mmm_core.charts.refresh_curves import curve_pair_frame, curve_pairs, draw_curve_pairs
from mmm_core.charts.refresh_sides import Quantity, draw_sides, left_range, side_frame, side_points
from mmm_core.charts.theme import Theme
from mmm_core.charts.vocabulary import Vocabulary, vocabulary
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.estimate import Estimate
from mmm_core.entities.refresh import BASELINE_TERM, AnswerMove, Cause
from tests.charts.ledger_builder import build_set_curve
from tests.charts.run_builder import CHANNELS, build_result
from tests.refresh_builders import answer_move, refresh_report


@pytest.fixture(scope="module")
def words() -> Vocabulary:
    return vocabulary(build_result())


@pytest.fixture(scope="module")
def counted() -> Vocabulary:
    return vocabulary(build_result(kind=OutcomeKind.CONVERSION))


@pytest.fixture
def move() -> AnswerMove:
    return answer_move(Estimate.AVERAGED, CHANNELS)


def test_both_answers_stand_by_spend_with_their_ranges(move: AnswerMove, words: Vocabulary) -> None:
    points = side_points(move, words, Quantity.RETURN)
    assert points.channels == words.paid
    k = points.channels.index("tv_spend")
    assert points.old.figures[k].tolist() == [2.0, 1.0, 4.0]
    assert points.new.figures[k].tolist() == pytest.approx([2.2, 1.1, 4.4])
    assert points.new.texts[k] == "2.2 (1.1–4.4)"


@pytest.mark.parametrize("quantity", list(Quantity))
@pytest.mark.parametrize("theme", list(Theme))
def test_both_answers_are_drawn_with_what_the_ranges_are(
    move: AnswerMove, words: Vocabulary, quantity: Quantity, theme: Theme
) -> None:
    figure = draw_sides(side_points(move, words, quantity), theme)
    assert all("→" in note.text and "(" in note.text for note in figure.layout.annotations)
    assert "about 90% (posterior)" in figure.layout.meta["subtitle"]


def test_a_cost_is_the_inverse_and_its_ends_change_places(move: AnswerMove, counted: Vocabulary) -> None:
    points = side_points(move, counted, Quantity.RETURN)
    k = points.channels.index("tv_spend")
    assert points.old.figures[k].tolist() == [0.5, 0.25, 1.0]
    assert points.old.texts[k] == "€0.5 (€0.25–€1)"


def test_a_channel_that_wins_nothing_has_no_cost_and_the_chart_still_stands(
    move: AnswerMove, counted: Vocabulary
) -> None:
    row = move.terms["term"] == "tv_spend"
    move.terms.loc[row, ["roas_after", "roas_after_low", "roas_after_high"]] = 0.0
    points = side_points(move, counted, Quantity.RETURN)
    k = points.channels.index("tv_spend")
    assert points.new.texts[k] == "none won"
    assert np.isfinite(draw_sides(points).layout.xaxis.range).all()


def test_a_channel_outside_its_earlier_range_is_named(move: AnswerMove, words: Vocabulary) -> None:
    assert left_range(side_points(move, words, Quantity.RETURN)) == []
    move.terms.loc[move.terms["term"] == "tv_spend", "roas_after"] = 9.0
    points = side_points(move, words, Quantity.RETURN)
    assert left_range(points) == ["tv_spend"]
    assert draw_sides(points).layout.meta["title"] == "ROAS: TV leaves its earlier range"


def test_an_answer_without_ranges_is_compared_without_them(move: AnswerMove, words: Vocabulary) -> None:
    ends = [name for name in move.terms if name.endswith(("_low", "_high"))]
    move.terms[ends] = np.nan
    points = side_points(move, words, Quantity.CONTRIBUTION)
    assert "nan" not in "".join((*points.old.texts, *points.new.texts)).lower()
    assert draw_sides(points).layout.meta["title"].endswith("of every channel before and after the refresh")


def test_the_table_behind_holds_every_figure_drawn(move: AnswerMove, words: Vocabulary) -> None:
    frame = side_frame(side_points(move, words, Quantity.CONTRIBUTION))
    assert frame.shape == (len(CHANNELS), 9)
    assert frame["new_interval"].unique().tolist() == ["about 90% (posterior)"]


def test_the_causes_of_every_term_add_up_to_its_move(move: AnswerMove, words: Vocabulary) -> None:
    for quantity in Quantity:
        for term in why_terms(move, words, quantity):
            points = why_points(move, words, term, quantity)
            assert points.before + points.amounts.sum() == pytest.approx(points.after, rel=1e-12)


def test_the_total_is_the_sum_over_the_paid_channels(move: AnswerMove, words: Vocabulary) -> None:
    points = why_points(move, words, TOTAL, Quantity.CONTRIBUTION)
    assert (points.before, points.after) == pytest.approx((6000.0, 6600.0))
    assert points.amounts.tolist() == pytest.approx([0.0, 420.0, 300.0, -120.0])


def test_the_chart_says_how_far_and_mostly_why(move: AnswerMove, words: Vocabulary) -> None:
    figure = draw_why(why_points(move, words, TOTAL, Quantity.CONTRIBUTION))
    assert figure.layout.meta["title"] == "All paid channels went up by €600 (10%), mostly through new weeks"
    assert "known of each channel, not of their sum" in figure.layout.meta["subtitle"]
    texts = [text.strip() for text in figure.data[-1].text]
    assert (texts[1], texts[-1]) == ("±0", "€6.6k (+€600)")


def test_a_term_that_did_not_move_is_said_not_to_have_moved(move: AnswerMove, words: Vocabulary) -> None:
    move.terms["contribution_after"] = move.terms["contribution_before"]
    move.causes["change"] = 0.0
    figure = draw_why(why_points(move, words, BASELINE_TERM, Quantity.CONTRIBUTION), Theme.DARK)
    assert figure.layout.meta["title"] == "Baseline did not move"
    low, high = figure.layout.xaxis.range
    assert low < 0 < high


def test_no_cause_is_said_to_have_moved_nothing_that_moved_something(move: AnswerMove, words: Vocabulary) -> None:
    report = dataclasses.replace(refresh_report(CHANNELS), changed=())
    is_history = move.causes["cause"] == Cause.REVISED_HISTORY.value
    assert "so it moved nothing" in why_sentences(report, move, words)[0]
    revised = dataclasses.replace(move, causes=move.causes.assign(change=move.causes["change"].mask(is_history, 5.0)))
    assert "the earlier rows differ a little in the new file" in why_sentences(report, revised, words)[0]


def test_what_new_studies_moved_in_the_recommended_answer_is_said(words: Vocabulary) -> None:
    report = refresh_report(CHANNELS)
    averaged = report.move_of(Estimate.AVERAGED)
    assert averaged is not None
    assert "new lift studies" in why_sentences(report, averaged, words)[2]
    is_choice = averaged.causes["cause"] == Cause.MODEL_CHOICE.value
    none = dataclasses.replace(
        averaged, causes=averaged.causes.assign(change=averaged.causes["change"].mask(is_choice, 0.0))
    )
    assert "there is no choice of one" in why_sentences(report, none, words)[2]


def test_every_cause_is_said_in_plain_words(move: AnswerMove, words: Vocabulary) -> None:
    said = why_sentences(refresh_report(CHANNELS), move, words)
    assert [sentence.partition(":")[0] for sentence in said] == [
        "Revised history",
        "New weeks",
        "Choice of model",
        "Sampling noise",
    ]
    assert "2 cells" in said[0]
    assert "4 weeks the old model had not seen" in said[1]


@pytest.mark.parametrize(("kind", "subject"), [("words", "ROAS of TV"), ("counted", "Conversions per € in TV")])
def test_a_return_that_moved_is_called_what_it_is(
    move: AnswerMove, kind: str, subject: str, request: pytest.FixtureRequest
) -> None:
    points = why_points(move, request.getfixturevalue(kind), "tv_spend", Quantity.RETURN)
    assert draw_why(points).layout.meta["title"].startswith(f"{subject} went up by 0.2 (10%)")


def test_the_table_of_causes_has_a_row_per_term(move: AnswerMove, words: Vocabulary) -> None:
    frame = why_frame(move, words, Quantity.CONTRIBUTION)
    assert frame["term"].tolist() == [TOTAL, *words.paid, BASELINE_TERM]
    causes = frame[["Revised history", "New weeks", "Choice of model", "Sampling noise"]].sum(axis=1)
    assert (frame["before"] + causes).tolist() == pytest.approx(frame["now"].tolist())
    assert len(Cause) == 4


def test_both_curves_lie_over_the_same_spends(words: Vocabulary) -> None:
    pairs = curve_pairs(
        {name: (build_set_curve(name), build_set_curve(name, ceiling=120.0)) for name in words.paid}, words
    )
    assert [pair.change for pair in pairs.pairs] == pytest.approx([0.2] * len(words.paid))
    figure = draw_curve_pairs(pairs)
    assert "now brings 20% more than by the old curve" in figure.layout.meta["title"]
    assert len(curve_pair_frame(pairs)) == sum(len(pair.spend) for pair in pairs.pairs)


def test_curves_that_did_not_move_are_said_not_to_have_moved(words: Vocabulary) -> None:
    same = {name: (build_set_curve(name), build_set_curve(name)) for name in words.paid}
    title = draw_curve_pairs(curve_pairs(same, words), Theme.DARK).layout.meta["title"]
    assert title == "At today's mean spend every response curve stands where it stood"


def test_a_channel_neither_answer_credits_is_said_to_bring_nothing(words: Vocabulary) -> None:
    nothing = build_set_curve("tv_spend", ceiling=0.0)
    figure = draw_curve_pairs(curve_pairs({"tv_spend": (nothing, nothing)}, words))
    assert "brings nothing" in [note.text for note in figure.layout.annotations]


def test_a_move_within_the_noise_is_said_to_be_no_more_than_that(move: AnswerMove, words: Vocabulary) -> None:
    row = move.terms["term"] == "tv_spend"
    move.terms.loc[row, "contribution_noise"] = 1e6
    figure = draw_why(why_points(move, words, "tv_spend", Quantity.CONTRIBUTION))
    assert figure.layout.meta["title"].endswith("no more than noise moves it")
    assert "typical noise" in [trace.name for trace in figure.data]


def test_of_many_channels_the_chart_says_that_it_speaks_of_those_it_shows(move: AnswerMove, words: Vocabulary) -> None:
    points = side_points(move, words, Quantity.RETURN)
    still = points._replace(new=points.old, n_left_out=30)
    said = draw_sides(still).layout.meta
    assert f"each of the {len(points.channels)} channels shown stays within" in said["title"]
    assert said["subtitle"].endswith("The 30 smallest channels are left out.")
