"""The trust card as tables: verdicts, findings with their numbers, and the numbers behind its charts."""

import math

import pandas as pd

from mmm_core.charts.trust import ForecastPoints, RangePoints
from mmm_core.charts.trust_grades import GradePoints
from mmm_core.charts.trust_moves import MovePoints
from mmm_core.charts.trust_words import CHECK_WORDS, GRADE_WORDS
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.trust import CheckStatus, Detectability, TrustCard, TrustCheck

FINDING_COLUMNS = ("check", "question", "status", "channel", "name", "grade", "sentence", "number", "value", "unit")


def verdict_frame(card: TrustCard, words: Vocabulary) -> pd.DataFrame:
    """One row per paid channel, highest spend first: the verdict, its reasons, and what to test."""
    rows = []
    for channel in words.paid:
        verdict = card.verdict(channel)
        if verdict is None:
            continue
        test = verdict.experiment
        rows.append(
            {
                "channel": channel,
                "name": words.names[channel],
                "verdict": verdict.verdict.value,
                "direction": verdict.direction.value if verdict.direction else "",
                "is_preliminary": verdict.is_preliminary,
                "reasons": " ".join(verdict.reasons),
                "test_change_percent": test.change if test else None,
                "test_weeks": test.weeks if test else None,
                "test_in_half_of_regions": test.in_half_of_regions if test else None,
                "test_spend_change_per_week": test.spend_change if test else None,
                "test_expected": test.expected if test else None,
                "test_detectable": test.detectable if test else None,
                "test_settles": test.settles if test else "",
            }
        )
    frame = pd.DataFrame(rows)
    if rows:
        frame["test_weeks"] = frame["test_weeks"].astype("Int64")
    return frame


def finding_frame(card: TrustCard, words: Vocabulary) -> pd.DataFrame:
    """One row per number of every check and channel; what has no number has a row with its sentence."""
    return pd.DataFrame([row for check in card.checks for row in _rows(check, words)], columns=list(FINDING_COLUMNS))


def grade_frame(points: GradePoints) -> pd.DataFrame:
    """One row per channel, one column per check: holds, doubtful, does not hold, says nothing."""
    frame = pd.DataFrame({"channel": [points.words.names[name] for name in points.channels]})
    for column, key in enumerate(points.checks):
        status = points.statuses[column]
        other = "waiting" if status is CheckStatus.WAITING else "not known"
        found = [row[column] for row in points.grades]
        frame[CHECK_WORDS[key]] = [GRADE_WORDS[grade] if grade else other for grade in found]
    return frame


def range_frame(points: RangePoints) -> pd.DataFrame:
    """Ends of every range before and after the data."""
    return pd.DataFrame(
        {
            "channel": list(points.channels),
            "before_low": points.before[:, 0],
            "before_high": points.before[:, 1],
            "after_low": points.after[:, 0],
            "after_high": points.after[:, 1],
            "relative_width_against_before": points.width,
        }
    )


def move_frame(points: MovePoints) -> pd.DataFrame:
    """Every answer to a changed question beside the answer and its range."""
    place = {name: k for k, name in enumerate(points.channels)}
    rows = [
        {
            "channel": move.channel,
            "check": move.check.value,
            "asked": move.how,
            "return": move.value,
            "return_now": points.now[place[move.channel]],
            "low": points.low[place[move.channel]],
            "high": points.high[place[move.channel]],
        }
        for move in points.moves
    ]
    return pd.DataFrame(rows).sort_values("channel", key=lambda keys: keys.map(place), ignore_index=True, kind="stable")


def forecast_frame(points: ForecastPoints) -> pd.DataFrame:
    """Average error of the forecasts and of the year before, shares of the outcome."""
    return pd.DataFrame({"forecast": ["this model", "the year before"], "average_error": [points.own, points.naive]})


def detectability_frame(found: Detectability, words: dict[str, str]) -> pd.DataFrame:
    """One row per paid channel, highest spend first: the smallest return that would show (NaN: none would), and what is usual."""
    frame = pd.DataFrame(
        {
            "channel": [words[one.channel] for one in found.channels],
            "spend": [one.spend for one in found.channels],
            "smallest_return": [_known(one.roas) for one in found.channels],
            "usual_return": [one.usual_roas for one in found.channels],
            "smallest_share": [_known(one.share) for one in found.channels],
        }
    )
    return frame.sort_values("spend", ascending=False, ignore_index=True, kind="stable")


def _known(value: float) -> float:
    return value if math.isfinite(value) else math.nan


def _rows(check: TrustCheck, words: Vocabulary) -> list[dict[str, object]]:
    about = {"check": check.key.value, "question": check.title, "status": check.status.value}
    whole = {**about, "channel": "", "name": "", "grade": "", "sentence": check.summary}
    rows: list[dict[str, object]] = [{**whole, "number": "", "value": None, "unit": ""}]
    rows += [{**whole, "number": one.name, "value": one.value, "unit": one.unit} for one in check.numbers]
    for finding in check.findings:
        name = words.names.get(finding.channel, finding.channel)
        said = {**about, "channel": finding.channel, "name": name, "grade": finding.grade.value}
        said |= {"sentence": finding.sentence}
        numbers = [{"number": one.name, "value": one.value, "unit": one.unit} for one in finding.numbers]
        rows += [{**said, **number} for number in numbers or [{"number": "", "value": None, "unit": ""}]]
    return rows
