from dataclasses import replace

import numpy as np
import pytest

from mmm_core.charts.candidates import candidate_points, colour_choices, colour_values, draw_candidates
from mmm_core.charts.theme import Theme
from mmm_core.charts.vocabulary import vocabulary
from mmm_core.entities.refresh_aim import RefreshAim
from tests.charts.run_builder import build_result


def test_every_candidate_is_a_point_and_the_fronts_are_apart_and_joined() -> None:
    points = candidate_points(build_result(200))
    assert [len(rows) for rows in points.groups] == [0, 188, 5, 7, 1]
    assert np.all(np.diff(points.nrmse[points.groups[2]]) >= 0)


def test_every_point_of_a_trace_carries_its_solution_id_for_the_click() -> None:
    points = candidate_points(build_result(200))
    for trace, rows in zip(draw_candidates(points).data[1:], points.groups[1:], strict=True):
        assert list(trace.text) == [points.ids[row] for row in rows]


def test_a_click_of_before_is_forgotten_when_another_model_is_selected_and_the_zoom_is_kept() -> None:
    result = build_result(200)
    first, second = (draw_candidates(candidate_points(result, selected_id=name)).layout for name in ("1_3", "1_4"))
    assert first.selectionrevision != second.selectionrevision
    assert first.uirevision == second.uirevision


def test_the_traces_of_the_figure_are_the_groups_in_order() -> None:
    points = candidate_points(build_result(200), selected_id="1_3")
    figure = draw_candidates(points)
    for trace, rows in zip(figure.data, points.groups, strict=False):
        assert np.array_equal(trace.x, points.nrmse[rows])


def test_filtered_candidates_leave_cloud_and_fronts_but_stay_visible() -> None:
    result = build_result(200)
    survives = result.collection.model_output.metric("nrmse") < 0.1
    points = candidate_points(result, survives=survives)
    assert len(points.groups[0]) == int((~survives).sum())
    assert all(survives[rows].all() for rows in points.groups[1:-1])
    assert f"{int(survives.sum())} of 200 models pass" in draw_candidates(points).layout.title.text


def test_above_the_limit_all_fronts_and_a_sample_are_drawn_and_the_chart_says_so() -> None:
    points = candidate_points(build_result(500), selected_id="1_400", max_drawn=100)
    assert int(points.drawn.sum()) == 100
    assert points.drawn[points.front > 0].all()
    assert points.drawn[399]
    assert "100 of 500" in draw_candidates(points).layout.title.subtitle.text


def test_up_to_fifty_thousand_candidates_every_one_is_drawn() -> None:
    assert candidate_points(build_result(50_000)).drawn.all()
    assert candidate_points(build_result(50_001)).n_hidden == 1


def test_points_can_be_coloured_by_front_by_baseline_share_and_by_the_return_of_a_channel() -> None:
    result = build_result(50)
    choices = colour_choices(vocabulary(result))
    assert list(choices) == ["front", "baseline share", "social_spend", "search_spend", "tv_spend"]
    assert colour_values(result, "front") is None
    shares = colour_values(result, "baseline share")
    assert shares is not None
    assert ((shares > 0) & (shares < 1)).all()


@pytest.mark.parametrize("theme", list(Theme))
def test_the_scatter_draws_in_both_themes_with_and_without_colour(theme: Theme) -> None:
    result = build_result(60)
    colour = colour_values(result, "tv_spend")
    figure = draw_candidates(candidate_points(result, colour=colour, colour_title="ROAS of <b>%{x}"), theme)
    assert figure.data[1].type == "scattergl"
    assert figure.layout.coloraxis.colorscale is not None
    assert "<b>%{x}" not in figure.data[1].hovertemplate
    assert draw_candidates(candidate_points(result), theme).layout.coloraxis.colorscale is None


def test_no_drag_mode_of_select_or_lasso_swallows_the_click() -> None:
    assert draw_candidates(candidate_points(build_result(20))).layout.dragmode == "zoom"


def test_when_no_candidate_credits_anything_the_chart_is_drawn_on_plain_axes() -> None:
    result = build_result(20)
    result.collection.model_output.trials[0].metrics[:, 1] = np.inf
    figure = draw_candidates(candidate_points(result, selected_id="1_3"))
    assert list(figure.layout.yaxis.range) == [0.0, 1.0]


def test_an_infinite_gap_on_the_front_leaves_the_axes_finite() -> None:
    result = build_result(20)
    result.collection.model_output.trials[0].metrics[candidate_points(result).groups[2][0], 1] = np.inf
    assert np.isfinite(draw_candidates(candidate_points(result)).layout.yaxis.range).all()


def test_the_second_error_of_a_refresh_is_the_distance_to_the_old_model() -> None:
    result = build_result(50)
    aimed = replace(result, design=replace(result.design, aim=RefreshAim(shares={}, n_new=4, new_share=0.5)))
    first, refreshed = (draw_candidates(candidate_points(found)) for found in (result, aimed))
    assert first.layout.yaxis.title.text == "Gap to spend shares (DECOMP.RSSD)"
    assert refreshed.layout.yaxis.title.text == "Distance to the old model's shares (DECOMP.RSSD)"
    assert "distance to the old model's shares" in refreshed.data[1].hovertemplate
