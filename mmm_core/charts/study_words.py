"""Lift studies in words: what a study is called, what it found, and whether an answer hits it."""

import datetime as dt
import math
from collections.abc import Mapping
from types import MappingProxyType

from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.ledger import Ledger
from mmm_core.entities.naming import join_words
from mmm_core.entities.settings import LiftStudy
from mmm_core.entities.study_report import Answer, CalibratedAnswer, StudyPrediction, StudyReport

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
    """``lift €900k ± €90k (standard error)``: what was entered, as it was understood."""
    error = f" ± {words.outcome(study.standard_error)} (standard error)" if study.standard_error is not None else ""
    parts = [f"lift {words.outcome(study.lift)}{error}"]
    if study.spend is not None:
        parts.append(f"spend {words.money(study.spend)}")
    if study.confidence is not None:
        parts.append(f"confidence {study.confidence:.0%}")
    if study.scope == "immediate":
        parts.append("immediate effect only")
    return ", ".join(parts)


def measured_words(report: StudyReport, number: int, words: Vocabulary) -> str:
    """``measured €900k ± €90k (standard error)``, and how the error was found where the study does not give it."""
    study, how = report.studies[number], report.error_notes[number]
    said = f"measured {words.outcome(study.lift)} ± {words.outcome(report.errors[number])}"
    return f"{said} (standard error taken: {how})" if how else f"{said} (standard error)"


def missed_sentences(report: StudyReport, words: Vocabulary) -> tuple[str, ...]:
    """Which studies an answer misses although it was calibrated on them, and what to do; a sentence per reason, none without.

    Args:
        report: As far as it is made.
        words: Names and units.
    """
    recommended, pick = (report.after(answer) for answer in (Answer.RECOMMENDED, Answer.PARETO))
    said = []
    if recommended is not None:
        said.append(_misses(report, recommended, frozenset(), words))
    if pick is not None:
        known = frozenset() if recommended is None else frozenset(_missed(recommended))
        said.append(_misses(report, pick, known, words, other_hits=recommended is not None))
    return tuple(filter(None, said))


def _missed(answer: CalibratedAnswer) -> list[int]:
    return [number for number, one in enumerate(answer.predictions) if one.is_hit is False]


def _misses(
    report: StudyReport,
    answer: CalibratedAnswer,
    told: frozenset[int],
    words: Vocabulary,
    *,
    other_hits: bool = False,
) -> str:
    """What one answer misses and was not told before; empty when there is nothing."""
    missed = [number for number in _missed(answer) if number not in told]
    if not missed:
        return ""
    named = [
        f"{study_name(report.studies[number], words)} ({distance_words(answer.predictions[number].distance)})"
        for number in missed
    ]
    them = "it" if len(missed) == 1 else "them"
    who = "recommended answer" if answer.answer is Answer.RECOMMENDED else "Pareto pick"
    begins = f"Even calibrated on {them}, the {who} misses {join_words(named)}."
    if other_hits:
        return (
            f"{begins} The search finds no model near {them} that fits, because the baseline takes what is credited to media "
            f"there. The recommended answer hits {them}: use that one for these channels."
        )
    others = " or the other studies" if len(report.studies) > 1 else ""
    return f"{begins} What the data{others} say does not go with {them}: check days, channels, effect and unit."


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


def hit_words(prediction: StudyPrediction | None, study_error: float) -> str:
    """``Hit``, ``Missed`` or why neither is known; ``Too vague`` where the prediction is so unsure that a hit says little."""
    if prediction is None:
        return "Not made yet"
    if prediction.is_hit is None:
        return "Not modelled"
    if prediction.is_hit and prediction.is_vague(study_error):
        return "Too vague"
    return "Hit" if prediction.is_hit else "Missed"


def doubt_sentences(ledger: Ledger, words: Vocabulary) -> tuple[str, ...]:
    """Which channel's contribution is least known, in the unit of the outcome, and which come next.

    Args:
        ledger: Of the recommended answer.
        words: Names and units.
    """
    rows = ledger.channels.loc[ledger.channels["is_paid"]].copy()
    rows["doubt"] = rows["contribution_high"] - rows["contribution_low"]
    rows = rows.loc[rows["doubt"] > 0].sort_values("doubt", ascending=False)
    if rows.empty:
        return ()
    first = rows.iloc[0]
    ends = f"{words.outcome(first['contribution_low'])} and {words.outcome(first['contribution_high'])}"
    said = (
        f"Most is in doubt about {words.names[first['channel']]}: it brought between {ends} ({ledger.interval_label}). "
        "A test of it would tell most."
    )
    others = zip(rows["channel"].iloc[1:3], rows["doubt"].iloc[1:3], strict=True)
    rest = [f"{words.names[channel]} ({words.outcome(doubt)} wide)" for channel, doubt in others]
    return (said, f"Next: {join_words(rest)}.") if rest else (said,)


def left_out_headline(report: StudyReport, answer: Answer) -> str:
    """How many studies are predicted by a model that has not seen them; a prediction too vague to tell does not count."""
    made = [(number, report.without(answer, number)) for number in range(len(report.studies))]
    said = [hit_words(one.predictions[number], report.errors[number]) for number, one in made if one is not None]
    known = [word for word in said if word != "Not modelled"]
    if not known:
        return "No study was left out yet" if len(said) < len(report.studies) else "No study can be predicted"
    hits, vague = known.count("Hit"), known.count("Too vague")
    if len(report.studies) == 1:
        return _ALONE[known[0]]
    only = " so far" if len(said) < len(report.studies) else ""
    unclear = f"; {vague} too vaguely to tell" if vague else ""
    return f"{hits} of {len(known)} studies are predicted by a model calibrated on the others{unclear}{only}"


_ALONE = {
    "Hit": "The study is predicted by a model without it",
    "Missed": "The study is not predicted by a model without it",
    "Too vague": "Without the study, the model is too unsure to predict it",
}
