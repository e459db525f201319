"""What low and high mean for each kind of model set: the one place that decides it."""

from mmm_core.entities.design import FloatArray
from mmm_core.entities.model_set import ModelSet, SetKind
from mmm_core.kernels.intervals import weighted_quantile, weighted_range

SAMPLING_SHARES = (0.05, 0.95)
POSTERIOR_SHARES = (0.025, 0.975)
"""TRUTH, measured on markets with a known answer: the 95% posterior interval covers about 90%, and is called so."""


def set_interval(model_set: ModelSet, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Low and high end of something known per model.

    Equally good models: lowest to highest. Bootstrap refits: 5% to 95% quantile. Posterior draws: 2.5% to 97.5%. One model:
    its value twice. A pick from outside the equally good models can lie outside their range, and is shown there.

    Args:
        model_set: The models.
        values: One row per model, shape (n_models, n_columns).

    Returns:
        Each shape (n_columns,).
    """
    if model_set.kind is SetKind.SPREAD:
        return weighted_range(values, model_set.weights)
    if model_set.kind is SetKind.MODEL:
        return values[0], values[0]
    shares = SAMPLING_SHARES if model_set.kind is SetKind.SAMPLING else POSTERIOR_SHARES
    return (
        weighted_quantile(values, model_set.weights, shares[0]),
        weighted_quantile(values, model_set.weights, shares[1]),
    )
