"""A plan as its reader sees it: channels, totals, intervals, agreement of the models, future periods, notes."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mmm_core.engine.budget_calendar import future_dates
from mmm_core.engine.budget_conflicts import amount
from mmm_core.engine.budget_limits import PlanFrame
from mmm_core.engine.model_sets import point_of
from mmm_core.engine.set_intervals import set_interval
from mmm_core.entities.budget import PLAN_COLUMNS, BudgetPlan
from mmm_core.entities.design import FloatArray
from mmm_core.entities.model_set import ModelSet, SetKind
from mmm_core.entities.naming import join_words, readable_name
from mmm_core.kernels.allocation import PlanCurves, outcome_by_model

_SAME = 1e-6
"""Relative; spends nearer than this are the same."""
_CONFIDENT = 0.9
"""Share of models below which a plan is not called better (TRUTH 3.6)."""
_REALISED = 0.7
"""Share of the predicted uplift that plans over a posterior brought on simulated markets (TRUTH 3.6)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcomes:
    """What today's spend and the plan bring per period in every model, shape (n_models, n_channels), with slopes."""

    initial: FloatArray
    planned: FloatArray
    initial_slope: FloatArray
    planned_slope: FloatArray


def describe_plan(
    model_set: ModelSet,
    frame: PlanFrame,
    curves: PlanCurves,
    weights: FloatArray,
    plan: FloatArray,
    own: FloatArray,
    binding: tuple[str, ...],
) -> BudgetPlan:
    """Put a plan into words and tables.

    Args:
        model_set: The models.
        frame: The request in numbers.
        curves: Of all models of the set.
        weights: Of the future periods, shape (n_periods, n_channels).
        plan: Spend per period, shape (n_channels,).
        own: What every model that counts would choose itself, shape (n_models that count, n_channels).
        binding: Sentences on the limits that bind.
    """
    value, slope = outcome_by_model(curves, np.stack([frame.initial, plan]))
    outcomes = Outcomes(initial=value[0], planned=value[1], initial_slope=slope[0], planned_slope=slope[1])
    n_periods = frame.request.n_periods
    by_model = n_periods * (outcomes.planned - outcomes.initial).sum(axis=1)
    low, high = set_interval(model_set, by_model[:, None])
    initial = n_periods * float(point_of(model_set, outcomes.initial).sum())
    response = n_periods * float(point_of(model_set, outcomes.planned).sum())
    channels = _channel_table(model_set, frame, outcomes, weights, plan, own)
    better = _probability_better(model_set, frame, plan, by_model)
    return BudgetPlan(
        request=frame.request,
        channels=channels,
        initial_total=n_periods * float(frame.initial.sum()),
        total=n_periods * float(plan.sum()),
        initial_response=initial,
        response=response,
        uplift=response - initial,
        uplift_low=float(low[0]),
        uplift_high=float(high[0]),
        probability_better=better,
        by_model=by_model,
        weekly=_weekly(model_set, frame, weights, plan),
        binding=binding,
        notes=tuple(_notes(model_set, frame, plan, channels, better)),
        set_kind=model_set.kind,
        interval_label=model_set.interval_label,
        n_models=model_set.n_models,
    )


def _channel_table(
    model_set: ModelSet,
    frame: PlanFrame,
    outcomes: Outcomes,
    weights: FloatArray,
    plan: FloatArray,
    own: FloatArray,
) -> pd.DataFrame:
    design = model_set.design
    response = point_of(model_set, outcomes.planned)
    initial_response = point_of(model_set, outcomes.initial)
    low, high = set_interval(model_set, outcomes.planned)
    highest = design.spend[design.rows].max(axis=0)
    columns = {
        "channel": list(design.paid_names),
        "initial_spend": frame.initial,
        "spend": plan,
        "change": plan - frame.initial,
        "low_limit": frame.space.low,
        "high_limit": frame.space.high,
        "limit_status": limit_status(frame, plan),
        "initial_response": initial_response,
        "response": response,
        "response_low": low,
        "response_high": high,
        "initial_roas": _per_spend(initial_response, frame.initial),
        "roas": _per_spend(response, plan),
        "roas_low": _per_spend(low, plan),
        "roas_high": _per_spend(high, plan),
        "initial_marginal_roas": point_of(model_set, outcomes.initial_slope),
        "marginal_roas": point_of(model_set, outcomes.planned_slope),
        "agreement": _agreement(model_set, frame, plan, own),
        "highest_seen": highest,
        "is_extrapolated": plan * weights.max(axis=0) > highest * (1 + _SAME),
    }
    return pd.DataFrame({name: columns[name] for name in PLAN_COLUMNS})


