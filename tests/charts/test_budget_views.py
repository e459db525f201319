import dataclasses

import numpy as np
import pytest

from mmm_core.charts.budget_curves import PlannedCurves, draw_planned_curves, planned_curves
from mmm_core.charts.budget_frames import curve_frame
from mmm_core.charts.budget_returns import draw_return_change, return_change, return_title
from mmm_core.charts.budget_scenarios import draw_scenarios, scenario_frame, scenario_points
from mmm_core.charts.theme import Theme
from mmm_core.charts.vocabulary import Vocabulary, vocabulary
from mmm_core.entities.budget import BudgetPlan
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.model_set import SetCurve, SetKind
from tests.budget_builders import CHANNELS, build_plan, with_table
from tests.charts.run_builder import build_result

MANY = tuple(f"channel_{k}_spend" for k in range(40))


@pytest.fixture
def words() -> Vocabulary:
    return vocabulary(build_result())


@pytest.fixture
def conversions() -> Vocabulary:
    return vocabulary(build_result(kind=OutcomeKind.CONVERSION))


def build_set_curve(channel: str, top: float = 1e5) -> SetCurve:
    spend = np.linspace(0, 40_000, 101)
    response = top * spend / (spend + 2e4)
    return SetCurve(
        channel=channel,
        spend=spend,
        response=response,
        low=0.8 * response,
        high=1.2 * response,
        marginal=top * 2e4 / (spend + 2e4) ** 2,
        carry_over_response=0.0,
        mean_spend=2e4,
        mean_response=top / 2,
        mean_marginal=top / 8e4,
        highest_seen=24_000.0,
        interval_label="spread across 112 models",
    )


def curves_of(plan: BudgetPlan, words: Vocabulary, top: float = 1e5) -> PlannedCurves:
    return planned_curves(plan, [build_set_curve(channel, top) for channel in words.paid], words)


def test_returns_stand_before_and_after_with_the_marginal_ones_beside(words: Vocabulary) -> None:
    points = return_change(build_plan(), words)
    assert points.initial.tolist() == [4.0, 4.0, 4.0]
    assert points.planned.tolist() == pytest.approx([4.1818, 4.5714, 6.0], rel=1e-4)
    assert points.planned_marginal.tolist() == pytest.approx([2.0909, 2.2857, 3.0], rel=1e-4)
    assert [note.text for note in draw_return_change(points).layout.annotations] == [
        "ROAS of the whole spend",
        "ROAS of the next €1",
    ]


def test_the_title_says_where_the_next_unit_brings_most_and_least(words: Vocabulary, conversions: Vocabulary) -> None:
    said = return_title(return_change(build_plan(), words))
    assert said == "Under the plan the next €1 brings most in TV: €3; least in Social: €2.09"
    cost = return_title(return_change(build_plan(returns=0.05), conversions))
    assert cost == "Under the plan the next conversion is cheapest in TV: €26.7; dearest in Social: €38.3"


def test_a_return_of_nothing_is_said_in_words(words: Vocabulary) -> None:
    plan = with_table(build_plan(), marginal_roas=0.0)
    assert "brings nothing anywhere" in return_title(return_change(plan, words))


@pytest.mark.parametrize("theme", list(Theme))
def test_a_cost_without_limit_is_never_drawn_nor_written_as_a_number(conversions: Vocabulary, theme: Theme) -> None:
    plan = with_table(build_plan(returns=0.05), roas=[0.0, np.nan, 0.06], roas_low=0.0, marginal_roas=[0.0, 0.02, 0.03])
    text = draw_return_change(return_change(plan, conversions), theme).to_json().lower()
    assert "none won" in text
    assert "no limit" in text
    assert "nan" not in text
    assert "infinity" not in text


def test_break_even_is_a_line_in_both_panels(words: Vocabulary) -> None:
    figure = draw_return_change(return_change(build_plan(), words, break_even=2.5))
    assert [shape.x0 for shape in figure.layout.shapes] == [2.5, 2.5]


