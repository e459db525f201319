"""Groups of like models: what the Clusters page, its charts and its downloads show."""

from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.design import FloatArray, IntArray

MEMBER_COLUMNS = ("solution_id", "cluster", "distance", "error_score", "is_pick")
"""Columns of the frame of the public class; :attr:`ClusterReport.members` has more."""

CLEARLY_APART = 0.5
"""Mean silhouette from which clusters are called clearly apart (Kaufman and Rousseeuw 1990, table 4)."""

SOMEWHAT_APART = 0.25
"""Mean silhouette below which there is no substantial structure (same source)."""


class ClusterBasis(StrEnum):
    """What makes two models alike."""

    HYPERPARAMETERS = "hyperparameters"
    PERFORMANCE = "performance"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterTrait:
    """One way in which a cluster differs from all other clustered models.

    Attributes:
        column: Channel (or, for a penalty, baseline column) it is about.
        parameter: "theta", "shape", "scale", "alpha", "gamma", "penalty" or "return".
        difference: Mean of the cluster less mean of the other models, in standard deviations over all of them.
        inside: Mean within the cluster, natural units.
        outside: Mean of the other models, same unit.
    """

    column: str
    parameter: str
    difference: float
    inside: float
    outside: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cluster:
    """One group of like models.

    Attributes:
        number: 1 is the largest.
        n_models: Models in it.
        share: Of all clustered models; with it a cluster can be weighed against the others.
        pick_id: Its model of smallest error score.
        silhouette: Mean over its models, -1 to 1: how much nearer they are to their own cluster than to the next.
        sentence: What distinguishes it, in plain words.
        traits: What the sentence is made of, largest difference first.
        roas: Contribution per unit of spend of the pick, per paid channel, shape (n_paid,). For conversions: outcomes per unit.
        roas_low: Lowest across its models, same shape.
        roas_high: Highest, same shape.
        n_without_effect: Models that credit the channel with nothing, so that a conversion would cost without limit, same shape.
    """

    number: int
    n_models: int
    share: float
    pick_id: str
    silhouette: float
    sentence: str
    traits: tuple[ClusterTrait, ...]
    roas: FloatArray
    roas_low: FloatArray
    roas_high: FloatArray
    n_without_effect: IntArray

    @property
    def interval_label(self) -> str:
        """What low and high are: never more than a spread."""
        return f"spread across {self.n_models:,} model{'' if self.n_models == 1 else 's'}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClusterReport:
    """All groups of like models of a run.

    Attributes:
        basis: What makes two models alike.
        outcome_kind: Revenue or conversions.
        paid_names: Channel keys, the order of ``Cluster.roas``.
        clusters: By number.
        members: One row per clustered model in the order of ``ModelOutput.solution_ids``; :data:`MEMBER_COLUMNS`, then
            ``silhouette``, ``pc1`` and ``pc2``: its place on the map.
        curve_k: Numbers of clusters tried, 1, 2, ...
        curve: Within-cluster sum of squares at each, same shape; no unit.
        k_sentence: Why there are this many clusters.
        explained: Share of the variance that each axis of the map shows, shape (2,).
        silhouette: Mean over all models.
        n_distinct: Models that differ in what they are clustered by.
        notes: Sentences to read beside it: models left out, and why.
    """

    basis: ClusterBasis
    outcome_kind: OutcomeKind
    paid_names: tuple[str, ...]
    clusters: tuple[Cluster, ...]
    members: pd.DataFrame
    curve_k: IntArray
    curve: FloatArray
    k_sentence: str
    explained: FloatArray
    silhouette: float
    n_distinct: int
    notes: tuple[str, ...] = ()

    @property
    def k(self) -> int:
        """How many clusters."""
        return len(self.clusters)

    def cluster_of(self, solution_id: str) -> Cluster | None:
        """The cluster of a model; None when it is not among the clustered ones."""
        found = self.members.loc[self.members["solution_id"] == solution_id, "cluster"]
        return self.clusters[int(found.iloc[0]) - 1] if len(found) else None

    def ids_of(self, number: int) -> list[str]:
        """Solution ids of a cluster's models, in the order of ``members``."""
        return [str(one) for one in self.members.loc[self.members["cluster"] == number, "solution_id"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TooFewModels:
    """Why there are no clusters.

    Attributes:
        reason: One sentence: what there is, what is needed, what to do.
    """

    reason: str


def separation_words(silhouette: float) -> str:
    """How far apart clusters are, in words: ``clearly apart``, ``somewhat apart`` or ``overlapping``."""
    if silhouette >= CLEARLY_APART:
        return "clearly apart"
    return "somewhat apart" if silhouette >= SOMEWHAT_APART else "overlapping"
