"""What the pages about budgets read from the workspace or compute, kept by ids and questions."""

import dataclasses
import datetime as dt

import pandas as pd
import streamlit as st

from mmm_core.entities.budget import BudgetPlan, BudgetRequest
from mmm_core.entities.model_set import ModelSet, SetBasis
from mmm_core.entities.scenario import Scenario, ScenarioRecord
from mmm_core.store.scenario_codec import request_key
from pages.shared import loaders

PLANNED_DRAWS = 200
"""Draws a budget is planned over: the time of a plan grows with them, and sliders must answer in 0.3 s."""


def planning_set(run_id: str, basis: SetBasis, solution_id: str) -> ModelSet:
    """The models a budget is planned over: those behind a choice, of many draws every so-many-th."""
    return _planning_set(str(loaders.workspace().folder), run_id, basis, solution_id, loaders.grouping(basis))


def budget_plan(run_id: str, basis: SetBasis, solution_id: str, request: BudgetRequest) -> BudgetPlan:
    """The allocator's answer to a question, over the models behind a choice.

    Raises:
        InfeasibleBudgetError: No plan fits; one sentence per reason.
        SettingsError: The question names what is not there.
    """
    home = str(loaders.workspace().folder)
    return _budget_plan(home, run_id, basis, solution_id, loaders.grouping(basis), request_key(request), request)


def history_spend(run_id: str, history: str | tuple[dt.date, dt.date]) -> dict[str, float]:
    """Mean spend per period of every paid channel in a history window.

    Raises:
        SettingsError: There is no modelled period in it.
    """
    from mmm_core.engine.budget_calendar import history_rows

    design = loaders.result(run_id).design
    spend = design.spend[history_rows(design, history)].mean(axis=0)
    return dict(zip(design.paid_names, map(float, spend), strict=True))


def future_days(run_id: str, n_periods: int) -> pd.DatetimeIndex:
    """First days of the periods after the data of a run."""
    from mmm_core.engine.budget_calendar import future_dates

    return future_dates(loaders.result(run_id).design, n_periods)


def scenario(record: ScenarioRecord) -> Scenario:
    """A kept budget plan; only its name can change."""
    return dataclasses.replace(_scenario(str(loaders.workspace().folder), record.scenario_id), record=record)


@st.cache_resource(max_entries=32, show_spinner=False)
def _planning_set(
    folder: str, run_id: str, basis: SetBasis, solution_id: str, grouping: loaders.Grouping | None
) -> ModelSet:
    from mmm_core.engine.model_sets import thinned

    del folder, grouping  # with the rest the key of the cache
    models = loaders.model_set(run_id, basis, solution_id)
    return thinned(models, PLANNED_DRAWS) if basis is SetBasis.AVERAGED else models


@st.cache_resource(max_entries=256, show_spinner=False)
def _budget_plan(
    folder: str,
    run_id: str,
    basis: SetBasis,
    solution_id: str,
    grouping: loaders.Grouping | None,
    question: str,
    _request: BudgetRequest,
) -> BudgetPlan:
    from mmm_core.engine.budget_allocator import BudgetAllocator

    del question  # the key of the cache; says all that _request does
    kind = loaders.result(run_id).collection.model_output.outcome_kind
    models = _planning_set(folder, run_id, basis, solution_id, grouping)
    return BudgetAllocator().allocate(models, _request, kind)


@st.cache_resource(max_entries=64, show_spinner=False)
def _scenario(folder: str, scenario_id: str) -> Scenario:
    del folder
    return loaders.workspace().load_scenario(scenario_id)
