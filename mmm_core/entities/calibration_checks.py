"""What can be wrong with lift studies beside their data, and what is worth knowing about them."""

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from mmm_core.entities.date_checks import STEP_DAYS, count_days, detect_frequency, parse_dates, touched_periods
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
    frequency = detect_frequency(dates)
    assert frequency is not None, "checked before the studies"
    first, last = dates.iloc[0].date(), dates.iloc[-1].date()
    last_day = last + dt.timedelta(days=STEP_DAYS[frequency][1] - 1)
    for study in studies:
        if study.start < first or study.end > last_day:
            yield (
                f"The lift study of {study.label} reaches outside the data, which run from {first} to {last}. Correct its days "
                "or remove it."
            )
        if study.lift == 0 and study.standard_error is None:
            yield (
                f"The lift study of {study.label} found a lift of 0, and the error of a model is a share of the lift. Give "
                "its standard_error, by which it is judged then, or remove it."
            )
    for one, other in combinations(studies, 2):
        shared = [channel for channel in one.channels if channel in other.channels]
        if shared and one.start <= other.end and other.start <= one.end:
            yield (
                f"The lift studies of {one.label} and of {other.label} overlap, both with {shared[0]!r}; the days of a "
                "channel can only count once. Correct their days or remove one."
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
    dates = parse_dates(table[settings.date])
    notes = []
    for study in settings.calibration.studies:
        notes += [*_place_notes(dates, rows, study), *_spend_notes(table, dates, settings, study)]
        if study.confidence is not None and study.confidence < LEAST_CONFIDENCE:
            notes.append(
                f"The lift study of {study.label} has a confidence of {study.confidence:g}, below {LEAST_CONFIDENCE:g}. It is "
                "used like the others; give its standard_error so that it counts less."
            )
    return tuple(notes)


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


def _spend_notes(table: pd.DataFrame, dates: pd.Series, settings: ModelSettings, study: LiftStudy) -> Iterator[str]:
    paid = [channel.spend for channel in settings.paid_media if channel.spend in study.channels]
    if not paid:
        return
    touched = touched_periods(dates, study.start, study.end)
    frequency = detect_frequency(dates)
    assert frequency is not None, "a table without problems is daily, weekly or monthly"
    spends: FloatArray = table.loc[touched, paid].to_numpy(np.float64)
    in_days = ((study.end - study.start).days + 1) / count_days(dates[touched], frequency)
    spent = float(spends.sum()) * in_days
    if spent == 0:
        yield (
            f"The lift study of {study.label} falls on days for which the data have no spend of {' and '.join(paid)}. Check its "
            "days and channels."
        )
    elif study.spend is not None and abs(study.spend - spent) > SPEND_TOLERANCE * spent:
        yield (
            f"The lift study of {study.label} gives a spend of {study.spend:,.0f}, the data have {spent:,.0f} in these days, "
            f"which is more than {SPEND_TOLERANCE:.0%} off. It is used as it is; check its days, channels and currency."
        )
