"""The report on lift studies as tables."""

import pandas as pd

from mmm_core.charts.study_hits import HitPoints
from mmm_core.charts.study_returns import StudyReturnPoints
from mmm_core.charts.study_words import hit_words
from mmm_core.entities.study_report import StudyReport


def study_return_frame(points: StudyReturnPoints) -> pd.DataFrame:
    """One row per paid channel: return without and with studies."""
    tables = {"without": points.before, "with": points.after}
    ends = ("roas", "low", "high")
    values = {f"{when}_{end}": table[:, k] for when, table in tables.items() for k, end in enumerate(ends)}
    return pd.DataFrame({"channel": list(points.channels), "tested": list(points.is_tested), **values})


def hit_frame(points: HitPoints) -> pd.DataFrame:
    """One row per prediction of one answer."""
    return pd.DataFrame(
        {
            "study": [points.names[shot.study] for shot in points.shots],
            "calibrated_on": [shot.how for shot in points.shots],
            "predicted": [shot.prediction.predicted for shot in points.shots],
            "low": [shot.prediction.low for shot in points.shots],
            "high": [shot.prediction.high for shot in points.shots],
            "measured": [shot.prediction.measured for shot in points.shots],
            "standard_error": [shot.prediction.error for shot in points.shots],
            "distance": [shot.prediction.distance for shot in points.shots],
            "result": [shot.result.lower() for shot in points.shots],
        }
    )


def report_frame(report: StudyReport) -> pd.DataFrame:
    """One row per answer, calibration and study: everything the report knows about predictions."""
    rows = [
        {
            "answer": calibrated.answer.value,
            "model": calibrated.solution_id,
            "calibrated_without": ", ".join(str(number + 1) for number in calibrated.left_out),
            "study": number + 1,
            "channels": " + ".join(study.channels),
            "start": study.start,
            "end": study.end,
            "measured": prediction.measured,
            "predicted": prediction.predicted,
            "low": prediction.low,
            "high": prediction.high,
            "standard_error": prediction.error,
            "distance": prediction.distance,
            "result": hit_words(prediction, report.errors[number]).lower(),
        }
        for calibrated in report.answers
        for number, (study, prediction) in enumerate(zip(report.studies, calibrated.predictions, strict=True))
    ]
    return pd.DataFrame(rows)
