"""Weighted fitted models that are looked at together: one model, a cluster, a front, bootstrap refits, posterior draws."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from mmm_core.entities.design import Design, FloatArray
from mmm_core.errors import SettingsError

AVERAGED_ID = "averaged"
"""Stands for the averaged estimate where pages and addresses name a model."""


class SetKind(StrEnum):
    """Where the models of a set come from, which decides what an interval over them means."""

    MODEL = "model"
    SPREAD = "spread"
    SAMPLING = "sampling"
    POSTERIOR = "posterior"


class SetBasis(StrEnum):
    """Which models of a run a page speaks of.

    AVERAGED is the recommended answer; the others have the model that is looked at as point estimate.
    """

    AVERAGED = "averaged"
    FRONT = "front"
    CLUSTER = "cluster"
    SAMPLING = "sampling"
    MODEL = "model"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MediaCurves:
    """Response curves of every medium in every model.

    ``response(spend) = coefficient * h(spend * units_per_spend + carried)`` per period, where
    ``h(x) = x**alpha / (x**alpha + inflexion**alpha)``. Rows are models, columns are media (paid first) in design order.

    Attributes:
        coefficient: Outcome at full saturation, shape (n_models, n_media).
        alpha: Shape of the Hill curve, same shape.
        inflexion: Pressure at half of the ceiling, units of the modelled column, same shape.
        carried: Mean pressure per period that comes from earlier periods, units of the modelled column, same shape.
        units_per_spend: Units of the modelled column that one unit of spend buys in the window, shape (n_media,); 1 for organic.
    """

    coefficient: FloatArray
    alpha: FloatArray
    inflexion: FloatArray
    carried: FloatArray
    units_per_spend: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelSet:
    """What response curves, intervals, the ledger and the allocator take; they never care where the models came from.

    Attributes:
        kind: Where the models come from.
        names: One per model: a solution id, "refit 17", "draw 17".
        weights: At least 0, sum 1, shape (n_models,). A model of weight 0 is carried along (the original of bootstrap
            refits, a pick outside the front): it may be the ``point`` but takes no part in intervals.
        point: Which model the point estimates are those of; None means the weighted mean of contributions.
        design: The data the models were fitted to.
        term_names: Everything the outcome is split into: baseline terms, then the media in design order.
        contributions: Sum over the modelled periods per model and term, outcome units, shape (n_models, n_terms).
        weekly: Contribution per modelled period and term that goes with the point estimate, shape (n_rows, n_terms); its
            column sums are the contributions of ``point``, or their weighted mean.
        curves: Response curves.
        carry_over: Part of the point estimate's contribution of every medium that comes from earlier periods' spend, outcome
            units, shape (n_media,); NaN where it is not known.
        label: What the set is called on screen: "112 models on the best 8 fronts", "cluster 2", "model 3_412".
    """

    kind: SetKind
    names: tuple[str, ...]
    weights: FloatArray
    point: int | None
    design: Design
    term_names: tuple[str, ...]
    contributions: FloatArray
    weekly: FloatArray
    curves: MediaCurves
    carry_over: FloatArray
    label: str

    def __post_init__(self) -> None:
        n_models, n_media = len(self.names), len(self.design.media_names)
        wanted = {
            "weights": (self.weights, (n_models,)),
            "contributions": (self.contributions, (n_models, len(self.term_names))),
            "weekly": (self.weekly, (len(self.design.rows), len(self.term_names))),
            "curves.coefficient": (self.curves.coefficient, (n_models, n_media)),
            "carry_over": (self.carry_over, (n_media,)),
        }
        for name, (array, shape) in wanted.items():
            if array.shape != shape:
                raise SettingsError(f"ModelSet.{name} must have the shape {shape}, got {array.shape}.")
        if not n_models or not np.isclose(self.weights.sum(), 1.0) or (self.weights < 0).any():
            raise SettingsError(
                f"A model set needs at least one model and weights of at least 0 that sum to 1; got {n_models} models and a "
                f"sum of {self.weights.sum():g}."
            )
        if self.term_names[len(self.term_names) - n_media :] != self.design.media_names:
            raise SettingsError("ModelSet.term_names must end with the media of its design, in their order.")

    @property
    def n_models(self) -> int:
        """Models that count: those with a weight."""
        return int((self.weights > 0).sum())

    @property
    def paid_names(self) -> tuple[str, ...]:
        """Keys of the paid channels."""
        return self.design.paid_names

    @property
    def media_contributions(self) -> FloatArray:
        """Contribution of every medium, paid first, shape (n_models, n_media)."""
        media: FloatArray = self.contributions[:, len(self.term_names) - len(self.design.media_names) :]
        return media

    @property
    def interval_label(self) -> str:
        """What an interval over the set is, in words: never more than it is."""
        if self.kind is SetKind.SPREAD:
            return f"spread across {self.n_models:,} models"
        if self.kind is SetKind.SAMPLING:
            return f"90% sampling interval, {self.n_models:,} refits"
        if self.kind is SetKind.POSTERIOR:
            return "about 90% (posterior)"
        return "one model, no interval"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SetCurve:
    """What one channel brings per period at other levels of spend, over a model set.

    Attributes:
        channel: Channel key.
        spend: Spend per period, currency, ascending from 0, shape (n_points,).
        response: Outcome per period of the point estimate, same shape; includes the response to past carry-over.
        low: Low end over the set, same shape.
        high: High end, same shape.
        marginal: Slope of ``response``: outcome per further unit of spend, same shape; inf at 0 where the curve starts upright.
        carry_over_response: Response at no spend: what earlier periods' spend still brings, per period.
        mean_spend: Mean spend per period over the modelled rows.
        mean_response: Point response at the mean spend.
        mean_marginal: Slope there.
        highest_seen: Largest spend of one period in the modelled rows; the curve beyond it is extrapolation.
        interval_label: What low and high are.
    """

    channel: str
    spend: FloatArray
    response: FloatArray
    low: FloatArray
    high: FloatArray
    marginal: FloatArray
    carry_over_response: float
    mean_spend: float
    mean_response: float
    mean_marginal: float
    highest_seen: float
    interval_label: str
