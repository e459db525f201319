"""Tables that a spreadsheet may open without running what is written in them."""

import re

import pandas as pd

_RISKY_START = ("=", "+", "@", "-", "\t", "\r")
_PLAIN_NUMBER = re.compile(r"[-+]?(?:\d[\d.,\s]*|\.\d+)(?:[eE][-+]?\d+)?%?")


def safe_for_spreadsheet(frame: pd.DataFrame) -> pd.DataFrame:
    """Put a quotation mark before texts that a spreadsheet would run as formulas.

    Numbers, also negative ones and those written as text, stay as they are.

    Args:
        frame: Any table; text is looked for in names and in columns that are not numeric.

    Returns:
        A table of the same shape, for ``to_csv`` and ``to_excel``.
    """
    safe = frame.copy()
    for i in range(frame.shape[1]):
        column = frame.iloc[:, i]
        if isinstance(column.dtype, pd.CategoricalDtype):
            column = column.astype(object)
        if pd.api.types.is_object_dtype(column) or pd.api.types.is_string_dtype(column):
            safe.isetitem(i, column.map(quote_formula).array)
    return safe.set_axis([quote_formula(name) for name in frame.columns], axis=1)


def quote_formula(value: object) -> object:
    """A text that starts like a formula gets a leading quotation mark; everything else is returned unchanged."""
    if isinstance(value, str) and value.startswith(_RISKY_START) and not _PLAIN_NUMBER.fullmatch(value):
        return f"'{value}"
    return value
