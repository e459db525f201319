"""From a table with roles to the arrays a model is fitted to."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from mmm_core.engine.calibration import with_studies
from mmm_core.engine.factor_columns import contrasts, is_factor, one_hot
from mmm_core.engine.holiday_calendar import holiday_table, holidays_of
from mmm_core.engine.prophet_baseline import BaselineParts, BaselineQuestion, split_outcome
from mmm_core.entities.calibration import CalibrationRules
from mmm_core.entities.columns import PaidMedia, Sign
from mmm_core.entities.date_checks import touched_periods
from mmm_core.entities.design import DateArray, Design, FloatArray
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.settings import RESERVED_NAMES, ModelSettings, Treatment
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.kernels.objectives import split_ends

_LIMITS: dict[Sign, tuple[float, float]] = {
    Sign.POSITIVE: (0.0, np.inf),
    Sign.NEGATIVE: (-np.inf, 0.0),
    Sign.DEFAULT: (-np.inf, np.inf),
}
_PROPHET_BOX = (0.0, 1.0)
_FLAT = 1e-9  # a spread below this share of a column's size is rounding (a weekly pattern seen once a week)


class BaselineColumn(NamedTuple):
    """One baseline column: name, amounts of shape (n_all,), and the limits of its coefficient."""

    name: str
    amounts: FloatArray
    limits: tuple[float, float]


def build_run_design(data: MMMDataCollection, trials: TrialsConfig) -> Design:
    """The design a search uses: with validation, nothing in it comes from the outcome of the test part.

    The test part are the periods that belong to no candidate's training or validation part, whatever its training share.
    """
    if not trials.timeseries_validation:
        return build_design(data)
    _, test_start = split_ends(data.n_periods, data.settings.train_size_bounds[1])
    return build_design(data, unseen_from=int(data.rows[test_start]) if test_start < data.n_periods else None)


def build_design(
    data: MMMDataCollection,
    *,
    calibration_rules: CalibrationRules = CalibrationRules.OWN,
    unseen_from: int | None = None,
) -> Design:
    """Turn a table with roles into the arrays a model is fitted to.

    Baseline columns are, in this order: trend, season, weekday and holiday (Prophet, fitted on all rows), context in the
    user's order, one-off events. Then the media: paid, organic. A text context column is one column in units of the outcome
    (its effect in Prophet, minus the smallest), or without any Prophet part one 0/1 column ``<column>_<level>`` per level but
    the most frequent. Prophet's fit is remembered per process, so that a second call takes milliseconds.

    Args:
        data: Table and settings.
        calibration_rules: How lift studies are compared with models; Robyn's to the letter only for its own results.
        unseen_from: Row of the table from which on the outcome is not looked at: Prophet foretells trend, season and the rest
            there from what came before.

    Returns:
        Rows are all periods of the table; ``rows`` are the modelled ones. Columns that do not vary there are named in
        ``dropped`` and left out.

    Raises:
        SettingsError: No public holidays are known for the country.
        DataError: Prophet cannot fit these data.

    Source:
        Robyn 3.12.1, R/inputs.R, ``prophet_decomp``, ``set_holidays`` and ``exposure_handling``.
    """
    settings = data.settings
    taken = {*RESERVED_NAMES, *settings.used_columns, *settings.baseline.parts}
    columns = [*_prophet_and_context(data, taken, unseen_from), *event_columns(data, taken)]
    kept = [column for column in columns if not is_flat(column.amounts[data.rows])]
    trend = part_name("trend", settings)
    has_free_trend = settings.baseline.signs.get("trend", Sign.DEFAULT) is Sign.DEFAULT
    names = tuple(column.name for column in kept)
    of_media = build_media_design(data, calibration_rules=calibration_rules)
    limits = np.array([column.limits for column in kept], dtype=np.float64).reshape(-1, 2)
    return replace(
        of_media,
        baseline_names=names,
        baseline=_stack([column.amounts for column in kept], len(data.table)),
        lower=np.concatenate([limits[:, 0], of_media.lower]),
        upper=np.concatenate([limits[:, 1], of_media.upper]),
        trend_column=names.index(trend) if trend in names and settings.baseline.trend and has_free_trend else -1,
        dropped=tuple(column.name for column in columns if column.name not in names),
        unseen_from=unseen_from,
    )


def build_media_design(
    data: MMMDataCollection, *, calibration_rules: CalibrationRules = CalibrationRules.OWN
) -> Design:
    """The arrays of the media alone, for models that have a baseline of their own; Prophet is not asked.

    Args:
        data: Table and settings.
        calibration_rules: How lift studies are compared with models.

    Returns:
        A design without baseline columns.
    """
    settings = data.settings
    signs = [*(paid.sign for paid in settings.paid_media), *(organic.sign for organic in settings.organic)]
    limits = np.array([_LIMITS[sign] for sign in signs], dtype=np.float64).reshape(-1, 2)
    design = Design(
        dates=_dates(data),
        outcome=_numbers(data.table[settings.outcome.column]),
        baseline_names=(),
        baseline=np.empty((len(data.table), 0)),
        media_names=settings.channels,
        media=_media(data),
        n_paid=len(settings.paid_media),
        adstock=tuple(settings.adstock_of(channel) for channel in settings.channels),
        spend=_stack([_numbers(data.table[paid.spend]) for paid in settings.paid_media], len(data.table)),
        lower=limits[:, 0].copy(),
        upper=limits[:, 1].copy(),
        trend_column=-1,
        rows=data.rows,
        weibull_length=data.weibull_length or len(data.table),
        frequency=data.frequency,
    )
    studies = settings.calibration.studies
    return with_studies(design, studies, calibration_rules) if studies else design


def spend_per_exposure(data: MMMDataCollection, paid: PaidMedia) -> float:
    """What one exposure costs in the modelled periods: the factor that turns exposures into spend.

    ``sum(spend) / sum(exposure)`` over the modelled rows, currency per exposure; 1 for a channel modelled by its spend.
    """
    if paid.exposure is None:
        return 1.0
    modelled = data.table.iloc[data.rows]
    return float(_numbers(modelled[paid.spend]).sum() / _numbers(modelled[paid.exposure]).sum())


def _dates(data: MMMDataCollection) -> DateArray:
    return data.dates.to_numpy().astype("datetime64[D]")


def _numbers(values: pd.Series) -> FloatArray:
    return values.to_numpy(dtype=np.float64)


def _stack(columns: list[FloatArray], n_rows: int) -> FloatArray:
    """Columns side by side, shape (n_rows, n_columns), also when there are none."""
    return np.column_stack(columns) if columns else np.empty((n_rows, 0))


def _media(data: MMMDataCollection) -> FloatArray:
    paid = [
        _numbers(data.table[channel.modelled_column]) * spend_per_exposure(data, channel)
        for channel in data.settings.paid_media
    ]
    organic = [_numbers(data.table[channel.column]) for channel in data.settings.organic]
    return _stack([*paid, *organic], len(data.table))


def _prophet_and_context(data: MMMDataCollection, taken: set[str], unseen_from: int | None) -> Iterator[BaselineColumn]:
    settings = data.settings
    taken.update(part_name(part, settings) for part in settings.baseline.parts)
    if not settings.baseline.parts:
        yield from _context_columns(data, {}, taken)
        return
    levels = {
        context.column: one_hot(data.table[context.column])
        for context in settings.context
        if is_factor(data.table[context.column])
    }
    parts = split_outcome(_question(data, [columns for _, columns in levels.values()], unseen_from))
    scale = float(np.abs(_numbers(data.table[settings.outcome.column])[:unseen_from]).max())
    for part in settings.baseline.parts:
        sign = settings.baseline.signs.get(part, Sign.DEFAULT)
        limits = _PROPHET_BOX if sign is Sign.DEFAULT else _LIMITS[sign]
        yield BaselineColumn(part_name(part, settings), _without_rounding(_part_values(parts, part), scale), limits)
    effects = _factor_effects(parts, {name: len(kept) for name, (kept, _) in levels.items()})
    yield from _context_columns(data, effects, taken)


def _question(data: MMMDataCollection, dummies: list[FloatArray], unseen_from: int | None) -> BaselineQuestion:
    baseline, dates = data.settings.baseline, _dates(data)
    days = holiday_table(holidays_of(baseline, dates), dates, data.frequency)
    outcome = _numbers(data.table[data.settings.outcome.column]).copy()
    for marked in data.settings.marked:
        if marked.treatment is Treatment.LEAVE_OUT:
            outcome[touched_periods(data.dates, marked.start, marked.end)] = np.nan
    if unseen_from is not None:
        outcome[unseen_from:] = np.nan
    return BaselineQuestion(
        dates=dates,
        outcome=outcome,
        season=baseline.season,
        weekday=baseline.weekday,
        holidays=days,
        dummies=np.hstack([np.empty((len(dates), 0)), *dummies]),
    )


def _part_values(parts: BaselineParts, part: str) -> FloatArray:
    return {"trend": parts.trend, "season": parts.season, "weekday": parts.weekday, "holiday": parts.holiday}[part]


def part_name(part: str, settings: ModelSettings) -> str:
    """The part's own name, unless a column of the table is called the same."""
    name = part
    while name in settings.used_columns:
        name = f"baseline {name}"
    return name


