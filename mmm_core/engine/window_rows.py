"""A window as rows of a table."""

from typing import NamedTuple


class WindowRows(NamedTuple):
    """First and last period of a window, as rows counted from 0, both included; periods left out in between count too."""

    first: int
    last: int

    @property
    def n_periods(self) -> int:
        """How many."""
        return self.last - self.first + 1
