"""Groups of like models among the best ones, with one pick each."""

import logging
from typing import NamedTuple

import numpy as np
import pandas as pd

from mmm_core.engine.cluster_candidates import Candidates, cluster_candidates
from mmm_core.engine.cluster_words import trait_sentence, traits_of
from mmm_core.engine.pareto_optimize import score_candidates
from mmm_core.entities.clusters import MEMBER_COLUMNS, Cluster, ClusterBasis, ClusterReport, TooFewModels
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.design import FloatArray, IntArray
from mmm_core.entities.model_output import BoolArray, ModelOutput
from mmm_core.errors import BoundsError, SettingsError

SEED = 123
N_STARTS = 50
"""Random starts of k-means per number of clusters; the best one counts."""

LEAST_DROP = 0.06
"""Share of the sum for one cluster that one more cluster must take away to be worth it (R's figure)."""

FEWEST, MOST = 3, 10
"""What the automatic rule chooses between (R's figures)."""

FEWEST_MODELS = 3
"""Different models needed to speak of groups at all."""

_log = logging.getLogger(__name__)


class ModelClustersAnalyzer:
    """Groups the best models of a run into clusters of like ones."""

    def model_clusters_analyze(
        self,
        input_data: ModelOutput,
        dep_var_type: str,
        cluster_by: str = "hyperparameters",
        k: str | int = "auto",
        quiet: bool = True,
    ) -> pd.DataFrame | None:
        """Group like models by k-means and pick one per group.

        With "auto" the number of clusters grows from one as long as each further cluster takes away more than 6% of the
        within-cluster sum of squares of all models in one; at least 3, at most 10, always fewer than different models. (R
        takes the largest number with such a drop, which one lucky random start can decide; here 50 starts make the curve
        smooth and the first small drop ends it.) The same input always gives the same clusters, numbered by size.

        Args:
            input_data: Candidates of a run. The models on the automatically chosen fronts are clustered; of an output made
                by ``ModelOutput.reduced_to`` exactly its models.
            dep_var_type: "revenue" or "conversion".
            cluster_by: "hyperparameters" or "performance" (return on spend per paid channel; for conversions, conversions
                per unit of spend, because a cost can be infinite).
            k: "auto", or how many clusters, at least 2.
            quiet: False logs how many clusters there are, and why.

        Returns:
            One row per model: ``solution_id``, ``cluster`` (1 is the largest), ``distance`` to the centre (no unit: each
            coordinate runs from 0 to 1), ``error_score`` (normalised over all clustered models), ``is_pick`` (smallest score
            of its cluster). None when there are too few models; the reason is logged.

        Raises:
            SettingsError: ``dep_var_type`` or ``cluster_by`` is none of the words above.
            BoundsError: ``k`` is neither "auto" nor a whole number of at least 2.

        Source:
            Robyn 3.12.1, R/clusters.R, ``robyn_clusters``.
        """
        report = analyse_clusters(input_data, dep_var_type, cluster_by, k)
        if isinstance(report, TooFewModels):
            _log.warning("No clusters: %s", report.reason)
            return None
        if not quiet:
            _log.info("%d models in %d clusters. %s", len(report.members), report.k, report.k_sentence)
        return report.members[list(MEMBER_COLUMNS)]


def analyse_clusters(
    output: ModelOutput, outcome_kind: str, cluster_by: str = "hyperparameters", k: str | int = "auto", seed: int = SEED
) -> ClusterReport | TooFewModels:
    """Everything about the clusters of a run; :class:`ModelClustersAnalyzer` hands out a part of it.

    Args:
        output: As ``input_data`` there.
        outcome_kind: As ``dep_var_type`` there.
        cluster_by: As there.
        k: As there.
        seed: Of the random starts.

    Returns:
        The clusters, or why there are none.

    Raises:
        SettingsError, BoundsError: As there.
    """
    kind, basis = _kind(outcome_kind), _basis(cluster_by)
    _check_number(k)
    candidates = cluster_candidates(output, basis)
    reason = _why_too_few(candidates, k, basis)
    if reason:
        return TooFewModels(reason=reason)
    tried = {number: _partition(candidates.points, number, seed) for number in _numbers_to_try(candidates, k)}
    curve_k = np.array(list(tried), dtype=np.int64)
    curve = np.array([partition.inertia for partition in tried.values()])
    advised = choose_number(curve[curve_k <= _most(candidates)])
    chosen = advised if isinstance(k, str) else k
    members = _members(candidates, tried[chosen])
    return ClusterReport(
        basis=basis,
        outcome_kind=kind,
        paid_names=output.paid_names,
        clusters=tuple(_cluster(candidates, members, number, kind) for number in range(1, chosen + 1)),
        members=members,
        curve_k=curve_k,
        curve=curve,
        k_sentence=_why_this_many(curve / curve[0], chosen, advised),
        explained=_principal_components(candidates.scaled)[1],
        silhouette=float(members["silhouette"].mean()),
        n_distinct=len(candidates.distinct),
        notes=candidates.notes,
    )


