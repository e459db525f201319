"""How fast pressure fades: one number wherever it is shown."""

import dataclasses
import math

import numpy as np
import pytest

from mmm_core.engine.curve_preview import channel_decays, geometric_half_life, half_life, preview_carry_over
from mmm_core.engine.parameter_table import channel_parameters
from mmm_core.entities.columns import AdstockKind
from tests.charts.run_builder import CHANNELS, build_design, build_model


@pytest.mark.parametrize(("theta", "periods"), [(0.5, 1.0), (0.25, 0.5), (0.0, 0.0)])
def test_the_half_life_follows_from_theta(theta: float, periods: float) -> None:
    assert geometric_half_life(theta) == periods


def test_bounds_and_the_fitted_model_show_the_same_half_life() -> None:
    table = channel_parameters(build_model()).set_index("channel")
    preview = preview_carry_over(AdstockKind.GEOMETRIC, {"theta": (0.3, 0.3)}, 100)
    assert preview.half_lives == (table.loc["tv_spend", "half_life"],) * 3


def test_the_half_life_does_not_end_with_the_data() -> None:
    preview = preview_carry_over(AdstockKind.GEOMETRIC, {"theta": (0.99, 0.99)}, 20)
    assert preview.half_lives[0] == pytest.approx(math.log(0.5) / math.log(0.99))


@pytest.mark.parametrize("theta", [0.1, 0.3, 0.8])
def test_read_from_a_curve_it_is_the_same(theta: float) -> None:
    assert half_life(theta ** np.arange(50.0)) == pytest.approx(geometric_half_life(theta))


def test_it_is_counted_from_the_peak() -> None:
    assert half_life(np.array([0.2, 1.0, 0.25, 0.1])) == pytest.approx(0.5)


def test_pressure_that_ends_at_once_has_none() -> None:
    assert half_life(np.array([1.0, 0.0, 0.0])) == 0.0


def test_every_channel_of_a_model_fades_by_its_own_adstock() -> None:
    kinds = (AdstockKind.GEOMETRIC, AdstockKind.WEIBULL_CDF, AdstockKind.WEIBULL_PDF)
    design = dataclasses.replace(build_design(), adstock=kinds)
    weibull = {f"{name}_{key}": value for name in CHANNELS[1:] for key, value in (("shape", 2.0), ("scale", 0.1))}
    decays = channel_decays(design, {"tv_spend_theta": 0.5} | weibull)
    assert decays["tv_spend"].curve[:3] == pytest.approx([1, 0.5, 0.25])
    assert decays["tv_spend"].half_life == 1.0
    assert decays["search_spend"].curve[0] == 1.0
    assert int(np.argmax(decays["social_spend"].curve)) > 0  # a density with shape 2 peaks later
    assert len({len(decay.curve) for decay in decays.values()}) == 1
