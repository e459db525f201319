"""The numbers of a budget plan as tables: what is read, sorted and downloaded, the same everywhere."""

import numpy as np
import pandas as pd

from mmm_core.charts.budget import UpliftPoints
from mmm_core.charts.budget_curves import PlannedCurves
from mmm_core.charts.budget_words import has_interval, return_of
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.budget import BudgetPlan
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.design import FloatArray

_RANGES = ("response_low", "response_high", "roas_low", "roas_high")
_COSTS = {
    "initial_roas": "initial_cpa",
    "roas": "cpa",
    "roas_high": "cpa_low",
    "roas_low": "cpa_high",
    "initial_marginal_roas": "initial_marginal_cpa",
    "marginal_roas": "marginal_cpa",
}
"""Cost per conversion is the inverse of outcome per spend, so the ends change places."""


def plan_frame(plan: BudgetPlan, words: Vocabulary) -> pd.DataFrame:
    """One row per paid channel, highest spend in history first; for conversions costs instead of returns.

    A range that is none (one model) is left empty; a cost without limit is inf.
    """
    frame = plan.channels.set_index("channel", drop=False).loc[list(words.paid)].reset_index(drop=True)
    if not has_interval(plan):
        frame[list(_RANGES)] = np.nan
    frame.insert(1, "name", [words.names[str(key)] for key in frame["channel"]])
    if words.kind is OutcomeKind.REVENUE:
        return frame
    for returns in _COSTS:
        frame[returns] = costs(frame[returns].to_numpy(np.float64))
    return frame.rename(columns=_COSTS)


def costs(returns: FloatArray) -> FloatArray:
    """Spend per unit of outcome: the inverse, inf where nothing is won, NaN where it is not known; any shape."""
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse: FloatArray = np.where(returns > 0, 1 / returns, np.where(np.isnan(returns), np.nan, np.inf))
    return inverse


def weekly_plan_frame(plan: BudgetPlan, words: Vocabulary) -> pd.DataFrame:
    """Planned spend per future period, one column per channel, highest spend in history first."""
    frame = plan.weekly[list(words.paid)].copy()
    frame.insert(0, "date", pd.DatetimeIndex(plan.weekly.index).normalize())
    return frame.reset_index(drop=True)


def summary_frame(plan: BudgetPlan, words: Vocabulary, about: str) -> pd.DataFrame:
    """The plan in one column of figures and one of words: totals, uplift with its range, how it was asked.

    Args:
        plan: The plan.
        words: Names, colours and units.
        about: Which models it was made over.
    """
    ranged = has_interval(plan)
    cost = words.kind is OutcomeKind.CONVERSION
    returns = [return_of(plan.initial_response, plan.initial_total), return_of(plan.response, plan.total)]
    shown = costs(np.array(returns)) if cost else np.array(returns)
    lines: list[tuple[str, float | str]] = [
        ("models", about),
        ("periods", plan.request.n_periods),
        ("spend today over the horizon", plan.initial_total),
        ("planned spend over the horizon", plan.total),
        (f"{words.outcome_word} of paid media at today's spend", plan.initial_response),
        (f"{words.outcome_word} of paid media as planned", plan.response),
        ("predicted uplift", plan.response - plan.initial_response),
        ("share of it to be expected", plan.realised_share),
        ("uplift", plan.uplift),
        ("uplift, low end", plan.uplift_low if ranged else "one model, no range"),
        ("uplift, high end", plan.uplift_high if ranged else "one model, no range"),
        ("range", plan.interval_label),
        (
            "share of models in which the plan brings more",
            plan.probability_better if np.isfinite(plan.probability_better) else "spends differ, no comparison",
        ),
        (f"{words.return_word} today", float(shown[0]) if np.isfinite(shown[0]) else "nothing won"),
        (f"{words.return_word} as planned", float(shown[1]) if np.isfinite(shown[1]) else "nothing won"),
        ("goal", plan.request.goal.value),
        ("target", plan.request.target if plan.request.target is not None else "none"),
        ("history window", _history(plan)),
        *(("limit that binds", sentence) for sentence in plan.binding),
        *(("note", sentence) for sentence in plan.notes),
    ]
    return pd.DataFrame(lines, columns=["what", "value"])


def plan_sheets(plan: BudgetPlan, words: Vocabulary, about: str) -> dict[str, pd.DataFrame]:
    """The plan as the sheets of a workbook: channels, periods, and how it was asked and what it brings."""
    return {
        "Plan": plan_frame(plan, words),
        f"By {words.period}": weekly_plan_frame(plan, words),
        "Summary": summary_frame(plan, words, about),
    }


def uplift_frame(points: UpliftPoints) -> pd.DataFrame:
    """Uplift of every model over the horizon, highest first."""
    return pd.DataFrame({"uplift": np.sort(points.by_model)[::-1]})


def curve_frame(points: PlannedCurves) -> pd.DataFrame:
    """Every point of every curve, and where today and the plan stand."""
    parts = [
        pd.DataFrame(
            {
                "channel": curve.channel,
                "spend_per_period": curve.spend,
                "outcome_per_period": curve.response,
                **({"low": curve.low, "high": curve.high} if points.has_interval else {}),
                "beyond_what_was_seen": curve.spend > curve.highest_seen,
                "spend_today": curve.today[0],
                "spend_planned": curve.planned[0],
            }
        )
        for curve in points.curves
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["channel"])


def _history(plan: BudgetPlan) -> str:
    history = plan.request.history
    return history if isinstance(history, str) else f"{history[0]} to {history[1]}"
