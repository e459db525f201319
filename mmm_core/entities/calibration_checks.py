"""What can be wrong with lift studies beside their data, and what is worth knowing about them."""

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from mmm_core.entities.date_checks import STEP_DAYS, detect_frequency, parse_dates, share_of_days, touched_periods
from mmm_core.entities.design import FloatArray, IntArray
from mmm_core.entities.settings import LiftStudy, ModelSettings

SPEND_TOLERANCE = 0.1
"""Share by which the spend a study gives may differ from the data; Robyn 3.12.1, R/checks.R, ``check_calibration``."""

LEAST_CONFIDENCE = 0.8
"""Studies below it are named; Robyn 3.12.1, R/checks.R, ``check_calibration``."""


def study_problems(dates: pd.Series, studies: Sequence[LiftStudy]) -> Iterator[str]:
    """Why lift studies cannot be used with these data: one sentence each, all studies.

    Args:
        dates: First day of every period, datetime64, ascending, shape (n_all,).
        studies: Of channels the model has.
    """
    for study in studies:
        yield from problems_of(dates, study)
    for one, other in combinations(studies, 2):
        yield from overlap_of(one, other)


def problems_of(dates: pd.Series, study: LiftStudy) -> Iterator[str]:
    """Why one lift study cannot be used, whatever the others are: one sentence each.

    Args:
        dates: First day of every period, datetime64, ascending, shape (n_all,).
        study: Of channels the model has.
    """
    first, last = data_days(dates)
    if study.start < first or study.end > last:
        yield (
            f"The lift study of {study.label} reaches outside the data, which run from {first} to "
            f"{dates.iloc[-1].date()}. Correct its days or remove it."
        )
    if study.lift == 0 and study.standard_error is None:
        yield (
            f"The lift study of {study.label} found a lift of 0, and the error of a model is a share of the lift. Give "
            "its standard_error, by which it is judged then, or remove it."
        )


def data_days(dates: pd.Series) -> tuple[dt.date, dt.date]:
    """First and last day of the data: the last period counts to its end.

    Args:
        dates: First day of every period, datetime64, ascending, at least two, shape (n_all,).
    """
    frequency = detect_frequency(dates)
    assert frequency is not None, "checked before the studies"
    return dates.iloc[0].date(), dates.iloc[-1].date() + dt.timedelta(days=STEP_DAYS[frequency][1] - 1)


def overlap_of(one: LiftStudy, other: LiftStudy) -> tuple[str, ...]:
    """Why two lift studies cannot both be used; empty when they can."""
    shared = [channel for channel in one.channels if channel in other.channels]
    if not shared or one.start > other.end or other.start > one.end:
        return ()
    return (
        f"The lift studies of {one.label} and of {other.label} overlap, both with {shared[0]!r}; the days of a "
        "channel can only count once. Correct their days or remove one.",
    )


def study_notes(table: pd.DataFrame, settings: ModelSettings, rows: IntArray) -> tuple[str, ...]:
    """What is worth knowing about studies that keep no model from being made.

    Studies of periods that are not modelled, which the search leaves out; another spend than the data have and little
    confidence, which change no number.

    Args:
        table: One row per period, oldest first, without problems.
        settings: Studies and channels.
        rows: Indices of the modelled periods, shape (n_rows,).

    Returns:
        One sentence each.
    """
    return tuple(note for study in settings.calibration.studies for note in notes_of(table, settings, rows, study))


def notes_of(table: pd.DataFrame, settings: ModelSettings, rows: IntArray, study: LiftStudy) -> Iterator[str]:
    """What is worth knowing about one lift study; see :func:`study_notes`."""
    dates = parse_dates(table[settings.date])
    yield from _place_notes(dates, rows, study)
    yield from _spend_notes(table, settings, study)
    if study.confidence is not None and study.confidence < LEAST_CONFIDENCE:
        yield (
            f"The lift study of {study.label} has a confidence of {study.confidence:g}, below {LEAST_CONFIDENCE:g}. "
            + (
                "Its standard error says how much it counts."
                if study.standard_error is not None
                else "The search counts it like the others; give its standard_error so that it counts less."
            )
        )


def spend_in_study(table: pd.DataFrame, settings: ModelSettings, study: LiftStudy) -> float | None:
    """What the data say was spent on the paid channels of a study in its days; None when it has no paid channel.

    Periods that it covers partly count with the share of their days.

    Args:
        table: One row per period, oldest first, without problems.
        settings: Roles of its columns.
        study: Channels and days.
    """
    paid = [channel.spend for channel in settings.paid_media if channel.spend in study.channels]
    if not paid:
        return None
    dates = parse_dates(table[settings.date])
    frequency = detect_frequency(dates)
    assert frequency is not None, "a table without problems is daily, weekly or monthly"
    share = share_of_days(dates.to_numpy().astype("datetime64[D]"), frequency, study.start, study.end)
    spends: FloatArray = table[paid].to_numpy(np.float64)
    return float(share @ spends.sum(axis=1))


def _place_notes(dates: pd.Series, rows: IntArray, study: LiftStudy) -> Iterator[str]:
    frequency = detect_frequency(dates)
    assert frequency is not None, "a table without problems is daily, weekly or monthly"
    idle = np.setdiff1d(np.flatnonzero(touched_periods(dates, study.start, study.end)), rows)
    if len(idle):
        which = f"a {frequency.value} that is" if len(idle) == 1 else f"{len(idle)} {frequency.value}s that are"
        yield (
            f"The lift study of {study.label} touches {which} not modelled (first: {dates.iloc[idle[0]].date()}), so the search "
            "does not use it. Widen the window or take the mark off these days to use it."
        )


def _spend_notes(table: pd.DataFrame, settings: ModelSettings, study: LiftStudy) -> Iterator[str]:
    spent = spend_in_study(table, settings, study)
    if spent == 0:
        paid = [channel.spend for channel in settings.paid_media if channel.spend in study.channels]
        yield (
            f"The lift study of {study.label} falls on days for which the data have no spend of {' and '.join(paid)}. Check its "
            "days and channels."
        )
    elif spent is not None and study.spend is not None and abs(study.spend - spent) > SPEND_TOLERANCE * spent:
        yield (
            f"The lift study of {study.label} gives a spend of {study.spend:,.0f}, the data have {spent:,.0f} in these days, "
            f"which is more than {SPEND_TOLERANCE:.0%} off. It is used as it is; check its days, channels and currency."
        )
