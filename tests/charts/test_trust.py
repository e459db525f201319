from dataclasses import replace

import numpy as np
import pytest

from mmm_core.charts.trust import draw_forecast, draw_ranges, forecast_points, range_points
from mmm_core.charts.trust_frames import (
    FINDING_COLUMNS,
    detectability_frame,
    finding_frame,
    forecast_frame,
    grade_frame,
    move_frame,
    range_frame,
    verdict_frame,
)
from mmm_core.charts.trust_grades import GRADE_COLOURS, GRADE_SYMBOLS, draw_grades, grade_points
from mmm_core.charts.trust_moves import ASKED, draw_moves, move_points, outside
from mmm_core.charts.trust_words import experiment_sentences, headline, progress_words, verdict_words
from mmm_core.engine.detectability import detectable_roas
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.trust import (
    ChannelVerdict,
    CheckKey,
    CheckStatus,
    Direction,
    Experiment,
    Grade,
    TrustCard,
    Verdict,
)
from tests.trust_builders import card, cards, small_market, waiting_card, words


def said_of(*verdicts: tuple[str, Verdict, Direction | None]) -> TrustCard:
    told = tuple(
        ChannelVerdict(channel=channel, verdict=verdict, direction=direction, reasons=("So.",))
        for channel, verdict, direction in verdicts
    )
    return replace(card(), verdicts=told)


def test_ranges_before_and_after_are_those_of_the_posterior() -> None:
    points = range_points(card(), words())
    assert points is not None
    table = small_market()[1].channels.set_index("channel").loc[list(points.channels)]
    np.testing.assert_allclose(points.after, table[["roas_low", "roas_high"]].to_numpy())
    np.testing.assert_allclose(points.before, table[["prior_roas_low", "prior_roas_high"]].to_numpy())
    assert np.isfinite(points.width).all()


def test_the_range_after_the_data_is_drawn_in_full_and_the_one_before_up_to_the_edge() -> None:
    points = range_points(card(), words())
    assert points is not None
    figure = draw_ranges(points)
    before, after = figure.data
    np.testing.assert_allclose(np.asarray(after.base, dtype=np.float64) + after.x, points.after[:, 1])
    assert (np.asarray(before.base, dtype=np.float64) + before.x <= figure.layout.xaxis.range[1] + 1e-9).all()
    assert len(figure.layout.annotations) == 3


def test_every_changed_question_has_a_mark_at_its_answer() -> None:
    points = move_points(card(), words())
    assert points is not None
    asked = {key: sum(move.check is key for move in points.moves) for key in ASKED}
    assert asked == {CheckKey.SEEDS: 6, CheckKey.RECENT: 6, CheckKey.CONTEXT: 3, CheckKey.BASELINE: 6}
    marks = [trace for trace in draw_moves(points).data if trace.type == "scatter"]
    assert len({trace.marker.symbol for trace in marks}) == 4
    assert sorted(x for trace in marks for x in trace.x) == sorted(move.value for move in points.moves)


def test_the_answer_lies_in_its_band_and_is_that_of_the_posterior() -> None:
    points = move_points(card(), words())
    assert points is not None
    table = small_market()[1].channels.set_index("channel").loc[list(points.channels)]
    np.testing.assert_allclose(points.now, table["roas"].to_numpy())
    assert ((points.low <= points.now) & (points.now <= points.high)).all()


def test_the_title_names_the_channel_that_leaves_its_range() -> None:
    points = move_points(card(), words())
    assert points is not None
    inside = points._replace(low=points.low - 100.0, high=points.high + 100.0)
    assert not outside(inside)
    assert "every channel stays within its range" in draw_moves(inside).layout.title.text
    first = points._replace(low=np.array([9.0, *inside.low[1:]]), high=np.array([9.1, *inside.high[1:]]))
    name = points.words.names[points.channels[0]]
    assert f"{name} leaves its range" in draw_moves(first).layout.title.text


def test_before_their_checks_are_made_there_is_nothing_to_draw_but_the_grid() -> None:
    early = waiting_card()
    assert range_points(early, words()) is None
    assert move_points(early, words()) is None
    assert forecast_points(early, words()) is None
    figure = draw_grades(grade_points(early, words()))
    assert [trace.name for trace in figure.data] == ["not known"]
    assert "Nothing is checked yet" in figure.layout.title.text


def test_a_half_filled_card_says_what_is_still_to_come() -> None:
    half = cards()[2]
    points = move_points(half, words())
    assert points is not None
    assert "Still to come: last weeks left out" in draw_moves(points).layout.title.subtitle.text
    grid = grade_points(half, words())
    assert grid.statuses.count(CheckStatus.WAITING) == 4
    assert (grade_frame(grid)["Recovery"] == "waiting").all()


def test_a_forecast_is_shown_beside_the_year_before() -> None:
    points = forecast_points(card(), words())
    assert points is not None
    numbers = {number.name: number.value for number in card().check(CheckKey.FORECAST).numbers}
    assert list(numbers.values())[:2] == pytest.approx([100 * points.own, 100 * points.naive])
    figure = draw_forecast(points)
    assert list(figure.data[0].x) == forecast_frame(points)["average_error"].tolist()
    assert 0.0 <= points.covered <= 1.0


