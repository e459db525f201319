"""Geweke's joint-distribution test: data drawn from the state, the state moved given the data, over and over, is the prior.

Covers what calibration leaves out: the stiffness of the baseline and a lift study.

Source: Geweke (2004), Getting it right: joint distribution tests of posterior simulators, JASA 99.
"""

import numpy as np

from mmm_core.entities.design import FloatArray
from mmm_core.kernels.sampler import advance
from mmm_core.kernels.sampler_baseline import gather
from mmm_core.kernels.sampler_media import Lifts
from mmm_core.kernels.sampler_state import (
    COMMON,
    STIFFNESS,
    VARIANCE,
    Chain,
    SamplerData,
    SamplerPrior,
    record_width,
    start_chain,
)
from tests.kernels.sampler_problems import (
    N_ROWS,
    baseline_columns,
    baseline_sds,
    draw_truth,
    small_data,
    small_input,
    small_prior,
)

STATISTICS = ("return", "both returns", "nothing", "theta", "alpha", "gamma", "ln R", "ln variance", "stiffness")
N_STEPS, N_PRIOR, N_BATCHES = 16_000, 4_000, 40
PRIOR = small_prior(nothing=0.3, variance_shape=6.0, variance_scale=0.3)


def statistics(
    parameters: FloatArray, returns: FloatArray, common: float, variance: float, stiffness: int
) -> list[float]:
    """What is compared, shape (9,)."""
    shape = parameters[0]
    totals = [min(returns[0], 20.0), np.tanh(returns.sum() / 5.0), float(returns[0] == 0.0)]
    return [*totals, shape[2], shape[0], shape[1], np.log(common), np.log(variance), float(stiffness == 0)]


def joint_draws(prior: SamplerPrior, n_steps: int = N_STEPS) -> FloatArray:
    """Statistics along the chain that draws data and state in turn, shape (n_steps, 9)."""
    random = np.random.default_rng(4)
    share = np.zeros((1, N_ROWS))
    share[0, 12:20] = 1.0
    whole = [np.array([value]) for value in (12, 20, 0)]
    lifts = Lifts(np.array([[1, 0]]), share, *whole, np.zeros(1), np.array([1.0 / 0.3**2]))
    data = small_data(np.zeros(N_ROWS), small_input(), lifts)
    chain = start_chain(data, prior, random)
    record, found = np.empty((1, record_width(2))), np.empty((n_steps, len(STATISTICS)))
    advance(data, prior, chain, random, 0, 1, record)
    for step in range(n_steps):
        draw_data(random, data, chain)
        advance(data, prior, chain, random, 0, 1, record)
        levels = float(chain.levels[COMMON]), float(chain.levels[VARIANCE])
        found[step] = statistics(chain.parameters, chain.returns, *levels, int(chain.places[STIFFNESS]))
    return found


def draw_data(random: np.random.Generator, data: SamplerData, chain: Chain) -> None:
    """An outcome and a lift from the model as it stands, written into ``data``."""
    sigma = np.sqrt(chain.levels[VARIANCE])
    columns, sd = baseline_columns(), baseline_sds()[chain.places[STIFFNESS]]
    level = (sigma * sd * random.standard_normal(len(columns))) @ columns
    data.outcome[:] = chain.returns @ chain.columns + level + sigma * random.standard_normal(N_ROWS)
    gather(data.baseline, data.outcome, data.gathered)
    data.lifts.lift[:] = chain.returns @ chain.brought + 0.3 * random.standard_normal(1)


def prior_draws() -> FloatArray:
    """The same statistics of independent draws of the prior."""
    random, given = np.random.default_rng(5), small_input()
    truths = [draw_truth(random, PRIOR, given) for _ in range(N_PRIOR)]
    stiffness = random.integers(0, 3, N_PRIOR)
    return np.array(
        [statistics(t.parameters, t.returns, t.common, t.variance, s) for t, s in zip(truths, stiffness, strict=True)]
    )


def z_scores(joint: FloatArray) -> FloatArray:
    """Differences of the means in Monte-Carlo errors (batch means for the chain), shape (9,)."""
    independent = prior_draws()
    batches = joint.reshape(N_BATCHES, -1, joint.shape[1]).mean(axis=1)
    error = np.sqrt(batches.var(axis=0, ddof=1) / N_BATCHES + independent.var(axis=0) / N_PRIOR)
    return (joint.mean(axis=0) - independent.mean(axis=0)) / error


def test_data_and_state_drawn_in_turn_are_the_prior() -> None:
    z = z_scores(joint_draws(PRIOR))
    assert (np.abs(z) < 4.0).all(), dict(zip(STATISTICS, z.round(1), strict=True))


def test_a_wrong_prior_shows() -> None:
    z = z_scores(joint_draws(PRIOR._replace(nothing=0.2, theta_powers=(0.0, 1.5)), 8_000))
    assert np.abs(z[[2, 3]]).min() > 4.0
