import numpy as np
import pytest

from mmm_core.engine.pareto_optimize import ParetoOptimizer, rank_candidates, score_candidates
from mmm_core.entities.model_output import ModelOutput
from mmm_core.entities.run_result import ParetoResult
from mmm_core.errors import BoundsError
from tests.builders import golden_arrays, golden_json
from tests.data_builders import small_data
from tests.search_builders import golden_output, metrics_of, output_of


def optimise(output: ModelOutput, *arguments: object) -> ParetoResult:
    return ParetoOptimizer().pareto_optimize(small_data(), output, *arguments)


def cloud(n: int = 200, seed: int = 0, **columns: np.ndarray) -> ModelOutput:
    random = np.random.default_rng(seed)
    return output_of([metrics_of(nrmse=random.random(n), decomp_rssd=random.random(n), **columns)])


@pytest.mark.parametrize("run", ["run", "run_calib"])
def test_fronts_of_the_golden_runs_equal_those_of_r(run: str) -> None:
    assert rank_candidates(golden_output(run)).tolist() == golden_arrays(run)["front"].tolist()


@pytest.mark.parametrize(("run", "min_candidates"), [("run", 20), ("run", 50), ("run", 100), ("run_calib", 10)])
def test_the_automatic_number_of_fronts_and_their_models_equal_those_of_r(run: str, min_candidates: int) -> None:
    golden = golden_json(run)["pareto_auto"][str(min_candidates)]
    result = optimise(golden_output(run), "auto", min_candidates)
    assert result["pareto_fronts"] == golden["pareto_fronts"]
    names = golden_arrays(run)["solution_ids"]
    assert [names[int(one.split("_")[1]) - 1] for one in result["solution_ids"]] == golden["solutions"]


@pytest.mark.parametrize("run", ["run", "run_calib"])
def test_error_scores_of_the_golden_runs_equal_those_of_r(run: str) -> None:
    np.testing.assert_allclose(score_candidates(golden_output(run)), golden_arrays(run)["error_score"], rtol=1e-9)


def test_candidates_in_the_worst_tenth_of_an_error_are_not_ranked() -> None:
    output = cloud()
    fronts = rank_candidates(output)
    for name in ("nrmse", "decomp_rssd"):
        values = output.metric(name)
        assert (fronts[values > np.quantile(values, 0.9)] == 0).all()


def test_too_few_candidates_are_all_shown_with_a_note() -> None:
    result = optimise(cloud(50))
    assert len(result["solution_ids"]) == (result["candidates"]["front"] > 0).sum() < 50
    assert "fewer than the 100 wanted" in result["notes"][0]


def test_a_number_of_fronts_is_taken_as_given() -> None:
    result = optimise(cloud(), 2)
    assert result["pareto_fronts"] == 2
    assert set(result["candidates"].query("on_front")["front"]) == {1, 2}
    assert result["notes"] == []


def test_more_fronts_than_there_are_means_all_with_a_note() -> None:
    result = optimise(cloud(30), 500)
    assert result["candidates"]["on_front"].sum() == (result["candidates"]["front"] > 0).sum()
    assert "500 were asked for" in result["notes"][0]


def test_models_on_the_chosen_fronts_come_best_front_first() -> None:
    result = optimise(cloud())
    fronts = result["candidates"].set_index("solution_id")["front"]
    assert (np.diff(fronts[result["solution_ids"]]) >= 0).all()


def test_the_recommended_model_has_the_smallest_score_on_the_chosen_fronts() -> None:
    result = optimise(cloud())
    chosen = result["candidates"].query("on_front")
    assert chosen.loc[chosen["error_score"].idxmin(), "solution_id"] == result["recommended_id"]


def test_the_test_error_never_moves_the_choice() -> None:
    random = np.random.default_rng(1)
    columns = {name: random.random(200) for name in ("nrmse", "decomp_rssd", "nrmse_train", "nrmse_val")}
    results = [
        optimise(output_of([metrics_of(**columns, nrmse_test=test)], timeseries_validation=True))
        for test in (random.random(200), random.random(200))
    ]
    assert results[0]["recommended_id"] == results[1]["recommended_id"]
    np.testing.assert_array_equal(*(result["candidates"]["error_score"] for result in results))


def test_a_model_that_credits_no_paid_channel_is_neither_ranked_nor_recommended() -> None:
    rssd = np.random.default_rng(0).random(200)
    rssd[7] = np.inf
    nrmse = np.random.default_rng(1).random(200)
    nrmse[7] = 0.0
    result = optimise(output_of([metrics_of(nrmse=nrmse, decomp_rssd=rssd)]))
    row = result["candidates"].iloc[7]
    assert (row["front"], row["error_score"]) == (0, np.inf)
    assert np.isfinite(result["candidates"].drop(index=7)["error_score"]).all()


def test_a_run_in_which_nothing_can_be_compared_still_answers() -> None:
    result = optimise(output_of([metrics_of(nrmse=[0.1, 0.2], decomp_rssd=[np.inf, np.inf])]))
    assert result["recommended_id"] in result["solution_ids"]


def test_estimates_are_those_of_the_recommended_model_with_the_spread_across_the_front() -> None:
    output = cloud()
    result = optimise(output)
    roas = dict(zip(output.solution_ids, output.roas, strict=True))
    chosen = np.array([roas[one] for one in result["solution_ids"]])
    estimates = result["estimates"].set_index("channel")
    np.testing.assert_allclose(estimates["roas"], roas[result["recommended_id"]])
    np.testing.assert_array_equal(estimates["low"], chosen.min(axis=0))
    np.testing.assert_array_equal(estimates["high"], chosen.max(axis=0))
    np.testing.assert_allclose(estimates["contribution"], estimates["roas"] * estimates["spend"])
    assert set(estimates["interval"]) == {f"spread across {len(chosen)} models"}


@pytest.mark.parametrize(("fronts", "least"), [("all", 100), (0, 100), (True, 100), (2.0, 100), ("auto", 0)])
def test_impossible_wishes_are_refused(fronts: object, least: int) -> None:
    with pytest.raises(BoundsError, match=r"must be .*, got"):
        optimise(cloud(), fronts, least)
