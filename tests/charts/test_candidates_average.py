import numpy as np

from mmm_core.charts.candidates import candidate_points, draw_candidates
from tests.charts.run_builder import build_result


def test_the_recommended_answer_is_marked_inside_the_view_and_cannot_be_clicked() -> None:
    points = candidate_points(build_result(100), average=(0.01, 0.02))
    figure = draw_candidates(points)
    mark = next(trace for trace in figure.data if trace.name == "recommended: the average")
    assert (mark.x[0], mark.y[0]) == (0.01, 0.02)
    assert mark.text is None
    assert figure.layout.xaxis.range[0] < 0.01
    assert figure.layout.yaxis.range[0] < 0.02


def test_without_an_averaged_estimate_there_is_no_such_mark() -> None:
    figure = draw_candidates(candidate_points(build_result(100)))
    assert all(trace.name != "recommended: the average" for trace in figure.data)
    assert np.isfinite(figure.layout.xaxis.range).all()
