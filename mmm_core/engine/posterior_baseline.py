"""Columns of the joint baseline: what moves the outcome without media, estimated together with the media.

Prior standard deviations are in units of the noise. One year is 365.25 days and knots are set in days, so that daily, weekly
and monthly data get the same baseline.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from mmm_core.engine.demand_columns import demand_proxies, shows_demand
from mmm_core.engine.factor_columns import contrasts, is_factor
from mmm_core.engine.features import event_columns, is_flat, part_name
from mmm_core.engine.holiday_calendar import count_holidays, holidays_of
from mmm_core.entities.columns import Frequency
from mmm_core.entities.design import DateArray, FloatArray, IntArray
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.settings import RESERVED_NAMES

SLOPES = (1.0, 3.0)
LEVELS = (0.0, 0.1, 0.3)
"""Stiffnesses: every slope with every level, all equally likely."""

_YEAR_DAYS = 365.25
_KNOT_DAYS = 91
_BUMP_DAYS = 28
_FOURIER_ORDERS = 3
_INTERCEPT_SD, _TREND_SD, _SEASON_SD, _COLUMN_SD = 1e4, 100.0, 4.0, 5.0
_UNSEEN_SD = 0.15
"""Of demand that only a demand-led channel's spend gives away. Weak, so that search is less certain but not written off: on
64 core development markets with hidden demand (seeds 100 to 219) wape falls from 0.494 to 0.475 with 0.2 and to 0.471 with 0.4,
but on the demo, whose search makes sales of its own, 0.2 gives a mean ROAS error of 0.20 and 0.15 one of 0.19."""


class BaselineColumns(NamedTuple):
    """The joint baseline on the modelled rows; k columns, level bumps last.

    Attributes:
        terms: What the outcome is split into, "intercept" first.
        term_of: Which term each column belongs to, shape (k,).
        columns: Shape (k, n_rows).
        prior_sd: Per stiffness, shape (n_stiffness, k); 0 leaves a column out.
    """

    terms: tuple[str, ...]
    term_of: IntArray
    columns: FloatArray
    prior_sd: FloatArray


class _Column(NamedTuple):
    """One column of a term: amounts of shape (n_rows,) and its prior sd, or what it is multiplied by per stiffness."""

    term: str
    amounts: FloatArray
    sd: float
    follows: str = ""


def build_baseline(data: MMMDataCollection) -> BaselineColumns:
    """The baseline of a data set.

    In this order: intercept; linear trend and bends every 13 weeks; yearly sine and cosine of three orders; six weekdays (daily
    data only); one column per holiday; context divided by its standard deviation, one column per level of a text column but the
    most frequent; one column per marked event; one column per channel that is bought by people who already look, unless context
    shows that demand; triangular bumps of the level every 4 weeks, which belong to the trend.
    Context whose smallest value is 0 is counted from 0, other context from its mean.

    Args:
        data: Table and settings. Without trend there are neither bends nor bumps, without season no sines.

    Raises:
        SettingsError: No public holidays are known for the country.

    Source:
        Measured on markets with known truth; the methodology page has the table.
    """
    days = data.dates.to_numpy().astype("datetime64[D]")[data.rows]
    found = [
        _Column("intercept", np.ones(len(days)), _INTERCEPT_SD),
        *_trend(data, days),
        *_season(data, days),
        *_weekdays(data, days),
        *_holidays(data),
        *_context_and_events(data),
    ]
    found += [*_unseen_demand(data, found), *_bumps(data, days)]
    kept = [column for column in found if column.amounts.any()]
    terms = tuple(dict.fromkeys(column.term for column in kept))
    pairs = [(slope, level) for slope in SLOPES for level in LEVELS] if data.settings.baseline.trend else [(1.0, 0.0)]
    scales = [{"": 1.0, "slope": slope, "level": level} for slope, level in pairs]
    return BaselineColumns(
        terms=terms,
        term_of=np.array([terms.index(column.term) for column in kept], dtype=np.int64),
        columns=np.stack([column.amounts for column in kept]),
        prior_sd=np.array([[column.sd * scale[column.follows] for column in kept] for scale in scales]),
    )


def _since(days: DateArray) -> FloatArray:
    """Days since the first modelled row."""
    elapsed: FloatArray = (days - days[0]).astype(np.float64)
    return elapsed


def _trend(data: MMMDataCollection, days: DateArray) -> Iterator[_Column]:
    """``max(t - knot, 0)`` in years; the sd of a bend is slope * sqrt(4 * 13 / 52)."""
    if not data.settings.baseline.trend:
        return
    name, elapsed = part_name("trend", data.settings), _since(days)
    yield _Column(name, elapsed / _YEAR_DAYS, _TREND_SD)
    for knot in np.arange(_KNOT_DAYS, elapsed[-1], _KNOT_DAYS):
        yield _Column(name, np.maximum(elapsed - knot, 0.0) / _YEAR_DAYS, float(np.sqrt(4 * 13 / 52)), "slope")


def _bumps(data: MMMDataCollection, days: DateArray) -> Iterator[_Column]:
    if not data.settings.baseline.trend:
        return
    name, elapsed = part_name("trend", data.settings), _since(days)
    for centre in np.arange(0, elapsed[-1] + _BUMP_DAYS, _BUMP_DAYS):
        yield _Column(name, np.maximum(1.0 - np.abs(elapsed - centre) / _BUMP_DAYS, 0.0), 2.0, "level")


def _season(data: MMMDataCollection, days: DateArray) -> Iterator[_Column]:
    if not data.settings.baseline.season:
        return
    name = part_name("season", data.settings)
    years = days.astype(np.int64) / _YEAR_DAYS
    for order in range(1, _FOURIER_ORDERS + 1):
        for wave in (np.sin, np.cos):
            yield _Column(name, wave(2.0 * np.pi * order * years), _SEASON_SD / order)


def _weekdays(data: MMMDataCollection, days: DateArray) -> Iterator[_Column]:
    """Six days of the week, each less its share of the rows, so that the week's own level stays in the intercept."""
    if data.frequency is not Frequency.DAY:
        return
    weekday = (days.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
    for day in range(6):
        is_day = (weekday == day).astype(np.float64)
        yield _Column(part_name("weekday", data.settings), is_day - is_day.mean(), _COLUMN_SD)


def _holidays(data: MMMDataCollection) -> Iterator[_Column]:
    dates = data.dates.to_numpy().astype("datetime64[D]")
    _, counts = count_holidays(holidays_of(data.settings.baseline, dates), dates, data.frequency)
    for amounts in counts[data.rows].T:
        yield _Column(part_name("holiday", data.settings), amounts.copy(), _COLUMN_SD)


def _context_and_events(data: MMMDataCollection) -> Iterator[_Column]:
    settings = data.settings
    taken = {*RESERVED_NAMES, *settings.used_columns, *(part_name(part, settings) for part in settings.baseline.parts)}
    for context in settings.context:
        values = data.table[context.column]
        columns = contrasts(values)[1] if is_factor(values) else values.to_numpy(np.float64)[:, None]
        for amounts in columns[data.rows].T:
            if not is_flat(amounts):
                yield _Column(context.column, _standardise(amounts), _COLUMN_SD)
    for event in event_columns(data, taken):
        amounts = event.amounts[data.rows]
        if not is_flat(amounts):
            yield _Column(event.name, _standardise(amounts), _COLUMN_SD)


def _unseen_demand(data: MMMDataCollection, found: list[_Column]) -> Iterator[_Column]:
    """Spend of search and the like rises with demand: part of what moves with it is demand, not the channel's doing."""
    flat = {"intercept", part_name("season", data.settings), part_name("weekday", data.settings)}
    plain = np.stack([column.amounts for column in found if column.term in flat])
    shown = np.array([column.amounts for column in found if shows_demand(data, column.term)])
    for amounts in demand_proxies(data, plain, shown):
        yield _Column(part_name("unseen demand", data.settings), amounts, _UNSEEN_SD)


def _standardise(amounts: FloatArray) -> FloatArray:
    """Spread 1; from 0 where 0 is the smallest value, else from the mean (the intercept takes up the difference)."""
    zero = 0.0 if amounts.min() == 0.0 else amounts.mean()
    standardised: FloatArray = (amounts - zero) / amounts.std()
    return standardised
