"""Numbers as people write them: currency signs, thousands marks, percent, accounting negatives, 3.4k."""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import pandas as pd

from mmm_core.engine.role_words import set_of_words

PLACEHOLDERS = set_of_words(
    "n/a na n.a. n.a nan null none nil - -- --- – — . .. ... ? tbc tbd tba k.a. k.a missing unknown #ref! #n/a #div/0! "
    "#value! #name? #num! #null! #nv #bezug! #wert! #spill! #calc! #error! err error pending"
)
"""What people and spreadsheets write where a number is missing, in lower case."""

CURRENCY_CODES = {
    "€": "EUR", "$": "USD", "us$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR", "₽": "RUB", "₺": "TRY", "₩": "KRW",
    "zł": "PLN", "kč": "CZK", "r$": "BRL", "a$": "AUD", "c$": "CAD", "eur": "EUR", "usd": "USD", "gbp": "GBP",
    "chf": "CHF", "jpy": "JPY", "sek": "SEK", "nok": "NOK", "dkk": "DKK", "pln": "PLN", "czk": "CZK", "aud": "AUD",
    "cad": "CAD", "inr": "INR", "brl": "BRL", "mxn": "MXN", "cny": "CNY", "try": "TRY", "zar": "ZAR",
}  # fmt: skip
"""ISO code by sign or code, in lower case."""

_SPACES = " \u00a0\u2007\u2009\u202f"
_CURRENCY = "|".join(sorted(map(re.escape, CURRENCY_CODES), key=len, reverse=True))
_NUMBER = re.compile(
    rf"(?P<open>\()?\s*(?P<sign>[-+−–])?\s*(?P<currency>{_CURRENCY})?\s*(?P<inner_sign>[-+−–])?\s*"
    rf"(?P<digits>[\d.,][\d.,'’_{_SPACES}]*(?:[eE][+-]?\d+)?)\s*(?P<scale>k|tsd\.?|m|mn|mio\.?|bn|mrd\.?)?\s*"
    rf"(?P<percent>%)?\s*(?P<trailing>{_CURRENCY})?\s*(?P<last_sign>[-−])?\s*(?P<close>\))?",
    re.IGNORECASE,
)
_SCALES = {"k": 1e3, "tsd": 1e3, "m": 1e6, "mn": 1e6, "mio": 1e6, "bn": 1e9, "mrd": 1e9}
_GROUPED = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})+")


class DecimalMark(StrEnum):
    """What separates whole from parts."""

    POINT = "."
    COMMA = ","

    @property
    def thousands(self) -> str:
        """The other mark, which then groups thousands."""
        return "," if self is DecimalMark.POINT else "."


_DIGITS = {
    mark: re.compile(
        rf"(?:\d+|\d{{1,3}}(?:[{re.escape(mark.thousands)}'’_{_SPACES}]\d{{3}})+"
        rf"|\d{{1,2}}(?:{re.escape(mark.thousands)}\d{{2}})+{re.escape(mark.thousands)}\d{{3}})?"
        rf"(?:{re.escape(mark)}\d*)?(?:[eE][+-]?\d+)?"
    )
    for mark in DecimalMark
}


class ParsedNumber(NamedTuple):
    """One cell read as a number; ``rewritten`` when more than a sign was removed from it."""

    value: float
    currency: str | None
    is_percent: bool
    is_rewritten: bool


class NumberColumn(NamedTuple):
    """A column read as numbers.

    Attributes:
        numbers: float64, NaN where there is none, shape (n_rows,).
        is_text: Cells that hold something other than a number, shape (n_rows,).
        is_placeholder: Those of them that only say that the number is missing, shape (n_rows,).
        is_rewritten: Cells in accounting or short notation, shape (n_rows,).
        currencies: ISO codes found in the cells.
        has_percent: Whether percent signs were removed.
    """

    numbers: pd.Series
    is_text: pd.Series
    is_placeholder: pd.Series
    is_rewritten: pd.Series
    currencies: frozenset[str]
    has_percent: bool


