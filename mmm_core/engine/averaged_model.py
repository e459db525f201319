"""The averaged estimate as one model to look at: what pages that show a model show of it."""

import numpy as np
import pandas as pd

from mmm_core.engine.candidate_evaluator import arrays_of, parameters_of
from mmm_core.entities.design import Design, FloatArray
from mmm_core.entities.fitted_model import FittedModel
from mmm_core.entities.model_output import METRICS
from mmm_core.entities.posterior import Posterior
from mmm_core.kernels.evaluation import Layout
from mmm_core.kernels.response import MediaDescription, describe_media

SOLVER = "averaged"
"""What :attr:`FittedModel.solver` says of an average."""


def averaged_model(posterior: Posterior) -> FittedModel:
    """The averaged estimate in the form of a model: contributions and curves are means over all draws, and add up.

    It was fitted to all modelled periods. Its R squared is not adjusted: an average has no number of columns.
    ``hyperparameters`` and ``coefficients`` are means over the draws, to be looked at, never to be fitted again.

    Args:
        posterior: What the sampler answered.
    """
    models, design = posterior.model_set, posterior.model_set.design
    index = pd.DatetimeIndex(design.dates[design.rows], name="date")
    weekly = pd.DataFrame(models.weekly, index=index, columns=list(models.term_names))
    media = list(design.media_names)
    carried = describe_draw_media(design, parameters_of_draws(posterior), models.curves.coefficient).carry_over.T
    means = models.contributions.mean(axis=0)
    contributions = dict(zip(models.term_names, means.tolist(), strict=True))
    slopes = models.curves.coefficient.mean(axis=0)
    own = models.weekly[:, len(models.term_names) - len(media) :]
    spend = design.spend[design.rows].sum(axis=0)
    paid = means[len(means) - len(media) :][: design.n_paid]
    fitted = models.weekly.sum(axis=1)
    whole = own.sum(axis=0)
    carry_share = np.divide(models.carry_over, whole, out=np.full_like(whole, np.nan), where=whole != 0)
    return FittedModel(
        hyperparameters=_hyperparameters(posterior),
        solver=SOLVER,
        intercept=float(models.weekly[:, 0].mean()),
        has_intercept=True,
        coefficients=dict(zip(media, slopes.tolist(), strict=True)),
        metrics=_metrics(design.outcome[design.rows], fitted, paid, spend),
        lambda_bounds=(np.nan, np.nan),
        weekly=weekly,
        outcome=pd.Series(design.outcome[design.rows], index=index, name="outcome"),
        fitted=pd.Series(fitted, index=index, name="fitted"),
        part=pd.Series("train", index=index, name="part"),
        immediate=pd.DataFrame(own - carried, index=index, columns=media),
        carry_over=pd.DataFrame(carried, index=index, columns=media),
        saturated=pd.DataFrame(
            np.divide(own, slopes, out=np.zeros_like(own), where=slopes != 0), index=index, columns=media
        ),
        inflexions=dict(zip(media, models.curves.inflexion.mean(axis=0).tolist(), strict=True)),
        inflations=dict.fromkeys(media, np.nan),
        contributions=contributions,
        total_spend=dict(zip(design.paid_names, spend.tolist(), strict=True)),
        spend_share=dict(zip(design.paid_names, (spend / spend.sum()).tolist(), strict=True)),
        effect_share=dict(zip(design.paid_names, _shares(paid).tolist(), strict=True)),
        roas=dict(zip(design.paid_names, (paid / spend).tolist(), strict=True)),
        carry_over_share=dict(zip(media, carry_share.tolist(), strict=True)),
        frequency=design.frequency,
    )


def parameters_of_draws(posterior: Posterior) -> FloatArray:
    """(alpha, gamma, theta or shape, scale) of every draw and medium, shape (n_draws, n_media, 4)."""
    decay = np.where(np.isnan(posterior.theta), posterior.shape, posterior.theta)
    parts = (posterior.alpha, posterior.gamma, decay, np.nan_to_num(posterior.scale))
    return np.stack(parts, axis=2)


def describe_draw_media(design: Design, parameters: FloatArray, coefficients: FloatArray) -> MediaDescription:
    """Transformed media of draws, and their contributions on average.

    Args:
        design: The data.
        parameters: (alpha, gamma, theta or shape, scale), shape (n_draws, n_media, 4).
        coefficients: Outcome per period at full saturation, shape (n_draws, n_media).
    """
    n_draws, n_media, per_medium = parameters.shape
    layout = Layout(
        media=np.arange(n_media * per_medium).reshape(n_media, per_medium),
        penalties=np.full(len(design.column_names), -1, dtype=np.int64),
        shrinkage=0,
        train_size=-1,
    )
    values = parameters.reshape(n_draws, n_media * per_medium)
    return describe_media(values, coefficients, np.full(n_draws, 1.0 / n_draws), arrays_of(design), layout)


def _hyperparameters(posterior: Posterior) -> dict[str, float]:
    means = parameters_of_draws(posterior).mean(axis=0)
    design = posterior.model_set.design
    return {
        f"{channel}_{name}": float(means[m, k])
        for m, (channel, kind) in enumerate(zip(design.media_names, design.adstock, strict=True))
        for k, name in enumerate(parameters_of(kind))
    }


def _metrics(outcome: FloatArray, fitted: FloatArray, paid: FloatArray, spend: FloatArray) -> dict[str, float]:
    squared = float(((outcome - fitted) ** 2).sum())
    nrmse = float(np.sqrt(squared / len(outcome)) / np.ptp(outcome))
    known = {
        "nrmse": nrmse,
        "nrmse_train": nrmse,
        "rsq_train": 1.0 - squared / float(((outcome - outcome.mean()) ** 2).sum()),
        "decomp_rssd": float(np.sqrt(((_shares(paid) - spend / spend.sum()) ** 2).sum())),
        "mape": 0.0,
    }
    return {name: known.get(name, np.nan) for name in METRICS}


def _shares(paid: FloatArray) -> FloatArray:
    total = float(paid.sum())
    return paid / total if total else np.zeros_like(paid)
