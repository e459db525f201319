"""What lift studies do to a result: returns with and without them, what each calibration says about every study, conflicts.

Plain values only, so that the codec of the store writes and reads it as JSON.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

from mmm_core.entities.settings import LiftStudy
from mmm_core.errors import SettingsError

TOLERANCE = 2.0
"""Standard errors by which a prediction may differ from what a study found, or two studies from each other."""


VAGUE = 2.0
"""A prediction whose standard deviation is more than so many times the standard error of the study says little."""


class Answer(StrEnum):
    """The two answers of a run, never mixed."""

    RECOMMENDED = "recommended"
    PARETO = "pareto"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelReturn:
    """What one answer says about one paid channel.

    Attributes:
        channel: Channel key.
        roas: Outcome per unit of spend over the modelled periods.
        low: Low end.
        high: High end.
    """

    channel: str
    roas: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyPrediction:
    """What one answer says that one study should have found.

    Attributes:
        predicted: Outcome units; NaN where the study touches periods that are not modelled, so that there is no prediction.
        low: Low end over the models behind the answer.
        high: High end.
        measured: What the study found.
        error: Standard error the difference is judged by, outcome units: the study's, and where an answer was not calibrated
            on it and knows how sure it is, both together.
    """

    predicted: float
    low: float
    high: float
    measured: float
    error: float

    @property
    def distance(self) -> float:
        """Standard errors from what was measured to what is predicted, with its sign; NaN without a prediction."""
        return (self.predicted - self.measured) / self.error

    @property
    def is_hit(self) -> bool | None:
        """Whether they differ by at most :data:`TOLERANCE` standard errors; None without a prediction."""
        return None if math.isnan(self.predicted) else abs(self.distance) <= TOLERANCE

    def is_vague(self, study_error: float) -> bool:
        """Whether the prediction is so unsure of itself that a hit says little: more than twice as much as the study is."""
        return math.hypot(1.0, VAGUE) * study_error < self.error


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibratedAnswer:
    """One answer, calibrated on some of the studies.

    Attributes:
        answer: Which of the two.
        left_out: Numbers of the studies it has not seen, ascending; empty when it was calibrated on all.
        returns: One per paid channel, in design order.
        predictions: One per study, those it has not seen too.
        interval_label: What low and high ends are.
        solution_id: Model the points are those of; empty for the recommended answer.
    """

    answer: Answer
    left_out: tuple[int, ...]
    returns: tuple[ChannelReturn, ...]
    predictions: tuple[StudyPrediction, ...]
    interval_label: str
    solution_id: str = ""

    def return_of(self, channel: str) -> ChannelReturn:
        """What it says about a channel.

        Raises:
            SettingsError: It knows no such paid channel.
        """
        found = next((one for one in self.returns if one.channel == channel), None)
        if found is None:
            raise SettingsError(f"No paid channel is called {channel!r}; there are {', '.join(self.channels)}.")
        return found

    @property
    def channels(self) -> tuple[str, ...]:
        """Paid channels, in design order."""
        return tuple(one.channel for one in self.returns)


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyConflict:
    """Studies that do not go together, or one that does not go with the data.

    Attributes:
        studies: Numbers of the studies concerned.
        sentence: What differs, by how much, and what to do.
    """

    studies: tuple[int, ...]
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyReport:
    """What studies do to a result; also while it fills in.

    Attributes:
        studies: In the order of the project file; a number is a place in it.
        errors: Standard error of each, outcome units.
        error_notes: How it was found, in words; empty where the study gives it.
        answers: As far as they are made.
        n_planned: How many there will be.
        conflicts: Between studies, and of studies with the calibrated answers made so far.
    """

    studies: tuple[LiftStudy, ...]
    errors: tuple[float, ...]
    error_notes: tuple[str, ...]
    answers: tuple[CalibratedAnswer, ...]
    n_planned: int
    conflicts: tuple[StudyConflict, ...] = ()

    def find(self, answer: Answer, left_out: tuple[int, ...]) -> CalibratedAnswer | None:
        """One answer calibrated on all but some studies; None while it is not made."""
        return next((one for one in self.answers if one.answer is answer and one.left_out == left_out), None)

    def after(self, answer: Answer) -> CalibratedAnswer | None:
        """Calibrated on all studies."""
        return self.find(answer, ())

    def before(self, answer: Answer) -> CalibratedAnswer | None:
        """Calibrated on none."""
        return self.find(answer, tuple(range(len(self.studies))))

    def without(self, answer: Answer, study: int) -> CalibratedAnswer | None:
        """Calibrated on all others."""
        return self.find(answer, (study,))

    @property
    def is_complete(self) -> bool:
        """Whether nothing more is to come."""
        return len(self.answers) >= self.n_planned
