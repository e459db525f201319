"""What the data can tell about a return, in closed form."""

import functools

import numpy as np
import pytest
from scipy.special import ndtr

from mmm_core.engine.media_information import (
    earnings_of,
    media_columns,
    power_return,
    prior_parameters,
    projector_of,
    with_columns,
)
from mmm_core.engine.posterior_problem import PosteriorProblem, build_problem
from mmm_core.kernels.adstock import GEOMETRIC
from mmm_core.kernels.sampler_media import ALPHA, DECAY, GAMMA
from tests.posterior_data import market


@functools.cache
def problem() -> PosteriorProblem:
    return build_problem(market())


def dense_w(columns: np.ndarray, sd: np.ndarray) -> np.ndarray:
    inner = columns @ columns.T + np.diag(sd**-2.0)
    return np.eye(columns.shape[1]) - columns.T @ np.linalg.solve(inner, columns)


def test_products_are_those_of_the_dense_matrix() -> None:
    series = np.random.default_rng(0).standard_normal((3, 120))
    stiffness = 5
    weights = dense_w(problem().baseline.columns, problem().baseline.prior_sd[stiffness])
    found = projector_of(problem(), stiffness).product(series, series[:1])
    np.testing.assert_allclose(found, series @ weights @ series[0], rtol=1e-6)


@pytest.mark.parametrize("stiffness", [0, 5])
def test_further_columns_are_taken_out_like_the_baseline(stiffness: int) -> None:
    more = np.random.default_rng(1).standard_normal((2, 120))
    used = int(problem().data.baseline.n_used[stiffness])
    columns = np.vstack([problem().baseline.columns[:used], more])
    sd = np.concatenate([problem().baseline.prior_sd[stiffness, :used], np.ones(2)])
    projector = with_columns(projector_of(problem(), stiffness), problem(), stiffness, more)
    assert projector.product(more[0], more[0]) == pytest.approx(more[0] @ dense_w(columns, sd) @ more[0], rel=1e-6)


def test_points_of_the_prior_have_its_means_and_stay_inside() -> None:
    points = prior_parameters(problem().prior, GEOMETRIC, 0, 500)
    assert points[:, DECAY].mean() == pytest.approx(
        1.5 / 4.0, abs=0.02
    )  # of theta**0.5 (1 - theta)**1.5, nearly all below 0.8
    assert np.median(points[:, ALPHA]) == pytest.approx(np.exp(0.25), rel=0.05)
    assert points[:, GAMMA].mean() == pytest.approx(0.65, abs=0.01)
    assert (points >= problem().prior.low[0]).all()
    assert (points <= problem().prior.high[0]).all()


def test_a_return_of_one_brings_the_size_of_the_channel() -> None:
    columns = media_columns(problem(), 1, prior_parameters(problem().prior, GEOMETRIC, 1, 7))
    np.testing.assert_allclose(columns.sum(axis=1) * problem().unit, problem().size[1])


def test_a_certain_measurement_is_the_return() -> None:
    earned = earnings_of(np.array([1e8]), np.array([2e8]), 1.0, problem().prior)
    assert earned.mean == pytest.approx(2.0, rel=1e-3)
    assert earned.log_gain > 100.0


def test_without_information_the_return_is_that_of_the_prior() -> None:
    prior = problem().prior
    truncated = 1.0 + prior.width * np.exp(-0.5 / prior.width**2) / np.sqrt(2.0 * np.pi) / ndtr(1.0 / prior.width)
    earned = earnings_of(np.zeros(1), np.zeros(1), 1.0, prior)
    assert earned.log_gain == pytest.approx(0.0, abs=1e-9)
    assert earned.mean == pytest.approx((1.0 - prior.nothing) * truncated)


def test_eighty_percent_power_takes_two_point_eight_errors() -> None:
    assert power_return(np.full(5, 0.5), 0.8, 0.025) == pytest.approx(0.5 * 2.8, rel=1e-3)


def test_power_is_averaged_over_the_prior() -> None:
    errors = np.array([0.1, 1.0])
    smallest = power_return(errors, 0.8, 0.025)
    assert ndtr(smallest / errors - 1.959964).mean() == pytest.approx(0.8, abs=1e-6)


def test_what_mostly_cannot_be_known_is_never_detected() -> None:
    assert power_return(np.array([0.1, np.inf, np.inf]), 0.8, 0.025) == np.inf
