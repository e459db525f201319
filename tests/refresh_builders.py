"""A made-up report of a refresh, with numbers a person can check: two channels and a baseline, causes that add up."""

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

from mmm_core.entities.columns import Frequency, OutcomeKind
from mmm_core.entities.estimate import Estimate
from mmm_core.entities.refresh import (
    BASELINE_TERM,
    CAUSE_COLUMNS,
    MEASURES,
    MOVE_COLUMNS,
    AnswerMove,
    Cause,
    ChangedCell,
    RefreshReport,
    RefreshStep,
    TermKind,
)

CHANNELS = ("tv_spend", "search_spend")
SHARES = {Cause.REVISED_HISTORY: 0.0, Cause.NEW_PERIODS: 0.7, Cause.MODEL_CHOICE: 0.5, Cause.SEARCH_NOISE: -0.2}
"""How much of every change a cause explains."""


def refresh_report(
    channels: Sequence[str] = CHANNELS, estimates: Sequence[Estimate] = (Estimate.PARETO, Estimate.AVERAGED)
) -> RefreshReport:
    step = RefreshStep(
        number=1,
        from_id="1_5",
        selected_id="2_7",
        window_start=dt.date(2021, 1, 4),
        window_end=dt.date(2021, 3, 22),
        n_periods=12,
        n_new=4,
        freedom=1 / 3,
        hyperparameters={"tv_spend_theta": 0.1 + 0.2},
        contributions={"tv_spend": 1 / 3},
        distance=0.1,
        nrmse=0.05,
    )
    return RefreshReport(
        answers=tuple(answer_move(estimate, channels) for estimate in estimates),
        steps=(step,),
        frequency=Frequency.WEEK,
        outcome_kind=OutcomeKind.REVENUE,
        before_start=dt.date(2021, 1, 4),
        before_end=dt.date(2021, 2, 22),
        after_start=dt.date(2021, 2, 1),
        after_end=dt.date(2021, 3, 22),
        n_before=8,
        n_after=8,
        n_new=4,
        n_shared=4,
        changed=(
            ChangedCell(date=dt.date(2021, 2, 1), column="revenue", before=1 / 3, after=2 / 3),
            ChangedCell(date=dt.date(2021, 2, 8), column="promo", before="none", after="Ostern ü"),
        ),
        n_seeds=3,
        notes=("The window moved on by 4 weeks.",),
    )


def answer_move(estimate: Estimate, channels: Sequence[str] = CHANNELS) -> AnswerMove:
    """Contributions of 1,000, 2,000, ... per week rise by a tenth on the same spend of 500; the baseline falls by 300."""
    terms = [*channels, BASELINE_TERM]
    kinds = [*(TermKind.PAID for _ in channels), TermKind.BASELINE]
    before = np.array([*(1000.0 * np.arange(1, len(channels) + 1)), 20_000.0])
    change = np.array([*(0.1 * before[:-1]), -300.0])
    spend = np.array([*(500.0 for _ in channels), np.nan])
    columns: dict[str, object] = {"term": terms, "kind": [kind.value for kind in kinds]}
    columns |= {"spend_before": spend, "spend_after": spend, "shared_before": before, "shared_after": before + change}
    for name, old, moved in (("contribution", before, change), ("roas", before / spend, change / spend)):
        for when, value in (("before", old), ("after", old + moved)):
            columns |= {f"{name}_{when}": value, f"{name}_{when}_low": value / 2, f"{name}_{when}_high": 2 * value}
        columns |= {f"{name}_change": moved, f"{name}_noise": np.abs(moved) / 4}
    label = "model 1_5" if estimate is Estimate.PARETO else "average"
    interval = "spread across 12 models" if estimate is Estimate.PARETO else "about 90% (posterior)"
    return AnswerMove(
        estimate=estimate,
        terms=pd.DataFrame(columns)[list(MOVE_COLUMNS)],
        causes=_causes(terms, kinds, {"contribution": change, "roas": change / spend}),
        before_label=label,
        after_label=label,
        before_interval=interval,
        after_interval=interval,
    )


def _causes(terms: Sequence[str], kinds: Sequence[TermKind], changes: dict[str, np.ndarray]) -> pd.DataFrame:
    rows = [
        (term, kinds[k].value, measure, cause.value, share * changes[measure][k])
        for k, term in enumerate(terms)
        for measure in MEASURES
        if measure == "contribution" or kinds[k] is TermKind.PAID
        for cause, share in SHARES.items()
    ]
    return pd.DataFrame(rows, columns=list(CAUSE_COLUMNS))
