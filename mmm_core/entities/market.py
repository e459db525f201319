"""A market made up on purpose: a table to model, and the truth about it that no model gets to see."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from mmm_core.entities.design import FloatArray
from mmm_core.entities.settings import ModelSettings
from mmm_core.errors import SettingsError


class CarryKind(StrEnum):
    """How the pressure of a made-up channel is spread over later periods."""

    GEOMETRIC = "geometric"
    WEIBULL = "weibull"
    DELAYED = "delayed"


class CurveKind(StrEnum):
    """How the pressure of a made-up channel turns into outcome."""

    HILL = "hill"
    LOGISTIC = "logistic"
    LINEAR = "linear"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChannelTruth:
    """How one channel works.

    ``pressure[t] = sum(lag_weights[lag] * input[t - lag])``, ``response[t] = ceiling * strength[t] * curve(pressure[t])``, with
    ``curve`` = ``x**shape / (x**shape + half**shape)`` (Hill), ``tanh(x * ln(3) / (2 * half))`` (logistic), ``x / half`` (line).

    Attributes:
        channel: Key: its spend column.
        carry: Family of the lag weights.
        lag_weights: Share of an input that acts so many periods later, sum 1, shape (n_lags,).
        curve: Family of the curve.
        shape: Exponent of the Hill curve; 1 otherwise.
        half: Pressure per period at half of the ceiling (linear: at all of it), units of the input.
        ceiling: Outcome per period at full saturation; 0 for a channel that does nothing.
        strength: Factor per period of the table, shape (n_periods,); 1 unless the effect changes over time.
        units_per_spend: Units of the input that one unit of spend buys on average; 1 when the input is the spend.
    """

    channel: str
    carry: CarryKind
    lag_weights: FloatArray
    curve: CurveKind
    shape: float
    half: float
    ceiling: float
    strength: FloatArray
    units_per_spend: float = 1.0

    def __post_init__(self) -> None:
        if not (self.half > 0 and self.shape > 0 and self.ceiling >= 0):
            raise SettingsError(
                f"The truth of {self.channel!r} needs half and shape above 0 and a ceiling of at least 0; got {self.half:g}, "
                f"{self.shape:g} and {self.ceiling:g}."
            )
        if not len(self.lag_weights) or not np.isclose(self.lag_weights.sum(), 1.0):
            raise SettingsError(f"The lag weights of {self.channel!r} must sum to 1, got {self.lag_weights.sum():g}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Synergy:
    """Two channels that bring more together: ``ceiling * curve(first) * curve(second)``, credited half to each."""

    first: str
    second: str
    ceiling: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MarketTruth:
    """What really happened.

    Attributes:
        channels: In the order of the paid media.
        synergies: Pairs that work together.
        weekly: One row per period, columns "baseline", "demand", one per channel key, "noise"; they add up to the outcome.
        contribution: Sum per channel, outcome units, shape (n_paid,).
        spend: Sum per channel, currency, shape (n_paid,).
        media_share: Of the outcome.
        r_squared: Share of the outcome's variance that is not noise.
        tags: What kind of market this is, by group: ``{"demand": "hidden", "curve": "some logistic", ...}``.
    """

    channels: tuple[ChannelTruth, ...]
    synergies: tuple[Synergy, ...]
    weekly: pd.DataFrame
    contribution: FloatArray
    spend: FloatArray
    media_share: float
    r_squared: float
    tags: Mapping[str, str]

    @property
    def roas(self) -> FloatArray:
        """Outcome per unit of spend, shape (n_paid,)."""
        roas: FloatArray = self.contribution / self.spend
        return roas


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Market:
    """One made-up market.

    Attributes:
        name: Law and seed: "core 10017".
        table: What an analyst would be given: date, outcome, spends, exposures, context.
        settings: Roles of its columns.
        truth: What really happened.
    """

    name: str
    table: pd.DataFrame
    settings: ModelSettings
    truth: MarketTruth
