"""A design as arrays and plain values, for the codecs of results."""

from collections.abc import Mapping
from dataclasses import fields
from typing import cast

import numpy as np
from numpy.typing import NDArray

from mmm_core.entities.calibration import StudyTarget
from mmm_core.entities.columns import AdstockKind, Frequency
from mmm_core.entities.design import Design, FloatArray, IntArray
from mmm_core.entities.refresh_aim import RefreshAim
from mmm_core.store.codec import decode

Arrays = Mapping[str, NDArray[np.generic]]
_ARRAYS = ("dates", "outcome", "baseline", "media", "spend", "lower", "upper", "rows")


def design_arrays(design: Design) -> dict[str, NDArray[np.generic]]:
    """The arrays of a design under the names :func:`read_design` looks for."""
    return {f"design_{name}": getattr(design, name) for name in _ARRAYS}


def design_document(design: Design) -> dict[str, object]:
    """Everything else of a design, for JSON."""
    return {field.name: getattr(design, field.name) for field in fields(design) if field.name not in _ARRAYS}


def read_design(plain: Mapping[str, object], arrays: Arrays) -> Design:
    """Put a design together again."""
    return Design(
        dates=arrays["design_dates"].astype("datetime64[D]"),
        outcome=floats(arrays["design_outcome"]),
        baseline_names=names_of(plain["baseline_names"]),
        baseline=floats(arrays["design_baseline"]),
        media_names=names_of(plain["media_names"]),
        media=floats(arrays["design_media"]),
        n_paid=cast(int, plain["n_paid"]),
        adstock=tuple(AdstockKind(kind) for kind in names_of(plain["adstock"])),
        spend=floats(arrays["design_spend"]),
        lower=floats(arrays["design_lower"]),
        upper=floats(arrays["design_upper"]),
        trend_column=cast(int, plain["trend_column"]),
        rows=cast(IntArray, arrays["design_rows"]),
        weibull_length=cast(int, plain["weibull_length"]),
        frequency=Frequency(str(plain["frequency"])),
        dropped=names_of(plain["dropped"]),
        unseen_from=cast(int | None, plain.get("unseen_from")),
        studies=tuple(decode(StudyTarget, study) for study in cast(list[object], plain.get("studies", []))),
        aim=None if plain.get("aim") is None else decode(RefreshAim, plain["aim"]),
    )


def names_of(values: object) -> tuple[str, ...]:
    """A list of texts from JSON."""
    assert isinstance(values, list), "written as a list"
    return tuple(str(value) for value in values)


def floats(array: NDArray[np.generic]) -> FloatArray:
    """An array as it was: float64, same shape."""
    return array.astype(np.float64, copy=False)
