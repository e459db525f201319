from dataclasses import replace

import numpy as np
import pytest

from mmm_core.charts.fit import draw_fit, fit_points
from mmm_core.charts.vocabulary import vocabulary
from tests.charts.run_builder import build_model, build_result


def test_fit_has_actual_and_fitted_and_where_validation_and_test_begin() -> None:
    model = build_model(parts=("train", "validation", "test"))
    points = fit_points(model, vocabulary(build_result()))
    assert [name for name, _, _ in points.parts] == ["train", "validation", "test"]
    assert np.array_equal(points.fitted, model.fitted)
    assert len(draw_fit(points).layout.shapes) == 2


@pytest.mark.parametrize(
    ("rsq", "title"), [(0.934, "explains 93%"), (-0.2, "explains none"), (np.nan, "Actual and fitted")]
)
def test_the_title_says_how_much_is_explained(rsq: float, title: str) -> None:
    figure = draw_fit(fit_points(build_model(rsq=rsq), vocabulary(build_result())))
    assert title in figure.layout.title.text


def test_with_validation_the_later_parts_are_told_too() -> None:
    model = build_model(rsq=0.9)
    later = replace(model, metrics={**model.metrics, "rsq_val": 0.71, "rsq_test": 0.64})
    subtitle = draw_fit(fit_points(later, vocabulary(build_result()))).layout.meta["subtitle"]
    assert "on later weeks it was not fitted to: R² 0.710 (validation), 0.640 (test)" in subtitle
