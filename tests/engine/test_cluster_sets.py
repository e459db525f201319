import pytest

from mmm_core.engine.cluster_sets import set_of_cluster
from mmm_core.engine.clusters_analyzer import analyse_clusters
from mmm_core.engine.ledger import build_ledger
from mmm_core.entities.clusters import ClusterReport
from mmm_core.entities.columns import OutcomeKind
from mmm_core.errors import NotFoundError
from tests.app.saved_runs import result


def clusters() -> ClusterReport:
    found = result()
    report = analyse_clusters(found.collection.model_output.reduced_to(found.pareto["solution_ids"]), "revenue")
    assert isinstance(report, ClusterReport)
    return report


def test_the_set_of_a_cluster_holds_its_models_alike_with_the_chosen_one_as_point() -> None:
    report = clusters()
    members = report.ids_of(1)
    found = set_of_cluster(result(), report, members[-1])
    assert list(found.names) == members
    assert found.weights == pytest.approx([1 / len(members)] * len(members))
    assert found.point == len(members) - 1
    assert found.interval_label == report.clusters[0].interval_label


def test_the_ledger_of_a_cluster_says_what_its_card_says() -> None:
    report = clusters()
    for cluster in report.clusters:
        channels = build_ledger(set_of_cluster(result(), report, cluster.pick_id), OutcomeKind.REVENUE).channels
        paid = channels.set_index("channel").loc[list(report.paid_names)]
        assert paid["roas"].to_numpy() == pytest.approx(cluster.roas, rel=1e-9)
        assert paid["roas_low"].to_numpy() == pytest.approx(cluster.roas_low, rel=1e-9)
        assert paid["roas_high"].to_numpy() == pytest.approx(cluster.roas_high, rel=1e-9)
        assert paid["n_infinite_cpa"].tolist() == cluster.n_without_effect.tolist()


def test_a_model_outside_the_clusters_and_a_run_without_any_are_refused_with_the_reason() -> None:
    report, output = clusters(), result().collection.model_output
    outside = next(one for one in output.solution_ids if report.cluster_of(one) is None)
    with pytest.raises(NotFoundError, match="Only models on the chosen fronts"):
        set_of_cluster(result(), report, outside)
    none = analyse_clusters(output.reduced_to([outside]), "revenue")
    with pytest.raises(NotFoundError, match="needs at least 3"):
        set_of_cluster(result(), none, outside)
