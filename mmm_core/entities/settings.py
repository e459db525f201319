"""Everything the Configure page knows about a model, apart from the search."""

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import compress
from types import MappingProxyType

from mmm_core.entities.columns import (
    AdstockKind,
    ContextColumn,
    OrganicMedia,
    Outcome,
    PaidMedia,
    Sign,
    require_distinct,
)
from mmm_core.errors import BoundsError, SettingsError

Interval = tuple[float, float]

PARAMETER_LIMITS: Mapping[str, Interval] = MappingProxyType(
    {
        "theta": (0.0, 0.999999),
        "alpha": (1e-6, 9.999999),
        "gamma": (1e-6, 1.0),
        "shape": (0.0, 19.999999),
        "scale": (0.0, 1.0),
        "penalty": (0.0, 1.0),
    }
)
"""Robyn 3.12.1, R/inputs.R, ``hyper_limits``: theta [0,1), alpha (0,10), gamma (0,1], shape [0,20), scale [0,1]."""

_LIMIT_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "theta": "at least 0 and below 1",
        "alpha": "above 0 and below 10",
        "gamma": "above 0 and at most 1",
        "shape": "at least 0 and below 20",
        "scale": "between 0 and 1",
        "penalty": "between 0 and 1",
    }
)

BASELINE_PARTS = ("trend", "season", "weekday", "holiday")
"""What Prophet can contribute, in Robyn's order."""

RESERVED_NAMES = ("intercept", "lambda", "train_size")
"""Names of terms and hyperparameters, which no column can have."""

SCOPES = ("total", "immediate")

DEFAULT_BOUNDS: Mapping[AdstockKind, Mapping[str, Interval]] = MappingProxyType(
    {
        AdstockKind.GEOMETRIC: MappingProxyType({"alpha": (0.5, 3.0), "gamma": (0.3, 1.0), "theta": (0.0, 0.5)}),
        AdstockKind.WEIBULL_CDF: MappingProxyType(
            {"alpha": (0.5, 3.0), "gamma": (0.3, 1.0), "shape": (0.0, 2.0), "scale": (0.0, 0.1)}
        ),
        AdstockKind.WEIBULL_PDF: MappingProxyType(
            {"alpha": (0.5, 3.0), "gamma": (0.3, 1.0), "shape": (0.0, 10.0), "scale": (0.0, 0.1)}
        ),
    }
)
"""The bounds Robyn's guide recommends, by kind of adstock."""

DEFAULT_LAMBDA_BOUNDS: Interval = (0.0, 1.0)
DEFAULT_TRAIN_SIZE_BOUNDS: Interval = (0.5, 0.8)


