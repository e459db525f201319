import pytest

from mmm_core.charts.response import draw_response, response_points, shown_channels
from mmm_core.charts.vocabulary import vocabulary
from mmm_core.entities.columns import OutcomeKind
from tests.charts.run_builder import build_curve, build_result


def test_the_marginal_return_is_the_slope_at_the_mean_spend() -> None:
    points = response_points([build_curve("tv_spend", top=2e5)], vocabulary(build_result()))
    assert points.curves[0].marginal == pytest.approx(2e5 * 3e4 / 6e4**2, rel=1e-3)


def test_the_title_names_where_the_next_euro_brings_most() -> None:
    words = vocabulary(build_result())
    curves = [build_curve("tv_spend", 1e5), build_curve("search_spend", 3e5)]
    assert "next €1 brings most in Search: €2.5" in draw_response(response_points(curves, words)).layout.title.text


def test_for_conversions_the_title_speaks_of_the_cost_of_the_next_one() -> None:
    words = vocabulary(build_result(kind=OutcomeKind.CONVERSION))
    figure = draw_response(response_points([build_curve("tv_spend", 1e4)], words))
    assert "next conversion is cheapest in TV: €12" in figure.layout.title.text


def test_a_curve_without_slope_is_said_in_words() -> None:
    words = vocabulary(build_result())
    assert "brings nothing" in draw_response(response_points([build_curve("tv_spend", 0)], words)).layout.title.text


def test_ten_channels_are_drawn_unless_all_are_asked_for() -> None:
    words = vocabulary(build_result(20, tuple(f"channel_{k}_spend" for k in range(40))))
    assert len(shown_channels(words)) == 10
    assert len(shown_channels(words, all_channels=True)) == 40
