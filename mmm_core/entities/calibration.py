"""Lift studies beside a model: where they lie in the data, and what a model makes of them."""

from dataclasses import dataclass
from enum import StrEnum

from mmm_core.entities.settings import LiftStudy


class CalibrationRules(StrEnum):
    """How a study is compared with a model: our way, or to the letter as Robyn 3.12.1, which the bridge needs."""

    OWN = "own"
    ROBYN = "robyn"


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyTarget:
    """A lift study placed in the data.

    A model predicts ``factor * sum(day_share * contribution of the media)`` over the periods and errs by
    ``|predicted - lift| / scale``.

    Attributes:
        study: What was measured.
        media: Indices among the media of the design.
        first_row: First period the study touches, index among all rows.
        n_periods: Adjoining periods it touches.
        factor: What the sum is multiplied by; 1 by our rules, which count every period by its own days.
        scale: What the error is a share of, outcome units, above 0.
        weight: In MAPE.LIFT; only the proportions count.
        rules: How the study's own carry-over is measured.
        day_shares: Share of each period's days that lies in the study, one per period; empty where all count in full.
    """

    study: LiftStudy
    media: tuple[int, ...]
    first_row: int
    n_periods: int
    factor: float
    scale: float
    weight: float = 1.0
    rules: CalibrationRules = CalibrationRules.OWN
    day_shares: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyFit:
    """What one model makes of one lift study.

    Attributes:
        study: What was measured.
        n_periods: Periods of the data the study touches.
        predicted: What the study should have found were the model true, outcome units.
        measured: What it found.
        ape: ``|predicted - measured| / |measured|``; measured against the standard error where that is larger. NaN where the
            model has no prediction (only by Robyn's rules).
        weight: Its share in MAPE.LIFT; the shares of all studies add up to 1.
    """

    study: LiftStudy
    n_periods: int
    predicted: float
    measured: float
    ape: float
    weight: float
