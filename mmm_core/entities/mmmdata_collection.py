"""A table joined with what its columns mean. One that exists can be modelled: everything wrong is refused here, at once."""

import hashlib
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from mmm_core.entities.columns import Frequency
from mmm_core.entities.data_checks import find_problems, rows_in_window
from mmm_core.entities.date_checks import detect_frequency, parse_dates
from mmm_core.entities.design import IntArray
from mmm_core.entities.settings import ModelSettings
from mmm_core.errors import DataError


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MMMDataCollection:
    """Data and settings of a model.

    Attributes:
        table: One row per period, oldest first (sorted on the way in); the date column as datetime64.
        settings: Roles, window, baseline and bounds.
        weibull_length: Periods on which the scale of a Weibull adstock is measured; None means all rows. A refresh keeps the
            length of the initial model, so that more data do not change a decay.
        frequency: Length of one period, detected from the dates.
        rows: Indices of the modelled periods: inside the window and not left out, shape (n_rows,).
        data_hash: SHA-256 of the used columns.

    Raises:
        DataError: The table cannot be modelled; carries every reason.
    """

    table: pd.DataFrame
    settings: ModelSettings
    weibull_length: int | None = None
    frequency: Frequency = field(init=False)
    rows: IntArray = field(init=False)
    data_hash: str = field(init=False)

    def __post_init__(self) -> None:
        problems = find_problems(self.table, self.settings)
        if problems:
            raise DataError(problems)
        date = self.settings.date
        table = self.table.copy()
        table[date] = parse_dates(table[date])
        table = table.sort_values(date, ignore_index=True)
        frequency = detect_frequency(table[date])
        assert frequency is not None, "find_problems refuses tables without a regular spacing"
        object.__setattr__(self, "table", table)
        object.__setattr__(self, "frequency", frequency)
        object.__setattr__(self, "rows", rows_in_window(table[date], self.settings))
        object.__setattr__(self, "data_hash", hash_table(table[list(self.settings.used_columns)]))

    @property
    def dates(self) -> pd.Series:
        """First day of every period, all rows."""
        return self.table[self.settings.date]

    @property
    def n_periods(self) -> int:
        """How many periods are modelled."""
        return len(self.rows)


def hash_table(table: pd.DataFrame) -> str:
    """SHA-256 of a table's names and values; independent of the index.

    Args:
        table: Any number of rows and columns.

    Returns:
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for name in table.columns:
        digest.update(f"{name}\0".encode())
        values = table[name]
        if pd.api.types.is_numeric_dtype(values):
            digest.update(np.ascontiguousarray(values.to_numpy(np.float64)).tobytes())
        else:
            digest.update("\0".join(map(str, values.astype(str))).encode())
    return digest.hexdigest()
