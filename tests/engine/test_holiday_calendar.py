import datetime as dt

import numpy as np
import pandas as pd
import pytest

from mmm_core.engine.features import build_design
from mmm_core.engine.holiday_calendar import country_holidays, holiday_table, require_country, supported_countries
from mmm_core.entities.columns import Frequency
from mmm_core.entities.design import DateArray
from mmm_core.entities.settings import Baseline, Holiday
from mmm_core.errors import SettingsError
from tests.data_builders import small_data, small_table


def days_from(first: str, n: int, freq: str) -> DateArray:
    return pd.date_range(first, periods=n, freq=freq).to_numpy().astype("datetime64[D]")


def holiday(day: str, name: str) -> Holiday:
    return Holiday(date=dt.date.fromisoformat(day), name=name)


def rows(table: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(table["date"].dt.strftime("%Y-%m-%d"), table["holiday"], strict=True))


def test_a_week_starts_on_the_weekday_of_the_first_date() -> None:
    sundays = days_from("2023-01-01", 60, "7D")
    table = holiday_table([holiday("2023-12-24", "Eve"), holiday("2023-12-30", "Late")], sundays, Frequency.WEEK)
    assert rows(table) == [("2023-12-24", "Eve, Late")]


def test_a_new_year_s_day_in_the_last_week_of_december_keeps_a_row_of_its_own() -> None:
    mondays = days_from("2022-01-03", 60, "7D")
    table = holiday_table(
        [holiday("2022-12-26", "Boxing Day"), holiday("2023-01-01", "New Year")], mondays, Frequency.WEEK
    )
    assert rows(table) == [("2022-12-26", "Boxing Day"), ("2022-12-26", "New Year")]
    assert table["year"].tolist() == [2022, 2023]


def test_daily_holidays_stay_on_their_day_and_apart() -> None:
    days = days_from("2023-01-01", 400, "D")
    table = holiday_table([holiday("2023-05-01", "Labour"), holiday("2023-05-01", "Other")], days, Frequency.DAY)
    assert rows(table) == [("2023-05-01", "Labour"), ("2023-05-01", "Other")]


@pytest.mark.parametrize(("first", "freq"), [("2023-01-01", "MS"), ("2023-01-31", "ME")])
def test_monthly_holidays_move_to_the_stamp_of_their_month(first: str, freq: str) -> None:
    months = days_from(first, 24, freq)
    table = holiday_table([holiday("2023-12-25", "Xmas"), holiday("2023-12-26", "Boxing")], months, Frequency.MONTH)
    assert rows(table) == [(str(months[11]), "Xmas, Boxing")]


def test_holidays_of_one_day_are_told_apart_by_name() -> None:
    names = [
        day.name
        for day in country_holidays("DE", dt.date(2008, 5, 1), dt.date(2008, 5, 31))
        if day.date == dt.date(2008, 5, 1)
    ]
    assert len(names) == 2


def test_the_names_of_a_country_do_not_depend_on_how_many_rows_there_are() -> None:
    short, long = (
        country_holidays("US", dt.date(2023, 1, 1), last) for last in (dt.date(2023, 3, 1), dt.date(2024, 3, 1))
    )
    assert short == long


def test_the_year_after_the_data_is_covered() -> None:
    days = country_holidays("US", dt.date(2060, 1, 1), dt.date(2060, 12, 31))
    assert dt.date(2061, 1, 1) in {day.date for day in days}


@pytest.mark.parametrize("code", ["US", "us", "USA", "NO"])
def test_country_codes_of_two_and_three_letters_are_known(code: str) -> None:
    assert require_country(code) == code.upper()


def test_an_unknown_country_is_refused_with_what_is_allowed() -> None:
    with pytest.raises(SettingsError, match=r"No public holidays are known for 'XX'; allowed are ISO codes such as US"):
        require_country("XX")


def test_supported_countries_are_two_letter_codes() -> None:
    assert {"US", "DE", "GB", "NO"} <= set(supported_countries())
    assert all(len(code) == 2 for code in supported_countries())


def test_the_user_s_own_calendar_wins_over_the_country() -> None:
    table = small_table(80, freq="D")
    table.loc[10, "sales"] += 5000.0
    own = Baseline(trend=True, season=False, holidays="US", calendar=(holiday("2023-01-12", "Flash sale"),))
    design = build_design(small_data(table, baseline=own))
    effect = design.baseline[:, design.baseline_names.index("holiday")]
    assert np.flatnonzero(effect).tolist() == [10]


def test_a_monthly_holiday_lifts_its_month_only() -> None:
    table = small_table(60, first="2018-01-01", freq="MS")
    table.loc[[11, 23, 35, 47, 59], "sales"] += 3000.0
    calendar = tuple(holiday(f"{year}-12-25", "Christmas") for year in range(2018, 2023))
    design = build_design(small_data(table, baseline=Baseline(trend=True, season=False, calendar=calendar)))
    effect = design.baseline[:, design.baseline_names.index("holiday")]
    assert design.frequency is Frequency.MONTH
    assert np.flatnonzero(effect).tolist() == [11, 23, 35, 47, 59]
    assert effect[11] == pytest.approx(3000.0, rel=0.05)


def test_a_weekly_pattern_of_daily_data_is_found() -> None:
    table = small_table(140, freq="D")
    table["sales"] = 1000.0 + np.where(table["date"].dt.day_of_week == 5, 700.0, 0.0)
    design = build_design(small_data(table, baseline=Baseline(trend=True, season=False, weekday=True)))
    weekday = design.baseline[:, design.baseline_names.index("weekday")]
    assert weekday[5] - weekday[4] == pytest.approx(700.0, rel=0.02)
    np.testing.assert_allclose(weekday[:7], weekday[70:77], rtol=1e-6)
