import numpy as np

from mmm_core.charts.live import draw_live, live_points
from tests.charts.run_builder import build_progress


def test_the_newest_twentieth_of_every_trial_is_apart_and_the_front_is_drawn() -> None:
    points = live_points(build_progress(n_per_trial=100, trials=2), total=2000)
    assert (len(points.older), len(points.newest), len(points.front)) == (190, 10, 3)


def test_before_the_first_candidates_there_is_an_empty_cloud_of_the_same_height() -> None:
    empty = draw_live(live_points(None, total=100))
    full = draw_live(live_points(build_progress(), total=100))
    assert empty.layout.height == full.layout.height
    assert "first candidates" in empty.layout.title.text


def test_a_huge_run_is_drawn_with_few_thousand_points() -> None:
    points = live_points(build_progress(n_per_trial=50_000, trials=2), total=100_000)
    assert len(points.older) <= 6_000
    assert len(points.newest) == 1_000
    assert points.done == 100_000


def test_the_axes_stay_put_while_similar_points_arrive() -> None:
    first = draw_live(live_points(build_progress(n_per_trial=400), total=1000))
    second = draw_live(live_points(build_progress(n_per_trial=420), total=1000))
    assert np.allclose(first.layout.xaxis.range, second.layout.xaxis.range)


def test_an_infinite_gap_on_the_front_leaves_the_axes_finite() -> None:
    progress = build_progress()
    progress.decomp_rssd[0] = np.inf
    figure = draw_live(live_points(progress, total=1000))
    assert np.isfinite(figure.layout.yaxis.range).all()
