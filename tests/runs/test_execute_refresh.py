"""A refresh of the demo as the worker does it: both answers, the report, the chain."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mmm_core.engine.demo_project import demo_settings
from mmm_core.engine.features import build_run_design
from mmm_core.engine.ledger import build_ledger
from mmm_core.engine.refresh_check import new_data_of
from mmm_core.engine.refresh_curves import compare_curves
from mmm_core.engine.set_choice import choose_set, hyperparameters_of, model_of
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.estimate import Estimate
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.model_output import METRICS
from mmm_core.entities.model_set import SetBasis
from mmm_core.entities.project import Project
from mmm_core.entities.refresh import CAUSE_COLUMNS, MOVE_COLUMNS, AnswerMove, Cause, ModelRefreshConfig
from mmm_core.entities.run_result import RunResult, SearchProgress
from mmm_core.entities.settings import CalibrationInput, LiftStudy
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.errors import DataError, RunCancelledError, SettingsError
from mmm_core.runs.execute import execute_project
from mmm_core.runs.execute_refresh import Refreshed, execute_refresh
from tests.runs.demo import demo_table

N_OLD = 195
TRIALS = TrialsConfig(trials=2, iterations=150, cores=1)
VALIDATED = replace(TRIALS, timeseries_validation=True)
CONFIG = ModelRefreshConfig(refresh_steps=13, refresh_iters=60)
BOTH = pytest.mark.parametrize("estimate", [Estimate.PARETO, Estimate.AVERAGED])


def old_data() -> MMMDataCollection:
    return MMMDataCollection(table=demo_table().iloc[:N_OLD], settings=demo_settings())


def new_data() -> MMMDataCollection:
    return new_data_of(old_data(), demo_table())


@pytest.fixture(scope="module")
def previous() -> RunResult:
    return execute_project(Project(data=old_data(), trials=TRIALS, seed=7))[0]


@pytest.fixture(scope="module")
def refreshed(previous: RunResult) -> Refreshed:
    return execute_refresh(previous, old_data(), new_data(), CONFIG, trials=TRIALS)


def move_of(refreshed: Refreshed, estimate: Estimate) -> AnswerMove:
    move = refreshed.report.move_of(estimate)
    assert move is not None
    return move


def test_the_result_is_a_run_like_any_other(refreshed: Refreshed) -> None:
    result = refreshed.result
    assert result.posterior is not None
    assert result.collection.selected_id is None
    model = model_of(result, result.pareto["recommended_id"], TRIALS)
    stored = result.pareto["candidates"].set_index("solution_id").loc[result.pareto["recommended_id"]]
    assert model.metrics["decomp_rssd"] == pytest.approx(stored["decomp_rssd"], rel=1e-12)
    assert model.metrics["nrmse"] == pytest.approx(stored["nrmse"], rel=1e-12)


def test_both_answers_see_the_same_moved_window(refreshed: Refreshed) -> None:
    result, report = refreshed
    assert result.posterior is not None
    assert np.array_equal(result.posterior.model_set.design.rows, result.design.rows)
    assert (report.n_before, report.n_after, report.n_new, report.n_shared) == (N_OLD, N_OLD, 13, N_OLD - 13)
    assert (report.after_start - report.before_start).days == (report.after_end - report.before_end).days == 91


@BOTH
def test_the_report_has_every_term_measure_and_cause(refreshed: Refreshed, estimate: Estimate) -> None:
    move = move_of(refreshed, estimate)
    assert tuple(move.terms.columns) == MOVE_COLUMNS
    assert tuple(move.causes.columns) == CAUSE_COLUMNS
    assert move.terms["term"].tolist() == [*refreshed.result.design.media_names, "baseline"]
    assert move.terms["kind"].tolist() == ["paid"] * 5 + ["organic", "baseline"]
    assert len(move.causes) == (7 + 5) * len(Cause)


@BOTH
@pytest.mark.parametrize("measure", ["contribution", "roas"])
def test_the_causes_of_every_figure_add_up(refreshed: Refreshed, estimate: Estimate, measure: str) -> None:
    move = move_of(refreshed, estimate)
    rows = move.causes[move.causes["measure"] == measure]
    total = rows.groupby("term", sort=False)["change"].sum()
    whole = move.terms.set_index("term")[f"{measure}_change"].loc[total.index]
    np.testing.assert_allclose(total, whole, rtol=0, atol=1e-9)


@BOTH
def test_the_report_shows_what_the_ledger_shows(refreshed: Refreshed, previous: RunResult, estimate: Estimate) -> None:
    basis = SetBasis.FRONT if estimate is Estimate.PARETO else SetBasis.AVERAGED
    terms = move_of(refreshed, estimate).terms.set_index("term")
    for side, result in (("before", previous), ("after", refreshed.result)):
        models = choose_set(result, basis, result.pareto["recommended_id"], TRIALS)
        channels = build_ledger(models, OutcomeKind.REVENUE).channels.set_index("channel")
        for column in ("roas", "roas_low", "roas_high"):
            name = column.replace("roas", f"roas_{side}", 1)
            np.testing.assert_allclose(terms[name].iloc[:5], channels[column].iloc[:5])
        np.testing.assert_allclose(terms[f"contribution_{side}"].iloc[:6] * N_OLD, channels["contribution"])


@BOTH
def test_figures_over_shared_weeks_are_those_of_the_weekly_contributions(
    refreshed: Refreshed, previous: RunResult, estimate: Estimate
) -> None:
    terms = move_of(refreshed, estimate).terms
    basis = SetBasis.FRONT if estimate is Estimate.PARETO else SetBasis.AVERAGED
    before = choose_set(previous, basis, previous.pareto["recommended_id"], TRIALS)
    tv = before.term_names.index("tv_spend")
    assert terms["shared_before"].iloc[0] == pytest.approx(before.weekly[13:, tv].mean())
    assert terms["shared_after"].notna().all()


def test_absent_causes_move_nothing(refreshed: Refreshed) -> None:
    averaged = move_of(refreshed, Estimate.AVERAGED).causes.set_index("cause")["change"]
    pareto = move_of(refreshed, Estimate.PARETO).causes.set_index("cause")["change"]
    for cause in (
        Cause.REVISED_HISTORY,
        Cause.MODEL_CHOICE,
        Cause.SEARCH_NOISE,
    ):  # the same seed, and nothing is chosen
        assert (averaged.loc[cause.value] == 0.0).all()
    assert (pareto.loc[Cause.REVISED_HISTORY.value] == 0.0).all()
    assert (averaged.loc[Cause.NEW_PERIODS.value] != 0.0).any()


def test_refitting_the_previous_model_of_the_demo_gives_its_contributions(previous: RunResult) -> None:
    picked = previous.pareto["recommended_id"]
    model = model_of(previous, picked, TRIALS)
    output = previous.collection.model_output
    stored = output.stacked("contributions")[output.solution_ids.index(picked)]
    np.testing.assert_allclose(list(model.contributions.values()), stored, rtol=0, atol=1e-9)


def test_curves_of_both_models_share_their_spends(refreshed: Refreshed, previous: RunResult) -> None:
    assert previous.posterior is not None
    assert refreshed.result.posterior is not None
    old, new = compare_curves(previous.posterior.model_set, refreshed.result.posterior.model_set, "tv_spend")
    assert np.array_equal(old.spend, new.spend)
    assert old.spend[-1] == pytest.approx(1.5 * max(old.highest_seen, new.highest_seen))


def test_another_seed_is_search_noise_of_the_averaged_estimate(previous: RunResult) -> None:
    other = execute_refresh(previous, old_data(), new_data(), CONFIG, trials=TRIALS, seed=8)
    causes = move_of(other, Estimate.AVERAGED).causes.set_index("cause")["change"]
    assert (causes.loc[Cause.SEARCH_NOISE.value] != 0.0).any()


def test_a_revised_history_is_told_apart_from_new_weeks_in_both_answers(previous: RunResult) -> None:
    table = demo_table()
    table.loc[100:110, "revenue"] *= 1.2
    new = new_data_of(old_data(), table)
    with pytest.raises(DataError, match="11 weeks of history changed in revenue"):
        execute_refresh(previous, old_data(), new, CONFIG, trials=TRIALS)
    report = execute_refresh(previous, old_data(), new, CONFIG, trials=TRIALS, accept_revisions=True).report
    assert len(report.changed) == 11
    for answer in report.answers:
        moved = answer.causes.set_index("cause").loc[Cause.REVISED_HISTORY.value, "change"]
        assert moved.abs().max() > 1.0


def test_what_a_new_study_moves_in_the_averaged_estimate_is_told_apart_from_new_weeks(
    previous: RunResult, refreshed: Refreshed
) -> None:
    study = LiftStudy(
        channels=("tv_spend",), start=dt.date(2023, 5, 22), end=dt.date(2023, 6, 18), lift=3e6, standard_error=2e5
    )
    asked = CalibrationInput(studies=(study,))
    found = execute_refresh(previous, old_data(), new_data(), CONFIG, trials=TRIALS, calibration=asked)
    causes, plain = (move_of(one, Estimate.AVERAGED).causes.set_index("cause")["change"] for one in (found, refreshed))
    assert np.array_equal(causes.loc[Cause.NEW_PERIODS.value], plain.loc[Cause.NEW_PERIODS.value])
    assert causes.loc[Cause.MODEL_CHOICE.value].abs().max() > 1.0


def test_a_second_refresh_goes_on_from_the_first(previous: RunResult) -> None:
    first_new = new_data_of(old_data(), demo_table().iloc[: N_OLD + 4])
    config = ModelRefreshConfig(refresh_iters=60)
    first = execute_refresh(previous, old_data(), first_new, config, trials=TRIALS).result
    assert first.collection.data is not None
    second = execute_refresh(
        first, first.collection.data, new_data_of(first.collection.data, demo_table()), config, trials=TRIALS
    )
    assert [step.number for step in second.result.collection.refreshes] == [1, 2]
    assert [step.number for step in second.report.steps] == [2]
    assert second.result.collection.refreshes[1].from_id == first.pareto["recommended_id"]


def test_two_refreshes_of_a_validated_run_keep_search_causes_and_result_in_step(validated: RunResult) -> None:
    old, data = validated, old_data()
    for n_known in (N_OLD + 4, N_OLD + 8):
        new = new_data_of(data, demo_table().iloc[:n_known])
        result, report = execute_refresh(old, data, new, ModelRefreshConfig(refresh_iters=60), with_average=False)
        assert result.collection.data is not None
        assert result.design.unseen_from == build_run_design(result.collection.data, VALIDATED).unseen_from is not None
        picked, output = result.collection.refreshes[-1].selected_id, result.collection.model_output
        row = output.solution_ids.index(picked)
        model = model_of(result, picked, VALIDATED)
        stored = output.stacked("contributions")[row]
        np.testing.assert_allclose(list(model.contributions.values()), stored, rtol=0, atol=1e-9)
        assert [model.metrics[name] for name in METRICS] == pytest.approx(
            output.stacked("metrics")[row].tolist(), nan_ok=True
        )
        assert_pareto_adds_up(report.answers[0])
        old, data = result, result.collection.data


@pytest.fixture(scope="module")
def validated() -> RunResult:
    return execute_project(Project(data=old_data(), trials=VALIDATED, seed=7), with_average=False)[0]


def assert_pareto_adds_up(move: AnswerMove) -> None:
    rows = move.causes[move.causes["measure"] == "contribution"]
    total = rows.groupby("term", sort=False)["change"].sum()
    whole = move.terms.set_index("term")["contribution_change"].loc[total.index]
    np.testing.assert_allclose(total, whole, rtol=0, atol=1e-9)
    assert (rows.loc[rows["cause"] == Cause.REVISED_HISTORY.value, "change"] == 0.0).all()


def test_it_starts_from_the_pick_of_the_user(previous: RunResult) -> None:
    picked = previous.pareto["solution_ids"][-1]
    old = replace(previous, collection=replace(previous.collection, selected_id=picked))
    config = replace(CONFIG, bounds_freedom=0.0)
    found = execute_refresh(old, old_data(), new_data(), config, trials=TRIALS, with_average=False)
    assert found.result.collection.refreshes[0].from_id == picked
    kept = hyperparameters_of(found.result, "1_1")
    assert kept["tv_spend_theta"] == hyperparameters_of(previous, picked)["tv_spend_theta"]
    assert [answer.estimate for answer in found.report.answers] == [Estimate.PARETO]


def test_data_of_another_run_are_refused(previous: RunResult) -> None:
    other = old_data().table.assign(revenue=lambda table: table["revenue"] + 1.0)
    with pytest.raises(SettingsError, match="made from another table"):
        execute_refresh(previous, replace(old_data(), table=other), new_data(), CONFIG)


def test_progress_is_told_from_preparing_to_finding_out_why(previous: RunResult) -> None:
    stages: list[SearchProgress] = []
    execute_refresh(previous, old_data(), new_data(), CONFIG, trials=TRIALS, progress=stages.append)
    told = list(dict.fromkeys(progress.stage for progress in stages))
    assert (told[0], told[-2:]) == ("preparing", ["averaging", "explaining"])
    assert stages[-1].done == stages[-1].total == 180


def test_a_refresh_that_is_stopped_at_once_keeps_nothing(previous: RunResult) -> None:
    with pytest.raises(RunCancelledError):
        execute_refresh(previous, old_data(), new_data(), CONFIG, should_stop=lambda: True)


def test_the_tables_given_are_left_as_they_are(previous: RunResult) -> None:
    old, new = old_data(), new_data()
    tables = old.table.copy(), new.table.copy()
    execute_refresh(previous, old, new, CONFIG, trials=TRIALS, with_average=False)
    pd.testing.assert_frame_equal(old.table, tables[0])
    pd.testing.assert_frame_equal(new.table, tables[1])