def test_every_channel_and_check_has_a_mark_whose_shape_says_its_grade() -> None:
    points = grade_points(card(), words())
    figure = draw_grades(points)
    assert sum(len(trace.x) for trace in figure.data) == 3 * 7
    assert len(set(GRADE_SYMBOLS.values())) == len(GRADE_SYMBOLS) == len(Grade)
    assert len(set(GRADE_COLOURS.values())) == len(GRADE_COLOURS)
    for trace in figure.data:
        assert len(set(np.atleast_1d(trace.marker.symbol))) == 1


def test_forty_channels_can_be_cut_to_those_of_the_highest_spend() -> None:
    assert len(grade_points(card(), words(), most_channels=2).channels) == 2
    shown = move_points(card(), words(), most_channels=1)
    assert shown is not None
    assert shown.channels == words().paid[:1]
    assert {move.channel for move in shown.moves} == set(shown.channels)


def test_the_headline_says_what_to_do_with_every_channel() -> None:
    told = said_of(("c0", Verdict.ACT, Direction.RAISE), ("c1", Verdict.TEST, None), ("c2", Verdict.UNKNOWN, None))
    assert headline(told, words()) == "Raise C0; test C1 first; C2 cannot be told from these data"
    kept = said_of(("c0", Verdict.ACT, Direction.LOWER), ("c1", Verdict.ACT, Direction.KEEP))
    assert headline(kept, words()) == "Lower C0, keep C1"
    assert headline(cards()[0], words()).startswith("So far: ")


def test_a_verdict_is_read_as_words() -> None:
    told = said_of(("c0", Verdict.ACT, Direction.RAISE), ("c1", Verdict.UNKNOWN, None)).verdicts
    assert [verdict_words(one) for one in told] == ["Act on it: raise", "Cannot be told from these data"]


def test_an_experiment_names_channel_change_weeks_and_what_it_settles() -> None:
    test = Experiment(
        channel="c1",
        change=-50.0,
        weeks=6,
        in_half_of_regions=True,
        spend_change=-1200.0,
        expected=-45_000.0,
        detectable=30_000.0,
        settles="Whether C1 works as estimated: more words.",
    )
    first, second, third = experiment_sentences(test, words())
    assert first == "For 6 weeks, spend 50% less on C1 in half of the regions (€1.2k a week less)."
    assert "-€45k" in second
    assert "€30k or more would show" in second
    assert third == "It settles whether C1 works as estimated."
    blind = experiment_sentences(replace(test, detectable=float("nan"), change=-100.0), words())
    assert "spend nothing on C1" in blind[0]
    assert "nan" not in " ".join(blind)


def test_progress_is_told_by_the_check_that_comes_next() -> None:
    assert progress_words(None).startswith("The checks have not begun")
    assert "2 of 8 checks are made; the next one: Does it come out the same again?" in progress_words(cards()[1])
    assert progress_words(card()) == "All 8 checks are made."


def test_returns_of_a_count_are_given_per_unit_of_spend() -> None:
    counted = words(OutcomeKind.CONVERSION)
    points = range_points(card(), counted)
    assert points is not None
    figure = draw_ranges(points)
    assert figure.layout.xaxis.title.text == "conversions per € of spend"
    assert not any("no limit" in note.text for note in figure.layout.annotations)


def test_the_table_of_verdicts_has_a_row_per_channel_with_its_reasons() -> None:
    frame = verdict_frame(card(), words())
    assert frame["channel"].tolist() == list(words().paid)
    assert frame["reasons"].str.len().gt(10).all()
    assert set(frame["verdict"]) <= {verdict.value for verdict in Verdict}


def test_the_table_of_findings_has_every_number_of_every_check() -> None:
    frame = finding_frame(card(), words())
    assert tuple(frame.columns) == FINDING_COLUMNS
    assert set(frame["check"]) == {key.value for key in CheckKey}
    n_numbers = sum(
        len(check.numbers) + sum(len(finding.numbers) for finding in check.findings) for check in card().checks
    )
    assert (frame["number"] != "").sum() == n_numbers
    assert frame["sentence"].str.len().gt(0).all()


def test_the_tables_behind_the_charts_have_a_row_per_mark() -> None:
    ranges, moves = range_points(card(), words()), move_points(card(), words())
    assert ranges is not None
    assert moves is not None
    assert range_frame(ranges)["channel"].tolist() == list(words().paid)
    assert len(move_frame(moves)) == len(moves.moves)
    assert move_frame(moves)["channel"].unique().tolist() == list(moves.channels)


def test_what_is_detectable_is_listed_by_spend_and_nothing_detectable_is_empty() -> None:
    found = detectable_roas(small_market()[0])
    names = {one.channel: one.channel.upper() for one in found.channels}
    blind = replace(found, channels=(replace(found.channels[0], roas=float("inf")), *found.channels[1:]))
    frame = detectability_frame(blind, names)
    assert frame["spend"].is_monotonic_decreasing
    assert frame["smallest_return"].isna().sum() == 1
