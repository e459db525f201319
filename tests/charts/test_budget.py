import dataclasses
import io

import numpy as np
import pytest
from openpyxl import load_workbook

from mmm_core.charts.budget import (
    draw_moves,
    draw_plan,
    draw_uplift,
    move_points,
    plan_points,
    uplift_points,
)
from mmm_core.charts.budget_frames import plan_frame, plan_sheets, summary_frame, uplift_frame, weekly_plan_frame
from mmm_core.charts.budget_words import better_sentence, headline, interval_sentence, moves_of, uplift_text
from mmm_core.charts.theme import Theme
from mmm_core.charts.vocabulary import Vocabulary, vocabulary
from mmm_core.entities.budget import BudgetGoal, BudgetRequest
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.model_set import SetKind
from mmm_core.report import write_workbook
from tests.budget_builders import build_plan, with_table
from tests.charts.run_builder import build_result

MANY = tuple(f"channel_{k}_spend" for k in range(40))


@pytest.fixture
def words() -> Vocabulary:
    return vocabulary(build_result())


@pytest.fixture
def conversions() -> Vocabulary:
    return vocabulary(build_result(kind=OutcomeKind.CONVERSION))


def test_the_headline_says_what_moves_where_and_what_it_brings_with_its_range(words: Vocabulary) -> None:
    plan = dataclasses.replace(build_plan(), uplift=80_000.0, uplift_low=20_000.0, uplift_high=150_000.0)
    assert headline(plan, words) == (
        "Move €10k a week from TV to Search and Social: +€80k (+€20k to +€150k) over 13 weeks"
    )


def test_more_than_two_channels_on_a_side_are_others() -> None:
    words = vocabulary(build_result(20, MANY))
    plan = build_plan(MANY, [-9_000, -5_000, -4_000, 10_000, 8_000] + [0] * 35)
    assert "from Channel 0, Channel 1 and others to Channel 3 and Channel 4:" in headline(plan, words)


def test_without_a_move_the_headline_says_that_today_is_best(words: Vocabulary) -> None:
    assert headline(build_plan(moves=(0, 0, 0)), words).startswith("Today's spend is already the best plan")


def test_another_budget_than_todays_is_compared_with_it(words: Vocabulary) -> None:
    assert "Spend €90k a week, €30k more than today:" in headline(build_plan(moves=(10_000, 10_000, 10_000)), words)
    assert "Spend €50k a week, €10k less than today:" in headline(build_plan(moves=(-10_000, 0, 0)), words)


def test_targets_are_said_as_they_were_asked(words: Vocabulary, conversions: Vocabulary) -> None:
    response = BudgetRequest(goal=BudgetGoal.TARGET_RESPONSE, target=1e6, n_periods=4)
    plan = build_plan(moves=(10_000, 0, 0), request=response)
    assert headline(plan, words) == "€1.2M sales over 4 weeks cost €70k a week, €10k more than today"
    returns = BudgetRequest(goal=BudgetGoal.TARGET_RETURN, target=3.0)
    assert "can be spent at ROAS 4.3, €10k more than today" in headline(
        build_plan(moves=(10_000, 0, 0), request=returns), words
    )
    assert "at CPA €20," in headline(build_plan(returns=0.05, moves=(100, 0, 100), request=returns), conversions)


def test_one_model_has_no_range_and_says_so(words: Vocabulary) -> None:
    plan = build_plan(set_kind=SetKind.MODEL)
    assert uplift_text(plan, words) == "+€520k"
    assert "no range" in interval_sentence(plan)
    assert better_sentence(plan) == ""
    assert move_points(plan, words).agreement == ("", "", "")


def test_a_range_is_never_called_more_than_it_is(words: Vocabulary) -> None:
    assert "not a sampling error" in interval_sentence(build_plan())
    sampling = dataclasses.replace(
        build_plan(set_kind=SetKind.SAMPLING), interval_label="90% sampling interval, 500 refits"
    )
    assert interval_sentence(sampling) == "In brackets: 90% sampling interval, 500 refits."


