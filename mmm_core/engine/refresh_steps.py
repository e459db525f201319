"""The data of every step of a refresh: a window moved by whole periods, and no row beyond its end that was not there before."""

import datetime as dt
from dataclasses import replace

import pandas as pd

from mmm_core.engine.refresh_check import WindowEdges, same_roles, window_edges
from mmm_core.entities.data_checks import rows_in_window
from mmm_core.entities.date_checks import STEP_DAYS, detect_frequency, touched_periods
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.settings import (
    CalibrationInput,
    MarkedPeriods,
    ModelSettings,
    Treatment,
    Window,
)
from mmm_core.errors import DataError, SettingsError


def step_data(
    previous: MMMDataCollection,
    new: MMMDataCollection,
    steps: int,
    calibration: CalibrationInput | None = None,
    weibull_length: int | None = None,
) -> MMMDataCollection:
    """The data of one step.

    The window keeps its length in periods and moves by ``steps`` of them; its ends are the first days of its first and last
    period. Rows after its end are cut off unless the previous table had them, so that a step sees what was known then. One-off
    periods and lift studies that the step cannot use are left out of it, and come back when it can.

    Args:
        previous: The data of the model before.
        new: The full new data; its settings count, apart from the window.
        steps: Periods.
        calibration: Lift studies beside those of the previous and the new settings.
        weibull_length: Periods on which a Weibull scale is measured; None means that of ``new``.

    Raises:
        SettingsError: The roles of the two settings differ.
        DataError: The window is longer than the data; or the table cannot be modelled.
    """
    if not same_roles(previous.settings, new.settings):
        raise SettingsError(
            "The new data have other roles than the previous model: columns, signs, adstock and baseline must stay. Use the "
            "previous settings, or run a new model."
        )
    edges = moved_edges(previous, new, steps)
    last = max(edges.last, int(new.dates.searchsorted(previous.dates.iloc[-1], side="right")) - 1)
    window = Window(start=new.dates.iloc[edges.first].date(), end=new.dates.iloc[edges.last].date())
    studies = merged_studies(previous.settings.calibration, new.settings.calibration, calibration)
    settings = usable_settings(replace(new.settings, window=window, calibration=studies), new.dates.iloc[: last + 1])
    length = weibull_length or new.weibull_length
    return replace(new, table=new.table.iloc[: last + 1], settings=settings, weibull_length=length)


def moved_edges(previous: MMMDataCollection, new: MMMDataCollection, steps: int) -> WindowEdges:
    """Where the previous window lies in the new table once moved by ``steps`` periods.

    Raises:
        DataError: It begins before the data, or ends behind them.
    """
    before = window_edges(previous)
    at_end = int(new.dates.searchsorted(previous.dates.iloc[before.last], side="right")) - 1
    last = at_end + steps
    first = last - before.n_periods + 1
    if first < 0 or last >= len(new.table):
        unit = new.frequency.value
        raise DataError(
            f"A window of {before.n_periods} {unit}s that ends {steps} {unit}s after {previous.dates.iloc[before.last].date()} "
            f"does not fit into the data, which run from {new.dates.iloc[0].date()} to {new.dates.iloc[-1].date()}. Give more "
            "history, or run a new model."
        )
    return WindowEdges(first, last)


def merged_studies(*inputs: CalibrationInput | None) -> CalibrationInput:
    """All lift studies, each once, in the order they came."""
    studies = [study for given in inputs if given is not None for study in given.studies]
    return CalibrationInput(studies=tuple(dict.fromkeys(studies)))


def usable_settings(settings: ModelSettings, dates: pd.Series) -> ModelSettings:
    """The settings without the one-off periods and lift studies that these periods cannot use yet, or any more.

    Args:
        settings: Their window lies within the dates.
        dates: First day of every period, ascending.
    """
    frequency = detect_frequency(dates)
    assert frequency is not None, "the dates of data that can be modelled"
    first, last = dates.iloc[0].date(), dates.iloc[-1].date() + dt.timedelta(days=STEP_DAYS[frequency][1] - 1)
    studies = tuple(one for one in settings.calibration.studies if first <= one.start and one.end <= last)
    plain = replace(settings, calibration=CalibrationInput(studies=studies), bounds={})
    left_out = tuple(mark for mark in settings.marked if mark.treatment is Treatment.LEAVE_OUT)
    modelled = rows_in_window(dates, replace(plain, marked=left_out))

    def has_effect(mark: MarkedPeriods) -> bool:
        touched = touched_periods(dates, mark.start, mark.end)
        return bool(touched[modelled].any() if mark.treatment is Treatment.EVENT else touched.any())

    kept = replace(plain, marked=tuple(mark for mark in settings.marked if has_effect(mark)))
    return replace(
        kept, bounds={name: given for name, given in settings.bounds.items() if name in kept.bounded_columns}
    )
