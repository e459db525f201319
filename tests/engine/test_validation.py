"""With validation the test part is the same for every candidate, and nothing is chosen by it."""

import functools
from dataclasses import replace

import numpy as np
import pytest

from mmm_core.engine.candidate import refit_model
from mmm_core.engine.clusters_analyzer import analyse_clusters
from mmm_core.engine.features import build_design, build_run_design
from mmm_core.engine.model_executor import MMMModelExecutor
from mmm_core.engine.pareto_optimize import ParetoOptimizer
from mmm_core.engine.trust_changes import with_outcome
from mmm_core.entities.clusters import ClusterReport
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.model_output import METRICS, ModelOutput
from mmm_core.entities.run_result import ParetoResult
from mmm_core.entities.settings import Baseline
from mmm_core.entities.trials_config import TrialsConfig
from tests.data_builders import small_data
from tests.posterior_data import market, market_table

VALIDATED = TrialsConfig(trials=2, iterations=150, cores=1, timeseries_validation=True)
N_TEST = 13  # of 120 weeks: half of what a training share of 0.8 leaves, rounded up as Robyn does
SEASON = Baseline(trend=True, season=True)


@functools.cache
def data(change: float = 0.0, n_changed: int = N_TEST) -> MMMDataCollection:
    """A market whose outcome in the last weeks is multiplied and stirred."""
    made = market(market_table(), baseline=SEASON)
    outcome = made.table[made.settings.outcome.column].to_numpy(dtype=np.float64, copy=True)[made.rows]
    random = np.random.default_rng(1)
    outcome[-n_changed:] *= 1.0 + change * random.random(n_changed)
    return with_outcome(made, outcome)


@functools.cache
def search(change: float = 0.0, n_changed: int = N_TEST) -> tuple[ModelOutput, ParetoResult]:
    collection = MMMModelExecutor().model_run(data(change, n_changed), VALIDATED, seed=3, quiet=True)
    output = collection.model_output
    return output, ParetoOptimizer().pareto_optimize(data(change, n_changed), output)


def clusters(output: ModelOutput, pareto: ParetoResult) -> ClusterReport:
    report = analyse_clusters(output.reduced_to(pareto["solution_ids"]), "revenue", k=3)
    assert isinstance(report, ClusterReport)
    return report


def test_another_outcome_in_the_test_part_changes_no_candidate_but_its_test_error() -> None:
    calm, wild = search()[0], search(5.0)[0]
    for trial, other in zip(calm.trials, wild.trials, strict=True):
        np.testing.assert_array_equal(trial.hyperparameters, other.hyperparameters)
        np.testing.assert_array_equal(trial.coefficients, other.coefficients)
    for name in METRICS:
        is_same = np.array_equal(calm.metric(name), wild.metric(name), equal_nan=True)
        assert is_same is not name.endswith("_test"), name


def test_another_outcome_in_the_test_part_changes_neither_fronts_nor_ranking_nor_pick() -> None:
    calm, wild = search()[1], search(5.0)[1]
    for name in ("front", "on_front", "error_score"):
        np.testing.assert_array_equal(calm["candidates"][name], wild["candidates"][name])
    assert calm["solution_ids"] == wild["solution_ids"]
    assert calm["recommended_id"] == wild["recommended_id"]


def test_another_outcome_in_the_test_part_changes_no_cluster() -> None:
    calm, wild = clusters(*search()), clusters(*search(5.0))
    assert calm.members.equals(wild.members)
    assert [one.pick_id for one in calm.clusters] == [one.pick_id for one in wild.clusters]


def test_one_week_more_than_the_test_part_does_count() -> None:
    calm, wild = search()[0], search(5.0, N_TEST + 1)[0]
    assert not np.array_equal(calm.metric("nrmse"), wild.metric("nrmse"))


def test_what_a_search_found_is_what_a_refit_finds() -> None:
    output, pareto = search()
    model = replace(output, trials=output.trials[:1]).to_frame().iloc[40]
    keys = {name: float(model[name]) for name in output.parameter_names}
    refitted = refit_model(data(), keys)
    assert [refitted.metrics[name] for name in METRICS] == pytest.approx([model[name] for name in METRICS], rel=1e-9)
    assert pareto["recommended_id"]


def test_all_candidates_are_tested_on_the_same_weeks() -> None:
    output, _ = search()
    sizes = output.to_frame()["train_size"]
    assert sizes.max() - sizes.min() > 0.2
    for row in (int(sizes.argmin()), int(sizes.argmax())):
        keys = {name: float(output.to_frame()[name].iloc[row]) for name in output.parameter_names}
        part = refit_model(data(), keys).part
        assert (part == "test").sum() == N_TEST
        assert (part.iloc[-N_TEST:] == "test").all()


def test_a_small_training_share_leaves_weeks_that_it_does_not_use() -> None:
    output, _ = search()
    keys = {name: float(output.to_frame()[name].iloc[0]) for name in output.parameter_names} | {"train_size": 0.5}
    part = refit_model(data(), keys).part
    assert part.drop_duplicates().tolist() == ["train", "validation", "not used", "test"]
    assert part.value_counts().to_dict() == {"train": 60, "validation": 30, "not used": 17, "test": 13}


def test_without_validation_every_period_is_seen() -> None:
    design = build_run_design(small_data(), TrialsConfig())
    assert (design.unseen_from, design.n_seen) == (None, len(design.rows))


def test_what_prophet_says_about_unseen_periods_comes_from_those_before() -> None:
    made = small_data(baseline=SEASON)
    spoilt = with_outcome(made, np.r_[made.table[made.settings.outcome.column].to_numpy(float)[:-10], np.full(10, 1e6)])
    seen, other = (build_design(one, unseen_from=len(made.table) - 10) for one in (made, spoilt))
    np.testing.assert_array_equal(seen.baseline, other.baseline)
    assert not np.array_equal(seen.baseline, build_design(spoilt).baseline)
