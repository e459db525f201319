"""How exact a lift study is, also where it does not say so itself."""

from collections.abc import Sequence

import numpy as np
from scipy.special import ndtri

from mmm_core.entities.calibration import StudyFit
from mmm_core.entities.settings import LiftStudy
from mmm_core.entities.study_report import StudyPrediction

UNKNOWN_ERROR = 0.2
"""Standard error of a study that says nothing about it, as a share of its lift."""

_FEWEST_Z, _MOST_Z = 0.5, 10.0


def standard_error(study: LiftStudy, expected: float) -> tuple[float, str]:
    """Standard error of a study's lift, and in words how it was found (empty when it was given).

    Without one, ``|lift| / z`` with z the two-sided normal quantile of the confidence (a study that is 90% sure of its lift is
    1.64 standard errors away from 0; z is kept within 0.5 and 10); without a confidence 20% of the lift.

    Args:
        study: Its lift, error, confidence and spend.
        expected: Outcome per unit of spend expected before, which stands in for a lift of 0.
    """
    if study.standard_error is not None:
        return study.standard_error, ""
    size = abs(study.lift) or expected * (study.spend or 0.0) or expected
    if study.confidence is None:
        return UNKNOWN_ERROR * size, f"{UNKNOWN_ERROR:.0%} of the lift"
    z = float(np.clip(ndtri(0.5 + 0.5 * study.confidence), _FEWEST_Z, _MOST_Z))
    return size / z, f"from its confidence of {study.confidence:.0%}"


def judge_fits(fits: Sequence[StudyFit]) -> tuple[StudyPrediction, ...]:
    """What one model makes of studies, judged by the standard error of each; one model has no range."""
    return tuple(
        StudyPrediction(
            predicted=fit.predicted,
            low=fit.predicted,
            high=fit.predicted,
            measured=fit.measured,
            error=standard_error(fit.study, 0.0)[0],
        )
        for fit in fits
    )
