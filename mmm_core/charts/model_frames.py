"""The numbers behind the charts of one model's page as tables: what is read aloud, sorted and downloaded."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mmm_core.charts.carry_over import CarryOverPoints
from mmm_core.charts.decay import DecayPoints
from mmm_core.charts.residuals import ResidualPoints
from mmm_core.charts.set_response import CurvePoints
from mmm_core.entities.ledger import Ledger


def channel_frame(ledger: Ledger) -> pd.DataFrame:
    """Everything the ledger says of every channel, with what its ranges are."""
    return ledger.channels.assign(interval=ledger.interval_label)


def term_frame(ledger: Ledger) -> pd.DataFrame:
    """What every driver brought, with what its ranges are."""
    return ledger.terms.assign(interval=ledger.interval_label)


def carry_over_frame(points: CarryOverPoints) -> pd.DataFrame:
    """Immediate and carry-over share per channel."""
    return pd.DataFrame(
        {"channel": list(points.channels), "immediate_share": points.immediate, "carry_over_share": points.carry_over}
    )


def residual_frame(points: ResidualPoints) -> pd.DataFrame:
    """One row per period: fitted outcome and miss, with the part the period belongs to."""
    return pd.DataFrame(
        {
            "date": pd.DatetimeIndex(points.dates).normalize(),
            "fitted": points.fitted,
            "residual": points.residual,
            "part": list(points.part),
        }
    )


def decay_frame(points: DecayPoints) -> pd.DataFrame:
    """One row per channel and lag: share of the pressure left; the half-life stands in every row of its channel."""
    n_channels, n_lags = points.curves.shape
    return pd.DataFrame(
        {
            "channel": np.repeat(np.array(points.channels, dtype=object), n_lags),
            "lag": np.tile(points.lags, n_channels).astype(np.int64),
            "pressure_left": points.curves.ravel(),
            "half_life": np.repeat(points.half_lives, n_lags),
        }
    )


def curves_frame(curves: Sequence[CurvePoints]) -> pd.DataFrame:
    """One row per channel and spend: response with its range, slope, and whether that much was ever spent."""
    parts = [
        pd.DataFrame(
            {
                "channel": one.curve.channel,
                "spend_per_period": one.curve.spend,
                "outcome_per_period": one.curve.response,
                "low": one.curve.low,
                "high": one.curve.high,
                "marginal": one.curve.marginal,
                "is_extrapolated": one.curve.spend > one.curve.highest_seen,
                "is_saturated": one.curve.spend >= one.saturated_from,
                "interval": one.curve.interval_label,
            }
        )
        for one in curves
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["channel"])
