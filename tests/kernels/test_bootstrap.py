"""Blocks of residuals and refits to them, by hand."""

import numpy as np
import pytest

from mmm_core.entities.design import FloatArray
from mmm_core.errors import BoundsError
from mmm_core.kernels.bootstrap import FittedRidge, choose_block_length, cut_blocks, refit_resampled
from mmm_core.kernels.ridge import Moments, RidgeRules

COLUMN = np.array([-3.0, -1.0, 1.0, 3.0])


def line(slope: float, constant: float, *, held_back: float = 0.0, has_intercept: bool = True) -> FittedRidge:
    """``outcome = constant + slope * (COLUMN + 3)`` fitted without penalty, slope at least 0; variance of the column is 5."""
    moments = Moments(np.array([[5.0]]), np.array([5.0 * slope]), np.array([3.0]), constant + 3.0 * slope, 9.0)
    rules = RidgeRules(intercept=True, drop_negative=True, glmnet=False)
    limits = np.array([[0.0], [np.inf]])
    return FittedRidge(COLUMN[None, :], moments, 0.0, np.ones(1), limits, rules, has_intercept, np.array([held_back]))


def refit(ridge: FittedRidge, residuals: list[float]) -> FloatArray:
    """One refit with these four residuals, as two blocks of two."""
    blocks = np.array(residuals).reshape(2, 2)
    return refit_resampled(ridge, blocks, np.array([[0, 1]])).coefficients[0]


def test_blocks_are_all_runs_of_their_length_less_the_mean_at_each_position() -> None:
    blocks = cut_blocks(np.array([1.0, 2.0, 6.0, 3.0]), 2, 10.0)  # runs (1, 2), (2, 6), (6, 3), means 3 and 11/3
    np.testing.assert_allclose(blocks, 10.0 * np.array([[-2.0, -5 / 3], [-1.0, 7 / 3], [3.0, -2 / 3]]))


def test_a_block_longer_than_the_residuals_is_refused() -> None:
    with pytest.raises(BoundsError, match="A block must have 1 to 4 periods, got 5"):
        cut_blocks(np.zeros(4), 5, 1.0)


def test_blocks_of_unrelated_residuals_have_the_cube_root_of_their_number() -> None:
    assert choose_block_length(np.tile([1.0, -1.0], 63)) == 6  # 126 periods: the cube root is 5.01


def test_blocks_of_dependent_residuals_are_as_long_as_politis_and_white_say() -> None:
    runs = np.tile(
        np.repeat([1.0, -1.0], 5), 20
    )  # r = (160 - 39) / 200; (sqrt(6) r / (1 - r**2))**(2/3) 200**(1/3) = 10.3
    assert choose_block_length(runs) == 11


def test_a_block_takes_at_most_a_quarter_of_the_periods() -> None:
    half_waves = np.repeat([1.0, -1.0, 1.0, -1.0], 50)  # r = (196 - 3) / 200 wants more than 50
    assert choose_block_length(half_waves) == 50


def test_the_cube_root_of_a_cube_is_not_rounded_up() -> None:
    assert choose_block_length(np.tile([1.0, -1.0], 108)) == 6


def test_residuals_that_do_not_vary_get_blocks_too() -> None:
    assert choose_block_length(np.zeros(64)) == 4
    assert choose_block_length(np.zeros(2)) == 1


def test_without_residuals_a_refit_is_the_original() -> None:
    np.testing.assert_allclose(refit(line(2.0, 7.0), [0.0] * 4), [7.0, 2.0])


def test_residuals_along_the_column_raise_the_slope() -> None:
    # mean(column * residual) = 5 gives a slope of 2 + 5 / 5; the mean of the outcome stays 13, so the constant is 13 - 9
    np.testing.assert_allclose(refit(line(2.0, 7.0), COLUMN.tolist()), [4.0, 3.0])


def test_residuals_of_one_size_move_the_intercept_alone() -> None:
    np.testing.assert_allclose(refit(line(2.0, 7.0), [0.5] * 4), [7.5, 2.0])


def test_blocks_follow_one_another_and_the_last_one_is_cut() -> None:
    blocks = np.array([[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]])
    refits = refit_resampled(line(0.0, 10.0), blocks, np.array([[1, 0], [0, 1]]))
    # 2 2 2 1: mean 7/4, mean(column * residual) = -3/4 is beyond the limit; 1 1 1 2: mean 5/4, slope (3/4) / 5
    np.testing.assert_allclose(refits.coefficients[0], [11.75, 0.0])
    np.testing.assert_allclose(refits.coefficients[1], [11.25 - 3 * 0.15, 0.15])


def test_a_refit_makes_the_intercept_decision_again() -> None:
    refits = refit_resampled(line(2.0, 1.0), np.array([[-2.0] * 4]), np.zeros((1, 1), np.int64))
    assert refits.has_intercept.tolist() == [0]
    # without an intercept: slope = mean(x * y) / mean(x**2) with x = 0 2 4 6 and y = -1 3 7 11
    np.testing.assert_allclose(refits.coefficients[0], [0.0, (6 + 28 + 66) / 56])


def test_a_channel_at_its_limit_starts_from_the_limit_and_not_from_beyond_it() -> None:
    beyond = line(-2.0, 10.0)._replace(moments=Moments(np.array([[5.0]]), np.array([-10.0]), np.array([3.0]), 4.0, 9.0))
    assert refit(beyond, COLUMN.tolist())[1] == 0.0
    np.testing.assert_allclose(refit(beyond._replace(held_back=np.array([10.0])), COLUMN.tolist()), [1.0, 1.0])


def test_what_is_given_is_left_as_it_was() -> None:
    ridge, blocks = line(2.0, 7.0, held_back=1.0), np.array([[1.0, -1.0]])
    refit_resampled(ridge, blocks, np.array([[0, 0]]))
    assert (ridge.moments.with_outcome.tolist(), blocks.tolist(), ridge.held_back.tolist()) == (
        [10.0],
        [[1.0, -1.0]],
        [1.0],
    )