def _factor_effects(parts: BaselineParts, n_levels: dict[str, int]) -> dict[str, FloatArray]:
    """Sum of each factor's own dummy effects, minus the smallest, shape (n_all,), outcome units."""
    effects: dict[str, FloatArray] = {}
    start = 0
    for name, count in n_levels.items():
        total = parts.dummies[:, start : start + count].sum(axis=1)
        effects[name] = total - total.min()
        start += count
    return effects


def _context_columns(
    data: MMMDataCollection, effects: dict[str, FloatArray], taken: set[str]
) -> Iterator[BaselineColumn]:
    for context in data.settings.context:
        values, limits = data.table[context.column], _LIMITS[context.sign]
        if context.column in effects:
            yield BaselineColumn(context.column, effects[context.column], limits)
        elif is_factor(values):
            levels, dummies = contrasts(values)
            for j, level in enumerate(levels):
                yield BaselineColumn(_take_name(f"{context.column}_{level}", taken), dummies[:, j], limits)
        else:
            yield BaselineColumn(context.column, _numbers(values), limits)


def event_columns(data: MMMDataCollection, taken: set[str]) -> Iterator[BaselineColumn]:
    """One 0/1 column per reason of marked periods; their names are added to ``taken``."""
    events = [marked for marked in data.settings.marked if marked.treatment is Treatment.EVENT]
    for reason in dict.fromkeys(marked.reason for marked in events):
        inside = np.zeros(len(data.table), dtype=bool)
        for marked in events:
            if marked.reason == reason:
                inside |= touched_periods(data.dates, marked.start, marked.end)
        yield BaselineColumn(_take_name(reason, taken), inside.astype(np.float64), _LIMITS[Sign.DEFAULT])


def _take_name(name: str, taken: set[str]) -> str:
    """The name, marked as an event or level as long as a term, part or column is called the same; adds it to ``taken``."""
    while name in taken:
        name = f"{name} (0/1)"
    taken.add(name)
    return name


def _without_rounding(values: FloatArray, scale: float) -> FloatArray:
    """Make a part constant whose spread is only rounding, so that it is dropped as such."""
    return np.full_like(values, values[0]) if np.ptp(values) <= _FLAT * scale else values


def is_flat(values: FloatArray) -> bool:
    """Whether a column, shape (n_rows,), is the same everywhere, apart from rounding."""
    return bool(np.ptp(values) <= _FLAT * np.abs(values).max())
