import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmm_core.kernels.nsga2 import choose_parents, cross_over, crowding_distance, crowding_of_many, keep_best, mutate


def test_whole_fronts_survive_before_the_next_one() -> None:
    losses = np.array([[2.0, 2.0], [0.0, 1.0], [1.0, 0.0], [3.0, 3.0]])
    kept, fronts, _ = keep_best(losses, 3)
    assert set(kept) == {0, 1, 2}
    assert fronts.tolist() == [1, 1, 2]


def test_of_a_front_that_does_not_fit_the_ends_survive_and_then_the_loneliest() -> None:
    losses = np.array([[0.0, 1.0], [0.1, 0.9], [0.15, 0.85], [0.6, 0.4], [1.0, 0.0]])
    assert set(keep_best(losses, 3)[0]) == {0, 4, 3}


def test_copies_survive_last_of_all() -> None:
    losses = np.array([[0.0, 0.0], [0.0, 0.0], [5.0, 5.0]])
    assert set(keep_best(losses, 2)[0]) == {0, 2}


def test_crowding_by_hand() -> None:
    losses = np.array([[0.0, 4.0], [1.0, 2.0], [4.0, 0.0]])
    assert crowding_distance(losses, np.ones(3, dtype=np.int64)).tolist() == [np.inf, 2.0, np.inf]


def test_crowding_of_equal_points_is_a_number() -> None:
    assert crowding_distance(np.zeros((4, 2)), np.ones(4, dtype=np.int64)).tolist() == [np.inf, 0.0, 0.0, np.inf]


def test_crowding_of_three_objectives_by_hand() -> None:
    losses = np.array([[0.0, 4.0, 1.0], [1.0, 2.0, 2.0], [2.0, 1.0, 3.0], [4.0, 0.0, 5.0]])
    # of the second: neighbours 2 of 4 apart in the first, 3 of 4 in the second, 2 of 4 in the third objective
    crowding = crowding_of_many(losses, np.ones(4, dtype=np.int64))
    assert crowding.tolist() == [np.inf, 2 / 4 + 3 / 4 + 2 / 4, 3 / 4 + 2 / 4 + 3 / 4, np.inf]


def test_crowding_of_two_objectives_is_the_same_in_both_ways() -> None:
    losses = np.array([[0.0, 4.0], [1.0, 2.0], [4.0, 0.0]])
    fronts = np.ones(3, dtype=np.int64)
    assert crowding_of_many(losses, fronts).tolist() == crowding_distance(losses, fronts).tolist()


def test_a_point_that_is_best_only_in_a_third_objective_survives() -> None:
    losses = np.array([[1.0, 1.0, 1.0], [2.0, 2.0, 0.0], [2.0, 2.0, 2.0]])
    kept, fronts, _ = keep_best(losses, 2)
    assert (set(kept), fronts.tolist()) == ({0, 1}, [1, 1])


def test_tournaments_prefer_the_lower_front_then_the_lonelier_point() -> None:
    fronts, crowding = np.array([2, 1, 1]), np.array([9.0, 1.0, 2.0])
    assert choose_parents(fronts, crowding, np.array([[0, 1], [1, 2], [2, 2]])).tolist() == [1, 2, 2]


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_children_stay_in_the_cube(seed: int) -> None:
    random = np.random.default_rng(seed)
    mothers, fathers = random.integers(0, 3, (2, 8, 4)) / 2
    children = cross_over(mothers, fathers, random.random((8, 4, 3)), 2.0, 1.0)
    moved = mutate(children, random.random((8, 4, 2)), 1.0, 1.0)
    assert ((moved >= 0.0) & (moved <= 1.0)).all()


def test_children_of_equal_parents_equal_them() -> None:
    parents = np.full((5, 3), 0.4)
    np.testing.assert_array_equal(cross_over(parents, parents, np.zeros((5, 3, 3)), 15.0, 1.0), parents)


def test_children_keep_the_mean_of_their_parents_far_from_the_walls() -> None:
    random = np.random.default_rng(0)
    mothers, fathers = np.full((20_000, 1), 0.45), np.full((20_000, 1), 0.55)
    children = cross_over(mothers, fathers, random.random((20_000, 1, 3)), 15.0, 1.0)
    assert children.mean() == pytest.approx(0.5, abs=0.002)


def test_a_larger_index_makes_smaller_steps() -> None:
    points, uniforms = np.full((5000, 1), 0.5), np.random.default_rng(0).random((5000, 1, 2))
    wide, narrow = (np.abs(mutate(points, uniforms, eta, 1.0) - 0.5).mean() for eta in (2.0, 20.0))
    assert narrow < wide / 3


def test_nothing_moves_at_rate_zero() -> None:
    points = np.random.default_rng(0).random((6, 3))
    np.testing.assert_array_equal(mutate(points, np.zeros((6, 3, 2)), 5.0, 0.0), points)
