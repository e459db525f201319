"""MAPE.LIFT of R Robyn 3.12.1, by its own rules: 12 fits, 200 candidates and their fronts (REFERENCE 7 and 8)."""

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mmm_core.engine.calibration import with_studies
from mmm_core.engine.candidate import CandidateEvaluator, refit_model
from mmm_core.engine.pareto_optimize import rank_candidates
from mmm_core.entities.calibration import CalibrationRules
from mmm_core.entities.design import Design
from mmm_core.entities.fitted_model import FittedModel
from mmm_core.entities.model_output import METRICS
from mmm_core.entities.settings import LiftStudy
from mmm_core.entities.trials_config import TrialsConfig
from tests.builders import golden_arrays, golden_design, golden_fit_design, golden_json
from tests.search_builders import golden_output, output_of

FITS = tuple(golden_json("calibration")["fits"])


def golden_studies(name: str) -> list[LiftStudy]:
    def study(channels: list[str], start: str, end: str, **rest: Any) -> LiftStudy:
        days = {"start": dt.date.fromisoformat(start), "end": dt.date.fromisoformat(end)}
        return LiftStudy(channels=tuple(channels), **days, **rest)

    return [study(**entry) for entry in golden_json("calibration")["studies"][name]]


def calibrated(design: Design, name: str = "plain") -> Design:
    return with_studies(design, golden_studies(name), CalibrationRules.ROBYN)


@pytest.fixture(scope="module")
def models() -> dict[str, FittedModel]:
    return {name: refit(name) for name in FITS}


def refit(name: str) -> FittedModel:
    fit = golden_json("fits")[name]
    design = calibrated(golden_fit_design(fit), golden_json("calibration")["fits"][name]["studies"])
    return refit_model(design, fit["hyperparameters"], solver="glmnet")


def missing_as_nan(values: list[float | None]) -> list[float]:
    return [np.nan if value is None else value for value in values]


@pytest.mark.parametrize("name", FITS)
def test_every_study_is_predicted_as_robyn_does_and_not_where_robyn_cannot(
    models: dict[str, FittedModel], name: str
) -> None:
    golden = golden_json("calibration")["fits"][name]
    predicted, ape = ([getattr(fit, field) for fit in models[name].studies] for field in ("predicted", "ape"))
    assert predicted == pytest.approx(missing_as_nan(golden["predicted"]), rel=1e-9, nan_ok=True)
    assert ape == pytest.approx(missing_as_nan(golden["ape"]), rel=1e-9, nan_ok=True)


@pytest.mark.parametrize("name", FITS)
def test_mape_of_a_fit_equals_robyn(models: dict[str, FittedModel], name: str) -> None:
    assert models[name].metrics["mape"] == pytest.approx(golden_json("calibration")["fits"][name]["mape"], rel=1e-9)


def test_mape_of_every_candidate_of_a_search_equals_robyn() -> None:
    candidates = golden_arrays("run_calib")
    names = candidates["names"].tolist()
    evaluator = CandidateEvaluator(calibrated(golden_design()), names, TrialsConfig(), solver="glmnet")
    batch = evaluator.evaluate_in_full(candidates["values"])
    expected = candidates["metrics"][:, candidates["metric_names"].tolist().index("mape")]
    np.testing.assert_allclose(batch.metrics[:, METRICS.index("mape")], expected, rtol=1e-9)
    np.testing.assert_allclose(batch.predicted, golden_arrays("calibration")["predicted"], rtol=1e-9)


def test_fronts_from_our_own_numbers_of_the_candidates_are_those_of_robyn() -> None:
    candidates = golden_arrays("run_calib")
    evaluator = CandidateEvaluator(
        calibrated(golden_design()), candidates["names"].tolist(), TrialsConfig(), solver="glmnet"
    )
    output = output_of([evaluator.evaluate(candidates["values"]).metrics])
    assert rank_candidates(output).tolist() == candidates["front"].tolist()


def test_the_calibration_constraint_lets_pass_whom_robyn_lets_pass() -> None:
    output, passes = golden_output("run_calib"), golden_arrays("run_calib")["passes_calibration"]
    assert (rank_candidates(output)[~passes] == 0).all()
    mape = output.metric("mape")
    assert ((mape <= np.quantile(mape, 0.1)) == passes).all()


def test_one_period_cannot_be_predicted_by_the_rules_of_robyn() -> None:
    study = replace(golden_studies("plain")[0], start=dt.date(2022, 3, 7), end=dt.date(2022, 3, 13), scope="total")
    fit = golden_json("fits")["geometric_calib_a"]
    model = refit_model(with_studies(golden_design(), [study], CalibrationRules.ROBYN), fit["hyperparameters"])
    assert model.studies[0].predicted == np.inf