def parse_number(text: str, mark: DecimalMark) -> ParsedNumber | None:
    """Read one cell.

    Args:
        text: The cell, without white space around it.
        mark: Decimal mark of its column.

    Returns:
        None when it is no number.
    """
    match = _NUMBER.fullmatch(text)
    if match is None or bool(match["open"]) != bool(match["close"]):
        return None
    digits = match["digits"].strip(_SPACES)
    if not _DIGITS[mark].fullmatch(digits) or not any(map(str.isdigit, digits)):
        return None
    plain = re.sub(rf"[{re.escape(mark.thousands)}'’_{_SPACES}]", "", digits).replace(mark, ".")
    scale = _SCALES[match["scale"].lower().rstrip(".")] if match["scale"] else 1.0
    value = float(plain) * scale
    signs = [match["sign"], match["inner_sign"], match["last_sign"]]
    is_negative = bool(match["open"]) or any(sign and sign != "+" for sign in signs)
    currency = match["currency"] or match["trailing"]
    if not np.isfinite(value):
        return None
    return ParsedNumber(
        value=-value if is_negative else value,
        currency=CURRENCY_CODES[currency.lower()] if currency else None,
        is_percent=bool(match["percent"]),
        is_rewritten=bool(match["open"] or match["scale"] or match["last_sign"]),
    )


def vote_decimal_mark(texts: Iterable[str]) -> tuple[int, int, int]:
    """How many cells can only have a decimal point, only a decimal comma, or either.

    ``1.234,5`` and ``2,50`` speak for the comma, ``1,234,567`` for the point, ``1,234`` for neither.

    Args:
        texts: Cells of one column.

    Returns:
        Votes for the point, votes for the comma, cells that can be read both ways.
    """
    point = comma = either = 0
    for text in texts:
        match = _NUMBER.fullmatch(text)
        if match is None:
            continue
        digits = match["digits"].strip(_SPACES)
        last = max(digits.rfind("."), digits.rfind(","))
        if last < 0:
            continue
        mark = _decimal_mark_of(re.split("[eE]", digits)[0], last)
        point += mark is DecimalMark.POINT
        comma += mark is DecimalMark.COMMA
        either += mark is None
    return point, comma, either


def _decimal_mark_of(digits: str, last: int) -> DecimalMark | None:
    mark = DecimalMark(digits[last])
    other = DecimalMark(mark.thousands)
    if other in digits:
        return mark
    if digits.count(mark) > 1:
        return other if _GROUPED.fullmatch(digits) else None
    before, after = digits[:last], digits[last + 1 :]
    could_group = len(after) == 3 and 1 <= len(before) <= 3 and not before.startswith("0")
    return None if could_group else mark


def read_numbers(texts: pd.Series, mark: DecimalMark) -> NumberColumn:
    """Read a column as numbers, cell by cell where it must be.

    Args:
        texts: Cells without white space around them, shape (n_rows,).
        mark: Decimal mark of the column.
    """
    plain = texts
    if mark is DecimalMark.COMMA:
        plain = texts.where(texts.str.fullmatch(r"[-+]?\d+(?:,\d*)?")).str.replace(",", ".", regex=False)
    values = pd.to_numeric(plain, errors="coerce").astype(np.float64).replace([np.inf, -np.inf], np.nan)
    hard = values.isna() & (texts != "")
    if not hard.any():
        return NumberColumn(values, hard, hard, hard, frozenset(), has_percent=False)
    parsed = {text: parse_number(text, mark) for text in texts[hard].unique()}
    found = {text: number for text, number in parsed.items() if number is not None}
    values = values.where(~hard, texts.map({text: number.value for text, number in found.items()}).astype(np.float64))
    is_text = hard & values.isna()
    return NumberColumn(
        numbers=values,
        is_text=is_text,
        is_placeholder=is_text & texts.str.lower().isin(list(PLACEHOLDERS)),
        is_rewritten=texts.isin([text for text, number in found.items() if number.is_rewritten]),
        currencies=frozenset(number.currency for number in found.values() if number.currency),
        has_percent=any(number.is_percent for number in found.values()),
    )
