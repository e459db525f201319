"""Why a table is refused, and what becomes of one that is not."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from mmm_core.entities.columns import ContextColumn, Frequency, OrganicMedia, Outcome, PaidMedia
from mmm_core.entities.data_checks import count_estimated_columns, find_problems, missing_periods
from mmm_core.entities.mmmdata_collection import MMMDataCollection, hash_table
from mmm_core.entities.settings import Baseline, Treatment, Window
from mmm_core.errors import DataError
from tests.data_builders import mark, small_data, small_settings, small_table


def problems(table: pd.DataFrame, **changes: object) -> list[str]:
    return find_problems(table, small_settings(**changes))


def test_a_good_table_has_no_problems() -> None:
    assert problems(small_table()) == []


def test_refusing_a_table_carries_every_reason() -> None:
    table = small_table().assign(tv=-1.0, search=0.0)
    with pytest.raises(DataError) as caught:
        small_data(table)
    assert caught.value.problems == (
        "Column 'tv' has 60 negative values (first: week of 2023-01-02, -1); media cannot be negative. Set credits to 0.",
        "Channel 'search' is zero in every period of the window; nothing can be learned. Ignore it or move the window.",
    )


def test_no_date_no_outcome_and_no_paid_media_are_said_together() -> None:
    assert problems(small_table(), date="", outcome=Outcome(column=""), paid_media=()) == [
        "No column is the date. Give one column the role date.",
        "No column is the outcome. Give the column with sales or conversions the role outcome.",
        "No column is paid media. Give at least one spend column the role paid spend.",
    ]


def test_a_missing_role_does_not_hide_what_else_is_wrong() -> None:
    found = problems(small_table(5).assign(tv=0.0), outcome=Outcome(column=""))
    assert [sentence.split(";")[0].split(".")[0] for sentence in found] == [
        "No column is the outcome",
        "Channel 'tv' is zero in every period of the window",
        "5 periods cannot bear 4 estimated columns",
    ]


def test_a_table_without_rows_is_refused() -> None:
    assert problems(small_table(0)) == [
        "The table has no rows; at least two per estimated column are needed. Upload a file with data."
    ]


def test_a_column_that_is_not_there_is_named_with_the_nearest() -> None:
    found = problems(small_table(), paid_media=(PaidMedia(spend="tvs"),))
    assert found == ["Column 'tvs' is not in the table; the nearest is 'tv'. Correct the name."]


def test_a_column_like_no_other_is_named_with_all_there_are() -> None:
    found = problems(small_table(), paid_media=(PaidMedia(spend="xyz"),))
    assert found == [
        "Column 'xyz' is not in the table; it has 'date', 'sales', 'tv', 'search', 'price'. Correct the name."
    ]


def test_a_column_that_stands_twice_is_refused() -> None:
    twice = pd.concat([small_table(), small_table()[["tv"]]], axis=1)
    assert problems(twice) == ["Column 'tv' stands in the table 2 times. Give each column a name of its own."]


def test_cells_that_are_no_dates_are_counted_and_shown() -> None:
    table = small_table()
    table["date"] = table["date"].dt.strftime("%Y-%m-%d").where(table.index != 3, "soon")
    assert problems(table) == ["Column 'date' has 1 cell without a date (first: 'soon'); write dates as 2024-12-31."]


@pytest.mark.parametrize(
    "zone", ["T00:00:00+02:00", "T00:00:00.000+0200", " 00:00:00-05:00", "T23:30Z", "T23:30-05", ""]
)
def test_a_date_with_a_time_zone_keeps_its_local_day(zone: str) -> None:
    table = small_table()
    table["date"] = table["date"].dt.strftime("%Y-%m-%d") + zone
    assert small_data(table).dates.tolist() == small_table()["date"].tolist()


def test_repeated_dates_are_refused() -> None:
    table = pd.concat([small_table(), small_table().iloc[[7, 7]]])
    assert problems(table) == ["1 date stands in more than one row (first: 2023-02-20). Keep one row per period."]


@pytest.mark.parametrize(
    ("first", "freq", "dropped", "sentence"),
    [
        ("2023-01-02", "7D", [4], "1 week is missing (2023-01-30); every period needs a row. Add them."),
        ("2023-01-01", "D", [4, 9], "2 days are missing (2023-01-05, 2023-01-10); every period needs a row. Add them."),
        ("2018-01-01", "MS", [4], "1 month is missing (2018-05-01); every period needs a row. Add them."),
        ("2018-01-31", "ME", [4], "1 month is missing (2018-05-31); every period needs a row. Add them."),
    ],
)
def test_missing_periods_are_counted_and_listed(first: str, freq: str, dropped: list[int], sentence: str) -> None:
    assert problems(small_table(60, first=first, freq=freq).drop(index=dropped)) == [sentence]


@pytest.mark.parametrize(("day", "february"), [(1, 1), (15, 15), (30, 28)])
def test_a_missing_month_is_stamped_with_the_day_of_the_others(day: int, february: int) -> None:
    months = pd.Series(pd.date_range("2022-11-01", periods=8, freq="MS")).drop(index=3)
    stamped = months + pd.Timedelta(days=day - 1)
    assert missing_periods(stamped, Frequency.MONTH) == [pd.Timestamp(2023, 2, february)]


def test_many_missing_periods_are_cut_short() -> None:
    found = problems(small_table(90).drop(index=list(range(10, 20))))
    assert found[0].startswith("10 weeks are missing (2023-03-13, ")
    assert ", …)" in found[0]


def test_a_week_that_starts_on_another_weekday_is_refused() -> None:
    table = small_table()
    table.loc[30:, "date"] += pd.Timedelta(days=2)
    assert problems(table) == [
        "1 date does not follow the one before by whole weeks (first: 2023-08-02); every week must start on the same weekday."
    ]


def test_two_rows_in_one_month_are_refused() -> None:
    table = small_table(60, first="2018-01-01", freq="MS")
    table.loc[10, "date"] = pd.Timestamp("2018-10-31")
    assert problems(table)[-1] == "1 month has more than one row (first: 2018-10-31). Keep one."


@pytest.mark.parametrize("freq", ["3D", "14D", "QS", "YS"])
def test_periods_that_are_neither_days_weeks_nor_months_are_refused(freq: str) -> None:
    table = small_table(60, freq=freq)
    assert problems(table) == [
        "Column 'date' is neither daily, weekly nor monthly. Sum the table up to one row per period."
    ]


def test_a_single_period_is_refused() -> None:
    assert problems(small_table(1)) == [
        "Column 'date' has 1 period; at least two per estimated column are needed. Add history."
    ]


def test_text_in_a_number_column_is_refused_but_not_in_context() -> None:
    table = small_table().assign(tv=["a", "b"] * 30, price=["a", "b"] * 30)
    assert problems(table) == [
        "Column 'tv' holds text; the outcome and all media must be numbers. Correct the cells or its role."
    ]


def test_empty_and_infinite_cells_are_counted_with_their_first_period() -> None:
    table = small_table()
    table.loc[[3, 5], "tv"] = np.nan
    table.loc[8, "sales"] = np.inf
    assert problems(table) == [
        "Column 'sales' has 1 empty or infinite cell (first: week of 2023-02-27). Fill them in.",
        "Column 'tv' has 2 empty or infinite cells (first: week of 2023-01-23). Fill them in.",
    ]


@pytest.mark.parametrize(
    ("freq", "first"), [("D", "2023-01-04"), ("7D", "week of 2023-01-16"), ("MS", "month of 2023-03-01")]
)
def test_a_bad_cell_is_named_by_its_period_also_when_rows_were_taken_out(freq: str, first: str) -> None:
    table = small_table(freq=freq, first="2023-01-01" if freq == "MS" else "2023-01-02").assign(tv=[1, 1, None] * 20)
    found = problems(table.iloc[1:].reset_index(drop=True))
    assert found[0].endswith(f"(first: {first}). Fill them in.")


def test_a_bad_cell_in_a_row_without_a_date_is_named_by_its_place() -> None:
    table = small_table().assign(tv=[1, 1, None] * 20)
    table["date"] = table["date"].astype(object).where(table.index != 2, None)
    assert problems(table)[1] == "Column 'tv' has 20 empty or infinite cells (first: period 3). Fill them in."


def test_empty_cells_of_a_nullable_or_text_column_are_refused() -> None:
    table = small_table().assign(price=["a", None, "b"] * 20)
    table["tv"] = pd.array([None, *range(1, 60)], dtype="Int64")
    assert problems(table) == [
        "Column 'tv' has 1 empty or infinite cell (first: week of 2023-01-02). Fill them in.",
        "Column 'price' has 20 empty or infinite cells (first: week of 2023-01-09). Fill them in.",
    ]


@pytest.mark.parametrize("column", ["tv", "views", "mails"])
def test_spend_exposure_and_organic_media_cannot_be_negative(column: str) -> None:
    table = small_table().assign(views=np.arange(60.0), mails=np.arange(60.0))
    table.loc[4, column] = -250.0
    media = {"paid_media": (PaidMedia(spend="tv", exposure="views"),), "organic": (OrganicMedia(column="mails"),)}
    assert problems(table, **media) == [
        f"Column '{column}' has 1 negative value (first: week of 2023-01-30, -250); media cannot be negative. Set credits to 0."
    ]


def test_context_and_outcome_may_be_negative() -> None:
    assert problems(small_table().assign(price=-np.arange(60.0), sales=np.arange(60.0) - 30)) == []


@pytest.mark.parametrize(
    "window",
    [
        Window(start=dt.date(2022, 12, 31), end=dt.date(2024, 1, 1)),
        Window(start=dt.date(2023, 1, 2), end=dt.date(2024, 3, 1)),
    ],
)
def test_a_window_that_reaches_outside_the_data_is_refused(window: Window) -> None:
    assert problems(small_table(), window=window) == [
        f"The window {window.start} to {window.end} reaches outside the data, which run from 2023-01-02 to 2024-02-19. "
        "Move its ends inside."
    ]


def test_a_window_may_end_on_the_last_day_of_the_last_period() -> None:
    assert problems(small_table(), window=Window(start=dt.date(2023, 1, 2), end=dt.date(2024, 2, 25))) == []


def test_a_window_without_any_period_is_refused() -> None:
    window = Window(start=dt.date(2030, 1, 1), end=dt.date(2031, 1, 1))
    assert problems(small_table(), window=window) == [
        "The window 2030-01-01 to 2031-01-01 holds no period; the data run from 2023-01-02 to 2024-02-19. Move the window."
    ]


def test_leaving_everything_out_is_refused() -> None:
    everything = mark("2023-01-02", "2024-02-25", treatment=Treatment.LEAVE_OUT)
    assert problems(small_table(), marked=(everything,)) == [
        "Every period from 2023-01-02 to 2024-02-19 is left out. Remove a one-off period."
    ]


def test_a_channel_without_spend_in_the_window_is_refused_also_when_it_has_some_before() -> None:
    table = small_table().assign(tv=np.r_[5.0, np.zeros(59)])
    window = Window(start=dt.date(2023, 1, 9), end=dt.date(2024, 2, 19))
    assert problems(table) == []
    assert problems(table, window=window) == [
        "Channel 'tv' is zero in every period of the window; nothing can be learned. Ignore it or move the window."
    ]


def test_an_exposure_that_is_zero_in_the_window_is_refused() -> None:
    found = problems(small_table().assign(views=0.0), paid_media=(PaidMedia(spend="tv", exposure="views"),))
    assert found[0].startswith("Channel 'views' is zero in every period of the window")


def test_a_constant_channel_and_a_constant_outcome_are_refused() -> None:
    assert problems(small_table().assign(tv=5.0, sales=9.0)) == [
        "The outcome 'sales' is the same in every period of the window; there is nothing to explain.",
        "Channel 'tv' is the same in every period of the window; it cannot be told from the baseline. Ignore it.",
    ]


def test_a_constant_context_column_is_no_problem() -> None:
    assert problems(small_table().assign(price=1.0)) == []


@pytest.mark.parametrize(("n", "is_fine"), [(8, True), (7, False)])
def test_two_periods_are_needed_per_estimated_column(n: int, is_fine: bool) -> None:
    sentence = (
        f"{n} periods cannot bear 4 estimated columns; at least two periods per column are needed (8). Remove columns, switch "
        "baseline parts off or give more history."
    )
    assert problems(small_table(n)) == ([] if is_fine else [sentence])


def test_estimated_columns_are_intercept_parts_varying_context_events_and_channels() -> None:
    settings = small_settings(
        baseline=Baseline(trend=True, season=True, weekday=True, holidays="US"),
        context=(ContextColumn(column="price"), ContextColumn(column="flat")),
        organic=(OrganicMedia(column="mails"),),
        marked=(
            mark("2023-02-06", "2023-02-06"),
            mark("2023-03-06", "2023-03-06"),
            mark("2023-04-03", "2023-04-03", "strike"),
        ),
    )
    table = small_table().assign(flat=1.0, mails=1.0)
    assert count_estimated_columns(table, settings) == 1 + 4 + 1 + 2 + 3


@pytest.mark.parametrize(
    ("baseline", "expected"), [(Baseline(trend=True, season=False), 1), (small_settings().baseline, 2)]
)
def test_a_text_column_is_one_column_beside_prophet_and_one_per_level_but_one_without(
    baseline: Baseline, expected: int
) -> None:
    table = small_table().assign(price=["a", "b", "c"] * 20)
    settings = small_settings(baseline=baseline)
    assert count_estimated_columns(table, settings) == 1 + len(baseline.parts) + expected + 2


def test_rows_are_sorted_and_dates_become_days() -> None:
    table = small_table().iloc[::-1].astype({"date": str})
    data = small_data(table)
    assert data.dates.is_monotonic_increasing
    assert data.dates.iloc[0] == pd.Timestamp("2023-01-02")
    assert data.data_hash == small_data().data_hash


@pytest.mark.parametrize(
    "dates",
    [
        small_table()["date"].dt.date,
        small_table()["date"].dt.tz_localize("Europe/Berlin"),
        small_table()["date"] + pd.Timedelta(hours=9),
        small_table()["date"].dt.strftime("%Y%m%d").astype(int),
    ],
)
def test_dates_of_any_make_are_days(dates: pd.Series) -> None:
    pd.testing.assert_series_equal(
        small_data(small_table().assign(date=dates)).dates, small_data().dates, check_dtype=False
    )


def test_the_table_given_is_not_changed() -> None:
    table = small_table().iloc[::-1]
    data = small_data(table)
    data.table.loc[0, "tv"] = 0.0
    pd.testing.assert_frame_equal(table, small_table().iloc[::-1])


@pytest.mark.parametrize(
    ("freq", "kind"), [("D", Frequency.DAY), ("7D", Frequency.WEEK), ("MS", Frequency.MONTH), ("ME", Frequency.MONTH)]
)
def test_the_frequency_is_told_from_the_dates(freq: str, kind: Frequency) -> None:
    assert small_data(small_table(freq=freq)).frequency is kind


def test_modelled_rows_are_those_whose_first_day_lies_in_the_window_and_that_are_not_left_out() -> None:
    data = small_data(
        window=Window(start=dt.date(2023, 1, 3), end=dt.date(2023, 7, 5)),
        marked=(mark("2023-01-10", "2023-01-16", treatment=Treatment.LEAVE_OUT), mark("2023-02-06", "2023-02-06")),
    )
    assert data.rows.tolist() == list(range(3, 27))
    assert data.n_periods == 24


def test_the_first_day_of_a_week_decides_whether_it_lies_in_the_window() -> None:
    window = Window(start=dt.date(2016, 1, 4), end=dt.date(2018, 12, 31))
    data = small_data(small_table(208, first="2015-11-23"), window=window)
    assert data.n_periods == 157
    assert [str(data.dates.iloc[row].date()) for row in data.rows[[0, -1]]] == ["2016-01-04", "2018-12-31"]


@pytest.mark.parametrize(
    ("start", "end", "left_out"),
    [
        ("2023-03-15", "2023-03-17", [10]),
        ("2023-03-15", "2023-04-02", [10, 11, 12]),
        ("2023-03-13", "2023-03-13", [10]),
        ("2023-03-19", "2023-03-20", [10, 11]),
    ],
)
def test_every_week_that_shares_a_day_with_what_is_left_out_is_left_out(
    start: str, end: str, left_out: list[int]
) -> None:
    data = small_data(marked=(mark(start, end, treatment=Treatment.LEAVE_OUT),))
    assert sorted({*range(60)} - {*data.rows.tolist()}) == left_out


@pytest.mark.parametrize("freq", ["MS", "ME"])
def test_a_month_is_left_out_whichever_day_it_is_stamped_with(freq: str) -> None:
    data = small_data(
        small_table(first="2018-01-01", freq=freq),
        marked=(mark("2018-03-10", "2018-04-02", treatment=Treatment.LEAVE_OUT),),
    )
    assert sorted({*range(60)} - {*data.rows.tolist()}) == [2, 3]


def test_a_day_left_out_of_daily_data_takes_no_other_with_it() -> None:
    data = small_data(small_table(freq="D"), marked=(mark("2023-01-05", "2023-01-05", treatment=Treatment.LEAVE_OUT),))
    assert sorted({*range(60)} - {*data.rows.tolist()}) == [3]


@pytest.mark.parametrize("treatment", Treatment)
def test_a_one_off_period_outside_the_data_is_refused(treatment: Treatment) -> None:
    found = problems(small_table(), marked=(mark("2030-01-07", "2030-01-14", treatment=treatment),))
    assert len(found) == 1
    assert found[0].startswith("The one-off period 'lockdown' (2030-01-07 to 2030-01-14) touches no period")


def test_an_event_before_the_window_is_refused_but_may_be_left_out_of_the_baseline() -> None:
    window, day = Window(start=dt.date(2023, 3, 6), end=dt.date(2024, 2, 19)), "2023-01-12"
    assert "touches no period that is modelled" in problems(small_table(), window=window, marked=(mark(day, day),))[0]
    left_out = mark(day, day, treatment=Treatment.LEAVE_OUT)
    assert problems(small_table(), window=window, marked=(left_out,)) == []


def test_an_unused_column_does_not_matter() -> None:
    noisy = small_table().assign(notes=["", None] * 30)
    assert small_data(noisy).data_hash == small_data().data_hash


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.rename(columns={"tv": "television"}),
        lambda t: t.assign(tv=t["tv"].where(t.index != 59, 1.0)),
        lambda t: t.iloc[:-1],
        lambda t: t.assign(price=t["price"].astype(str)),
        lambda t: t.assign(date=t["date"] + pd.Timedelta(days=1)),
    ],
)
def test_the_hash_knows_every_change(change: object) -> None:
    assert callable(change)
    assert hash_table(change(small_table())) != hash_table(small_table())


def test_the_hash_does_not_depend_on_the_index_or_the_kind_of_number() -> None:
    table = small_table().assign(tv=range(60))
    assert hash_table(table.set_index(pd.Index(range(60, 120)))) == hash_table(table.astype({"tv": float}))


def test_a_collection_is_only_equal_to_itself() -> None:
    data = small_data()
    assert data == data  # noqa: PLR0124  (comparing frames would raise)
    assert data != MMMDataCollection(table=small_table(), settings=small_settings())
