"""Small problems for the posterior sampler, and draws of data from its prior."""

from typing import NamedTuple

import numpy as np

from mmm_core.entities.design import FloatArray
from mmm_core.kernels.adstock import GEOMETRIC
from mmm_core.kernels.sampler import advance
from mmm_core.kernels.sampler_baseline import factorise_baseline, gather
from mmm_core.kernels.sampler_media import DECAY, Lifts, MediaInput, fill_medium, make_media_scratch
from mmm_core.kernels.sampler_state import SamplerData, SamplerPrior, record_width, start_chain

N_ROWS = 40
SIZE = np.array([3.0, 1.5])


class Truth(NamedTuple):
    """One draw from the prior; parameters (M, 4), returns (M,)."""

    parameters: FloatArray
    returns: FloatArray
    variance: float
    common: float
    outcome: FloatArray


def small_input(n_media: int = 2, n_rows: int = N_ROWS, seed: int = 5) -> MediaInput:
    """Media of random pulses with geometric adstock."""
    random = np.random.default_rng(seed)
    media = random.gamma(2.0, 1.0, (n_media, n_rows)) * (random.random((n_media, n_rows)) < 0.6)
    kinds = np.full(n_media, GEOMETRIC)
    size = np.resize(SIZE, n_media)
    return MediaInput(media, np.arange(n_rows), kinds, n_rows, size)


def no_lifts(n_media: int, n_rows: int = N_ROWS) -> Lifts:
    """No studies."""
    whole = np.zeros(0, dtype=np.int64)
    return Lifts(
        np.zeros((0, n_media), dtype=np.int64), np.zeros((0, n_rows)), whole, whole, whole, np.zeros(0), np.zeros(0)
    )


def baseline_columns(n_rows: int = N_ROWS) -> FloatArray:
    """Intercept, trend, one wave, then bumps of the level, shape (k, n_rows)."""
    t = np.arange(n_rows)
    wave = 2.0 * np.pi * t / 20.0
    bumps = [np.maximum(1.0 - np.abs(t - centre) / 5.0, 0.0) for centre in range(0, n_rows, 5)]
    return np.stack([np.ones(n_rows), t / n_rows, np.sin(wave), np.cos(wave), *bumps])


def baseline_sds(n_rows: int = N_ROWS) -> FloatArray:
    """Three stiffnesses: no bumps, small ones, large ones."""
    n_bumps = len(baseline_columns(n_rows)) - 4
    return np.array([[20.0, 5.0, 3.0, 3.0] + [level] * n_bumps for level in (0.0, 0.4, 1.5)])


def small_data(outcome: FloatArray, given: MediaInput | None = None, lifts: Lifts | None = None) -> SamplerData:
    """An outcome with the media and baseline of this file."""
    given = given or small_input()
    baseline = factorise_baseline(baseline_columns(len(outcome)), baseline_sds(len(outcome)))
    gathered = np.zeros(len(baseline.columns))
    gather(baseline, outcome, gathered)
    n_media = len(given.size)
    return SamplerData(outcome, gathered, baseline, given, lifts or no_lifts(n_media, len(outcome)))


def small_prior(n_media: int = 2, **changes: object) -> SamplerPrior:
    """The product's prior for outcome 10 per unit of spend and a variance of 1; ``changes`` replace fields."""
    prior = SamplerPrior(
        low=np.tile([0.5, 0.3, 0.0, 0.0], (n_media, 1)),
        high=np.tile([3.0, 1.0, 0.8, 0.0], (n_media, 1)),
        theta_powers=(0.5, 1.5),
        alpha_log_mean=0.25,
        alpha_log_sd=0.45,
        nothing=0.1,
        width=0.7,
        is_free=np.zeros(n_media, dtype=np.int64),
        common_log_mean=float(np.log(2.0)),
        common_log_sd=0.7,
        common_low=0.1,
        common_high=7.0,
        variance_shape=1.0,
        variance_scale=0.01,
    )
    return prior._replace(**changes)


def fixed_prior(alpha: float = 1.0, gamma: float = 0.5, theta: float = 0.3, **changes: object) -> SamplerPrior:
    """One medium whose transformation is known."""
    ends = np.array([[alpha, gamma, theta, 0.0]])
    return small_prior(1, low=ends, high=ends.copy(), **changes)


def column_of(given: MediaInput, m: int, parameters: FloatArray) -> FloatArray:
    """x of one medium, shape (n_rows,)."""
    column = np.zeros((1, len(given.rows)))
    fill_medium(given, m, parameters, make_media_scratch(given), column, 0)
    return column[0]


def draw_truth(random: np.random.Generator, prior: SamplerPrior, given: MediaInput) -> Truth:
    """Parameters, returns and an outcome, exactly as the prior says."""
    n_media, n_rows = given.media.shape
    parameters = np.array([_draw_parameters(random, prior, m) for m in range(n_media)])
    common = 0.0
    while not prior.common_low <= common <= prior.common_high:
        common = float(np.exp(random.normal(prior.common_log_mean, prior.common_log_sd)))
    returns = np.array([_draw_return(random, prior, common) for _ in range(n_media)])
    variance = prior.variance_scale / random.standard_gamma(prior.variance_shape)
    columns, sds = baseline_columns(n_rows), baseline_sds(n_rows)
    sd = sds[random.integers(len(sds))]
    coefficients = np.sqrt(variance) * sd * random.standard_normal(len(columns))
    media = sum(returns[m] * column_of(given, m, parameters[m]) for m in range(n_media))
    outcome = media + coefficients @ columns + np.sqrt(variance) * random.standard_normal(n_rows)
    return Truth(parameters, returns, float(variance), common, outcome)


def run_chain(data: SamplerData, prior: SamplerPrior, seed: int, burn_in: int, thin: int, n_draws: int) -> FloatArray:
    """Records after the burn-in, shape (n_draws, width)."""
    random = np.random.default_rng(seed)
    chain = start_chain(data, prior, random)
    width = record_width(len(data.given.size))
    advance(data, prior, chain, random, burn_in, burn_in, np.empty((1, width)))
    record = np.empty((n_draws, width))
    advance(data, prior, chain, random, burn_in, thin, record)
    return record


def _draw_parameters(random: np.random.Generator, prior: SamplerPrior, m: int) -> FloatArray:
    alpha, theta = -1.0, -1.0
    while not prior.low[m, 0] <= alpha <= prior.high[m, 0]:
        alpha = float(np.exp(random.normal(prior.alpha_log_mean, prior.alpha_log_sd)))
    while not prior.low[m, DECAY] <= theta <= prior.high[m, DECAY]:
        theta = float(random.beta(prior.theta_powers[0] + 1.0, prior.theta_powers[1] + 1.0))
    gamma = random.uniform(prior.low[m, 1], prior.high[m, 1])
    return np.array([alpha, gamma, theta, 0.0])


def _draw_return(random: np.random.Generator, prior: SamplerPrior, common: float) -> float:
    if random.random() < prior.nothing:
        return 0.0
    drawn = -1.0
    while drawn <= 0.0:
        drawn = float(random.normal(common, prior.width * common))
    return drawn
