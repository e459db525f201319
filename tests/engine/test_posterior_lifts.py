"""Lift studies in the averaged estimate."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from mmm_core.engine.features import build_media_design
from mmm_core.engine.posterior_lifts import observe_lifts
from mmm_core.engine.study_errors import standard_error
from mmm_core.entities.columns import Frequency
from mmm_core.entities.date_checks import share_of_days
from mmm_core.entities.settings import CalibrationInput, LiftStudy
from mmm_core.errors import DataError
from tests.posterior_data import market, sample_briefly

STUDY = LiftStudy(
    channels=("c0",), start=dt.date(2020, 6, 1), end=dt.date(2020, 7, 26), lift=3_000.0, standard_error=60.0
)


def with_studies(*studies: LiftStudy) -> CalibrationInput:
    return CalibrationInput(studies=studies)


def contribution_in_study(channel: int, **changes: object) -> float:
    """Mean contribution of a channel in the eight weeks of the study."""
    weekly = sample_briefly(market(**changes)).model_set.weekly
    return float(weekly[21:29, weekly.shape[1] - 3 + channel].sum())


def test_an_exact_study_decides_what_its_channel_brought_in_its_weeks() -> None:
    assert abs(contribution_in_study(0) - 3_000.0) > 600.0
    assert contribution_in_study(0, calibration=with_studies(STUDY)) == pytest.approx(3_000.0, rel=0.06)


def test_a_vague_study_changes_nothing() -> None:
    vague = replace(STUDY, standard_error=1e7)
    assert contribution_in_study(0, calibration=with_studies(vague)) == pytest.approx(
        contribution_in_study(0), rel=0.05
    )


def test_a_study_of_two_channels_decides_their_sum() -> None:
    both = replace(STUDY, channels=("c0", "c1"), lift=2_500.0)
    weekly = sample_briefly(market(calibration=with_studies(both))).model_set.weekly
    assert weekly[21:29, -3:-1].sum() == pytest.approx(2_500.0, rel=0.06)


def test_an_immediate_study_asks_more_of_the_whole_effect() -> None:
    bounds = {"c0": {"theta": (0.5, 0.5)}}
    total, immediate = (
        contribution_in_study(0, calibration=with_studies(replace(STUDY, scope=scope)), bounds=bounds)
        for scope in ("total", "immediate")
    )
    assert immediate > 1.02 * total


def test_a_study_outside_the_data_is_said_to_be_unused() -> None:
    early = replace(STUDY, start=dt.date(2019, 1, 7), end=dt.date(2019, 2, 3))
    observed = observe_lifts(build_media_design(market()), (early, STUDY), 1.0, 1.0)
    assert any("is not used: 0% of its days" in note for note in observed.notes)
    assert observed.lifts.lift.tolist() == [3_000.0]
    with pytest.raises(DataError, match="reaches outside the data"):
        market(calibration=with_studies(early))


def test_a_missing_error_is_derived_and_said() -> None:
    unknown = replace(STUDY, standard_error=None)
    assert standard_error(STUDY, 1.0) == (60.0, "")
    assert standard_error(unknown, 1.0)[0] == pytest.approx(600.0)
    assert standard_error(replace(unknown, confidence=0.9), 1.0)[0] == pytest.approx(3_000.0 / 1.6449, rel=1e-4)
    assert standard_error(replace(unknown, lift=0.0, spend=500.0), 2.0)[0] == pytest.approx(200.0)
    assert any("20% of the lift" in note for note in sample_briefly(market(calibration=with_studies(unknown))).notes)


def test_weeks_and_months_count_with_the_share_of_days_tested() -> None:
    weeks = np.datetime64("2024-01-01") + 7 * np.arange(4)
    share = share_of_days(weeks, Frequency.WEEK, dt.date(2024, 1, 6), dt.date(2024, 1, 15))
    np.testing.assert_allclose(share, [2 / 7, 1.0, 1 / 7, 0.0])
    months = np.array(["2024-01-31", "2024-02-29", "2024-03-31"], dtype="datetime64[D]")
    share = share_of_days(months, Frequency.MONTH, dt.date(2024, 2, 1), dt.date(2024, 3, 31))
    assert share.tolist() == [0.0, 1.0, 1.0]
