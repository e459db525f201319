"""Simulation-based calibration: on data drawn from the prior, the truth has every rank among the draws equally often.

Source: Talts, Betancourt, Simpson, Vehtari, Gelman (2018), Validating Bayesian inference algorithms with simulation-based
calibration, arXiv:1804.06788.
"""

import numpy as np
from scipy.stats import chi2

from mmm_core.entities.design import FloatArray
from mmm_core.kernels.sampler_media import DECAY
from mmm_core.kernels.sampler_state import SamplerPrior
from tests.kernels.sampler_problems import SIZE, Truth, draw_truth, run_chain, small_data, small_input, small_prior

QUANTITIES = ("return 1", "return 2", "theta 1", "theta 2", "R", "sigma", "total media")
N_SIMULATIONS = 200
N_SIMULATIONS_WRONG = 120
N_DRAWS = 99
N_BINS = 10
LEVEL = 0.01 / len(QUANTITIES)


def quantities_of(record: FloatArray) -> FloatArray:
    """The compared quantities of every draw, shape (n_draws, 7)."""
    returns, theta = record[:, 8:10], record[:, [DECAY, 4 + DECAY]]
    return np.column_stack([returns, theta, record[:, 11], np.sqrt(record[:, 10]), returns @ SIZE])


def truths_of(truth: Truth) -> FloatArray:
    """The same of the truth."""
    theta = truth.parameters[:, DECAY]
    return np.array([*truth.returns, *theta, truth.common, np.sqrt(truth.variance), truth.returns @ SIZE])


def rank_p_values(sampled: SamplerPrior, simulated: SamplerPrior, n_simulations: int = N_SIMULATIONS) -> FloatArray:
    """P values of the uniformity of ranks when data come from one prior and the sampler believes another, shape (7,)."""
    random, given = np.random.default_rng(2018), small_input()
    counts = np.zeros((len(QUANTITIES), N_BINS))
    for number in range(n_simulations):
        truth = draw_truth(random, simulated, given)
        drawn = quantities_of(run_chain(small_data(truth.outcome, given), sampled, number, 300, 8, N_DRAWS))
        below, ties = (drawn < truths_of(truth)).sum(axis=0), (drawn == truths_of(truth)).sum(axis=0)
        rank = below + random.integers(0, ties + 1)  # a return of 0 ties with others: every order is equally likely
        counts[np.arange(len(QUANTITIES)), rank * N_BINS // (N_DRAWS + 1)] += 1
    expected = n_simulations / N_BINS
    return chi2.sf(((counts - expected) ** 2 / expected).sum(axis=1), N_BINS - 1)


def test_ranks_of_the_truth_are_uniform() -> None:
    p_values = rank_p_values(small_prior(), small_prior())
    assert (p_values > LEVEL).all(), dict(zip(QUANTITIES, p_values, strict=True))


def test_a_sampler_without_the_spikes_prior_odds_is_found_out() -> None:
    p_values = rank_p_values(small_prior(nothing=0.5), small_prior(), N_SIMULATIONS_WRONG)
    assert p_values.min() < LEVEL


def test_a_sampler_without_the_spike_is_found_out() -> None:
    p_values = rank_p_values(small_prior(nothing=0.0), small_prior(), N_SIMULATIONS_WRONG)
    assert p_values.min() < LEVEL
