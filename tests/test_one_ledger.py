"""Every page and export shows the same number for the same thing: each of them is compared with the ledger."""

import functools
import json

import numpy as np
import pandas as pd
import pytest

from mmm_core.charts.contributions import contribution_points, weekly_points
from mmm_core.charts.frames import contribution_frame, returns_frame
from mmm_core.charts.roas import return_points
from mmm_core.charts.vocabulary import vocabulary
from mmm_core.engine.averaged_model import averaged_model
from mmm_core.engine.budget_allocator import BudgetAllocator
from mmm_core.engine.candidate import response_curve
from mmm_core.engine.cluster_sets import set_of_cluster
from mmm_core.engine.clusters_analyzer import analyse_clusters
from mmm_core.engine.ledger import build_ledger
from mmm_core.engine.model_sets import set_curve
from mmm_core.engine.parameter_table import channel_parameters
from mmm_core.engine.set_choice import choose_set, model_of
from mmm_core.entities.budget import BudgetRequest
from mmm_core.entities.clusters import ClusterReport
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.fitted_model import FittedModel
from mmm_core.entities.ledger import Ledger
from mmm_core.entities.model_set import AVERAGED_ID, SetBasis
from mmm_core.entities.run_result import RunResult
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.runs.export import pareto_models, summary_of
from tests.app.saved_runs import result as saved_result

KINDS = list(OutcomeKind)
BASES = [SetBasis.FRONT, SetBasis.MODEL, SetBasis.SAMPLING]


@functools.cache
def seen(kind: OutcomeKind) -> tuple[RunResult, FittedModel, str]:
    result = saved_result(kind)
    solution_id = result.pareto["recommended_id"]
    return result, model_of(result, solution_id, TrialsConfig()), solution_id


@functools.cache
def ledger_of(kind: OutcomeKind, basis: SetBasis = SetBasis.FRONT) -> Ledger:
    result, _, solution_id = seen(kind)
    return build_ledger(choose_set(result, basis, solution_id, TrialsConfig()), kind)


def paid(ledger: Ledger) -> pd.DataFrame:
    return ledger.channels[ledger.channels["is_paid"]].set_index("channel")


@pytest.mark.parametrize("kind", KINDS)
def test_the_estimates_of_a_run_are_the_ledgers(kind: OutcomeKind) -> None:
    estimates, rows = seen(kind)[0].pareto["estimates"].set_index("channel"), paid(ledger_of(kind))
    for theirs, ours in (("roas", "roas"), ("low", "roas_low"), ("high", "roas_high"), ("spend", "spend")):
        np.testing.assert_allclose(estimates[theirs], rows[ours], rtol=1e-9)
    assert set(estimates["interval"]) == {ledger_of(kind).interval_label}