def test_on_a_curve_stand_today_and_the_plan(words: Vocabulary) -> None:
    curve = curves_of(build_plan(), words).curves[2]
    assert curve.channel == "tv_spend"
    assert curve.today == (20_000, pytest.approx(5e4, rel=1e-3))
    assert curve.planned == (10_000, pytest.approx(1e5 / 3, rel=1e-3))


def test_a_curve_is_dotted_beyond_what_was_seen_and_the_title_warns(words: Vocabulary) -> None:
    figure = draw_planned_curves(curves_of(build_plan(), words))
    solid, dotted = (next(t for t in figure.data if t.line.dash == dash) for dash in ("solid", "dot"))
    assert max(solid.x) <= 24_000 < max(dotted.x)
    assert "Search goes beyond what was ever spent in one week" in figure.layout.title.text
    within = draw_planned_curves(curves_of(build_plan(moves=(-100, 50, 50)), words))
    assert "stays within" in within.layout.title.text


def test_curves_that_bring_nothing_are_said_in_words(words: Vocabulary) -> None:
    figure = draw_planned_curves(curves_of(build_plan(), words, top=0.0))
    assert "brings nothing in any channel" in figure.layout.title.text


def test_a_band_is_drawn_only_where_there_is_a_range(words: Vocabulary) -> None:
    assert any(trace.fill for trace in draw_planned_curves(curves_of(build_plan(), words)).data)
    one = curves_of(build_plan(set_kind=SetKind.MODEL), words)
    assert not any(trace.fill for trace in draw_planned_curves(one).data)
    assert "low" not in curve_frame(one)


def test_the_data_of_the_curves_say_what_is_extrapolation(words: Vocabulary) -> None:
    frame = curve_frame(curves_of(build_plan(), words))
    assert set(frame["channel"]) == set(CHANNELS)
    assert (frame["beyond_what_was_seen"] == (frame["spend_per_period"] > 24_000)).all()


def test_plans_stand_side_by_side_below_today(words: Vocabulary) -> None:
    more = build_plan(moves=(5_000, 5_000, 5_000))
    points = scenario_points([("Shift", build_plan()), ("More", more)], words)
    assert points.names == ("Today", "Shift", "More")
    assert points.spend.sum(axis=1).tolist() == [60_000, 60_000, 75_000]
    assert points.best == 1
    assert "More brings most a week of 2 plans: +€1.17M" in draw_scenarios(points).layout.title.text


def test_plans_over_different_horizons_are_compared_per_period(words: Vocabulary) -> None:
    short = build_plan(request=dataclasses.replace(build_plan().request, n_periods=4))
    longer = build_plan(moves=(-5_000, 4_000, 1_000), request=dataclasses.replace(build_plan().request, n_periods=52))
    assert longer.uplift > short.uplift
    assert scenario_points([("a", short), ("b", longer)], words).best == 0


def test_more_than_ten_channels_are_folded_into_other() -> None:
    words = vocabulary(build_result(20, MANY))
    points = scenario_points([("a", build_plan(MANY, np.zeros(40)))], words)
    assert points.series[-1] == "Other channels"
    assert points.spend.shape == (2, 10)
    assert points.spend[1].sum() == pytest.approx(40 * 20_000)


def test_the_table_of_plans_has_a_row_each_with_every_channel(words: Vocabulary) -> None:
    frame = scenario_frame([("a", build_plan()), ("b", build_plan(set_kind=SetKind.MODEL))], words)
    assert frame["plan"].tolist() == ["a", "b"]
    assert frame["tv_spend_per_period"].tolist() == [10_000, 10_000]
    assert np.isnan(frame["uplift_low"].iloc[1])


def test_a_name_of_a_plan_is_shown_as_it_is_written(words: Vocabulary) -> None:
    assert "<i>" not in draw_scenarios(scenario_points([("<i>x", build_plan())], words)).to_json()
