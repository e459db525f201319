"""Immediate effect and carry-over of a channel, by hand."""

import numpy as np
import pytest

from mmm_core.kernels.adstock import GEOMETRIC, WEIBULL_PDF
from mmm_core.kernels.decomposition import saturate_parts, transform_channel

ROWS = np.arange(3)


def test_a_geometric_channel_acts_at_once_with_all_it_was_given() -> None:
    pressure, immediate, inflation = transform_channel(np.array([4.0, 0.0, 0.0]), GEOMETRIC, (0.5,), 3)
    assert pressure.tolist() == [4.0, 2.0, 1.0]
    assert immediate.tolist() == [4.0, 0.0, 0.0]
    assert inflation == pytest.approx(7 / 4)


def test_a_weibull_density_may_act_only_later() -> None:
    pressure, immediate, _ = transform_channel(np.array([4.0, 0.0, 0.0, 0.0]), WEIBULL_PDF, (8.0, 1.0), 4)
    assert immediate.tolist() == [0.0, 0.0, 0.0, 0.0]
    assert np.argmax(pressure) == 3


def test_inflation_of_a_channel_that_was_never_used_is_not_defined() -> None:
    assert np.isnan(transform_channel(np.zeros(3), GEOMETRIC, (0.5,), 3)[2])


def test_carry_over_comes_first_on_the_curve() -> None:
    # Pressure 1, 3 with 1 carried into the second period; inflexion 3: h(3) = 1/2, h(1) = 1/4.
    saturated, immediate, carried, inflexion = saturate_parts(
        np.array([1.0, 3.0, 0.0]), np.array([1.0, 2.0, 0.0]), ROWS, 1.0, 1.0
    )
    assert inflexion == 3.0
    np.testing.assert_allclose(saturated, [0.25, 0.5, 0.0])
    np.testing.assert_allclose(carried, [0.0, 0.25, 0.0])
    np.testing.assert_allclose(immediate, [0.25, 0.25, 0.0])


def test_the_inflexion_point_is_taken_from_the_modelled_periods_alone() -> None:
    pressure = np.array([100.0, 1.0, 2.0])
    assert saturate_parts(pressure, pressure, np.array([1, 2]), 1.0, 0.5)[3] == 1.0


def test_parts_of_a_channel_that_was_never_used_are_zero() -> None:
    saturated, immediate, carried, _ = saturate_parts(np.zeros(3), np.zeros(3), ROWS, 2.0, 0.5)
    assert [saturated.sum(), immediate.sum(), carried.sum()] == [0.0, 0.0, 0.0]
