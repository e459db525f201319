"""From cells of text to dates, numbers and text, column by column."""

import re
from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from mmm_core.engine.cell_parsing import (
    CURRENCY_CODES,
    DecimalMark,
    NumberColumn,
    read_numbers,
    vote_decimal_mark,
)
from mmm_core.engine.date_parsing import DateReading, DateStyle, read_dates
from mmm_core.engine.role_words import read_name, set_of_words

_DATE_WORDS = set_of_words(
    "date datum day tag days week woche wk weeks time period periode month monat fecha data dato jour semaine dt ds zeit "
    "strt start settimana mes mese maand semana kw"
)
_SIGN_IN_NAME = re.compile(r"(?:^|[\s(\[_,])([€$£¥₹])(?:$|[\s)\]_,])")
_SAMPLE = 200
EMPTY_LEVEL = "(empty)"
"""What an empty cell of a text column becomes: a level like any other."""


class TypedColumns(NamedTuple):
    """Columns by kind, each of shape (n_rows,).

    Attributes:
        numbers: Columns that are numbers, with what was noticed in their cells.
        texts: Columns that stay text.
        mixed: Text columns of which a part is numbers.
        ambiguous: Columns whose marks can be read both ways.
        has_decimal_comma: Whether any column has decimal commas.
    """

    numbers: dict[str, NumberColumn]
    texts: dict[str, pd.Series]
    mixed: tuple[str, ...]
    ambiguous: tuple[str, ...]
    has_decimal_comma: bool


def find_date_column(cells: pd.DataFrame) -> tuple[str, DateReading] | None:
    """The column that holds the dates of the periods.

    Args:
        cells: Stripped text, one column per name.

    Returns:
        Its name and its dates; None when no column is made of dates.
    """
    readings: dict[str, DateReading] = {}
    for name in cells.columns:
        sample = cells[name][cells[name] != ""].drop_duplicates().head(60)
        if _may_be_date(name, sample) and (reading := read_dates(cells[name])) is not None and reading.share >= 0.7:
            readings[name] = reading
    if not readings:
        return None
    best = max(readings, key=lambda name: _rate_date(name, readings[name]))
    return best, readings[best]


def _may_be_date(name: str, sample: pd.Series) -> bool:
    reading = read_dates(sample)
    if reading is None:
        return False
    has_hint = any(token in _DATE_WORDS for token in read_name(name).tokens)
    looks_numeric = pd.to_numeric(sample, errors="coerce").notna().mean() > 0.5
    is_bare_day = reading.style is DateStyle.YEAR_FIRST and sample.str.fullmatch(r"(?:19|20)\d{6}").all()
    return has_hint or not looks_numeric or bool(is_bare_day)


def _rate_date(name: str, reading: DateReading) -> tuple[float, bool, float]:
    has_hint = any(token in _DATE_WORDS for token in read_name(name).tokens)
    return round(reading.share, 1), has_hint, float(reading.dates.nunique())


def type_columns(cells: pd.DataFrame, *, delimiter: str) -> TypedColumns:
    """Tell numbers from text and read the numbers.

    A column is numeric when at least half of its cells are, not counting empty ones and placeholders such as "n/a".

    Args:
        cells: Stripped text without the date column.
        delimiter: Separator of the file; "" for a workbook, where numbers always have a point.
    """
    votes = {name: _vote(cells[name]) for name in cells.columns}
    usual = _usual_mark(votes) if delimiter else DecimalMark.POINT
    numbers: dict[str, NumberColumn] = {}
    texts: dict[str, pd.Series] = {}
    mixed, ambiguous, has_comma = [], [], False
    for name in cells.columns:
        point, comma, either = votes[name]
        mark = _mark_of(point, comma, usual, delimiter, cells[name]) if delimiter else DecimalMark.POINT
        column = _read_logical(cells[name]) or read_numbers(cells[name], mark)
        share = _share_of_numbers(cells[name], column)
        if share < 0.5:
            texts[name] = cells[name]
            mixed += [name] if share > 0.1 else []
            continue
        numbers[name] = column
        has_comma |= mark is DecimalMark.COMMA and comma > 0
        ambiguous += [name] if either and not (point or comma or usual) and delimiter else []
    return TypedColumns(numbers, texts, tuple(mixed), tuple(ambiguous), has_comma)


def _vote(cells: pd.Series) -> tuple[int, int, int]:
    distinct = cells.drop_duplicates()
    point, comma, either = vote_decimal_mark(distinct.iloc[:: max(1, len(distinct) // _SAMPLE)])
    if either and not point and not comma:  # few cells tell: look at more of them
        return vote_decimal_mark(distinct.head(100 * _SAMPLE))
    return point, comma, either


def _usual_mark(votes: Mapping[str, tuple[int, int, int]]) -> DecimalMark | None:
    point = sum(vote[0] > vote[1] for vote in votes.values())
    comma = sum(vote[1] > vote[0] for vote in votes.values())
    if point == comma:
        return None
    return DecimalMark.POINT if point > comma else DecimalMark.COMMA


def _mark_of(point: int, comma: int, usual: DecimalMark | None, delimiter: str, cells: pd.Series) -> DecimalMark:
    if point != comma:
        return DecimalMark.POINT if point > comma else DecimalMark.COMMA
    if usual is not None:
        return usual
    # Nothing in the file tells. Semicolons are what Excel writes where the decimal mark is a comma.
    return DecimalMark.COMMA if delimiter == ";" else DecimalMark.POINT


def _read_logical(cells: pd.Series) -> NumberColumn | None:
    lower = cells.str.lower()
    if not lower.isin(["true", "false", ""]).all() or not (lower != "").any():
        return None
    none = pd.Series(False, index=cells.index)
    values = lower.map({"true": 1.0, "false": 0.0}).astype(float)
    return NumberColumn(values, none, none, none, frozenset(), False)


def _share_of_numbers(cells: pd.Series, column: NumberColumn) -> float:
    n_filled = int((cells != "").sum() - column.is_placeholder.sum())
    n_numbers = int(column.numbers.notna().sum())
    return n_numbers / n_filled if n_filled else 0.0


def currency_in_name(name: str) -> str | None:
    """ISO code of a currency sign or code in a column's name: ``Umsatz (€)``, ``spend_usd``."""
    sign = _SIGN_IN_NAME.search(name)
    if sign:
        return CURRENCY_CODES[sign[1]]
    codes = [
        token for token in read_name(name).tokens if token in CURRENCY_CODES and len(token) == 3 and token != "try"
    ]
    return CURRENCY_CODES[codes[0]] if codes else None
