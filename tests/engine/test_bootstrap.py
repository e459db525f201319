"""Sampling uncertainty of one model: what refits share with it, what they answer, and whether their intervals hold."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mmm_core.engine.bootstrap import bootstrap_model, ridge_of_model
from mmm_core.engine.candidate import lambda_range, refit_model
from mmm_core.engine.set_intervals import set_interval
from mmm_core.entities.columns import AdstockKind
from mmm_core.entities.design import Design
from mmm_core.entities.fitted_model import FittedModel
from mmm_core.entities.model_set import SetKind
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.errors import BoundsError, DataError
from mmm_core.kernels.bootstrap import refit_resampled
from tests.builders import golden_fit_design, golden_json, random_design, refit_golden, without_rows
from tests.coverage_builder import intervals_hold, simulate_market

MIXED = tuple(AdstockKind)
VALUES = {"alpha": 1.2, "gamma": 0.5, "theta": 0.3, "shape": 1.5, "scale": 0.05}
GOLDEN_FITS = golden_json("fits")


def fit(design: Design, *, shrinkage: float = 1e-4, **changes: float) -> FittedModel:
    """A model of a design; ``shrinkage`` is a share of the largest lambda."""
    kinds = zip(design.media_names, design.adstock, strict=True)
    wanted = {c: ("theta",) if kind is AdstockKind.GEOMETRIC else ("shape", "scale") for c, kind in kinds}
    media = {f"{c}_{p}": VALUES[p] for c, decay in wanted.items() for p in ("alpha", "gamma", *decay)}
    return refit_model(design, {**media, "lambda": shrinkage * lambda_range(design)[1], **changes})


def with_zero_channel(design: Design) -> Design:
    """The first channel works against the outcome, so that its coefficient is 0."""
    return replace(design, outcome=design.outcome - 0.2 * design.media[:, 0])


@pytest.fixture(scope="module")
def design() -> Design:
    return random_design(21, adstock=MIXED)


@pytest.fixture(scope="module")
def model(design: Design) -> FittedModel:
    return fit(design)


def test_the_model_comes_first_without_weight_and_gives_the_point_estimate(design: Design, model: FittedModel) -> None:
    refits = bootstrap_model(design, model, n_refits=40, name="3_41", label="refits of model 3_41")
    assert (refits.kind, refits.point, refits.n_models) == (SetKind.SAMPLING, 0, 40)
    assert (refits.names[0], refits.names[40], refits.label) == ("3_41", "refit 40", "refits of model 3_41")
    assert refits.weights.tolist() == [0.0] + [1 / 40] * 40
    assert refits.contributions[0].tolist() == list(model.contributions.values())
    assert refits.interval_label == "90% sampling interval, 40 refits"


def test_what_belongs_to_the_point_estimate_is_that_of_the_model(design: Design, model: FittedModel) -> None:
    refits = bootstrap_model(design, model, n_refits=5)
    np.testing.assert_allclose(refits.weekly, model.weekly, rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(refits.carry_over, model.carry_over.sum(), rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(refits.curves.inflexion[3], list(model.inflexions.values()), rtol=1e-12)


def test_refits_differ_in_their_coefficients_alone(design: Design, model: FittedModel) -> None:
    refits = bootstrap_model(design, model, n_refits=30)
    for same in (refits.curves.alpha, refits.curves.inflexion, refits.curves.carried):
        assert np.ptp(same, axis=0).max() == 0.0
    moved = np.std(refits.curves.coefficient[1:], axis=0)
    assert (moved > 0).all()
    per_unit = refits.media_contributions / refits.curves.coefficient
    np.testing.assert_allclose(per_unit, np.broadcast_to(model.saturated.sum(), per_unit.shape), rtol=1e-9)


def test_the_same_seed_gives_the_same_bits_and_another_one_other_refits(design: Design, model: FittedModel) -> None:
    first, again, other = (
        bootstrap_model(design, model, n_refits=20, seed=seed).media_contributions for seed in (7, 7, 8)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.any(first[1:] == other[1:])


@pytest.mark.parametrize("fit_record", GOLDEN_FITS.values(), ids=GOLDEN_FITS)
def test_without_residuals_a_refit_gives_back_any_model(fit_record: Any) -> None:
    golden, rules = golden_fit_design(fit_record), fit_record["settings"]
    model = refit_golden(fit_record, solver="exact")
    trials = TrialsConfig(intercept=rules["intercept"], intercept_sign=rules["intercept_sign"])
    ridge = ridge_of_model(golden, model, trials)
    again = refit_resampled(ridge, np.zeros((1, 300)), np.zeros((1, 1), np.int64))
    wanted = np.array([model.intercept, *model.coefficients.values()])
    sizes = np.array([1.0, *np.abs(ridge.columns).max(axis=1)]) / model.outcome.max()  # what a coefficient can move
    assert again.has_intercept.tolist() == [model.has_intercept]
    np.testing.assert_allclose(again.coefficients[0] * sizes, wanted * sizes, rtol=1e-9, atol=1e-11)


def test_refits_scatter_around_the_model_however_strong_the_penalty(design: Design) -> None:
    for shrinkage in (1e-4, 1e-2, 0.1):
        refits = bootstrap_model(design, fit(design, shrinkage=shrinkage), n_refits=200)
        low, high = set_interval(refits, refits.media_contributions)
        model = refits.media_contributions[0]
        assert ((low <= model) & (model <= high)).all()


def test_a_channel_that_brings_nothing_may_bring_something(design: Design) -> None:
    without_effect = with_zero_channel(design)
    refits = bootstrap_model(without_effect, fit(without_effect), n_refits=200).media_contributions[:, 0]
    assert refits[0] == 0.0
    assert 0.2 < (refits[1:] == 0.0).mean() < 0.8
    assert refits.min() == 0.0


def test_only_training_periods_are_resampled_and_all_modelled_ones_are_summed(design: Design) -> None:
    model = fit(design, train_size=0.7)
    later = replace(design, outcome=np.where(np.arange(104) >= 90, 5.0 * design.outcome, design.outcome))
    changed = replace(model, outcome=model.outcome.where(np.arange(104) < 90, 5.0 * model.outcome))
    first, second = (bootstrap_model(*pair, n_refits=9) for pair in ((design, model), (later, changed)))
    np.testing.assert_array_equal(first.contributions, second.contributions)
    assert ridge_of_model(design, model, TrialsConfig()).columns.shape[1] == 73
    np.testing.assert_allclose(first.contributions[:, 1] / first.contributions[0, 1], 1.0, atol=0.5)


def test_periods_left_out_take_no_part(design: Design) -> None:
    shorter = without_rows(design, range(40, 50))
    wild = replace(shorter, outcome=np.where(np.isin(np.arange(104), shorter.rows), design.outcome, 1e9))
    values = dict(fit(shorter).hyperparameters)
    first, second = (
        bootstrap_model(which, refit_model(which, values), n_refits=9).contributions for which in (shorter, wild)
    )
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("n_paid", [1, 40])
def test_any_number_of_channels_can_be_resampled(n_paid: int) -> None:
    design = random_design(4, n_paid=n_paid, n_organic=0)
    refits = bootstrap_model(design, fit(design), n_refits=50)
    low, high = set_interval(refits, refits.media_contributions)
    assert np.isfinite(refits.contributions).all()
    assert (high > low).all()


def test_the_intercept_rules_of_the_search_are_those_of_the_refits(design: Design) -> None:
    never = TrialsConfig(intercept=False)
    model = refit_model(design, dict(fit(design).hyperparameters), intercept=False)
    assert (bootstrap_model(design, model, n_refits=20, trials=never).contributions[:, 0] == 0.0).all()
    negative = replace(design, outcome=design.outcome - 1500.0)
    free = TrialsConfig(intercept_sign="unconstrained")
    below = refit_model(negative, dict(fit(negative).hyperparameters), intercept_sign="unconstrained")
    assert (bootstrap_model(negative, below, n_refits=20, trials=free).contributions[:, 0] < 0.0).all()


def test_a_model_that_uses_up_its_periods_is_refused() -> None:
    design = random_design(4, n_periods=12, n_paid=9, n_organic=0)
    crowded = replace(design, lower=np.full(11, -np.inf), upper=np.full(11, np.inf))
    with pytest.raises(DataError, match=r"uses 1[12]\.\d degrees of freedom on 12 fitted periods leaves no residuals"):
        bootstrap_model(crowded, fit(crowded, shrinkage=0.0))


@pytest.mark.parametrize(("name", "value"), [("n_refits", 0), ("n_refits", True), ("seed", -1), ("seed", 1.5)])
def test_impossible_numbers_are_refused_by_name(design: Design, model: FittedModel, name: str, value: Any) -> None:
    with pytest.raises(BoundsError, match=f"{name} must be a whole number of at least ., got {value}"):
        bootstrap_model(design, model, **{name: value})


def test_ninety_percent_intervals_hold_the_truth_nine_times_in_ten() -> None:
    holds = [intervals_hold(simulate_market(seed)) for seed in range(40)]
    assert 0.80 <= np.mean(holds) <= 0.98


def test_simulated_coefficients_are_more_than_three_standard_errors_from_zero() -> None:
    for seed in range(5):
        market = simulate_market(seed)
        model = refit_model(market.design, {**market.hyperparameters, "lambda": 0.0}, intercept_sign="unconstrained")
        columns = np.column_stack([np.ones(len(model.outcome)), market.design.baseline, model.saturated])
        error = np.sqrt(np.diag(np.linalg.inv(columns.T @ columns)))[-5:]
        assert (market.contributions / model.saturated.sum() > 3.0 * error).all()
