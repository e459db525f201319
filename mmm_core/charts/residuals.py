"""What a model misses: period by period, and against what it says."""

from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from mmm_core.charts.theme import PALETTES, Theme, apply_theme, compact_number
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.design import DateArray, FloatArray
from mmm_core.entities.fitted_model import FittedModel
from mmm_core.entities.naming import join_words

HEIGHT = 340
N_BIGGEST = 3
"""Misses that are named with their date."""


class ResidualPoints(NamedTuple):
    """Misses of one model.

    Attributes:
        dates: First day of every modelled period, shape (n_periods,).
        residual: Actual minus fitted, outcome units, same shape.
        fitted: What the model says, same shape.
        part: One of ``entities.fitted_model.TIME_PARTS``, same shape.
        autocorrelation: Of neighbouring misses (lag 1), -1..1; NaN when there is none.
        fanning: Rank correlation of the size of a miss with the fitted outcome; NaN when there is none.
        biggest: Positions of the biggest misses, biggest first.
        words: Names and units.
    """

    dates: DateArray
    residual: FloatArray
    fitted: FloatArray
    part: tuple[str, ...]
    autocorrelation: float
    fanning: float
    biggest: tuple[int, ...]
    words: Vocabulary


def residual_points(model: FittedModel, words: Vocabulary) -> ResidualPoints:
    """Collect the misses of one model and what is visible in them."""
    fitted = model.fitted.to_numpy(np.float64)
    residual = model.outcome.to_numpy(np.float64) - fitted
    return ResidualPoints(
        dates=model.outcome.index.to_numpy(),
        residual=residual,
        fitted=fitted,
        part=tuple(model.part.astype(str)),
        autocorrelation=lag_one(residual),
        fanning=_correlation(_ranks(np.abs(residual)), _ranks(fitted)),
        biggest=tuple(int(k) for k in np.argsort(-np.abs(residual), kind="stable")[:N_BIGGEST]),
        words=words,
    )


def lag_one(residual: FloatArray) -> float:
    """Autocorrelation at lag 1: ``sum(e[t] * e[t-1]) / sum(e[t]**2)`` of the centred misses; NaN without any miss.

    Args:
        residual: Shape (n_periods,), oldest first.
    """
    centred = residual - residual.mean()
    whole = float(centred @ centred)
    return float(centred[1:] @ centred[:-1]) / whole if whole > 0 else float("nan")


def residual_sentences(points: ResidualPoints) -> tuple[str, ...]:
    """What is visible in the misses, in plain sentences; beyond two standard errors counts as visible."""
    words = points.words
    noise = 2 / np.sqrt(len(points.residual))
    rho = points.autocorrelation
    if not np.isfinite(rho):
        return ("The model misses nothing: actual and fitted are the same.",)
    said = f"lag-1 autocorrelation {rho:.2f}"
    if rho > noise:
        lasting = f"Misses last: after a miss the next {words.period} tends to miss in the same direction ({said})"
        sentences = [f"{lasting}, so something that lasts longer than a {words.period} is not in the model."]
    elif rho < -noise:
        sentences = [f"Misses alternate: after a miss the next {words.period} tends to miss the other way ({said})."]
    else:
        sentences = [f"No pattern from one {words.period} to the next is visible ({said})."]
    if points.fanning > noise:
        sentences.append(f"Misses grow with {words.outcome_word}: the model is less exact where much is sold.")
    named = [_named(points, k) for k in points.biggest]
    sentences.append(f"Biggest misses: {join_words(named)}.")
    return tuple(sentences)


