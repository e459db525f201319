"""The data of every step of a refresh: a window moved by whole periods, and no row beyond its end that was not there before."""

from dataclasses import replace

from mmm_core.engine.refresh_check import same_roles, usable_settings, window_edges
from mmm_core.engine.window_rows import WindowRows
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.settings import CalibrationInput, Window
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


def moved_edges(previous: MMMDataCollection, new: MMMDataCollection, steps: int) -> WindowRows:
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
    return WindowRows(first, last)


def merged_studies(*inputs: CalibrationInput | None) -> CalibrationInput:
    """All lift studies, each once, in the order they came."""
    studies = [study for given in inputs if given is not None for study in given.studies]
    return CalibrationInput(studies=tuple(dict.fromkeys(studies)))
