"""At which past dates a backtest foretells, and how many the data allow; nothing heavy, so that a page can ask."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from mmm_core.entities.columns import Frequency
from mmm_core.entities.data_checks import count_estimated_columns
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.errors import DataError

YEAR: Mapping[Frequency, int] = MappingProxyType({Frequency.DAY: 364, Frequency.WEEK: 52, Frequency.MONTH: 12})
"""Periods after which the seasons come again: 12 months, 52 weeks, or 364 days, so that weekdays meet."""


def most_dates(data: MMMDataCollection, horizon: int) -> int:
    """How many dates, one horizon apart, leave a year of data and enough periods for the model before them."""
    least = _least_known(data)
    return max((data.n_periods - least) // horizon, 0) if horizon <= YEAR[data.frequency] else 0


def plan_dates(data: MMMDataCollection, n_dates: int, horizon: int) -> list[int]:
    """Modelled periods known at each date, oldest first.

    Args:
        data: All data.
        n_dates: Dates wanted.
        horizon: Modelled periods foretold at each; at most a year, because the year before is what forecasts are compared with.

    Raises:
        DataError: There are too few periods; says how many are needed.
    """
    period, year = data.frequency.value, YEAR[data.frequency]
    if horizon > year:
        raise DataError(
            f"A forecast must not reach further than a year ({year} {period}s), because it is compared with the year before; "
            f"got {horizon}. Choose a shorter horizon."
        )
    most, least = most_dates(data, horizon), _least_known(data)
    if n_dates > most:
        advice = f"at most {most} are possible" if most else "choose a shorter horizon, or add history"
        raise DataError(
            f"{n_dates} forecast{'' if n_dates == 1 else 's'} of {horizon} {period}{'' if horizon == 1 else 's'} each need "
            f"{least + n_dates * horizon} modelled {period}s, of which {least} come before the first; there are "
            f"{data.n_periods}: {advice}."
        )
    return [data.n_periods - horizon * back for back in range(n_dates, 0, -1)]


def _least_known(data: MMMDataCollection) -> int:
    """A year of rows before the first forecast, and two periods per estimated column."""
    columns = count_estimated_columns(data.table.iloc[data.rows], data.settings)
    year_of_rows = int(np.searchsorted(data.rows, YEAR[data.frequency]))
    return max(year_of_rows, 2 * columns)
