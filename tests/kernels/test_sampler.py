"""The posterior sampler against answers worked out in other ways."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import multivariate_normal, norm

from mmm_core.entities.design import FloatArray
from mmm_core.kernels.sampler_media import DECAY, Lifts
from mmm_core.kernels.sampler_state import SamplerPrior
from tests.kernels.sampler_problems import (
    baseline_columns,
    baseline_sds,
    column_of,
    fixed_prior,
    no_lifts,
    run_chain,
    small_data,
    small_input,
    small_prior,
)

SIGMA, COMMON = 0.3, 2.0
KNOWN_SIGMA = {"variance_shape": 1e9, "variance_scale": 1e9 * SIGMA**2}
KNOWN_COMMON = {"common_low": COMMON, "common_high": COMMON}
N_DRAWS = 20_000


def known_prior(**changes: object) -> SamplerPrior:
    """One medium: transformation, noise and common return known, no spike, any sign."""
    settings = {"nothing": 0.0, "is_free": np.ones(1, dtype=np.int64), **KNOWN_SIGMA, **KNOWN_COMMON, **changes}
    return fixed_prior(**settings)


def simulated(seed: int = 3, returns: tuple[float, ...] = (1.5,)) -> tuple[FloatArray, FloatArray]:
    """An outcome and the columns of its media, shape (n_rows, n_media)."""
    random, given = np.random.default_rng(seed), small_input(len(returns))
    parameters = np.array([1.0, 0.5, 0.3, 0.0])
    columns = np.column_stack([column_of(given, m, parameters) for m in range(len(returns))])
    level = 4.0 + 0.3 * np.sin(np.arange(len(columns)) / 2.0)
    return level + columns @ np.array(returns) + SIGMA * random.standard_normal(len(columns)), columns


def covariances() -> FloatArray:
    """Of the outcome less media under every stiffness, shape (n_stiffness, n_rows, n_rows)."""
    columns = baseline_columns()
    return SIGMA**2 * np.stack([np.eye(columns.shape[1]) + (columns.T * sd**2) @ columns for sd in baseline_sds()])


def agree(draws: FloatArray, expected: float) -> bool:
    """Whether a mean lies within four Monte-Carlo errors (draws taken for worth a fifth of independent ones)."""
    return bool(abs(draws.mean() - expected) < 4.0 * draws.std() / np.sqrt(len(draws) / 5.0) + 1e-12)


def mixture_of_normals(outcome: FloatArray, x: FloatArray) -> tuple[float, float, FloatArray]:
    """Posterior mean and variance of the return, and weights of the stiffnesses, by dense algebra."""
    q2 = (0.7 * COMMON) ** 2
    weights, means, variances = [], [], []
    for covariance in covariances():
        solved = np.linalg.solve(covariance, np.column_stack([x, outcome]))
        v = 1.0 / (x @ solved[:, 0] + 1.0 / q2)
        variances.append(v)
        means.append(v * (x @ solved[:, 1] + COMMON / q2))
        weights.append(multivariate_normal.logpdf(outcome, COMMON * x, covariance + q2 * np.outer(x, x)))
    share = np.exp(np.array(weights) - max(weights))
    share /= share.sum()
    mean = float(share @ np.array(means))
    return mean, float(share @ (np.array(variances) + np.array(means) ** 2) - mean**2), share


def test_the_conjugate_case_has_the_mean_and_variance_of_the_closed_form() -> None:
    outcome, columns = simulated()
    mean, variance, _ = mixture_of_normals(outcome, columns[:, 0])
    returns = run_chain(small_data(outcome, small_input(1)), known_prior(), 1, 100, 2, N_DRAWS)[:, 4]
    assert agree(returns, mean)
    assert agree((returns - mean) ** 2, variance)


def test_stiffnesses_have_the_probabilities_of_the_closed_form() -> None:
    outcome, columns = simulated()
    _, _, share = mixture_of_normals(outcome, columns[:, 0])
    drawn = run_chain(small_data(outcome, small_input(1)), known_prior(), 1, 100, 2, N_DRAWS)[:, 7]
    assert all(agree((drawn == k).astype(float), share[k]) for k in range(len(share)))


def test_the_probability_of_doing_nothing_is_that_of_the_integral() -> None:
    outcome, columns = simulated(returns=(0.3,))
    x, q = columns[:, 0], 0.7 * COMMON

    def likelihood(r: float) -> float:
        parts = [multivariate_normal.logpdf(outcome, r * x, covariance) for covariance in covariances()]
        return float(np.exp(np.array(parts) - 20.0).sum())

    nothing = 0.1 * likelihood(0.0)
    prior = norm(COMMON, q)
    something = 0.9 * quad(lambda r: likelihood(r) * prior.pdf(r), 0.0, 12.0)[0] / prior.sf(0.0)
    spike = known_prior(nothing=0.1, is_free=np.zeros(1, dtype=np.int64))
    returns = run_chain(small_data(outcome, small_input(1)), spike, 1, 100, 2, N_DRAWS)[:, 4]
    assert agree((returns == 0.0).astype(float), nothing / (nothing + something))
    assert returns.min() == 0.0


def test_carry_over_has_the_mean_of_its_posterior_on_a_grid() -> None:
    outcome, _ = simulated()
    given, q2, covariance = small_input(1), (0.7 * COMMON) ** 2, covariances()
    grid = np.linspace(0.001, 0.799, 400)
    density = np.zeros(len(grid))
    for i, theta in enumerate(grid):
        x = column_of(given, 0, np.array([1.0, 0.5, theta, 0.0]))
        marginal = [multivariate_normal.logpdf(outcome, COMMON * x, c + q2 * np.outer(x, x)) for c in covariance]
        density[i] = np.exp(np.array(marginal) - 20.0).sum() * theta**0.5 * (1.0 - theta) ** 1.5
    prior = known_prior()._replace(high=np.array([[1.0, 0.5, 0.8, 0.0]]), low=np.array([[1.0, 0.5, 0.0, 0.0]]))
    theta = run_chain(small_data(outcome, given), prior, 1, 300, 2, N_DRAWS)[:, DECAY]
    assert agree(theta, float(grid @ density / density.sum()))


def test_a_study_of_two_channels_is_an_observation_of_their_sum() -> None:
    outcome, columns = simulated(returns=(1.5, 0.5))
    share = np.zeros((1, len(outcome)))
    share[0, 10:14] = 1.0
    whole = [np.array([value]) for value in (10, 14, 0)]
    lifts = Lifts(np.ones((1, 2), dtype=np.int64), share, *whole, np.array([1.0]), np.array([1.0 / 0.05**2]))
    brought = share[0] @ columns
    precision = np.outer(brought, brought) * lifts.precision[0] + np.eye(2) / (0.7 * COMMON) ** 2
    pull = brought * lifts.lift[0] * lifts.precision[0] + COMMON / (0.7 * COMMON) ** 2
    solved = np.linalg.solve(covariances()[0], np.column_stack([columns, outcome]))
    expected = np.linalg.solve(columns.T @ solved[:, :2] + precision, columns.T @ solved[:, 2] + pull)
    ends = np.tile([1.0, 0.5, 0.3, 0.0], (2, 1))
    free = np.ones(2, dtype=np.int64)
    prior = small_prior(2, low=ends, high=ends.copy(), nothing=0.0, is_free=free, **KNOWN_SIGMA, **KNOWN_COMMON)
    returns = run_chain(one_stiffness(outcome, lifts), prior, 1, 100, 4, N_DRAWS)[:, 8:10]
    assert agree(returns[:, 0], expected[0])
    assert agree(returns[:, 1], expected[1])


def one_stiffness(outcome: FloatArray, lifts: Lifts):  # type: ignore[no-untyped-def]
    """Two media and the baseline without bumps."""
    data = small_data(outcome, small_input(2), lifts)
    first = data.baseline._replace(
        n_used=data.baseline.n_used[:1],
        inverse=data.baseline.inverse[:1].copy(),
        log_determinant=data.baseline.log_determinant[:1],
    )
    return data._replace(baseline=first)


def test_one_seed_gives_the_same_bits_in_one_go_and_in_blocks() -> None:
    outcome, _ = simulated()
    data, prior = small_data(outcome, small_input(1)), small_prior(1)
    assert (run_chain(data, prior, 7, 100, 2, 50) == run_chain(data, prior, 7, 100, 2, 50)).all()
    assert (run_chain(data, prior, 7, 100, 2, 50) == run_chain(data, prior, 7, 100, 1, 100)[1::2]).all()


def test_parameters_stay_between_their_ends_and_fixed_ones_stay_where_they_are() -> None:
    outcome, _ = simulated(returns=(1.5, 0.5))
    prior = small_prior(low=np.array([[1.2, 0.3, 0.2, 0.0]] * 2), high=np.array([[1.2, 0.6, 0.4, 0.0]] * 2))
    record = run_chain(small_data(outcome), prior, 1, 100, 2, 300)
    parameters = record[:, :8].reshape(-1, 2, 4)
    assert (parameters >= prior.low).all()
    assert (parameters <= prior.high).all()
    assert (parameters[:, :, 0] == 1.2).all()
    assert np.unique(parameters[:, 0, 2]).size > 50


@pytest.mark.parametrize("n_media", [1, 3])
def test_a_medium_that_was_never_used_keeps_its_prior(n_media: int) -> None:
    outcome, _ = simulated()
    given = small_input(n_media)
    given.media[0] = 0.0
    prior = small_prior(n_media, **KNOWN_SIGMA, **KNOWN_COMMON)
    record = run_chain(small_data(outcome, given, no_lifts(n_media)), prior, 1, 200, 2, 5000)
    assert agree((record[:, 4 * n_media] == 0.0).astype(float), 0.1)
    assert agree(record[:, DECAY], 0.336)  # mean of theta**.5 (1 - theta)**1.5 on [0, .8]
