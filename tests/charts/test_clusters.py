import numpy as np
import pytest

from mmm_core.charts.clusters import (
    cluster_colours,
    cluster_curve_points,
    cluster_map_points,
    cluster_symbol,
    curve_frame,
    draw_cluster_curve,
    draw_cluster_map,
    member_frame,
)
from mmm_core.charts.theme import CHANNEL_COLOURS, Theme
from mmm_core.engine.clusters_analyzer import analyse_clusters
from mmm_core.entities.clusters import ClusterReport
from tests.charts.run_builder import build_result
from tests.cluster_builders import grouped_output


@pytest.fixture(scope="module")
def report() -> ClusterReport:
    found = analyse_clusters(grouped_output((30, 20, 10)), "revenue")
    assert isinstance(found, ClusterReport)
    return found


def test_every_model_is_a_point_of_its_cluster_or_the_star_of_its_pick(report: ClusterReport) -> None:
    figure = draw_cluster_map(cluster_map_points(report))
    assert [len(trace.x) for trace in figure.data] == [29, 19, 9, 3]
    assert {trace.marker.symbol for trace in figure.data[:3]} == {cluster_symbol(number) for number in (1, 2, 3)}
    assert figure.data[3].marker.symbol == "star"


def test_every_point_carries_its_solution_id_for_the_click(report: ClusterReport) -> None:
    figure = draw_cluster_map(cluster_map_points(report))
    place = dict(zip(report.members["solution_id"], report.members["pc1"], strict=True))
    assert all(place[name] == x for trace in figure.data for name, x in zip(trace.text, trace.x, strict=True))
    assert figure.layout.dragmode == "zoom"


def test_the_number_of_a_cluster_stands_at_its_pick(report: ClusterReport) -> None:
    figure = draw_cluster_map(cluster_map_points(report))
    picks = report.members[report.members["is_pick"]].set_index("pc1")["cluster"]
    assert {note.text for note in figure.layout.annotations} == {f"<b>{number}</b>" for number in (1, 2, 3)}
    assert all(note.text == f"<b>{picks[note.x]}</b>" for note in figure.layout.annotations)


def test_the_selected_model_has_a_ring_and_one_outside_the_clusters_has_none(report: ClusterReport) -> None:
    ringed = draw_cluster_map(cluster_map_points(report, "1_5"))
    assert ringed.data[-1].marker.symbol == "circle-open"
    assert ringed.data[-1].x[0] == report.members["pc1"][4]
    assert len(draw_cluster_map(cluster_map_points(report, "7_7")).data) == 4


@pytest.mark.parametrize("theme", Theme)
def test_no_cluster_has_the_colour_of_a_channel_and_all_differ(theme: Theme) -> None:
    colours = cluster_colours(10, theme)
    assert len(set(colours)) == len({cluster_symbol(number) for number in range(1, 11)}) == 10
    channels = [tuple(int(one[i : i + 2], 16) for i in (1, 3, 5)) for one in CHANNEL_COLOURS]
    found = [tuple(map(int, one.removeprefix("rgb(").removesuffix(")").split(","))) for one in colours]
    assert min(np.abs(np.subtract(a, b)).sum() for a in found for b in channels) > 60


def test_the_title_says_how_far_apart_the_clusters_are(report: ClusterReport) -> None:
    assert "60 models in 3 clusters, clearly apart" in draw_cluster_map(cluster_map_points(report)).layout.title.text


def test_many_models_are_drawn_by_the_graphics_card() -> None:
    found = analyse_clusters(grouped_output((600, 300, 200)), "revenue", k=3)
    assert isinstance(found, ClusterReport)
    assert draw_cluster_map(cluster_map_points(found)).data[0].type == "scattergl"


def test_the_curve_starts_at_everything_and_marks_the_chosen_number(report: ClusterReport) -> None:
    points = cluster_curve_points(report)
    assert points.left[0] == 1.0
    assert points.number[points.chosen] == report.k
    figure = draw_cluster_curve(points)
    assert list(figure.data[1].x) == [report.k]
    assert report.k_sentence in figure.layout.title.subtitle.text
    assert curve_frame(points)["is_chosen"].tolist() == (points.number == report.k).tolist()


def test_the_table_has_every_model_with_its_returns_picks_first() -> None:
    result = build_result(60)
    found = analyse_clusters(result.collection.model_output.reduced_to(result.pareto["solution_ids"]), "revenue")
    assert isinstance(found, ClusterReport)
    frame = member_frame(found, result.pareto["candidates"])
    assert len(frame) == len(result.pareto["solution_ids"])
    assert frame.groupby("cluster")["is_pick"].first().all()
    assert frame[["nrmse", "tv_spend_roas"]].notna().all(axis=None)