class Treatment(StrEnum):
    """What happens to marked periods: explained by a column of their own, or not used for the fit."""

    EVENT = "event"
    LEAVE_OUT = "leave_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """First and last day of the periods to model, both included."""

    start: dt.date
    end: dt.date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise SettingsError(f"The window must end on or after its start; got {self.start} to {self.end}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedPeriods:
    """Periods with a one-off cause (a stock-out, a lockdown), and what to do with them."""

    start: dt.date
    end: dt.date
    reason: str
    treatment: Treatment = Treatment.EVENT

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise SettingsError(f"Marked periods must end on or after their start; got {self.start} to {self.end}.")
        if not self.reason.strip():
            raise SettingsError(f"Give the reason why {self.start} to {self.end} is marked; it was empty.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """One day of the user's own calendar."""

    date: dt.date
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """Which parts of the outcome move without media.

    Attributes:
        trend: Slow growth or decline.
        season: Yearly pattern.
        weekday: Weekly pattern; only useful for daily data.
        holidays: ISO code of the country whose public holidays matter, or None.
        calendar: The user's own special days; used instead of ``holidays`` when not empty.
        signs: Sign by part ("trend", "season", "weekday", "holiday"); a missing part keeps Robyn's box [0, 1].
    """

    trend: bool = True
    season: bool = True
    weekday: bool = False
    holidays: str | None = None
    calendar: tuple[Holiday, ...] = ()
    signs: Mapping[str, Sign] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for part in self.signs:
            if part not in BASELINE_PARTS:
                raise SettingsError(f"Signs can be given to {', '.join(BASELINE_PARTS)}; got {part!r}.")
        for day in self.calendar:
            if not day.name.strip():
                raise SettingsError(f"Give the special day {day.date} a name; it was empty.")

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the columns Prophet contributes, in Robyn's order."""
        wanted = (self.trend, self.season, self.weekday, bool(self.holidays or self.calendar))
        return tuple(compress(BASELINE_PARTS, wanted))


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftStudy:
    """One experiment: what a channel brought between two days, measured outside the model.

    Attributes:
        channels: Channel keys the experiment changed together.
        start: First day.
        end: Last day.
        lift: Outcome the channels brought in these days.
        standard_error: Of ``lift``, same unit; None when unknown.
        spend: Spend of the channels in these days; None when unknown.
        confidence: Confidence of the experiment, 0 to 1; None when unknown.
        scope: "total", or "immediate" when carry-over from before or after is not part of ``lift``.
    """

    channels: tuple[str, ...]
    start: dt.date
    end: dt.date
    lift: float
    standard_error: float | None = None
    spend: float | None = None
    confidence: float | None = None
    scope: str = "total"

    def __post_init__(self) -> None:
        if not self.channels:
            raise SettingsError(f"The lift study from {self.start} names no channel; give at least one.")
        if len(set(self.channels)) < len(self.channels):
            raise SettingsError(
                f"The lift study from {self.start} names a channel twice: {', '.join(self.channels)}. Name each once."
            )
        if self.end < self.start:
            raise SettingsError(f"A lift study must end on or after its start; got {self.start} to {self.end}.")
        if not math.isfinite(self.lift):
            raise BoundsError(f"The lift of a study must be a number, got {self.lift}.")
        if self.standard_error is not None and not 0 < self.standard_error < math.inf:
            raise BoundsError(f"The standard_error of a lift study must be above 0, got {self.standard_error}.")
        if self.spend is not None and not 0 <= self.spend < math.inf:
            raise BoundsError(f"The spend of a lift study must be at least 0, got {self.spend}.")
        if self.confidence is not None and not 0 <= self.confidence <= 1:
            raise BoundsError(f"The confidence of a lift study must lie within 0 and 1, got {self.confidence}.")
        if self.scope not in SCOPES:
            raise SettingsError(f"The scope of a lift study must be one of {', '.join(SCOPES)}; got {self.scope!r}.")

    @property
    def label(self) -> str:
        """What a sentence calls it: channels and days."""
        return f"{' + '.join(self.channels)} from {self.start} to {self.end}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationInput:
    """A set of lift studies."""

    studies: tuple[LiftStudy, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """Roles, window, baseline and bounds: together with a table and a search they fix a run.

    Attributes:
        date: Name of the date column.
        outcome: The column to explain.
        paid_media: Paid channels, in the order they enter the model.
        organic: Unpaid channels, after the paid ones.
        context: Other drivers, before the channels.
        baseline: Trend, season, weekday and holidays.
        window: Periods to model; None means all.
        adstock: Kind for every channel that does not name its own.
        bounds: Overrides by channel key and parameter (``theta alpha gamma shape scale``) or, for any column, ``penalty``.
            Parameters of another kind of adstock have no effect, so that switching the kind back restores them.
        lambda_bounds: Range of the shrinkage on Robyn's scale 0..1.
        train_size_bounds: Range of the training share when the series is validated on later periods.
        marked: One-off periods.
        calibration: Lift studies.
    """

    date: str
    outcome: Outcome
    paid_media: tuple[PaidMedia, ...]
    organic: tuple[OrganicMedia, ...] = ()
    context: tuple[ContextColumn, ...] = ()
    baseline: Baseline = field(default_factory=Baseline)
    window: Window | None = None
    adstock: AdstockKind = AdstockKind.GEOMETRIC
    bounds: Mapping[str, Mapping[str, Interval]] = field(default_factory=dict)
    lambda_bounds: Interval = DEFAULT_LAMBDA_BOUNDS
    train_size_bounds: Interval = DEFAULT_TRAIN_SIZE_BOUNDS
    marked: tuple[MarkedPeriods, ...] = ()
    calibration: CalibrationInput = field(default_factory=CalibrationInput)

    def __post_init__(self) -> None:
        require_distinct([column for column in self.used_columns if column])
        self._check_names()
        for column, parameters in self.bounds.items():
            self._check_bounds(column, parameters)
        check_interval("lambda", self.lambda_bounds, (0.0, 1.0))
        check_interval("train_size", self.train_size_bounds, (0.1, 1.0))

    def _check_names(self) -> None:
        for name in self.used_columns:
            if name in RESERVED_NAMES:
                raise SettingsError(
                    f"No column can be called {name!r}: models use that name themselves. Rename the column."
                )
        problems = [
            f"The lift study from {study.start} names {channel!r}, which is none of the model's channels "
            f"({', '.join(self.channels)}). Correct the name."
            for study in self.calibration.studies
            for channel in study.channels
            if channel not in self.channels
        ]
        if problems:
            raise SettingsError(problems)

    def _check_bounds(self, column: str, parameters: Mapping[str, Interval]) -> None:
        if column not in self.bounded_columns:
            raise SettingsError(
                f"Bounds are given for {column!r}, which is no column of the model ({', '.join(self.bounded_columns)}). "
                "Correct the name or remove them."
            )
        for parameter, interval in parameters.items():
            if column not in self.channels and parameter in PARAMETER_LIMITS and parameter != "penalty":
                raise BoundsError(
                    f"{column!r} is no channel, so it has a penalty but no {parameter}. Remove {parameter}."
                )
            check_interval(f"{column}_{parameter}", interval, PARAMETER_LIMITS.get(parameter))

    @property
    def used_columns(self) -> tuple[str, ...]:
        """Every column of the table that has a role, date first."""
        exposures = [channel.exposure for channel in self.paid_media if channel.exposure]
        return (
            self.date,
            self.outcome.column,
            *(channel.spend for channel in self.paid_media),
            *exposures,
            *(channel.column for channel in self.organic),
            *(context.column for context in self.context),
        )

    @property
    def channels(self) -> tuple[str, ...]:
        """Keys of all channels: paid by their spend column, then organic."""
        return (*(paid.spend for paid in self.paid_media), *(organic.column for organic in self.organic))

    @property
    def bounded_columns(self) -> tuple[str, ...]:
        """Every name that bounds can be given for: channels, baseline parts, context and one-off events."""
        events = [marked.reason for marked in self.marked if marked.treatment is Treatment.EVENT]
        context = [column.column for column in self.context]
        return tuple(dict.fromkeys((*self.channels, *self.baseline.parts, *context, *events)))

    def adstock_of(self, channel: str) -> AdstockKind:
        """Kind of adstock of one channel key, falling back to the model's."""
        for paid in self.paid_media:
            if paid.spend == channel:
                return paid.adstock or self.adstock
        for organic in self.organic:
            if organic.column == channel:
                return organic.adstock or self.adstock
        raise SettingsError(f"No channel is called {channel!r}; there are {', '.join(self.channels)}.")

    def channel_bounds(self, channel: str) -> dict[str, Interval]:
        """Bounds of every parameter of one channel: the defaults of its adstock with the user's overrides."""
        defaults = DEFAULT_BOUNDS[self.adstock_of(channel)]
        overrides = self.bounds.get(channel, {})
        return {name: overrides.get(name, interval) for name, interval in defaults.items()}


def check_train_size(interval: Interval) -> None:
    """Refuse a searched training share that can reach 1.

    At 1 there is no validation error, so that such a candidate would be compared by its training error with the validation
    error of the others.

    Raises:
        BoundsError: The high end is 1 and the low end is not.
    """
    low, high = interval
    if low < high == 1:
        raise BoundsError(
            f"The range of train_size must end below 1 when models are validated on later periods, got {low:g} to {high:g}: "
            "at 1 no period is left to validate on. Lower its high end, or switch the validation off."
        )


def check_interval(name: str, interval: Interval, limits: Interval | None) -> None:
    """Refuse a range that is upside down or reaches outside its limits.

    Raises:
        BoundsError: The parameter is unknown, ``low > high``, or an end lies outside ``limits``.
    """
    if limits is None:
        raise BoundsError(f"Unknown hyperparameter {name!r}; allowed endings are {', '.join(PARAMETER_LIMITS)}.")
    low, high = interval
    if not (limits[0] <= low <= high <= limits[1]):
        allowed = _LIMIT_WORDS.get(
            name.replace(".", "_").rsplit("_", 1)[-1], f"between {limits[0]:g} and {limits[1]:g}"
        )
        raise BoundsError(f"The range of {name} must be {allowed}, low end first; got {low:g} to {high:g}.")