def choose_number(curve: FloatArray) -> int:
    """The automatic number of clusters.

    Args:
        curve: Within-cluster sum of squares for 1, 2, ... clusters, shape (n_tried,).

    Returns:
        The last number before the first drop of at most :data:`LEAST_DROP` times ``curve[0]``; at least :data:`FEWEST` when
        as many were tried.
    """
    is_worth_it = -np.diff(curve) / curve[0] > LEAST_DROP
    worthwhile = 1 + int(np.cumprod(is_worth_it).sum())
    return min(max(worthwhile, FEWEST), len(curve))


class _Partition(NamedTuple):
    """Points in clusters 0, 1, ...: labels (n_points,), centres (n_clusters, n_coordinates), sum of squares."""

    labels: IntArray
    centres: FloatArray
    inertia: float


def _partition(points: FloatArray, number: int, seed: int) -> _Partition:
    from sklearn.cluster import KMeans  # heavy

    found = KMeans(n_clusters=number, n_init=N_STARTS, random_state=seed, tol=0.0).fit(points)
    return _Partition(found.labels_.astype(np.int64), found.cluster_centers_, float(found.inertia_))


def _most(candidates: Candidates) -> int:
    """Most clusters the automatic rule may choose: fewer than there are different models."""
    return min(MOST, len(candidates.distinct) - 1)


def _numbers_to_try(candidates: Candidates, k: str | int) -> list[int]:
    curve = set(range(1, _most(candidates) + 1))
    return sorted(curve if isinstance(k, str) else curve | {k})


def _members(candidates: Candidates, partition: _Partition) -> pd.DataFrame:
    """One row per model, clusters numbered by size; of two of the same size the one whose model was tried first."""
    labels = partition.labels[candidates.twin]
    sizes = np.bincount(labels)
    first = np.array([int(np.argmax(labels == label)) for label in range(len(sizes))])
    order = np.lexsort((first, -sizes))
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.arange(1, len(order) + 1)
    scores = score_candidates(candidates.output)
    axes, _ = _principal_components(candidates.scaled)
    return pd.DataFrame(
        {
            "solution_id": candidates.output.solution_ids,
            "cluster": number[labels],
            "distance": np.linalg.norm(candidates.scaled - partition.centres[labels], axis=1),
            "error_score": scores,
            "is_pick": pick_per_cluster(labels, scores),
            "silhouette": _silhouettes(candidates.scaled, labels),
            "pc1": axes[:, 0],
            "pc2": axes[:, 1],
        }
    )


def pick_per_cluster(labels: IntArray, scores: FloatArray) -> BoolArray:
    """Whether each model has the smallest error score of its cluster.

    Of equal ones it is the first; a score that is no number loses against any other.

    Args:
        labels: Cluster of every model, shape (n_models,).
        scores: Same shape, normalised over all clustered models.
    """
    order = np.lexsort((np.arange(len(scores)), scores))
    _, first = np.unique(labels[order], return_index=True)
    is_pick = np.zeros(len(scores), dtype=bool)
    is_pick[order[first]] = True
    return is_pick


def _silhouettes(scaled: FloatArray, labels: IntArray) -> FloatArray:
    """Silhouette of every model, shape (n_models,); 0 for a model alone in its cluster."""
    from sklearn.metrics import silhouette_samples  # heavy

    if len(np.unique(labels)) >= len(labels):
        return np.zeros(len(labels))
    silhouettes: FloatArray = silhouette_samples(scaled, labels)
    return silhouettes


