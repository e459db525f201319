import base64

import numpy as np

from mmm_core.charts.sparkline import draw_sparkline, sparkline_points


def test_a_series_is_scaled_into_the_unit_square() -> None:
    points = sparkline_points(np.array([10.0, 30.0, 20.0]))
    assert points.x.tolist() == [0.0, 0.5, 1.0]
    assert points.y.tolist() == [0.0, 1.0, 0.5]


def test_a_flat_series_runs_through_the_middle() -> None:
    assert sparkline_points(np.full(3, 7.0)).y.tolist() == [0.5, 0.5, 0.5]


def test_a_long_series_is_thinned_out() -> None:
    assert len(sparkline_points(np.arange(5000.0)).x) == 120


def test_empty_cells_are_left_out() -> None:
    assert len(sparkline_points(np.array([1.0, np.nan, 2.0])).x) == 2


def test_the_drawing_is_an_image_that_needs_no_request() -> None:
    address = draw_sparkline(sparkline_points(np.array([1.0, 2.0])))
    head, _, body = address.partition(",")
    assert head == "data:image/svg+xml;base64"
    assert b"<polyline" in base64.b64decode(body)
