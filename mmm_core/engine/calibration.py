"""Lift studies placed in a design, and what a model makes of them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from mmm_core.entities.calibration import CalibrationRules, StudyFit, StudyTarget
from mmm_core.entities.date_checks import share_of_days, touched_periods
from mmm_core.entities.design import Design, FloatArray, IntArray
from mmm_core.entities.settings import LiftStudy
from mmm_core.errors import SettingsError


def with_studies(
    design: Design, studies: Sequence[LiftStudy], rules: CalibrationRules = CalibrationRules.OWN
) -> Design:
    """The same design, its models compared with these lift studies.

    A study is compared with the contributions of its channels in every period it shares a day with. Our rules:

    - ``predicted = sum of share * contribution`` with the share of each period's days that lies in the study, first and last day
      included, as in the averaged estimate;
    - ``scale = |lift|``, or the standard error where that is larger, so that a study which found nothing can be used;
    - ``weight = scale / standard_error`` over the mean of the studies that give a standard error; a study without one
      counts like the average one: 1.

    Robyn's rules: ``(end - start) / (first day of the last period - first day of the first)`` instead of the days (one period
    is divided by 0), ``scale = |lift|``, all weights 1.

    Args:
        design: The data.
        studies: What was measured; channels are keys of the design's media.
        rules: Ours, or Robyn's to the letter.

    Raises:
        SettingsError: A study names an unknown channel, touches no period, or found 0 and gives no standard error.

    Source:
        Robyn 3.12.1, R/calibration.R, ``lift_calibration``.
    """
    dates = pd.Series(pd.DatetimeIndex(design.dates))
    rows = [_touched_rows(dates, study) for study in studies]
    scales = [_scale(study, rules) for study in studies]
    weights = [1.0] * len(studies) if rules is CalibrationRules.ROBYN else _weights(studies, scales)
    targets = tuple(
        StudyTarget(
            study=study,
            media=tuple(_medium(design, channel) for channel in study.channels),
            first_row=int(rows[s][0]),
            n_periods=len(rows[s]),
            factor=_factor(study, dates.iloc[rows[s]], rules),
            scale=scales[s],
            weight=weights[s],
            rules=rules,
            day_shares=_day_shares(design, study, rows[s], rules),
        )
        for s, study in enumerate(studies)
    )
    return replace(design, studies=targets)


def describe_fits(design: Design, predicted: FloatArray) -> tuple[StudyFit, ...]:
    """What one model makes of every study that counts.

    Args:
        design: What it was fitted to.
        predicted: Of each usable study, outcome units, shape (n_studies,).
    """
    targets = design.usable_studies
    total = sum(target.weight for target, value in zip(targets, predicted, strict=True) if not np.isnan(value))
    return tuple(
        StudyFit(
            study=target.study,
            n_periods=target.n_periods,
            predicted=float(value),
            measured=target.study.lift,
            ape=float(abs(value - target.study.lift) / target.scale),
            weight=0.0 if np.isnan(value) else target.weight / total,
        )
        for target, value in zip(targets, predicted, strict=True)
    )


def _touched_rows(dates: pd.Series, study: LiftStudy) -> IntArray:
    rows = np.flatnonzero(touched_periods(dates, study.start, study.end))
    if not len(rows):
        raise SettingsError(
            f"The lift study of {study.start} to {study.end} touches no period; the data run from {dates.iloc[0].date()} to "
            f"{dates.iloc[-1].date()}. Correct its days or remove it."
        )
    return rows


def _medium(design: Design, channel: str) -> int:
    if channel not in design.media_names:
        raise SettingsError(
            f"A lift study names {channel!r}, which is none of the model's channels ({', '.join(design.media_names)}). "
            "Correct the name."
        )
    return design.media_names.index(channel)


def _factor(study: LiftStudy, dates: pd.Series, rules: CalibrationRules) -> float:
    if rules is CalibrationRules.OWN:
        return 1.0
    covered = (dates.iloc[-1] - dates.iloc[0]).days
    return (study.end - study.start).days / covered if covered else np.inf


def _day_shares(design: Design, study: LiftStudy, rows: IntArray, rules: CalibrationRules) -> tuple[float, ...]:
    if rules is CalibrationRules.ROBYN:
        return ()
    return tuple(share_of_days(design.dates[rows], design.frequency, study.start, study.end).tolist())


def _scale(study: LiftStudy, rules: CalibrationRules) -> float:
    error = (study.standard_error or 0.0) if rules is CalibrationRules.OWN else 0.0
    scale = max(abs(study.lift), error)
    if scale == 0.0:
        raise SettingsError(
            f"The lift study of {study.start} to {study.end} found a lift of 0, and an error is judged as a share of it. Give "
            "its standard_error, or remove the study."
        )
    return scale


def _weights(studies: Sequence[LiftStudy], scales: Sequence[float]) -> list[float]:
    """Precision of every study over the mean of those that tell it; 1 for the others."""
    precision = {
        s: scale / study.standard_error
        for s, (study, scale) in enumerate(zip(studies, scales, strict=True))
        if study.standard_error is not None
    }
    mean = sum(precision.values()) / len(precision) if precision else 1.0
    return [precision.get(s, mean) / mean for s in range(len(studies))]
