import dataclasses

import numpy as np
import pytest

from mmm_core.engine.candidate import refit_model, response_curve
from mmm_core.engine.model_sets import (
    marginal_responses,
    responses,
    set_curve,
    set_of_candidates,
    set_of_model,
    spend_of,
)
from mmm_core.entities.columns import AdstockKind, OutcomeKind
from mmm_core.entities.design import Design
from mmm_core.entities.fitted_model import FittedModel
from mmm_core.entities.model_output import METRICS, ModelOutput, Trial
from mmm_core.entities.model_set import SetKind
from mmm_core.errors import NotFoundError, SettingsError
from tests.builders import random_design, without_rows
from tests.set_builders import random_model_set

KINDS = (AdstockKind.GEOMETRIC, AdstockKind.WEIBULL_CDF, AdstockKind.WEIBULL_PDF)
VALUES = {"alpha": 1.7, "gamma": 0.6, "theta": 0.4, "shape": 1.5, "scale": 0.05}


def fitted(*, left_out: tuple[int, ...] = ()) -> tuple[Design, FittedModel]:
    design = without_rows(random_design(adstock=KINDS), left_out)
    parameters = {kind: ("alpha", "gamma", *(("theta",) if kind is KINDS[0] else ("shape", "scale"))) for kind in KINDS}
    values = {
        f"{channel}_{name}": VALUES[name]
        for channel, kind in zip(design.media_names, design.adstock, strict=True)
        for name in parameters[kind]
    }
    return design, refit_model(design, {**values, "lambda": 1.0})


@pytest.mark.parametrize("left_out", [(), (5, 6, 50)])
def test_the_set_of_one_model_says_what_the_model_says(left_out: tuple[int, ...]) -> None:
    design, model = fitted(left_out=left_out)
    one = set_of_model(design, model, name="1_1", label="model 1_1")
    assert one.kind is SetKind.MODEL
    np.testing.assert_allclose(one.weekly, model.weekly.to_numpy(), rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(one.curves.inflexion[0], list(model.inflexions.values()), rtol=1e-12)
    np.testing.assert_allclose(one.carry_over, model.carry_over.sum().to_numpy(), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(one.weekly.sum(axis=0), one.contributions[0], rtol=1e-9, atol=1e-9)


def test_the_curve_of_a_set_of_one_is_the_models_own_curve() -> None:
    design, model = fitted()
    for channel in design.media_names:
        own = response_curve(model, design, channel, 40)
        curve = set_curve(
            set_of_model(design, model, name="m", label="m"), channel, n_points=40, max_spend=own.spend[-1]
        )
        np.testing.assert_allclose(curve.response, own.response, rtol=1e-9, atol=1e-9)
        assert curve.mean_response == pytest.approx(own.mean_response, rel=1e-9)
        assert curve.carry_over_response == pytest.approx(own.carry_over_response, rel=1e-9, abs=1e-9)


def test_marginal_responses_are_the_slopes_of_responses() -> None:
    model_set = random_model_set(4, 3)
    spend = spend_of(model_set.design).mean(axis=0)[None, :]
    step = 1e-5 * spend
    numeric = (responses(model_set.curves, spend + step) - responses(model_set.curves, spend - step)) / (2 * step)
    np.testing.assert_allclose(marginal_responses(model_set.curves, spend), numeric, rtol=1e-6)


def test_without_a_point_the_curve_is_the_weighted_mean_of_all() -> None:
    model_set = random_model_set(4, 2, point=None)
    curve = set_curve(model_set, "paid_1", n_points=30)
    every = responses(model_set.curves, np.column_stack([np.zeros(30), curve.spend]))[:, :, 1]
    np.testing.assert_allclose(curve.response, every.mean(axis=0))
    np.testing.assert_allclose(curve.low, every.min(axis=0))
    np.testing.assert_allclose(curve.high, every.max(axis=0))


def output_of(design: Design, n_candidates: int = 6) -> ModelOutput:
    names = tuple(f"{channel}_{name}" for channel in design.media_names for name in ("alpha", "gamma", "theta"))
    random = np.random.default_rng(5)
    values = np.column_stack([random.uniform(0.4, 0.9, (n_candidates, len(names))), np.ones(n_candidates)])
    n_terms = len(design.term_names)
    trial = Trial(
        number=1,
        hyperparameters=values,
        metrics=np.zeros((n_candidates, len(METRICS))),
        coefficients=random.random((n_candidates, n_terms)),
        contributions=random.random((n_candidates, n_terms)),
    )
    return ModelOutput(
        trials=(trial,),
        parameter_names=(*names, "lambda"),
        term_names=design.term_names,
        paid_names=design.paid_names,
        organic_names=design.media_names[design.n_paid :],
        total_spend=design.spend[design.rows].sum(axis=0),
        outcome_kind=OutcomeKind.REVENUE,
        timeseries_validation=False,
        n_planned=n_candidates,
    )


def test_a_pick_from_outside_is_the_point_and_takes_no_part_in_the_spread() -> None:
    design = random_design()
    chosen = set_of_candidates(design, output_of(design), ["1_2", "1_3"], point_id="1_5", label="two models")
    assert chosen.names == ("1_5", "1_2", "1_3")
    assert chosen.weights.tolist() == [0.0, 0.5, 0.5]
    assert (chosen.point, chosen.n_models, chosen.interval_label) == (0, 2, "spread across 2 models")


def test_a_set_of_no_model_or_of_an_unknown_one_is_refused() -> None:
    design = random_design()
    with pytest.raises(SettingsError, match="No model is chosen"):
        set_of_candidates(design, output_of(design), [], point_id="1_1", label="none")
    with pytest.raises(NotFoundError, match="no model '1_99'"):
        set_of_candidates(design, output_of(design), ["1_99"], point_id="1_1", label="one")


def test_weights_that_do_not_add_up_are_refused() -> None:
    good = random_model_set(3, 2)
    with pytest.raises(SettingsError, match="sum to 1"):
        dataclasses.replace(good, weights=np.ones(3))


def test_a_curve_of_an_unknown_channel_is_refused() -> None:
    with pytest.raises(SettingsError, match="No channel is called 'radio'"):
        set_curve(random_model_set(2, 2), "radio")
