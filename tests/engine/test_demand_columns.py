"""Demand that only the spend of a demand-led channel gives away."""

import numpy as np
import pandas as pd
import pytest

from mmm_core.engine.media_information import projector_of
from mmm_core.engine.posterior_baseline import build_baseline
from mmm_core.engine.posterior_problem import build_problem
from mmm_core.entities.columns import ContextColumn, Sign
from tests.posterior_data import market, market_table


def table_with(channel: str) -> pd.DataFrame:
    """A channel that brings nothing and is bought when demand is high, which sells by itself; an index shows the demand."""
    table = market_table(n_channels=2)
    random = np.random.default_rng(5)
    demand = np.convolve(random.standard_normal(len(table) + 4), np.ones(5) / 5**0.5, "valid")
    table[channel] = 100.0 * np.exp(0.4 * demand + 0.1 * random.standard_normal(len(table)))
    table["y"] += 40.0 * demand
    table["index"] = demand
    return table


def test_search_stands_for_demand_that_the_table_does_not_show() -> None:
    baseline = build_baseline(market(table_with("c_search")))
    assert baseline.terms[-1] == "unseen demand"
    of_demand = baseline.columns[baseline.term_of == baseline.terms.index("unseen demand")]
    assert of_demand.shape == (1, 120)
    assert of_demand.mean() == pytest.approx(0.0, abs=1e-12)
    assert of_demand.std() == pytest.approx(1.0)


def test_context_that_shows_the_demand_takes_its_place() -> None:
    data = market(table_with("c_search"), context=(ContextColumn(column="index"),))
    assert "unseen demand" not in build_baseline(data).terms


def test_harmful_context_is_not_taken_for_demand() -> None:
    data = market(table_with("c_search"), context=(ContextColumn(column="index", sign=Sign.NEGATIVE),))
    assert "unseen demand" in build_baseline(data).terms


def test_channels_that_make_demand_stand_for_none() -> None:
    assert "unseen demand" not in build_baseline(market(table_with("c_radio"))).terms


def test_the_data_say_less_about_a_search_channel_that_may_follow_demand() -> None:
    known = []
    for name in ("c_radio", "c_search"):
        problem = build_problem(market(table_with(name)))
        series = problem.design.media[problem.design.rows, problem.design.media_names.index(name)]
        known.append(float(projector_of(problem, 0).product(series, series)))
    assert 0.1 * known[0] < known[1] < 0.6 * known[0]
