"""One date format for a whole column, chosen so that the spacing of the dates fits."""

import datetime as dt
import re
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import pandas as pd

from mmm_core.entities.data_checks import detect_frequency

_MONTHS = (
    "jan januar january janvier janv enero ene gennaio gen januari janeiro",
    "feb februar february février fevrier févr fév febrero febbraio februari fevereiro fev",
    "mar mär mrz märz maerz march mars marzo maart março",
    "apr april avril avr abril abr aprile",
    "may mai mayo maggio mag mei maio",
    "jun juni june juin junio giugno giu junho",
    "jul juli july juillet juil julio luglio lug julho",
    "aug august août aout agosto ago augustus",
    "sep sept september septembre septiembre settembre set setembro",
    "oct okt oktober october octobre octubre ottobre ott outubro out",
    "nov november novembre noviembre novembro",
    "dec dez dezember december décembre déc decembre diciembre dic dicembre dezembro",
)
_MONTH_NUMBERS = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split()}
_TIME = re.compile(
    r"[T ]\s*\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:[AP]M)?\s*(?:Z|UTC|[+-]\d{2}:?\d{2})?$", re.IGNORECASE
)
_WEEKDAY = re.compile(r"^[^\W\d]{2,10}[.,]{0,2}\s+(?=\d{1,4}\D)")
_RANGE = re.compile(r"\s+(?:-|–|—|to|bis|/)\s+.*$")
_YEAR = r"(?P<y>\d{4}|\d{2})"
_NAME = r"(?P<name>[^\W\d_]{3,10})\.?"


class DateStyle(StrEnum):
    """How a date is written; the value is what the page says."""

    YEAR_FIRST = "year-month-day"
    DAY_FIRST = "day/month/year"
    MONTH_FIRST = "month/day/year"
    NAMED_MONTH = "day and month name"
    WEEK = "ISO week, from its Monday"
    MONTH = "month, from its first day"
    SERIAL = "Excel day number"


_PATTERNS: tuple[tuple[DateStyle, re.Pattern[str]], ...] = tuple(
    (style, re.compile(pattern, re.IGNORECASE))
    for style, pattern in (
        (DateStyle.YEAR_FIRST, r"(?P<y>\d{4})[-/. ](?P<m>\d{1,2})[-/. ](?P<d>\d{1,2})"),
        (DateStyle.YEAR_FIRST, r"(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})"),
        (DateStyle.DAY_FIRST, rf"(?P<d>\d{{1,2}})[-/.]\s*(?P<m>\d{{1,2}})[-/.]\s*{_YEAR}"),
        (DateStyle.MONTH_FIRST, rf"(?P<m>\d{{1,2}})[-/.]\s*(?P<d>\d{{1,2}})[-/.]\s*{_YEAR}"),
        (DateStyle.NAMED_MONTH, rf"(?P<d>\d{{1,2}})[.\s/-]*{_NAME}[,\s/-]*'?{_YEAR}"),
        (DateStyle.NAMED_MONTH, rf"{_NAME}\s*(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})"),
        (DateStyle.NAMED_MONTH, rf"(?P<y>\d{{4}})[-/. ]{_NAME}[-/. ](?P<d>\d{{1,2}})"),
        (DateStyle.WEEK, r"(?P<y>\d{4})[-/ ]?(?:W|KW|CW|S)[- ]?(?P<w>\d{1,2})"),
        (DateStyle.WEEK, r"(?:W|KW|CW|S|week|woche)\s?(?P<w>\d{1,2})[ /.,-]+(?P<y>\d{4})"),
        (DateStyle.MONTH, r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})"),
        (DateStyle.MONTH, r"(?P<m>\d{1,2})[-/.](?P<y>\d{4})"),
        (DateStyle.MONTH, rf"{_NAME}[.\s/'-]*{_YEAR}"),
        (DateStyle.MONTH, rf"(?P<y>\d{{4}})[-/. ]{_NAME}"),
        (DateStyle.SERIAL, r"(?P<serial>[2-6]\d{4})(?:\.\d+)?"),
    )
)