@pytest.mark.parametrize("basis", BASES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_model_fitted_again_has_the_ledgers_numbers(kind: OutcomeKind, basis: SetBasis) -> None:
    model, rows = seen(kind)[1], paid(ledger_of(kind, basis))
    for theirs, column in (
        (model.roas, "roas"),
        (model.effect_share, "effect_share"),
        (model.spend_share, "spend_share"),
    ):
        np.testing.assert_allclose(list(theirs.values()), rows[column], rtol=1e-9, atol=1e-12)
    channels = ledger_of(kind, basis).channels
    np.testing.assert_allclose(list(model.carry_over_share.values()), channels["carry_over_share"], rtol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_downloads_of_candidates_have_the_ledgers_numbers(kind: OutcomeKind) -> None:
    result, _, solution_id = seen(kind)
    for table in (result.pareto["candidates"], pareto_models(result)):
        row = table.set_index("solution_id").loc[solution_id]
        for channel, line in paid(ledger_of(kind)).iterrows():
            assert row[f"{channel}_roas"] == pytest.approx(line["roas"], rel=1e-9)
            assert row[f"{channel}_effect_share"] == pytest.approx(line["effect_share"], rel=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_the_summary_for_scripts_has_the_ledgers_numbers(kind: OutcomeKind) -> None:
    summary = json.loads(json.dumps(summary_of(seen(kind)[0], seconds_writing=0.0)))
    for channel, line in paid(ledger_of(kind)).iterrows():
        estimate = summary["estimates"]["pareto"][channel]
        for theirs, ours in (
            ("roas", "roas"),
            ("low", "roas_low"),
            ("high", "roas_high"),
            ("contribution", "contribution"),
        ):
            assert estimate[theirs] == pytest.approx(line[ours], rel=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_charts_of_contributions_and_returns_show_the_ledgers_numbers(kind: OutcomeKind) -> None:
    result, model, _ = seen(kind)
    words, ledger = vocabulary(result), ledger_of(kind)
    drawn = contribution_frame(contribution_points(model, words)).set_index("driver")["contribution"]
    terms = ledger.terms.set_index("term")["contribution"]
    np.testing.assert_allclose(drawn[terms.index], terms, rtol=1e-9, atol=1e-6)
    weekly = weekly_points(model, words, all_channels=True, baseline_parts=True)
    np.testing.assert_allclose(weekly.amounts.sum(axis=1), terms[list(weekly.names)], rtol=1e-9, atol=1e-6)
    returns = returns_frame(return_points(ledger, words)).set_index("channel")["roas"]
    np.testing.assert_allclose(returns[paid(ledger).index], paid(ledger)["roas"], rtol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_response_curves_pass_through_the_ledgers_mean_response(kind: OutcomeKind) -> None:
    result, model, solution_id = seen(kind)
    front = choose_set(result, SetBasis.FRONT, solution_id, TrialsConfig())
    for channel, line in ledger_of(kind).channels.set_index("channel").iterrows():
        curve = set_curve(front, str(channel))
        own = response_curve(model, result.design, str(channel)).mean_response
        assert curve.mean_response == pytest.approx(line["mean_response"], rel=1e-9)
        assert own == pytest.approx(line["mean_response"], rel=1e-9)
        if line["is_paid"]:
            assert curve.mean_marginal == pytest.approx(line["marginal_roas"], rel=1e-9)


def test_the_parameter_table_has_the_ledgers_shares() -> None:
    table = channel_parameters(seen(OutcomeKind.REVENUE)[1]).set_index("channel")
    rows = ledger_of(OutcomeKind.REVENUE).channels.set_index("channel")
    for column in ("spend_share", "effect_share", "carry_over_share"):
        np.testing.assert_allclose(table[column].astype(float), rows.loc[table.index, column], rtol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_a_budget_starts_from_the_ledgers_spend_and_response(kind: OutcomeKind) -> None:
    result, _, solution_id = seen(kind)
    front = choose_set(result, SetBasis.FRONT, solution_id, TrialsConfig())
    plan = BudgetAllocator().allocate(front, BudgetRequest(n_periods=4), kind)
    rows, channels = paid(ledger_of(kind)), plan.channels.set_index("channel")
    np.testing.assert_allclose(channels["initial_spend"], rows["mean_spend"], rtol=1e-9)
    np.testing.assert_allclose(channels["initial_response"], rows["mean_response"], rtol=1e-9)
    np.testing.assert_allclose(channels["initial_marginal_roas"], rows["marginal_roas"], rtol=1e-9)
    assert plan.initial_response == pytest.approx(4 * rows["mean_response"].sum(), rel=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_the_clusters_page_has_the_ledgers_numbers(kind: OutcomeKind) -> None:
    result, _, solution_id = seen(kind)
    output = result.collection.model_output.reduced_to(result.pareto["solution_ids"])
    report = analyse_clusters(output, kind)
    assert isinstance(report, ClusterReport)
    cluster = report.cluster_of(solution_id)
    assert cluster is not None
    rows = paid(build_ledger(set_of_cluster(result, report, cluster.pick_id), kind))
    np.testing.assert_allclose(cluster.roas, rows["roas"], rtol=1e-9)
    np.testing.assert_allclose(cluster.roas_high, rows["roas_high"], rtol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_page_summary_and_script_show_one_recommended_answer(kind: OutcomeKind) -> None:
    result = seen(kind)[0]
    assert result.posterior is not None
    rows = paid(build_ledger(choose_set(result, SetBasis.AVERAGED, AVERAGED_ID, TrialsConfig()), kind))
    shown = averaged_model(result.posterior)
    np.testing.assert_allclose(list(shown.roas.values()), rows["roas"], rtol=1e-9)
    summary = json.loads(json.dumps(summary_of(result, seconds_writing=0.0)))["estimates"]["averaged"]
    for channel, line in rows.iterrows():
        for theirs, ours in (("roas", "roas"), ("low", "roas_low"), ("high", "roas_high")):
            assert summary[channel][theirs] == pytest.approx(line[ours], rel=0.02, abs=1e-6)
        assert summary[channel]["contribution"] == pytest.approx(line["contribution"], rel=1e-9)