def draw_residuals(points: ResidualPoints, theme: Theme = Theme.LIGHT, *, stacked: bool = False) -> go.Figure:
    """Draw the misses over time and against the fitted outcome, the biggest ones marked.

    Args:
        points: Of :func:`residual_points`.
        theme: Light or dark.
        stacked: One panel below the other, for narrow screens.
    """
    palette, words = PALETTES[theme], points.words
    titles = [f"{words.period.capitalize()} by {words.period}", f"Against fitted {words.outcome_word}"]
    rows, columns = (2, 1) if stacked else (1, 2)
    spacing = {"vertical_spacing": 0.2} if stacked else {"horizontal_spacing": 0.09, "column_widths": [0.62, 0.38]}
    figure = make_subplots(rows=rows, cols=columns, subplot_titles=titles, **spacing)
    for panel, x in enumerate((points.dates, points.fitted)):
        _add_misses(figure, points, x, theme, (panel + 1, 1) if stacked else (1, panel + 1))
    height = HEIGHT + (240 if stacked else 0)
    apply_theme(
        figure,
        theme,
        title=_title(points),
        subtitle="Actual minus fitted: above zero more was sold than the model says",
        height=height,
    )
    figure.update_layout(showlegend=False, meta={**figure.layout.meta, "top": 32}, margin={"t": 100})
    figure.for_each_annotation(lambda note: note.update(font={"size": 12.5, "color": palette.muted}))
    figure.update_yaxes(title={"text": f"miss ({words.outcome_unit})"}, row=1, col=1)
    last = (2, 1) if stacked else (1, 2)
    figure.update_xaxes(zeroline=False, row=1, col=1)
    figure.update_xaxes(
        title={"text": f"fitted {words.outcome_word} per {words.period} ({words.outcome_unit})"},
        zeroline=False,
        nticks=5,
        row=last[0],
        col=last[1],
    )
    return figure


def _add_misses(
    figure: go.Figure, points: ResidualPoints, x: NDArray[np.generic], theme: Theme, place: tuple[int, int]
) -> None:
    palette, words = PALETTES[theme], points.words
    marked = np.isin(np.arange(len(points.residual)), points.biggest)
    figure.add_trace(
        go.Scatter(
            x=x,
            y=points.residual,
            mode="markers",
            marker={
                "size": np.where(marked, 9, 6),
                "color": np.where(marked, palette.newest, palette.fitted),
                "opacity": np.where(marked, 1.0, 0.65),
                "symbol": ["circle" if part == "train" else "circle-open" for part in points.part],
            },
            customdata=[
                [day(date), words.outcome(fitted), miss_text(words, miss)]
                for date, fitted, miss in zip(points.dates, points.fitted, points.residual, strict=True)
            ],
            hovertemplate="<b>%{customdata[0]}</b><br>fitted %{customdata[1]}<br>%{customdata[2]}<extra></extra>",
        ),
        row=place[0],
        col=place[1],
    )


def miss_text(words: Vocabulary, miss: float) -> str:
    """``€12k more than the model says``."""
    return f"{words.outcome(abs(miss))} {'more' if miss >= 0 else 'less'} than the model says"


def day(date: np.datetime64) -> str:
    """``4 Jan 2021``."""
    stamp = date.astype("datetime64[D]").astype(object)
    return f"{stamp.day} {stamp:%b %Y}"


def _named(points: ResidualPoints, k: int) -> str:
    miss = float(points.residual[k])
    return f"{day(points.dates[k])} ({points.words.outcome(abs(miss))} {'above' if miss >= 0 else 'below'} the model)"


def _title(points: ResidualPoints) -> str:
    typical = float(np.median(np.abs(points.residual)))
    level = float(np.abs(points.fitted).mean())
    share = f", {compact_number(100 * typical / level, 2)}% of a mean {points.words.period}" if level > 0 else ""
    return f"Half of all {points.words.period}s are missed by less than {points.words.outcome(typical)}{share}"


def _ranks(values: FloatArray) -> FloatArray:
    ranks: FloatArray = np.argsort(np.argsort(values, kind="stable"), kind="stable").astype(np.float64)
    return ranks


def _correlation(one: FloatArray, other: FloatArray) -> float:
    if len(one) < 3 or np.ptp(one) == 0 or np.ptp(other) == 0:
        return float("nan")
    return float(np.corrcoef(one, other)[0, 1])
