import numpy as np
import pandas as pd
import pytest

from mmm_core.charts.model_frames import residual_frame
from mmm_core.charts.residuals import draw_residuals, lag_one, residual_points, residual_sentences
from mmm_core.charts.vocabulary import vocabulary
from mmm_core.entities.fitted_model import FittedModel
from tests.charts.run_builder import build_model, build_result

WORDS = vocabulary(build_result())


def missing_by(residual: np.ndarray) -> FittedModel:
    """A model whose misses are those."""
    model = build_model(n_periods=len(residual))
    object.__setattr__(model, "outcome", model.fitted + residual)
    return model


def test_autocorrelation_at_lag_one_of_a_hand_worked_case() -> None:
    assert lag_one(np.array([1.0, 1.0, -1.0, -1.0])) == pytest.approx((1 - 1 + 1) / 4)


def test_misses_are_actual_minus_fitted_and_the_biggest_are_named_with_their_dates() -> None:
    residual = np.zeros(52)
    residual[[3, 10, 20]] = [5e4, -9e4, 2e4]
    points = residual_points(missing_by(residual), WORDS)
    assert points.residual == pytest.approx(residual)
    assert points.biggest == (10, 3, 20)
    assert "14 Mar 2022 (€90k below the model)" in residual_sentences(points)[-1]


@pytest.mark.parametrize(
    ("residual", "said"),
    [
        (1e4 * np.sin(np.arange(52) / 6), "Misses last"),
        (1e4 * np.cos(np.pi * np.arange(52)), "Misses alternate"),
        (1e4 * np.random.default_rng(5).normal(size=52), "No pattern from one week"),
        (np.zeros(52), "misses nothing"),
    ],
)
def test_what_is_visible_is_said_in_a_plain_sentence(residual: np.ndarray, said: str) -> None:
    assert said in residual_sentences(residual_points(missing_by(residual), WORDS))[0]


def test_misses_that_grow_with_sales_are_noticed() -> None:
    model = build_model()
    order = np.argsort(np.argsort(model.fitted.to_numpy()))
    signs = np.where(np.random.default_rng(1).random(52) < 0.5, -1.0, 1.0)
    points = residual_points(missing_by(1e3 * (1 + order) * signs), WORDS)
    assert any("grow with sales" in sentence for sentence in residual_sentences(points))


@pytest.mark.parametrize("stacked", [False, True])
def test_both_panels_show_every_period_and_periods_not_fitted_are_open_circles(stacked: bool) -> None:
    points = residual_points(build_model(parts=("train", "validation")), WORDS)
    figure = draw_residuals(points, stacked=stacked)
    assert [len(trace.y) for trace in figure.data] == [52, 52]
    assert figure.data[0].marker.symbol.count("circle-open") == 26
    assert isinstance(residual_frame(points)["date"].iloc[0], pd.Timestamp)
