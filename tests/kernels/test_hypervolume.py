import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mmm_core.kernels.dominance import first_front
from mmm_core.kernels.hypervolume import FrontArchive, hypervolume, swept_area, swept_volume

POINTS = arrays(
    np.float64, st.tuples(st.integers(1, 60), st.just(2)), elements=st.integers(0, 12).map(lambda k: k / 10)
)


def test_two_steps_by_hand() -> None:
    x, y = np.array([0.2, 0.5]), np.array([0.6, 0.1])
    assert hypervolume(x, y) == pytest.approx(0.3 * 0.4 + 0.5 * 0.9)


def test_points_outside_the_reference_count_nothing() -> None:
    assert hypervolume(np.array([1.2, 0.1, np.nan]), np.array([0.1, np.inf, 0.1])) == 0.0


@settings(deadline=None)
@given(POINTS)
def test_area_equals_the_share_of_grid_cells_a_point_covers(points: np.ndarray) -> None:
    middles = np.arange(10) / 10 + 0.05
    covered = [(points < cell).all(axis=1).any() for cell in np.array(np.meshgrid(middles, middles)).reshape(2, -1).T]
    assert hypervolume(*points.T) == pytest.approx(np.mean(covered))


@settings(deadline=None)
@given(POINTS)
def test_nevergrads_way_of_adding_gives_the_same_area(points: np.ndarray) -> None:
    inside = points[(points < 1.0).all(axis=1)]
    assert swept_area(*(inside - 1.0).T.copy()) == pytest.approx(hypervolume(*points.T))


@settings(deadline=None)
@given(POINTS, st.integers(1, 7))
def test_an_archive_filled_in_pieces_holds_the_first_front(points: np.ndarray, size: int) -> None:
    archive = FrontArchive()
    for start in range(0, len(points), size):
        part = points[start : start + size]
        archive.extend(part[:, 0].copy(), part[:, 1].copy(), start)
    assert archive.numbers.tolist() == first_front(*points.T).tolist()
    assert archive.hypervolume() == pytest.approx(hypervolume(*points.T))


def test_an_archive_grows_beyond_its_first_room() -> None:
    archive, x = FrontArchive(), np.linspace(0.0, 1.0, 10_000)
    archive.extend(x, 1.0 - x, 5)
    assert archive.numbers.tolist() == list(range(5, 10_005))


def test_an_archive_ignores_what_is_not_finite() -> None:
    archive = FrontArchive()
    archive.extend(np.array([np.nan, 0.5, 0.1]), np.array([0.1, np.nan, np.inf]), 0)
    assert archive.points.shape == (0, 2)


def test_volume_of_two_boxes_that_overlap_by_hand() -> None:
    points = np.array([[0.5, 0.5, 0.5], [0.75, 0.75, 0.0]])
    assert swept_volume(points - 1.0) == pytest.approx(0.5**3 + 0.25**2 - 0.25**2 * 0.5)
    assert swept_volume(np.empty((0, 3))) == 0.0


@settings(deadline=None)
@given(arrays(np.float64, st.tuples(st.integers(1, 12), st.just(3)), elements=st.integers(0, 5).map(lambda k: k / 5)))
def test_volume_equals_the_share_of_grid_cells_a_point_covers(points: np.ndarray) -> None:
    middles = np.arange(5) / 5 + 0.1
    cells = np.array(np.meshgrid(middles, middles, middles)).reshape(3, -1).T
    covered = [(points < cell).all(axis=1).any() for cell in cells]
    assert swept_volume(points - 1.0) == pytest.approx(np.mean(covered))
