"""How made-up channels carry over, saturate and answer to a plan."""

from collections.abc import Sequence

import numpy as np
import pytest

from mmm_core.engine.simulate_response import (
    delayed_weights,
    geometric_weights,
    lasting_pressure,
    lasting_response,
    pressure_of,
    responses,
    saturation_of,
    weibull_weights,
)
from mmm_core.entities.market import CarryKind, ChannelTruth, CurveKind, Synergy
from mmm_core.errors import SettingsError
from mmm_core.kernels.adstock import geometric_adstock
from mmm_core.kernels.saturation import hill


def channel(name: str = "tv", *, ceiling: float = 100.0, strength: Sequence[float] = (1.0,) * 8) -> ChannelTruth:
    return ChannelTruth(
        channel=name,
        carry=CarryKind.GEOMETRIC,
        lag_weights=np.array([0.5, 0.5]),
        curve=CurveKind.LINEAR,
        shape=1.0,
        half=10.0,
        ceiling=ceiling,
        strength=np.array(strength),
    )


def test_geometric_weights_are_the_products_adstock_up_to_a_factor() -> None:
    spend = np.random.default_rng(0).random(50)
    np.testing.assert_allclose(
        pressure_of(spend, geometric_weights(0.6)), 0.4 * geometric_adstock(spend, 0.6), rtol=1e-5
    )
    assert geometric_weights(0.0).tolist() == [1.0]


@pytest.mark.parametrize("weights", [geometric_weights(0.7), weibull_weights(2.0, 3.0), delayed_weights(0.6, 2.0)])
def test_carry_over_moves_pressure_and_never_makes_any(weights: np.ndarray) -> None:
    assert weights.sum() == pytest.approx(1.0)
    assert (weights >= 0).all()


def test_a_weibull_of_shape_above_1_rises_first_and_one_below_1_only_falls() -> None:
    rising, falling = weibull_weights(2.5, 4.0), weibull_weights(0.8, 4.0)
    assert np.argmax(rising) > 0
    assert (np.diff(falling) < 0).all()


def test_delayed_carry_over_is_strongest_after_its_delay_and_even_on_both_sides() -> None:
    weights = delayed_weights(0.7, 3.0)
    assert np.argmax(weights) == 3
    assert weights[2] == pytest.approx(weights[4])
    assert weights[4] / weights[3] == pytest.approx(0.7)


@pytest.mark.parametrize("curve", [CurveKind.HILL, CurveKind.LOGISTIC])
def test_a_saturating_curve_is_a_half_at_half_and_tends_to_1(curve: CurveKind) -> None:
    values = saturation_of(np.array([0.0, 20.0, 1e6]), curve, 1.7, 20.0)
    np.testing.assert_allclose(values, [0.0, 0.5, 1.0], atol=1e-6)


def test_the_hill_curve_is_the_products() -> None:
    pressure = np.linspace(0.0, 50.0, 20)
    np.testing.assert_allclose(saturation_of(pressure, CurveKind.HILL, 2.0, 15.0), hill(pressure, 2.0, 15.0))


def test_responses_are_worked_by_hand() -> None:
    spend = np.array([[10.0], [0.0], [20.0]])
    got = responses(spend, [channel(strength=(1.0, 2.0, 0.5))])
    np.testing.assert_allclose(got[:, 0], [50.0, 100.0, 50.0])  # pressure 5, 5, 10, a line of 10 per unit, strength


def test_a_synergy_is_credited_half_to_each_of_the_two() -> None:
    spend = np.full((8, 2), 10.0)
    pair = [channel("tv"), channel("search")]
    plain, helped = responses(spend, pair), responses(spend, pair, [Synergy(first="tv", second="search", ceiling=8.0)])
    np.testing.assert_allclose((helped - plain)[-1], [4.0, 4.0])


def test_a_lasting_plan_loses_nothing_at_its_ends() -> None:
    spend, weights = np.random.default_rng(1).random(5), weibull_weights(1.5, 6.0)  # longer than the plan
    lasting = lasting_pressure(spend, weights)
    assert lasting.sum() == pytest.approx(spend.sum())
    many_rounds = pressure_of(np.tile(spend, 40), weights)[-5:]
    np.testing.assert_allclose(lasting, many_rounds, rtol=1e-6)


def test_a_lasting_response_uses_the_recent_strength_and_the_mean_price() -> None:
    one = channel(strength=(1.0,) * 5 + (3.0,) * 3)
    np.testing.assert_allclose(lasting_response(np.full((4, 1), 10.0), [one], recent=3), [300.0])


def test_lag_weights_that_do_not_sum_to_1_are_refused() -> None:
    with pytest.raises(SettingsError, match="must sum to 1"):
        ChannelTruth(
            channel="tv",
            carry=CarryKind.GEOMETRIC,
            lag_weights=np.array([0.5, 0.6]),
            curve=CurveKind.HILL,
            shape=1.0,
            half=1.0,
            ceiling=1.0,
            strength=np.ones(3),
        )
