"""Lift studies as observations: which rows they cover, how exact they are."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mmm_core.engine.study_errors import standard_error
from mmm_core.entities.date_checks import period_days, share_of_days
from mmm_core.entities.design import Design, FloatArray
from mmm_core.entities.settings import LiftStudy
from mmm_core.kernels.sampler_media import Lifts

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
            (share * period_days(design.dates, design.frequency)).sum() / (1 + (study.end - study.start).days)
        )
        name = f"The lift study of {', '.join(study.channels)} from {study.start} to {study.end}"
        if covered < _LEAST_COVERED:
            notes.append(f"{name} is not used: {covered:.0%} of its days lie in the data, at least half are needed.")
            continue
        error, how = standard_error(study, expected)
        if how:
            notes.append(f"{name} gives no standard error; {error:,.{0 if error >= 100 else 3}f} is taken ({how}).")
        if covered < 0.999:
            notes.append(
                f"{name} lies partly outside the data; its lift is scaled to the {covered:.0%} of its days inside."
            )
        inside = min(covered, 1.0)
        rows.append((study, inside * study.lift / unit, (inside * error / unit) ** -2.0))
    used = [study for study, _, _ in rows]
    lift, precision = (np.array([row[k] for row in rows], dtype=np.float64) for k in (1, 2))
    return LiftsAndNotes(place_lifts(design, used, lift, precision), tuple(notes))


def place_lifts(design: Design, studies: Sequence[LiftStudy], lift: FloatArray, precision: FloatArray) -> Lifts:
    """Studies as the kernel reads them.

    Args:
        design: Dates, media.
        studies: Each of at least one day inside the data.
        lift: What each found, shape (n_studies,).
        precision: 1 / standard error squared, same shape.
    """
    shape = len(studies), len(design.dates)
    shares = np.array(
        [share_of_days(design.dates, design.frequency, study.start, study.end) for study in studies]
    ).reshape(shape)
    takes_part = [[name in study.channels for name in design.media_names] for study in studies]
    return Lifts(
        takes_part=np.array(takes_part, dtype=np.int64).reshape(len(studies), len(design.media_names)),
        day_share=shares,
        first=(shares > 0).argmax(axis=1),
        end=shape[1] - (shares > 0)[:, ::-1].argmax(axis=1),
        is_immediate=np.array([study.scope == "immediate" for study in studies], dtype=np.int64),
        lift=lift,
        precision=precision,
    )
