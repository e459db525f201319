import logging
from dataclasses import replace

import numpy as np
import pytest

from mmm_core.engine.cluster_candidates import cluster_candidates
from mmm_core.engine.clusters_analyzer import (
    ModelClustersAnalyzer,
    analyse_clusters,
    choose_number,
    pick_per_cluster,
)
from mmm_core.engine.pareto_optimize import score_candidates
from mmm_core.entities.clusters import MEMBER_COLUMNS, ClusterBasis, ClusterReport, TooFewModels
from mmm_core.entities.model_output import ModelOutput
from mmm_core.errors import BoundsError, SettingsError
from tests.builders import golden_arrays
from tests.cluster_builders import golden_run, grouped_output, output_with


def clusters_of(
    output: ModelOutput, kind: str = "revenue", by: str = "hyperparameters", k: str | int = "auto"
) -> ClusterReport:
    report = analyse_clusters(output, kind, by, k)
    assert isinstance(report, ClusterReport), report
    return report


def reason_of(output: ModelOutput, by: str = "hyperparameters", k: str | int = "auto") -> str:
    report = analyse_clusters(output, "revenue", by, k)
    assert isinstance(report, TooFewModels)
    return report.reason


def golden_rows() -> list[int]:
    """Rows of the golden run that R clustered."""
    ids = golden_arrays("run")["solution_ids"].tolist()
    return [ids.index(one) for one in golden_arrays("clusters")["solution_ids"]]


def test_the_models_clustered_are_those_r_clustered() -> None:
    ids = cluster_candidates(golden_run(), ClusterBasis.HYPERPARAMETERS).output.solution_ids
    assert ids == [f"1_{row + 1}" for row in golden_rows()]


def test_coordinates_of_the_golden_run_equal_those_of_r() -> None:
    golden, found = golden_arrays("clusters"), cluster_candidates(golden_run(), ClusterBasis.HYPERPARAMETERS)
    columns = [[f"{column}_{parameter}" for column, parameter in found.names].index(name) for name in golden["names"]]
    assert len(columns) == len(found.names) == 18
    np.testing.assert_allclose(found.scaled[:, columns], golden["scaled"], rtol=0, atol=1e-9)


def test_the_sum_for_one_cluster_equals_that_of_r_and_more_clusters_are_nowhere_much_worse() -> None:
    curve, golden = clusters_of(golden_run()).curve, golden_arrays("clusters")["within_sum"]
    assert curve[0] == pytest.approx(golden[0], rel=1e-9)
    assert (curve <= golden[: len(curve)] * 1.02).all()


def test_axes_of_the_map_explain_what_those_of_r_explain() -> None:
    np.testing.assert_allclose(
        clusters_of(golden_run()).explained, golden_arrays("clusters")["explained"][:2], atol=1e-6
    )


def test_given_the_labels_of_r_the_picks_and_their_scores_are_those_of_r() -> None:
    golden = golden_arrays("clusters")
    scores = score_candidates(cluster_candidates(golden_run(), ClusterBasis.HYPERPARAMETERS).output)
    is_pick = pick_per_cluster(golden["labels"], scores)
    assert is_pick.tolist() == golden["is_pick"].tolist()
    by_id = dict(zip(golden["solution_ids"][is_pick], scores[is_pick], strict=True))
    assert [by_id[one] for one in golden["pick_ids"]] == pytest.approx(golden["pick_error_scores"], rel=1e-9)


def test_the_golden_run_falls_into_the_clusters_of_r_numbered_by_size() -> None:
    report, golden = clusters_of(golden_run()), golden_arrays("clusters")
    pairs = set(zip(report.members["cluster"], golden["labels"], strict=True))
    assert len(pairs) == report.k == 3
    assert [cluster.n_models for cluster in report.clusters] == [43, 33, 24]


def test_the_frame_has_a_row_per_model_and_one_pick_per_cluster() -> None:
    frame = ModelClustersAnalyzer().model_clusters_analyze(golden_run(), "revenue")
    assert frame is not None
    assert tuple(frame.columns) == MEMBER_COLUMNS
    assert len(frame) == 100
    assert (frame.groupby("cluster")["is_pick"].sum() == 1).all()


