"""Carry-over: hand-worked cases, limits, properties, and the unit cases measured on R Robyn 3.12.1."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmm_core.entities.design import FloatArray
from mmm_core.errors import BoundsError
from mmm_core.kernels.adstock import (
    WEIBULL_CDF,
    WEIBULL_PDF,
    geometric_adstock,
    interpolate_rank,
    weibull_adstock,
    weibull_weights,
)
from mmm_core.kernels.decomposition import transform_channel
from tests.builders import close_by_column, golden_arrays, golden_json

CODES = {"cdf": WEIBULL_CDF, "pdf": WEIBULL_PDF}
SERIES = st.lists(st.floats(0.0, 1e9), min_size=1, max_size=60).map(np.array)


def golden_cases(function: str) -> list[dict[str, Any]]:
    return [case for case in golden_json("transforms")["cases"] if case["function"] == function]


def golden_input(case: dict[str, Any]) -> FloatArray:
    return np.array(golden_json("transforms")["inputs"][case["input"]], dtype=np.float64)


def golden_series(case: dict[str, Any], key: str) -> FloatArray:
    start, end = case["series"][key]
    return golden_arrays("transforms")["outputs"][start:end]


def pulse(length: int) -> FloatArray:
    series = np.zeros(length)
    series[0] = 1.0
    return series


def test_half_of_the_pressure_is_carried_at_theta_one_half() -> None:
    assert geometric_adstock(np.array([8.0, 0.0, 4.0]), theta=0.5).tolist() == [8.0, 4.0, 6.0]


def test_total_pressure_of_one_pulse_tends_to_spend_over_one_minus_theta() -> None:
    assert geometric_adstock(pulse(500), theta=0.8).sum() == pytest.approx(5.0)


def test_geometric_adstock_leaves_its_input_as_it_was() -> None:
    spend = np.array([1.0, 2.0])
    geometric_adstock(spend, theta=0.5)
    assert spend.tolist() == [1.0, 2.0]


@settings(deadline=None)
@given(spend=SERIES, theta=st.floats(0.0, 0.99))
def test_carry_over_never_takes_pressure_away(spend: FloatArray, theta: float) -> None:
    assert np.all(geometric_adstock(spend, theta) >= spend)


@settings(deadline=None)
@given(spend=SERIES, theta=st.floats(0.0, 0.99), factor=st.sampled_from([0.5, 2.0, 1024.0]))
def test_twice_the_spend_gives_twice_the_pressure(spend: FloatArray, theta: float, factor: float) -> None:
    np.testing.assert_allclose(
        geometric_adstock(factor * spend, theta), factor * geometric_adstock(spend, theta), rtol=1e-13, atol=1e-300
    )


@pytest.mark.parametrize("theta", [-0.1, 1.0, float("nan")])
def test_theta_outside_its_limits_is_refused(theta: float) -> None:
    with pytest.raises(BoundsError, match="theta must be at least 0 and below 1, got"):
        geometric_adstock(np.ones(3), theta)


def test_survival_weights_are_the_running_product_of_the_survival_function() -> None:
    # 11 periods, scale 0.1: s = 2; shape 1: exp(-1/2), exp(-2/2), ...
    weights = weibull_weights(WEIBULL_CDF, 1.0, 0.1, 11)
    np.testing.assert_allclose(weights[:4], np.exp([0.0, -0.5, -1.5, -3.0]))


def test_density_weights_reach_from_zero_to_one_and_peak_late_for_a_large_shape() -> None:
    weights = weibull_weights(WEIBULL_PDF, 4.0, 0.2, 51)
    assert (weights.min(), weights.max()) == (0.0, 1.0)
    assert 8 <= np.argmax(weights) <= 11


@pytest.mark.parametrize("kind", CODES.values())
@pytest.mark.parametrize(("shape", "scale"), [(0.0, 0.5), (2.0, 0.0)])
def test_a_shape_or_scale_of_zero_switches_carry_over_off(kind: int, shape: float, scale: float) -> None:
    assert weibull_weights(kind, shape, scale, 5).tolist() == [1.0, 0.0, 0.0, 0.0, 0.0]


def test_one_period_carries_nothing() -> None:
    assert weibull_weights(WEIBULL_PDF, 2.0, 0.5, 1).tolist() == [1.0]


@settings(deadline=None)
@given(spend=SERIES, shape=st.floats(0.01, 10.0), scale=st.floats(0.0, 1.0), kind=st.sampled_from([1, 2]))
def test_weibull_pressure_is_the_convolution_of_spend_and_weights(
    spend: FloatArray, shape: float, scale: float, kind: int
) -> None:
    weights = weibull_weights(kind, shape, scale, 30)
    expected = np.convolve(spend, weights)[: len(spend)]
    np.testing.assert_allclose(weibull_adstock(spend, weights), expected, rtol=1e-12, atol=1e-12 * spend.max() + 1e-300)


@pytest.mark.parametrize(("shape", "scale", "said"), [(-1.0, 0.5, "shape"), (1.0, 1.5, "scale")])
def test_weibull_parameters_outside_their_limits_are_refused(shape: float, scale: float, said: str) -> None:
    with pytest.raises(BoundsError, match=f"{said} must .* got"):
        weibull_weights(WEIBULL_CDF, shape, scale, 10)


def agrees(actual: FloatArray, case: dict[str, Any], key: str) -> bool:
    return close_by_column(actual, golden_series(case, key), relative=1e-12)


def test_geometric_adstock_equals_robyn() -> None:
    cases = golden_cases("adstock_geometric")
    actual = [geometric_adstock(golden_input(case), case["arguments"]["theta"]) for case in cases]
    assert len(cases) == 36
    assert [c for c, series in zip(cases, actual, strict=True) if not agrees(series, c, "x_decayed")] == []


def weibull_case(case: dict[str, Any]) -> tuple[FloatArray, FloatArray, float]:
    spend, arguments = golden_input(case), case["arguments"]
    decay = arguments["shape"], arguments["scale"]
    return transform_channel(spend, CODES[arguments["type"]], decay, arguments.get("windlen", len(spend)))


def test_weibull_adstock_equals_robyn() -> None:
    cases = golden_cases("adstock_weibull")
    assert len(cases) == 589
    assert [case for case in cases if not agrees(weibull_case(case)[0], case, "x_decayed")] == []


def test_the_immediate_part_of_a_weibull_equals_robyn() -> None:
    cases = [case for case in golden_cases("adstock_weibull") if "x_imme" in case["series"]]
    assert len(cases) == 588
    assert [case for case in cases if not agrees(weibull_case(case)[1], case, "x_imme")] == []


def test_the_inflation_of_a_weibull_equals_robyn() -> None:
    cases = golden_cases("adstock_weibull")
    expected = [case["scalars"]["inflation_total"] for case in cases]
    actual = [weibull_case(case)[2] for case in cases]
    np.testing.assert_allclose(actual, np.array(expected, dtype=np.float64), rtol=1e-12, equal_nan=True)


def test_weibull_weights_equal_robyn() -> None:
    for case in golden_cases("adstock_weibull"):
        arguments, expected = case["arguments"], golden_series(case, "thetaVecCum")
        if arguments["shape"] == 0 or arguments["scale"] == 0:
            continue  # R lists zeros where it carries nothing over; we say 1, 0, 0, ...
        kind = CODES[arguments["type"]]
        actual = weibull_weights(kind, arguments["shape"], arguments["scale"], len(expected))
        assert close_by_column(actual, expected, relative=1e-12), case


def test_the_period_of_a_weibull_scale_equals_robyn() -> None:
    table = golden_json("weibull_scale_quantile")
    actual = [np.rint(interpolate_rank(int(n), scale)) for n, scale in zip(table["n"], table["scale"], strict=True)]
    assert actual == table["scaleTrans"]


@settings(deadline=None)
@given(n=st.integers(1, 3000), share=st.floats(0.0, 1.0))
def test_the_rank_lies_between_the_first_and_the_last(n: int, share: float) -> None:
    assert 1 <= interpolate_rank(n, share) <= n
