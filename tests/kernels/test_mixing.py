"""R-hat and effective sample size on chains whose answer is known."""

import numpy as np
import pytest

from mmm_core.kernels.mixing import bulk_sample_size, rank_r_hat


def chains(correlation: float, n_draws: int = 4000, seed: int = 0) -> np.ndarray:
    """Four chains of an autoregression of order one, variance 1."""
    random = np.random.default_rng(seed)
    drawn = random.standard_normal((4, n_draws))
    for i in range(1, n_draws):
        drawn[:, i] = correlation * drawn[:, i - 1] + np.sqrt(1 - correlation**2) * drawn[:, i]
    return drawn


def test_independent_draws_have_an_r_hat_of_one_and_count_in_full() -> None:
    assert rank_r_hat(chains(0.0)) == pytest.approx(1.0, abs=0.002)
    assert bulk_sample_size(chains(0.0)) == pytest.approx(16_000, rel=0.1)


def test_correlated_draws_count_by_the_time_they_take_to_forget() -> None:
    # An autoregression forgets in (1 + c) / (1 - c) draws.
    assert bulk_sample_size(chains(0.8)) == pytest.approx(16_000 / 9, rel=0.15)


def test_a_chain_that_went_elsewhere_shows() -> None:
    drawn = chains(0.0)
    drawn[0] += 1.0
    assert rank_r_hat(drawn) > 1.05


def test_a_chain_that_is_wider_shows_in_the_folded_ranks() -> None:
    drawn = chains(0.0)
    drawn[0] *= 3.0
    assert rank_r_hat(drawn) > 1.05


def test_a_chain_that_drifts_shows_in_its_halves() -> None:
    assert rank_r_hat(chains(0.0) + np.linspace(-1.5, 1.5, 4000)) > 1.05


def test_any_increasing_scale_has_the_same_answer() -> None:
    assert rank_r_hat(np.exp(9.0 * chains(0.5))) == pytest.approx(rank_r_hat(chains(0.5)), abs=1e-3)


def test_what_never_changes_has_no_answer_and_others_are_not_disturbed() -> None:
    drawn = np.stack([np.ones((4, 4000)), chains(0.5)], axis=2)
    assert np.isnan(rank_r_hat(drawn)[0])
    assert np.isnan(bulk_sample_size(drawn)[0])
    assert bulk_sample_size(drawn)[1] == bulk_sample_size(chains(0.5))