def _principal_components(scaled: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The two directions in which models differ most: coordinates (n_models, 2) and shares of the variance (2,).

    The largest weight of a direction is positive, so that a map is never mirrored. With one coordinate the second is 0.
    """
    centred = scaled - scaled.mean(axis=0)
    _, sizes, directions = np.linalg.svd(centred, full_matrices=False)
    axes, shares = np.zeros((len(scaled), 2)), np.zeros(2)
    for k in range(min(2, len(sizes))):
        direction = directions[k] * np.sign(directions[k, np.argmax(np.abs(directions[k]))])
        axes[:, k], shares[k] = centred @ direction, sizes[k] ** 2 / np.sum(sizes**2)
    return axes, shares


def _cluster(candidates: Candidates, members: pd.DataFrame, number: int, kind: OutcomeKind) -> Cluster:
    inside = members["cluster"].to_numpy() == number
    output = candidates.output
    with np.errstate(divide="ignore", invalid="ignore"):  # a channel without spend has no return
        roas = output.roas
    pick = int(np.flatnonzero(inside & members["is_pick"].to_numpy())[0])
    traits = traits_of(candidates, inside)
    return Cluster(
        number=number,
        n_models=int(inside.sum()),
        share=float(inside.mean()),
        pick_id=str(members["solution_id"].iloc[pick]),
        silhouette=float(members["silhouette"][inside].mean()),
        sentence=trait_sentence(traits, output.term_names, kind),
        traits=traits,
        roas=roas[pick],
        roas_low=roas[inside].min(axis=0),
        roas_high=roas[inside].max(axis=0),
        n_without_effect=(output.paid_contributions[inside] <= 0).sum(axis=0).astype(np.int64),
    )


def _why_this_many(share: FloatArray, chosen: int, advised: int) -> str:
    """Why there are this many clusters; ``share`` of the sum for one cluster that is left, for 1, 2, ... clusters."""
    if chosen != advised:
        return f"You asked for {chosen} clusters; the automatic rule would make {advised}."
    drops = -np.diff(share)
    last, further = drops[advised - 2], drops[advised - 1] if advised <= len(drops) else None
    if last <= LEAST_DROP:
        return (
            f"No further split takes away more than {LEAST_DROP:.0%} of the differences between models; {advised} clusters are "
            "made all the same, so that there is something to compare."
        )
    text = f"The split into {advised} clusters still takes away {last:.1%} of the differences between models"
    if further is None or advised == MOST:
        return f"{text}; more than {advised} are not tried."
    return f"{text}, one more only {further:.1%} (the rule wants more than {LEAST_DROP:.0%})."


def _why_too_few(candidates: Candidates, k: str | int, basis: ClusterBasis) -> str:
    """Why these models cannot be clustered; empty when they can."""
    models, different = candidates.output.n_candidates, len(candidates.distinct)
    what = "hyperparameters" if basis is ClusterBasis.HYPERPARAMETERS else "returns"
    left_out = " ".join(["", *candidates.notes])
    if different < FEWEST_MODELS:
        return (
            f"There {'is 1 model' if models == 1 else f'are {models:,} models'} to group, with {different} different "
            f"{'set' if different == 1 else 'sets'} of {what}; grouping needs at least {FEWEST_MODELS}. Run more candidates, or "
            f"widen the bounds.{left_out}"
        )
    if not isinstance(k, str) and k > different:
        return (
            f"There are only {different} different models, fewer than the {k} clusters asked for. Choose at most {different}, "
            f"or 'auto'.{left_out}"
        )
    return ""


def _kind(outcome_kind: str) -> OutcomeKind:
    if outcome_kind not in set(OutcomeKind):
        raise SettingsError(f"dep_var_type must be 'revenue' or 'conversion', got {outcome_kind!r}.")
    return OutcomeKind(outcome_kind)


def _basis(cluster_by: str) -> ClusterBasis:
    if cluster_by not in set(ClusterBasis):
        raise SettingsError(f"cluster_by must be 'hyperparameters' or 'performance', got {cluster_by!r}.")
    return ClusterBasis(cluster_by)


def _check_number(k: str | int) -> None:
    is_count = isinstance(k, int) and not isinstance(k, bool) and k >= 2
    if k != "auto" and not is_count:
        raise BoundsError(f"k must be 'auto' or a whole number of at least 2, got {k!r}.")
