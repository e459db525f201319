"""Whether two entities hold the same bits, whatever is nested in them."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass

import numpy as np
import pandas as pd


def differences(left: object, right: object, where: str = "") -> list[str]:
    """Where two values differ; empty when every bit, type and order is the same."""
    if type(left) is not type(right):
        return [f"{where}: {type(left).__name__} / {type(right).__name__}"]
    if isinstance(left, pd.DataFrame):
        return _table_differences(left, right, where)
    if isinstance(left, np.ndarray):
        same = left.dtype == right.dtype and left.shape == right.shape and left.tobytes() == right.tobytes()
        return [] if same else [f"{where}: arrays"]
    if is_dataclass(left) or isinstance(left, Mapping | list | tuple):
        ours, theirs = _parts(left), _parts(right)
        if list(ours) != list(theirs):
            return [f"{where}: {list(ours)} / {list(theirs)}"]
        return [found for name in ours for found in differences(ours[name], theirs[name], f"{where}.{name}")]
    return [] if left == right else [f"{where}: {left!r} / {right!r}"]


def _parts(value: object) -> dict[object, object]:
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return dict(value) if isinstance(value, Mapping) else dict(enumerate(value))


def _table_differences(left: pd.DataFrame, right: pd.DataFrame, where: str) -> list[str]:
    try:
        pd.testing.assert_frame_equal(left, right, check_exact=True, check_freq=False)
    except AssertionError as error:
        return [f"{where}: {error}"]
    floats = left.select_dtypes("float")
    same_bits = np.array_equal(np.signbit(floats.fillna(0)), np.signbit(right[floats.columns].fillna(0)))
    return [] if same_bits else [f"{where}: signs of zero"]
