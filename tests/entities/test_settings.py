"""What settings refuse by themselves, before they meet a table."""

import dataclasses
import datetime as dt

import pytest

from mmm_core.entities.columns import AdstockKind, ContextColumn, OrganicMedia, Outcome, PaidMedia, Sign
from mmm_core.entities.settings import (
    DEFAULT_BOUNDS,
    PARAMETER_LIMITS,
    Baseline,
    CalibrationInput,
    Holiday,
    LiftStudy,
    MarkedPeriods,
    Window,
    check_interval,
)
from mmm_core.errors import BoundsError, MMMError, SettingsError
from tests.data_builders import mark, small_settings

JANUARY, MARCH = dt.date(2024, 1, 1), dt.date(2024, 3, 1)
STUDY = LiftStudy(channels=("tv",), start=JANUARY, end=MARCH, lift=5.0)


def test_a_column_can_have_one_role() -> None:
    with pytest.raises(
        SettingsError, match=r"Each column can have one role; 'tv' has more than one\. Remove all but one\."
    ):
        small_settings(organic=(OrganicMedia(column="tv"),))


def test_an_exposure_is_a_role_too() -> None:
    with pytest.raises(SettingsError, match="'price' has more than one"):
        small_settings(paid_media=(PaidMedia(spend="tv", exposure="price"),))


def test_roles_that_are_still_empty_do_not_contradict_each_other() -> None:
    assert small_settings(date="", outcome=Outcome(column="")).used_columns[:2] == ("", "")


@pytest.mark.parametrize("name", ["intercept", "lambda", "train_size"])
def test_a_column_cannot_have_a_name_that_models_use_themselves(name: str) -> None:
    with pytest.raises(SettingsError, match=f"No column can be called '{name}': models use that name themselves"):
        small_settings(context=(ContextColumn(column=name),))


def test_bounds_of_a_column_that_is_not_in_the_model_are_refused() -> None:
    with pytest.raises(SettingsError, match=r"'radio', which is no column of the model \(tv, search, price\)"):
        small_settings(bounds={"radio": {"theta": (0.1, 0.2)}})


@pytest.mark.parametrize("name", ["price", "trend", "lockdown"])
def test_columns_that_are_no_channels_have_a_penalty_only(name: str) -> None:
    changes = {"baseline": Baseline(), "marked": (mark("2024-01-01", "2024-01-01"),)}
    assert small_settings(**changes, bounds={name: {"penalty": (0.0, 1.0)}}).bounds
    with pytest.raises(BoundsError, match=f"'{name}' is no channel, so it has a penalty but no theta"):
        small_settings(**changes, bounds={name: {"theta": (0.0, 0.5)}})


def test_bounds_of_another_kind_of_adstock_are_kept_without_effect() -> None:
    settings = small_settings(
        adstock=AdstockKind.WEIBULL_PDF, bounds={"tv": {"theta": (0.1, 0.2), "shape": (1.0, 2.0)}}
    )
    assert settings.channel_bounds("tv") == {**DEFAULT_BOUNDS[AdstockKind.WEIBULL_PDF], "shape": (1.0, 2.0)}


@pytest.mark.parametrize(
    ("parameter", "interval", "allowed"),
    [
        ("theta", (0.0, 1.0), "at least 0 and below 1"),
        ("alpha", (0.0, 1.0), "above 0 and below 10"),
        ("gamma", (0.0, 1.0), "above 0 and at most 1"),
        ("shape", (0.0, 20.0), "at least 0 and below 20"),
        ("scale", (0.0, 1.1), "between 0 and 1"),
        ("penalty", (-0.1, 1.0), "between 0 and 1"),
        ("theta", (0.5, 0.4), "at least 0 and below 1, low end first; got 0.5 to 0.4"),
        ("theta", (float("nan"), 0.4), "got nan to 0.4"),
    ],
)
def test_bounds_outside_robyn_s_limits_are_refused(parameter: str, interval: tuple[float, float], allowed: str) -> None:
    with pytest.raises(BoundsError, match=f"The range of tv_{parameter} must be .*{allowed}"):
        small_settings(bounds={"tv": {parameter: interval}})


