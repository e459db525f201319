"""Data that can hardly be modelled still get an answer, with a warning that says what cannot be told."""

import numpy as np
import pytest

from mmm_core.entities.posterior import Posterior
from tests.posterior_data import market, market_table, sample_briefly


def is_sound(posterior: Posterior) -> bool:
    """Whether every number an owner of these data would see is one."""
    models = posterior.model_set
    shown = posterior.channels.drop(columns=["channel", "is_paid"]).to_numpy()
    return bool(
        np.isfinite(models.contributions).all() and np.isfinite(models.weekly).all() and np.isfinite(shown).all()
    )


def test_one_channel() -> None:
    posterior = sample_briefly(market(market_table(n_channels=1)))
    assert is_sound(posterior)
    assert posterior.channels.roas[0] == pytest.approx(300.0 / 100.0, rel=1.0)


def test_sixty_channels() -> None:
    posterior = sample_briefly(market(market_table(n=200, n_channels=60)), sweeps=200)
    assert is_sound(posterior)
    assert posterior.media_share[1] < 0.23 < posterior.media_share[2]


def test_forty_periods() -> None:
    posterior = sample_briefly(market(market_table(n=40)))
    assert is_sound(posterior)
    assert any("0.7 years" in warning for warning in posterior.warnings)


def test_a_channel_with_three_active_weeks() -> None:
    table = market_table()
    table["c1"] = 0.0
    table.loc[[10, 50, 90], "c1"] = 100.0
    posterior = sample_briefly(market(table))
    assert is_sound(posterior)
    assert any("c1 is active in only 3 of the 120 weeks" in warning for warning in posterior.warnings)


def test_identical_channels() -> None:
    table = market_table(n_channels=1)
    table["c1"] = table["c0"]
    posterior = sample_briefly(market(table), sweeps=1000, burn_in=300)
    assert is_sound(posterior)
    assert any("c0 and c1 move together" in warning for warning in posterior.warnings)
    together = posterior.model_set.media_contributions[:, :2].sum(axis=1)
    assert together.std() < 0.5 * posterior.model_set.media_contributions[:, 0].std()


def test_an_outcome_with_zeros() -> None:
    table = market_table()
    table.loc[::4, "y"] = 0.0
    posterior = sample_briefly(market(table))
    assert is_sound(posterior)
    assert any("0 in 30 of the 120 weeks" in warning for warning in posterior.warnings)


def test_media_at_two_percent_of_sales() -> None:
    posterior = sample_briefly(market(market_table(media=0.02)))
    assert is_sound(posterior)
    assert any("Run a lift test on the largest channel" in warning for warning in posterior.warnings)


def test_media_the_data_say_nothing_about() -> None:
    posterior = sample_briefly(market(market_table(n=40, n_channels=2, media=0.0, noise=2.0)))
    assert is_sound(posterior)
    assert any("lift test" in warning for warning in posterior.warnings)


@pytest.mark.parametrize("unit", [1e-9, 1e9])
def test_the_unit_of_the_outcome_does_not_matter(unit: float) -> None:
    table = market_table()
    plain = sample_briefly(market(table.copy()))
    table["y"] *= unit
    scaled = sample_briefly(market(table))
    np.testing.assert_allclose(scaled.channels.roas / unit, plain.channels.roas, rtol=1e-3)


@pytest.mark.parametrize(("freq", "n"), [("MS", 48), ("D", 400)])
def test_months_and_days(freq: str, n: int) -> None:
    posterior = sample_briefly(market(market_table(n=n, freq=freq)))
    assert is_sound(posterior)
    assert ("weekday" in posterior.model_set.term_names) == (freq == "D")