def limit_status(frame: PlanFrame, plan: FloatArray) -> list[str]:
    """"locked", "low", "high" or "free" per channel."""
    low, high = frame.space.low, frame.space.high
    near = _SAME * np.maximum(plan, 1e-3 * max(float(plan.sum()), 1e-12))
    status = np.where(plan <= low + near, "low", np.where(plan >= high - near, "high", "free"))
    return [str(word) for word in np.where(high - low <= near, "locked", status)]


def _per_spend(response: FloatArray, spend: FloatArray) -> FloatArray:
    ratio: FloatArray = np.divide(response, spend, out=np.full_like(response, np.nan), where=spend > 0)
    return ratio


def _moves(frame: PlanFrame, plan: FloatArray) -> FloatArray:
    """1 for channels that get more, -1 for those that get less, 0 for those that keep their spend; shape (n_channels,)."""
    change = plan - frame.initial
    moves: FloatArray = np.where(np.abs(change) > 1e-4 * np.maximum(frame.initial, plan), np.sign(change), 0.0)
    return moves


def _agreement(model_set: ModelSet, frame: PlanFrame, plan: FloatArray, own: FloatArray) -> FloatArray:
    """Weighted share of the models whose own best split of the plan's total moves a channel the same way from today."""
    counts = model_set.weights[model_set.weights > 0]
    can_move = frame.space.high > frame.space.low
    moves = _moves(frame, plan)
    same = np.sign(own - frame.initial) == moves
    share: FloatArray = np.where((moves != 0) & can_move, counts @ same / counts.sum(), np.nan)
    return share


def _probability_better(model_set: ModelSet, frame: PlanFrame, plan: FloatArray, by_model: FloatArray) -> float:
    today = float(frame.initial.sum())
    if abs(float(plan.sum()) - today) > _SAME * today or not _moves(frame, plan).any():
        return float("nan")
    return float(model_set.weights @ (by_model > 0))


def _weekly(model_set: ModelSet, frame: PlanFrame, weights: FloatArray, plan: FloatArray) -> pd.DataFrame:
    dates = future_dates(model_set.design, frame.request.n_periods)
    return pd.DataFrame(weights * plan, index=dates, columns=list(model_set.design.paid_names))


def _notes(
    model_set: ModelSet, frame: PlanFrame, plan: FloatArray, channels: pd.DataFrame, better: float
) -> list[str]:
    names = np.array([readable_name(name) for name in model_set.design.paid_names])
    notes = _extrapolation(frame, names, channels)
    if frame.is_kept.any():
        kept = names[frame.is_kept]
        money = amount(float(plan[frame.is_kept].sum()))
        notes.append(
            f"No model finds an effect of {join_words(list(kept))}; {'it keeps' if len(kept) == 1 else 'they keep'} "
            f"{money} per {frame.words.period}, because no evidence of an effect is no evidence of none."
        )
    if frame.is_locked.any():
        money = amount(float(plan[frame.is_locked].sum()))
        notes.append(f"{money} per {frame.words.period} are locked in {join_words(list(names[frame.is_locked]))}.")
    if frame.budget is not None and frame.budget - plan.sum() > _SAME * frame.budget:
        notes.append(f"{amount(frame.budget - float(plan.sum()))} per {frame.words.period} of the budget stay unspent.")
    if not frame.initial[plan > 0].any() and plan.any():
        notes.append("None of the planned channels spent anything in the history window.")
    if better < _CONFIDENT and model_set.n_models > 1:
        notes.append(
            f"Only {better:.0%} of the models expect this plan to bring more than today's spend; below {_CONFIDENT:.0%} "
            f"the advice is not to move."
        )
    if model_set.kind is SetKind.POSTERIOR:
        notes.append(
            f"On simulated markets with a known truth, plans brought about {_REALISED:.0%} of the predicted uplift."
        )
    return notes


def _extrapolation(frame: PlanFrame, names: FloatArray, channels: pd.DataFrame) -> list[str]:
    beyond = channels["is_extrapolated"].to_numpy(dtype=bool)
    return [
        f"{names[c]} would spend more in one {frame.words.period} than it ever did "
        f"({amount(float(channels['highest_seen'].iloc[c]))}): what it brings there is extrapolation."
        for c in np.flatnonzero(beyond)
    ]
