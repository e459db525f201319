"""One date format for the whole column."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmm_core.engine.date_parsing import DateStyle, read_dates
from tests.engine.ingest_files import finding, read, weekly, weeks

MONTHS = ["Jan", "Feb", "März", "Apr", "Mai", "Juni", "Juli", "Aug", "Sept", "Okt", "Nov", "Dez"]


@pytest.mark.parametrize(
    "written",
    [
        "%Y-%m-%d", "%Y/%m/%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%y", "%Y%m%d", "%d %b %Y", "%d-%b-%y", "%B %d, %Y",
        "%G-W%V", "KW %V/%G", "%Y-%m-%dT00:00:00Z", "%m/%d/%Y 12:00 AM", "%A, %d %B %Y", "%Y-%m-%d - x",
    ],
)  # fmt: skip
def test_weekly_dates_are_read_however_they_are_written(written: str) -> None:
    texts = [day.strftime(written) for day in weeks()]
    if written.endswith("- x"):
        texts = [f"{day.date()} - {(day + pd.Timedelta(days=6)).date()}" for day in weeks()]
    reading = read_dates(pd.Series(texts, dtype=str))
    assert reading is not None
    assert reading.dates.tolist() == weeks().tolist()


def test_german_month_names_are_read() -> None:
    texts = [f"{day.day}. {MONTHS[day.month - 1]} {day.year}" for day in weeks()]
    reading = read_dates(pd.Series(texts, dtype=str))
    assert reading is not None
    assert reading.dates.tolist() == weeks().tolist()


def test_excel_day_numbers_are_read_in_a_column_called_date() -> None:
    serials = [(day - pd.Timestamp("1899-12-30")).days for day in weeks()]
    assert read(weekly(date=serials)).table["date"].tolist() == weeks().tolist()


def test_amounts_that_look_like_day_numbers_are_no_dates() -> None:
    result = read(weekly(revenue=range(40_000, 40_600, 10)))
    assert result.table["revenue"].dtype == "float64"


@given(st.dates(dt.date(2000, 1, 1), dt.date(2060, 1, 1)), st.sampled_from(["%d/%m/%Y", "%m/%d/%Y"]))
def test_the_order_of_day_and_month_is_the_one_that_gives_weeks(first: dt.date, written: str) -> None:
    days = [first + dt.timedelta(days=7 * week) for week in range(30)]
    reading = read_dates(pd.Series([day.strftime(written) for day in days], dtype=str))
    assert reading is not None
    assert reading.dates.dt.date.tolist() == days


def test_first_days_of_months_are_not_read_as_days_of_january() -> None:
    days = pd.date_range("2020-01-01", periods=24, freq="MS")
    reading = read_dates(pd.Series(days.strftime("%d/%m/%Y"), dtype=str))
    assert reading is not None
    assert (reading.style, reading.is_doubtful) == (DateStyle.DAY_FIRST, False)


def test_the_order_of_day_and_month_is_told() -> None:
    result = read(weekly(date=weeks().strftime("%d/%m/%Y")))
    assert (
        finding(result, "date_format").message == "Dates read as day/month/year (weekly spacing fits only this order)."
    )


def test_dates_that_fit_both_orders_are_doubted() -> None:
    result = read(weekly(3, date=["01/01/2021", "02/02/2021", "03/03/2021"]))
    assert "could be day/month/year or month/day/year" in finding(result, "date_format").message


def test_text_is_no_date() -> None:
    assert read_dates(pd.Series(["spring", "summer", "4711"], dtype=str)) is None