@pytest.mark.parametrize(
    ("share", "text"), [(1.0, "100%"), (1 - 1e-15, "100%"), (0.999, "more than 99%"), (0.001, "less than 1%")]
)
def test_a_share_that_is_not_all_or_none_is_not_rounded_to_it(share: float, text: str) -> None:
    assert f"in {text} of 112 models" in better_sentence(dataclasses.replace(build_plan(), probability_better=share))


def test_refits_of_one_model_and_draws_of_a_posterior_are_told_apart() -> None:
    sampling = better_sentence(build_plan(set_kind=SetKind.SAMPLING))
    assert "of 112 refits: the sampling error of this one model" in sampling
    assert better_sentence(build_plan(set_kind=SetKind.POSTERIOR)).startswith("The probability that the plan beats")


def test_where_spends_differ_no_probability_is_said() -> None:
    assert better_sentence(dataclasses.replace(build_plan(), probability_better=np.nan)) == ""


@pytest.mark.parametrize(("share", "text"), [(1.0, "more than 99%"), (0.0, "less than 1%"), (0.93, "93%")])
def test_no_number_of_draws_makes_a_probability_of_all_or_nothing(share: float, text: str) -> None:
    plan = dataclasses.replace(build_plan(set_kind=SetKind.POSTERIOR), probability_better=share)
    assert better_sentence(plan).endswith(f"is {text}.")


def test_conversions_are_counted_not_paid(conversions: Vocabulary) -> None:
    assert "+6.5k conversions (+" in headline(build_plan(returns=0.05), conversions)


def test_moves_stand_by_size_with_the_share_of_models_that_agree(words: Vocabulary) -> None:
    points = move_points(build_plan(), words)
    assert [move.channel for move in points.moves] == ["tv_spend", "search_spend", "social_spend"]
    assert points.agreement[1] == "84% of 112 models raise Search"
    assert draw_moves(points).layout.title.text == "<b>TV gives up most: -€10k a week (84% of 112 models lower TV)</b>"


def test_changes_too_small_to_mention_are_left_out(words: Vocabulary) -> None:
    plan = build_plan(moves=(-10_000, 9_960, 40))
    assert [move.channel for move in moves_of(plan)] == ["tv_spend", "search_spend"]
    assert "One channel keeps its spend" in draw_moves(move_points(plan, words)).layout.title.subtitle.text


def test_without_moves_the_chart_says_so(words: Vocabulary) -> None:
    figure = draw_moves(move_points(build_plan(moves=(0, 0, 0)), words))
    assert "Nothing is moved" in figure.layout.title.text


@pytest.mark.parametrize("is_narrow", [False, True])
@pytest.mark.parametrize("theme", list(Theme))
def test_spend_and_response_stand_side_by_side_or_below_each_other(
    words: Vocabulary, theme: Theme, *, is_narrow: bool
) -> None:
    figure = draw_plan(plan_points(build_plan(), words), theme, is_narrow=is_narrow)
    assert [list(bar.x) for bar in figure.data[:2]] == [[2e4, 2e4, 2e4], [22_000, 28_000, 10_000]]
    assert [note.text for note in figure.layout.annotations] == ["spend per week", "sales it brings per week"]
    starts = {figure.layout.xaxis.domain, figure.layout.xaxis2.domain}
    assert len(starts) == (1 if is_narrow else 2)


def test_what_goes_beyond_history_is_hatched_and_said(words: Vocabulary) -> None:
    figure = draw_plan(plan_points(build_plan(), words))
    assert figure.data[1].marker.pattern.shape == ("", "/", "")
    assert "Hatched: beyond the highest spend of one week seen" in figure.layout.title.subtitle.text
    within = draw_plan(plan_points(build_plan(moves=(-100, 50, 50)), words))
    assert "Hatched" not in within.layout.title.subtitle.text


