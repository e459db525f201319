import datetime as dt

import numpy as np
import pytest
import sqlalchemy as sa

from mmm_core.entities.budget import BudgetGoal, BudgetRequest, ChannelGroup, PlanAim, SpendLimit, ZeroRule
from mmm_core.entities.records import ProjectRecord, RunRecord
from mmm_core.errors import NotFoundError, StoreError
from mmm_core.store.codec import dump_json, load_json
from mmm_core.store.tables import scenarios
from mmm_core.store.workspace import Workspace
from tests.budget_builders import build_plan
from tests.store.sameness import differences

EVERYTHING = BudgetRequest(
    goal=BudgetGoal.TARGET_RETURN,
    total_budget=1e6 / 3,
    n_periods=4,
    target=0.1 + 0.2,
    history=(dt.date(2024, 1, 1), dt.date(2024, 3, 25)),
    limits={"search_spend": SpendLimit(low=0.0, high=1e5), "tv_spend": SpendLimit(low=1.0, high=float("inf"))},
    default_limits=(0.25, 3.0),
    locked=("social_spend",),
    groups=(ChannelGroup(name="Online", channels=("search_spend", "tv_spend"), limit=SpendLimit(low=0.0, high=7e4)),),
    calendar={"tv_spend": np.array([0.0, 1.0, 2.0, 1.0]), "file": np.array([1.0, 1.0, 1.0, 1.0])},
    may_spend_less=True,
    aim=PlanAim.LOW_QUANTILE,
    quantile=0.1,
    zero_rule=ZeroRule.REALLOCATE,
    seed=7,
)


@pytest.fixture
def run(workspace: Workspace, project: ProjectRecord) -> RunRecord:
    return workspace.enqueue_run(project.project_id, "date: date", 12)


def test_a_plan_comes_back_bit_for_bit_with_everything_that_was_asked(workspace: Workspace, run: RunRecord) -> None:
    plan = build_plan(request=EVERYTHING)
    record = workspace.save_scenario(run.run_id, "More TV", plan, basis="cluster", solution_id="1_7")
    kept = workspace.load_scenario(record.scenario_id)
    assert differences(kept.plan, plan) == []
    assert (kept.basis, kept.solution_id, kept.record) == ("cluster", "1_7", record)


def test_numbers_that_are_missing_stay_missing(workspace: Workspace, run: RunRecord) -> None:
    plan = build_plan(moves=(0.0, 0.0, 0.0), today=0.0)
    record = workspace.save_scenario(run.run_id, "Nothing", plan, basis="front")
    kept = workspace.load_scenario(record.scenario_id)
    assert differences(kept.plan, plan) == []
    assert kept.plan.channels["agreement"].isna().all()


def test_plans_are_listed_in_the_order_they_were_kept_and_by_run(workspace: Workspace, run: RunRecord) -> None:
    names = ["b", "a", "c"]
    for name in names:
        workspace.save_scenario(run.run_id, name, build_plan(), basis="front")
    other = workspace.enqueue_run(run.project_id, "date: date", 12)
    assert [record.name for record in workspace.list_scenarios(run.run_id)] == names
    assert workspace.list_scenarios(other.run_id) == []


def test_a_name_is_given_once_per_run(workspace: Workspace, run: RunRecord) -> None:
    workspace.save_scenario(run.run_id, " More  TV ", build_plan(), basis="front")
    with pytest.raises(StoreError, match="a plan called 'More TV' already"):
        workspace.save_scenario(run.run_id, "More TV", build_plan(), basis="front")
    other = workspace.enqueue_run(run.project_id, "date: date", 12)
    assert workspace.save_scenario(other.run_id, "More TV", build_plan(), basis="front").name == "More TV"


