"""Small made-up ledgers and curves over a set, for the charts; numbers a person can check."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.ledger import CHANNEL_COLUMNS, TERM_COLUMNS, Ledger
from mmm_core.entities.model_set import SetCurve, SetKind
from tests.charts.run_builder import BASELINE, CHANNELS

LABEL = "spread across 12 models"


def build_ledger(
    channels: Sequence[str] = CHANNELS,
    *,
    won: Sequence[float] | None = None,
    kind: OutcomeKind = OutcomeKind.REVENUE,
    set_kind: SetKind = SetKind.SPREAD,
    n_infinite: int = 0,
) -> Ledger:
    """Every paid channel spent 1,000 and won 1,000, 2,000, ... unless ``won`` says otherwise; ranges are half to double."""
    gained = np.array(won if won is not None else 1e3 * np.arange(1, len(channels) + 1), dtype=np.float64)
    spend = np.full(len(channels), 1e3)
    with np.errstate(divide="ignore"):
        costs = {"cpa": spend / gained, "cpa_low": spend / (2 * gained)}
        high = np.where(n_infinite > 0, np.inf, spend / (gained / 2))
    total = gained.sum()
    columns = {
        "channel": list(channels),
        "is_paid": True,
        "spend": spend,
        "spend_share": spend / spend.sum(),
        "mean_spend": spend / 52,
        "contribution": gained,
        "contribution_low": gained / 2,
        "contribution_high": 2 * gained,
        "outcome_share": gained / (total + 3e4),
        "effect_share": gained / total if total else 0.0,
        "roas": gained / spend,
        "roas_low": gained / spend / 2,
        "roas_high": 2 * gained / spend,
        **costs,
        "cpa_high": high,
        "n_infinite_cpa": np.where(gained > 0, n_infinite, 12),
        "marginal_roas": gained / spend / 4,
        "marginal_roas_low": gained / spend / 8,
        "marginal_roas_high": gained / spend / 2,
        "mean_response": gained / 52,
        "carry_over_share": np.where(gained > 0, 0.4, np.nan),
    }
    terms = ("intercept", *BASELINE, *channels)
    amounts = np.array([1e4] * (1 + len(BASELINE)) + list(gained))
    table = dict(zip(TERM_COLUMNS, (terms, amounts, amounts / 2, 2 * amounts, amounts / amounts.sum()), strict=True))
    return Ledger(
        channels=pd.DataFrame(columns)[list(CHANNEL_COLUMNS)],
        terms=pd.DataFrame(table),
        fitted_total=float(amounts.sum()),
        paid_total=float(total),
        total_spend=float(spend.sum()),
        n_periods=52,
        outcome_kind=kind,
        set_kind=set_kind,
        interval_label=LABEL if set_kind is SetKind.SPREAD else "one model, no interval",
        label="12 models",
    )


def build_set_curve(channel: str, ceiling: float = 100.0, half_at: float = 50.0) -> SetCurve:
    """``ceiling * s / (s + half_at)`` for spends of 0 to 300, of which 200 was seen and 50 is the mean."""
    spend = np.linspace(0.0, 300.0, 601)
    response = ceiling * spend / (spend + half_at)
    slope = ceiling * half_at / (spend + half_at) ** 2
    return SetCurve(
        channel=channel,
        spend=spend,
        response=response,
        low=response / 2,
        high=response * 2,
        marginal=slope,
        carry_over_response=0.0,
        mean_spend=50.0,
        mean_response=float(np.interp(50.0, spend, response)),
        mean_marginal=float(np.interp(50.0, spend, slope)),
        highest_seen=200.0,
        interval_label=LABEL,
    )
