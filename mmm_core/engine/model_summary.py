"""What a configured model will be, in words and a few numbers."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

from mmm_core.entities.columns import AdstockKind, ColumnRole, Frequency
from mmm_core.entities.data_checks import count_estimated_columns
from mmm_core.entities.findings import IngestResult
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.records import RunRecord, RunStatus
from mmm_core.entities.trials_config import TrialsConfig

_ADSTOCK_WORDS = {
    AdstockKind.GEOMETRIC: "fades by a fixed share each {period} (geometric)",
    AdstockKind.WEIBULL_CDF: "fades at a changing pace (Weibull CDF)",
    AdstockKind.WEIBULL_PDF: "may peak later (Weibull PDF)",
}
_FREQUENCY_WORDS = {Frequency.DAY: "daily", Frequency.WEEK: "weekly", Frequency.MONTH: "monthly", None: ""}
_MEASURED = 3
_OPTIMISER_CELLS = {"NSGA2": 2_500, "CMA": 120_000}
_NEVERGRAD_CELLS = 50_000
"""What proposing a candidate costs beside evaluating it, in cells: ``make bench``, whole runs, one process."""


def describe_model(data: MMMDataCollection, trials: TrialsConfig) -> str:
    """What will be modelled, in two sentences.

    Args:
        data: Table and settings.
        trials: The search.
    """
    settings = data.settings
    period = data.frequency.value
    first, last = (data.dates.iloc[int(data.rows[i])].date() for i in (0, -1))
    media = [_count(len(settings.paid_media), "paid channel")]
    exposures = sum(paid.exposure is not None for paid in settings.paid_media)
    if exposures:
        media[0] += f" ({exposures} through their exposure)"
    if settings.organic:
        media.append(_count(len(settings.organic), "organic channel"))
    if settings.context:
        media.append(_count(len(settings.context), "context column"))
    kinds = {settings.adstock_of(channel) for channel in settings.channels}
    fading = (
        _ADSTOCK_WORDS[kinds.pop()].format(period=period)
        if len(kinds) == 1
        else "fades in a way of its own per channel"
    )
    return (
        f"Explains {settings.outcome.column} over {data.n_periods} {period}s, {first:%-d %b %Y} to {last:%-d %b %Y}, by "
        f"{_joined(media)} on a baseline of {_joined(_baseline_words(data))}. Media pressure {fading}; "
        f"{trials.trials} × {trials.iterations:,} candidates are tried with {trials.algorithm}.{_calibration_words(data)}"
    )


def periods_per_parameter(data: MMMDataCollection) -> float:
    """Modelled periods divided by estimated columns."""
    return data.n_periods / count_estimated_columns(data.table.iloc[data.rows], data.settings)


class SearchSize(NamedTuple):
    """What decides how long one candidate takes.

    Attributes:
        algorithm: One of ``ALGORITHMS``.
        cells: Modelled periods times estimated columns.
    """

    algorithm: str
    cells: int

    @property
    def work(self) -> float:
        """Effort of one candidate, in cells; proportional to its seconds on any one machine."""
        return self.cells + _OPTIMISER_CELLS.get(self.algorithm, _NEVERGRAD_CELLS)


REHEARSED = SearchSize("NSGA2", 300)
"""The worker's rehearsal: 60 weeks, 5 columns."""


def search_size(data: MMMDataCollection, trials: TrialsConfig) -> SearchSize:
    """What decides how long one candidate of this search takes."""
    columns = count_estimated_columns(data.table.iloc[data.rows], data.settings)
    return SearchSize(trials.algorithm, data.n_periods * columns)


def seconds_of(run: RunRecord) -> float | None:
    """How long a run worked; None when it says nothing about speed: not finished, from the cache, or without a model."""
    if run.status is not RunStatus.FINISHED or run.from_cache or run.started is None or run.finished is None:
        return None
    seconds = (run.finished - run.started).total_seconds()
    return seconds if seconds > 0 and run.n_done > 0 else None


def expected_rate(
    asked: SearchSize, measured: Iterable[tuple[SearchSize, float]], rehearsed: float | None = None
) -> float | None:
    """Models per second to expect, from runs on this machine scaled to the size asked for.

    Args:
        asked: The search to come.
        measured: Size and models per second of runs, newest first; those of the same algorithm go before all others.
        rehearsed: Models per second of the worker's rehearsal, for a machine without a run.

    Returns:
        Median over the last runs; None when nothing was measured.
    """
    known = list(measured)
    alike = [pair for pair in known if pair[0].algorithm == asked.algorithm] or known
    if not alike and rehearsed is not None:
        alike = [(REHEARSED, rehearsed)]
    rates = [rate * size.work / asked.work for size, rate in alike[:_MEASURED]]
    return float(np.median(rates)) if rates else None


def _baseline_words(data: MMMDataCollection) -> list[str]:
    baseline = data.settings.baseline
    names = {"trend": "trend", "season": "season", "weekday": "weekday"}
    words = [names[part] for part in baseline.parts if part in names]
    if baseline.calendar:
        words.append("your own calendar")
    elif baseline.holidays:
        words.append(f"public holidays of {baseline.holidays}")
    return words or ["a constant"]


def _calibration_words(data: MMMDataCollection) -> str:
    n_studies = len(data.settings.calibration.studies)
    if not n_studies:
        return ""
    studies = "1 lift study" if n_studies == 1 else f"{n_studies} lift studies"
    return f" Calibrated on {studies}: the gap to what was measured is a third objective beside fit and plausibility."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _joined(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def describe_upload(result: IngestResult) -> str:
    """What a file holds, in one sentence: rows, dates and how many columns of each role.

    Args:
        result: An upload.
    """
    columns = {role: [s.column for s in result.suggestions if s.role is role] for role in ColumnRole}
    n_rows = len(result.table)
    length = f"{n_rows:,} {_FREQUENCY_WORDS.get(result.frequency, '')}".rstrip()
    text = f"{length} row{'' if n_rows == 1 else 's'}"
    if columns[ColumnRole.DATE]:
        dates = result.table[columns[ColumnRole.DATE][0]].dropna()
        if len(dates) and pd.api.types.is_datetime64_any_dtype(dates):
            text += f", {dates.min():%-d %b %Y} to {dates.max():%-d %b %Y}"
    outcome = columns[ColumnRole.OUTCOME]
    parts = [outcome[0] if outcome else "no outcome found"]
    parts.append(_count(len(columns[ColumnRole.PAID_SPEND]), "paid channel"))
    for role, noun in (
        (ColumnRole.EXPOSURE, "exposure"),
        (ColumnRole.ORGANIC, "organic"),
        (ColumnRole.CONTEXT, "context"),
    ):
        if columns[role]:
            parts.append(_count(len(columns[role]), noun) if noun == "exposure" else f"{len(columns[role])} {noun}")
    return f"{text}: {', '.join(parts)}"
