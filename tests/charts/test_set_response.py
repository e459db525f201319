import math

import numpy as np
import pytest

from mmm_core.charts.model_frames import curves_frame
from mmm_core.charts.response_grid import draw_grid, grid_points
from mmm_core.charts.set_response import curve_points, curve_sentences, draw_curve, saturated_from
from mmm_core.charts.theme import Theme
from mmm_core.charts.vocabulary import Vocabulary, vocabulary
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.model_set import SetKind
from tests.charts.ledger_builder import LABEL, build_ledger, build_set_curve
from tests.charts.run_builder import CHANNELS, build_result

WORDS = vocabulary(build_result())


@pytest.fixture
def costs() -> Vocabulary:
    return vocabulary(build_result(kind=OutcomeKind.CONVERSION))


def test_without_break_even_saturation_begins_where_the_slope_is_half_of_its_highest() -> None:
    points = curve_points(build_set_curve("tv_spend"), build_ledger(), WORDS)
    assert points.saturated_from == pytest.approx(50 * (math.sqrt(2) - 1), rel=1e-3)
    assert "less than half of what it brings at the steepest point" in curve_sentences(points)[-1]


def test_with_break_even_saturation_begins_where_the_next_unit_no_longer_pays() -> None:
    points = curve_points(build_set_curve("tv_spend"), build_ledger(), WORDS, break_even=0.5)
    assert points.saturated_from == pytest.approx(50.0, rel=1e-3)
    assert "break-even of €0.5" in curve_sentences(points)[-1]


def test_an_s_curve_is_not_saturated_before_its_steepest_point() -> None:
    spend, slope = np.arange(5.0), np.array([0.1, 0.6, 1.0, 0.6, 0.2])
    assert saturated_from(spend, slope, 0.5) == pytest.approx(3.25)


@pytest.mark.parametrize(("threshold", "begins"), [(2.0, 0.0), (0.1, math.inf)])
def test_a_curve_that_never_pays_is_saturated_from_zero_and_one_that_always_pays_never(
    threshold: float, begins: float
) -> None:
    assert saturated_from(np.arange(3.0), np.array([1.0, 0.9, 0.8]), threshold) == begins


def test_the_sentences_give_the_mean_period_its_parts_and_the_next_unit_with_ranges() -> None:
    sentences = curve_sentences(curve_points(build_set_curve("social_spend"), build_ledger(), WORDS))
    assert "At the mean spend of €50 a week it brings €50 (€25–€100) a week" in sentences[0]
    assert "the next €1 brings €0.75 (€0.375–€1.5) (marginal ROAS)" in sentences[1]


def test_for_conversions_the_next_one_has_a_cost_whose_ends_change_places(costs: Vocabulary) -> None:
    ledger = build_ledger(kind=OutcomeKind.CONVERSION)
    sentences = curve_sentences(curve_points(build_set_curve("social_spend"), ledger, costs))
    assert "the next conversion costs €1.33 (€0.667–€2.67) (marginal CPA)" in sentences[1]


def test_spend_beyond_what_was_seen_is_dotted_and_the_saturated_range_is_shaded() -> None:
    figure = draw_curve(curve_points(build_set_curve("tv_spend"), build_ledger(), WORDS))
    beyond = next(trace for trace in figure.data if "extrapolation" in (trace.name or ""))
    assert beyond.line.dash == "dot"
    assert min(beyond.x) == pytest.approx(200.0)
    assert {note.text for note in figure.layout.annotations} == {"saturated", "highest seen", "half of its best"}
    assert LABEL in [trace.name for trace in figure.data]


def test_one_model_has_no_band() -> None:
    points = curve_points(build_set_curve("tv_spend"), build_ledger(set_kind=SetKind.MODEL), WORDS)
    assert not any(trace.fill for trace in draw_curve(points).data)
    assert "(" not in curve_sentences(points)[0]


@pytest.mark.parametrize("theme", list(Theme))
def test_a_channel_at_zero_is_said_in_words_and_draws(theme: Theme, costs: Vocabulary) -> None:
    ledger = build_ledger(won=(0.0, 1.0, 1.0), kind=OutcomeKind.CONVERSION)
    points = curve_points(build_set_curve("tv_spend", ceiling=0.0), ledger, costs, break_even=0.1)
    assert curve_sentences(points) == ("This model credits TV with nothing, at any spend.",)
    figure = draw_curve(points, theme)
    assert "credits it with nothing" in figure.layout.title.text
    assert "Infinity" not in figure.to_json()


def test_the_grid_has_a_panel_per_channel_and_names_where_the_next_unit_brings_most() -> None:
    ledger = build_ledger()
    curves = [curve_points(build_set_curve(name), ledger, WORDS) for name in CHANNELS]
    figure = draw_grid(grid_points(curves, WORDS))
    assert len([axis for axis in figure.layout if axis.startswith("xaxis")]) == 3
    assert "The next €1 brings most in Social: €0.75 (€0.375–€1.5)" in figure.layout.title.text


def test_the_table_says_what_is_extrapolated_and_what_is_saturated() -> None:
    frame = curves_frame([curve_points(build_set_curve("tv_spend"), build_ledger(), WORDS, break_even=0.5)])
    assert frame.loc[frame["is_extrapolated"], "spend_per_period"].min() > 200
    assert frame.loc[frame["is_saturated"], "spend_per_period"].min() == pytest.approx(50, abs=0.5)
    assert set(frame["interval"]) == {LABEL}
