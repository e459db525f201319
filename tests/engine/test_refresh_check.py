"""What is new, what changed, and what a refresh is refused for."""

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest

from mmm_core.engine.refresh_check import TOLERANCE, check_refresh
from mmm_core.entities.columns import Frequency
from mmm_core.entities.refresh import ModelRefreshConfig
from tests.data_builders import small_data, small_table
from tests.refresh_markets import N_OLD, days, market_data, market_table


def test_new_weeks_are_counted_and_named() -> None:
    check = check_refresh(market_data(), market_table(N_OLD + 6))
    assert (check.n_new, check.n_history, check.n_window) == (6, N_OLD, N_OLD)
    assert check.first_new == dt.date(2022, 1, 3) + dt.timedelta(weeks=N_OLD)
    assert check.is_possible
    assert not check.has_revisions


def test_new_is_what_comes_after_the_window_even_when_the_old_table_had_it() -> None:
    old = market_data(N_OLD, days("2022-01-03", "2023-10-30"))
    check = check_refresh(old, market_table(N_OLD))
    assert (check.n_new, check.window_end) == (8, dt.date(2023, 10, 30))


@pytest.mark.parametrize(
    ("n_new", "mode", "steps"), [(4, "manual", 1), (20, "manual", 1), (20, "auto", 5), (7, "auto", 1)]
)
def test_manual_takes_one_step_and_auto_as_many_as_there_are_weeks_for(n_new: int, mode: str, steps: int) -> None:
    asked = ModelRefreshConfig(refresh_mode=mode)
    assert check_refresh(market_data(), market_table(N_OLD + n_new), asked).n_steps == steps


def test_a_table_without_new_weeks_is_refused() -> None:
    check = check_refresh(market_data(), market_table())
    assert any("no week after 2023-12-25" in problem for problem in check.problems)
    assert check.n_steps == 0


def test_too_few_new_weeks_for_a_step_are_refused_with_the_number_there_is() -> None:
    check = check_refresh(market_data(), market_table(N_OLD + 3))
    assert any(
        "3 new weeks and a step needs 4. Choose 3 or fewer weeks a step" in problem for problem in check.problems
    )


def test_more_new_than_old_weeks_are_refused() -> None:
    old = market_data(N_OLD, days("2023-10-02", "2023-12-25"))
    check = check_refresh(old, market_table(N_OLD + 20))
    assert any("20 new weeks, more than the 13" in problem for problem in check.problems)


def test_a_step_that_replaces_the_whole_window_is_refused() -> None:
    old = market_data(N_OLD, days("2023-10-02", "2023-12-25"))
    check = check_refresh(old, market_table(N_OLD + 13), ModelRefreshConfig(refresh_steps=13))
    assert any(
        "would replace the whole window of 13. Choose fewer weeks a step" in problem for problem in check.problems
    )


def test_a_window_longer_than_the_data_is_refused() -> None:
    table = market_table(N_OLD + 4).iloc[10:]
    check = check_refresh(market_data(), table)
    assert any("holds 104 weeks and the table only 98" in problem for problem in check.problems)


@pytest.mark.parametrize(
    ("mode", "bought_until", "window"),
    [("manual", 88, "2023-09-11 to 2024-03-04"), ("auto", 97, "2023-11-20 to 2024-05-13")],
)
def test_a_channel_without_spend_in_the_window_of_any_step_is_a_reason_beforehand(
    mode: str, bought_until: int, window: str
) -> None:
    table = market_table(N_OLD + 20)
    table.loc[bought_until:, "tv"] = 0.0
    old = replace(market_data(N_OLD, days("2023-07-03", "2023-12-25")), table=table.iloc[:N_OLD])
    check = check_refresh(old, table.iloc[::-1], ModelRefreshConfig(refresh_steps=10, refresh_mode=mode))
    assert check.n_steps == 0
    (problem,) = check.problems
    assert problem.startswith(f"The window would run from {window}. Channel 'tv' is zero in every period")


def test_a_renamed_column_is_refused_with_the_nearest_new_name() -> None:
    check = check_refresh(market_data(), market_table(N_OLD + 4).rename(columns={"search": "search_cost"}))
    assert [(column.name, column.nearest) for column in check.missing] == [("search", "search_cost")]
    assert any("'search_cost'. If it was renamed" in problem for problem in check.problems)


