"""The Hill curve: hand-worked cases, limits, properties, and the unit cases measured on R Robyn 3.12.1."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmm_core.entities.design import FloatArray
from mmm_core.errors import BoundsError
from mmm_core.kernels.saturation import hill, inflexion_point
from tests.builders import close_by_column, golden_arrays, golden_json

CASES: list[dict[str, Any]] = [
    case for case in golden_json("transforms")["cases"] if case["function"] == "saturation_hill"
]
PRESSURE = st.lists(st.floats(0.0, 1e12), min_size=1, max_size=40).map(np.array)


def test_the_curve_is_one_half_at_the_inflexion_point() -> None:
    assert hill(np.array([3.7]), 2.3, 3.7)[0] == pytest.approx(0.5, rel=1e-15)


def test_a_hand_worked_point() -> None:
    # 2^2 / (2^2 + 4^2) = 0.2
    assert hill(np.array([2.0]), 2.0, 4.0)[0] == pytest.approx(0.2, rel=1e-14)


def test_no_pressure_has_no_effect_even_when_there_never_was_any() -> None:
    assert hill(np.zeros(3), 0.5, 0.0).tolist() == [0.0, 0.0, 0.0]


def test_the_smallest_and_the_largest_pressures_stay_between_zero_and_one() -> None:
    saturated = hill(np.array([5e-324, 1e-308, 1e-200, 1e200, 1.7e308]), 9.9, 1.0)
    assert saturated[:2] == pytest.approx([0.0, 0.0], abs=1e-300)
    assert saturated[3:].tolist() == [1.0, 1.0]


@settings(deadline=None)
@given(pressure=PRESSURE, alpha=st.floats(0.01, 9.99), inflexion=st.floats(1e-3, 1e12))
def test_the_curve_equals_its_formula_with_the_librarys_power(
    pressure: FloatArray, alpha: float, inflexion: float
) -> None:
    expected = [
        0.0 if v < 1e-250 else math.exp(-math.log1p(math.exp(min(alpha * math.log(inflexion / v), 700))))
        for v in pressure
    ]
    np.testing.assert_allclose(hill(pressure, alpha, inflexion), expected, rtol=2e-13, atol=1e-250**alpha + 1e-300)


@settings(deadline=None)
@given(pressure=PRESSURE, alpha=st.floats(0.1, 9.0), inflexion=st.floats(1e-3, 1e9))
def test_more_pressure_never_has_less_effect(pressure: FloatArray, alpha: float, inflexion: float) -> None:
    saturated = hill(np.sort(pressure), alpha, inflexion)
    assert np.all(np.diff(saturated) >= -1e-14)
    assert np.all((saturated >= 0.0) & (saturated <= 1.0))


def test_the_inflexion_point_is_a_share_of_the_largest_pressure() -> None:
    assert inflexion_point(np.array([1.0, 8.0, 3.0]), 0.25) == 2.0


@pytest.mark.parametrize("gamma", [0.0, 1.1, float("nan")])
def test_gamma_outside_its_limits_is_refused(gamma: float) -> None:
    with pytest.raises(BoundsError, match="gamma must be above 0 and at most 1, got"):
        inflexion_point(np.ones(2), gamma)


@pytest.mark.parametrize("alpha", [0.0, -1.0, float("nan")])
def test_alpha_outside_its_limits_is_refused(alpha: float) -> None:
    with pytest.raises(BoundsError, match="alpha must be above 0, got"):
        hill(np.ones(2), alpha, 1.0)


def test_saturation_equals_robyn() -> None:
    for case in CASES:
        arguments, (start, end) = case["arguments"], case["series"]["x_saturated"]
        series = np.array(golden_json("transforms")["inputs"][case["input"]], dtype=np.float64)
        inflexion = inflexion_point(series, arguments["gamma"])
        assert inflexion == pytest.approx(case["scalars"]["inflexion"], rel=1e-12)
        expected = np.nan_to_num(golden_arrays("transforms")["outputs"][start:end])  # NaN only for a series of zeros
        actual = hill(np.array(arguments.get("x_marginal", series), dtype=np.float64), arguments["alpha"], inflexion)
        assert close_by_column(actual, expected, relative=1e-12), case


def test_robyn_answers_nan_only_where_all_pressure_is_zero() -> None:
    outputs = golden_arrays("transforms")["outputs"]
    undefined = [case["input"] for case in CASES if np.isnan(outputs[slice(*case["series"]["x_saturated"])]).any()]
    assert set(undefined) == {"zeros"}
