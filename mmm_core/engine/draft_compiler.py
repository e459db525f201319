"""Turns what was typed on Configure into settings, or says everything that is missing or contradicts itself."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

from mmm_core.engine.model_draft import ColumnDraft, MarkDraft, ModelDraft
from mmm_core.entities.columns import ColumnRole, ContextColumn, OrganicMedia, Outcome, PaidMedia, Sign
from mmm_core.entities.settings import (
    Baseline,
    CalibrationInput,
    Interval,
    MarkedPeriods,
    ModelSettings,
    Window,
    check_train_size,
)
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.errors import DataError, MMMError

T = TypeVar("T")


def compile_draft(draft: ModelDraft) -> tuple[ModelSettings, TrialsConfig]:
    """Turn what was typed into settings.

    Args:
        draft: What Configure shows.

    Raises:
        DataError: Something is missing or contradicts itself; carries every reason.
    """
    problems = list(_role_problems(draft))
    marks = _marks(draft, problems)
    window = _attempt(lambda: _window(draft), problems)
    outcome = _attempt(lambda: _outcome(draft), problems)
    trials = _attempt(lambda: _trials(draft), problems)
    if draft.timeseries_validation:
        _attempt(lambda: check_train_size(draft.train_size_bounds), problems)
    if problems or outcome is None or trials is None:
        raise DataError(problems)

    def settings() -> ModelSettings:
        roles = ModelSettings(
            date=draft.with_role(ColumnRole.DATE)[0].column,
            outcome=outcome,
            paid_media=_paid_media(draft),
            organic=_organic(draft),
            context=tuple(ContextColumn(column=c.column, sign=c.sign) for c in draft.with_role(ColumnRole.CONTEXT)),
            baseline=_baseline(draft),
            window=window,
            adstock=draft.adstock,
            lambda_bounds=draft.lambda_bounds,
            train_size_bounds=draft.train_size_bounds,
            marked=marks,
            calibration=_calibration(draft),
        )
        return replace(roles, bounds=_bounds_that_apply(draft, roles))

    compiled = _attempt(settings, problems)
    if compiled is None:
        raise DataError(problems)
    return compiled, trials


def _role_problems(draft: ModelDraft) -> Iterator[str]:
    for role, missing in (
        (ColumnRole.DATE, "No column is the date: give the column with days, weeks or months the role date."),
        (ColumnRole.OUTCOME, "No column is the outcome: give the column with sales or conversions the role outcome."),
    ):
        chosen = draft.with_role(role)
        if not chosen:
            yield missing
        elif len(chosen) > 1:
            names = ", ".join(repr(column.column) for column in chosen)
            yield f"Only one column can be the {role.value}; {names} are. Set the others to ignore."
    spends = [column.column for column in draft.with_role(ColumnRole.PAID_SPEND)]
    if not spends:
        yield "No column is paid media: give at least one spend column the role paid spend."
    paired: dict[str, str] = {}
    for exposure in draft.with_role(ColumnRole.EXPOSURE):
        spend = exposure.pairs_with
        if not spend:
            yield f"Exposure {exposure.column!r} belongs to no spend: choose one under 'pairs with', or ignore it."
        elif spend not in spends:
            yield f"Exposure {exposure.column!r} is paired with {spend!r}, which is no paid spend. Choose another one."
        elif spend in paired:
            yield f"{paired[spend]!r} and {exposure.column!r} are both paired with {spend!r}; only one can be. Ignore one."
        else:
            paired[spend] = exposure.column


def _attempt(make: Callable[[], T], problems: list[str]) -> T | None:
    try:
        return make()
    except MMMError as error:
        problems.append(str(error))
        return None


def _marks(draft: ModelDraft, problems: list[str]) -> tuple[MarkedPeriods, ...]:
    made = []
    for line in draft.marks:
        try:
            made.append(_mark(line))
        except MMMError as error:
            problems.append(str(error))
    return tuple(mark for mark in made if mark is not None)


def _mark(line: MarkDraft) -> MarkedPeriods | None:
    start = line.start or line.end
    if start is None:
        if not line.reason.strip():
            return None
        raise DataError(f"The one-off period {line.reason!r} has no date: give its first day, or remove the line.")
    return MarkedPeriods(start=start, end=line.end or start, reason=line.reason.strip(), treatment=line.treatment)


def _window(draft: ModelDraft) -> Window | None:
    if draft.window_start is None and draft.window_end is None:
        return None
    if draft.window_start is None or draft.window_end is None:
        raise DataError("The window has only one end: give its first and its last day, or neither to use all periods.")
    return Window(start=draft.window_start, end=draft.window_end)


def _outcome(draft: ModelDraft) -> Outcome | None:
    chosen = draft.with_role(ColumnRole.OUTCOME)
    if len(chosen) != 1:
        return None
    return Outcome(
        column=chosen[0].column,
        kind=draft.outcome_kind,
        currency=draft.currency,
        break_even_roas=break_even_of(draft),
    )


def complete_marks(draft: ModelDraft) -> tuple[MarkedPeriods, ...]:
    """The one-off periods that are complete; unfinished lines are left out."""
    return _marks(draft, [])


def break_even_of(draft: ModelDraft) -> float | None:
    """Outcome per unit of spend at which a channel pays for itself; None when unknown.

    Given, or 1 / margin, or for conversions 1 / what one is worth.

    Raises:
        DataError: The margin is not above 0 and at most 1, or a conversion is worth nothing.
    """
    if draft.break_even_kind == "roas":
        return draft.break_even_roas
    if draft.break_even_kind == "margin":
        if not 0 < draft.margin <= 1:
            raise DataError(f"The margin must be above 0% and at most 100%, got {draft.margin:.0%}.")
        return 1 / draft.margin
    if draft.break_even_kind == "value":
        if not draft.conversion_value > 0:
            raise DataError(f"What one conversion is worth must be above 0, got {draft.conversion_value:g}.")
        return 1 / draft.conversion_value
    return None


def _media_sign(column: ColumnDraft) -> Sign:
    return Sign.POSITIVE if column.sign is Sign.DEFAULT else column.sign


def _bounds_that_apply(draft: ModelDraft, roles: ModelSettings) -> dict[str, dict[str, Interval]]:
    """The bounds of columns that are in the model; one that is no channel any more keeps its penalty only."""
    bounds = {
        column: {name: interval for name, interval in given.items() if column in roles.channels or name == "penalty"}
        for column, given in draft.bounds.items()
        if column in roles.bounded_columns
    }
    return {column: given for column, given in bounds.items() if given}


def _calibration(draft: ModelDraft) -> CalibrationInput:
    return CalibrationInput(studies=tuple(study for study in draft.studies if study not in draft.studies_set_aside))


def _organic(draft: ModelDraft) -> tuple[OrganicMedia, ...]:
    return tuple(
        OrganicMedia(column=column.column, sign=_media_sign(column), adstock=column.adstock)
        for column in draft.with_role(ColumnRole.ORGANIC)
    )


def _paid_media(draft: ModelDraft) -> tuple[PaidMedia, ...]:
    exposures = {column.pairs_with: column.column for column in draft.with_role(ColumnRole.EXPOSURE)}
    return tuple(
        PaidMedia(
            spend=column.column,
            exposure=exposures.get(column.column),
            sign=_media_sign(column),
            adstock=column.adstock,
        )
        for column in draft.with_role(ColumnRole.PAID_SPEND)
    )


def _baseline(draft: ModelDraft) -> Baseline:
    return Baseline(
        trend=draft.trend,
        season=draft.season,
        weekday=draft.weekday,
        holidays=None if draft.own_calendar else draft.holidays or None,
        calendar=draft.calendar if draft.own_calendar else (),
        signs=draft.signs,
    )


def _objective_weights(draft: ModelDraft) -> dict[str, float] | None:
    """None where those that count are equal; the weight of lift studies is written only where it is not the default."""
    fit, plausibility, calibration = draft.fit_weight, draft.plausibility_weight, draft.calibration_weight
    counting = {fit, plausibility, calibration} if draft.studies else {fit, plausibility}
    if len(counting) == 1:
        return None
    return {"nrmse": fit, "decomp_rssd": plausibility} | ({"mape": calibration} if calibration != 1.0 else {})


def _trials(draft: ModelDraft) -> TrialsConfig:
    return TrialsConfig(
        trials=draft.trials,
        iterations=draft.iterations,
        algorithm=draft.algorithm,
        timeseries_validation=draft.timeseries_validation,
        add_penalty_factor=draft.add_penalty_factor,
        rssd_zero_penalty=draft.rssd_zero_penalty,
        intercept=draft.intercept,
        intercept_sign=draft.intercept_sign,
        objective_weights=_objective_weights(draft),
        cores=draft.cores or None,
    )
