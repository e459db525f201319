"""Whether chains have mixed: rank-normalised split R-hat and the bulk effective sample size.

Draws have the shape (n_chains, n_draws) or (n_chains, n_draws, n_quantities). A quantity that never changes has no answer: NaN.

Source: Vehtari, Gelman, Simpson, Carpenter, Bürkner (2021), Rank-normalization, folding, and localization: an improved R-hat,
Bayesian Analysis 16(2).
"""

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata

from mmm_core.kernels.arrays import FloatArray


def rank_r_hat(draws: FloatArray) -> FloatArray:
    """The larger of the R-hats of the ranks and of the ranks of the distance from the median.

    Args:
        draws: Shape (n_chains, n_draws, ...), at least 4 draws.

    Returns:
        Shape (...), 1 when the chains cannot be told apart.
    """
    halves = _split(draws)
    folded = np.abs(halves - np.median(halves, axis=(0, 1)))
    return np.fmax(_r_hat(_normalise(halves)), _r_hat(_normalise(folded)))


def bulk_sample_size(draws: FloatArray) -> FloatArray:
    """How many independent draws would tell as much about the middle of the distribution.

    ``n / (1 + 2 sum of autocorrelations)`` of the normalised ranks, the sum cut by Geyer's initial monotone sequence.

    Args:
        draws: Shape (n_chains, n_draws, ...), at least 8 draws.

    Returns:
        Shape (...), at most ``n log10(n)``.
    """
    ranks = _normalise(_split(draws))
    flat = ranks.reshape(*ranks.shape[:2], -1)
    sizes = np.array([_sample_size(flat[:, :, j]) for j in range(flat.shape[2])])
    return sizes.reshape(ranks.shape[2:])


def _split(draws: FloatArray) -> FloatArray:
    half = draws.shape[1] // 2
    return np.concatenate([draws[:, :half], draws[:, draws.shape[1] - half :]])


def _normalise(draws: FloatArray) -> FloatArray:
    """Ranks over all chains, turned into normal scores (Blom)."""
    flat = draws.reshape(draws.shape[0] * draws.shape[1], -1)
    scores: FloatArray = ndtri((rankdata(flat, axis=0) - 0.375) / (len(flat) + 0.25))
    return scores.reshape(draws.shape)


def _r_hat(draws: FloatArray) -> FloatArray:
    n = draws.shape[1]
    within = draws.var(axis=1, ddof=1).mean(axis=0)
    between = n * draws.mean(axis=1).var(axis=0, ddof=1)
    moves = within > 0
    ratio = np.divide(between, within, out=np.full(np.shape(within), np.nan), where=moves)
    r_hat: FloatArray = np.sqrt((n - 1 + ratio) / n)
    return r_hat


def _sample_size(draws: FloatArray) -> float:
    """Of one quantity, shape (n_chains, n_draws)."""
    n_chains, n = draws.shape
    covariance = _autocovariance(draws)
    within = float(covariance[:, 0].mean()) * n / (n - 1)
    if within == 0.0:
        return float("nan")
    total = within * (n - 1) / n + float(draws.mean(axis=1).var(ddof=1))
    correlation = 1.0 - (within - covariance.mean(axis=0)) / total
    correlation[0] = 1.0
    pairs = correlation[: n - n % 2].reshape(-1, 2).sum(axis=1)
    negative = np.flatnonzero(pairs < 0)
    pairs = np.minimum.accumulate(pairs[: negative[0]] if len(negative) else pairs)
    time = max(2.0 * float(pairs.sum()) - 1.0, 1.0 / np.log10(n_chains * n))
    return float(n_chains * n / time)


def _autocovariance(draws: FloatArray) -> FloatArray:
    """With 1/n, every lag, per chain, shape (n_chains, n_draws)."""
    n = draws.shape[1]
    centred = draws - draws.mean(axis=1, keepdims=True)
    spectrum = np.fft.rfft(centred, 2 * n, axis=1)
    covariance: FloatArray = np.fft.irfft(np.abs(spectrum) ** 2, 2 * n, axis=1)[:, :n] / n
    return covariance
