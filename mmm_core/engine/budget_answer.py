"""A plan as its reader sees it: channels, totals, intervals, agreement of the models, future periods, notes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mmm_core.engine.budget_calendar import future_dates
from mmm_core.engine.budget_conflicts import amount
from mmm_core.engine.budget_limits import PlanFrame
from mmm_core.engine.model_sets import point_of
from mmm_core.engine.set_intervals import set_interval
from mmm_core.entities.budget import CONFIDENT, PLAN_COLUMNS, REALISED_SHARE, BudgetPlan
from mmm_core.entities.design import FloatArray
from mmm_core.entities.model_set import ModelSet, SetKind
from mmm_core.entities.naming import join_words, readable_name
from mmm_core.kernels.allocation import PlanCurves, outcome_by_model

_SAME = 1e-6
"""Relative; spends nearer than this are the same."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SolvedPlan:
    """What the optimiser hands over.

    Attributes:
        frame: The request in numbers.
        curves: Of all models of the set.
        weights: Of the future periods, shape (n_periods, n_channels).
        spend: Per period, shape (n_channels,).
        own: What every model that counts would choose itself, shape (n_models that count, n_channels).
        binding: Sentences on the limits that bind.
        remarks: Sentences on how a target is met.
    """

    frame: PlanFrame
    curves: PlanCurves
    weights: FloatArray
    spend: FloatArray
    own: FloatArray
    binding: Sequence[str]
    remarks: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcomes:
    """What today's spend and the plan bring per period in every model, shape (n_models, n_channels), with slopes."""

    initial: FloatArray
    planned: FloatArray
    initial_slope: FloatArray
    planned_slope: FloatArray


def describe_plan(model_set: ModelSet, solved: SolvedPlan) -> BudgetPlan:
    """Put a plan into words and tables."""
    frame = solved.frame
    value, slope = outcome_by_model(solved.curves, np.stack([frame.initial, solved.spend]))
    outcomes = Outcomes(initial=value[0], planned=value[1], initial_slope=slope[0], planned_slope=slope[1])
    n_periods = frame.request.n_periods
    realised = REALISED_SHARE if model_set.kind is SetKind.POSTERIOR else 1.0
    by_model = realised * n_periods * (outcomes.planned - outcomes.initial).sum(axis=1)
    low, high = set_interval(model_set, by_model[:, None])
    initial = n_periods * float(point_of(model_set, outcomes.initial).sum())
    response = n_periods * float(point_of(model_set, outcomes.planned).sum())
    channels = _channel_table(model_set, solved, outcomes)
    better = _probability_better(model_set, solved, by_model)
    return BudgetPlan(
        request=frame.request,
        channels=channels,
        initial_total=n_periods * float(frame.initial.sum()),
        total=n_periods * float(solved.spend.sum()),
        initial_response=initial,
        response=response,
        realised_share=realised,
        uplift=realised * (response - initial),
        uplift_low=float(low[0]),
        uplift_high=float(high[0]),
        probability_better=better,
        by_model=by_model,
        weekly=_weekly(model_set, solved),
        binding=tuple(solved.binding),
        notes=(*_extrapolation(frame, channels), *_money_notes(solved), *solved.remarks, *_trust(model_set, better)),
        set_kind=model_set.kind,
        interval_label=model_set.interval_label,
        n_models=model_set.n_models,
    )


def _channel_table(model_set: ModelSet, solved: SolvedPlan, outcomes: Outcomes) -> pd.DataFrame:
    design, frame, spend = model_set.design, solved.frame, solved.spend
    response = point_of(model_set, outcomes.planned)
    initial_response = point_of(model_set, outcomes.initial)
    low, high = set_interval(model_set, outcomes.planned)
    highest = design.spend[design.rows].max(axis=0)
    columns = {
        "channel": list(design.paid_names),
        "initial_spend": frame.initial,
        "spend": spend,
        "change": spend - frame.initial,
        "low_limit": frame.space.low,
        "high_limit": frame.space.high,
        "limit_status": limit_status(frame, spend),
        "initial_response": initial_response,
        "response": response,
        "response_low": low,
        "response_high": high,
        "initial_roas": _per_spend(initial_response, frame.initial),
        "roas": _per_spend(response, spend),
        "roas_low": _per_spend(low, spend),
        "roas_high": _per_spend(high, spend),
        "initial_marginal_roas": point_of(model_set, outcomes.initial_slope),
        "marginal_roas": point_of(model_set, outcomes.planned_slope),
        "agreement": _agreement(model_set, solved),
        "highest_seen": highest,
        "is_extrapolated": spend * solved.weights.max(axis=0) > highest * (1 + _SAME),
    }
    return pd.DataFrame({name: columns[name] for name in PLAN_COLUMNS})


