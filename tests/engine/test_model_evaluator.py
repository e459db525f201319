import numpy as np
import pytest

from mmm_core.engine.model_evaluator import ModelEvaluator
from tests.search_builders import metrics_of, output_of

FIRST = metrics_of(nrmse=[0.5, 0.2], decomp_rssd=[0.1, 0.6], rsq_train=[0.3, 0.8])
SECOND = metrics_of(nrmse=[0.4, np.nan], decomp_rssd=[0.2, np.inf], rsq_train=[0.5, np.nan])


def test_a_trial_by_hand() -> None:
    trial = ModelEvaluator().evaluate_model(output_of([FIRST]))["trials"][0]
    assert (trial["trial"], trial["n_candidates"], trial["n_front"]) == (1, 2, 2)
    assert (trial["best_nrmse"], trial["mean_nrmse"]) == pytest.approx((0.2, 0.35))
    assert (trial["best_decomp_rssd"], trial["mean_decomp_rssd"]) == pytest.approx((0.1, 0.35))
    assert trial["rsq_train_best_fit"] == 0.8
    assert trial["hypervolume"] == pytest.approx(0.3 * 0.4 + 0.5 * 0.9)


def test_errors_that_are_no_numbers_do_not_spoil_a_trial() -> None:
    trial = ModelEvaluator().evaluate_model(output_of([SECOND]))["trials"][0]
    assert (trial["mean_nrmse"], trial["mean_decomp_rssd"], trial["rsq_train_best_fit"]) == (0.4, 0.2, 0.5)


def test_the_average_is_the_mean_of_the_trials() -> None:
    evaluation = ModelEvaluator().evaluate_model(output_of([FIRST, SECOND]))
    for name, mean in evaluation["average"].items():
        assert mean == pytest.approx(np.mean([trial[name] for trial in evaluation["trials"]]))
    assert (evaluation["n_trials"], evaluation["n_candidates"]) == (2, 4)


def test_all_trials_together_cover_at_least_what_the_best_of_them_does() -> None:
    evaluation = ModelEvaluator().evaluate_model(output_of([FIRST, SECOND]))
    assert evaluation["pooled_hypervolume"] >= max(trial["hypervolume"] for trial in evaluation["trials"])
    assert evaluation["n_front"] == 3


def test_whether_the_search_had_settled_is_said_in_sentences() -> None:
    evaluation = ModelEvaluator().evaluate_model(output_of([FIRST]))
    assert evaluation["converged"] == {"nrmse": False, "decomp_rssd": False}
    assert all(message.endswith(".") for message in evaluation["messages"])


def test_a_candidate_with_an_infinite_gap_is_on_no_front() -> None:
    best_fit = metrics_of(nrmse=[0.1, 0.2], decomp_rssd=[np.inf, 0.6])
    evaluation = ModelEvaluator().evaluate_model(output_of([best_fit]))
    assert (evaluation["n_front"], evaluation["trials"][0]["n_front"]) == (1, 1)
