"""What markets are drawn from. The seeds say who may look at which."""

from dataclasses import dataclass
from enum import StrEnum

from mmm_core.entities.market import CarryKind, CurveKind
from mmm_core.entities.settings import Interval

DEVELOPMENT_SEEDS = range(1000)
"""Markets to tune on."""

HELD_OUT_SEEDS = range(10_000, 1_000_000)
"""Markets to judge by: looked at once a change has been decided, never before. Core 10,000 to 10,299 were looked at on
2026-11-25, so that a later recipe needs others (``--skip 300``)."""


class Flighting(StrEnum):
    """When a channel spends its money."""

    ALWAYS_ON = "always on"
    BURSTS = "bursts"
    PULSES = "pulses"
    SEASONAL = "seasonal"
    CORRELATED = "correlated"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketLaw:
    """What a market is drawn from: pairs are ends of a uniform draw, ``..._odds`` are probabilities.

    Attributes:
        name: "core" or "stress".
        years: Length of the history.
        daily_odds: That its rows are days; weeks otherwise.
        n_channels: Fewest and most; one of them is Search, which follows demand.
        flighting: Kinds, alike likely, of the channels other than Search.
        carry_odds: By kind, per channel; geometric otherwise.
        curve_odds: By kind, per channel; Hill otherwise.
        trend_breaks: Fewest and most changes of slope.
        hidden_demand_odds: That the demand that drives Search is not in the table.
        demand_effect: Standard deviation of what demand does to the outcome, share of the mean baseline.
        season_effect: Amplitude of the yearly pattern, share of the mean baseline.
        level_shift_odds: That the baseline jumps once or twice.
        holiday_odds: That public holidays matter.
        promotion_odds: That there are promotions (in the table).
        competitor_odds: That a competitor takes sales (its index is in the table).
        roas_spread: Standard deviation of the logarithm of ROAS between channels.
        roas_falls_odds: That ROAS falls with spend.
        roas_fall: By which power then.
        null_odds: That a channel does nothing.
        media_share: Of the outcome.
        r_squared: Share of the outcome's variance that is not noise.
        autocorrelation_odds: That the noise is autoregressive.
        autocorrelation: Of the noise from week to week then.
        changing_odds: That the effects of half of the channels change over time.
        synergy_odds: That a pair of channels brings more together.
        exposure_odds: That a channel works by exposures whose price moves.
        count_odds: That the outcome is a whole number of conversions.
    """

    name: str
    years: Interval
    daily_odds: float
    n_channels: tuple[int, int]
    flighting: tuple[Flighting, ...]
    carry_odds: tuple[tuple[CarryKind, float], ...]
    curve_odds: tuple[tuple[CurveKind, float], ...]
    trend_breaks: tuple[int, int]
    hidden_demand_odds: float
    demand_effect: Interval
    season_effect: Interval
    level_shift_odds: float
    holiday_odds: float
    promotion_odds: float
    competitor_odds: float
    roas_spread: Interval
    roas_falls_odds: float
    roas_fall: Interval
    null_odds: float
    media_share: Interval
    r_squared: Interval
    autocorrelation_odds: float
    autocorrelation: Interval
    changing_odds: float
    synergy_odds: float
    exposure_odds: float
    count_odds: float


CORE = MarketLaw(
    name="core",
    years=(2.0, 4.0),
    daily_odds=0.0,
    n_channels=(3, 10),
    flighting=tuple(Flighting),
    carry_odds=((CarryKind.WEIBULL, 0.3),),
    curve_odds=((CurveKind.LOGISTIC, 0.3),),
    trend_breaks=(0, 3),
    hidden_demand_odds=0.5,
    demand_effect=(0.01, 0.04),
    season_effect=(0.05, 0.25),
    level_shift_odds=0.0,
    holiday_odds=0.0,
    promotion_odds=0.0,
    competitor_odds=0.0,
    roas_spread=(0.3, 1.0),
    roas_falls_odds=0.0,
    roas_fall=(0.2, 0.6),
    null_odds=0.15,
    media_share=(0.08, 0.45),
    r_squared=(0.70, 0.95),
    autocorrelation_odds=0.5,
    autocorrelation=(0.3, 0.7),
    changing_odds=0.0,
    synergy_odds=0.0,
    exposure_odds=0.0,
    count_odds=0.0,
)
"""What the product answers for."""

STRESS = MarketLaw(
    name="stress",
    years=(2.0, 5.0),
    daily_odds=0.2,
    n_channels=(1, 15),
    flighting=tuple(Flighting),
    carry_odds=((CarryKind.WEIBULL, 0.25), (CarryKind.DELAYED, 0.25)),
    curve_odds=((CurveKind.LOGISTIC, 0.3), (CurveKind.LINEAR, 0.15)),
    trend_breaks=(0, 3),
    hidden_demand_odds=0.5,
    demand_effect=(0.02, 0.12),
    season_effect=(0.0, 0.30),
    level_shift_odds=0.3,
    holiday_odds=0.3,
    promotion_odds=0.3,
    competitor_odds=0.3,
    roas_spread=(0.3, 1.0),
    roas_falls_odds=0.3,
    roas_fall=(0.2, 0.6),
    null_odds=0.15,
    media_share=(0.03, 0.60),
    r_squared=(0.55, 0.97),
    autocorrelation_odds=0.5,
    autocorrelation=(0.3, 0.8),
    changing_odds=0.3,
    synergy_odds=0.3,
    exposure_odds=0.3,
    count_odds=0.3,
)
"""Everything else; reported by subgroup, nothing is promised on it."""

LAWS = {law.name: law for law in (CORE, STRESS)}
"""By name."""