@pytest.mark.parametrize("name", ["", "   ", "x" * 201])
def test_a_name_is_neither_empty_nor_endless(workspace: Workspace, run: RunRecord, name: str) -> None:
    with pytest.raises(StoreError, match="The name of a plan must have 1 to 200 characters"):
        workspace.save_scenario(run.run_id, name, build_plan(), basis="front")
    assert workspace.list_scenarios(run.run_id) == []


def test_a_plan_can_be_called_something_else_that_is_free(workspace: Workspace, run: RunRecord) -> None:
    first, second = (workspace.save_scenario(run.run_id, name, build_plan(), basis="front") for name in ("a", "b"))
    workspace.rename_scenario(first.scenario_id, "c")
    with pytest.raises(StoreError, match="called 'c' already"):
        workspace.rename_scenario(second.scenario_id, "c")
    workspace.rename_scenario(second.scenario_id, "b")
    assert [record.name for record in workspace.list_scenarios(run.run_id)] == ["c", "b"]


def test_a_deleted_plan_leaves_neither_row_nor_file(workspace: Workspace, run: RunRecord) -> None:
    record = workspace.save_scenario(run.run_id, "a", build_plan(), basis="front")
    workspace.delete_scenario(record.scenario_id)
    assert list((workspace.run_folder(run.run_id) / "scenarios").iterdir()) == []
    with pytest.raises(NotFoundError, match="no kept plan with the id"):
        workspace.load_scenario(record.scenario_id)
    with pytest.raises(NotFoundError, match="no kept plan with the id"):
        workspace.delete_scenario(record.scenario_id)


def test_the_plans_of_a_run_go_with_it(workspace: Workspace, run: RunRecord) -> None:
    workspace.save_scenario(run.run_id, "a", build_plan(), basis="front")
    workspace.delete_run(run.run_id)
    assert workspace.list_scenarios(run.run_id) == []
    assert not workspace.run_folder(run.run_id).exists()


def test_the_plans_of_a_project_go_with_it(workspace: Workspace, run: RunRecord) -> None:
    workspace.save_scenario(run.run_id, "a", build_plan(), basis="front")
    workspace.delete_project(run.project_id)
    assert workspace.list_scenarios(run.run_id) == []


def test_a_plan_of_a_run_that_is_gone_is_refused(workspace: Workspace) -> None:
    with pytest.raises(NotFoundError, match="no run with the id"):
        workspace.save_scenario("ab12cd34ef", "a", build_plan(), basis="front")


def test_a_workspace_from_before_there_were_plans_learns_to_keep_them(workspace: Workspace, run: RunRecord) -> None:
    with workspace.database.writing() as connection:
        scenarios.drop(connection)
        assert "scenarios" not in sa.inspect(connection).get_table_names()
    again = Workspace(workspace.folder)
    again.save_scenario(run.run_id, "a", build_plan(), basis="front")
    assert [record.name for record in again.list_scenarios(run.run_id)] == ["a"]
    again.close()


@pytest.mark.parametrize("name", ["arrays.npz", "channels.parquet", "weekly.parquet", "scenario.json"])
def test_a_damaged_plan_is_refused_with_a_sentence(workspace: Workspace, run: RunRecord, name: str) -> None:
    record = workspace.save_scenario(run.run_id, "a", build_plan(), basis="front")
    path = workspace.run_folder(run.run_id) / "scenarios" / record.scenario_id / name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(StoreError, match="The plan 'a' cannot be read, the file is"):
        workspace.load_scenario(record.scenario_id)


def test_a_plan_of_a_newer_version_is_refused_with_advice(workspace: Workspace, run: RunRecord) -> None:
    record = workspace.save_scenario(run.run_id, "a", build_plan(), basis="front")
    path = workspace.run_folder(run.run_id) / "scenarios" / record.scenario_id / "scenario.json"
    path.write_bytes(dump_json({**load_json(path.read_bytes(), ""), "format_version": 99}))
    with pytest.raises(StoreError, match=r"newer MMM Studio \(format 99.*Update"):
        workspace.load_scenario(record.scenario_id)
