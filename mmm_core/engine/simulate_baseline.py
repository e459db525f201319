"""What a made-up market would sell without media: shares of a mean baseline of 1, shape (n_periods,) each."""

from typing import NamedTuple

import numpy as np

from mmm_core.engine.simulate_laws import MarketLaw
from mmm_core.engine.simulate_media import Clock, autoregression
from mmm_core.entities.design import FloatArray


class Feature(NamedTuple):
    """A stress the market is under, with what it does and the column that shows it (None: nothing does)."""

    effect: FloatArray
    column: FloatArray | None = None


def draw_demand(random: np.random.Generator, clock: Clock) -> FloatArray:
    """How much people want the category: slow autoregression, mean 0, standard deviation 1."""
    weekly = autoregression(random, clock.n_weeks + 1, random.uniform(0.6, 0.95))
    weeks = np.arange(clock.n_periods) / clock.per_week
    return np.interp(weeks, np.arange(clock.n_weeks + 1), weekly)


def draw_trend(random: np.random.Generator, law: MarketLaw, clock: Clock) -> tuple[FloatArray, int]:
    """Straight pieces around 1 and the number of breaks; yearly slopes have a standard deviation of 0.12, their changes 0.20."""
    n_breaks = int(random.integers(law.trend_breaks[0], law.trend_breaks[1] + 1))
    length = clock.years[-1]
    places = np.sort(random.uniform(0.1, 0.9, n_breaks)) * length
    trend = random.normal(0.0, 0.12) * clock.years
    for place in places:
        trend += random.normal(0.0, 0.20) * np.maximum(clock.years - place, 0.0)
    return 1.0 + trend - trend.mean(), n_breaks


def draw_season(random: np.random.Generator, law: MarketLaw, clock: Clock) -> FloatArray:
    """Two yearly waves, the second half as high and, on daily data, a weekly pattern."""
    amplitude = random.uniform(*law.season_effect)
    season = np.zeros(clock.n_periods)
    for order in (1, 2):
        season += amplitude / order * np.cos(2 * np.pi * order * (clock.years - random.random()))
    if clock.per_week > 1:
        profile = random.normal(0.0, 0.08, clock.per_week)
        season += np.resize(profile - profile.mean(), clock.n_periods)
    return season


def draw_noise(random: np.random.Generator, law: MarketLaw, clock: Clock) -> tuple[FloatArray, bool]:
    """Mean 0 and standard deviation 1, and whether it is autoregressive from week to week."""
    carried = random.uniform(*law.autocorrelation) if random.random() < law.autocorrelation_odds else 0.0
    return autoregression(random, clock.n_periods, carried ** (1 / clock.per_week)), carried > 0


def draw_level_shifts(random: np.random.Generator, clock: Clock) -> Feature:
    """One or two lasting jumps of 5 to 20%; nothing in the table shows them."""
    effect = np.zeros(clock.n_periods)
    for _ in range(int(random.integers(1, 3))):
        start = int(random.uniform(0.15, 0.85) * clock.n_periods)
        effect[start:] += random.uniform(0.05, 0.2) * random.choice([-1.0, 1.0])
    return Feature(effect - effect.mean())


def draw_promotions(random: np.random.Generator, clock: Clock) -> Feature:
    """Promotions of one or two weeks, about five a year, each of its own depth."""
    weekly = np.zeros(clock.n_weeks)
    for start in random.choice(clock.n_weeks - 1, size=max(3, clock.n_weeks // 10), replace=False):
        weekly[start : start + int(random.integers(1, 3))] = round(random.uniform(0.1, 0.4), 2)
    depth = np.repeat(weekly, clock.per_week)
    return Feature(random.uniform(0.3, 0.8) * depth, depth)


def draw_competitor(random: np.random.Generator, clock: Clock) -> Feature:
    """A competitor whose index moves slowly and takes sales."""
    index = autoregression(random, clock.n_periods, 0.85 ** (1 / clock.per_week))
    return Feature(-random.uniform(0.02, 0.08) * index, np.round(100 + 10 * index, 1))


def draw_holidays(random: np.random.Generator, clock: Clock) -> Feature:
    """Four to seven of the public holidays of the United States, each 5 to 30% of a week; the model is told the country."""
    from mmm_core.engine.holiday_calendar import country_holidays

    first, last = clock.dates[0].item(), clock.dates[-1].item()
    days = [day for day in country_holidays("US", first, last) if "observed" not in day.name]
    names = sorted({day.name for day in days})
    effect = np.zeros(clock.n_periods)
    for name in random.choice(names, size=int(random.integers(4, 8)), replace=False):
        when = np.array([day.date for day in days if day.name == name], dtype="datetime64[D]")
        inside = when[(when >= clock.dates[0]) & (when <= clock.dates[-1])]
        effect[np.searchsorted(clock.dates, inside, side="right") - 1] += random.uniform(0.05, 0.3)
    return Feature(effect)
