"""Text columns such as promotion types, turned into 0/1 columns."""

import numpy as np
import pandas as pd

from mmm_core.entities.design import FloatArray

MAX_LEVELS = 10
OTHER = "OTHER"


def is_factor(values: pd.Series) -> bool:
    """Whether a column holds text rather than numbers or truth values."""
    return not (pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values))


def one_hot(values: pd.Series) -> tuple[tuple[str, ...], FloatArray]:
    """One 0/1 column per level but one, as Robyn hands them to Prophet.

    Levels are sorted and the last is left out; of two levels the first is left out. Beyond ten levels the rarer ones
    become "OTHER".

    Args:
        values: Text, shape (n_all,).

    Returns:
        The levels kept and their columns, shape (n_all, n_levels).

    Source:
        Robyn 3.12.1, R/inputs.R, ``prophet_decomp``, which calls ``ohse(drop = FALSE)`` of the package lares.
    """
    labels = _limited_levels(values)
    levels = sorted(set(labels))
    kept = tuple(levels[1:] if len(levels) == 2 else levels[:-1])
    return kept, _indicator_columns(labels, kept)


def contrasts(values: pd.Series) -> tuple[tuple[str, ...], FloatArray]:
    """One 0/1 column per level but the most frequent one, which is what the others are compared with.

    Used when there is no Prophet to estimate a factor beforehand (Robyn stops there).

    Args:
        values: Text, shape (n_all,).

    Returns:
        The levels kept, sorted, and their columns, shape (n_all, n_levels).
    """
    labels = _limited_levels(values)
    levels = sorted(set(labels))
    usual = max(levels, key=labels.count)
    kept = tuple(level for level in levels if level != usual)
    return kept, _indicator_columns(labels, kept)


def _limited_levels(values: pd.Series) -> list[str]:
    labels = [str(value) for value in values]
    levels = sorted(set(labels), key=lambda level: (-labels.count(level), level))
    if len(levels) <= MAX_LEVELS:
        return labels
    frequent = set(levels[:MAX_LEVELS])
    return [label if label in frequent else OTHER for label in labels]


def _indicator_columns(labels: list[str], levels: tuple[str, ...]) -> FloatArray:
    return np.array([[float(label == level) for level in levels] for label in labels]).reshape(len(labels), len(levels))
