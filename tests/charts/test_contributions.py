import numpy as np
import pytest

from mmm_core.charts.contributions import (
    contribution_points,
    draw_contributions,
    draw_weekly,
    ledger_contribution_points,
    weekly_points,
)
from mmm_core.charts.theme import OTHER_CHANNELS, Theme, take_title
from mmm_core.charts.vocabulary import vocabulary
from mmm_core.entities.model_set import SetKind
from tests.charts.ledger_builder import LABEL, build_ledger
from tests.charts.run_builder import build_model, build_result

FORTY = tuple(f"channel_{k:02d}_spend" for k in range(40))


def test_shares_add_up_to_one_and_baseline_parts_come_first() -> None:
    points = contribution_points(build_model(), vocabulary(build_result()))
    assert points.shares.sum() == pytest.approx(1)
    assert set(points.terms[:3]) == {"intercept", "trend", "season"}


def test_the_title_names_the_channels_that_bring_most_of_paid_sales() -> None:
    points = contribution_points(build_model(), vocabulary(build_result()))
    (first, one), (second, two) = points.paid_shares[:2]
    title = draw_contributions(points).layout.title.text
    words = vocabulary(build_result())
    assert f"{words.names[first]} and {words.names[second]} bring {one + two:.0%} of paid sales" in title


def test_forty_channels_fold_into_ten_and_others_and_nothing_is_lost() -> None:
    model, words = build_model(FORTY), vocabulary(build_result(20, FORTY))
    points = weekly_points(model, words)
    assert points.names[-1] == OTHER_CHANNELS
    assert len(points.names) == 12
    assert np.allclose(points.amounts.sum(axis=0), model.fitted)
    assert len(weekly_points(model, words, all_channels=True).names) == 41


def test_the_baseline_can_be_shown_in_parts_and_what_is_negative_hangs_below_zero() -> None:
    points = weekly_points(build_model(), vocabulary(build_result()), baseline_parts=True)
    figure = draw_weekly(points)
    assert "season" in points.names
    below = [trace for trace in figure.data if trace.stackgroup == "below"]
    assert len(below) == 1
    assert max(below[0].y) == 0


@pytest.mark.parametrize("theme", list(Theme))
def test_markup_in_channel_names_never_reaches_the_figure_as_markup(theme: Theme) -> None:
    nasty = ("<script>alert(1)</script>_spend", "<b>bold</b>", "plain")
    model, words = build_model(nasty), vocabulary(build_result(20, nasty))
    for figure in (
        draw_contributions(contribution_points(model, words), theme),
        draw_weekly(weekly_points(model, words), theme),
    ):
        take_title(figure)
        figure.update_layout(meta=None)
        assert "<script" not in figure.to_json().replace("\\u003c", "<").lower()


def test_a_model_that_credits_nothing_says_so() -> None:
    model = build_model()
    nothing = {name: 0.0 if name.endswith("_spend") else value for name, value in model.contributions.items()}
    object.__setattr__(model, "contributions", nothing)
    title = draw_contributions(contribution_points(model, vocabulary(build_result()))).layout.title.text
    assert "credits no paid channel" in title


def test_in_the_waterfall_the_smallest_of_many_channels_become_one_and_the_whole_stays() -> None:
    model, words = build_model(FORTY), vocabulary(build_result(20, FORTY))
    folded, full = contribution_points(model, words, all_channels=False), contribution_points(model, words)
    assert len(folded.terms) == 3 + 10 + 1
    assert folded.amounts.sum() == pytest.approx(full.amounts.sum())
    assert draw_contributions(folded).layout.title.subtitle.text == draw_contributions(full).layout.title.subtitle.text


def test_over_a_model_set_every_bar_has_a_line_from_low_to_high_and_says_what_it_is() -> None:
    points = ledger_contribution_points(build_ledger(), vocabulary(build_result()))
    figure = draw_contributions(points)
    line = next(trace for trace in figure.data if trace.name == LABEL)
    assert line.x.count(None) == 3 * len(points.terms)
    assert LABEL in figure.layout.title.subtitle.text
    assert f"(€5k–€20k, {LABEL})" in figure.data[0].customdata[0][1]


def test_one_model_has_bars_without_lines() -> None:
    points = ledger_contribution_points(build_ledger(set_kind=SetKind.MODEL), vocabulary(build_result()))
    assert [trace.type for trace in draw_contributions(points).data] == ["bar", "scatter"]


def test_what_rounding_left_of_a_centred_term_is_written_as_nothing() -> None:
    points = contribution_points(build_model(), vocabulary(build_result()))
    amounts, shares = points.amounts.copy(), points.shares.copy()
    amounts[0], shares[0] = -4e-6, -1e-14
    figure = draw_contributions(points._replace(amounts=amounts, shares=shares))
    assert figure.data[0].customdata[0][1] == "€0 · 0%"
