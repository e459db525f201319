"""Lift studies that do not go together, or with the data: how much they differ, in standard errors."""

import math
from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

from mmm_core.engine.study_errors import standard_error
from mmm_core.entities.calibration_checks import spend_in_study
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.naming import readable_name
from mmm_core.entities.settings import LiftStudy
from mmm_core.entities.study_report import TOLERANCE, Answer, CalibratedAnswer, StudyConflict


class ImpliedReturn(NamedTuple):
    """What a study says that one unit of spend brought in its days.

    Attributes:
        roas: Outcome per unit of spend.
        error: Its standard error, same unit.
        spend: In the days of the study, as the data have it.
        per_day: The same by day.
    """

    roas: float
    error: float
    spend: float
    per_day: float


def implied_return(data: MMMDataCollection, study: LiftStudy) -> ImpliedReturn | None:
    """Lift per unit of spend of a study; None where the data have no spend of paid channels in its days.

    Args:
        data: Table and roles.
        study: Of channels of the model, inside the data.
    """
    spend = spend_in_study(data.table, data.settings, study)
    if not spend:
        return None
    days = (study.end - study.start).days + 1
    return ImpliedReturn(study.lift / spend, standard_error(study, 0.0)[0] / spend, spend, spend / days)


def pair_conflicts(data: MMMDataCollection) -> tuple[StudyConflict, ...]:
    """Pairs of studies of the same channels and scope whose ROAS differs by more than two combined standard errors.

    The error of a difference is ``sqrt(error_1 ** 2 + error_2 ** 2)``.
    """
    studies = data.settings.calibration.studies
    found = []
    for (i, one), (j, other) in combinations(enumerate(studies), 2):
        if set(one.channels) != set(other.channels) or one.scope != other.scope:
            continue
        first, second = implied_return(data, one), implied_return(data, other)
        if first is None or second is None:
            continue
        distance = abs(first.roas - second.roas) / math.hypot(first.error, second.error)
        if distance > TOLERANCE:
            found.append(StudyConflict(studies=(i, j), sentence=_disagree((one, first), (other, second), distance)))
    return tuple(found)


def missed_conflicts(
    studies: Sequence[LiftStudy], calibrated: CalibratedAnswer, recommended: CalibratedAnswer | None
) -> tuple[StudyConflict, ...]:
    """Studies that an answer misses by more than two standard errors although it was calibrated on them.

    Args:
        studies: All.
        calibrated: On all of them.
        recommended: The recommended answer, where ``calibrated`` is a Pareto pick: if that one hits, the study is not at fault.
    """
    who = "recommended answer" if calibrated.answer is Answer.RECOMMENDED else f"Pareto pick {calibrated.solution_id}"
    return tuple(
        StudyConflict(
            studies=(s,),
            sentence=(
                f"Even calibrated on it, the {who} says {prediction.predicted:,.0f} where the study of {_named(studies[s])} "
                f"measured {prediction.measured:,.0f}, {abs(prediction.distance):.1f} standard errors apart: "
                f"{_why(s, recommended)}"
            ),
        )
        for s, prediction in enumerate(calibrated.predictions)
        if prediction.is_hit is False
    )


def _named(study: LiftStudy) -> str:
    """``TV (2023-05-22 to 2023-06-18)``: in a sentence for people."""
    return f"{' + '.join(map(readable_name, study.channels))} ({study.start} to {study.end})"


def _why(study: int, recommended: CalibratedAnswer | None) -> str:
    if recommended is not None and recommended.predictions[study].is_hit:
        return (
            "the search finds no model near it that fits, because the baseline takes what the study credits to media. The "
            "recommended answer hits it; use that one for these channels."
        )
    return "what the data or the other studies say does not go with it. Check its days, channels, scope and unit."


def _disagree(one: tuple[LiftStudy, ImpliedReturn], other: tuple[LiftStudy, ImpliedReturn], distance: float) -> str:
    (first, a), (second, b) = one, other
    ratio = max(a.per_day, b.per_day) / min(a.per_day, b.per_day)
    why = (
        f" Spend per day differed {ratio:.1f}-fold, so saturation may explain a part of it."
        if ratio >= 1.5
        else " Spend per day was about the same in both, so saturation does not explain it."
    )
    return (
        f"The studies of {_named(first)} and of {_named(second)} found {a.roas:.3g} and {b.roas:.3g} per unit of spend, "
        f"{distance:.1f} combined standard errors apart.{why} Check how both were measured; the model can only follow one."
    )
