"""Actual against fitted outcome, period by period."""

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from mmm_core.charts.theme import PALETTES, Theme, apply_theme
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.design import DateArray, FloatArray
from mmm_core.entities.fitted_model import FittedModel
from mmm_core.entities.run_result import errors_by_part

HEIGHT = 400


class FitPoints(NamedTuple):
    """One model's fit.

    Attributes:
        dates: First day of every modelled period, shape (n_periods,).
        actual: Outcome, same shape.
        fitted: What the model says, same shape.
        parts: First and last date of every part in order: ("train", start, end), ...
        rsq: Adjusted R squared on the training part.
        rsq_later: Adjusted R squared by the name of each later part: validation and test; empty without them.
        nrmse: Error of fit.
        words: Names and units.
    """

    dates: DateArray
    actual: FloatArray
    fitted: FloatArray
    parts: tuple[tuple[str, np.datetime64, np.datetime64], ...]
    rsq: float
    rsq_later: Mapping[str, float]
    nrmse: float
    words: Vocabulary


def fit_points(model: FittedModel, words: Vocabulary) -> FitPoints:
    """Collect actual and fitted outcome of one model."""
    dates = model.outcome.index.to_numpy()
    part = model.part.to_numpy(str)
    edges = np.flatnonzero(part[1:] != part[:-1]) + 1
    pieces = np.split(np.arange(len(part)), edges)
    return FitPoints(
        dates=dates,
        actual=model.outcome.to_numpy(np.float64),
        fitted=model.fitted.to_numpy(np.float64),
        parts=tuple((str(part[rows[0]]), dates[rows[0]], dates[rows[-1]]) for rows in pieces),
        rsq=model.metrics["rsq_train"],
        rsq_later={part: value for part, value in errors_by_part(model.metrics, "rsq").items() if part != "train"},
        nrmse=model.metrics["nrmse"],
        words=words,
    )


def draw_fit(points: FitPoints, theme: Theme = Theme.LIGHT) -> go.Figure:
    """Draw both lines, with the validation and test parts marked."""
    palette, words = PALETTES[theme], points.words
    figure = go.Figure()
    series = (("actual", points.actual, palette.actual, 1.5), ("fitted", points.fitted, palette.fitted, 2.5))
    for name, values, colour, width in series:
        figure.add_trace(
            go.Scatter(
                x=points.dates,
                y=values,
                name=name,
                mode="lines",
                line={"color": colour, "width": width},
                text=[words.outcome(value) for value in values],
                hovertemplate="%{text}",
            )
        )
    apply_theme(figure, theme, title=_title(points), subtitle=_subtitle(points), height=HEIGHT)
    for number, (name, start, _) in enumerate(points.parts[1:]):
        height = 1.0 - 0.06 * (number % 2)  # a short part's name must not run into the next one
        figure.add_vline(x=str(start)[:10], line={"color": palette.muted, "dash": "dot", "width": 1.5})
        figure.add_annotation(
            x=str(start)[:10], y=height, yref="paper", text=f" {name}", xanchor="left", yanchor="top", showarrow=False
        )
    figure.update_layout(
        hovermode="x unified",
        legend={"orientation": "h", "x": 0, "y": -0.14, "yanchor": "top"},
        margin={"b": 72},
        xaxis={"hoverformat": "%-d %b %Y", "zeroline": False},
        yaxis={
            "title": {"text": f"{words.outcome_word} per {words.period} ({words.outcome_unit})"},
            "rangemode": "tozero",
        },
    )
    return figure


def _title(points: FitPoints) -> str:
    if not math.isfinite(points.rsq):
        return "Actual and fitted outcome"
    if points.rsq <= 0:
        return "The model explains none of the ups and downs"
    return f"The model explains {min(points.rsq, 1):.0%} of the ups and downs"


def _subtitle(points: FitPoints) -> str:
    text = f"R² {points.rsq:.3f} (adjusted), error of fit {points.nrmse:.4f}"
    later = ", ".join(f"{value:.3f} ({part})" for part, value in points.rsq_later.items())
    return f"{text}; on later {points.words.period}s it was not fitted to: R² {later}" if later else text
