"""The numbers behind every chart as a table: what is read aloud, sorted and downloaded."""

import numpy as np
import pandas as pd

from mmm_core.charts.candidates import CandidatePoints
from mmm_core.charts.contributions import ContributionPoints, WeeklyPoints
from mmm_core.charts.fit import FitPoints
from mmm_core.charts.response import ResponsePoints
from mmm_core.charts.roas import ReturnPoints
from mmm_core.entities.columns import OutcomeKind


def candidate_frame(points: CandidatePoints) -> pd.DataFrame:
    """Every candidate that passes the filters: id, both errors, front, and what colours it."""
    keep = points.survives
    frame = pd.DataFrame(
        {
            "model": np.asarray(points.ids, dtype=object)[keep],
            "nrmse": points.nrmse[keep],
            "decomp_rssd": points.rssd[keep],
            "front": points.front[keep],
        }
    )
    if points.colour is not None:
        frame[points.colour_title] = points.colour[keep]
    return frame


def fit_frame(points: FitPoints) -> pd.DataFrame:
    """Actual and fitted outcome and their difference per period, with the part the period belongs to."""
    part = np.empty(len(points.dates), dtype=object)
    for name, start, end in points.parts:
        part[(points.dates >= start) & (points.dates <= end)] = name
    return pd.DataFrame(
        {
            "date": _days(points.dates),
            "actual": points.actual,
            "fitted": points.fitted,
            "difference": points.actual - points.fitted,
            "part": part,
        }
    )


def contribution_frame(points: ContributionPoints) -> pd.DataFrame:
    """What every driver brought and its share of the fitted whole."""
    kinds = ["baseline" if term in points.words.baseline else "media" for term in points.terms]
    return pd.DataFrame(
        {
            "driver": list(points.terms),
            "kind": kinds,
            "contribution": points.amounts,
            "share_of_all": points.shares,
            "share_of_paid": [dict(points.paid_shares).get(term, np.nan) for term in points.terms],
        }
    )


def weekly_frame(points: WeeklyPoints) -> pd.DataFrame:
    """One row per period: actual outcome, then every series of the stacked chart."""
    frame = pd.DataFrame(points.amounts.T, columns=list(points.names))
    frame.insert(0, "actual", points.outcome)
    frame.insert(0, "date", _days(points.dates))
    return frame


def response_frame(points: ResponsePoints) -> pd.DataFrame:
    """Every point of every curve, and the mean spend of its channel."""
    parts = [
        pd.DataFrame(
            {
                "channel": curve.channel,
                "spend_per_period": curve.spend,
                "outcome_per_period": curve.response,
                "mean_spend": curve.mean_spend,
                "marginal_at_mean_spend": curve.marginal,
            }
        )
        for curve in points.curves
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["channel"])


def returns_frame(points: ReturnPoints) -> pd.DataFrame:
    """Return per channel with its interval; for conversions cost per conversion stands beside it."""
    frame = pd.DataFrame(
        {
            "channel": list(points.channels),
            "roas": points.value,
            "low": points.low,
            "high": points.high,
            "interval": points.interval_label,
        }
    )
    if points.words.kind is OutcomeKind.CONVERSION:
        value = frame["roas"].to_numpy(np.float64)
        cost = np.divide(1.0, value, out=np.full(len(value), np.nan), where=value > 0)
        frame.insert(2, "cost_per_conversion", cost)
    return frame


def _days(dates: np.ndarray) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(dates).normalize()
