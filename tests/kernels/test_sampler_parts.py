"""Draws, tail probabilities, the integrated baseline and lift studies of the posterior sampler."""

import numpy as np
import pytest
from scipy.special import log_ndtr
from scipy.stats import kstest, truncnorm

from mmm_core.kernels.adstock import GEOMETRIC, WEIBULL_CDF, weibull_weights
from mmm_core.kernels.sampler_baseline import factorise_baseline, gather, project, solve_back
from mmm_core.kernels.sampler_media import Lifts, MediaInput, fill_lifts, fill_medium, make_media_scratch
from mmm_core.kernels.sampler_random import draw_above_zero, log_normal_cdf, reflect
from tests.kernels.sampler_problems import baseline_columns, baseline_sds


@pytest.mark.parametrize("z", [8.0, 1.0, 0.0, -5.0, -19.9, -20.1, -37.0, -1000.0])
def test_log_of_the_normal_distribution_is_right_far_in_its_tail(z: float) -> None:
    assert log_normal_cdf(z) == pytest.approx(log_ndtr(z), rel=1e-8, abs=1e-15)


@pytest.mark.parametrize(("mean", "sd"), [(2.0, 1.0), (-0.3, 1.0), (-1.0, 0.5), (-30.0, 2.0)])
def test_draws_above_zero_follow_the_truncated_normal(mean: float, sd: float) -> None:
    random = np.random.default_rng(1)
    drawn = np.array([draw_above_zero(random, mean, sd) for _ in range(4000)])
    assert kstest(drawn, truncnorm(-mean / sd, np.inf, loc=mean, scale=sd).cdf).pvalue > 0.001


def test_a_step_beyond_an_end_is_folded_back() -> None:
    folded = [reflect(value, 1.0, 3.0) for value in (0.5, 3.25, 2.0, 5.5, -1.5)]
    assert folded == pytest.approx([1.5, 2.75, 2.0, 1.5, 2.5])


def test_the_baseline_integrated_out_is_the_dense_covariance() -> None:
    columns, sds = baseline_columns(), baseline_sds()
    baseline = factorise_baseline(columns, sds)
    random = np.random.default_rng(0)
    a, b = random.standard_normal((2, columns.shape[1]))
    projected = np.zeros((2, len(columns)))
    for s, sd in enumerate(sds):
        for row, series in enumerate((a, b)):
            gathered = np.zeros(len(columns))
            gather(baseline, series, gathered)
            np.testing.assert_allclose(gathered, columns @ series, atol=1e-12)
            length = project(baseline, s, gathered, projected[row])
            assert length == pytest.approx(projected[row] @ projected[row])
        dense = np.eye(columns.shape[1]) + (columns.T * sd**2) @ columns
        assert a @ b - projected[0] @ projected[1] == pytest.approx(a @ np.linalg.solve(dense, b), rel=1e-9)
        assert baseline.log_determinant[s] == pytest.approx(-np.linalg.slogdet(dense)[1], rel=1e-9)


def test_coefficients_of_the_baseline_are_those_of_the_ridge() -> None:
    columns, sds = baseline_columns(), baseline_sds()
    baseline = factorise_baseline(columns, sds)
    outcome = np.random.default_rng(0).standard_normal(columns.shape[1])
    gathered, projected, solution = np.zeros((3, len(columns)))
    gather(baseline, outcome, gathered)
    project(baseline, 2, gathered, projected)
    solve_back(baseline, 2, projected, solution)
    expected = np.linalg.solve(columns @ columns.T + np.diag(sds[2] ** -2.0), columns @ outcome)
    np.testing.assert_allclose(solution, expected, rtol=1e-9)


def test_sparse_columns_count_like_dense_ones() -> None:
    columns = np.zeros((2, 50))
    columns[0], columns[1, [3, 44]] = 1.0, (1.0, 2.0)
    baseline = factorise_baseline(columns, np.array([[10.0, 5.0]]))
    assert len(baseline.cells) == 2
    gathered = np.zeros(2)
    gather(baseline, np.arange(50.0), gathered)
    assert gathered.tolist() == [1225.0, 91.0]


def one_pulse(kind: int) -> MediaInput:
    """Four of something in the first row, two in the third; a return of 1 brings 8."""
    media = np.array([[4.0, 0.0, 2.0, 0.0]])
    return MediaInput(media, np.arange(4), np.array([kind]), 4, np.array([8.0]))


def study(*, is_immediate: bool) -> Lifts:
    """Of the third row and half of the fourth."""
    whole = [np.array([value]) for value in (2, 4, int(is_immediate))]
    share = np.array([[0.0, 0.0, 1.0, 0.5]])
    return Lifts(np.ones((1, 1), dtype=np.int64), share, *whole, np.ones(1), np.ones(1))


def brought_in(given: MediaInput, parameters: list[float], lifts: Lifts) -> float:
    scratch, column, brought = make_media_scratch(given), np.zeros((1, 4)), np.zeros(1)
    medium = fill_medium(given, 0, np.array(parameters), scratch, column, 0)
    assert column.sum() == pytest.approx(8.0)
    fill_lifts(given, lifts, 0, np.array(parameters), medium, scratch, brought)
    return float(brought[0])


def test_a_study_sees_the_contribution_of_its_rows() -> None:
    # Pressure 4, 2, 3, 1.5; inflexion 4: h = 1/2, 1/3, 3/7, 3/11.
    h = np.array([1 / 2, 1 / 3, 3 / 7, 3 / 11])
    brought = brought_in(one_pulse(GEOMETRIC), [1.0, 1.0, 0.5, 0.0], study(is_immediate=False))
    assert brought == pytest.approx(8.0 * (h[2] + 0.5 * h[3]) / h.sum())


def test_an_immediate_study_leaves_out_what_was_carried_in_from_before() -> None:
    # Restarted at the third row: 2, 1; carried in: 1, 0.5, with h = 1/5, 1/9.
    h = np.array([1 / 2, 1 / 3, 3 / 7, 3 / 11])
    brought = brought_in(one_pulse(GEOMETRIC), [1.0, 1.0, 0.5, 0.0], study(is_immediate=True))
    assert brought == pytest.approx(8.0 * (h[2] - 1 / 5 + 0.5 * (h[3] - 1 / 9)) / h.sum())


def test_a_weibull_study_restarts_its_own_carry_over() -> None:
    weights = weibull_weights(WEIBULL_CDF, 1.0, 0.5, 4)
    pressure = np.convolve([4.0, 0.0, 2.0, 0.0], weights)[:4]
    earlier = pressure - np.convolve([0.0, 0.0, 2.0, 0.0], weights)[:4]
    h, carried = pressure / (pressure + pressure.max()), earlier / (earlier + pressure.max())
    brought = brought_in(one_pulse(WEIBULL_CDF), [1.0, 1.0, 1.0, 0.5], study(is_immediate=True))
    assert brought == pytest.approx(8.0 * (h[2] - carried[2] + 0.5 * (h[3] - carried[3])) / h.sum())
