"""What the posterior sampler knows, believes and remembers. M media, n modelled rows, k baseline columns."""

from typing import NamedTuple

import numpy as np

from mmm_core.kernels.arrays import FloatArray, IntArray
from mmm_core.kernels.sampler_baseline import JointBaseline
from mmm_core.kernels.sampler_media import N_PARAMETERS, Lifts, MediaInput, MediaScratch, make_media_scratch

VARIANCE, COMMON = range(2)
STIFFNESS, SWEEP, LEARNED = range(3)


class SamplerData(NamedTuple):
    """What is known.

    Attributes:
        outcome: y on the modelled rows, shape (n,).
        gathered: ``Z'y``, shape (k,).
        baseline: Columns and factors.
        given: Media.
        lifts: Studies.
    """

    outcome: FloatArray
    gathered: FloatArray
    baseline: JointBaseline
    given: MediaInput
    lifts: Lifts


class SamplerPrior(NamedTuple):
    """What is believed before.

    Attributes:
        low: Lower ends of the parameters, shape (M, 4); equal ends fix one.
        high: Upper ends, same shape.
        theta_powers: Theta has the density ``theta**first * (1 - theta)**second`` between its ends.
        alpha_log_mean: Of ln alpha, normal between its ends.
        alpha_log_sd: Same.
        nothing: Probability that a return is 0.
        width: w, spread of the returns as a share of the common one.
        is_free: 1 where a return may be negative, shape (M,).
        common_log_mean: Of ln R, normal between the ends.
        common_log_sd: Same.
        common_low: Lower end of R; equal ends fix it.
        common_high: Upper end.
        variance_shape: Inverse gamma prior of the noise variance.
        variance_scale: Same, units of the outcome squared.
    """

    low: FloatArray
    high: FloatArray
    theta_powers: tuple[float, float]
    alpha_log_mean: float
    alpha_log_sd: float
    nothing: float
    width: float
    is_free: IntArray
    common_log_mean: float
    common_log_sd: float
    common_low: float
    common_high: float
    variance_shape: float
    variance_scale: float


class Proposal(NamedTuple):
    """A medium under other parameters."""

    column: FloatArray
    gathered: FloatArray
    projected: FloatArray
    brought: FloatArray
    parameters: FloatArray


class Chain(NamedTuple):
    """Where one chain stands, and its work space; contents are overwritten.

    Attributes:
        parameters: Shape (M, 4).
        returns: r, shape (M,).
        levels: Noise variance and common return R, shape (2,).
        places: Number of the stiffness, of the sweeps done and of those in the history, shape (3,).
        columns: x, shape (M, n).
        gathered: ``Z'x``, shape (M, k).
        projected: ``inv(L) Z'x`` under the present stiffness, shape (M, k).
        squares: ``x'x``, shape (M,).
        brought: What a return of 1 brings in every study, shape (M, n_studies).
        residual: y less all media, shape (n,); then its gathered and projected forms, shape (k,).
        residual_gathered: See ``residual``.
        residual_projected: See ``residual``.
        gap: Lift less what the model says, shape (n_studies,).
        history: Parameters summed over the sweeps since the last adaptation, and their products, shape (M, 1 + 4, 4).
        steps: Learned steps: Cholesky factor of the covariance of the parameters, shape (M, 4, 4).
        new: Proposal: column (1, n), gathered and projected (2, k), brought (n_studies,), parameters (4,).
        scratch: Of the transformation.
    """

    parameters: FloatArray
    returns: FloatArray
    levels: FloatArray
    places: IntArray
    columns: FloatArray
    gathered: FloatArray
    projected: FloatArray
    squares: FloatArray
    brought: FloatArray
    residual: FloatArray
    residual_gathered: FloatArray
    residual_projected: FloatArray
    gap: FloatArray
    history: FloatArray
    steps: FloatArray
    new: Proposal
    scratch: MediaScratch


def record_width(n_media: int) -> int:
    """Numbers kept of one draw: four parameters per medium, its return, noise variance, R and stiffness."""
    return n_media * (N_PARAMETERS + 1) + 3


def start_chain(data: SamplerData, prior: SamplerPrior, random: np.random.Generator) -> Chain:
    """A chain somewhere in the prior: chains that start apart and come together have forgotten where they started."""
    n_media, n, k = len(data.given.size), len(data.outcome), len(data.gathered)
    n_studies = len(data.lifts.lift)
    common = float(np.clip(np.exp(random.normal(prior.common_log_mean, 0.5)), prior.common_low, prior.common_high))
    return Chain(
        parameters=prior.low + (prior.high - prior.low) * random.random((n_media, N_PARAMETERS)),
        returns=common * random.random(n_media),
        levels=np.array([(float(np.var(data.outcome)) or 1.0) * random.uniform(0.1, 1.0), common]),
        places=np.array([random.integers(len(data.baseline.n_used)), 0, 0]),
        columns=np.zeros((n_media, n)),
        gathered=np.zeros((n_media, k)),
        projected=np.zeros((n_media, k)),
        squares=np.zeros(n_media),
        brought=np.zeros((n_media, n_studies)),
        residual=np.zeros(n),
        residual_gathered=np.zeros(k),
        residual_projected=np.zeros(k),
        gap=np.zeros(n_studies),
        history=np.zeros((n_media, 1 + N_PARAMETERS, N_PARAMETERS)),
        steps=0.1 * (prior.high - prior.low)[:, :, None] * np.eye(N_PARAMETERS),
        new=Proposal(np.zeros((1, n)), np.zeros(k), np.zeros(k), np.zeros(n_studies), np.zeros(N_PARAMETERS)),
        scratch=make_media_scratch(data.given),
    )
