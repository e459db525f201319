import glob
import os
import tempfile
import time
from dataclasses import replace

import numpy as np
import pytest

from mmm_core.engine.model_executor import MMMModelExecutor
from mmm_core.engine.process_pool import call_in_processes
from mmm_core.engine.warm_up import warm_up_pool
from mmm_core.entities.model_output import METRICS, ModelOutput, ModelOutputCollection
from mmm_core.entities.run_result import SearchProgress
from mmm_core.entities.trials_config import ALGORITHMS, TrialsConfig
from mmm_core.errors import BoundsError, RunCancelledError
from tests.data_builders import small_data


@pytest.fixture(autouse=True, scope="module")
def pool_of_two() -> None:
    """Without a pool at hand, runs as small as these stay in one process whatever ``cores`` says."""
    warm_up_pool(2)


SMALL = TrialsConfig(trials=3, iterations=120, cores=1)
LONG = replace(SMALL, iterations=1_000_000)


def run(trials: TrialsConfig = SMALL, seed: int = 5, **settings: object) -> ModelOutputCollection:
    return MMMModelExecutor().model_run(small_data(**settings), trials, seed=seed, quiet=True)


def assert_identical(first: ModelOutput, second: ModelOutput) -> None:
    assert [trial.number for trial in first.trials] == [trial.number for trial in second.trials]
    for name in ("hyperparameters", "metrics", "coefficients", "contributions"):
        np.testing.assert_array_equal(first.stacked(name), second.stacked(name))


def stop_after(seconds: float) -> MMMModelExecutor:
    began = time.monotonic()
    return MMMModelExecutor(should_stop=lambda: time.monotonic() - began > seconds)


def test_a_run_keeps_every_candidate_of_every_trial() -> None:
    output = run().model_output
    assert [len(trial.metrics) for trial in output.trials] == [120, 120, 120]
    assert output.n_planned == output.n_candidates == 360
    assert output.metric("nrmse").min() < 0.3


def test_a_run_knows_its_data_and_how_it_was_searched() -> None:
    data = small_data()
    found = MMMModelExecutor().model_run(data, SMALL, seed=5, quiet=True)
    assert found.data is data
    assert found.trials is SMALL


def test_the_two_errors_the_search_minimises_are_the_first_two_metrics() -> None:
    assert METRICS[:2] == ("nrmse", "decomp_rssd")


@pytest.mark.parametrize("algorithm", ["NSGA2", "TwoPointsDE", "CMA"])
def test_one_process_and_two_give_the_same_bits(algorithm: str) -> None:
    trials = replace(SMALL, algorithm=algorithm)
    assert_identical(run(trials).model_output, run(replace(trials, cores=2)).model_output)


def test_two_processes_are_two_processes_and_not_this_one() -> None:
    assert os.getpid() not in call_in_processes([os.getpid] * 4, 2)


@pytest.mark.parametrize("algorithm", ["NSGA2", "TwoPointsDE", "CMA"])
def test_the_same_seed_gives_the_same_bits_twice_and_another_seed_does_not(algorithm: str) -> None:
    trials = replace(SMALL, algorithm=algorithm)
    first, again, other = run(trials), run(trials), run(trials, seed=6)
    assert_identical(first.model_output, again.model_output)
    assert not np.array_equal(first.model_output.metric("nrmse"), other.model_output.metric("nrmse"))


@pytest.mark.parametrize("algorithm", ["NSGA2", "TwoPointsDE"])
@pytest.mark.parametrize("cores", [1, 2])
def test_a_run_repeated_after_a_cancelled_one_gives_the_same_bits(cores: int, algorithm: str) -> None:
    trials = replace(SMALL, cores=cores, algorithm=algorithm)
    before = run(trials)
    stop_after(0.5).model_run(small_data(), replace(LONG, cores=cores, algorithm=algorithm), seed=5)
    assert_identical(before.model_output, run(trials).model_output)


@pytest.mark.parametrize("cores", [1, 2])
def test_a_stopped_run_keeps_what_it_has_found(cores: int) -> None:
    began = time.monotonic()
    collection = stop_after(0.5).model_run(small_data(), replace(LONG, cores=cores), seed=5)
    assert time.monotonic() - began < 5.0
    assert collection.info.stopped_early
    assert 0 < collection.model_output.n_candidates < collection.model_output.n_planned
    assert any("stopped after" in note for note in collection.info.notes)


@pytest.mark.parametrize("cores", [1, 2])
def test_what_a_stopped_run_keeps_is_the_beginning_of_the_whole_run(cores: int) -> None:
    stopped = stop_after(0.3).model_run(small_data(), replace(LONG, cores=cores), seed=5).model_output.trials[0]
    n = min(120, len(stopped.metrics))
    # a whole generation is asked for at a time, so the first two are the same whatever the budget
    np.testing.assert_array_equal(stopped.metrics[: min(n, 100)], run().model_output.trials[0].metrics[: min(n, 100)])


def test_a_run_stopped_before_it_began_has_nothing_to_keep() -> None:
    with pytest.raises(RunCancelledError, match="before the first candidate"):
        MMMModelExecutor(should_stop=lambda: True).model_run(small_data(), SMALL)


