"""The media of a made-up market: when each channel spends, how it carries over and saturates."""

import math
from typing import NamedTuple

import numpy as np

from mmm_core.engine.simulate_laws import Flighting, MarketLaw
from mmm_core.engine.simulate_response import delayed_weights, geometric_weights, pressure_of, weibull_weights
from mmm_core.entities.design import DateArray, FloatArray
from mmm_core.entities.market import CarryKind, ChannelTruth, CurveKind

SEARCH = "search"

_LASTING = ("tv", "ooh", "print", "radio", "cinema", "sponsoring")
_PROMPT = ("social", "display", "video", "affiliate", "influencer", "mailing", "podcast", "retail_media")
CHANNEL_NAMES = (SEARCH, *_LASTING, *_PROMPT)
"""Names a market chooses from: Search always, then any; those of the second group carry over for longer."""


class Clock(NamedTuple):
    """The periods of a market: first days, shape (n_periods,); periods per week (1 or 7)."""

    dates: DateArray
    per_week: int

    @property
    def n_periods(self) -> int:
        """Rows of the table."""
        return len(self.dates)

    @property
    def n_weeks(self) -> int:
        """Whole weeks."""
        return len(self.dates) // self.per_week

    @property
    def years(self) -> FloatArray:
        """Years since the first period, shape (n_periods,)."""
        return np.arange(self.n_periods) / (365.25 / 7 * self.per_week)


class Flight(NamedTuple):
    """What a channel spent and bought per period, each shape (n_periods,), and how it was flighted."""

    spend: FloatArray
    inputs: FloatArray
    flighting: str


def autoregression(random: np.random.Generator, n: int, carried: float) -> FloatArray:
    """``x[t] = carried * x[t - 1] + noise``, mean 0 and standard deviation 1 over its ``n`` values."""
    steps = random.normal(size=n)
    series = np.empty(n)
    series[0] = steps[0]
    for t in range(1, n):
        series[t] = carried * series[t - 1] + math.sqrt(1 - carried**2) * steps[t]
    scaled: FloatArray = (series - series.mean()) / series.std()
    return scaled


def draw_names(random: np.random.Generator, law: MarketLaw) -> tuple[str, ...]:
    """Names of the channels, Search first."""
    n_channels = int(random.integers(law.n_channels[0], law.n_channels[1] + 1))
    others = random.choice(CHANNEL_NAMES[1:], size=n_channels - 1, replace=False)
    return (SEARCH, *map(str, others))


def draw_flights(
    random: np.random.Generator, law: MarketLaw, clock: Clock, names: tuple[str, ...], demand: FloatArray
) -> list[Flight]:
    """Spend of every channel; sizes differ by a lognormal factor, Search follows ``demand`` (shape (n_periods,))."""
    campaigns = _bursts(random, clock.n_weeks)
    flights = []
    for name in names:
        if name == SEARCH:
            kind = "demand"
            pattern = np.exp(random.uniform(0.3, 0.6) * demand + random.normal(0.0, 0.15, clock.n_periods))
        else:
            flighting = law.flighting[random.integers(len(law.flighting))]
            kind, weekly = flighting.value, _weekly_pattern(random, flighting, clock.n_weeks, campaigns)
            pattern = _spread_over_days(random, weekly, clock.per_week)
        size = math.exp(random.normal(0.0, 0.9)) / clock.per_week
        spend = np.round(size * 10_000 * pattern / pattern.mean(), 2)
        inputs = spend
        if random.random() < law.exposure_odds:
            price = np.exp(0.15 * autoregression(random, clock.n_periods, 0.9 if clock.per_week == 1 else 0.985))
            inputs = np.round(spend * 100 / price)
        flights.append(Flight(spend, inputs, kind))
    return flights


def draw_channel(random: np.random.Generator, law: MarketLaw, clock: Clock, name: str, flight: Flight) -> ChannelTruth:
    """How a channel works, with a ceiling of 1: what it brings is scaled later.

    The half-saturation lies between 0.4 and 4 times the mean pressure of the periods with pressure (median 1.2 times).
    """
    carry, curve = _choose(random, law.carry_odds, CarryKind.GEOMETRIC), _choose(random, law.curve_odds, CurveKind.HILL)
    weights = _draw_weights(random, CarryKind(carry), lasts=name in _LASTING, per_week=clock.per_week)
    pressure = pressure_of(flight.inputs, weights)
    active = pressure[pressure > 0.01 * pressure.max()]
    shape, ratio = math.exp(random.normal(0.2, 0.4)), math.exp(random.normal(math.log(1.2), 0.5))
    return ChannelTruth(
        channel=f"{name}_spend",
        carry=CarryKind(carry),
        lag_weights=weights,
        curve=CurveKind(curve),
        shape=float(np.clip(shape, 0.5, 3.0)) if curve == CurveKind.HILL else 1.0,
        half=float(np.clip(ratio, 0.4, 4.0) * active.mean()),
        ceiling=1.0,
        strength=_draw_strength(random, law, clock),
        units_per_spend=float(flight.inputs.sum() / flight.spend.sum()),
    )


