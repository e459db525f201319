import numpy as np
import pandas as pd

from mmm_core.engine.factor_columns import contrasts, is_factor, one_hot


def test_of_three_levels_the_last_in_alphabetical_order_is_left_out() -> None:
    levels, columns = one_hot(pd.Series(["none", "gift", "sale", "gift"]))
    assert levels == ("gift", "none")
    np.testing.assert_array_equal(columns, [[0, 1], [1, 0], [0, 0], [1, 0]])


def test_of_two_levels_the_first_is_left_out() -> None:
    levels, columns = one_hot(pd.Series(["yes", "no", "yes"]))
    assert levels == ("yes",)
    np.testing.assert_array_equal(columns[:, 0], [1, 0, 1])


def test_one_level_gives_no_column() -> None:
    levels, columns = one_hot(pd.Series(["a", "a"]))
    assert levels == ()
    assert columns.shape == (2, 0)


def test_beyond_ten_levels_the_rarer_ones_become_other() -> None:
    values = pd.Series([f"level {i:02d}" for i in range(12)] + [f"level {i:02d}" for i in range(2, 12)])
    levels, columns = one_hot(values)
    assert levels == ("OTHER", *(f"level {i:02d}" for i in range(2, 11)))
    np.testing.assert_array_equal(np.flatnonzero(columns[:, 0]), [0, 1])


def test_contrasts_are_against_the_most_frequent_level() -> None:
    levels, columns = contrasts(pd.Series(["none", "gift", "sale", "none"]))
    assert levels == ("gift", "sale")
    np.testing.assert_array_equal(columns, [[0, 0], [1, 0], [0, 1], [0, 0]])


def test_text_is_a_factor_and_numbers_and_truth_values_are_not() -> None:
    assert is_factor(pd.Series(["a"]))
    assert not is_factor(pd.Series([1]))
    assert not is_factor(pd.Series([True]))
