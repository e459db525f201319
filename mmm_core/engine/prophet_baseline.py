"""Trend, season, weekday, holidays and factors of the outcome, estimated by Prophet as Robyn does."""

import hashlib
import logging
import tempfile
import threading
import warnings
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mmm_core.entities.design import DateArray, FloatArray
from mmm_core.errors import DataError

if TYPE_CHECKING:
    from prophet import Prophet

CACHE_SIZE = 32
"""Fits kept per process; one of a weekly table takes about 20 kB."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BaselineQuestion:
    """What Prophet is asked to split.

    Attributes:
        dates: First day of every period, datetime64[D], shape (n_all,).
        outcome: Shape (n_all,); NaN in periods that must not influence the fit.
        season: Whether there is a yearly pattern.
        weekday: Whether there is a weekly pattern.
        holidays: Columns ``date`` and ``holiday``; may be empty, and may name days outside the data.
        dummies: 0/1 columns of the factors, shape (n_all, n_dummies).
    """

    dates: DateArray
    outcome: FloatArray
    season: bool
    weekday: bool
    holidays: pd.DataFrame
    dummies: FloatArray

    @property
    def digest(self) -> str:
        """SHA-256 of everything the answer depends on."""
        digest = hashlib.sha256(repr((self.season, self.weekday, self.dummies.shape)).encode())
        for array in (self.dates.astype("datetime64[D]").astype(np.int64), self.outcome, self.dummies):
            digest.update(np.ascontiguousarray(array).tobytes())
        for date, name in zip(self.holidays["date"], self.holidays["holiday"], strict=True):
            digest.update(f"{date}\0{name}\0".encode())
        return digest.hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BaselineParts:
    """What Prophet answers, in units of the outcome. Parts not asked for are zero.

    Attributes:
        trend: Shape (n_all,).
        season: Shape (n_all,).
        weekday: Shape (n_all,).
        holiday: Shape (n_all,).
        dummies: Effect of each 0/1 column, shape (n_all, n_dummies).
    """

    trend: FloatArray
    season: FloatArray
    weekday: FloatArray
    holiday: FloatArray
    dummies: FloatArray


_cache: OrderedDict[str, BaselineParts] = OrderedDict()
_lock = (
    threading.Lock()
)  # one fit at a time: Prophet's own set-up is not thread-safe, and two equal questions wait for one


def split_outcome(question: BaselineQuestion) -> BaselineParts:
    """Split the outcome; the second time the same question is answered from memory.

    Raises:
        DataError: Prophet cannot fit these data.

    Source:
        Robyn 3.12.1, R/inputs.R, ``prophet_decomp``: Prophet's defaults on all rows of the table.
    """
    key = question.digest
    with _lock:
        if key in _cache:
            _cache.move_to_end(key)
            return _cache[key]
        parts = _ask_prophet(question)
        _remember(key, parts)
        return parts


def _remember(key: str, parts: BaselineParts) -> None:
    _cache[key] = parts
    if len(_cache) > CACHE_SIZE:
        _cache.popitem(last=False)


def forget_fits() -> None:
    """Empty the memory of earlier fits (for benchmarks and tests)."""
    with _lock:
        _cache.clear()


def _ask_prophet(question: BaselineQuestion) -> BaselineParts:
    _silence_prophet()
    import cmdstanpy

    frame = pd.DataFrame({"ds": pd.to_datetime(question.dates), "y": question.outcome})
    names = [f"dummy {j}" for j in range(question.dummies.shape[1])]
    frame[names] = question.dummies
    with cmdstanpy.disable_logging(), tempfile.TemporaryDirectory(prefix="mmm-studio-") as folder:
        model = _new_model(question, names)
        try:
            model.fit(frame, seed=1, output_dir=folder)
        except RuntimeError as error:
            raise DataError(
                "Prophet could not split the outcome into trend and season; check the outcome for extreme values, or switch "
                "all baseline parts off."
            ) from error
        forecast = model.predict(frame.drop(columns="y"))
    return BaselineParts(
        trend=_component(forecast, "trend"),
        season=_component(forecast, "yearly"),
        weekday=_component(forecast, "weekly"),
        holiday=_component(forecast, "holidays"),
        dummies=np.column_stack([_component(forecast, name) for name in names] or [np.empty((len(frame), 0))]),
    )


def _new_model(question: BaselineQuestion, dummy_names: list[str]) -> "Prophet":
    from prophet import Prophet

    holidays = pd.DataFrame({"ds": question.holidays["date"], "holiday": question.holidays["holiday"].map(_safe_name)})
    model = Prophet(
        holidays=None if holidays.empty else holidays,
        yearly_seasonality=question.season,
        weekly_seasonality=question.weekday,
        daily_seasonality=False,
        uncertainty_samples=0,  # only the point estimate is used; drawing the intervals takes longer than the fit
    )
    for name in dummy_names:
        model.add_regressor(name)
    return model


def _safe_name(holiday: str) -> str:
    """A name that is none of Prophet's own; the common beginning keeps the order in which Prophet sorts them."""
    return f"holiday {holiday}".replace("_delim_", " ")


def _component(forecast: pd.DataFrame, name: str) -> FloatArray:
    return forecast[name].to_numpy(np.float64) if name in forecast else np.zeros(len(forecast))


def _silence_prophet() -> None:
    """Keep Prophet's progress notes and its calls of ageing pandas options off the user's screen.

    The filters stay: setting them back would race with other threads, and they name Prophet's own module only.
    """
    warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"prophet\.")
    warnings.filterwarnings("ignore", category=FutureWarning, module=r"prophet\.")
    import prophet  # noqa: F401  (sets its logger to INFO on import)

    logging.getLogger("prophet").setLevel(logging.ERROR)
