"""A cluster of models as a model set, for the ledger, response curves and the budget."""

from mmm_core.engine.model_sets import set_of_candidates
from mmm_core.entities.clusters import ClusterReport, TooFewModels
from mmm_core.entities.model_set import ModelSet
from mmm_core.entities.run_result import RunResult
from mmm_core.errors import NotFoundError


def set_of_cluster(result: RunResult, report: ClusterReport | TooFewModels, solution_id: str) -> ModelSet:
    """All models of the cluster a model belongs to, each of the same weight.

    Args:
        result: A finished run.
        report: Its clusters.
        solution_id: The model whose numbers are the point estimates.

    Raises:
        NotFoundError: The model is in no cluster, or there are none.
    """
    cluster = None if isinstance(report, TooFewModels) else report.cluster_of(solution_id)
    if isinstance(report, TooFewModels) or cluster is None:
        why = report.reason if isinstance(report, TooFewModels) else "Only models on the chosen fronts are grouped."
        raise NotFoundError(
            f"Model {solution_id} belongs to no cluster. {why} Choose another set of models, or a pick."
        )
    models = f"{cluster.n_models:,} model{'' if cluster.n_models == 1 else 's'}"
    return set_of_candidates(
        result.design,
        result.collection.model_output,
        report.ids_of(cluster.number),
        point_id=solution_id,
        label=f"cluster {cluster.number} of {report.k}, {models}",
    )
