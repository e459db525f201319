"""A draft as JSON values and back: what is kept while somebody is still typing."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import TypeVar, cast

from mmm_core.engine.model_draft import ColumnDraft, MarkDraft, ModelDraft
from mmm_core.entities.columns import AdstockKind, ColumnRole, OutcomeKind, Sign
from mmm_core.entities.settings import Holiday, Interval, LiftStudy, Treatment

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

_OWN_FORM = ("columns", "marks", "calendar", "signs", "bounds", "studies")


def draft_to_json(draft: ModelDraft) -> dict[str, object]:
    """Plain JSON values of a draft.

    Args:
        draft: What Configure shows.
    """
    plain = {f.name: _plain(getattr(draft, f.name)) for f in dataclasses.fields(draft) if f.name not in _OWN_FORM}
    return plain | {
        "columns": [_record(column) for column in draft.columns],
        "marks": [_record(mark) for mark in draft.marks],
        "calendar": [_record(day) for day in draft.calendar],
        "studies": [_record(study) for study in draft.studies],
        "signs": {part: sign.value for part, sign in draft.signs.items()},
        "bounds": {name: {p: list(pair) for p, pair in given.items()} for name, given in draft.bounds.items()},
    }


def draft_from_json(values: Mapping[str, object], start: ModelDraft) -> ModelDraft:
    """Read a draft back; what is missing, unknown or unreadable keeps the value of ``start``.

    Args:
        values: What :func:`draft_to_json` answered, of this or an earlier version.
        start: What Configure would show without it; also fixes which columns there are.
    """
    readers: dict[str, Callable[[object], object]] = {
        "columns": lambda raw: _columns(raw, start),
        "marks": lambda raw: tuple(_mark_from(line) for line in _lines(raw)),
        "calendar": lambda raw: tuple(
            Holiday(date=dt.date.fromisoformat(str(line["date"])), name=str(line["name"])) for line in _lines(raw)
        ),
        "studies": lambda raw: tuple(_study_from(line) for line in _lines(raw)),
        "signs": lambda raw: {str(part): Sign(str(sign)) for part, sign in _mapping(raw).items()},
        "bounds": _bounds,
        "outcome_kind": lambda raw: OutcomeKind(str(raw)),
        "adstock": lambda raw: AdstockKind(str(raw)),
        "window_start": _date,
        "window_end": _date,
        "lambda_bounds": _interval,
        "train_size_bounds": _interval,
    }
    read: dict[str, object] = {}
    for field in dataclasses.fields(start):
        if field.name not in values:
            continue
        reader = readers.get(field.name, _like(getattr(start, field.name)))
        try:
            read[field.name] = reader(values[field.name])
        except (ValueError, TypeError, KeyError):
            continue  # an older or damaged draft: what Configure would show anyway is better than refusing all of it
    return dataclasses.replace(start, **read)  # type: ignore[arg-type]


def _plain(value: object) -> object:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    return list(value) if isinstance(value, tuple) else value


def _record(item: ColumnDraft | MarkDraft | Holiday | LiftStudy) -> dict[str, object]:
    return {field.name: _plain(getattr(item, field.name)) for field in dataclasses.fields(item)}


def _lines(raw: object) -> list[Mapping[str, object]]:
    if not isinstance(raw, Sequence):
        raise TypeError("a list of lines is expected")
    return [_mapping(line) for line in raw]


def _mapping(raw: object) -> Mapping[str, object]:
    if not isinstance(raw, Mapping):
        raise TypeError("a mapping is expected")
    return cast("Mapping[str, object]", raw)


def _columns(raw: object, start: ModelDraft) -> tuple[ColumnDraft, ...]:
    saved = {str(line["column"]): line for line in _lines(raw)}
    return tuple(_column_from(saved[c.column]) if c.column in saved else c for c in start.columns)


def _column_from(line: Mapping[str, object]) -> ColumnDraft:
    adstock, pairs_with = line.get("adstock"), line.get("pairs_with")
    return ColumnDraft(
        column=str(line["column"]),
        role=ColumnRole(str(line["role"])),
        pairs_with=str(pairs_with) if pairs_with else None,
        sign=Sign(str(line.get("sign", Sign.DEFAULT))),
        adstock=AdstockKind(str(adstock)) if adstock else None,
    )


def _mark_from(line: Mapping[str, object]) -> MarkDraft:
    return MarkDraft(
        start=_date(line.get("start")),
        end=_date(line.get("end")),
        reason=str(line.get("reason") or ""),
        treatment=Treatment(str(line.get("treatment", Treatment.EVENT))),
    )


def _study_from(line: Mapping[str, object]) -> LiftStudy:
    channels = line["channels"]
    if not isinstance(channels, Sequence) or isinstance(channels, str):
        raise TypeError("a list of channels is expected")
    return LiftStudy(
        channels=tuple(map(str, channels)),
        start=dt.date.fromisoformat(str(line["start"])),
        end=dt.date.fromisoformat(str(line["end"])),
        lift=float(str(line["lift"])),
        standard_error=_number(line.get("standard_error")),
        spend=_number(line.get("spend")),
        confidence=_number(line.get("confidence")),
        scope=str(line["scope"]),
    )


def _number(raw: object) -> float | None:
    return None if raw is None else float(str(raw))


def _date(raw: object) -> dt.date | None:
    return dt.date.fromisoformat(str(raw)) if raw else None


def _interval(raw: object) -> Interval:
    if not isinstance(raw, Sequence) or len(raw) != 2:
        raise TypeError("two numbers are expected")
    return float(raw[0]), float(raw[1])


def _bounds(raw: object) -> dict[str, dict[str, Interval]]:
    return {
        str(name): {str(parameter): _interval(pair) for parameter, pair in _mapping(given).items()}
        for name, given in _mapping(raw).items()
    }


def _like(example: object) -> Callable[[object], object]:
    """A reader for a plain field: the same type as its current value."""

    def read(raw: object) -> object:
        if isinstance(example, float) and isinstance(raw, int | float) and not isinstance(raw, bool):
            return float(raw)
        if type(raw) is not type(example):
            raise TypeError(f"expected {type(example).__name__}")
        return raw

    return read
