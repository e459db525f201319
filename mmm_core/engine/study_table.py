"""Lift studies as people type them: tolerant reading, and every finding with the line it is about."""

import datetime as dt
import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import NamedTuple

import pandas as pd

from mmm_core.engine.cell_parsing import DecimalMark, parse_number, vote_decimal_mark
from mmm_core.engine.date_parsing import DateStyle, read_dates
from mmm_core.entities.calibration_checks import notes_of, overlap_of, problems_of
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.naming import display_names
from mmm_core.entities.settings import SCOPES, LiftStudy
from mmm_core.errors import MMMError

AMOUNTS = ("lift", "standard_error", "spend", "confidence")
"""Cells of a line that hold a number."""

_WHOLE_DAYS = {
    DateStyle.YEAR_FIRST,
    DateStyle.DAY_FIRST,
    DateStyle.MONTH_FIRST,
    DateStyle.NAMED_MONTH,
    DateStyle.SERIAL,
}
_LIKE_THOUSANDS = re.compile(r"-?\d{1,3}\.\d{3}")
_BETWEEN_CHANNELS = re.compile(r"\s*[+;|,]\s*")
_WHAT = {
    "lift": ("lift", "the outcome the channels brought, such as 250000 or 250k"),
    "standard_error": ("standard error", "a number above 0 such as 60000, or a share of the lift such as 25%"),
    "spend": ("spend", "a number of at least 0 such as 180000"),
    "confidence": ("confidence", "a share within 0 and 1 or a percentage, such as 0.9 or 90%"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyLine:
    """One line of the table as it was typed.

    Attributes:
        channels: Keys or readable names of channels.
        start: First day, as text.
        end: Last day.
        lift: Outcome the channels brought in these days.
        standard_error: Of the lift; "10%" is a share of it.
        spend: Of the channels in these days.
        confidence: 0 to 1, or in percent.
        scope: "total" or "immediate".
    """

    channels: tuple[str, ...] = ()
    start: str = ""
    end: str = ""
    lift: str = ""
    standard_error: str = ""
    spend: str = ""
    confidence: str = ""
    scope: str = "total"

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed."""
        return not (self.channels or self.start or self.end or any(getattr(self, name) for name in AMOUNTS))


class LineFinding(NamedTuple):
    """Something about one line: a problem keeps the study from being used, a note does not."""

    line: int
    sentence: str
    is_problem: bool


class CheckedLines(NamedTuple):
    """Lines, read.

    Attributes:
        studies: One per line; None where it is empty or has a problem.
        findings: Of all lines, in their order.
    """

    studies: tuple[LiftStudy | None, ...]
    findings: tuple[LineFinding, ...]

    @property
    def usable(self) -> tuple[LiftStudy, ...]:
        """The studies of all lines that can be used."""
        return tuple(study for study in self.studies if study is not None)


def line_of(study: LiftStudy) -> StudyLine:
    """A study as a line; reading it back gives the same study."""

    def said(value: float | None) -> str:
        return "" if value is None else plain_number(value)

    return StudyLine(
        channels=study.channels,
        start=study.start.isoformat(),
        end=study.end.isoformat(),
        lift=said(study.lift),
        standard_error=said(study.standard_error),
        spend=said(study.spend),
        confidence=said(study.confidence),
        scope=study.scope,
    )


def plain_number(value: float) -> str:
    """All digits, a decimal point and no thousands; 1.125 is written 1.1250, which no neighbour makes a thousand and more."""
    text = repr(float(value)).removesuffix(".0")
    return f"{text}0" if _LIKE_THOUSANDS.fullmatch(text) else text


def check_lines(lines: Sequence[StudyLine], data: MMMDataCollection) -> CheckedLines:
    """Read lines and check them against each other and the data; what is wrong with one keeps no other from being used.

    Of two studies that overlap, and of two that are the same, the first counts.

    Args:
        lines: As they were typed.
        data: Table, roles and modelled periods; its own studies do not matter.
    """
    reader = _Reader(lines, data)
    studies: list[LiftStudy | None] = []
    findings: list[LineFinding] = []
    for number, line in enumerate(lines):
        problems: list[str] = []
        study = None if line.is_empty else reader.read(line, problems)
        if study is not None:
            problems += problems_of(data.dates, study)
            findings += [LineFinding(number, note, False) for note in _notes(data, study)]
        findings += [LineFinding(number, problem, True) for problem in problems]
        studies.append(None if problems else study)
    _drop_overlaps(studies, findings)
    return CheckedLines(tuple(studies), tuple(sorted(findings, key=lambda one: (one.line, not one.is_problem))))


def _notes(data: MMMDataCollection, study: LiftStudy) -> Iterator[str]:
    if not any(problems_of(data.dates, study)):
        yield from notes_of(data.table, data.settings, data.rows, study)


def _drop_overlaps(studies: list[LiftStudy | None], findings: list[LineFinding]) -> None:
    """Take out what overlaps with an earlier line; compared before anything is taken out, so that all pairs are named."""
    late: set[int] = set()
    for (i, one), (j, other) in combinations(enumerate(studies), 2):
        if one is None or other is None:
            continue
        if one == other:
            findings.append(LineFinding(j, f"This line says the same as line {i + 1}. Remove one of them.", True))
            late.add(j)
        elif sentences := overlap_of(one, other):
            more = f"Until then line {i + 1} is used and this one is not."
            findings.append(LineFinding(j, f"{sentences[0]} {more}", True))
            late.add(j)
    for number in late:
        studies[number] = None


class _Reader:
    """Reads cells as their neighbours are written: one decimal mark and one order of day and month where both are possible."""

    def __init__(self, lines: Sequence[StudyLine], data: MMMDataCollection) -> None:
        self._channels = data.settings.channels
        self._names = tuple(display_names(self._channels).values())
        self._keys = channel_keys(self._channels)
        votes = [vote_decimal_mark([getattr(line, name).strip()]) for line in lines for name in AMOUNTS]
        point, comma = (sum(vote[k] for vote in votes) for k in (0, 1))
        self._mark = DecimalMark.COMMA if comma > point else DecimalMark.POINT
        self._days = days_of([day for line in lines for day in (line.start, line.end)])

    def read(self, line: StudyLine, problems: list[str]) -> LiftStudy | None:
        channels = self._read_channels(line.channels, problems)
        start, end = self._read_day("first day", line.start, problems), self._read_day("last day", line.end, problems)
        lift = self._read_amount("lift", line, problems)
        if not line.lift.strip():
            problems.append(f"The lift is missing: enter {_WHAT['lift'][1]}.")
        error, spend, confidence = (self._read_amount(name, line, problems) for name in AMOUNTS[1:])
        if problems or start is None or end is None or lift is None:
            return None
        try:
            return LiftStudy(
                channels=channels,
                start=start,
                end=end,
                lift=lift,
                standard_error=error,
                spend=spend,
                confidence=confidence,
                scope=line.scope.strip().lower() or SCOPES[0],
            )
        except MMMError as error_found:
            problems.append(str(error_found))
            return None

    def _read_channels(self, typed: Sequence[str], problems: list[str]) -> tuple[str, ...]:
        wanted = [name for cell in typed for name in split_channels(cell, self._keys)]
        if not wanted:
            problems.append(f"The channel is missing: choose one or more of {_list(self._names)}.")
        for name in wanted:
            if name not in self._channels:
                near = difflib.get_close_matches(name.lower(), list(self._keys), n=1, cutoff=0.5)
                hint = f" Did you mean {self._spelled(near[0])!r}?" if near else ""
                problems.append(
                    f"{name!r} is no channel of the model; there are {_list(self._names)}.{hint} Correct the name."
                )
        return tuple(dict.fromkeys(wanted))

    def _spelled(self, name: str) -> str:
        return self._names[self._channels.index(self._keys[name])]

    def _read_day(self, what: str, typed: str, problems: list[str]) -> dt.date | None:
        if not typed.strip():
            problems.append(f"The {what} is missing: enter a day such as 2024-03-04.")
            return None
        day = self._days.get(typed.strip())
        if day is None:
            problems.append(f"The {what} must be a day such as 2024-03-04, got {typed.strip()!r}. Correct it.")
        return day

    def _read_amount(self, name: str, line: StudyLine, problems: list[str]) -> float | None:
        typed = getattr(line, name).strip()
        if not typed:
            return None
        point, comma, _ = vote_decimal_mark([typed])
        mark = DecimalMark.POINT if point else DecimalMark.COMMA if comma else self._mark
        number = parse_number(typed, mark)
        what, such_as = _WHAT[name]
        if number is None or (number.is_percent and name in ("lift", "spend")):
            problems.append(f"The {what} must be {such_as}; got {typed!r}. Correct the cell.")
            return None
        if name == "confidence" and (number.is_percent or 1 < number.value <= 100):
            return number.value / 100
        if name == "standard_error" and number.is_percent:
            lift = self._read_amount("lift", line, [])
            return None if lift is None else abs(lift) * number.value / 100
        return number.value


def days_of(cells: Sequence[str]) -> dict[str, dt.date]:
    """The days that cells mean, by their text; all cells decide together where day and month could be swapped.

    Args:
        cells: As typed; what is no day is not in the answer.
    """
    texts = list(dict.fromkeys(cell.strip() for cell in cells if cell.strip()))
    found: dict[str, dt.date] = {}
    for group in (texts, *([text] for text in texts)):  # one by one where they are not all written alike
        reading = read_dates(pd.Series(group, dtype=str), is_regular=False)
        if reading is not None and reading.style in _WHOLE_DAYS:
            read = zip(group, reading.dates, strict=True)
            found = {text: day.date() for text, day in read if not pd.isna(day)} | found
    return found


def channel_keys(channels: Sequence[str]) -> Mapping[str, str]:
    """What a channel may be called, in lower case, to its key: the key itself and its readable name."""
    names = display_names(channels)
    return {name.lower(): key for key, name in names.items()} | {key.lower(): key for key in channels}


def split_channels(cell: str, keys: Mapping[str, str]) -> tuple[str, ...]:
    """The channel keys a cell names, joined by plus, comma or semicolon; what is not known stays as it is.

    Args:
        cell: "TV + Search" or one name.
        keys: Of :func:`channel_keys`.
    """
    whole = cell.strip()
    parts = [whole] if whole.lower() in keys else _BETWEEN_CHANNELS.split(whole)
    return tuple(keys.get(part.lower(), part) for part in parts if part)


def lines_to_json(lines: Sequence[StudyLine]) -> list[dict[str, object]]:
    """Plain JSON values of lines."""
    return [{"channels": list(line.channels), **{name: getattr(line, name) for name in _TEXTS}} for line in lines]


def lines_from_json(values: object) -> tuple[StudyLine, ...]:
    """Read lines back; what cannot be read is left empty."""
    if not isinstance(values, list):
        return ()
    return tuple(_line_from(value) for value in values if isinstance(value, dict))


_TEXTS = ("start", "end", *AMOUNTS, "scope")


def _line_from(value: Mapping[str, object]) -> StudyLine:
    channels = value.get("channels")
    kept = tuple(map(str, channels)) if isinstance(channels, list) else ()
    texts: dict[str, str] = {name: str(value[name]) for name in _TEXTS if isinstance(value.get(name), str)}
    return replace(StudyLine(channels=kept), **texts)  # type: ignore[arg-type]


def _list(names: Sequence[str], most: int = 8) -> str:
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
