"""Time in a plan: the periods it starts from, the future periods, and how spend is spread over them."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from mmm_core.entities.budget import BudgetRequest
from mmm_core.entities.columns import Frequency
from mmm_core.entities.design import Design, FloatArray, IntArray
from mmm_core.entities.model_set import ModelSet
from mmm_core.errors import SettingsError
from mmm_core.kernels.allocation import PlanCurves

PERIOD_WORDS = {Frequency.DAY: "day", Frequency.WEEK: "week", Frequency.MONTH: "month"}
_TINY = float(np.finfo(np.float64).tiny)


class Levels(NamedTuple):
    """Distinct weights of the future periods, each shape (n_channels, n_weights), padded with a share of 0."""

    weight: FloatArray
    share: FloatArray


def history_rows(design: Design, history: str | tuple[object, object]) -> IntArray:
    """Rows of the periods a plan starts from.

    Args:
        design: The data.
        history: "all", "last_<k>", or first and last day.

    Raises:
        SettingsError: The text is none of these, or there is no modelled period in it.
    """
    n = len(design.rows)
    if isinstance(history, tuple):
        first, last = np.datetime64(str(history[0]), "D"), np.datetime64(str(history[1]), "D")
        dates = design.dates[design.rows]
        rows: IntArray = design.rows[(dates >= first) & (dates <= last)]
        if not len(rows):
            raise SettingsError(
                f"No modelled period starts between {first} and {last}; they run from {dates[0]} to {dates[-1]}."
            )
        return rows
    if history == "all":
        return design.rows
    count = history.removeprefix("last_")
    if not (history.startswith("last_") and count.isascii() and count.isdigit() and 1 <= int(count) <= n):
        raise SettingsError(
            f"The history must be 'all', 'last_1' to 'last_{n}', or the first and the last day; got {history!r}."
        )
    return design.rows[n - int(count) :]


def calendar_weights(design: Design, request: BudgetRequest) -> FloatArray:
    """Weight of every future period, mean 1 per channel, shape (n_periods, n_channels).

    Raises:
        SettingsError: A channel is unknown, or a calendar has the wrong length, a negative number, or nothing in it.
    """
    require_known(design.paid_names, tuple(request.calendar), "The calendar")
    weights = np.ones((request.n_periods, design.n_paid))
    for channel, planned in request.calendar.items():
        shares = np.asarray(planned, dtype=np.float64)
        if shares.shape != (request.n_periods,):
            raise SettingsError(
                f"The calendar of {channel!r} must have one number for each of the {request.n_periods} periods, got "
                f"{shares.size}."
            )
        if not np.all(np.isfinite(shares)) or (shares < 0).any() or not shares.sum() > 0:
            raise SettingsError(
                f"The calendar of {channel!r} must hold numbers of at least 0 that are not all 0; got {shares.min():g} "
                f"to {shares.max():g}."
            )
        weights[:, design.paid_names.index(channel)] = shares / shares.mean()
    return weights


def require_known(known: tuple[str, ...], named: tuple[str, ...], where: str) -> None:
    """Refuse names that are no paid channels.

    Raises:
        SettingsError: One of ``named`` is not in ``known``.
    """
    unknown = [name for name in named if name not in known]
    if unknown:
        raise SettingsError(
            f"{where} names {', '.join(map(repr, unknown))}, which is no paid channel; there are {', '.join(known)}."
        )


def plan_curves(model_set: ModelSet, weights: FloatArray) -> PlanCurves:
    """The paid channels' curves of all models of a set under a calendar of shape (n_periods, n_paid)."""
    curves, n_paid = model_set.curves, model_set.design.n_paid
    levels = _levels(weights)
    paid = slice(0, n_paid)
    return PlanCurves(
        coefficient=np.ascontiguousarray(curves.coefficient[:, paid]),
        alpha=np.ascontiguousarray(curves.alpha[:, paid]),
        log_inflexion=np.log(np.maximum(np.ascontiguousarray(curves.inflexion[:, paid]), _TINY)),
        carried=np.ascontiguousarray(curves.carried[:, paid]),
        units_per_spend=np.ascontiguousarray(curves.units_per_spend[paid]),
        period_weight=levels.weight,
        period_share=levels.share,
    )


def only_models(curves: PlanCurves, chosen: IntArray) -> PlanCurves:
    """The curves of some of the models."""
    return curves._replace(
        coefficient=curves.coefficient[chosen],
        alpha=curves.alpha[chosen],
        log_inflexion=curves.log_inflexion[chosen],
        carried=curves.carried[chosen],
    )


def _levels(weights: FloatArray) -> Levels:
    found = [np.unique(column, return_counts=True) for column in weights.T]
    width = max(len(values) for values, _ in found)
    levels = Levels(np.zeros((len(found), width)), np.zeros((len(found), width)))
    for c, (values, counts) in enumerate(found):
        levels.weight[c, : len(values)] = values
        levels.share[c, : len(values)] = counts / len(weights)
    return levels


def future_dates(design: Design, n_periods: int) -> pd.DatetimeIndex:
    """First days of the periods after the data's last one."""
    last = pd.Timestamp(design.dates[-1])
    if design.frequency is Frequency.MONTH:
        dates = [last + pd.DateOffset(months=k + 1) for k in range(n_periods)]
        return pd.DatetimeIndex(dates, name="date")
    days = 7 if design.frequency is Frequency.WEEK else 1
    return pd.DatetimeIndex([last + pd.Timedelta(days=days * (k + 1)) for k in range(n_periods)], name="date")
