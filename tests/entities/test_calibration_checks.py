"""What is said about lift studies beside their data: every problem at once, doubts apart."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from mmm_core.engine.features import build_design
from mmm_core.entities.calibration_checks import study_notes
from mmm_core.entities.settings import CalibrationInput, LiftStudy, Treatment, Window
from mmm_core.errors import DataError
from tests.data_builders import mark, small_data, small_settings, small_table


def study(start: str, end: str, *channels: str, **changes: object) -> LiftStudy:
    days = {"start": dt.date.fromisoformat(start), "end": dt.date.fromisoformat(end)}
    return replace(LiftStudy(channels=channels or ("tv",), lift=100.0, **days), **changes)  # type: ignore[arg-type]


def problems(*studies: LiftStudy, **changes: object) -> tuple[str, ...]:
    with pytest.raises(DataError) as caught:
        small_data(calibration=CalibrationInput(studies=studies), **changes)
    return caught.value.problems


def notes(*studies: LiftStudy) -> tuple[str, ...]:
    return study_notes(small_table(), small_settings(calibration=CalibrationInput(studies=studies)), np.arange(60))


def test_every_problem_of_every_study_is_said_at_once() -> None:
    found = problems(
        study("2022-12-26", "2023-02-05"),
        study("2023-02-01", "2023-02-19", "tv", "search"),
        study("2023-06-05", "2023-06-11", "search", lift=0.0),
    )
    assert [next(word for word in ("outside", "lift of 0", "overlap") if word in sentence) for sentence in found] == [
        "outside",
        "lift of 0",
        "overlap",
    ]


def test_days_outside_the_data_are_named_with_the_data_s() -> None:
    assert problems(study("2024-02-05", "2024-03-03")) == (
        "The lift study of tv from 2024-02-05 to 2024-03-03 reaches outside the data, which run from 2023-01-02 to 2024-02-19. "
        "Correct its days or remove it.",
    )


def test_the_last_day_of_the_last_period_still_lies_in_the_data() -> None:
    assert small_data(calibration=CalibrationInput(studies=(study("2024-01-29", "2024-02-25"),))).n_periods == 60


@pytest.mark.parametrize(
    "changes",
    [
        {"window": Window(start=dt.date(2023, 2, 6), end=dt.date(2024, 2, 19))},
        {"marked": (mark("2023-01-16", "2023-01-29", treatment=Treatment.LEAVE_OUT),)},
    ],
)
def test_a_study_of_periods_that_are_not_modelled_is_kept_and_said_to_be_unused(changes: dict[str, object]) -> None:
    data = small_data(calibration=CalibrationInput(studies=(study("2023-01-23", "2023-02-05"),)), **changes)
    (sentence,) = study_notes(data.table, data.settings, data.rows)
    assert "not modelled (first: 2023-01-23), so the search does not use it" in sentence
    assert build_design(data).usable_studies == ()


def test_studies_of_one_channel_overlap_only_when_they_share_a_day() -> None:
    first, next_day = study("2023-03-06", "2023-03-19"), study("2023-03-20", "2023-04-02")
    assert small_data(calibration=CalibrationInput(studies=(first, next_day))).n_periods == 60
    assert (
        small_data(calibration=CalibrationInput(studies=(first, replace(first, channels=("search",))))).n_periods == 60
    )
    assert "overlap, both with 'tv'" in problems(first, replace(next_day, start=dt.date(2023, 3, 19)))[0]


def test_a_spend_is_compared_with_the_data_within_ten_percent() -> None:
    spent = float(small_table().query("'2023-03-06' <= date <= '2023-03-19'")[["tv", "search"]].to_numpy().sum())
    both = study("2023-03-06", "2023-03-19", "tv", "search")
    assert notes(replace(both, spend=1.09 * spent)) == notes(replace(both, spend=0.91 * spent)) == notes(both) == ()
    assert (
        f"gives a spend of {1.2 * spent:,.0f}, the data have {spent:,.0f}" in notes(replace(both, spend=1.2 * spent))[0]
    )


def test_spend_of_part_of_a_week_is_compared_by_days() -> None:
    spent = float(small_table().set_index("date").loc["2023-03-06", "tv"])
    assert notes(study("2023-03-06", "2023-03-09", spend=spent * 4 / 7)) == ()
    assert len(notes(study("2023-03-06", "2023-03-09", spend=spent))) == 1


def test_little_confidence_is_noted_and_exactly_the_least_is_not() -> None:
    sentences = notes(
        study("2023-03-06", "2023-03-19", confidence=0.79), study("2023-05-01", "2023-05-07", confidence=0.8)
    )
    assert [sentence.split(",")[0] for sentence in sentences] == [
        "The lift study of tv from 2023-03-06 to 2023-03-19 has a confidence of 0.79"
    ]


def test_a_study_of_days_without_spend_is_noted() -> None:
    table = small_table()
    table.loc[9:12, "tv"] = 0.0
    settings = small_settings(calibration=CalibrationInput(studies=(study("2023-03-06", "2023-03-19"),)))
    assert "no spend of tv" in study_notes(table, settings, np.arange(60))[0]
