"""Windows that move by whole periods, and what a step may see."""

import datetime as dt
from dataclasses import replace

import pytest

from mmm_core.engine.refresh_steps import merged_studies, step_data
from mmm_core.entities.columns import Sign
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.settings import CalibrationInput, LiftStudy, Treatment
from mmm_core.errors import DataError, SettingsError
from tests.data_builders import mark, small_data, small_table
from tests.refresh_markets import N_OLD, days, market_data


def moved(old: MMMDataCollection, n: int, steps: int) -> MMMDataCollection:
    return step_data(old, replace(old, table=market_data(n).table), steps)


@pytest.mark.parametrize("steps", [1, 4, 13])
def test_a_window_without_ends_moves_by_whole_weeks_and_keeps_its_length(steps: int) -> None:
    new = moved(market_data(), N_OLD + steps, steps)
    assert new.n_periods == N_OLD
    assert new.settings.window is not None
    assert new.settings.window.start == dt.date(2022, 1, 3) + dt.timedelta(weeks=steps)
    assert new.rows[-1] == N_OLD + steps - 1


@pytest.mark.parametrize("steps", [1, 4, 13])
def test_an_end_that_is_no_data_date_still_moves_by_whole_weeks(steps: int) -> None:
    old = market_data(N_OLD, days("2022-02-09", "2023-12-10"))  # Wednesday to Sunday
    new = moved(old, N_OLD + 13, steps)
    assert new.n_periods == old.n_periods
    assert (new.rows - old.rows == steps).all()


def test_months_of_any_length_are_whole_periods() -> None:
    old = small_data(small_table(60, first="2020-01-01", freq="MS"))
    new = step_data(old, replace(old, table=small_table(64, first="2020-01-01", freq="MS")), 4)
    assert new.settings.window == days("2020-05-01", "2025-04-01")


def test_a_step_does_not_see_what_comes_after_it() -> None:
    assert len(moved(market_data(), N_OLD + 20, 4).table) == N_OLD + 4


def test_a_step_keeps_rows_that_the_old_table_had_behind_its_window() -> None:
    old = market_data(N_OLD, days("2022-01-03", "2023-10-30"))
    assert len(moved(old, N_OLD + 20, 4).table) == N_OLD


def test_periods_that_are_left_out_do_not_move_the_window() -> None:
    holes = (mark("2023-12-18", "2023-12-25", treatment=Treatment.LEAVE_OUT),)
    old = replace(market_data(), settings=replace(market_data().settings, marked=holes))
    new = moved(old, N_OLD + 4, 4)
    assert new.settings.window == days("2022-01-31", "2024-01-22")
    assert new.n_periods == N_OLD - 2


def test_an_event_that_fell_out_of_the_window_is_no_longer_asked_for() -> None:
    events = (mark("2022-01-03", "2022-01-10"),)
    settings = replace(market_data().settings, marked=events, bounds={"lockdown": {"penalty": (0.0, 0.5)}})
    new = moved(replace(market_data(), settings=settings), N_OLD + 4, 4)
    assert new.settings.marked == ()
    assert new.settings.bounds == {}


def test_a_window_that_begins_before_the_data_is_refused() -> None:
    short = replace(market_data(), table=market_data(N_OLD + 4).table.iloc[10:])
    with pytest.raises(DataError, match="does not fit into the data"):
        step_data(market_data(), short, 4)


def test_other_roles_are_refused() -> None:
    old = market_data()
    media = (replace(old.settings.paid_media[0], sign=Sign.DEFAULT), *old.settings.paid_media[1:])
    new = replace(market_data(N_OLD + 4), settings=replace(old.settings, paid_media=media))
    with pytest.raises(SettingsError, match="other roles than the previous model"):
        step_data(old, new, 4)


def study(start: str, end: str) -> LiftStudy:
    return LiftStudy(channels=("tv",), start=dt.date.fromisoformat(start), end=dt.date.fromisoformat(end), lift=5000.0)


def test_new_studies_join_the_old_ones_each_once() -> None:
    old, new = study("2022-05-02", "2022-05-29"), study("2023-05-01", "2023-05-28")
    assert merged_studies(CalibrationInput(studies=(old,)), None, CalibrationInput(studies=(old, new))).studies == (
        old,
        new,
    )


def test_a_study_of_weeks_a_step_has_not_reached_waits() -> None:
    later, now = study("2024-03-04", "2024-03-31"), study("2024-01-01", "2024-01-21")
    given = CalibrationInput(studies=(later, now))
    new = market_data(N_OLD + 20)
    assert step_data(market_data(), new, 4, given).settings.calibration.studies == (now,)
    assert step_data(market_data(), new, 16, given).settings.calibration.studies == (later, now)
