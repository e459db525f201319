"""Lift studies as observations: which rows they cover, how exact they are."""

import datetime as dt
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from mmm_core.entities.columns import Frequency
from mmm_core.entities.design import DateArray, Design, FloatArray
from mmm_core.entities.settings import LiftStudy
from mmm_core.kernels.sampler_media import Lifts

UNKNOWN_ERROR = 0.2
"""Standard error of a study that says nothing about it, as a share of its lift."""

_FEWEST_Z, _MOST_Z = 0.5, 10.0
_LEAST_COVERED = 0.5


class LiftsAndNotes(NamedTuple):
    """Studies ready for the sampler (in units of ``unit``), and what the reader should know."""

    lifts: Lifts
    notes: tuple[str, ...]


def observe_lifts(design: Design, studies: tuple[LiftStudy, ...], unit: float, expected: float) -> LiftsAndNotes:
    """Turn lift studies into observations of the sum of contributions over their days.

    Rows of the table that a study covers partly count with the share of their days. A study that lies partly outside the table is
    scaled to the days inside; one with less than half of its days inside is left out.

    Args:
        design: Dates, media.
        studies: As the user gave them.
        unit: What the sampler's outcome is divided by.
        expected: Outcome per unit of spend expected before; only for a lift of 0 whose error is unknown.
    """
    rows, notes = [], []
    for study in studies:
        share = share_of_days(design.dates, design.frequency, study.start, study.end)
        covered = float(
            (share * _period_days(design.dates, design.frequency)).sum() / (1 + (study.end - study.start).days)
        )
        name = f"The lift study of {', '.join(study.channels)} from {study.start} to {study.end}"
        if covered < _LEAST_COVERED:
            notes.append(f"{name} is not used: {covered:.0%} of its days lie in the data, at least half are needed.")
            continue
        error, how = standard_error(study, expected)
        if how:
            notes.append(f"{name} gives no standard error; {error:,.4g} is taken ({how}).")
        if covered < 0.999:
            notes.append(
                f"{name} lies partly outside the data; its lift is scaled to the {covered:.0%} of its days inside."
            )
        rows.append((study, share, min(covered, 1.0) * study.lift / unit, (min(covered, 1.0) * error / unit) ** -2.0))
    shares = np.array([share for _, share, _, _ in rows]).reshape(len(rows), len(design.dates))
    lifts = Lifts(
        takes_part=np.array(
            [[name in row[0].channels for name in design.media_names] for row in rows], dtype=np.int64
        ).reshape(len(rows), len(design.media_names)),
        day_share=shares,
        first=(shares > 0).argmax(axis=1),
        end=shares.shape[1] - (shares > 0)[:, ::-1].argmax(axis=1),
        is_immediate=np.array([row[0].scope == "immediate" for row in rows], dtype=np.int64),
        lift=np.array([row[2] for row in rows], dtype=np.float64),
        precision=np.array([row[3] for row in rows], dtype=np.float64),
    )
    return LiftsAndNotes(lifts, tuple(notes))


def standard_error(study: LiftStudy, expected: float) -> tuple[float, str]:
    """Standard error of a study's lift, and in words how it was found (empty when it was given).

    Without one, ``|lift| / z`` with z the two-sided normal quantile of the confidence (a study that is 90% sure of its lift is
    1.64 standard errors away from 0; z is kept within 0.5 and 10); without a confidence 20% of the lift.

    Args:
        study: Its lift, error, confidence and spend.
        expected: Outcome per unit of spend expected before, which stands in for a lift of 0.
    """
    if study.standard_error is not None:
        return study.standard_error, ""
    size = abs(study.lift) or expected * (study.spend or 0.0) or expected
    if study.confidence is None:
        return UNKNOWN_ERROR * size, f"{UNKNOWN_ERROR:.0%} of the lift"
    z = float(np.clip(ndtri(0.5 + 0.5 * study.confidence), _FEWEST_Z, _MOST_Z))
    return size / z, f"from its confidence of {study.confidence:.0%}"


def share_of_days(dates: DateArray, frequency: Frequency, start: dt.date, end: dt.date) -> FloatArray:
    """Which share of each period's days lies within ``start`` to ``end``, both included, shape (n_all,)."""
    days = _period_days(dates, frequency)
    firsts = _period_firsts(dates, frequency)
    begins = (np.datetime64(start, "D") - firsts).astype(np.float64)
    ends = (np.datetime64(end, "D") - firsts).astype(np.float64) + 1.0
    share: FloatArray = np.clip(np.minimum(ends, days) - np.maximum(begins, 0.0), 0.0, None) / days
    return share


def _period_firsts(dates: DateArray, frequency: Frequency) -> DateArray:
    """First day of every period; a month is the calendar month its stamp lies in."""
    return dates.astype("datetime64[M]").astype("datetime64[D]") if frequency is Frequency.MONTH else dates


def _period_days(dates: DateArray, frequency: Frequency) -> FloatArray:
    if frequency is not Frequency.MONTH:
        return np.full(len(dates), 1.0 if frequency is Frequency.DAY else 7.0)
    months = dates.astype("datetime64[M]")
    lengths: FloatArray = ((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(np.float64)
    return lengths