def test_a_renamed_column_is_known_by_its_history_however_it_is_called_now() -> None:
    table = market_table(N_OLD + 4)
    check = check_refresh(market_data(), table.rename(columns={"tv": "Fernsehen"}).assign(tvs=table["search"] + 1.0))
    assert [(column.name, column.nearest) for column in check.missing] == [("tv", "Fernsehen")]


def test_a_missing_column_is_not_taken_for_one_the_old_table_had() -> None:
    check = check_refresh(market_data(), market_table(N_OLD + 4).drop(columns="mails"))
    assert [(column.name, column.nearest) for column in check.missing] == [("mails", None)]


def test_all_reasons_are_told_at_once() -> None:
    table = market_table(N_OLD + 2).drop(columns=["mails", "price"])
    problems = check_refresh(market_data(), table).problems
    assert [sum(word in one for one in problems) for word in ("'mails'", "'price'", "a step needs 4")] == [1, 1, 1]


def test_changed_history_is_reported_cell_by_cell_and_has_to_be_accepted() -> None:
    table = market_table(N_OLD + 4)
    table.loc[10, "sales"] *= 1.02
    table.loc[12, ["sales", "tv"]] += 500.0
    check = check_refresh(market_data(), table)
    assert check.is_possible
    assert list(check.changed_rows.values()) == [("sales",), ("sales", "tv")]
    assert check.changed[0].after == pytest.approx(1.02 * float(check.changed[0].before))
    assert "2 weeks of history changed in sales, tv (2022-03-14, 2022-03-28)" in check.revisions[0]


def test_rounding_is_no_revision() -> None:
    table = market_table(N_OLD + 4)
    table["sales"] *= 1 + 0.9 * TOLERANCE
    assert not check_refresh(market_data(), table).has_revisions


def test_a_changed_text_is_a_revision() -> None:
    table = small_table().assign(price=["a", "b"] * 30)
    new = pd.concat([table, small_table(64).iloc[60:].assign(price=["a", "b"] * 2)], ignore_index=True)
    new.loc[5, "price"] = "a"
    check = check_refresh(small_data(table), new)
    assert [(cell.column, cell.before, cell.after) for cell in check.changed] == [("price", "b", "a")]


def test_weeks_that_are_gone_have_to_be_accepted() -> None:
    old = market_data(N_OLD, days("2022-06-06", "2023-12-25"))
    check = check_refresh(old, market_table(N_OLD + 4).iloc[3:])
    assert len(check.lost) == 3
    assert check.is_possible
    assert "3 weeks of history are gone (2022-01-03, 2022-01-10, 2022-01-17)" in check.revisions[0]


def test_a_table_of_another_time_is_refused() -> None:
    table = market_table(N_OLD).assign(date=pd.date_range("2030-01-07", periods=N_OLD, freq="7D"))
    assert any("shares no week" in problem for problem in check_refresh(market_data(), table).problems)


def test_unreadable_dates_are_a_reason_and_not_an_error() -> None:
    table = market_table(N_OLD + 4).astype({"date": str})
    table.loc[3, "date"] = "soon"
    problems = check_refresh(market_data(), table).problems
    assert any("without a date" in problem for problem in problems)


def test_an_empty_new_cell_is_a_reason() -> None:
    table = market_table(N_OLD + 4)
    table.loc[N_OLD + 1, "tv"] = None
    assert any("'tv' has 1 empty" in problem for problem in check_refresh(market_data(), table).problems)


def test_order_and_further_columns_do_not_matter() -> None:
    table = market_table(N_OLD + 4).sample(frac=1.0, random_state=1).assign(extra=1.0)
    check = check_refresh(market_data(), table)
    assert check.is_possible
    assert (check.n_new, check.added, check.changed) == (4, ("extra",), ())


def test_units_are_those_of_the_data() -> None:
    old = small_data(small_table(60, first="2020-01-01", freq="MS"))
    check = check_refresh(old, small_table(60, first="2020-01-01", freq="MS"))
    assert check.frequency is Frequency.MONTH
    assert any("no month after 2024-12-01" in problem for problem in check.problems)


def test_the_check_leaves_the_previous_data_as_they_are() -> None:
    old = market_data()
    before = old.table.copy()
    check_refresh(old, replace(old, table=market_table(N_OLD + 4)).table)
    pd.testing.assert_frame_equal(old.table, before)
