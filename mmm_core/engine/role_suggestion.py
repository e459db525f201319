"""What every column probably is, from its name and its values."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import pandas as pd

from mmm_core.engine import role_words as words
from mmm_core.entities.columns import ColumnRole
from mmm_core.entities.findings import RoleSuggestion

_MOST_LEVELS = 12
GUESS = "guess"
"""How the reason of a suggestion starts that nothing in the name supports."""


class _Kind(StrEnum):
    IGNORE = "ignore"
    CONTEXT = "context"
    OUTCOME = "outcome"
    SPEND = "spend"
    EXPOSURE = "exposure"
    ORGANIC = "organic"
    UNKNOWN = "unknown"


class _Column(NamedTuple):
    """One column with what its name and values say; ``numbers`` is None for text."""

    name: str
    clues: words.NameClues
    numbers: pd.Series | None
    n_levels: int
    n_rows: int

    @property
    def is_binary(self) -> bool:
        return self.numbers is not None and self.n_levels == 2 and set(self.numbers.dropna().unique()) == {0.0, 1.0}

    @property
    def counts_rows(self) -> bool:
        if self.numbers is None or self.n_rows < 3:
            return False
        return bool((self.numbers.diff().iloc[1:] == 1).all())

    @property
    def share_negative(self) -> float:
        return 0.0 if self.numbers is None else float((self.numbers < 0).mean())


_Rule = tuple[Callable[[_Column], bool], _Kind, str]


def suggest_roles(table: pd.DataFrame, date: str | None) -> tuple[RoleSuggestion, ...]:
    """Suggest a role for every column.

    Args:
        table: Canonical table: numbers as float64, other columns as text.
        date: Name of the date column; None when there is none.

    Returns:
        One suggestion per column, in the order of the table. A reason that starts with "guess" stands on values alone.
    """
    columns = [_describe(str(name), table[name]) for name in table.columns if name != date]
    found = {column.name: _classify(column) for column in columns}
    _choose_outcome(columns, found)
    _guess_unknown(columns, found)
    pairs = _pair_exposures(columns, found)
    _settle_exposures(columns, found, pairs)
    suggestions = {name: _to_suggestion(name, *found[name], pairs.get(name)) for name in found}
    if date is not None:
        suggestions[date] = RoleSuggestion(column=date, role=ColumnRole.DATE, reason="holds the dates")
    return tuple(suggestions[str(name)] for name in table.columns)


def _describe(name: str, column: pd.Series) -> _Column:
    is_number = pd.api.types.is_numeric_dtype(column)
    values = column.astype(np.float64) if is_number else None
    return _Column(name, words.read_name(name), values, int(column.nunique()), len(column))


def _is_calendar(column: _Column) -> bool:
    tokens = column.clues.tokens
    return (
        bool(tokens)
        and all(t in words.CALENDAR or t.isdigit() for t in tokens)
        and not all(t.isdigit() for t in tokens)
    )


def _is_ratio(column: _Column) -> bool:
    clues = column.clues
    counts = clues.any_of(words.EXPOSURE) or clues.any_of(words.CHANNEL) or outcome_weight(clues) > 0
    return clues.any_of(words.RATIO) or (counts and clues.any_of(words.PART_OF))


def _is_organic(column: _Column) -> bool:
    return column.clues.any_of(words.ORGANIC, words.ORGANIC_PARTS) or column.clues.suffix == "O"


def _is_spend(column: _Column) -> bool:
    return column.clues.any_of(words.SPEND, words.SPEND_PARTS) or column.clues.suffix == "S"


def _is_exposure(column: _Column) -> bool:
    return column.clues.any_of(words.EXPOSURE, words.EXPOSURE_PARTS) or column.clues.suffix in {"I", "P"}


_TEXT_RULES: tuple[_Rule, ...] = (
    (lambda c: c.n_levels <= 1, _Kind.IGNORE, "the same in every row"),
    (lambda c: c.clues.any_of(words.PLACE | words.IDENTITY), _Kind.IGNORE, "names a place or thing"),
    (lambda c: c.clues.any_of(words.NOTE), _Kind.IGNORE, "holds notes"),
    (_is_calendar, _Kind.IGNORE, "repeats the calendar; the season is estimated anyway"),
    (
        lambda c: c.n_levels <= min(_MOST_LEVELS, c.n_rows / 2),
        _Kind.CONTEXT,
        "text with few levels: each gets its own effect",
    ),
    (lambda c: True, _Kind.IGNORE, "free text with many different entries"),
)
_NUMBER_RULES: tuple[_Rule, ...] = (
    (lambda c: c.n_levels <= 1, _Kind.IGNORE, "the same in every row"),
    (lambda c: c.counts_rows, _Kind.IGNORE, "only counts the rows; the trend is estimated anyway"),
    (_is_calendar, _Kind.IGNORE, "repeats the calendar; trend and season are estimated anyway"),
    (lambda c: c.clues.any_of(words.IDENTITY), _Kind.IGNORE, "an identifier"),
    (lambda c: c.clues.any_of(words.POPULATION), _Kind.IGNORE, "population is no driver over time"),
    (lambda c: c.clues.any_of(words.OUTSIDE), _Kind.CONTEXT, "competitors and the market move sales from outside"),
    (_is_ratio, _Kind.IGNORE, "a value per unit, computed from other columns"),
    (_is_organic, _Kind.ORGANIC, "an unpaid channel by its name"),
    (_is_spend, _Kind.SPEND, "spend by its name"),
    (lambda c: c.is_binary, _Kind.CONTEXT, "only 0 and 1: marks periods"),
    (_is_exposure, _Kind.EXPOSURE, "counts contacts by its name"),
    (lambda c: c.clues.any_of(words.CIRCUMSTANCE), _Kind.CONTEXT, "a circumstance by its name"),
    (lambda c: c.share_negative > 0.1, _Kind.CONTEXT, "often negative, so neither spend nor contacts"),
    (lambda c: outcome_weight(c.clues) > 0, _Kind.OUTCOME, "a result by its name"),
    (lambda c: c.clues.any_of(words.CHANNEL), _Kind.SPEND, "named like a paid channel"),
)


def _classify(column: _Column) -> tuple[_Kind, str]:
    rules = _TEXT_RULES if column.numbers is None else _NUMBER_RULES
    for holds, kind, reason in rules:
        if holds(column):
            return kind, reason
    return _Kind.UNKNOWN, ""


def outcome_weight(clues: words.NameClues) -> int:
    """How strongly a name says that the column is what is to be explained; 0 for not at all."""
    weights = [words.OUTCOME_WEIGHTS.get(token, 0) for token in clues.tokens]
    weights += [weight for part, weight in words.OUTCOME_PARTS.items() if any(part in token for token in clues.tokens)]
    return 7 if clues.tokens in {("y",), ("response",)} else max(weights, default=0)


def _choose_outcome(columns: Sequence[_Column], found: dict[str, tuple[_Kind, str]]) -> None:
    named = [column for column in columns if found[column.name][0] is _Kind.OUTCOME]
    if named:
        chosen = max(named, key=lambda c: (outcome_weight(c.clues), "total" in c.clues.tokens, -len(c.clues.tokens)))
        for column in named:
            if column.name != chosen.name:
                found[column.name] = (
                    _Kind.IGNORE,
                    f"another result; as a driver it would hide what media did to {chosen.name}",
                )
        return
    unknown = [column for column in columns if found[column.name][0] is _Kind.UNKNOWN]
    full = [column for column in unknown if column.numbers is not None and (column.numbers > 0).mean() > 0.95]
    if full:
        largest = max(full, key=lambda column: 0.0 if column.numbers is None else float(column.numbers.mean()))
        found[largest.name] = _Kind.OUTCOME, f"{GUESS}: the largest numbers, never zero, and no name says more"


def _guess_unknown(columns: Sequence[_Column], found: dict[str, tuple[_Kind, str]]) -> None:
    has_spend = any(kind is _Kind.SPEND for kind, _ in found.values())
    for column in columns:
        if found[column.name][0] is not _Kind.UNKNOWN or column.numbers is None:
            continue
        if not has_spend and column.share_negative == 0:
            found[column.name] = _Kind.SPEND, f"{GUESS}: never negative, and no column is named like spend"
        elif _looks_like_bursts(column.numbers):
            found[column.name] = _Kind.SPEND, f"{GUESS}: amounts with pauses, like campaigns"
        else:
            found[column.name] = _Kind.CONTEXT, "the name says nothing, so a circumstance"


def _looks_like_bursts(values: pd.Series) -> bool:
    if (values < 0).any() or values.nunique() <= 10:
        return False
    return bool(0.2 <= (values == 0).mean() <= 0.9 and values.max() >= 100)


def _pair_exposures(columns: Sequence[_Column], found: Mapping[str, tuple[_Kind, str]]) -> dict[str, str]:
    spends = [column for column in columns if found[column.name][0] is _Kind.SPEND]
    exposures = [column for column in columns if found[column.name][0] is _Kind.EXPOSURE]
    pairs: dict[str, str] = {}
    for same in (True, False):
        for exposure in exposures:
            free = [spend for spend in spends if spend.name not in pairs.values()]
            fitting = [spend for spend in free if _stems_match(exposure.clues.stem, spend.clues.stem, same=same)]
            if exposure.name not in pairs and len(fitting) == 1:
                pairs[exposure.name] = fitting[0].name
    return pairs


def _stems_match(exposure: frozenset[str], spend: frozenset[str], *, same: bool) -> bool:
    if not exposure or not spend:
        return False
    return exposure == spend if same else exposure < spend or spend < exposure


def _settle_exposures(
    columns: Sequence[_Column], found: dict[str, tuple[_Kind, str]], pairs: Mapping[str, str]
) -> None:
    paired_stems = {column.clues.stem: column.name for column in columns if column.name in pairs.values()}
    for column in columns:
        if found[column.name][0] is not _Kind.EXPOSURE:
            continue
        spend = pairs.get(column.name) or paired_stems.get(column.clues.stem)
        if column.name in pairs:
            found[column.name] = _Kind.EXPOSURE, f"contacts bought with {spend}"
        elif spend:
            found[column.name] = _Kind.IGNORE, f"{spend} is already paired with another exposure"
        else:
            found[column.name] = _Kind.ORGANIC, "contacts without a spend column"


def _to_suggestion(name: str, kind: _Kind, reason: str, pairs_with: str | None) -> RoleSuggestion:
    role = ColumnRole.PAID_SPEND if kind is _Kind.SPEND else ColumnRole(kind.value)
    return RoleSuggestion(column=name, role=role, pairs_with=pairs_with, reason=reason)
