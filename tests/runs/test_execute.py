import dataclasses
import shutil
import stat
from pathlib import Path

import pytest

import mmm_core
from mmm_core.entities.run_result import RunResult, SearchProgress
from mmm_core.runs.execute import cache_key, digest_of_sources, execute_project
from tests.runs.demo import ENDLESS, SMALL, demo_project
from tests.store.sameness import differences


def what_was_found(result: RunResult) -> list[object]:
    """Everything but the clock."""
    output = result.collection.model_output
    timeless = [dataclasses.replace(trial, seconds=0.0) for trial in output.trials]
    return [timeless, output.term_names, result.design, result.pareto, result.collection.convergence]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("caches") / "made by the run"


@pytest.fixture(scope="module")
def first(cache: Path) -> RunResult:
    result, from_cache = execute_project(demo_project(), cache_folder=cache)
    assert not from_cache
    return result


def test_every_candidate_asked_for_is_there(first: RunResult) -> None:
    assert first.collection.model_output.n_candidates == SMALL.n_candidates
    assert first.pareto["recommended_id"] in first.pareto["solution_ids"]


def test_the_same_run_again_gives_the_same_bits(first: RunResult) -> None:
    again, _ = execute_project(demo_project())
    assert differences(what_was_found(again), what_was_found(first)) == []


def test_a_known_run_comes_from_the_cache_and_says_so(first: RunResult, cache: Path) -> None:
    again, from_cache = execute_project(demo_project(), cache_folder=cache)
    assert from_cache
    assert differences(again, first) == []


def test_a_damaged_cache_is_computed_again(first: RunResult, tmp_path: Path) -> None:
    execute_project(demo_project(), cache_folder=tmp_path)
    (kept,) = tmp_path.rglob("output.pkl")
    kept.write_bytes(kept.read_bytes()[:1000])
    again, from_cache = execute_project(demo_project(), cache_folder=tmp_path)
    assert not from_cache
    assert differences(what_was_found(again), what_was_found(first)) == []


def test_a_run_repeated_after_a_stop_gives_the_same_bits_as_one_never_stopped() -> None:
    told: list[SearchProgress] = []
    project = demo_project(dataclasses.replace(SMALL, iterations=20_000))
    stopped, _ = execute_project(project, progress=told.append, should_stop=lambda: told[-1].done > 0)
    assert stopped.collection.info.stopped_early
    repeated, undisturbed = (execute_project(project)[0] for _ in range(2))
    assert differences(what_was_found(repeated), what_was_found(undisturbed)) == []


def test_neither_the_name_nor_the_cores_matter_to_the_cache(first: RunResult, cache: Path) -> None:
    same = demo_project(dataclasses.replace(SMALL, cores=2), name="Another name")
    assert execute_project(same, cache_folder=cache)[1]


@pytest.mark.parametrize(
    "other",
    [
        demo_project(seed=8),
        demo_project(dataclasses.replace(SMALL, iterations=61)),
        demo_project(dataclasses.replace(SMALL, rssd_zero_penalty=False)),
    ],
)
def test_seed_search_and_rules_matter_to_the_cache(other: object) -> None:
    assert cache_key(other) != cache_key(demo_project())  # type: ignore[arg-type]


@pytest.mark.parametrize("source", ["engine/search.py", "kernels/ridge.py", "entities/settings.py"])
def test_a_changed_engine_does_not_return_results_of_the_old_one(source: str, tmp_path: Path) -> None:
    package = Path(mmm_core.__file__).parent
    assert cache_key(demo_project())["engine_sources"] == digest_of_sources(package)
    ours, changed = (Path(shutil.copytree(package, tmp_path / name)) for name in ("ours", "changed"))
    with (changed / source).open("a", encoding="utf-8") as file:
        file.write("# another rule\n")
    assert digest_of_sources(ours) == digest_of_sources(package) != digest_of_sources(changed)


@pytest.mark.usefixtures("first")
def test_only_its_owner_can_reach_the_cache(cache: Path) -> None:
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700


def test_the_stages_are_told_in_order() -> None:
    told: list[SearchProgress] = []
    execute_project(demo_project(), progress=told.append)
    assert list(dict.fromkeys(progress.stage for progress in told)) == [
        "preparing",
        "searching",
        "ranking",
        "averaging",
    ]
    assert [told[0].done, told[-1].done] == [0, SMALL.n_candidates]


def test_the_time_of_each_stage_is_kept(first: RunResult) -> None:
    assert {"features", "search", "pareto", "averaging"} <= set(first.collection.info.timings)


def test_a_stopped_run_keeps_what_it_found_but_is_not_remembered(tmp_path: Path) -> None:
    told: list[SearchProgress] = []
    project = demo_project(dataclasses.replace(ENDLESS, iterations=150_000))
    for _ in range(2):
        told.clear()
        result, from_cache = execute_project(
            project, progress=told.append, should_stop=lambda: told[-1].done > 0, cache_folder=tmp_path
        )
        assert not from_cache
        assert 0 < result.collection.model_output.n_candidates < 150_000
        assert result.collection.info.stopped_early


def test_a_cache_that_cannot_be_written_does_not_cost_the_run(tmp_path: Path) -> None:
    blocked = tmp_path / "cache"
    blocked.write_text("a file where the folder should be")
    result, from_cache = execute_project(demo_project(), cache_folder=blocked / "here")
    assert not from_cache
    assert result.collection.model_output.n_candidates == SMALL.n_candidates