@pytest.mark.parametrize("by", ["hyperparameters", "performance"])
def test_groups_that_are_there_are_found(by: str) -> None:
    report = clusters_of(grouped_output((30, 20, 10)), by=by, k=3)
    assert report.members["cluster"].tolist() == [1] * 30 + [2] * 20 + [3] * 10
    assert report.silhouette > 0.8


def test_the_pick_has_the_smallest_score_of_its_cluster_scored_over_all_clustered_models() -> None:
    output = grouped_output()
    members = clusters_of(output).members
    np.testing.assert_array_equal(members["error_score"], score_candidates(output))
    best = members.loc[members.groupby("cluster")["error_score"].idxmin(), "solution_id"]
    assert set(best) == set(members.loc[members["is_pick"], "solution_id"])


def test_distance_is_that_to_the_mean_of_the_cluster() -> None:
    output = grouped_output()
    members, scaled = clusters_of(output).members, cluster_candidates(output, ClusterBasis.HYPERPARAMETERS).scaled
    inside = (members["cluster"] == 1).to_numpy()
    expected = np.linalg.norm(scaled[inside] - scaled[inside].mean(axis=0), axis=1)
    np.testing.assert_allclose(members["distance"][inside], expected)


def test_the_same_models_always_give_the_same_clusters() -> None:
    one, two = (clusters_of(golden_run(), k=6) for _ in range(2))
    assert one.members.equals(two.members)
    assert one.curve.tolist() == two.curve.tolist()


def test_a_reduced_output_is_clustered_as_it_is_with_its_ids() -> None:
    ids = golden_run().solution_ids[40:90]
    report = clusters_of(golden_run().reduced_to(ids))
    assert report.members["solution_id"].tolist() == ids


@pytest.mark.parametrize(
    ("drops", "number"),
    [([0.3, 0.2, 0.05, 0.1], 3), ([0.3, 0.2, 0.1, 0.07], 5), ([0.05, 0.04, 0.03], 3), ([0.5], 2), ([0.3, 0.06], 3)],
)
def test_the_automatic_number_ends_before_the_first_small_drop_and_is_at_least_three(
    drops: list[float], number: int
) -> None:
    assert choose_number(np.cumsum([1.0, *(-drop for drop in drops)])) == number


def test_the_number_chosen_is_explained() -> None:
    assert "more than 6%" in clusters_of(golden_run()).k_sentence
    assert "asked for 4 clusters; the automatic rule would make 3" in clusters_of(golden_run(), k=4).k_sentence
    uniform = np.random.default_rng(1).random((150, 60))
    shapeless = output_with(uniform, np.ones((150, 20)), [f"channel_{k}" for k in range(20)])
    assert "made all the same" in clusters_of(shapeless).k_sentence


@pytest.mark.parametrize("by", ["hyperparameters", "performance"])
def test_one_channel_is_clustered(by: str) -> None:
    report = clusters_of(grouped_output((12, 8, 4), channels=("tv_spend",)), by=by)
    assert report.k == 3
    assert report.explained.sum() == pytest.approx(1.0, abs=1e-3)
    assert np.isfinite(report.members[["pc1", "pc2", "silhouette"]]).all(axis=None)


@pytest.mark.parametrize("by", ["hyperparameters", "performance"])
def test_forty_channels_are_clustered(by: str) -> None:
    report = clusters_of(grouped_output(channels=[f"channel_{k}_spend" for k in range(40)]), by=by)
    assert [cluster.n_models for cluster in report.clusters] == [30, 20, 10]
    assert report.clusters[0].roas.shape == (40,)


def test_models_at_the_same_place_stay_together_and_none_is_dropped() -> None:
    once = grouped_output((6, 5, 4))
    twice = replace(once, trials=(once.trials[0], replace(once.trials[0], number=2)))
    report = clusters_of(twice, k=3)
    assert len(report.members) == 30
    assert report.n_distinct == 15
    assert report.members["cluster"][:15].tolist() == report.members["cluster"][15:].tolist()
    assert report.curve[0] == pytest.approx(clusters_of(once, k=3).curve[0])


