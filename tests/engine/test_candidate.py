"""Search space, refit, response curve: what they answer and what they refuse."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mmm_core.engine.candidate import (
    CandidateEvaluator,
    build_search_space,
    lambda_range,
    refit_model,
    response_curve,
)
from mmm_core.engine.features import build_design
from mmm_core.entities.columns import AdstockKind, Outcome, PaidMedia
from mmm_core.entities.design import Design
from mmm_core.entities.fitted_model import FittedModel
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.settings import Baseline, ModelSettings
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.errors import BoundsError, SettingsError
from tests.builders import random_design

MIXED = tuple(AdstockKind)


def settings_of(design: Design, **changes: Any) -> ModelSettings:
    paid = tuple(PaidMedia(spend=name) for name in design.paid_names)
    return ModelSettings(date="date", outcome=Outcome(column="sales"), paid_media=paid, **changes)


def hyperparameters(design: Design, position: float = 0.4, **changes: float) -> dict[str, float]:
    space = build_search_space(settings_of(design), design, TrialsConfig(), log_lambda=True)
    values = space.from_unit(np.full((1, len(space.names)), position))[0]
    return {**dict(zip(space.names, values.tolist(), strict=True)), **changes}


@pytest.fixture(scope="module")
def design() -> Design:
    return random_design(21, adstock=MIXED)


@pytest.fixture(scope="module")
def model(design: Design) -> FittedModel:
    return refit_model(design, hyperparameters(design))


def test_the_range_of_lambda_is_a_hand_worked_one() -> None:
    design = random_design(20, n_paid=1, n_organic=0, n_periods=4)
    y, x = np.array([1.0, 2.0, 3.0, 6.0]), np.array([0.0, 1.0, 0.0, 1.0])
    flat = np.ones((4, 2))
    design = replace(design, outcome=y, media=x[:, None], baseline=flat)
    # centred and scaled x is -1, 1, -1, 1: |sum| = 4; 0.1 * 4 / (0.001 * 4) = 100
    assert lambda_range(design) == pytest.approx((0.01, 100.0))


def test_parameters_of_a_channel_follow_its_adstock(design: Design) -> None:
    names = build_search_space(settings_of(design), design, TrialsConfig()).names
    assert names == (
        *("paid_0_alpha", "paid_0_gamma", "paid_0_theta"),
        *("paid_1_alpha", "paid_1_gamma", "paid_1_shape", "paid_1_scale"),
        *("paid_2_alpha", "paid_2_gamma", "paid_2_shape", "paid_2_scale"),
        *("organic_0_alpha", "organic_0_gamma", "organic_0_theta"),
        "lambda",
    )


def test_penalties_and_training_share_are_searched_when_asked_for(design: Design) -> None:
    trials = TrialsConfig(timeseries_validation=True, add_penalty_factor=True)
    names = build_search_space(settings_of(design), design, trials).names
    assert names[-8:-2] == tuple(f"{column}_penalty" for column in design.column_names)
    assert names[-2:] == ("lambda", "train_size")


def test_a_searched_training_share_cannot_reach_one_where_nothing_is_validated(design: Design) -> None:
    validated = TrialsConfig(timeseries_validation=True)
    with pytest.raises(BoundsError, match=r"train_size must end below 1 .* got 0\.5 to 1:"):
        build_search_space(settings_of(design, train_size_bounds=(0.5, 1.0)), design, validated)
    fixed = build_search_space(settings_of(design, train_size_bounds=(1.0, 1.0)), design, validated)
    assert (fixed.low[-1], fixed.high[-1]) == (1.0, 1.0)


def test_bounds_of_the_user_replace_the_defaults(design: Design) -> None:
    bounds = {"paid_0": {"theta": (0.3, 0.8)}, "trend": {"penalty": (0.0, 0.2)}}
    space = build_search_space(settings_of(design, bounds=bounds), design, TrialsConfig(add_penalty_factor=True))
    ranges = dict(zip(space.names, zip(space.low, space.high, strict=True), strict=True))
    assert ranges["paid_0_theta"] == (0.3, 0.8)
    assert ranges["paid_0_alpha"] == (0.5, 3.0)
    assert ranges["trend_penalty"] == (0.0, 0.2)
    assert ranges["season_penalty"] == (0.0, 1.0)


def test_bounds_of_lambda_are_shares_of_its_range(design: Design) -> None:
    space = build_search_space(settings_of(design, lambda_bounds=(0.0, 0.5)), design, TrialsConfig())
    smallest, largest = lambda_range(design)
    assert space.low[-1] == pytest.approx(smallest)
    assert space.high[-1] == pytest.approx((smallest + largest) / 2)


def test_a_refitted_model_has_the_bits_of_the_search(design: Design, model: FittedModel) -> None:
    values = np.array([list(model.hyperparameters.values())] * 2)
    values[0, -1] *= 3
    batch = CandidateEvaluator(design, list(model.hyperparameters), TrialsConfig()).evaluate(values)
    np.testing.assert_array_equal(batch.metrics[1], list(model.metrics.values()))
    assert batch.contributions[1].tolist() == list(model.contributions.values())
    assert batch.coefficients[1].tolist() == [model.intercept, *model.coefficients.values()]


def test_weekly_contributions_sum_to_the_fitted_values_and_to_the_totals(model: FittedModel) -> None:
    np.testing.assert_allclose(model.weekly.sum(axis=1), model.fitted, rtol=1e-12)
    totals = dict(zip(model.weekly.columns, model.weekly.sum(), strict=True))
    assert totals == pytest.approx(model.contributions, rel=1e-10, abs=1e-6)


def test_immediate_and_carry_over_parts_make_up_the_contribution(design: Design, model: FittedModel) -> None:
    media = model.weekly[list(design.media_names)]
    np.testing.assert_allclose(model.immediate + model.carry_over, media, rtol=1e-9, atol=1e-9)


def test_metrics_follow_from_fitted_values(model: FittedModel) -> None:
    error, outcome = model.outcome - model.fitted, model.outcome
    nrmse = np.sqrt((error**2).mean()) / (outcome.max() - outcome.min())
    rsq = 1 - (error**2).sum() / ((outcome - outcome.mean()) ** 2).sum()
    adjusted = 1 - (1 - rsq) * (104 - model.has_intercept) / (104 - 6 - 1)
    assert model.metrics["nrmse"] == pytest.approx(nrmse, rel=1e-10)
    assert model.metrics["rsq_train"] == pytest.approx(adjusted, rel=1e-10)


def test_roas_is_the_contribution_per_unit_of_spend(design: Design, model: FittedModel) -> None:
    for c, name in enumerate(design.paid_names):
        assert model.total_spend[name] == pytest.approx(design.spend[:, c].sum())
        assert model.roas[name] == pytest.approx(model.contributions[name] / design.spend[:, c].sum())


def test_effect_shares_of_paid_channels_sum_to_one(model: FittedModel) -> None:
    assert sum(model.effect_share.values()) == pytest.approx(1.0)
    assert set(model.effect_share) == {"paid_0", "paid_1", "paid_2"}


def test_the_share_of_carry_over_lies_between_zero_and_one_or_is_not_defined(model: FittedModel) -> None:
    for share in model.carry_over_share.values():
        assert np.isnan(share) or 0.0 <= share <= 1.0


def test_parts_of_time_are_marked(design: Design) -> None:
    part = refit_model(design, hyperparameters(design, train_size=0.7)).part
    assert part.value_counts().to_dict() == {"train": 73, "test": 16, "validation": 15}
    assert part.drop_duplicates().tolist() == ["train", "validation", "test"]


def test_a_period_length_for_weibull_other_than_the_data_is_honoured(design: Design, model: FittedModel) -> None:
    longer = refit_model(replace(design, weibull_length=300), hyperparameters(design))
    assert longer.inflexions["paid_1"] > model.inflexions["paid_1"]
    assert longer.inflexions["paid_0"] == model.inflexions["paid_0"]


def test_arrays_that_cannot_be_written_to_are_fine(design: Design, model: FittedModel) -> None:
    frozen = replace(design, outcome=design.outcome.copy(), media=design.media.copy(), rows=design.rows.copy())
    for array in (frozen.outcome, frozen.media, frozen.rows):
        array.flags.writeable = False
    assert refit_model(frozen, hyperparameters(design)).metrics == pytest.approx(model.metrics, nan_ok=True)


def test_a_collection_is_refitted_as_its_design_would_be() -> None:
    design = random_design(22, n_organic=0)
    table = pd.DataFrame(design.spend, columns=list(design.paid_names)).assign(week=design.dates, sales=design.outcome)
    paid = tuple(PaidMedia(spend=name) for name in design.paid_names)
    nothing = Baseline(trend=False, season=False)
    settings = ModelSettings(date="week", outcome=Outcome(column="sales"), paid_media=paid, baseline=nothing)
    data = MMMDataCollection(table=table, settings=settings)
    keys = {key: value for key, value in hyperparameters(design).items() if not key.startswith("organic")}
    assert refit_model(data, keys).metrics == pytest.approx(refit_model(build_design(data), keys).metrics, nan_ok=True)


@pytest.mark.parametrize("missing", ["paid_0_theta", "paid_1_scale", "organic_0_alpha", "lambda"])
def test_a_missing_hyperparameter_is_named(design: Design, missing: str) -> None:
    given = hyperparameters(design)
    del given[missing]
    with pytest.raises(BoundsError, match=f"The hyperparameter '{missing}' is missing"):
        refit_model(design, given)


@pytest.mark.parametrize(
    ("key", "value"),
    [("paid_0_theta", 1.0), ("paid_1_scale", 1.1), ("paid_0_gamma", 0.0), ("lambda", -1.0), ("train_size", 0.05)],
)
def test_a_hyperparameter_outside_its_limits_is_refused(design: Design, key: str, value: float) -> None:
    with pytest.raises(BoundsError, match=f"{key} must lie within .* got {value}"):
        refit_model(design, hyperparameters(design, **{key: value}))


def test_a_hyperparameter_that_is_not_a_number_is_refused(design: Design) -> None:
    with pytest.raises(BoundsError, match="lambda must lie within"):
        refit_model(design, hyperparameters(design, **{"lambda": float("nan")}))


def test_an_unknown_hyperparameter_is_refused(design: Design) -> None:
    with pytest.raises(SettingsError, match="no hyperparameter 'paid_0_scale'; it has"):
        refit_model(design, hyperparameters(design, paid_0_scale=0.1))


def test_an_unknown_solver_is_refused(design: Design) -> None:
    with pytest.raises(SettingsError, match="solver must be one of exact, glmnet; got 'lasso'"):
        refit_model(design, hyperparameters(design), solver="lasso")


def test_an_unknown_intercept_rule_is_refused(design: Design) -> None:
    with pytest.raises(SettingsError, match=r"intercept_sign must be one of .* got 'positive'"):
        refit_model(design, hyperparameters(design), intercept_sign="positive")


def test_values_of_the_wrong_width_are_refused(design: Design) -> None:
    evaluator = CandidateEvaluator(design, list(hyperparameters(design)), TrialsConfig())
    with pytest.raises(SettingsError, match=r"rows of 15 hyperparameters; got an array of \(2, 3\)"):
        evaluator.evaluate(np.ones((2, 3)))


def test_a_response_curve_rises_from_carry_over_through_the_mean(design: Design, model: FittedModel) -> None:
    curve = response_curve(model, design, "paid_1", n_points=50)
    assert len(curve.spend) == len(curve.response) == 50
    assert np.all(np.diff(curve.response) >= 0.0)
    assert curve.response[0] == pytest.approx(curve.carry_over_response)
    assert np.interp(curve.mean_spend, curve.spend, curve.response) == pytest.approx(curve.mean_response, rel=0.01)


def test_a_response_at_the_inflexion_point_is_half_of_the_ceiling(design: Design) -> None:
    model = refit_model(design, hyperparameters(design, paid_0_theta=0.0))
    per_spend = design.media[:, 0].sum() / design.spend[:, 0].sum()
    curve = response_curve(model, design, "paid_0", 2, max_spend=model.inflexions["paid_0"] / per_spend)
    assert curve.response[-1] == pytest.approx(model.coefficients["paid_0"] / 2)


def test_a_response_curve_of_an_unknown_channel_is_refused(design: Design, model: FittedModel) -> None:
    with pytest.raises(SettingsError, match="No channel is called 'radio'; there are paid_0"):
        response_curve(model, design, "radio")
