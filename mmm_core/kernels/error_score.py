"""One number per model from its three errors, to pick a model by."""

import numpy as np

from mmm_core.kernels.arrays import FloatArray


def error_scores(errors: FloatArray, weights: tuple[float, ...] = (1.0, 1.0, 1.0)) -> FloatArray:
    """Distance from the best value seen in each error: ``sqrt(sum_k (w_k (e_k - min e_k) / (max e_k - min e_k))^2)``.

    Minimum and maximum run over the finite values. A column that does not vary is left as it is, as in R. R replaces an
    infinite error by 1 before it normalises, so that a model which credits no channel can look average; here its score
    is infinite and it is never picked.

    Args:
        errors: One row per model, one column per error, smaller is better, shape (n_models, n_errors).
        weights: One per error, not all zero; only their proportions count.

    Returns:
        Shape (n_models,), no unit; infinite or NaN where an error is.

    Source:
        Robyn 3.12.1, R/clusters.R, ``errors_scores``; equal to it for finite errors.
    """
    shares = np.asarray(weights, dtype=np.float64) / np.sum(weights)
    scaled = np.column_stack([_to_unit(errors[:, k]) for k in range(errors.shape[1])])
    distance: FloatArray = np.sqrt(np.sum((shares * scaled) ** 2, axis=1))
    return distance


def _to_unit(values: FloatArray) -> FloatArray:
    finite = values[np.isfinite(values)]
    if not len(finite) or finite.max() == finite.min():
        return values
    scaled: FloatArray = (values - finite.min()) / (finite.max() - finite.min())
    return scaled
