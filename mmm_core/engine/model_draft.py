"""What somebody typed on Configure, complete or not: plain values that survive a refresh and become settings when they fit."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from mmm_core.engine.ingest import suggested_settings
from mmm_core.entities.columns import AdstockKind, ColumnRole, Outcome, OutcomeKind, Sign
from mmm_core.entities.findings import IngestResult, RoleSuggestion
from mmm_core.entities.settings import DEFAULT_BOUNDS, Holiday, Interval, LiftStudy, ModelSettings, Treatment
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.errors import MMMError

BREAK_EVEN_KINDS = ("none", "roas", "margin", "value")


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnDraft:
    """One line of the roles table; ``adstock`` None means the model's."""

    column: str
    role: ColumnRole = ColumnRole.IGNORE
    pairs_with: str | None = None
    sign: Sign = Sign.DEFAULT
    adstock: AdstockKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkDraft:
    """One line of the table of one-off periods; every cell may still be empty."""

    start: dt.date | None = None
    end: dt.date | None = None
    reason: str = ""
    treatment: Treatment = Treatment.EVENT


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDraft:
    """Everything on Configure. Every field is what its control shows, also when it contradicts another one.

    Attributes:
        columns: Roles, in the order of the file.
        name: Of the project.
        break_even_kind: Which number counts: "none"; for revenue "roas" or "margin"; for conversions "value".
        margin: Profit per unit of outcome before media, as a share 0..1.
        conversion_value: What one conversion is worth, currency.
        own_calendar: Whether ``calendar`` is used instead of the public holidays.
        window_start: None means the first row.
        window_end: None means the last row.
        bounds: Overrides by channel and parameter.
        cores: 0 means all.
        studies: Lift studies, which no control shows; also those of channels that are not in the model now.
        Other fields: as in ``ModelSettings`` and ``TrialsConfig``.
    """

    columns: tuple[ColumnDraft, ...]
    name: str = ""
    outcome_kind: OutcomeKind = OutcomeKind.REVENUE
    currency: str = "EUR"
    break_even_kind: str = "none"
    break_even_roas: float = 1.0
    margin: float = 0.4
    conversion_value: float = 50.0
    trend: bool = True
    season: bool = True
    weekday: bool = False
    holidays: str = ""
    own_calendar: bool = False
    calendar: tuple[Holiday, ...] = ()
    signs: Mapping[str, Sign] = field(default_factory=dict)
    window_start: dt.date | None = None
    window_end: dt.date | None = None
    marks: tuple[MarkDraft, ...] = ()
    adstock: AdstockKind = AdstockKind.GEOMETRIC
    bounds: Mapping[str, Mapping[str, Interval]] = field(default_factory=dict)
    lambda_bounds: Interval = (0.0, 1.0)
    train_size_bounds: Interval = (0.5, 0.8)
    trials: int = 5
    iterations: int = 2000
    algorithm: str = TrialsConfig().algorithm
    seed: int = 123
    cores: int = 0
    fit_weight: float = 1.0
    plausibility_weight: float = 1.0
    calibration_weight: float = 1.0
    timeseries_validation: bool = False
    add_penalty_factor: bool = False
    rssd_zero_penalty: bool = True
    intercept: bool = True
    intercept_sign: str = "non_negative"
    studies: tuple[LiftStudy, ...] = ()

    def with_role(self, role: ColumnRole) -> tuple[ColumnDraft, ...]:
        """The columns of one role."""
        return tuple(column for column in self.columns if column.role is role)

    def adstock_of(self, channel: str) -> AdstockKind:
        """Kind of adstock of one channel, falling back to the model's."""
        own = next((column.adstock for column in self.columns if column.column == channel), None)
        return own or self.adstock

    @property
    def channels(self) -> tuple[str, ...]:
        """Keys of all channels: paid by their spend column, then organic."""
        both = (*self.with_role(ColumnRole.PAID_SPEND), *self.with_role(ColumnRole.ORGANIC))
        return tuple(column.column for column in both)

    @property
    def studies_set_aside(self) -> tuple[LiftStudy, ...]:
        """Lift studies of a channel that is not in the model now: kept, but no part of its settings."""
        return tuple(study for study in self.studies if not set(study.channels) <= set(self.channels))

    def channel_bounds(self, channel: str) -> dict[str, Interval]:
        """Bounds of every parameter of one channel: the defaults of its adstock with the overrides."""
        overrides = self.bounds.get(channel, {})
        return {name: overrides.get(name, usual) for name, usual in DEFAULT_BOUNDS[self.adstock_of(channel)].items()}


def draft_from_suggestions(result: IngestResult, *, name: str = "") -> ModelDraft:
    """What Configure shows first: the suggested roles, and what follows from them.

    Args:
        result: An upload.
        name: Of the project.
    """
    columns = tuple(_column_from(suggestion) for suggestion in result.suggestions)
    try:
        settings = suggested_settings(result)
    except MMMError:  # a date, an outcome or spend is missing: the page says so beside the empty roles
        return ModelDraft(columns=columns, name=name)
    draft = draft_from_settings(settings, TrialsConfig(), 123, [c.column for c in columns], name=name)
    return replace(draft, columns=columns)


