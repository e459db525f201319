import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmm_core.kernels.intervals import weighted_quantile, weighted_range


def test_the_median_of_three_equal_weights_is_the_middle_value() -> None:
    values = np.array([[3.0], [1.0], [2.0]])
    assert weighted_quantile(values, np.full(3, 1 / 3), 0.5) == pytest.approx(2.0)


def test_a_value_of_twice_the_weight_counts_like_two_equal_values() -> None:
    once = np.array([[0.0], [1.0], [1.0], [4.0]])
    middle = weighted_quantile(once, np.full(4, 0.25), 0.5)
    assert weighted_quantile(np.array([[0.0], [1.0], [4.0]]), np.array([0.25, 0.5, 0.25]), 0.5) == pytest.approx(middle)


def test_values_without_weight_take_no_part() -> None:
    values, weights = np.array([[1.0], [2.0], [1e9]]), np.array([0.5, 0.5, 0.0])
    assert weighted_quantile(values, weights, 1.0) == pytest.approx(2.0)
    low, high = weighted_range(values, weights)
    assert (low[0], high[0]) == (1.0, 2.0)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=40), st.floats(0.01, 0.99))
def test_with_equal_weights_it_is_numpys_hazen_quantile(values: list[float], share: float) -> None:
    column = np.array(values)[:, None]
    ours = weighted_quantile(column, np.full(len(values), 1 / len(values)), share)[0]
    assert ours == pytest.approx(np.quantile(column[:, 0], share, method="hazen"), rel=1e-9, abs=1e-6)
