"""Data as they were at a past date: nothing that came later can be looked at, except the media of the periods to foretell."""

from collections.abc import Collection
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from mmm_core.entities.date_checks import touched_periods
from mmm_core.entities.design import IntArray
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.settings import ModelSettings, Treatment, Window


class PastView(NamedTuple):
    """What was known, and what is to be foretold.

    Attributes:
        known: The table ends with the periods to foretell, the window with the last known one.
        span: The same with a window that ends with the periods to foretell.
        n_known: Modelled periods known.
        ahead: Rows of the table to foretell, shape (horizon,).
        unseen_from: Row from which on the outcome was not known.
        left_out: Channels that had not varied yet, so that nothing was known of them.
    """

    known: MMMDataCollection
    span: MMMDataCollection
    n_known: int
    ahead: IntArray
    unseen_from: int
    left_out: tuple[str, ...]


def view_at(data: MMMDataCollection, n_known: int, n_ahead: int) -> PastView:
    """Cut the data after the periods to foretell, and the window before them.

    Lift studies that were not over then are left out, because a lift is an outcome too; so are events that had not happened, and
    channels that had not been bought.

    Args:
        data: All data.
        n_known: Modelled periods known.
        n_ahead: Modelled periods to foretell.

    Raises:
        DataError: The known periods alone cannot be modelled.
    """
    rows, ahead = data.rows[:n_known], data.rows[n_known : n_known + n_ahead]
    unseen_from = int(rows[-1]) + 1
    table, dates = data.table.iloc[: ahead[-1] + 1], data.dates.iloc[: ahead[-1] + 1]
    left_out = tuple(name for name in data.settings.channels if _is_idle(data, name, rows))
    settings = _settings_then(without_channels(data.settings, left_out), dates, rows, unseen_from)
    start = dates.iloc[rows[0]].date()
    known, span = (
        MMMDataCollection(
            table=table, settings=replace(settings, window=Window(start=start, end=dates.iloc[last].date()))
        )
        for last in (rows[-1], ahead[-1])
    )
    return PastView(known, span, n_known, ahead, unseen_from, left_out)


def _settings_then(settings: ModelSettings, dates: pd.Series, rows: IntArray, unseen_from: int) -> ModelSettings:
    """Without events not met yet (their effect was not known), and without studies that were not over."""
    marked = []
    for mark in settings.marked:
        touched = touched_periods(dates, mark.start, mark.end)
        if touched.any() if mark.treatment is Treatment.LEAVE_OUT else touched[rows].any():
            marked.append(mark)
    studies = []
    for study in settings.calibration.studies:
        touched = touched_periods(dates, study.start, study.end)
        if touched[:unseen_from].any() and not touched[unseen_from:].any():
            studies.append(study)
    return replace(settings, marked=tuple(marked), calibration=replace(settings.calibration, studies=tuple(studies)))


def without_channels(settings: ModelSettings, left_out: Collection[str]) -> ModelSettings:
    """The same settings without some channels, their bounds, and the studies they take part in."""
    if not left_out:
        return settings
    studies = tuple(study for study in settings.calibration.studies if not set(study.channels) & set(left_out))
    return replace(
        settings,
        paid_media=tuple(paid for paid in settings.paid_media if paid.spend not in left_out),
        organic=tuple(organic for organic in settings.organic if organic.column not in left_out),
        bounds={name: bounds for name, bounds in settings.bounds.items() if name not in left_out},
        calibration=replace(settings.calibration, studies=studies),
    )


def _is_idle(data: MMMDataCollection, channel: str, rows: IntArray) -> bool:
    """Whether spend or exposure of a channel is the same in all of these rows."""
    exposures = [paid.exposure for paid in data.settings.paid_media if paid.spend == channel and paid.exposure]
    columns = data.table[[channel, *exposures]].to_numpy(dtype=np.float64)[rows]
    return bool((np.ptp(columns, axis=0) == 0).any())
