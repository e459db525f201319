"""Amounts as people type them: ``1.2M``, ``€ 250,000``, ``250.000,00``, ``1,5 Mio``."""

import math
import re
import unicodedata

from mmm_core.errors import BoundsError

_UNITS = {
    **dict.fromkeys(("k", "tsd", "thousand"), 1e3),
    **dict.fromkeys(("m", "mio", "mn", "mln", "million", "millions"), 1e6),
    **dict.fromkeys(("b", "bn", "mrd", "billion"), 1e9),
}
_TYPED = re.compile(r"([+-]?)([\d.,' ]*\d[.,]?|\d*[.,]\d+)([a-z]*)\.?", re.IGNORECASE)
_CURRENCY = re.compile(r"^[A-Z]{3}(?=[\d.,+ -])|(?<=[\d. ])[A-Z]{3}$|(?<=[a-z\d.] )[A-Z]{3}$|R\$|zł|kr\.?")
_GROUPED = {sign: re.compile(rf"\d{{1,3}}(?:{re.escape(sign)}\d{{3}})+") for sign in ".,' "}


def read_amount(text: str, what: str, *, example: str = "250,000 or 1.2M", has_decimals: bool = False) -> float:
    """The number that is meant by what somebody typed.

    A single point or comma before exactly three digits separates thousands (``250.000``), unless a unit follows
    (``1.234M``) or ``has_decimals``; any other single one is the decimal sign. Of both, the later one is the decimal sign.

    Args:
        text: What was typed; a currency, blanks and a unit (k, M, Mio, Mrd, bn) may stand around the number.
        what: What it is, for the sentence: "The budget".
        example: What would be right, for the sentence.
        has_decimals: The number is small, such as a return: one point or comma is always the decimal sign.

    Raises:
        BoundsError: It is no number; the sentence says what was got.
    """
    plain = _without_currency(text)
    match = _TYPED.fullmatch(plain)
    unit = match.group(3).lower() if match else ""
    if match is None or (unit and unit not in _UNITS):
        got = f"got {text.strip()!r}" if text.strip() else "nothing was typed"
        raise BoundsError(f"{what} must be an amount such as {example}; {got}.")
    number = _number(match.group(2).strip(), has_decimals=has_decimals or bool(unit))
    if number is None or not math.isfinite(number):
        raise BoundsError(
            f"{what} must be an amount such as {example}; {text.strip()!r} can be read in more than one way."
        )
    return (-1.0 if match.group(1) == "-" else 1.0) * number * _UNITS.get(unit, 1.0)


def write_amount(value: float) -> str:
    """An amount as :func:`read_amount` reads it back: ``250,000``, ``1,234.50``, ``0.125``."""
    if value == round(value):
        return f"{value:,.0f}"
    text = f"{value:,.2f}"
    if float(text.replace(",", "")) == value:
        return text
    exact = repr(value)
    return f"{exact}0" if re.fullmatch(r"\d+\.\d{3}", exact) else exact  # else three decimals would read as thousands


def _without_currency(text: str) -> str:
    kept = "".join(" " if unicodedata.category(sign) == "Zs" else sign for sign in text)
    kept = _CURRENCY.sub("", kept.strip())
    kept = "".join(sign for sign in kept if unicodedata.category(sign) != "Sc").strip()
    kept = kept.replace("\N{MINUS SIGN}", "-").replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return re.sub(r"(?<=[\d.,]) (?=[a-zA-Z])", "", re.sub(r"^([+-]) ", r"\1", kept))


def _number(digits: str, *, has_decimals: bool) -> float | None:
    """The number behind digits with separators; None when they contradict each other."""
    signs = [sign for sign in ".,' " if sign in digits]
    decimal = _decimal_sign(digits, signs, has_decimals=has_decimals)
    whole, _, rest = digits.rpartition(decimal) if decimal else (digits, "", "")
    grouping = [sign for sign in ".,' " if sign in whole]
    if len(grouping) > 1 or (grouping and not _GROUPED[grouping[0]].fullmatch(whole)) or not f"{rest}0".isdigit():
        return None
    if grouping:
        whole = whole.replace(grouping[0], "")
    return float(f"{whole or '0'}.{rest or '0'}")


def _decimal_sign(digits: str, signs: list[str], *, has_decimals: bool) -> str:
    points = [sign for sign in signs if sign in ".,"]
    if len(points) == 2:
        return max(points, key=digits.rindex)
    if not points or digits.count(points[0]) > 1:
        return ""
    sign = points[0]
    if has_decimals or {" ", "'"} & set(signs):
        return sign
    is_thousands = _GROUPED[sign].fullmatch(digits) is not None and not digits.startswith("0")
    return "" if is_thousands else sign
