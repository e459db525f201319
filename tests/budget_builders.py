"""Small made-up budget plans: always the same, and their totals are the sums of their rows."""

import dataclasses
import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from mmm_core.entities.budget import PLAN_COLUMNS, BudgetPlan, BudgetRequest
from mmm_core.entities.model_set import SetKind

CHANNELS = ("tv_spend", "search_spend", "social_spend")
MOVES = (-10_000.0, 8_000.0, 2_000.0)


def build_plan(
    channels: Sequence[str] = CHANNELS,
    moves: Sequence[float] = MOVES,
    *,
    today: float = 20_000.0,
    returns: float = 4.0,
    n_models: int = 112,
    set_kind: SetKind = SetKind.SPREAD,
    request: BudgetRequest | None = None,
) -> BudgetPlan:
    """Every channel spends ``today`` per period and brings ``returns`` per unit; what is moved brings half as much again."""
    asked = request or BudgetRequest(n_periods=13)
    initial = np.full(len(channels), today)
    spend = initial + np.asarray(moves, dtype=np.float64)
    initial_response = returns * initial
    response = initial_response + returns * np.where(spend > initial, 1.5, 0.5) * (spend - initial)
    table = plan_table(channels, initial, spend, initial_response, response)
    uplift = float((response - initial_response).sum()) * asked.n_periods
    rng = np.random.default_rng(5)
    by_model = uplift * (1 + 0.4 * rng.standard_normal(n_models))
    one = set_kind is SetKind.MODEL
    return BudgetPlan(
        request=asked,
        channels=table,
        initial_total=float(initial.sum()) * asked.n_periods,
        total=float(spend.sum()) * asked.n_periods,
        initial_response=float(initial_response.sum()) * asked.n_periods,
        response=float(response.sum()) * asked.n_periods,
        realised_share=1.0,
        uplift=uplift,
        uplift_low=math.nan if one else float(np.quantile(by_model, 0.05)),
        uplift_high=math.nan if one else float(np.quantile(by_model, 0.95)),
        probability_better=float((by_model > 0).mean()),
        by_model=by_model,
        weekly=build_weekly(channels, spend, asked.n_periods),
        binding=("TV is at its lower limit of €10,000 a week.",),
        notes=("Search is planned above what was seen.",),
        set_kind=set_kind,
        interval_label=f"spread across {n_models} models" if not one else "one model, no interval",
        n_models=n_models,
    )


def plan_table(
    channels: Sequence[str], initial: np.ndarray, spend: np.ndarray, initial_response: np.ndarray, response: np.ndarray
) -> pd.DataFrame:
    with np.errstate(invalid="ignore", divide="ignore"):
        roas, initial_roas = response / spend, initial_response / initial
    moved = spend != initial
    columns: Mapping[str, object] = {
        "channel": list(channels),
        "initial_spend": initial,
        "spend": spend,
        "change": spend - initial,
        "low_limit": initial * 0.5,
        "high_limit": initial * 2.0,
        "limit_status": ["low" if s == low else "free" for s, low in zip(spend, initial * 0.5, strict=True)],
        "initial_response": initial_response,
        "response": response,
        "response_low": response * 0.8,
        "response_high": response * 1.3,
        "initial_roas": initial_roas,
        "roas": roas,
        "roas_low": roas * 0.8,
        "roas_high": roas * 1.3,
        "initial_marginal_roas": initial_roas * 0.6,
        "marginal_roas": roas * 0.5,
        "agreement": np.where(moved, 0.84, np.nan),
        "highest_seen": initial * 1.2,
        "is_extrapolated": spend > initial * 1.2,
    }
    return pd.DataFrame(columns)[list(PLAN_COLUMNS)]


def build_weekly(channels: Sequence[str], spend: np.ndarray, n_periods: int) -> pd.DataFrame:
    days = pd.date_range("2024-12-30", periods=n_periods, freq="7D", name="date")
    return pd.DataFrame(np.tile(spend, (n_periods, 1)), index=days, columns=list(channels))


def with_table(plan: BudgetPlan, **columns: object) -> BudgetPlan:
    """The plan with some columns of its table changed."""
    return dataclasses.replace(plan, channels=plan.channels.assign(**columns))
