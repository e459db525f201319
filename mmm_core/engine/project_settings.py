"""The part of a project file that becomes ``ModelSettings``: roles, baseline, window, bounds, one-off periods, lift studies."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import partial

from mmm_core.engine.holiday_calendar import require_country
from mmm_core.engine.project_reading import Section
from mmm_core.entities.columns import AdstockKind, ContextColumn, OrganicMedia, Outcome, OutcomeKind, PaidMedia, Sign
from mmm_core.entities.settings import (
    BASELINE_PARTS,
    DEFAULT_LAMBDA_BOUNDS,
    DEFAULT_TRAIN_SIZE_BOUNDS,
    PARAMETER_LIMITS,
    SCOPES,
    Baseline,
    CalibrationInput,
    Holiday,
    Interval,
    LiftStudy,
    MarkedPeriods,
    ModelSettings,
    Treatment,
    Window,
    check_interval,
)
from mmm_core.errors import MMMError, SettingsError

TOP_KEYS = (
    *(
        "name",
        "date",
        "outcome",
        "paid_media",
        "organic",
        "context",
        "baseline",
        "window",
        "adstock",
        "hyperparameters",
    ),
    *("one_off", "calibration", "repairs", "trials"),
)
_OUTCOME_KEYS = tuple(field.name for field in fields(Outcome))
_PAID_KEYS = tuple(field.name for field in fields(PaidMedia))
_ORGANIC_KEYS = tuple(field.name for field in fields(OrganicMedia))
_CONTEXT_KEYS = tuple(field.name for field in fields(ContextColumn))
_BASELINE_KEYS = tuple(field.name for field in fields(Baseline))
_STUDY_KEYS = tuple(field.name for field in fields(LiftStudy))
_WHOLE_MODEL = ("lambda", "train_size")
_A_COLUMN = "the name of a column"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Roles:
    """The columns of a model, before its bounds are read."""

    paid_media: tuple[PaidMedia, ...]
    organic: tuple[OrganicMedia, ...]
    context: tuple[ContextColumn, ...]
    baseline: Baseline
    marked: tuple[MarkedPeriods, ...]
    adstock: AdstockKind

    @property
    def channels(self) -> tuple[str, ...]:
        """Keys of all channels."""
        return (*(paid.spend for paid in self.paid_media), *(organic.column for organic in self.organic))

    @property
    def others(self) -> tuple[str, ...]:
        """Names that take a penalty only."""
        events = [marked.reason for marked in self.marked if marked.treatment is Treatment.EVENT]
        return (*self.baseline.parts, *(context.column for context in self.context), *events)


def read_settings(top: Section) -> ModelSettings | None:
    """Settings of a whole file; None when there are problems, which are then in ``top.problems``."""
    n_before = len(top.problems)
    top.require("date", "the name of the date column")
    date = top.text("date", allowed=_A_COLUMN)
    outcome = _read_outcome(top)
    roles = _Roles(
        paid_media=tuple(_read_paid_media(top)),
        organic=tuple(_read_organic(top)),
        context=tuple(_read_context(top)),
        baseline=_read_baseline(top),
        marked=tuple(_read_one_off(top)),
        adstock=top.choice("adstock", AdstockKind, AdstockKind.GEOMETRIC),
    )
    window = _read_window(top)
    studies = tuple(_read_studies(top))
    space = top.section("hyperparameters", (*roles.channels, *roles.others, *_WHOLE_MODEL))
    bounds = {name: dict(_read_bounds(space, name, roles)) for name in space.values if name not in _WHOLE_MODEL}
    lambda_bounds, train_size_bounds = (_read_range(space, name, name) for name in _WHOLE_MODEL)
    if len(top.problems) > n_before or outcome is None:
        return None
    return top.build(
        lambda: ModelSettings(
            date=date,
            outcome=outcome,
            paid_media=roles.paid_media,
            organic=roles.organic,
            context=roles.context,
            baseline=roles.baseline,
            window=window,
            adstock=roles.adstock,
            bounds=bounds,
            lambda_bounds=lambda_bounds or DEFAULT_LAMBDA_BOUNDS,
            train_size_bounds=train_size_bounds or DEFAULT_TRAIN_SIZE_BOUNDS,
            marked=roles.marked,
            calibration=CalibrationInput(studies=studies),
        )
    )


def _read_outcome(top: Section) -> Outcome | None:
    if not top.require("outcome", "the column with sales or conversions, such as {column: revenue}"):
        return None
    if isinstance(top.values["outcome"], str):
        return Outcome(column=top.text("outcome", allowed=_A_COLUMN))
    outcome = top.section("outcome", _OUTCOME_KEYS)
    column = _read_column(outcome, "column")
    kind = outcome.choice("kind", OutcomeKind, OutcomeKind.REVENUE)
    currency = outcome.text("currency", "EUR")
    break_even_roas = outcome.number("break_even_roas")
    return outcome.build(lambda: Outcome(column=column, kind=kind, currency=currency, break_even_roas=break_even_roas))


def _read_paid_media(top: Section) -> Iterator[PaidMedia]:
    if not top.require("paid_media", "at least one channel, such as [{spend: tv_spend}]"):
        return
    if top.values["paid_media"] == []:
        top.refuse("paid_media", "a list with at least one channel")
    for entry in _columns(top, "paid_media", "spend", _PAID_KEYS):
        yield PaidMedia(
            spend=_read_column(entry, "spend"),
            exposure=entry.text("exposure", allowed=_A_COLUMN) or None,
            sign=entry.choice("sign", Sign, Sign.POSITIVE),
            adstock=entry.optional_choice("adstock", AdstockKind),
        )


def _read_organic(top: Section) -> Iterator[OrganicMedia]:
    for entry in _columns(top, "organic", "column", _ORGANIC_KEYS):
        yield OrganicMedia(
            column=_read_column(entry, "column"),
            sign=entry.choice("sign", Sign, Sign.POSITIVE),
            adstock=entry.optional_choice("adstock", AdstockKind),
        )


def _read_context(top: Section) -> Iterator[ContextColumn]:
    for entry in _columns(top, "context", "column", _CONTEXT_KEYS):
        yield ContextColumn(column=_read_column(entry, "column"), sign=entry.choice("sign", Sign, Sign.DEFAULT))


def _columns(top: Section, key: str, name_key: str, allowed: tuple[str, ...]) -> Iterator[Section]:
    """Entries of a list of columns, each a plain name or a mapping."""
    for path, entry in top.entries(key):
        yield Section({name_key: entry} if isinstance(entry, str) else entry, path, top.problems, allowed)


def _read_column(section: Section, key: str) -> str:
    section.require(key, _A_COLUMN)
    return section.text(key, allowed=_A_COLUMN)


def _read_baseline(top: Section) -> Baseline:
    section = top.section("baseline", _BASELINE_KEYS)
    calendar = tuple(_read_calendar(section))
    signs = section.section("signs", BASELINE_PARTS)
    baseline = section.build(
        lambda: Baseline(
            trend=section.flag("trend", True),
            season=section.flag("season", True),
            weekday=section.flag("weekday", False),
            holidays=_read_country(section),
            calendar=calendar,
            signs={part: signs.choice(part, Sign, Sign.DEFAULT) for part in signs.values},
        )
    )
    return baseline or Baseline()


def _read_country(section: Section) -> str | None:
    country = (
        None
        if section.values.get("holidays") is False
        else section.text("holidays", allowed="a country code such as US")
    )
    if not country:
        return None
    try:
        require_country(country)
    except SettingsError as error:
        section.problems.append(f"{section.where('holidays')}: {error}")
    return country


def _read_calendar(section: Section) -> Iterator[Holiday]:
    for path, entry in section.entries("calendar"):
        day = Section(entry, path, section.problems, ("date", "name"))
        day.require("date", "a day such as 2024-12-31")
        day.require("name", "what the day is called")
        name, date = day.text("name"), day.day("date")
        if date is not None:
            yield Holiday(date=date, name=name)


def _read_window(top: Section) -> Window | None:
    if not top.has("window"):
        return None
    window = top.section("window", ("start", "end"))
    window.require("start", "the first day to model")
    window.require("end", "the last day to model")
    start, end = window.day("start"), window.day("end")
    return None if start is None or end is None else window.build(lambda: Window(start=start, end=end))


def _read_one_off(top: Section) -> Iterator[MarkedPeriods]:
    for path, entry in top.entries("one_off"):
        marked = Section(entry, path, top.problems, tuple(field.name for field in fields(MarkedPeriods)))
        marked.require("start", "the first day of the one-off periods")
        marked.require("reason", "why these periods are marked")
        start, reason = marked.day("start"), marked.text("reason")
        end = marked.day("end") or start
        treatment = marked.choice("treatment", Treatment, Treatment.EVENT)
        if start is None or end is None or not reason:
            continue
        made = marked.build(partial(MarkedPeriods, start=start, end=end, reason=reason, treatment=treatment))
        if made is not None:
            yield made


def _read_studies(top: Section) -> Iterator[LiftStudy]:
    for path, entry in top.entries("calibration"):
        study = _read_study(Section(entry, path, top.problems, _STUDY_KEYS))
        if study is not None:
            yield study


def _read_study(study: Section) -> LiftStudy | None:
    for key, meaning in (
        ("channels", "the channels the experiment changed, such as [tv_spend]"),
        ("start", "the first day of the experiment"),
        ("end", "the last day of the experiment"),
        ("lift", "the outcome the channels brought"),
    ):
        study.require(key, meaning)
    channels = tuple(_read_name(study, path, entry) for path, entry in study.entries("channels"))
    start, end, lift = study.day("start"), study.day("end"), study.number("lift")
    standard_error, spend, confidence = (study.number(key) for key in ("standard_error", "spend", "confidence"))
    scope = study.word("scope", SCOPES, "total")
    if start is None or end is None or lift is None:
        return None
    return study.build(
        lambda: LiftStudy(
            channels=channels,
            start=start,
            end=end,
            lift=lift,
            standard_error=standard_error,
            spend=spend,
            confidence=confidence,
            scope=scope,
        )
    )


def _read_name(study: Section, path: str, entry: object) -> str:
    return Section({"channel": entry}, path, study.problems, ("channel",)).text("channel", allowed=_A_COLUMN)


def _read_bounds(space: Section, name: str, roles: _Roles) -> Iterator[tuple[str, Interval]]:
    """Ranges of one column: any parameter for a channel, the penalty alone for anything else."""
    allowed = tuple(PARAMETER_LIMITS) if name in roles.channels else ("penalty",)
    column = Section(space.values[name], space.where(name), space.problems, allowed)
    for parameter in column.values:
        interval = _read_range(column, parameter, parameter)
        if interval is not None:
            yield parameter, interval


def _read_range(section: Section, key: str, parameter: str) -> Interval | None:
    interval = section.interval(key)
    if interval is None:
        return None
    limits = {"lambda": (0.0, 1.0), "train_size": (0.1, 1.0), **PARAMETER_LIMITS}[parameter]
    try:
        check_interval(section.where(key), interval, limits)
    except MMMError as error:
        section.problems.append(str(error))
    return interval