def limit_status(frame: PlanFrame, spend: FloatArray) -> list[str]:
    """Per channel, ``spend`` of shape (n_channels,): "free", at the "low" or "high" limit, or "locked" by limits that meet."""
    low, high = frame.space.low, frame.space.high
    near = _SAME * np.maximum(spend, 1e-3 * max(float(spend.sum()), 1e-12))
    status = np.where(spend <= low + near, "low", np.where(spend >= high - near, "high", "free"))
    return [str(word) for word in np.where(high - low <= near, "locked", status)]


def _per_spend(response: FloatArray, spend: FloatArray) -> FloatArray:
    ratio: FloatArray = np.divide(response, spend, out=np.full_like(response, np.nan), where=spend > 0)
    return ratio


def _moves(solved: SolvedPlan) -> FloatArray:
    """1 for channels that get more, -1 for those that get less, 0 for those that keep their spend; shape (n_channels,)."""
    initial = solved.frame.initial
    change = solved.spend - initial
    moves: FloatArray = np.where(np.abs(change) > 1e-4 * np.maximum(initial, solved.spend), np.sign(change), 0.0)
    return moves


def _agreement(model_set: ModelSet, solved: SolvedPlan) -> FloatArray:
    """Weighted share of the models whose own best split of the plan's total moves a channel the same way from today."""
    counts = model_set.weights[model_set.weights > 0]
    space, moves = solved.frame.space, _moves(solved)
    same = np.sign(solved.own - solved.frame.initial) == moves
    is_choice = (moves != 0) & (space.high > space.low)
    share: FloatArray = np.where(is_choice, counts @ same / counts.sum(), np.nan)
    return share


def _probability_better(model_set: ModelSet, solved: SolvedPlan, by_model: FloatArray) -> float:
    today = float(solved.frame.initial.sum())
    if abs(float(solved.spend.sum()) - today) > _SAME * today or not _moves(solved).any():
        return float("nan")
    return float(model_set.weights @ (by_model > 0))


def _weekly(model_set: ModelSet, solved: SolvedPlan) -> pd.DataFrame:
    dates = future_dates(model_set.design, solved.frame.request.n_periods)
    return pd.DataFrame(solved.weights * solved.spend, index=dates, columns=list(model_set.design.paid_names))


def _extrapolation(frame: PlanFrame, channels: pd.DataFrame) -> list[str]:
    beyond = channels[channels["is_extrapolated"]]
    return [
        f"{readable_name(channel)} would spend more in one {frame.words.period} than it ever did ({amount(highest)}): what it "
        f"brings there is extrapolation."
        for channel, highest in zip(beyond["channel"], beyond["highest_seen"], strict=True)
    ]


def _money_notes(solved: SolvedPlan) -> list[str]:
    """Money that was not planned: kept, locked, or left."""
    frame, spend, notes = solved.frame, solved.spend, []
    names, period = [readable_name(name) for name in frame.words.channels], frame.words.period
    if frame.is_kept.any():
        kept = [names[c] for c in np.flatnonzero(frame.is_kept)]
        money = amount(float(spend[frame.is_kept].sum()))
        notes.append(
            f"No model finds an effect of {join_words(kept)}; {'it keeps' if len(kept) == 1 else 'they keep'} {money} per "
            f"{period}, because finding no effect is not the same as there being none."
        )
    if frame.is_locked.any():
        money, locked = amount(float(spend[frame.is_locked].sum())), np.flatnonzero(frame.is_locked)
        notes.append(f"{money} per {period} are locked in {join_words([names[c] for c in locked])}.")
    if frame.budget is not None and frame.budget - spend.sum() > _SAME * frame.budget:
        notes.append(f"{amount(frame.budget - float(spend.sum()))} per {period} of the budget stay unspent.")
    return notes


def _trust(model_set: ModelSet, better: float) -> list[str]:
    """How far to believe the uplift."""
    if not (better < CONFIDENT and model_set.n_models > 1):
        return []
    return [
        f"Only {better:.0%} of the models expect this plan to bring more than today's spend; below {CONFIDENT:.0%} the "
        f"advice is not to move."
    ]
