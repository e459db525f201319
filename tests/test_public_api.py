"""The names, parameters and defaults that DESIGN section 4 fixes."""

import dataclasses
import inspect
from typing import Any

import pytest

import mmm_core
from mmm_core import (
    MMMModelExecutor,
    ModelClustersAnalyzer,
    ModelEvaluator,
    ModelRefresh,
    ModelRefreshConfig,
    ParetoOptimizer,
    TrialsConfig,
    load_project_file,
    read_table,
    refit_model,
)

NO_DEFAULT = inspect.Parameter.empty

SIGNATURES: list[tuple[Any, dict[str, Any]]] = [
    (
        MMMModelExecutor.model_run,
        {
            "self": NO_DEFAULT,
            "mmmdata_collection": NO_DEFAULT,
            "trials_config": NO_DEFAULT,
            "seed": 123,
            "quiet": False,
        },
    ),
    (
        ParetoOptimizer.pareto_optimize,
        {
            "self": NO_DEFAULT,
            "mmmdata_collection": NO_DEFAULT,
            "modeloutput": NO_DEFAULT,
            "pareto_fronts": "auto",
            "min_candidates": 100,
        },
    ),
    (
        ModelClustersAnalyzer.model_clusters_analyze,
        {
            "self": NO_DEFAULT,
            "input_data": NO_DEFAULT,
            "dep_var_type": NO_DEFAULT,
            "cluster_by": "hyperparameters",
            "k": "auto",
            "quiet": True,
        },
    ),
    (ModelEvaluator.evaluate_model, {"self": NO_DEFAULT, "model_output": NO_DEFAULT}),
    (
        ModelRefresh.model_refresh,
        {
            "self": NO_DEFAULT,
            "mmmdata_collection": NO_DEFAULT,
            "model_output_collection": NO_DEFAULT,
            "refresh_config": NO_DEFAULT,
            "calibration_input": None,
            "objective_weights": None,
        },
    ),
    (load_project_file, {"path": NO_DEFAULT, "data": NO_DEFAULT}),
]


@pytest.mark.parametrize(("function", "expected"), SIGNATURES, ids=lambda value: getattr(value, "__qualname__", ""))
def test_signature_is_the_one_the_specification_fixes(function: Any, expected: dict[str, Any]) -> None:
    parameters = inspect.signature(function).parameters
    assert {name: parameter.default for name, parameter in parameters.items()} == expected


@pytest.mark.parametrize(
    "public", [MMMModelExecutor, ParetoOptimizer, ModelClustersAnalyzer, ModelEvaluator, ModelRefresh]
)
def test_public_class_is_made_without_arguments(public: type) -> None:
    assert isinstance(public(), public)


def test_refit_model_takes_data_then_hyperparameters_then_a_named_solver() -> None:
    parameters = inspect.signature(refit_model).parameters
    assert list(parameters)[:2] == ["data", "hyperparameters"]
    assert parameters["solver"].kind is inspect.Parameter.KEYWORD_ONLY
    assert parameters["solver"].default == "exact"


def test_read_table_needs_only_a_source() -> None:
    required = [p for p in inspect.signature(read_table).parameters.values() if p.default is NO_DEFAULT]
    assert [p.name for p in required] == ["source"]


def test_trials_config_defaults_are_those_of_the_specification() -> None:
    config = TrialsConfig()
    assert (config.trials, config.iterations, config.timeseries_validation) == (5, 2000, False)
    assert (config.add_penalty_factor, config.rssd_zero_penalty, config.intercept) == (False, True, True)
    assert (config.intercept_sign, config.objective_weights, config.cores) == ("non_negative", None, None)


def test_refresh_config_fields_and_defaults_are_those_of_the_specification() -> None:
    found = {field.name: field.default for field in dataclasses.fields(ModelRefreshConfig)}
    assert found == {
        "refresh_steps": 4,
        "refresh_mode": "manual",
        "refresh_iters": 1000,
        "refresh_trials": 3,
        "bounds_freedom": None,
    }


@pytest.mark.parametrize("name", mmm_core.__all__)
def test_every_public_name_resolves(name: str) -> None:
    assert getattr(mmm_core, name).__name__ == name


def test_an_unknown_public_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Nonsense'"):
        _ = mmm_core.Nonsense  # type: ignore[attr-defined]