def draft_from_settings(
    settings: ModelSettings, trials: TrialsConfig, seed: int, columns: Sequence[str], *, name: str = ""
) -> ModelDraft:
    """Show saved settings again.

    Args:
        settings: Of a project file.
        trials: Of the same file.
        seed: Of the same file.
        columns: Columns of the table; those without a role are shown as ignored.
        name: Of the project.
    """
    weights = trials.objective_weights or {}
    roles = _roles_of(settings)
    everything = [*columns, *(column for column in roles if column not in columns)]
    baseline = settings.baseline
    window = settings.window
    even = settings.outcome.break_even_roas or 1.0
    return ModelDraft(
        columns=tuple(roles.get(column, ColumnDraft(column=column)) for column in everything),
        name=name,
        outcome_kind=settings.outcome.kind,
        currency=settings.outcome.currency,
        break_even_kind=_break_even_kind(settings.outcome),
        break_even_roas=even,
        conversion_value=1 / even,
        trend=baseline.trend,
        season=baseline.season,
        weekday=baseline.weekday,
        holidays=baseline.holidays or "",
        own_calendar=bool(baseline.calendar),
        calendar=baseline.calendar,
        signs=dict(baseline.signs),
        window_start=window.start if window else None,
        window_end=window.end if window else None,
        marks=tuple(
            MarkDraft(start=m.start, end=m.end, reason=m.reason, treatment=m.treatment) for m in settings.marked
        ),
        adstock=settings.adstock,
        bounds={channel: dict(parameters) for channel, parameters in settings.bounds.items()},
        lambda_bounds=settings.lambda_bounds,
        train_size_bounds=settings.train_size_bounds,
        trials=trials.trials,
        iterations=trials.iterations,
        algorithm=trials.algorithm,
        seed=seed,
        cores=trials.cores or 0,
        fit_weight=float(weights.get("nrmse", 1.0)),
        plausibility_weight=float(weights.get("decomp_rssd", 1.0)),
        calibration_weight=float(weights.get("mape", 1.0)),
        timeseries_validation=trials.timeseries_validation,
        add_penalty_factor=trials.add_penalty_factor,
        rssd_zero_penalty=trials.rssd_zero_penalty,
        intercept=trials.intercept,
        intercept_sign=trials.intercept_sign,
        studies=settings.calibration.studies,
    )


def channels_by_spend(draft: ModelDraft, table: pd.DataFrame) -> tuple[str, ...]:
    """Channel keys in the order of the colours: paid by total spend, highest first, then organic.

    Args:
        draft: What Configure shows.
        table: The upload; a column that is missing or holds text counts as no spend.
    """
    numbers = table.select_dtypes("number").sum()
    paid = [column.column for column in draft.with_role(ColumnRole.PAID_SPEND)]
    ranked = sorted(paid, key=lambda name: -float(numbers.get(name, 0.0)))
    return (*ranked, *(column.column for column in draft.with_role(ColumnRole.ORGANIC)))


def _column_from(suggestion: RoleSuggestion) -> ColumnDraft:
    return ColumnDraft(
        column=suggestion.column, role=suggestion.role, pairs_with=suggestion.pairs_with, sign=suggestion.sign
    )


def _roles_of(settings: ModelSettings) -> dict[str, ColumnDraft]:
    lines = [
        ColumnDraft(column=settings.date, role=ColumnRole.DATE),
        ColumnDraft(column=settings.outcome.column, role=ColumnRole.OUTCOME),
    ]
    for paid in settings.paid_media:
        sign = _shown_sign(paid.sign)
        lines.append(ColumnDraft(column=paid.spend, role=ColumnRole.PAID_SPEND, sign=sign, adstock=paid.adstock))
        if paid.exposure:
            lines.append(ColumnDraft(column=paid.exposure, role=ColumnRole.EXPOSURE, pairs_with=paid.spend))
    for organic in settings.organic:
        lines.append(
            ColumnDraft(
                column=organic.column,
                role=ColumnRole.ORGANIC,
                sign=_shown_sign(organic.sign),
                adstock=organic.adstock,
            )
        )
    lines += [ColumnDraft(column=c.column, role=ColumnRole.CONTEXT, sign=c.sign) for c in settings.context]
    return {line.column: line for line in lines}


def _break_even_kind(outcome: Outcome) -> str:
    if outcome.break_even_roas is None:
        return "none"
    return "value" if outcome.kind is OutcomeKind.CONVERSION else "roas"


def _shown_sign(sign: Sign) -> Sign:
    """Media are positive unless said otherwise, so that is shown as the usual: a change of role leaves nothing behind."""
    return Sign.DEFAULT if sign is Sign.POSITIVE else sign