def _weekly_pattern(random: np.random.Generator, kind: Flighting, n_weeks: int, campaigns: FloatArray) -> FloatArray:
    noise = np.exp(random.normal(0.0, 0.15, n_weeks))
    if kind is Flighting.ALWAYS_ON:
        return np.exp(random.uniform(0.15, 0.45) * autoregression(random, n_weeks, random.uniform(0.0, 0.8)))
    if kind is Flighting.BURSTS:
        return _bursts(random, n_weeks) * noise
    if kind is Flighting.PULSES:
        return _pulses(random, n_weeks)
    if kind is Flighting.SEASONAL:
        phase = 2 * np.pi * (np.arange(n_weeks) / 52.18 - random.random())
        return (1.0 + random.uniform(0.5, 0.95) * np.cos(phase)) ** 2 * noise
    return (random.uniform(0.1, 0.4) + campaigns) * noise


def _bursts(random: np.random.Generator, n_weeks: int) -> FloatArray:
    """Campaigns of 3 to 10 weeks with pauses of 3 to 12."""
    pattern = np.zeros(n_weeks)
    start = int(random.integers(0, 8))
    while start < n_weeks - 2 or not pattern.any():
        length = int(random.integers(3, 11))
        pattern[start : start + length] = math.exp(random.normal(0.0, 0.3))
        start += length + int(random.integers(3, 13))
    return pattern


def _pulses(random: np.random.Generator, n_weeks: int) -> FloatArray:
    """Single weeks, four to twenty a hundred, of very different size."""
    n_active = max(4, int(random.uniform(0.04, 0.2) * n_weeks))
    pattern = np.zeros(n_weeks)
    pattern[random.choice(n_weeks, size=n_active, replace=False)] = np.exp(random.normal(0.0, 0.5, n_active))
    return pattern


def _spread_over_days(random: np.random.Generator, weekly: FloatArray, per_week: int) -> FloatArray:
    if per_week == 1:
        return weekly
    profile = random.uniform(0.7, 1.3, per_week)
    days: FloatArray = (weekly[:, None] * profile).ravel()
    return days * np.exp(random.normal(0.0, 0.2, len(days)))


def _choose(random: np.random.Generator, odds: tuple[tuple[str, float], ...], otherwise: str) -> str:
    drawn = random.random()
    for kind, share in odds:
        if drawn < share:
            return kind
        drawn -= share
    return otherwise


def _draw_weights(random: np.random.Generator, kind: CarryKind, *, lasts: bool, per_week: int) -> FloatArray:
    """Lag weights; drawn per week and stretched when periods are days."""
    if kind is CarryKind.WEIBULL:
        scale = random.uniform(2.0, 5.0) if lasts else random.uniform(0.7, 2.5)
        return weibull_weights(random.uniform(0.8, 2.5), scale * per_week)
    if kind is CarryKind.DELAYED:
        return delayed_weights(random.uniform(0.5, 0.9) ** (1 / per_week**2), random.uniform(1.0, 4.0) * per_week)
    theta = random.uniform(0.3, 0.8) if lasts else random.uniform(0.0, 0.5)
    return geometric_weights(theta ** (1 / per_week))


def _draw_strength(random: np.random.Generator, law: MarketLaw, clock: Clock) -> FloatArray:
    """Factor on the effect: 1, or for half of the channels of a changing market a drift to between 0.4 and 1.6 times."""
    if law.changing_odds == 0 or random.random() < 0.5:
        return np.ones(clock.n_periods)
    drift = random.uniform(-0.6, 0.6)
    strength = 1.0 + drift * np.linspace(-1.0, 1.0, clock.n_periods)
    wave = 0.15 * np.sin(clock.years * random.uniform(2.0, 5.0) + random.uniform(0.0, 2 * np.pi))
    return np.maximum(strength + wave, 0.05)
