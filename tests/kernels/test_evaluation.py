"""The batch kernel: independence of the batch, agreement with plain numpy, and edges of the data."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmm_core.engine.candidate import CandidateBatch, CandidateEvaluator, build_search_space
from mmm_core.entities.columns import AdstockKind, Outcome, PaidMedia
from mmm_core.entities.design import Design, FloatArray
from mmm_core.entities.model_output import METRICS
from mmm_core.entities.settings import ModelSettings
from mmm_core.entities.trials_config import TrialsConfig
from tests.builders import random_design, without_rows

MIXED = tuple(AdstockKind)
WITH_ALL = TrialsConfig(timeseries_validation=True, add_penalty_factor=True)


def candidates(design: Design, n: int, trials: TrialsConfig = WITH_ALL) -> tuple[tuple[str, ...], FloatArray]:
    paid = tuple(PaidMedia(spend=name) for name in design.paid_names)
    settings = ModelSettings(date="date", outcome=Outcome(column="sales"), paid_media=paid)
    space = build_search_space(settings, design, trials, log_lambda=True)
    return space.names, space.from_unit(np.random.default_rng(3).random((n, len(space.names))))


def evaluate(design: Design, n: int = 12, trials: TrialsConfig = WITH_ALL, solver: str = "exact") -> CandidateBatch:
    names, values = candidates(design, n, trials)
    return CandidateEvaluator(design, names, trials, solver=solver).evaluate(values)


def metric(batch: CandidateBatch, name: str) -> FloatArray:
    return batch.metrics[:, METRICS.index(name)]


@pytest.mark.parametrize("solver", ["exact", "glmnet"])
@given(cuts=st.lists(st.integers(1, 39), max_size=6))
@settings(max_examples=25, deadline=None)
def test_a_candidate_gets_the_same_bits_however_the_batch_is_cut(solver: str, cuts: list[int]) -> None:
    design = random_design(4, adstock=MIXED)
    names, values = candidates(design, 40)
    evaluator = CandidateEvaluator(design, names, WITH_ALL, solver=solver)
    whole = evaluator.evaluate(values)
    pieces = [evaluator.evaluate(piece) for piece in np.split(values, sorted(cuts))]
    for k in range(3):
        assert np.concatenate([piece[k] for piece in pieces]).tobytes() == whole[k].tobytes()


def test_a_candidate_gets_the_same_bits_in_any_order() -> None:
    design = random_design(5, adstock=MIXED)
    names, values = candidates(design, 30)
    evaluator = CandidateEvaluator(design, names, WITH_ALL)
    assert evaluator.evaluate(values[::-1]).metrics[::-1].tobytes() == evaluator.evaluate(values).metrics.tobytes()


def test_columns_of_the_values_may_come_in_any_order() -> None:
    design = random_design(5)
    names, values = candidates(design, 8)
    order = np.random.default_rng(0).permutation(len(names))
    shuffled = CandidateEvaluator(design, [names[k] for k in order], WITH_ALL).evaluate(values[:, order])
    assert shuffled.metrics.tobytes() == CandidateEvaluator(design, names, WITH_ALL).evaluate(values).metrics.tobytes()


def test_contributions_of_all_terms_sum_to_the_outcome_of_a_model_with_intercept() -> None:
    design = random_design(6)
    batch = evaluate(design, 20, TrialsConfig())
    kept = batch.coefficients[:, 0] > 0
    assert kept.any()
    np.testing.assert_allclose(batch.contributions[kept].sum(axis=1), design.outcome.sum(), rtol=1e-12)


def test_the_outcome_of_left_out_periods_does_not_matter() -> None:
    design = without_rows(random_design(7), [20, 21, 50])
    names, values = candidates(design, 8)
    changed = replace(design, outcome=design.outcome.copy())
    changed.outcome[[20, 21, 50]] = 1e9
    expected = CandidateEvaluator(design, names, WITH_ALL).evaluate(values)
    assert CandidateEvaluator(changed, names, WITH_ALL).evaluate(values).metrics.tobytes() == expected.metrics.tobytes()


def test_media_of_left_out_periods_carry_over_into_later_ones() -> None:
    design = without_rows(random_design(7), [20])
    names, values = candidates(design, 8)
    changed = replace(design, media=design.media.copy())
    changed.media[20] += 500.0
    expected = CandidateEvaluator(design, names, WITH_ALL).evaluate(values)
    assert np.all(CandidateEvaluator(changed, names, WITH_ALL).evaluate(values).metrics[:, 0] != expected.metrics[:, 0])


def test_with_a_split_the_search_minimises_the_validation_error() -> None:
    batch = evaluate(random_design(8), trials=TrialsConfig(timeseries_validation=True))
    assert metric(batch, "nrmse").tolist() == metric(batch, "nrmse_val").tolist()
    assert np.isfinite(batch.metrics).all()


def test_without_a_split_the_search_minimises_the_training_error_and_later_parts_are_not_defined() -> None:
    batch = evaluate(random_design(8), trials=TrialsConfig())
    assert metric(batch, "nrmse").tolist() == metric(batch, "nrmse_train").tolist()
    assert np.isnan([metric(batch, name) for name in ("nrmse_val", "nrmse_test", "rsq_val", "rsq_test")]).all()


def test_an_empty_validation_part_gives_an_infinite_error_not_nan() -> None:
    design = replace(random_design(9, n_paid=1, n_organic=0), rows=np.arange(10))
    names, values = candidates(design, 1)
    values[0, names.index("train_size")] = 0.95
    batch = CandidateEvaluator(design, names, WITH_ALL).evaluate(values)
    assert metric(batch, "nrmse")[0] == np.inf


@pytest.mark.parametrize("solver", ["exact", "glmnet"])
def test_media_that_only_hurt_get_nothing_and_rssd_is_infinite(solver: str) -> None:
    design = random_design(10, n_organic=0)
    design = replace(design, outcome=1e5 - design.media.sum(axis=1), upper=np.array([1.0, 1.0, np.inf, np.inf, np.inf]))
    design.upper[:2] = 0.0
    batch = evaluate(design, trials=TrialsConfig(), solver=solver)
    assert np.all(batch.coefficients[:, 3:] == 0.0)
    assert np.all(metric(batch, "decomp_rssd") == np.inf)


@pytest.mark.parametrize("solver", ["exact", "glmnet"])
def test_a_channel_without_any_spend_is_credited_with_nothing(solver: str) -> None:
    design = random_design(11, adstock=MIXED)
    design.media[:, 1] = 0.0
    batch = evaluate(design, solver=solver)
    assert np.all(batch.contributions[:, 4] == 0.0)
    assert np.isfinite(batch.metrics).all()


def test_a_trend_that_falls_below_zero_may_only_push_down() -> None:
    design = random_design(12)
    design.baseline[:, 0] *= -1.0
    trend = evaluate(design, trials=TrialsConfig()).coefficients[:, 1]
    assert np.all((trend >= -1.0) & (trend <= 0.0))
    assert (trend < 0.0).any()


def test_a_trend_with_a_sign_of_its_own_keeps_its_limits() -> None:
    design = replace(random_design(12), trend_column=-1)
    design.baseline[:, 0] *= -1.0
    assert np.all(evaluate(design, trials=TrialsConfig()).coefficients[:, 1] >= 0.0)


def test_penalty_factors_count_only_relative_to_each_other() -> None:
    design = random_design(13)
    names, values = candidates(design, 5)
    halved = values.copy()
    halved[:, ["penalty" in name for name in names]] *= 0.5
    evaluator = CandidateEvaluator(design, names, WITH_ALL)
    expected = evaluator.evaluate(values).metrics
    np.testing.assert_allclose(evaluator.evaluate(halved).metrics, expected, rtol=1e-9)


def test_penalty_factors_that_are_all_zero_switch_shrinkage_off() -> None:
    design = random_design(13)
    names, values = candidates(design, 3)
    values[:, ["penalty" in name for name in names]] = 0.0
    free = values.copy()
    free[:, names.index("lambda")] = 0.0
    evaluator = CandidateEvaluator(design, names, WITH_ALL)
    np.testing.assert_allclose(evaluator.evaluate(values).metrics, evaluator.evaluate(free).metrics, rtol=1e-9)


def test_a_model_of_media_alone_can_be_fitted() -> None:
    design = random_design(14, n_paid=1, n_organic=0)
    bare = replace(
        design,
        baseline_names=(),
        baseline=np.empty((104, 0)),
        lower=design.lower[2:],
        upper=design.upper[2:],
        trend_column=-1,
    )
    batch = evaluate(bare, trials=TrialsConfig())
    assert batch.coefficients.shape == (12, 2)
    assert np.isfinite(metric(batch, "nrmse")).all()


def test_without_an_intercept_the_outcome_is_fitted_from_zero() -> None:
    batch = evaluate(random_design(15), trials=TrialsConfig(intercept=False))
    assert np.all(batch.coefficients[:, 0] == 0.0)


def test_a_batch_of_no_candidates_gives_empty_answers() -> None:
    assert evaluate(random_design(16), n=0).metrics.shape == (0, 9)


@pytest.mark.parametrize("solver", ["exact", "glmnet"])
def test_hyperparameters_that_are_no_numbers_give_infinite_objectives_to_that_candidate_alone(solver: str) -> None:
    design = random_design(17)
    names, values = candidates(design, 3)
    values[1, names.index("paid_0_alpha")] = np.nan
    batch = CandidateEvaluator(design, names, WITH_ALL, solver=solver).evaluate(values)
    assert np.isinf(batch.metrics[1, :2]).all()
    assert np.isfinite(batch.metrics[[0, 2]]).all()
