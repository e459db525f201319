import numpy as np
import pytest

from mmm_core.engine.nevergrad_search import NevergradSearch
from mmm_core.engine.search import Nsga2Search, guide_losses, start_search
from mmm_core.entities.trials_config import ALGORITHMS, NEVERGRAD_ALGORITHMS
from mmm_core.kernels.hypervolume import hypervolume
from tests.search_builders import area_found, search_through, three_errors, two_errors


def begin(algorithm: str, seed: int = 1, n_objectives: int = 2, **weights: float):
    return start_search(
        algorithm,
        n_parameters=6,
        budget=400,
        seed=np.random.SeedSequence(seed),
        objective_weights=weights or None,
        n_objectives=n_objectives,
    )


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_algorithm_searches_the_cube_and_survives_infinite_errors(algorithm: str) -> None:
    points, _ = search_through(begin(algorithm), 120, spoilt_share=0.2)
    assert points.shape == (120, 6)
    assert ((points >= 0.0) & (points <= 1.0)).all()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_same_seed_asks_the_same_points_and_another_seed_others(algorithm: str) -> None:
    first, again, other = (search_through(begin(algorithm, seed), 120)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("algorithm", NEVERGRAD_ALGORITHMS)
@pytest.mark.parametrize("spoilt_share", [0.0, 0.2])
def test_nevergrad_asks_the_same_points_as_with_its_own_two_objective_loss(algorithm: str, spoilt_share: float) -> None:
    fast, own = (
        search_through(
            NevergradSearch(algorithm, 6, 200, np.random.SeedSequence(3), fast_losses=fast),
            200,
            spoilt_share=spoilt_share,
        )[0]
        for fast in (True, False)
    )
    np.testing.assert_array_equal(fast, own)


@pytest.mark.parametrize("n_parameters", [1, 2, 60])
@pytest.mark.parametrize("algorithm", ["NSGA2", "TwoPointsDE"])
def test_few_and_many_parameters_can_be_searched(algorithm: str, n_parameters: int) -> None:
    search = start_search(algorithm, n_parameters=n_parameters, budget=120, seed=np.random.SeedSequence(0))
    assert search_through(search, 120)[0].shape == (120, n_parameters)


def test_nsga2_finds_more_than_random_points() -> None:
    random = two_errors(np.random.default_rng(0).random((2000, 12)))
    found = area_found(Nsga2Search(12, np.random.SeedSequence(0)), 1000)
    assert found > hypervolume(random[:, 0], random[:, 1]) + 0.05


def test_nsga2_asks_no_point_twice() -> None:
    points = search_through(Nsga2Search(6, np.random.SeedSequence(0)), 1000)[0]
    assert len(np.unique(points, axis=0)) == 1000


@pytest.mark.parametrize("algorithm", ["NSGA2", "TwoPointsDE", "CMA"])
def test_an_objective_of_weight_zero_is_not_searched_for(algorithm: str) -> None:
    only_first, only_second = (
        search_through(begin(algorithm, nrmse=weight, decomp_rssd=1.0 - weight), 400)[1][-100:].mean(axis=0)
        for weight in (1.0, 0.0)
    )
    assert only_first[0] < only_second[0]
    assert only_second[1] < only_first[1]


def test_equal_weights_change_no_loss_and_weight_zero_leaves_the_other_one() -> None:
    losses = np.array([[0.1, 0.5], [0.2, 0.4]])
    np.testing.assert_array_equal(guide_losses(losses, (2.0, 2.0)), losses)
    np.testing.assert_array_equal(guide_losses(losses, (0.0, 3.0)), losses[:, [1, 1]])


def test_guided_losses_of_three_by_hand() -> None:
    losses = np.array([[0.1, 0.5, 0.9]])
    np.testing.assert_allclose(guide_losses(losses, (1.0, 1.0, 0.0)), [[0.1, 0.5, 0.3]])
    np.testing.assert_allclose(
        guide_losses(losses, (1.0, 0.5, 0.5)), [[0.1, (0.5 + 0.55 / 1.5) / 2, (0.9 + 0.35 / 1.5) / 2]]
    )
    np.testing.assert_array_equal(guide_losses(losses, (0.0, 0.0, 4.0)), [[0.9, 0.9, 0.9]])


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_algorithm_searches_for_three_errors_too_and_repeats_itself(algorithm: str) -> None:
    first, again = (
        search_through(begin(algorithm, n_objectives=3), 120, spoilt_share=0.2, errors=three_errors)[0]
        for _ in range(2)
    )
    np.testing.assert_array_equal(first, again)
    assert ((first >= 0.0) & (first <= 1.0)).all()


@pytest.mark.parametrize("algorithm", ["TwoPointsDE", "DE"])
def test_with_three_errors_differential_evolution_asks_the_same_points_as_with_nevergrads_own_loss(
    algorithm: str,
) -> None:
    equal, stream = (1.0, 1.0, 1.0), np.random.SeedSequence(3)
    fast, own = (
        search_through(
            NevergradSearch(algorithm, 6, 200, stream, equal, fast_losses=is_fast), 200, errors=three_errors
        )[0]
        for is_fast in (True, False)
    )
    np.testing.assert_array_equal(fast, own)


@pytest.mark.parametrize("algorithm", ["NSGA2", "TwoPointsDE", "CMA"])
def test_a_third_error_is_searched_for_unless_its_weight_is_zero(algorithm: str) -> None:
    def third_at_the_end(**weights: float) -> float:
        search = begin(algorithm, n_objectives=3, **weights)
        return float(search_through(search, 400, errors=three_errors)[1][-100:, 2].mean())

    assert third_at_the_end(mape=1.0) < third_at_the_end(mape=0.0)