def test_models_that_are_all_alike_are_one_kind_of_explanation_and_it_says_so() -> None:
    alike = output_with(np.full((50, 6), 0.4), np.full((50, 2), 1.5), ["tv_spend", "search_spend"])
    assert "50 models" in reason_of(alike)
    assert "1 different set of hyperparameters" in reason_of(alike)
    assert "1 different set of returns" in reason_of(alike, by="performance")


def test_too_few_models_give_none_and_the_reason_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    output = grouped_output((1, 1))
    with caplog.at_level(logging.WARNING):
        assert ModelClustersAnalyzer().model_clusters_analyze(output, "revenue") is None
    assert "needs at least 3" in caplog.text


def test_fewer_models_than_clusters_is_said_with_both_numbers() -> None:
    output = grouped_output((3, 2))
    assert "only 5 different models, fewer than the 8 clusters" in reason_of(output, k=8)
    assert clusters_of(output, k=5).silhouette == 0.0


def test_a_run_without_models_to_compare_says_so() -> None:
    assert "0 models" in reason_of(golden_run().reduced_to([]))


def test_a_model_without_a_number_is_left_out_and_counted() -> None:
    output = grouped_output()
    values = output.trials[0].hyperparameters.copy()
    values[3, 0], values[4, 1] = np.nan, np.inf
    report = clusters_of(replace(output, trials=(replace(output.trials[0], hyperparameters=values),)))
    assert len(report.members) == 58
    assert report.notes == ("2 models are left out: what they are compared by is not a number.",)


def test_a_model_of_infinite_error_is_a_member_but_never_the_pick() -> None:
    output = grouped_output((30, 20, 10))
    metrics = output.trials[0].metrics.copy()
    metrics[:29, 1] = np.inf
    report = clusters_of(replace(output, trials=(replace(output.trials[0], metrics=metrics),)))
    assert report.clusters[0].pick_id == "1_30"
    assert len(report.members) == 60


def test_a_channel_without_effect_is_counted_and_its_conversions_still_have_coordinates() -> None:
    output = grouped_output()
    contributions = output.trials[0].contributions.copy()
    contributions[:30, 1] = 0.0
    report = clusters_of(
        replace(output, trials=(replace(output.trials[0], contributions=contributions),)), "conversion", "performance"
    )
    assert sum(cluster.n_without_effect[0] for cluster in report.clusters) == 30
    assert len(report.members) == 60


def test_a_channel_without_spend_is_left_out_of_the_returns_and_it_says_so() -> None:
    output = grouped_output()
    report = clusters_of(replace(output, total_spend=np.array([100.0, 0.0])), by="performance")
    assert "search_spend is left out" in report.notes[0]
    assert report.k >= 3


def test_the_spread_of_a_cluster_runs_from_its_lowest_to_its_highest_model_around_the_pick() -> None:
    output = grouped_output()
    report = clusters_of(output)
    roas = output.roas[(report.members["cluster"] == 2).to_numpy()]
    cluster = report.clusters[1]
    np.testing.assert_array_equal([cluster.roas_low, cluster.roas_high], [roas.min(axis=0), roas.max(axis=0)])
    assert (cluster.roas_low <= cluster.roas).all()
    assert cluster.interval_label == "spread across 20 models"


def test_shares_of_the_clusters_sum_to_one() -> None:
    assert sum(cluster.share for cluster in clusters_of(golden_run()).clusters) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("kind", "by", "k", "error"),
    [
        ("sales", "hyperparameters", "auto", SettingsError),
        ("revenue", "colour", "auto", SettingsError),
        ("revenue", "hyperparameters", "many", BoundsError),
        ("revenue", "hyperparameters", 1, BoundsError),
        ("revenue", "hyperparameters", True, BoundsError),
        ("revenue", "hyperparameters", 2.0, BoundsError),
    ],
)
def test_impossible_wishes_are_refused(kind: str, by: str, k: object, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"must be .*, got"):
        ModelClustersAnalyzer().model_clusters_analyze(golden_run(), kind, by, k)


def test_unless_quiet_the_number_of_clusters_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        ModelClustersAnalyzer().model_clusters_analyze(golden_run(), "revenue", quiet=True)
        assert caplog.text == ""
        ModelClustersAnalyzer().model_clusters_analyze(golden_run(), "revenue", quiet=False)
    assert "100 models in 3 clusters" in caplog.text
