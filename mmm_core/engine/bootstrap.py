"""Sampling uncertainty of one model: its residuals resampled in blocks, and the model fitted again hundreds of times."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from mmm_core.engine.model_sets import RidgeModels, set_of_ridge_models
from mmm_core.entities.design import Design, FloatArray
from mmm_core.entities.fitted_model import FittedModel
from mmm_core.entities.model_set import ModelSet, SetKind
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.errors import BoundsError, DataError
from mmm_core.kernels.bootstrap import FittedRidge, Refits, choose_block_length, cut_blocks, refit_resampled
from mmm_core.kernels.ridge import Moments, RidgeRules

_TAIL = 0.95
"""Upper end of the intervals that are read from a set of refits."""


def bootstrap_model(
    design: Design,
    model: FittedModel,
    *,
    n_refits: int = 500,
    seed: int = 123,
    trials: TrialsConfig | None = None,
    name: str = "model",
    label: str = "refits of one model",
) -> ModelSet:
    """Fit a model again to resampled outcomes: how far its numbers would move had chance fallen differently.

    Hyperparameters stay: adstock, saturation and lambda are those of the model, so this is the uncertainty of its
    coefficients only, given that the model is right. Moving blocks of its residuals keep what neighbouring periods have in
    common. A refit adds its blocks to the outcome itself rather than to the fitted values, so that refits scatter around
    the model and the penalty does not shrink them a second time.

    Residuals are smaller than the errors they stand for, and n periods hold only ``G = n / length`` blocks, so they are
    multiplied by ``sqrt(n / (n - d)) * sqrt(G / (G - 1)) * t(G - 1) / z``: d are the degrees of freedom of the ridge (the trace
    of ``H (H + shrinkage)^-1`` over the columns that are at no limit, plus 1 for the intercept), t and z the 95% quantiles
    of Student's distribution with G - 1 degrees of freedom and of the normal one. The last two factors are those of
    cluster-robust intervals with blocks as clusters; they are made for the 5% and 95% quantiles of the refits.

    With a training part only its periods are resampled and fitted; contributions are over all modelled periods. Periods
    left out are skipped by the blocks.

    Args:
        design: What the model was fitted to.
        model: The model.
        n_refits: How many refits, at least 1.
        seed: Of the blocks; the same seed gives the same refits.
        trials: Intercept rules the model was fitted by; None means the default ones.
        name: What the model itself is called in the set.
        label: What the set is called on screen.

    Returns:
        The model itself first, with weight 0 and as the point estimate, then the refits with equal weights.

    Raises:
        BoundsError: ``n_refits`` or ``seed`` is no whole number within its limits.
        DataError: There are no more fitted periods than degrees of freedom.
    """
    _check_count("n_refits", n_refits, 1)
    _check_count("seed", seed, 0)
    ridge = ridge_of_model(design, model, trials or TrialsConfig())
    n_train = ridge.columns.shape[1]
    residuals = (model.outcome - model.fitted).to_numpy(np.float64)[:n_train]
    length = choose_block_length(residuals)
    blocks = cut_blocks(residuals, length, _inflation(ridge, _slopes(design, model), length))
    n_blocks = math.ceil(n_train / length)
    starts = np.random.default_rng(seed).integers(len(blocks), size=(n_refits, n_blocks))
    refits = refit_resampled(ridge, blocks, starts)
    return _model_set(design, model, refits, name, label)


def _check_count(name: str, value: int, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise BoundsError(f"{name} must be a whole number of at least {least}, got {value!r}.")


def ridge_of_model(design: Design, model: FittedModel, trials: TrialsConfig) -> FittedRidge:
    """The ridge behind a model, on its training rows.

    Args:
        design: What the model was fitted to.
        model: The model.
        trials: Intercept rules it was fitted by.
    """
    columns = _columns(design, model)[: int((model.part == "train").sum())]
    means = columns.mean(axis=0)
    centred = columns - means
    outcome = model.outcome.to_numpy(np.float64)[: len(columns)]
    moments = Moments(
        centred.T @ centred / len(columns),
        centred.T @ (outcome - outcome.mean()) / len(columns),
        means,
        float(outcome.mean()),
        float(outcome.var()),
    )
    limits = np.array([design.lower, design.upper], dtype=np.float64)
    if design.trend_column >= 0 and means[design.trend_column] < 0:
        limits[:, design.trend_column] = -1.0, 0.0
    ridge = FittedRidge(
        columns=np.ascontiguousarray(centred.T),
        moments=moments,
        penalty=model.hyperparameters["lambda"],
        factors=_penalty_factors(design, model),
        limits=limits,
        rules=RidgeRules(trials.intercept, trials.intercept_sign == "non_negative", model.solver == "glmnet"),
        has_intercept=model.has_intercept,
        held_back=np.zeros(len(means)),
    )
    return ridge._replace(held_back=_held_back(ridge, _slopes(design, model)))


def _columns(design: Design, model: FittedModel) -> FloatArray:
    """Baseline, then saturated media, on all modelled rows, shape (n_rows, p)."""
    return np.concatenate([design.baseline[design.rows], model.saturated.to_numpy(np.float64)], axis=1)


def _slopes(design: Design, model: FittedModel) -> FloatArray:
    return np.array([model.coefficients[column] for column in design.column_names], dtype=np.float64)


def _penalty_factors(design: Design, model: FittedModel) -> FloatArray:
    """Scaled to sum to their number, as in the search; all 0 means no penalty."""
    given = [max(model.hyperparameters.get(f"{column}_penalty", 1.0), 0.0) for column in design.column_names]
    factors = np.array(given, dtype=np.float64)
    total = float(factors.sum())
    scaled: FloatArray = factors * (len(factors) / total if total > 0 else 0.0)
    return scaled


class _Curvature(NamedTuple):
    """Of the fit that was kept, natural units: products of the columns, shape (p, p), and what the penalty adds, shape (p,)."""

    products: FloatArray
    penalty: FloatArray


def _curvature(ridge: FittedRidge) -> _Curvature:
    """Products about the means with an intercept, about 0 without one."""
    moments = ridge.moments
    centre = 0.0 if ridge.has_intercept else 1.0
    scale = math.sqrt(moments.outcome_variance + centre * moments.outcome_mean**2)
    products = moments.covariance + centre * np.outer(moments.means, moments.means)
    penalty = ridge.factors * np.diag(moments.covariance) * (ridge.penalty / scale if scale > 0 else 0.0)
    return _Curvature(products, penalty)


def _is_free(ridge: FittedRidge, slopes: FloatArray) -> NDArray[np.bool_]:
    """Columns that vary and whose coefficient is at no limit."""
    is_free: NDArray[np.bool_] = (slopes > ridge.limits[0]) & (slopes < ridge.limits[1]) & (slopes != 0.0)
    return is_free


def _held_back(ridge: FittedRidge, slopes: FloatArray) -> FloatArray:
    """Minus the gradient of the columns that are at a limit: with it the original is the optimum without any limit."""
    moments, (products, penalty) = ridge.moments, _curvature(ridge)
    with_outcome = moments.with_outcome + (0.0 if ridge.has_intercept else moments.outcome_mean) * moments.means
    gradient = with_outcome - products @ slopes - penalty * slopes
    held_back: FloatArray = np.where(_is_free(ridge, slopes), 0.0, -gradient)
    return held_back


def _inflation(ridge: FittedRidge, slopes: FloatArray, length: int) -> float:
    """What residuals are multiplied by; the formula is that of :func:`bootstrap_model`."""
    n_train, free = ridge.columns.shape[1], _is_free(ridge, slopes)
    products, penalty = _curvature(ridge)
    spread = np.sqrt(np.diag(products)[free])
    within = products[np.ix_(free, free)] / np.outer(spread, spread)
    smoothing = np.linalg.pinv(within + np.diag(penalty[free] / spread**2), hermitian=True) @ within
    used = float(np.trace(smoothing)) + (1.0 if ridge.has_intercept else 0.0)
    if n_train - used < 1.0:
        raise DataError(
            f"A model that uses {used:.1f} degrees of freedom on {n_train} fitted periods leaves no residuals to resample; use "
            "more periods or fewer columns."
        )
    n_blocks = n_train / length
    few_blocks = math.sqrt(n_blocks / (n_blocks - 1.0)) * float(stdtrit(n_blocks - 1.0, _TAIL) / ndtri(_TAIL))
    return math.sqrt(n_train / (n_train - used)) * few_blocks


def _model_set(design: Design, model: FittedModel, refits: Refits, name: str, label: str) -> ModelSet:
    """The model and its refits, which differ from it in their coefficients alone."""
    n_refits = len(refits.coefficients)
    contributions = refits.coefficients * np.append(len(design.rows), _columns(design, model).sum(axis=0))
    known = np.array([model.contributions[term] for term in design.term_names])
    fitted = RidgeModels(
        parameter_names=tuple(model.hyperparameters),
        hyperparameters=np.tile(np.array(list(model.hyperparameters.values()), dtype=np.float64), (1 + n_refits, 1)),
        coefficients=np.vstack([np.append(model.intercept, _slopes(design, model)), refits.coefficients]),
        contributions=np.vstack([known, contributions]),
    )
    return set_of_ridge_models(
        design,
        fitted,
        kind=SetKind.SAMPLING,
        names=(name, *(f"refit {i}" for i in range(1, n_refits + 1))),
        weights=np.append(0.0, np.full(n_refits, 1.0 / n_refits)),
        point=0,
        label=label,
    )
