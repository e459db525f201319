"""The numbers of R Robyn 3.12.1, from the same design and hyperparameters (REFERENCE 3 to 7, 69 fits and 500 candidates)."""

from typing import Any

import numpy as np
import pytest

from mmm_core.engine.candidate import CandidateEvaluator, lambda_range
from mmm_core.entities.columns import AdstockKind
from mmm_core.entities.fitted_model import FittedModel
from mmm_core.entities.model_output import METRICS
from mmm_core.entities.trials_config import TrialsConfig
from tests.builders import close_by_column, golden_arrays, golden_design, golden_fit_design, golden_json, refit_golden

NAMES = tuple(golden_json("fits"))
SCALARS = ("nrmse", "decomp_rssd", "nrmse_train", "nrmse_val", "nrmse_test", "rsq_train", "rsq_val", "rsq_test")


@pytest.fixture(scope="module")
def models() -> dict[str, FittedModel]:
    return {name: refit_golden(fit) for name, fit in golden_json("fits").items()}


def golden(name: str) -> dict[str, Any]:
    return golden_json("fits")[name]


def series(name: str, key: str) -> np.ndarray:
    return golden_arrays("fits")[key][NAMES.index(name)]


@pytest.mark.parametrize("name", NAMES)
def test_coefficients_equal_robyn(models: dict[str, FittedModel], name: str) -> None:
    actual = {"intercept": models[name].intercept, **models[name].coefficients}
    assert actual == pytest.approx(golden(name)["coefficients"], rel=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_fitted_values_equal_robyn(models: dict[str, FittedModel], name: str) -> None:
    assert close_by_column(models[name].fitted.to_numpy(), series(name, "fitted"))


@pytest.mark.parametrize("name", NAMES)
def test_errors_fit_and_distance_equal_robyn(models: dict[str, FittedModel], name: str) -> None:
    expected = {key: golden(name)["metrics"][key] for key in SCALARS}
    expected = {key: float("nan") if value is None else value for key, value in expected.items()}
    assert {key: models[name].metrics[key] for key in SCALARS} == pytest.approx(expected, rel=1e-9, nan_ok=True)


@pytest.mark.parametrize("name", NAMES)
def test_range_of_lambda_equals_robyn(models: dict[str, FittedModel], name: str) -> None:
    largest = golden(name)["metrics"]["lambda_max"]
    smallest = largest * golden(name)["metrics"]["lambda_min_ratio"]
    assert models[name].lambda_bounds == pytest.approx((smallest, largest), rel=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_inflexions_and_inflations_equal_robyn(models: dict[str, FittedModel], name: str) -> None:
    assert models[name].inflexions == pytest.approx(golden(name)["inflexions"], rel=1e-9)
    assert models[name].inflations == pytest.approx(golden(name)["inflations"], rel=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_carry_over_parts_equal_robyn(models: dict[str, FittedModel], name: str) -> None:
    assert close_by_column(models[name].carry_over.to_numpy(), series(name, "carry_over"))


@pytest.mark.parametrize("name", NAMES)
def test_immediate_parts_equal_robyn(models: dict[str, FittedModel], name: str) -> None:
    """As strictly as all series, but for channels of which less than 1e-5 is immediate.

    R takes the immediate part as the difference of two contributions, which has then lost those digits (14 Weibull PDF
    fits have a channel with a first weight near 0). There the channel's whole contribution is the column to compare with.
    """
    expected, actual = series(name, "immediate"), models[name].immediate.to_numpy()
    whole = np.abs(expected + series(name, "carry_over")).max(axis=0)
    is_rounding = np.abs(expected).max(axis=0) < 1e-5 * whole
    assert close_by_column(actual[:, ~is_rounding], expected[:, ~is_rounding])
    assert np.all(np.abs(actual - expected)[:, is_rounding] <= 1e-12 * whole[is_rounding])
    assert not is_rounding.any() or name.startswith("weibull_pdf")


@pytest.mark.parametrize("name", NAMES)
def test_sums_and_shares_equal_robyn(models: dict[str, FittedModel], name: str) -> None:
    effect = {key: value for key, value in golden(name)["effect_share"].items() if value is not None}
    spend = {key: value for key, value in golden(name)["spend_share"].items() if key in effect}
    assert models[name].contributions == pytest.approx(golden(name)["contributions"], rel=1e-9)
    assert models[name].spend_share == pytest.approx(spend, rel=1e-9)
    assert models[name].effect_share == pytest.approx(effect, rel=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_the_intercept_decision_and_the_split_equal_robyn(models: dict[str, FittedModel], name: str) -> None:
    assert models[name].has_intercept == (golden(name)["coefficients"]["intercept"] != 0)
    parts = models[name].part.tolist()
    assert [parts.count(part) for part in ("train", "validation", "test")] == golden(name)["n_parts"]


def test_limits_of_a_falling_trend_are_those_robyn_used() -> None:
    fit = golden("geometric_negtrend")
    assert (fit["lower"][0], fit["upper"][0]) == (-1.0, 0.0)
    assert -1.0 <= refit_golden(fit).coefficients["trend"] <= 0.0


def test_default_limits_of_the_golden_design_are_those_robyn_used() -> None:
    fit, design = golden("geometric_mid"), golden_design()
    assert [float(limit) for limit in fit["lower"]] == design.lower.tolist()
    assert [float(limit) for limit in fit["upper"]] == design.upper.tolist()


def test_range_of_lambda_equals_the_inputs_of_robyn() -> None:
    assert lambda_range(golden_design()) == pytest.approx(golden_arrays("inputs")["lambda_bounds"], rel=1e-9)


@pytest.mark.parametrize("run", ["run", "run_calib"])
@pytest.mark.parametrize("metric", ["nrmse", "decomp_rssd", "nrmse_train", "rsq_train"])
def test_candidates_of_a_search_get_the_objectives_of_robyn(run: str, metric: str) -> None:
    candidates = golden_arrays(run)
    evaluator = CandidateEvaluator(golden_design(), candidates["names"].tolist(), TrialsConfig(), solver="glmnet")
    actual = evaluator.evaluate(candidates["values"]).metrics[:, METRICS.index(metric)]
    expected = candidates["metrics"][:, candidates["metric_names"].tolist().index(metric)]
    np.testing.assert_allclose(actual, expected, rtol=1e-9)


@pytest.mark.parametrize("kind", AdstockKind)
def test_the_exact_solver_stays_close_to_robyn_where_shrinkage_is_strong(kind: AdstockKind) -> None:
    fit = golden(f"{kind}_highlambda")
    exact = refit_golden(fit, solver="exact").metrics
    assert exact["nrmse"] == pytest.approx(fit["metrics"]["nrmse"], rel=1e-4)
    assert golden_fit_design(fit).adstock[0] is kind