def test_an_unknown_hyperparameter_is_refused_with_all_there_are() -> None:
    with pytest.raises(BoundsError, match="Unknown hyperparameter 'tv_decay'; allowed endings are theta, alpha, gamma"):
        small_settings(bounds={"tv": {"decay": (0.0, 1.0)}})


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"lambda_bounds": (0.0, 1.5)}, "The range of lambda must be between 0 and 1, low end first; got 0 to 1.5."),
        (
            {"train_size_bounds": (0.0, 0.8)},
            "The range of train_size must be between 0.1 and 1, low end first; got 0 to 0.8.",
        ),
    ],
)
def test_ranges_of_the_whole_model_have_limits_too(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(BoundsError) as caught:
        small_settings(**changes)
    assert str(caught.value) == sentence


def test_a_range_of_zero_width_is_allowed() -> None:
    check_interval("theta", (0.3, 0.3), PARAMETER_LIMITS["theta"])


@pytest.mark.parametrize("kind", AdstockKind)
def test_default_bounds_lie_within_the_limits(kind: AdstockKind) -> None:
    for name, interval in DEFAULT_BOUNDS[kind].items():
        check_interval(name, interval, PARAMETER_LIMITS[name])


def test_windows_marks_and_studies_end_on_or_after_their_start() -> None:
    with pytest.raises(SettingsError, match="The window must end on or after its start; got 2024-03-01 to 2024-01-01"):
        Window(start=MARCH, end=JANUARY)
    with pytest.raises(SettingsError, match="Marked periods must end on or after their start"):
        MarkedPeriods(start=MARCH, end=JANUARY, reason="x")
    with pytest.raises(SettingsError, match="A lift study must end on or after its start"):
        dataclasses.replace(STUDY, start=MARCH, end=JANUARY)


def test_marked_periods_and_special_days_need_words() -> None:
    with pytest.raises(SettingsError, match="Give the reason why 2024-01-01 to 2024-03-01 is marked"):
        MarkedPeriods(start=JANUARY, end=MARCH, reason="  ")
    with pytest.raises(SettingsError, match="Give the special day 2024-01-01 a name"):
        Baseline(calendar=(Holiday(date=JANUARY, name=""),))


def test_signs_belong_to_parts_of_the_baseline() -> None:
    with pytest.raises(SettingsError, match="Signs can be given to trend, season, weekday, holiday; got 'trnd'"):
        Baseline(signs={"trnd": Sign.POSITIVE})


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"channels": ()}, "names no channel; give at least one"),
        ({"lift": float("nan")}, "The lift of a study must be a number, got nan"),
        ({"standard_error": 0.0}, "must be above 0, got 0.0"),
        ({"spend": -1.0}, "must be at least 0, got -1.0"),
        ({"confidence": 1.2}, "must lie within 0 and 1, got 1.2"),
        ({"scope": "all"}, "must be one of total, immediate; got 'all'"),
        ({"channels": ("tv", "tv")}, "names a channel twice: tv, tv"),
    ],
)
def test_a_lift_study_that_cannot_be_is_refused(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(MMMError, match=sentence):
        dataclasses.replace(STUDY, **changes)  # type: ignore[arg-type]


def test_a_lift_study_names_channels_of_the_model() -> None:
    with pytest.raises(SettingsError, match=r"names 'radio', which is none of the model's channels \(tv, search\)"):
        small_settings(calibration=CalibrationInput(studies=(dataclasses.replace(STUDY, channels=("tv", "radio")),)))


def test_break_even_is_above_zero() -> None:
    with pytest.raises(BoundsError, match=r"break_even_roas must be a number above 0, got -1\."):
        Outcome(column="sales", break_even_roas=-1)


def test_parts_of_the_baseline_stand_in_robyn_s_order() -> None:
    assert Baseline(weekday=True, holidays="US").parts == ("trend", "season", "weekday", "holiday")
    assert Baseline(trend=False, season=False).parts == ()
    assert Baseline(calendar=(Holiday(date=JANUARY, name="x"),)).parts == ("trend", "season", "holiday")


def test_each_channel_has_its_own_adstock_or_the_model_s() -> None:
    media = (PaidMedia(spend="tv", adstock=AdstockKind.WEIBULL_CDF), PaidMedia(spend="search"))
    settings = small_settings(paid_media=media, organic=(OrganicMedia(column="mails"),))
    kinds = [settings.adstock_of(channel) for channel in settings.channels]
    assert kinds == [AdstockKind.WEIBULL_CDF, AdstockKind.GEOMETRIC, AdstockKind.GEOMETRIC]


def test_the_adstock_of_no_channel_is_refused() -> None:
    with pytest.raises(SettingsError, match="No channel is called 'radio'; there are tv, search"):
        small_settings().adstock_of("radio")
