"""Lift studies in words: what a study is called, what it found, and whether an answer hits it."""

import datetime as dt
import math
from collections.abc import Mapping
from types import MappingProxyType

from mmm_core.charts.trust_words import return_amount, return_name, return_range
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.calibration import StudyFit
from mmm_core.entities.settings import LiftStudy
from mmm_core.entities.study_report import TOLERANCE, Answer, CalibratedAnswer, StudyPrediction, StudyReport

ANSWER_WORDS: Mapping[Answer, str] = MappingProxyType(
    {Answer.RECOMMENDED: "Recommended answer", Answer.PARETO: "Pareto pick"}
)
"""What the two answers are called."""


def study_name(study: LiftStudy, words: Vocabulary) -> str:
    """``TV + Search · 6 Mar – 2 Apr 2023``."""
    channels = " + ".join(words.names.get(channel, channel) for channel in study.channels)
    return f"{channels} · {days_words(study.start, study.end)}"


def days_words(start: dt.date, end: dt.date) -> str:
    """``6 Mar – 2 Apr 2023``; the year of the first day where it is another one."""
    if start == end:
        return f"{start:%-d %b %Y}"
    year = "" if start.year == end.year else f" {start.year}"
    return f"{start:%-d %b}{year} – {end:%-d %b %Y}"


def found_words(study: LiftStudy, words: Vocabulary) -> str:
    """``lift €900k ± €90k``: what was entered, as it was understood."""
    error = f" ± {words.outcome(study.standard_error)}" if study.standard_error is not None else ""
    parts = [f"lift {words.outcome(study.lift)}{error}"]
    if study.spend is not None:
        parts.append(f"spend {words.money(study.spend)}")
    if study.confidence is not None:
        parts.append(f"confidence {study.confidence:.0%}")
    if study.scope == "immediate":
        parts.append("immediate effect only")
    return ", ".join(parts)


def measured_words(report: StudyReport, number: int, words: Vocabulary) -> str:
    """``measured €900k ± €90k``, and how the error was found where the study does not give it."""
    study, how = report.studies[number], report.error_notes[number]
    said = f"measured {words.outcome(study.lift)} ± {words.outcome(report.errors[number])}"
    return f"{said} (standard error taken: {how})" if how else said


def prediction_words(prediction: StudyPrediction, words: Vocabulary, *, is_range: bool = True) -> str:
    """``€870k (€790k–€960k), 0.3 standard errors below``."""
    if math.isnan(prediction.predicted):
        return "no prediction: it touches periods that are not modelled"
    ends = f" ({words.outcome(prediction.low)}–{words.outcome(prediction.high)})" if is_range else ""
    return f"{words.outcome(prediction.predicted)}{ends}, {distance_words(prediction.distance)}"


def distance_words(distance: float) -> str:
    """``0.3 standard errors below``."""
    size = f"{abs(distance):.1f}"
    plural = "" if size == "1.0" else "s"
    return f"{size} standard error{plural} {'above' if distance > 0 else 'below'}" if size != "0.0" else "right on it"


def hit_words(prediction: StudyPrediction | None) -> str:
    """``Hit``, ``Missed`` or why neither is known."""
    if prediction is None:
        return "Not made yet"
    if prediction.is_hit is None:
        return "Not modelled"
    return "Hit" if prediction.is_hit else "Missed"


def is_fit_hit(fit: StudyFit, error: float) -> bool:
    """Whether one model hits a study: by at most two of its standard errors."""
    return abs(fit.predicted - fit.measured) <= TOLERANCE * error


def return_words(calibrated: CalibratedAnswer, channel: str, words: Vocabulary) -> str:
    """``ROAS 4.1 (3.2–5.0)``."""
    found = calibrated.return_of(channel)
    spread = return_range(found.low, found.high, words)
    return f"{return_name(words)} {return_amount(found.roas, words)} ({spread})"


def left_out_headline(report: StudyReport, answer: Answer) -> str:
    """How many studies are predicted by a model that has not seen them."""
    made = [report.without(answer, number) for number in range(len(report.studies))]
    hits = [one.predictions[number].is_hit for number, one in enumerate(made) if one is not None]
    known = [hit for hit in hits if hit is not None]
    if not known:
        return "Not one study could be left out yet" if len(hits) < len(report.studies) else "No study can be predicted"
    only = " so far" if len(hits) < len(report.studies) else ""
    who = "a model without it" if len(report.studies) == 1 else "a model calibrated on the others"
    if len(report.studies) == 1:
        return f"The study is {'' if known[0] else 'not '}predicted by {who}"
    return f"{sum(known)} of {len(known)} studies are predicted by {who}{only}"
