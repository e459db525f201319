"""What one model of the search foretells, and what it would foretell without media."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from mmm_core.engine.candidate import refit_model
from mmm_core.engine.candidate_evaluator import KIND_CODES, parameters_of, required_keys
from mmm_core.engine.features import build_design
from mmm_core.engine.past_view import PastView
from mmm_core.entities.design import Design, FloatArray, IntArray
from mmm_core.entities.fitted_model import FittedModel
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.kernels.decomposition import transform_channel
from mmm_core.kernels.saturation import hill


class TwoForecasts(NamedTuple):
    """Outcome units, one per period to foretell, shape (horizon,) each."""

    model: FloatArray
    no_media: FloatArray


def design_at(view: PastView, *, weibull_length: int | None = None) -> Design:
    """The arrays a model could be fitted to at a past date; rows to foretell are in them, but not modelled.

    Prophet foretells trend, season, holidays and factors of the rows to foretell from the known outcome. The price of an exposure
    and the peak that saturation is measured by come from the known periods.

    Args:
        view: The past date.
        weibull_length: Rows on which a Weibull scale is measured; None means those known then.
    """
    design = build_design(view.known, unseen_from=view.unseen_from)
    return replace(design, weibull_length=weibull_length or view.unseen_from)


def foretell_by_model(
    view: PastView, design: Design, hyperparameters: Mapping[str, float], trials: TrialsConfig
) -> TwoForecasts:
    """Fit a model to everything known then, by the rules of its run, and foretell; the same with media held at nothing.

    Args:
        view: The past date.
        design: From :func:`design_at`.
        hyperparameters: Flat keys; a training share is not used, nor is what belongs to columns that did not vary then.
        trials: Intercept rules.
    """
    known = {*required_keys(design), *(f"{column}_penalty" for column in design.column_names)}
    kept = {name: value for name, value in hyperparameters.items() if name in known}
    forecasts = [
        foretell_rows(
            refit_model(one, kept, intercept=trials.intercept, intercept_sign=trials.intercept_sign), one, view.ahead
        )
        for one in (design, _without_media(design))
    ]
    return TwoForecasts(*forecasts)


def foretell_rows(model: FittedModel, design: Design, rows: IntArray) -> FloatArray:
    """What a fitted model says about rows it was not fitted to, shape (n_rows,).

    ``intercept + sum(coefficient * baseline) + sum(coefficient * h(pressure))`` with the half-saturation points of the fit.

    Args:
        model: Fitted to the modelled rows of ``design``.
        design: Baseline and media of all rows.
        rows: Rows of the table.
    """
    slopes = np.array([model.coefficients[name] for name in design.baseline_names])
    foretold: FloatArray = np.full(len(rows), model.intercept) + design.baseline[rows] @ slopes
    for c, (channel, kind) in enumerate(zip(design.media_names, design.adstock, strict=True)):
        decay = tuple(model.hyperparameters[f"{channel}_{name}"] for name in parameters_of(kind)[2:])
        pressure, _, _ = transform_channel(design.media[:, c], KIND_CODES[kind], decay, design.weibull_length)
        alpha = model.hyperparameters[f"{channel}_alpha"]
        foretold += model.coefficients[channel] * hill(pressure[rows], alpha, model.inflexions[channel])
    return foretold


def _without_media(design: Design) -> Design:
    """The same baseline; coefficients of media must be 0."""
    lower, upper = design.lower.copy(), design.upper.copy()
    lower[len(design.baseline_names) :] = upper[len(design.baseline_names) :] = 0.0
    return replace(design, lower=lower, upper=upper)
