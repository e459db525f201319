"""Forecasts made as if at past dates, against what came: does the model foretell periods it has not seen?"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from mmm_core.entities.columns import Frequency
from mmm_core.entities.design import FloatArray
from mmm_core.errors import BoundsError

MOST_DATES = 26
MOST_AHEAD = 366
_TINY = 1e-300


class Subject(StrEnum):
    """What is put to the test."""

    AVERAGED = "averaged"
    MODEL = "model"
    PROCEDURE = "procedure"


class Contender(StrEnum):
    """Whose forecasts are compared."""

    MODEL = "model"
    NO_MEDIA = "no_media"
    NAIVE = "naive"


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestQuestion:
    """What is asked.

    Attributes:
        subject: The averaged estimate; one model, its coefficients fitted again at every date; or the whole search, from which
            the recommended model is taken anew at every date.
        n_dates: Past dates, one horizon apart, the last one a horizon before the end of the data.
        horizon: Periods foretold at each.
        solution_id: The model, for ``Subject.MODEL``.
        trials: Trials of each search, for ``Subject.PROCEDURE``.
        iterations: Candidates of each of these trials.

    Raises:
        BoundsError: A number is outside its limits.
    """

    subject: Subject
    n_dates: int
    horizon: int
    solution_id: str = ""
    trials: int = 0
    iterations: int = 0

    def __post_init__(self) -> None:
        for name, value, most in (("n_dates", self.n_dates, MOST_DATES), ("horizon", self.horizon, MOST_AHEAD)):
            if not 1 <= value <= most:
                raise BoundsError(f"{name} must be a whole number from 1 to {most}, got {value!r}.")
        if self.subject is Subject.PROCEDURE and not (self.trials >= 1 and self.iterations >= 1):
            raise BoundsError(
                f"A backtest of the whole search needs trials and iterations of at least 1; got {self.trials} and "
                f"{self.iterations}."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class DateForecast:
    """What was foretold at one date; all amounts in outcome units, one per period of the horizon.

    Attributes:
        known_until: First day of the last period known at that date.
        n_known: Modelled periods known.
        dates: First days of the periods foretold.
        actual: What came.
        model: What the tested model foretold, with the media that were really bought.
        no_media: What the same model without any media foretold.
        naive: What had come in the same periods of the year before.
        low: Low end of the 90% range of ``model``; empty where it gives none.
        high: High end.
        outcome_range: Largest less smallest outcome of the periods known, by which NRMSE is divided.
        solution_id: The model the search recommended then; empty for other subjects.
        left_out: Channels of which nothing was known then, because they had not been bought.
    """

    known_until: dt.date
    n_known: int
    dates: tuple[dt.date, ...]
    actual: tuple[float, ...]
    model: tuple[float, ...]
    no_media: tuple[float, ...]
    naive: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    outcome_range: float
    solution_id: str = ""
    left_out: tuple[str, ...] = ()

    def errors(self, contender: Contender) -> FloatArray:
        """Forecast less what came, shape (horizon,)."""
        errors: FloatArray = np.array(getattr(self, contender.value)) - np.array(self.actual)
        return errors

    def miss(self, contender: Contender) -> float:
        """``sum |error| / sum |actual|``: the average miss as a share of the outcome; defined also where single periods are 0."""
        return float(np.abs(self.errors(contender)).sum() / max(np.abs(self.actual).sum(), _TINY))

    def nrmse(self, contender: Contender) -> float:
        """``sqrt(mean error**2)`` over the range of the outcome known at that date."""
        return float(np.sqrt((self.errors(contender) ** 2).mean()) / max(self.outcome_range, _TINY))


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedDate:
    """A date at which no model could be made.

    Attributes:
        known_until: First day of the last period known at that date.
        reason: One sentence.
    """

    known_until: dt.date
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """Forecasts so far, oldest first.

    Attributes:
        question: What was asked.
        frequency: Length of a period.
        forecasts: One per date that was possible.
        refused: The others.
    """

    question: BacktestQuestion
    frequency: Frequency
    forecasts: tuple[DateForecast, ...] = ()
    refused: tuple[RefusedDate, ...] = ()

    @property
    def n_done(self) -> int:
        """Dates dealt with."""
        return len(self.forecasts) + len(self.refused)

    @property
    def is_complete(self) -> bool:
        """Whether every date was dealt with."""
        return self.n_done >= self.question.n_dates

    def miss(self, contender: Contender) -> float:
        """:meth:`DateForecast.miss` over all dates together: ``sum |error| / sum |actual|``."""
        total = sum(float(np.abs(one.actual).sum()) for one in self.forecasts)
        return sum(float(np.abs(one.errors(contender)).sum()) for one in self.forecasts) / max(total, _TINY)

    def nrmse(self, contender: Contender) -> float:
        """Mean of :meth:`DateForecast.nrmse` over the dates."""
        return float(np.mean([one.nrmse(contender) for one in self.forecasts]))

    def miss_by_step(self, contender: Contender) -> FloatArray:
        """:meth:`miss` of the first period ahead, the second, ..., each over all dates, shape (horizon,)."""
        errors = np.abs([one.errors(contender) for one in self.forecasts]).sum(axis=0)
        actual = np.abs([one.actual for one in self.forecasts]).sum(axis=0)
        by_step: FloatArray = errors / np.maximum(actual, _TINY)
        return by_step

    def wins(self, rival: Contender) -> int:
        """Dates at which the model missed by less than the rival."""
        return sum(one.miss(Contender.MODEL) < one.miss(rival) for one in self.forecasts)

    @property
    def covered(self) -> float | None:
        """Share of the periods inside the 90% range; None where the model gives none."""
        inside = [
            low <= actual <= high
            for one in self.forecasts
            for low, actual, high in zip(one.low, one.actual, one.high, strict=False)
        ]
        return float(np.mean(inside)) if inside else None
