"""Two refreshes of R Robyn 3.12.1, by its own rules: windows, bounds, distance of every candidate, fronts, winners."""

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mmm_core.engine.candidate import CandidateEvaluator, lambda_range
from mmm_core.engine.model_refresh import choose_winner, freedom_of
from mmm_core.engine.pareto_optimize import UNCONSTRAINED, ParetoOptimizer
from mmm_core.engine.refresh_bounds import Anchor, anchor_of, narrow_space
from mmm_core.engine.refresh_steps import step_data
from mmm_core.entities.design import Design, SearchSpace
from mmm_core.entities.model_output import METRICS
from mmm_core.entities.refresh import ModelRefreshConfig, RefreshRules
from mmm_core.entities.refresh_aim import RefreshAim
from mmm_core.entities.run_result import ParetoResult
from mmm_core.entities.settings import Window
from mmm_core.entities.trials_config import TrialsConfig
from tests.builders import golden_arrays, golden_design, golden_json
from tests.data_builders import demo_data, demo_settings, small_data
from tests.search_builders import metrics_of, output_of

REFRESHES = ("steps4", "steps13")
N_WINDOW = 135
ROBYN = RefreshRules.ROBYN


def golden(name: str) -> dict[str, Any]:
    facts: dict[str, Any] = golden_json("refresh")[name]
    return facts


def arrays(name: str) -> dict[str, np.ndarray]:
    found = golden_arrays("refresh")
    return {key.removeprefix(f"{name}_"): values for key, values in found.items() if key.startswith(f"{name}_")}


def refreshed_design(name: str) -> Design:
    facts, table = golden(name), arrays(name)
    first, last = facts["rows"]
    aim = RefreshAim(
        shares=facts["previous_shares"],
        n_new=facts["steps"],
        new_share=0.0,
        rest_factor=1 / (1 - facts["steps"] / N_WINDOW),
    )
    columns, design = table["columns"], golden_design()
    assert table["names"].tolist() == list(design.column_names)
    return replace(
        design,
        baseline=columns[:, :5],
        media=columns[:, 5:],
        rows=np.arange(first, last + 1),
        dates=table["dates"],
        aim=aim,
    )


def wide_space(name: str, design: Design) -> SearchSpace:
    original = golden(name)["original"]
    low, high = np.transpose(list(original.values()))
    smallest, largest = lambda_range(design)
    is_lambda = np.array([key == "lambda" for key in original])
    ends = [np.where(is_lambda, smallest + (largest - smallest) * end, end) for end in (low, high)]
    return SearchSpace(names=tuple(original), low=ends[0], high=ends[1])


def robyn_anchor(name: str) -> Anchor:
    return anchor_of(golden(name)["previous"], refreshed_design(name), ROBYN)


@pytest.mark.parametrize("name", REFRESHES)
def test_the_window_of_a_refresh_is_that_of_robyn(name: str) -> None:
    facts = golden(name)
    before, window = ([dt.date.fromisoformat(day) for day in facts[key]] for key in ("before", "window"))
    settings = replace(demo_settings(prophet=False), window=Window(start=before[0], end=before[1]))
    old = demo_data(settings)
    new = step_data(old, old, facts["steps"])
    assert new.settings.window == Window(start=window[0], end=window[1])
    assert [new.rows[0], new.rows[-1]] == facts["rows"]


@pytest.mark.parametrize("name", REFRESHES)
def test_the_freedom_of_the_bounds_is_that_of_robyn(name: str) -> None:
    config = ModelRefreshConfig(refresh_steps=golden(name)["steps"])
    assert freedom_of(config, N_WINDOW) == pytest.approx(golden(name)["freedom"], rel=1e-12)


@pytest.mark.parametrize("name", REFRESHES)
def test_the_bounds_of_a_refresh_are_those_of_robyn(name: str) -> None:
    facts, design = golden(name), refreshed_design(name)
    space = narrow_space(wide_space(name, design), design, robyn_anchor(name), facts["freedom"], ROBYN)
    smallest, largest = lambda_range(design)
    assert (smallest, largest) == pytest.approx(facts["lambda_ends"], rel=1e-12)
    for k, key in enumerate(space.names):
        ends = np.array([space.low[k], space.high[k]])
        found = (ends - smallest) / (largest - smallest) if key == "lambda" else ends
        np.testing.assert_allclose(found, facts["bounds"][key], rtol=0, atol=1e-12, err_msg=key)


@pytest.mark.parametrize("name", REFRESHES)
def test_the_distance_of_every_candidate_is_that_of_robyn(name: str) -> None:
    table = arrays(name)
    evaluator = CandidateEvaluator(refreshed_design(name), table["keys"].tolist(), TrialsConfig(), solver="glmnet")
    metrics = evaluator.evaluate(table["values"]).metrics
    for metric in ("decomp_rssd", "nrmse"):
        np.testing.assert_allclose(metrics[:, METRICS.index(metric)], table[metric], rtol=1e-12, err_msg=metric)


def ranked(name: str) -> tuple[Any, ParetoResult]:
    table = arrays(name)
    output = output_of([metrics_of(nrmse=table["nrmse"], decomp_rssd=table["decomp_rssd"])])
    optimizer = ParetoOptimizer(calibration_constraint=UNCONSTRAINED)
    return output, optimizer.pareto_optimize(small_data(), output, pareto_fronts=golden(name)["pareto_fronts"])


@pytest.mark.parametrize("name", REFRESHES)
def test_the_fronts_of_the_recorded_candidates_are_those_of_robyn(name: str) -> None:
    assert ranked(name)[1]["candidates"]["front"].tolist() == arrays(name)["front"].tolist()


@pytest.mark.parametrize("name", REFRESHES)
def test_the_winner_of_the_recorded_candidates_is_that_of_robyn(name: str) -> None:
    output, pareto = ranked(name)
    assert choose_winner(output, pareto, ROBYN) == golden(name)["winner"]


def test_the_bracketed_reading_of_the_distance_would_be_another() -> None:
    table, design = arrays("steps13"), refreshed_design("steps13")
    assert design.aim is not None
    names = table["keys"].tolist()
    plain = replace(design, aim=replace(design.aim, rest_factor=1.0))
    distance = CandidateEvaluator(plain, names, TrialsConfig(), solver="glmnet").evaluate(table["values"]).metrics[:, 1]
    bracketed = distance * design.aim.rest_factor
    assert np.abs(bracketed / table["decomp_rssd"] - 1).max() > 1e-3
