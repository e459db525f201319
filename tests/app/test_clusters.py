import json
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from mmm_core.engine.clusters_analyzer import analyse_clusters
from mmm_core.entities.clusters import ClusterReport
from mmm_core.entities.columns import OutcomeKind
from mmm_core.store.workspace import Workspace
from tests.app.saved_runs import ended, new_project, plain, result

Visit = Callable[..., AppTest]


@pytest.fixture
def run_id(workspace: Workspace) -> str:
    return ended(workspace, new_project(workspace))


@pytest.fixture
def page(studio: Visit, run_id: str) -> AppTest:
    return studio("clusters", run=run_id)


def expected(k: str | int = "auto", by: str = "hyperparameters") -> ClusterReport:
    found = result()
    output = found.collection.model_output.reduced_to(found.pareto["solution_ids"])
    report = analyse_clusters(output, "revenue", by, k)
    assert isinstance(report, ClusterReport)
    return report


def click(app: AppTest, solution_id: str) -> None:
    """Select a point of the map as the browser reports it; AppTest has no such gesture."""
    chart = app.get("plotly_chart")[0].proto
    states = app._tree.get_widget_states()
    state = states.widgets.add(id=chart.id)
    state.string_value = json.dumps({"selection": {"points": [{"text": solution_id}]}})
    app._run(states)


def group_by_returns(app: AppTest) -> AppTest:
    return next(group for group in app.button_group if group.key == "cluster_by").set_value("performance").run()


def test_every_cluster_is_said_in_a_sentence_with_its_size_and_its_pick(page: AppTest) -> None:
    said = plain(page)
    for cluster in expected().clusters:
        assert f"Cluster {cluster.number}" in said
        assert f"{cluster.n_models} model" in said
        assert cluster.sentence in said
        assert page.button(key=f"pick_{cluster.number}").label == f"Look at pick {cluster.pick_id}"


def test_the_page_says_that_a_spread_is_not_sampling_uncertainty(page: AppTest) -> None:
    assert "not sampling uncertainty" in plain(page)
    assert "not a sampling error" in plain(page)


def test_the_number_chosen_and_the_rule_are_explained(page: AppTest) -> None:
    assert expected().k_sentence in plain(page)


def test_looking_at_a_pick_opens_its_model_and_says_so(page: AppTest) -> None:
    cluster = next(one for one in expected().clusters if not page.button(key=f"pick_{one.number}").disabled)
    page.button(key=f"pick_{cluster.number}").click().run()
    assert page.query_params["model"] == cluster.pick_id
    assert "its pick is selected" in plain(page)
    assert page.button(key=f"pick_{cluster.number}").disabled


def test_a_clicked_point_is_opened_and_is_the_model_of_the_other_pages(page: AppTest) -> None:
    other = expected().ids_of(2)[-1]
    click(page, other)
    assert page.query_params["model"] == other
    page.switch_page("pages/pareto.py").run()
    assert page.selectbox(key="model_choice").value == other


def test_the_way_onward_leads_to_the_pick_of_the_cluster_that_is_looked_at(page: AppTest) -> None:
    cluster = expected().clusters[2]
    click(page, expected().ids_of(3)[0])
    page.button(key="next_step").click().run()
    assert page.query_params["model"] == cluster.pick_id


def test_another_number_of_clusters_is_drawn_and_stays_when_the_page_is_left(page: AppTest) -> None:
    page.selectbox(key="cluster_number").set_value(5).run()
    assert "Cluster 5" in plain(page)
    page.switch_page("pages/pareto.py").run()
    page.switch_page("pages/clusters.py").run()
    assert page.selectbox(key="cluster_number").value == 5
    assert "Cluster 5" in plain(page)


def test_models_are_grouped_by_what_channels_return(page: AppTest) -> None:
    group_by_returns(page)
    said = plain(page)
    assert all(cluster.sentence in said for cluster in expected(by="performance").clusters)


def test_every_clustered_model_stands_in_the_table(page: AppTest) -> None:
    tables = [frame.value for frame in page.dataframe if "silhouette" in frame.value]
    assert [len(table) for table in tables] == [len(expected().members)]


def test_conversions_are_spoken_of_as_cost(studio: Visit, workspace: Workspace) -> None:
    project_id = new_project(workspace, kind=OutcomeKind.CONVERSION)
    app = studio("clusters", run=ended(workspace, project_id, kind=OutcomeKind.CONVERSION))
    assert "CPA" in plain(app)
    assert "nan" not in plain(app).lower().split()


def test_without_a_run_the_page_says_what_is_needed(studio: Visit, workspace: Workspace) -> None:
    assert "no finished run yet" in plain(studio("clusters", project=new_project(workspace)))


def _label_of_its_cluster(run_id: str, solution_id: str, k: int) -> None:
    """A page of its own: what the models behind "its cluster" are called."""
    import streamlit as st

    from mmm_core.entities.model_set import SetBasis
    from pages.shared import loaders, session

    session.set_clustering("hyperparameters", k)
    st.text(loaders.model_set(run_id, SetBasis.CLUSTER, solution_id).label)


def test_its_cluster_means_on_other_pages_what_was_grouped_here(run_id: str) -> None:
    for k in (3, 5):
        pick = expected(k).clusters[1]
        app = AppTest.from_function(_label_of_its_cluster, args=(run_id, pick.pick_id, k), default_timeout=60).run()
        assert app.text[0].value == f"cluster 2 of {k}, {pick.n_models} models"


def test_going_onward_makes_the_cluster_the_models_that_are_spoken_of(page: AppTest) -> None:
    page.button(key="next_step").click().run()
    assert page.session_state["studio.basis"] == "cluster"
