"""How far predictions lie from what lift studies measured, in standard errors: with all studies, without each, with none."""

import math
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from mmm_core.charts.study_words import ANSWER_WORDS, hit_words, left_out_headline, prediction_words, study_name
from mmm_core.charts.theme import PALETTES, Palette, Theme, apply_theme, escape, faint, short_label
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.study_report import TOLERANCE, Answer, StudyPrediction, StudyReport

REACH = 6.0
"""Standard errors the axis goes to on either side; what lies beyond stands at the edge with its number."""

_ROW_HEIGHT = 58


class Shot(NamedTuple):
    """One prediction of one study.

    Attributes:
        study: Number of the study.
        how: "all studies", "the others" or "no study": what the model was calibrated on.
        prediction: With its distance in standard errors.
        result: "Hit", "Missed" or "Too vague".
    """

    study: int
    how: str
    prediction: StudyPrediction
    result: str


class HitPoints(NamedTuple):
    """Predictions of one answer.

    Attributes:
        answer: Whose.
        names: Of the studies, top to bottom.
        shots: All predictions made so far; studies that are not modelled have none.
        title: What it says, in a sentence.
        words: Units.
    """

    answer: Answer
    names: tuple[str, ...]
    shots: tuple[Shot, ...]
    title: str
    words: Vocabulary


ALL, OTHERS, NONE = "all studies", "the others", "no study"
_LOOKS = {NONE: ("circle-open", 9, -0.2), OTHERS: ("diamond-open", 11, 0.0), ALL: ("diamond", 10, 0.2)}


def hit_points(report: StudyReport, answer: Answer, words: Vocabulary) -> HitPoints:
    """Collect the predictions of one answer, as far as they are made."""
    sources = {NONE: report.before(answer), ALL: report.after(answer)}
    shots = []
    for number in range(len(report.studies)):
        made = {NONE: sources[NONE], OTHERS: report.without(answer, number), ALL: sources[ALL]}
        if len(report.studies) == 1:
            del made[OTHERS]
        for how, calibrated in made.items():
            if calibrated is not None and not math.isnan(calibrated.predictions[number].predicted):
                prediction = calibrated.predictions[number]
                shots.append(Shot(number, how, prediction, hit_words(prediction, report.errors[number])))
    names = tuple(study_name(study, words) for study in report.studies)
    title = f"{ANSWER_WORDS[answer]}: {_lower_first(left_out_headline(report, answer))}"
    return HitPoints(answer, names, tuple(shots), title, words)


def draw_hits(points: HitPoints, theme: Theme = Theme.LIGHT) -> go.Figure:
    """Draw what was measured as a line, a band of two standard errors around it, and a mark per prediction."""
    palette = PALETTES[theme]
    figure = go.Figure()
    for how in (NONE, OTHERS, ALL):
        _add_shots(figure, points, how, palette)
    rows = len(points.names)
    said = f"Line: what each study measured. Band: within {TOLERANCE:g} standard errors, which is a hit."
    apply_theme(figure, theme, title=points.title, subtitle=said, height=130 + _ROW_HEIGHT * rows)
    figure.add_vrect(
        x0=-TOLERANCE, x1=TOLERANCE, fillcolor=faint(palette.fitted, 0.14), line={"width": 0}, layer="below"
    )
    figure.add_vline(x=0, line={"color": palette.actual, "width": 2})
    figure.update_layout(
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "title": {"text": "Calibrated on: "}},
        meta={**figure.layout.meta, "top": 44},
        xaxis={
            "title": {"text": "predicted less measured, in standard errors"},
            "range": [-REACH - 0.4, REACH + 0.4],
            "zeroline": False,
            "tickvals": [-6, -4, -2, 0, 2, 4, 6],
        },
        yaxis={
            "tickmode": "array",
            "tickvals": list(range(rows)),
            "ticktext": [_two_lines(name) for name in points.names],
            "range": [rows - 0.5, -0.5],
            "showgrid": False,
            "zeroline": False,
        },
    )
    return figure


def _add_shots(figure: go.Figure, points: HitPoints, how: str, palette: Palette) -> None:
    shots = [shot for shot in points.shots if shot.how == how]
    if not shots:
        return
    symbol, size, lane = _LOOKS[how]
    colour = palette.muted if how == NONE else palette.fitted
    distances = np.array([shot.prediction.distance for shot in shots])
    figure.add_trace(
        go.Scatter(
            x=np.clip(distances, -REACH, REACH),
            y=[shot.study + lane for shot in shots],
            mode="markers+text",
            name=how,
            text=[f"{value:+.0f}" if abs(value) > REACH else "" for value in distances],
            textposition=["middle left" if value > 0 else "middle right" for value in distances],
            textfont={"size": 11, "color": palette.muted},
            marker={"symbol": symbol, "size": size, "color": colour, "line": {"width": 2}},
            customdata=[[escape(points.names[shot.study]), _hover(shot, points.words)] for shot in shots],
            hovertemplate=f"<b>%{{customdata[0]}}</b><br>calibrated on {how}: %{{customdata[1]}}<extra></extra>",
        )
    )


def _hover(shot: Shot, words: Vocabulary) -> str:
    measured = words.outcome(shot.prediction.measured)
    return escape(f"{prediction_words(shot.prediction, words)}; measured {measured}: {shot.result.lower()}")


def _two_lines(name: str) -> str:
    channel, _, days = name.partition(" · ")
    return f"{short_label(channel, 20)}<br>{escape(days)}"


def _lower_first(sentence: str) -> str:
    return f"{sentence[:1].lower()}{sentence[1:]}"