class DateReading(NamedTuple):
    """A column read as dates.

    Attributes:
        dates: datetime64[ns] at midnight, NaT where unreadable, shape (n_rows,).
        style: How they were written.
        share: Part of the cells that are not empty and could be read, 0..1.
        rival: Another order of day and month that could be read in part; None when there is none.
        is_doubtful: Whether the rival fits as well.
    """

    dates: pd.Series
    style: DateStyle
    share: float
    rival: DateStyle | None
    is_doubtful: bool


def read_dates(texts: pd.Series, *, is_regular: bool = True) -> DateReading | None:
    """Read a column as dates, all cells in the same style.

    Args:
        texts: Cells without white space around them, shape (n_rows,).
        is_regular: Whether the dates are periods, so that their spacing tells the order of day and month.

    Returns:
        None when fewer than half of the cells are dates in any one style.
    """
    filled = texts[texts != ""]
    if filled.empty:
        return None
    meanings = {text: _meanings(text) for text in filled.unique()}
    rated: list[tuple[float, float, DateStyle, pd.Series]] = []
    for style in DateStyle:
        known = {text: found[style] for text, found in meanings.items() if style in found}
        share = float(filled.isin(list(known)).mean())
        if share >= 0.5:
            dates = pd.to_datetime(texts.map(known)).astype("datetime64[ns]")
            rated.append((share, regularity(dates) if is_regular else 0.0, style, dates))
    if not rated:
        return None
    # Order of the styles decides between equals: day/month before month/day.
    share, fit, style, dates = max(rated, key=lambda rate: (round(rate[0], 2), round(rate[1], 3)))
    rivals = [rate for rate in rated if rate[2] is not style and {rate[2], style} <= _SWAPPABLE]
    return DateReading(
        dates=dates,
        style=style,
        share=share,
        rival=rivals[0][2] if rivals else _partial_rival(style, meanings),
        is_doubtful=any((rate[0], round(rate[1], 3)) == (share, round(fit, 3)) for rate in rivals),
    )


_SWAPPABLE = {DateStyle.DAY_FIRST, DateStyle.MONTH_FIRST}


def _partial_rival(style: DateStyle, meanings: dict[str, dict[DateStyle, dt.date]]) -> DateStyle | None:
    other = next(iter(_SWAPPABLE - {style})) if style in _SWAPPABLE else None
    return other if other and any(other in found for found in meanings.values()) else None


def regularity(dates: pd.Series) -> float:
    """How evenly dates follow each other: the share of steps of one day, week or month; 0 when they are none of them.

    Args:
        dates: datetime64, any order, NaT allowed, shape (n_rows,).
    """
    known = dates.dropna().drop_duplicates().sort_values().reset_index(drop=True)
    frequency = detect_frequency(known)
    if frequency is None:
        return 0.0
    steps = known.diff().dt.days.iloc[1:].to_numpy(np.float64)
    usual = float(np.median(steps))
    return float(np.mean(np.abs(steps - usual) <= (3 if usual >= 28 else 0)))


def _meanings(text: str) -> dict[DateStyle, dt.date]:
    bare = _TIME.sub("", _RANGE.sub("", text)).strip()
    without_weekday = _WEEKDAY.sub("", bare)
    found: dict[DateStyle, dt.date] = {}
    for style, pattern in _PATTERNS:
        match = pattern.fullmatch(bare) or pattern.fullmatch(without_weekday)
        date = _to_date(match.groupdict()) if match else None
        if date is not None:
            found.setdefault(style, date)
    return found


def _to_date(parts: dict[str, str | None]) -> dt.date | None:
    if parts.get("serial"):
        return dt.date(1899, 12, 30) + dt.timedelta(days=int(parts["serial"] or 0))
    year = int(parts["y"] or 0)
    if year < 100:
        year += 2000 if year < 70 else 1900
    if not 1900 <= year <= 2200:
        return None
    name = parts.get("name")
    month = _MONTH_NUMBERS.get(name.lower()) if name else int(parts.get("m") or 0)
    try:
        if parts.get("w"):
            return dt.date.fromisocalendar(year, int(parts["w"] or 0), 1)
        return dt.date(year, month or 0, int(parts.get("d") or 1))
    except ValueError:
        return None
