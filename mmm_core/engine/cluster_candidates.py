"""Which models are clustered, and what makes two of them alike, as coordinates between 0 and 1."""

from typing import NamedTuple

import numpy as np

from mmm_core.engine.parameter_table import MEDIA_PARAMETERS
from mmm_core.engine.pareto_optimize import choose_models
from mmm_core.entities.clusters import ClusterBasis
from mmm_core.entities.design import FloatArray, IntArray
from mmm_core.entities.model_output import BoolArray, ModelOutput
from mmm_core.entities.naming import join_words


class Candidates(NamedTuple):
    """The models to cluster.

    Attributes:
        output: These models and no others, n_models of them.
        names: What they are clustered by, one per column: (column of the model, parameter or "return").
        values: Natural units, shape (n_models, n_coordinates).
        scaled: Each column from 0 to 1 over these models, 0 where it does not vary, same shape.
        distinct: Rows of ``scaled`` without repetition, first ones kept, shape (n_distinct,).
        twin: Position in ``distinct`` of the row that equals each model's, shape (n_models,).
        notes: Models and columns left out, a sentence each.
    """

    output: ModelOutput
    names: tuple[tuple[str, str], ...]
    values: FloatArray
    scaled: FloatArray
    distinct: IntArray
    twin: IntArray
    notes: tuple[str, ...]

    @property
    def points(self) -> FloatArray:
        """Every place at which there is a model, once, shape (n_distinct, n_coordinates)."""
        places: FloatArray = self.scaled[self.distinct]
        return places


def cluster_candidates(output: ModelOutput, basis: ClusterBasis) -> Candidates:
    """Choose the models and give them coordinates.

    Models are those on the automatically chosen fronts (the rule of ``ParetoOptimizer``), or exactly those of an output
    that somebody has reduced (``ModelOutput.is_reduced``). Coordinates are the hyperparameters of adstock, saturation and
    penalties (not lambda), or the return on spend per paid channel. For conversions that is conversions per unit of spend:
    its inverse, the cost, has no limit when nothing is won, and a model far out at infinity has no place among others.
    Models at the same place count once when centres are sought, as in R, but are not dropped: they belong to the cluster of
    their twin. A model with a coordinate that is no number is left out, and counted.

    Args:
        output: Any output.
        basis: What makes models alike.

    Returns:
        Models with their coordinates; none at all when nothing can be compared.

    Source:
        Robyn 3.12.1, R/clusters.R, ``.prepare_df``; equal to it for hyperparameters (golden table). R leaves models with an
        infinite cost out when it clusters by performance, and does not say so.
    """
    chosen = output if output.is_reduced else output.only(choose_models(output))
    names, values = _hyperparameters(chosen) if basis is ClusterBasis.HYPERPARAMETERS else _returns(chosen)
    notes = []
    is_number = np.isfinite(values)
    usable = np.flatnonzero(is_number.any(axis=0)).tolist() if len(values) else list(range(len(names)))
    if len(usable) < len(names):
        without = join_words([name for k, (name, _) in enumerate(names) if k not in usable])
        notes.append(f"{without} is left out: it has no spend, so there is no return to compare.")
        names, values, is_number = [names[k] for k in usable], values[:, usable], is_number[:, usable]
    is_complete: BoolArray = np.logical_and.reduce(is_number, axis=1)
    if not is_complete.all():
        notes.append(f"{_count(int((~is_complete).sum()))} left out: what they are compared by is not a number.")
        chosen, values = chosen.only(is_complete), values[is_complete]
    scaled = to_unit(values)
    distinct, twin = _without_repetition(scaled)
    return Candidates(chosen, tuple(names), values, scaled, distinct, twin, tuple(notes))


def to_unit(values: FloatArray) -> FloatArray:
    """``(x - min) / (max - min)`` per column, 0 where a column does not vary; same shape."""
    if not len(values):
        return values
    low, width = values.min(axis=0), np.ptp(values, axis=0)
    scaled: FloatArray = np.divide(values - low, width, out=np.zeros_like(values), where=width > 0)
    return scaled


def _hyperparameters(output: ModelOutput) -> tuple[list[tuple[str, str]], FloatArray]:
    parts = [name.rpartition("_") for name in output.parameter_names]
    kept = [k for k, (column, _, parameter) in enumerate(parts) if column and parameter in MEDIA_PARAMETERS]
    return [(parts[k][0], parts[k][2]) for k in kept], output.stacked("hyperparameters")[:, kept]


def _returns(output: ModelOutput) -> tuple[list[tuple[str, str]], FloatArray]:
    with np.errstate(divide="ignore", invalid="ignore"):  # a channel without spend has no return
        roas = output.roas
    return [(name, "return") for name in output.paid_names], np.where(output.total_spend > 0, roas, np.nan)


def _without_repetition(rows: FloatArray) -> tuple[IntArray, IntArray]:
    """First row of every place in order of appearance, and for every row which of them it repeats."""
    if not rows.size:  # nothing varies: all rows are one
        return np.zeros(min(1, len(rows)), dtype=np.int64), np.zeros(len(rows), dtype=np.int64)
    _, first, place = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return first[order], rank[place.reshape(-1)]


def _count(number: int) -> str:
    return "1 model is" if number == 1 else f"{number:,} models are"