def test_every_algorithm_runs() -> None:
    for algorithm in ALGORITHMS:
        output = run(replace(SMALL, trials=1, iterations=60, algorithm=algorithm)).model_output
        assert output.n_candidates == 60


def test_a_bound_of_zero_width_is_a_fixed_hyperparameter() -> None:
    output = run(bounds={"tv": {"theta": (0.25, 0.25)}}).model_output
    column = output.parameter_names.index("tv_theta")
    assert set(output.stacked("hyperparameters")[:, column]) == {0.25}
    assert len(np.unique(output.stacked("hyperparameters")[:, column + 1])) > 100


def test_with_everything_fixed_there_is_one_candidate_and_a_note() -> None:
    fixed = {name: {"alpha": (1.0, 1.0), "gamma": (0.5, 0.5), "theta": (0.2, 0.2)} for name in ("tv", "search")}
    collection = run(bounds=fixed, lambda_bounds=(0.1, 0.1))
    assert collection.model_output.n_candidates == collection.model_output.n_planned == 1
    assert any("fixed" in note for note in collection.info.notes)
    assert not collection.info.stopped_early


def test_hyperparameters_stay_within_their_bounds() -> None:
    output = run(bounds={"tv": {"alpha": (1.0, 1.5)}}).model_output
    alpha = output.stacked("hyperparameters")[:, output.parameter_names.index("tv_alpha")]
    assert alpha.min() >= 1.0
    assert alpha.max() <= 1.5


@pytest.mark.parametrize("cores", [1, 2])
def test_progress_is_reported_from_preparing_to_the_last_candidate(cores: int) -> None:
    seen: list[SearchProgress] = []
    MMMModelExecutor(progress=seen.append).model_run(small_data(), replace(SMALL, cores=cores, iterations=2000))
    assert seen[0].stage == "preparing"
    assert [p.done for p in seen] == sorted(p.done for p in seen)
    assert seen[-1].done == seen[-1].total == 6000
    assert sorted(np.unique(seen[-1].trial)) == [1, 2, 3]


def test_progress_comes_at_least_four_times_a_second() -> None:
    times: list[float] = []
    executor = stop_after(2.0)
    executor.progress = lambda _: times.append(time.monotonic())
    executor.model_run(small_data(), replace(LONG, cores=2))
    assert np.median(np.diff(times[2:])) <= 0.25  # the median, for machines that others use too


def test_the_front_in_the_progress_is_the_first_front_by_ascending_nrmse() -> None:
    seen: list[SearchProgress] = []
    collection = MMMModelExecutor(progress=seen.append).model_run(small_data(), SMALL)
    last = seen[-1]
    assert (np.diff(last.nrmse[last.front]) > 0).all()
    assert (np.diff(last.decomp_rssd[last.front]) < 0).all()
    assert last.nrmse[last.front[0]] == np.nanmin(collection.model_output.metric("nrmse"))


@pytest.mark.parametrize("cores", [1, 2])
def test_a_failing_progress_function_ends_the_run_soon_and_leaves_no_files(cores: int) -> None:
    def fail(progress: SearchProgress) -> None:
        if progress.done:
            raise KeyError("page is gone")

    began = time.monotonic()
    with pytest.raises(KeyError, match="page is gone"):
        MMMModelExecutor(progress=fail).model_run(small_data(), replace(LONG, cores=cores))
    assert time.monotonic() - began < 10.0


def test_a_finished_run_leaves_no_temporary_files() -> None:
    run(replace(SMALL, cores=2))
    assert not glob.glob(f"{tempfile.gettempdir()}/mmm-studio-run-{os.getpid()}-*")


def test_provenance_tells_how_the_run_came_about() -> None:
    data = small_data()
    info = MMMModelExecutor().model_run(data, SMALL, seed=77).info
    assert (info.seed, info.algorithm, info.data_hash) == (77, "NSGA2", data.data_hash)
    assert info.timings.keys() == {"features", "search", "evaluation", "optimiser"}
    assert info.timings["evaluation"] + info.timings["optimiser"] <= info.timings["search"]
    assert info.library_versions["numpy"] == np.__version__


def test_a_validation_split_is_searched_and_its_error_is_what_is_minimised() -> None:
    output = run(replace(SMALL, timeseries_validation=True)).model_output
    assert "train_size" in output.parameter_names
    np.testing.assert_array_equal(output.metric("nrmse"), output.metric("nrmse_val"))


def test_penalty_factors_are_searched_for_every_column() -> None:
    names = run(replace(SMALL, add_penalty_factor=True)).model_output.parameter_names
    assert {"price_penalty", "tv_penalty", "search_penalty"} <= set(names)


@pytest.mark.parametrize("seed", [-1, 1.5, True])
def test_a_seed_that_is_no_whole_number_from_0_is_refused_by_name(seed: int) -> None:
    with pytest.raises(BoundsError, match=rf"seed must be a whole number of at least 0, got {seed}"):
        MMMModelExecutor().model_run(small_data(), TrialsConfig(trials=1, iterations=10, cores=1), seed=seed)
