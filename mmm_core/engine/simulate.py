"""Markets whose truth is known, drawn from a law."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from mmm_core.engine import simulate_baseline as base
from mmm_core.engine.simulate_laws import MarketLaw
from mmm_core.engine.simulate_media import Clock, Flight, draw_channel, draw_flights, draw_names
from mmm_core.engine.simulate_response import responses
from mmm_core.entities.columns import ContextColumn, Outcome, OutcomeKind, PaidMedia
from mmm_core.entities.design import FloatArray
from mmm_core.entities.market import ChannelTruth, Market, MarketTruth, Synergy
from mmm_core.entities.settings import Baseline, ModelSettings
from mmm_core.errors import BoundsError

_SMALLEST_OUTCOME = 0.05
"""Of the mean: a market whose outcome falls lower is drawn anew."""

_MAX_DRAWS = 200


class _World(NamedTuple):
    """The baseline in shares of its mean, by name, what the table shows of it, and what kind it is."""

    clock: Clock
    parts: dict[str, FloatArray]
    demand: FloatArray
    columns: dict[str, FloatArray]
    noise: FloatArray
    tags: dict[str, str]


class _Media(NamedTuple):
    flights: list[Flight]
    channels: tuple[ChannelTruth, ...]
    synergies: tuple[Synergy, ...]
    tags: dict[str, str]


def simulate_market(law: MarketLaw, seed: int) -> Market:
    """Draw one market; the same law and seed give the same market to the last bit.

    Args:
        law: What it is drawn from.
        seed: Any whole number of at least 0; see :data:`DEVELOPMENT_SEEDS` and :data:`HELD_OUT_SEEDS`.

    Returns:
        Its table, settings and truth. The weekly terms of the truth add up to the outcome.

    Raises:
        BoundsError: The seed is no whole number of at least 0, or the law allows hardly any market with outcomes above 0.
    """
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise BoundsError(f"seed must be a whole number of at least 0, got {seed!r}.")
    for attempt in range(_MAX_DRAWS):
        streams = [np.random.default_rng(one) for one in np.random.SeedSequence([int(seed), attempt]).spawn(3)]
        world = _draw_world(streams[0], law)
        media = _draw_media(streams[1], law, world)
        market = _put_together(streams[2], law, world, media, f"{law.name} {seed}")
        outcome = market.table[market.settings.outcome.column]
        if outcome.min() > _SMALLEST_OUTCOME * outcome.mean():
            return market
    raise BoundsError(
        f"The law {law.name!r} gave no market with an outcome above 0 in {_MAX_DRAWS} draws of seed {seed}."
    )


def _draw_world(random: np.random.Generator, law: MarketLaw) -> _World:
    per_week = 7 if random.random() < law.daily_odds else 1
    n_periods = round(random.uniform(*law.years) * 365.25 / 7) * per_week
    start = np.datetime64("2019-01-07") + 7 * int(random.integers(0, 104))
    clock = Clock(start + (7 // per_week) * np.arange(n_periods), per_week)
    demand = base.draw_demand(random, clock)
    trend, n_breaks = base.draw_trend(random, law, clock)
    is_hidden = random.random() < law.hidden_demand_odds
    parts = {"trend": trend, "season": base.draw_season(random, law, clock)}
    columns = {} if is_hidden else {"demand_index": np.round(100 + 10 * demand, 2)}
    tags = {
        "periods": "days" if per_week == 7 else "weeks",
        "history": f"{'under 3' if clock.years[-1] < 3 else '3 and more'} years",
        "demand": "hidden" if is_hidden else "seen",
        "trend breaks": str(n_breaks),
    }
    draws = {
        "promotion": (law.promotion_odds, base.draw_promotions),
        "competitor": (law.competitor_odds, base.draw_competitor),
        "holidays": (law.holiday_odds, base.draw_holidays),
        "level shifts": (law.level_shift_odds, base.draw_level_shifts),
    }
    for name, (odds, draw) in draws.items():
        is_on = random.random() < odds
        if odds > 0:
            tags[name] = "yes" if is_on else "no"
        if is_on:
            feature = draw(random, clock)
            parts[name] = feature.effect
            if feature.column is not None:
                columns[f"{name}_index"] = feature.column
    noise, is_autoregressive = base.draw_noise(random, law, clock)
    tags["noise"] = "autoregressive" if is_autoregressive else "white"
    effect = random.uniform(*law.demand_effect) * demand
    return _World(clock, parts, effect, columns, noise, tags)


def _draw_media(random: np.random.Generator, law: MarketLaw, world: _World) -> _Media:
    """Channels with the relative contributions the law asks for; their common size comes later."""
    clock, names = world.clock, draw_names(random, law)
    demand = world.demand / world.demand.std()
    is_changing = random.random() < law.changing_odds
    has_synergy = len(names) > 1 and random.random() < law.synergy_odds
    calm = law if is_changing else replace(law, changing_odds=0.0)
    flights = draw_flights(random, law, clock, names, demand)
    drawn = [draw_channel(random, calm, clock, name, flight) for name, flight in zip(names, flights, strict=True)]
    spend = np.array([flight.spend.sum() for flight in flights])
    spread = random.uniform(*law.roas_spread)
    falls = random.random() < law.roas_falls_odds
    power = random.uniform(*law.roas_fall) if falls else 0.0
    wanted = spend ** (1 - power) * np.exp(random.normal(0.0, spread, len(names)))
    is_null = random.random(len(names)) < law.null_odds
    is_null[random.integers(len(names))] = False
    wanted[is_null] = 0.0
    inputs = np.column_stack([flight.inputs for flight in flights])
    raw = responses(inputs, drawn).sum(axis=0)
    channels = tuple(replace(one, ceiling=float(wanted[c] / raw[c])) for c, one in enumerate(drawn))
    synergies = _draw_synergies(random, channels) if has_synergy else ()
    tags = {
        "channels": "1-5" if len(names) <= 5 else "6-10" if len(names) <= 10 else "11-15",
        "ROAS spread": "under 0.65" if spread < 0.65 else "0.65 and more",
        "null channels": "some" if is_null.any() else "none",
        "carry-over": _kinds({one.carry.value for one in channels} - {"geometric"}, "geometric only"),
        "curves": _kinds({one.curve.value for one in channels} - {"hill"}, "Hill only"),
    }
    asked = {
        "ROAS falls with spend": (law.roas_falls_odds, falls),
        "changing effects": (law.changing_odds, is_changing),
        "synergy": (law.synergy_odds, bool(synergies)),
        "exposures": (law.exposure_odds, any(flight.inputs is not flight.spend for flight in flights)),
    }
    tags |= {name: "yes" if is_on else "no" for name, (odds, is_on) in asked.items() if odds > 0}
    return _Media(flights, channels, synergies, tags)


def _kinds(kinds: set[str], otherwise: str) -> str:
    return f"some {' and '.join(sorted(kinds))}" if kinds else otherwise


def _draw_synergies(random: np.random.Generator, channels: tuple[ChannelTruth, ...]) -> tuple[Synergy, ...]:
    """One pair of working channels; its ceiling is 0.2 to 0.8 times the smaller of the two ceilings."""
    working = [one for one in channels if one.ceiling > 0]
    if len(working) < 2:
        return ()
    pairs = list(itertools.combinations(working, 2))
    first, second = pairs[random.integers(len(pairs))]
    ceiling = random.uniform(0.2, 0.8) * min(first.ceiling, second.ceiling)
    return (Synergy(first=first.channel, second=second.channel, ceiling=ceiling),)


def _put_together(random: np.random.Generator, law: MarketLaw, world: _World, media: _Media, name: str) -> Market:
    """Scale media to their share and noise to the fit the law asks for, and write the table."""
    is_count = random.random() < law.count_odds
    level = math.exp(random.uniform(math.log(100), math.log(5_000))) if is_count else 1e5 * math.exp(random.normal())
    level /= world.clock.per_week
    baseline, demand = level * sum(world.parts.values(), np.zeros(world.clock.n_periods)), level * world.demand
    share, fit = random.uniform(*law.media_share), random.uniform(*law.r_squared)
    inputs = np.column_stack([flight.inputs for flight in media.flights])
    unscaled = responses(inputs, media.channels, media.synergies).sum()
    factor = share / (1 - share) * float((baseline + demand).sum()) / float(unscaled)
    channels = tuple(replace(one, ceiling=one.ceiling * factor) for one in media.channels)
    synergies = tuple(replace(pair, ceiling=pair.ceiling * factor) for pair in media.synergies)
    brought = responses(inputs, channels, synergies)
    signal = baseline + demand + brought.sum(axis=1)
    outcome = signal + _noise_scale(signal, world.noise, fit) * world.noise
    outcome = np.maximum(np.round(outcome), 0.0) if is_count else outcome
    keys = [one.channel for one in channels]
    columns = [baseline, demand, *brought.T, outcome - signal]
    weekly = pd.DataFrame(
        np.column_stack(columns),
        index=pd.DatetimeIndex(world.clock.dates, name="date"),
        columns=["baseline", "demand", *keys, "noise"],
    )
    tags = world.tags | media.tags | _size_tags(share, fit)
    if law.count_odds > 0:
        tags["outcome"] = "conversions" if is_count else "revenue"
    truth = MarketTruth(
        channels=channels,
        synergies=synergies,
        weekly=weekly,
        contribution=brought.sum(axis=0),
        spend=np.array([flight.spend.sum() for flight in media.flights]),
        media_share=float(brought.sum() / outcome.sum()),
        r_squared=float(1 - weekly["noise"].var() / outcome.var(ddof=1)),
        tags=tags,
    )
    return _with_table(name, world, media, truth, outcome, is_count=is_count)


def _noise_scale(signal: FloatArray, noise: FloatArray, fit: float) -> float:
    """Factor ``k`` so that ``1 - var(k noise) / var(signal + k noise) = fit`` exactly."""
    of_signal, of_noise = signal.var(), noise.var()
    both = float(((signal - signal.mean()) * (noise - noise.mean())).mean())
    a, b, c = fit * of_noise, -2 * (1 - fit) * both, -(1 - fit) * of_signal
    return float((-b + math.sqrt(b * b - 4 * a * c)) / (2 * a))


def _size_tags(share: float, fit: float) -> dict[str, str]:
    return {
        "media share": "under 15%" if share < 0.15 else "15-30%" if share < 0.3 else "30% and more",
        "fit": "R² under 0.8" if fit < 0.8 else "R² 0.8-0.9" if fit < 0.9 else "R² 0.9 and more",
    }


def _with_table(
    name: str, world: _World, media: _Media, truth: MarketTruth, outcome: FloatArray, *, is_count: bool
) -> Market:
    column = "conversions" if is_count else "revenue"
    table: dict[str, Sequence[float] | FloatArray | np.ndarray[tuple[int], np.dtype[np.datetime64]]] = {
        "date": world.clock.dates,
        column: outcome,
    }
    paid = []
    for one, flight in zip(truth.channels, media.flights, strict=True):
        table[one.channel] = flight.spend
        exposure = None
        if flight.inputs is not flight.spend:
            exposure = one.channel.replace("_spend", "_impressions")
            table[exposure] = flight.inputs
        paid.append(PaidMedia(spend=one.channel, exposure=exposure))
    table |= world.columns
    settings = ModelSettings(
        date="date",
        outcome=Outcome(column=column, kind=OutcomeKind.CONVERSION if is_count else OutcomeKind.REVENUE),
        paid_media=tuple(paid),
        context=tuple(ContextColumn(column=shown) for shown in world.columns),
        baseline=Baseline(weekday=world.clock.per_week > 1, holidays="US" if "holidays" in world.parts else None),
    )
    return Market(name=name, table=pd.DataFrame(table), settings=settings, truth=truth)
