"""Model sets from candidates of a search, and what a set says at other levels of spend."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from mmm_core.engine.candidate_evaluator import arrays_of, layout_of
from mmm_core.engine.set_intervals import set_interval
from mmm_core.entities.design import Design, FloatArray
from mmm_core.entities.fitted_model import FittedModel
from mmm_core.entities.model_output import ModelOutput
from mmm_core.entities.model_set import MediaCurves, ModelSet, SetCurve, SetKind
from mmm_core.errors import NotFoundError, SettingsError
from mmm_core.kernels.response import MediaDescription, describe_media, hill_share, hill_slope

BEYOND_SEEN = 1.5
"""How far curves are drawn: times the largest spend of one period."""


class RidgeModels(NamedTuple):
    """Fitted models of one design as arrays.

    Attributes:
        parameter_names: Flat keys, columns of ``hyperparameters``.
        hyperparameters: Natural units, shape (n_models, n_parameters).
        coefficients: Intercept first, shape (n_models, n_terms).
        contributions: Sums over the modelled periods, same shape.
    """

    parameter_names: tuple[str, ...]
    hyperparameters: FloatArray
    coefficients: FloatArray
    contributions: FloatArray


def set_of_candidates(
    design: Design, output: ModelOutput, solution_ids: Sequence[str], *, point_id: str, label: str
) -> ModelSet:
    """Equally good candidates of a search as a model set.

    Args:
        design: The data of the run.
        output: Its candidates.
        solution_ids: The models that count, each alike.
        point_id: The model whose numbers are the point estimates; carried along with weight 0 when it is none of them.
        label: What the set is called.

    Raises:
        NotFoundError: An id is none of the run.
        SettingsError: ``solution_ids`` is empty.
    """
    if not solution_ids:
        raise SettingsError("No model is chosen. Choose at least one, for instance by taking filters off.")
    position = {name: row for row, name in enumerate(output.solution_ids)}
    names = tuple(solution_ids) if point_id in solution_ids else (point_id, *solution_ids)
    unknown = [name for name in names if name not in position]
    if unknown:
        raise NotFoundError(f"This run has no model {unknown[0]!r}. Pick another one in the Pareto explorer.")
    rows = [position[name] for name in names]
    wanted = set(solution_ids)
    fitted = RidgeModels(
        output.parameter_names,
        *(output.stacked(name)[rows] for name in ("hyperparameters", "coefficients", "contributions")),
    )
    return set_of_ridge_models(
        design,
        fitted,
        kind=SetKind.SPREAD if len(wanted) > 1 or len(names) > 1 else SetKind.MODEL,
        names=names,
        weights=np.array([float(name in wanted) / len(wanted) for name in names]),
        point=names.index(point_id),
        label=label,
    )


def set_of_model(design: Design, model: FittedModel, *, name: str, label: str) -> ModelSet:
    """One fitted model as a set of its own: no interval."""
    fitted = RidgeModels(
        tuple(model.hyperparameters),
        np.array([list(model.hyperparameters.values())], dtype=np.float64),
        np.array([[model.intercept, *(model.coefficients[name] for name in design.column_names)]]),
        np.array([[model.contributions[name] for name in design.term_names]]),
    )
    return set_of_ridge_models(
        design, fitted, kind=SetKind.MODEL, names=(name,), weights=np.ones(1), point=0, label=label
    )


def set_of_ridge_models(
    design: Design,
    fitted: RidgeModels,
    *,
    kind: SetKind,
    names: tuple[str, ...],
    weights: FloatArray,
    point: int | None,
    label: str,
) -> ModelSet:
    """Ridge models of one design as a model set.

    Args:
        design: The data.
        fitted: The models.
        kind: Where they come from.
        names: One per model.
        weights: Shape (n_models,), sum 1.
        point: Which model is the point estimate; None means the weighted mean.
        label: What the set is called.
    """
    n_media = len(design.media_names)
    averaged = weights if point is None else np.eye(len(names))[point]
    slopes = fitted.coefficients[:, fitted.coefficients.shape[1] - n_media :]
    layout = layout_of(design, fitted.parameter_names)
    described = describe_media(fitted.hyperparameters, slopes, averaged, arrays_of(design), layout)
    alphas = [fitted.parameter_names.index(f"{channel}_alpha") for channel in design.media_names]
    return ModelSet(
        kind=kind,
        names=names,
        weights=weights,
        point=point,
        design=design,
        term_names=design.term_names,
        contributions=fitted.contributions,
        weekly=_weekly(design, averaged @ fitted.coefficients, described),
        curves=MediaCurves(
            coefficient=slopes,
            alpha=fitted.hyperparameters[:, alphas],
            inflexion=described.inflexion,
            carried=described.carried,
            units_per_spend=units_per_spend(design),
        ),
        carry_over=described.carry_over.sum(axis=1),
        label=label,
    )


def thinned(model_set: ModelSet, most: int) -> ModelSet:
    """Every so-many-th model of a large set, equally spaced, for work whose cost grows with the models.

    Args:
        model_set: Without a ``point``, of equal weights: draws of a sampler.
        most: At most so many models stay; a smaller set is returned as it is.
    """
    count = len(model_set.names)
    if count <= most:
        return model_set
    assert model_set.point is None, "a point estimate could be thinned away"
    rows = np.linspace(0, count - 1, most).round().astype(np.int64)
    curves = model_set.curves
    return replace(
        model_set,
        names=tuple(model_set.names[row] for row in rows),
        weights=np.full(most, 1.0 / most),
        contributions=model_set.contributions[rows],
        curves=MediaCurves(
            coefficient=curves.coefficient[rows],
            alpha=curves.alpha[rows],
            inflexion=curves.inflexion[rows],
            carried=curves.carried[rows],
            units_per_spend=curves.units_per_spend,
        ),
        label=f"{most:,} of the {count:,} draws",
    )


def units_per_spend(design: Design) -> FloatArray:
    """Units of every modelled column that one unit of spend bought in the window, shape (n_media,); 1 for organic."""
    bought = design.media[design.rows, : design.n_paid].sum(axis=0)
    spent = design.spend[design.rows].sum(axis=0)
    units = np.ones(len(design.media_names))
    units[: design.n_paid] = np.divide(bought, spent, out=np.ones_like(spent), where=spent > 0)
    return units


def spend_of(design: Design) -> FloatArray:
    """What curves run over: raw spend of paid media, the modelled input of organic ones; modelled rows, (n_rows, n_media)."""
    spend: FloatArray = design.media[design.rows].copy()
    spend[:, : design.n_paid] = design.spend[design.rows]
    return spend


def responses(curves: MediaCurves, spend: FloatArray) -> FloatArray:
    """Outcome per period of every model and medium at given spends.

    Args:
        curves: Of n_models and n_media.
        spend: Per period, shape (n_points, n_media).

    Returns:
        Shape (n_models, n_points, n_media).
    """
    pressure = spend * curves.units_per_spend + curves.carried[:, None, :]
    share = hill_share(pressure, curves.alpha[:, None, :], curves.inflexion[:, None, :])
    return curves.coefficient[:, None, :] * share


def marginal_responses(curves: MediaCurves, spend: FloatArray) -> FloatArray:
    """Outcome per further unit of spend; 0, not NaN, where a coefficient is 0. The shapes are those of :func:`responses`."""
    pressure = spend * curves.units_per_spend + curves.carried[:, None, :]
    slope = hill_slope(pressure, curves.alpha[:, None, :], curves.inflexion[:, None, :]) * curves.units_per_spend
    coefficient = np.broadcast_to(curves.coefficient[:, None, :], slope.shape)
    marginal: FloatArray = np.multiply(coefficient, slope, out=np.zeros_like(slope), where=coefficient != 0)
    return marginal


def point_of(model_set: ModelSet, values: FloatArray) -> FloatArray:
    """Point estimate of something known per model: that of ``point``, or the weighted mean; shape (n_models, ...)."""
    if model_set.point is not None:
        chosen: FloatArray = values[model_set.point]
        return chosen
    mean: FloatArray = np.tensordot(model_set.weights, values, axes=1)
    return mean


def set_curve(model_set: ModelSet, channel: str, *, n_points: int = 120, max_spend: float | None = None) -> SetCurve:
    """Response curve of one channel over a model set.

    Args:
        model_set: The models.
        channel: Key of a paid or organic channel.
        n_points: Points from 0 to ``max_spend``.
        max_spend: Right end, per period; None means one and a half times the largest period's spend.

    Raises:
        SettingsError: There is no such channel.
    """
    design = model_set.design
    if channel not in design.media_names:
        raise SettingsError(f"No channel is called {channel!r}; there are {', '.join(design.media_names)}.")
    c = design.media_names.index(channel)
    seen = spend_of(design)[:, c]
    mean, highest = float(seen.mean()), float(seen.max())
    end = BEYOND_SEEN * highest if max_spend is None else max_spend
    spend = np.append(np.linspace(0.0, end, n_points), mean)
    curves = _only(model_set.curves, c)
    every = responses(curves, spend[:, None])[:, :, 0]
    response = point_of(model_set, every)
    marginal = point_of(model_set, marginal_responses(curves, spend[:, None])[:, :, 0])
    low, high = set_interval(model_set, every)
    return SetCurve(
        channel=channel,
        spend=spend[:-1],
        response=response[:-1],
        low=low[:-1],
        high=high[:-1],
        marginal=marginal[:-1],
        carry_over_response=float(response[0]),
        mean_spend=mean,
        mean_response=float(response[-1]),
        mean_marginal=float(marginal[-1]),
        highest_seen=highest,
        interval_label=model_set.interval_label,
    )


def _only(curves: MediaCurves, c: int) -> MediaCurves:
    """The curves of one medium."""
    one = slice(c, c + 1)
    return MediaCurves(
        coefficient=curves.coefficient[:, one],
        alpha=curves.alpha[:, one],
        inflexion=curves.inflexion[:, one],
        carried=curves.carried[:, one],
        units_per_spend=curves.units_per_spend[one],
    )


def _weekly(design: Design, coefficients: FloatArray, described: MediaDescription) -> FloatArray:
    n_media = len(design.media_names)
    fixed = np.column_stack([np.ones(len(design.rows)), design.baseline[design.rows]])
    baseline = fixed * coefficients[: len(coefficients) - n_media]
    weekly: FloatArray = np.hstack([baseline, described.weekly.T])
    return weekly
