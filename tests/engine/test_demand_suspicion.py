"""Channels whose spend may follow demand."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from mmm_core.engine.demand_suspicion import suspect
from mmm_core.engine.posterior_problem import build_problem
from mmm_core.entities.columns import ContextColumn
from mmm_core.entities.settings import CalibrationInput, LiftStudy
from tests.posterior_data import market, market_table


def table_with(smooth: str, demand: float) -> pd.DataFrame:
    """A bursty channel, and an always-on one whose spend is moved by an index by so much."""
    table = market_table(n_channels=1)
    random = np.random.default_rng(3)
    index = random.standard_normal(len(table))
    table[smooth] = 100.0 * np.exp(demand * index + 0.1 * random.standard_normal(len(table)))
    table["index"] = index
    return table


@pytest.mark.parametrize(("channel", "stands"), [("c_radio", True), ("c0", False)])
def test_smooth_always_on_spend_is_suspected_and_bursts_are_not(channel: str, *, stands: bool) -> None:
    data = market(table_with("c_radio", 0.3))
    assert suspect(build_problem(data), data.settings, channel).stands is stands


def test_a_context_column_that_explains_the_spend_takes_the_suspicion_away() -> None:
    data = market(table_with("c_radio", 0.3), context=(ContextColumn(column="index"),))
    suspicion = suspect(build_problem(data), data.settings, "c_radio")
    assert suspicion.explained > 0.8
    assert not suspicion.stands


def test_a_context_column_that_explains_nothing_does_not() -> None:
    data = market(table_with("c_radio", 0.0), context=(ContextColumn(column="index"),))
    assert suspect(build_problem(data), data.settings, "c_radio").stands


def test_a_lift_study_takes_the_suspicion_away() -> None:
    study = LiftStudy(channels=("c_radio",), start=dt.date(2020, 6, 1), end=dt.date(2020, 7, 1), lift=100.0)
    data = market(table_with("c_radio", 0.3), calibration=CalibrationInput(studies=(study,)))
    assert not suspect(build_problem(data), data.settings, "c_radio").stands


@pytest.mark.parametrize("name", ["c_search_spend", "c_google_shopping", "c_Retargeting"])
def test_channels_sold_to_people_who_already_look_are_suspected_however_they_are_flighted(name: str) -> None:
    data = market(market_table(n_channels=1).rename(columns={"c0": name}))
    assert suspect(build_problem(data), data.settings, name).stands
