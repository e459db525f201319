"""What a run hands to pages, files and the store."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict

import pandas as pd

from mmm_core.entities.design import Design, FloatArray, IntArray
from mmm_core.entities.model_output import ModelOutputCollection
from mmm_core.entities.posterior import Posterior

PARTS = {"train": "train", "val": "validation", "test": "test"}
"""Endings of the metrics of each part of the time, and what the part is called."""


def errors_by_part(metrics: Mapping[str, float], metric: str = "nrmse") -> dict[str, float]:
    """A metric of every part of the time a model was judged on, by name; without validation only the training part.

    Args:
        metrics: Names such as ``nrmse_train`` to values; NaN where there is no such part.
        metric: "nrmse" or "rsq".
    """
    values = {part: float(metrics.get(f"{metric}_{ending}", math.nan)) for ending, part in PARTS.items()}
    return {part: value for part, value in values.items() if math.isfinite(value)}


class ParetoResult(TypedDict):
    """What :meth:`ParetoOptimizer.pareto_optimize` answers; a plain dict at run time.

    ``candidates`` is ``ModelOutput.to_frame()`` plus ``front`` (1, 2, ...; 0 for candidates that the filter left out),
    ``on_front`` (on one of the chosen fronts) and ``error_score``. ``solution_ids`` are the models on the chosen fronts,
    best front first. ``estimates`` has one row per paid channel: ``channel spend contribution roas low high interval``.
    """

    pareto_fronts: int
    candidates: pd.DataFrame
    solution_ids: list[str]
    recommended_id: str
    estimates: pd.DataFrame
    notes: list[str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SearchProgress:
    """Where a running search stands.

    Attributes:
        done: Candidates evaluated, all trials.
        total: Candidates asked for.
        seconds: Since the search began.
        models_per_second: Candidates per second so far.
        nrmse: Of every candidate so far, in no particular order, shape (done,).
        decomp_rssd: Same shape.
        trial: 1-based trial of every candidate, same shape.
        front: Indices into the arrays above of the current first front, by ascending nrmse.
        stage: What is being done: "preparing", "searching", "ranking", "averaging" or "writing".
    """

    done: int
    total: int
    seconds: float
    models_per_second: float
    nrmse: FloatArray
    decomp_rssd: FloatArray
    trial: IntArray
    front: IntArray
    stage: str = "searching"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RunResult:
    """A finished run with everything the pages show.

    Attributes:
        collection: Every candidate, convergence, provenance.
        design: The arrays the models were fitted to, so that any of them can be fitted again at once.
        pareto: Fronts, error scores and the model the search ranks best.
        posterior: The averaged estimate, which is what the product recommends; None for a run that was asked for the Pareto
            models alone, or made by an older version.
    """

    collection: ModelOutputCollection
    design: Design
    pareto: ParetoResult
    posterior: Posterior | None = None

    @property
    def validated_errors(self) -> dict[str, float]:
        """Error of fit of the model the search ranks best, by part of the time; empty for a search without validation."""
        if not self.collection.model_output.timeseries_validation:
            return {}
        table = self.pareto["candidates"]
        row = table.loc[table["solution_id"] == self.pareto["recommended_id"]].iloc[0]
        return errors_by_part({f"nrmse_{ending}": float(row[f"nrmse_{ending}"]) for ending in PARTS})