def test_the_response_of_the_plan_carries_its_range(words: Vocabulary) -> None:
    bar = draw_plan(plan_points(build_plan(), words)).data[3]
    assert list(bar.error_x.array) == pytest.approx([0.3 * x for x in bar.x])
    one = draw_plan(plan_points(build_plan(set_kind=SetKind.MODEL), words)).data[3]
    assert one.error_x.array is None


def test_forty_channels_each_have_a_row() -> None:
    words = vocabulary(build_result(20, MANY))
    figure = draw_plan(plan_points(build_plan(MANY, np.zeros(40)), words))
    assert len(figure.layout.yaxis.ticktext) == 40
    assert figure.layout.height > 1500


def test_the_uplift_is_drawn_model_by_model_with_todays_spend_as_zero(words: Vocabulary) -> None:
    plan = build_plan()
    points = uplift_points(plan, words)
    figure = draw_uplift(points)
    assert sum(figure.data[0].y) == 112
    assert [shape.x0 for shape in figure.layout.shapes] == [0, plan.uplift]
    assert f"in {points.n_better} of 112 models" in figure.layout.title.text
    assert uplift_frame(points)["uplift"].is_monotonic_decreasing


def test_names_are_shown_as_they_are_written() -> None:
    words = vocabulary(build_result(20, ("<b>tv</b>_spend", "a%{x}_spend")))
    plan = build_plan(("<b>tv</b>_spend", "a%{x}_spend"), (-5_000, 5_000))
    for figure in (draw_plan(plan_points(plan, words)), draw_moves(move_points(plan, words))):
        assert "<b>tv" not in figure.to_json()
        assert "a%{x}" not in figure.to_json().replace("a%{x}</b> to", "")


def test_the_table_of_a_plan_has_a_row_per_channel_by_spend(words: Vocabulary) -> None:
    frame = plan_frame(build_plan(), words)
    assert frame["channel"].tolist() == ["social_spend", "search_spend", "tv_spend"]
    assert frame["name"].tolist() == ["Social", "Search", "TV"]
    assert frame["spend"].tolist() == [22_000, 28_000, 10_000]


def test_for_conversions_the_table_has_costs_with_their_ends_exchanged(conversions: Vocabulary) -> None:
    plan = with_table(build_plan(returns=0.05), roas=[0.0, 0.05, 0.1], roas_low=0.0, roas_high=0.2)
    frame = plan_frame(plan, conversions).set_index("channel")
    assert frame["cpa"].to_dict() == {"social_spend": 10.0, "search_spend": 20.0, "tv_spend": np.inf}
    assert (frame["cpa_low"].iloc[0], frame["cpa_high"].iloc[0]) == (5.0, np.inf)
    assert not [name for name in frame if "roas" in name]


def test_a_range_over_one_model_is_left_empty(words: Vocabulary) -> None:
    assert plan_frame(build_plan(set_kind=SetKind.MODEL), words)["roas_low"].isna().all()


def test_planned_weeks_have_a_row_each_and_add_up(words: Vocabulary) -> None:
    plan = build_plan()
    frame = weekly_plan_frame(plan, words)
    assert len(frame) == 13
    assert frame[list(words.paid)].to_numpy().sum() == pytest.approx(plan.total)


def test_a_plan_fills_a_workbook_that_opens(words: Vocabulary) -> None:
    sheets = plan_sheets(build_plan(), words, "112 models on the best front")
    book = load_workbook(io.BytesIO(write_workbook(sheets)))
    assert book.sheetnames == ["Plan", "By week", "Summary"]
    assert [book[name].max_row for name in book.sheetnames[:2]] == [4, 14]


def test_the_summary_has_every_limit_and_note(words: Vocabulary) -> None:
    frame = summary_frame(build_plan(), words, "112 models on the best front").set_index("what")["value"]
    assert frame["models"] == "112 models on the best front"
    assert frame["limit that binds"] == build_plan().binding[0]
    assert frame["note"] == build_plan().notes[0]
    assert frame["ROAS today"] == pytest.approx(4.0)
