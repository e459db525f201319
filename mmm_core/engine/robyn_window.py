"""Which periods a Robyn model was fitted to, and which Robyn would take were it fed its own file.

Robyn moves the ends of a window to the nearest dates of the data and stores the last *day* of the last period. That day is
often nearer to the next period, so the file, read again, means another window. The rows of the model are known all the same:
the stored start is a date of the data, and the number of periods is stored too.

Source:
    Robyn 3.12.1, R/checks.R, ``check_windows``.
"""

import datetime as dt

import numpy as np
import pandas as pd

from mmm_core.engine.robyn_document import Block
from mmm_core.engine.window_rows import WindowRows
from mmm_core.entities.columns import Frequency
from mmm_core.entities.date_checks import STEP_DAYS
from mmm_core.entities.robyn import Difference
from mmm_core.entities.settings import Window


def snapped_rows(dates: pd.Series, start: dt.date, end: dt.date, frequency: Frequency) -> WindowRows:
    """Rows Robyn takes for a window: the nearest date to each end, the earlier one on ties.

    Args:
        dates: First day of every period, ascending, shape (n_all,).
        start: As given to Robyn.
        end: As given to Robyn; a later one than the data is moved to their last day.
        frequency: Length of one period.
    """
    first_day = max(pd.Timestamp(start), dates.iloc[0])
    last_day = min(pd.Timestamp(end), _next_date(dates.iloc[-1], frequency) - pd.Timedelta(days=1))
    nearest = [int(np.argmin(np.abs((dates - day).dt.days.to_numpy()))) for day in (first_day, last_day)]
    return WindowRows(*nearest)


def modelled_rows(inputs: Block, dates: pd.Series, frequency: Frequency) -> WindowRows | None:
    """Rows the model was fitted to; None when the data lack them, which is noted among the problems.

    Args:
        inputs: Block ``InputCollect``.
        dates: First day of every period, ascending, shape (n_all,).
        frequency: Length of one period.
    """
    start, end = day_of(inputs, "window_start"), day_of(inputs, "window_end")
    length = inputs.whole_number("rollingWindowLength", 0)
    if start is None:
        return WindowRows(0, len(dates) - 1)
    if not length:
        return snapped_rows(dates, start, end or dates.iloc[-1].date(), frequency)
    found = np.flatnonzero((dates == pd.Timestamp(start)).to_numpy())
    if not len(found) or found[0] + length > len(dates):
        inputs.problems.append(
            f"The model was fitted to {length} {frequency.value}s from {start} on, but the data run from "
            f"{dates.iloc[0].date()} to {dates.iloc[-1].date()} with {len(dates)} "
            f"rows{'' if len(found) else f', none of them of {start}'}. Give the table that Robyn was given."
        )
        return None
    return WindowRows(int(found[0]), int(found[0]) + length - 1)


def window_of(rows: WindowRows, dates: pd.Series, inputs: Block) -> Window:
    """The rows as a window of ours: the stored days where they mean these rows here, else the dates of the rows."""
    last = dates.iloc[rows.last].date()
    after = dates.iloc[rows.last + 1].date() if rows.last + 1 < len(dates) else dt.date.max
    stored = day_of(inputs, "window_end")
    end = stored if stored is not None and last <= stored < after else last
    return Window(start=dates.iloc[rows.first].date(), end=end)


def window_difference(rows: WindowRows, dates: pd.Series, inputs: Block, frequency: Frequency) -> Difference | None:
    """What Robyn would make of the stored window; None when the same rows."""
    start, end = day_of(inputs, "window_start"), day_of(inputs, "window_end")
    if start is None or end is None:
        return None
    again = snapped_rows(dates, start, end, frequency)
    if again == rows:
        return None
    unit = frequency.value
    return Difference(
        subject="Window",
        sentence=(
            f"The model was fitted to {rows.n_periods} {unit}s, the last that of {dates.iloc[rows.last].date()}; these are "
            f"modelled here. Robyn itself would take {again.n_periods} {unit}s from this file, up to "
            f"{dates.iloc[again.last].date()}: it stores the window's end as {end} and moves an end to the nearest date."
        ),
    )


def day_of(block: Block, key: str) -> dt.date | None:
    """A day; None when it is missing or no day, which is noted."""
    text = block.text(key)
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        block.refuse(key, "a day such as 2024-12-31")
        return None


def _next_date(last: pd.Timestamp, frequency: Frequency) -> pd.Timestamp:
    if frequency is Frequency.MONTH:
        return last + pd.DateOffset(months=1)
    return last + pd.Timedelta(days=STEP_DAYS[frequency][0])
