import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mmm_core.kernels.dominance import first_front, first_front_of_many, rank_fronts, rank_fronts_of_many
from tests.builders import golden_json

CUBE = arrays(np.float64, st.tuples(st.integers(1, 40), st.just(3)), elements=st.integers(0, 4).map(float))
COARSE = arrays(np.float64, st.tuples(st.integers(1, 40), st.just(2)), elements=st.integers(0, 6).map(float))


def fronts_as_in_r(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The rule of REFERENCE 8 word by word: peel rows, then join by value, lowest front first."""
    left = sorted(range(len(x)), key=lambda i: (x[i], y[i]))
    lowest: dict[tuple[float, float], int] = {}
    front = 0
    while left:
        front += 1
        running = np.minimum.accumulate([y[i] for i in left])
        taken = [i for k, i in enumerate(left) if k == 0 or running[k] < running[k - 1]]
        for i in taken:
            lowest.setdefault((x[i], y[i]), front)
        left = [i for i in left if i not in taken]
    return np.array([lowest[x[i], y[i]] for i in range(len(x))])


def test_fronts_equal_those_of_r() -> None:
    golden = golden_json("pareto_front")
    expected = {
        (x, y): front for x, y, front in zip(*(golden["fronts"][k] for k in ("x", "y", "pareto_front")), strict=True)
    }
    fronts = rank_fronts(np.array(golden["x"]), np.array(golden["y"]))
    assert fronts.tolist() == [expected[pair] for pair in zip(golden["x"], golden["y"], strict=True)]


@settings(deadline=None)
@given(COARSE)
def test_fronts_follow_the_rule_also_with_ties_and_duplicates(points: np.ndarray) -> None:
    x, y = points.T
    assert rank_fronts(x, y).tolist() == fronts_as_in_r(x, y).tolist()


def test_duplicates_share_the_lowest_front_but_take_a_place_each() -> None:
    fronts = rank_fronts(np.array([1.0, 1.0, 2.0]), np.array([1.0, 1.0, 2.0]))
    assert fronts.tolist() == [1, 1, 3]


def test_points_with_nan_are_on_no_front_and_infinite_ones_are_last() -> None:
    fronts = rank_fronts(np.array([1.0, np.nan, 2.0, 3.0]), np.array([2.0, 1.0, np.inf, 1.0]))
    assert fronts.tolist() == [1, 0, 2, 1]


def test_no_points_have_no_fronts() -> None:
    assert rank_fronts(np.empty(0), np.empty(0)).size == 0


@settings(deadline=None)
@given(COARSE)
def test_nothing_beats_a_point_of_the_first_front(points: np.ndarray) -> None:
    for i in first_front(*points.T):
        better = (points <= points[i]).all(axis=1) & (points < points[i]).any(axis=1)
        assert not better.any()


@settings(deadline=None)
@given(COARSE)
def test_every_point_is_on_the_first_front_or_beaten_or_equalled_by_one_of_it(points: np.ndarray) -> None:
    front = points[first_front(*points.T)]
    assert all((front <= point).all(axis=1).any() for point in points)


@pytest.mark.parametrize("n", [1, 1000])
def test_points_on_a_falling_line_are_one_front(n: int) -> None:
    x = np.linspace(0.0, 1.0, n)
    assert (rank_fronts(x, 1.0 - x) == 1).all()


@settings(deadline=None)
@given(CUBE)
def test_with_more_objectives_a_front_is_one_behind_the_last_one_that_beats_it(points: np.ndarray) -> None:
    fronts = rank_fronts_of_many(points)
    for i, point in enumerate(points):
        beats = (points <= point).all(axis=1) & (points < point).any(axis=1)
        assert fronts[i] == 1 + fronts[beats].max(initial=0)


@settings(deadline=None)
@given(CUBE)
def test_the_first_front_of_many_objectives_has_every_unbeaten_point_once(points: np.ndarray) -> None:
    front = first_front_of_many(points)
    unbeaten = np.flatnonzero(rank_fronts_of_many(points) == 1)
    firsts = np.unique(points[unbeaten], axis=0, return_index=True)[1]
    assert front.tolist() == np.sort(unbeaten[firsts]).tolist()


@settings(deadline=None)
@given(COARSE)
def test_with_two_objectives_both_ways_find_the_same_first_front(points: np.ndarray) -> None:
    assert first_front_of_many(points).tolist() == np.sort(first_front(*points.T)).tolist()
