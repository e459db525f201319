"""What a refresh can be asked for."""

import pytest

from mmm_core.entities.refresh import ModelRefreshConfig, RefreshMode
from mmm_core.entities.refresh_aim import RefreshAim
from mmm_core.errors import BoundsError, SettingsError


def test_defaults_are_those_of_the_specification() -> None:
    config = ModelRefreshConfig()
    assert (config.refresh_steps, config.refresh_mode, config.refresh_iters) == (4, "manual", 1000)
    assert (config.refresh_trials, config.bounds_freedom) == (3, None)


def test_the_mode_can_be_given_as_a_word() -> None:
    assert ModelRefreshConfig(refresh_mode="auto").refresh_mode is RefreshMode.AUTO


def test_an_unknown_mode_is_refused_with_the_allowed_ones() -> None:
    with pytest.raises(SettingsError, match="refresh_mode must be one of manual, auto; got 'monthly'"):
        ModelRefreshConfig(refresh_mode="monthly")


@pytest.mark.parametrize("name", ["refresh_steps", "refresh_iters", "refresh_trials"])
@pytest.mark.parametrize("value", [0, -1, 2.5, True])
def test_counts_are_whole_numbers_of_at_least_one(name: str, value: object) -> None:
    with pytest.raises(BoundsError, match=f"{name} must be a whole number of at least 1"):
        ModelRefreshConfig(**{name: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("freedom", [-0.1, float("nan"), float("inf"), "wide"])
def test_freedom_is_a_number_of_at_least_zero(freedom: object) -> None:
    with pytest.raises(BoundsError, match="bounds_freedom must be a number of at least 0"):
        ModelRefreshConfig(bounds_freedom=freedom)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "what"),
    [({"n_new": 0}, "n_new"), ({"new_share": 1.5}, "new_share"), ({"rest_factor": -1.0}, "rest_factor")],
)
def test_an_aim_with_an_impossible_number_is_refused(changes: dict[str, float], what: str) -> None:
    given = {"shares": {"tv": 1.0}, "n_new": 4, "new_share": 0.5, **changes}
    with pytest.raises(BoundsError, match=what):
        RefreshAim(**given)  # type: ignore[arg-type]
