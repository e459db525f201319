"""Settings to a project file."""

from collections.abc import Sequence
from enum import StrEnum

from mmm_core.engine.project_tree import write_tree
from mmm_core.entities.findings import AppliedRepair
from mmm_core.entities.settings import (
    DEFAULT_LAMBDA_BOUNDS,
    DEFAULT_TRAIN_SIZE_BOUNDS,
    Baseline,
    Interval,
    LiftStudy,
    ModelSettings,
)
from mmm_core.entities.trials_config import TrialsConfig

_HEADER = "# MMM Studio project file: mmm-studio run this-file.yaml --data data.csv --out results/\n"


def write_project(
    settings: ModelSettings, trials: TrialsConfig, seed: int, name: str = "", repairs: Sequence[AppliedRepair] = ()
) -> str:
    """A project file that :func:`parse_project` reads back to the same values.

    Choices are written out even where they are the defaults, so that the file means the same in later versions; what was left
    empty is left out.

    Args:
        settings: Roles, window, baseline and bounds.
        trials: How to search.
        seed: Seed of the search.
        name: What the user calls it.
        repairs: What was done to the file before it was modelled.

    Returns:
        YAML.
    """
    window = settings.window
    tree: dict[str, object] = {
        "name": name,
        "date": settings.date,
        "outcome": _outcome(settings),
        "paid_media": [
            _filled({"spend": c.spend, "exposure": c.exposure, "sign": c.sign.value, "adstock": _value(c.adstock)})
            for c in settings.paid_media
        ],
        "organic": [
            _filled({"column": c.column, "sign": c.sign.value, "adstock": _value(c.adstock)}) for c in settings.organic
        ],
        "context": [{"column": c.column, "sign": c.sign.value} for c in settings.context],
        "baseline": _baseline(settings.baseline),
        "window": window and {"start": window.start, "end": window.end},
        "adstock": settings.adstock.value,
        "hyperparameters": _hyperparameters(settings),
        "one_off": [
            {"start": m.start, "end": m.end, "reason": m.reason, "treatment": m.treatment.value}
            for m in settings.marked
        ],
        "repairs": [_filled({"finding": r.finding, "column": r.column, "repair": r.repair.value}) for r in repairs],
        "calibration": [_study(study) for study in settings.calibration.studies],
        "trials": _trials(trials, seed),
    }
    return _HEADER + write_tree({key: value for key, value in tree.items() if value not in (None, [], {}, "")})


def _outcome(settings: ModelSettings) -> dict[str, object]:
    outcome = settings.outcome
    return _filled(
        {
            "column": outcome.column,
            "kind": outcome.kind.value,
            "currency": outcome.currency,
            "break_even_roas": outcome.break_even_roas,
        }
    )


def _baseline(baseline: Baseline) -> dict[str, object]:
    tree: dict[str, object] = {"trend": baseline.trend, "season": baseline.season, "weekday": baseline.weekday}
    if baseline.holidays:
        tree["holidays"] = baseline.holidays
    if baseline.calendar:
        tree["calendar"] = [{"date": day.date, "name": day.name} for day in baseline.calendar]
    if baseline.signs:
        tree["signs"] = {part: sign.value for part, sign in baseline.signs.items()}
    return tree


def _hyperparameters(settings: ModelSettings) -> dict[str, object]:
    tree: dict[str, object] = {
        column: {parameter: _range(interval) for parameter, interval in parameters.items()}
        for column, parameters in settings.bounds.items()
    }
    if settings.lambda_bounds != DEFAULT_LAMBDA_BOUNDS:
        tree["lambda"] = _range(settings.lambda_bounds)
    if settings.train_size_bounds != DEFAULT_TRAIN_SIZE_BOUNDS:
        tree["train_size"] = _range(settings.train_size_bounds)
    return tree


def _study(study: LiftStudy) -> dict[str, object]:
    return _filled(
        {
            "channels": list(study.channels),
            "start": study.start,
            "end": study.end,
            "lift": study.lift,
            "standard_error": study.standard_error,
            "spend": study.spend,
            "confidence": study.confidence,
            "scope": study.scope,
        }
    )


def _trials(trials: TrialsConfig, seed: int) -> dict[str, object]:
    weights = None if trials.objective_weights is None else dict(trials.objective_weights)
    return _filled(
        {
            "trials": trials.trials,
            "iterations": trials.iterations,
            "seed": seed,
            "algorithm": trials.algorithm,
            "timeseries_validation": trials.timeseries_validation,
            "add_penalty_factor": trials.add_penalty_factor,
            "rssd_zero_penalty": trials.rssd_zero_penalty,
            "intercept": trials.intercept,
            "intercept_sign": trials.intercept_sign,
            "objective_weights": weights,
            "cores": trials.cores,
        }
    )


def _value(kind: StrEnum | None) -> str | None:
    return None if kind is None else kind.value


def _range(interval: Interval) -> float | list[float]:
    """A range as [low, high], or the number itself where it is fixed."""
    low, high = interval
    return low if low == high else [low, high]


def _filled(tree: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in tree.items() if value is not None}
