"""Everything that is wrong with a file is said at once, with row and column of the file."""

import numpy as np
import pandas as pd
import pytest

from mmm_core.engine.ingest import read_table
from mmm_core.entities.columns import ColumnRole, Frequency
from mmm_core.entities.findings import Repair, Severity
from tests.engine.ingest_files import codes, csv, finding, places, read, roles, weekly, weeks, with_cells


def test_all_problems_are_found_at_once() -> None:
    table = with_cells(with_cells(weekly(), "tv_spend", {5: "n/a"}), "search_spend", {9: -50.0})
    table = pd.concat([table.drop(index=20), table.iloc[[30]].assign(revenue=1.0)])
    assert codes(read(table)) >= {"not_numbers", "negative_media", "missing_periods", "conflicting_dates"}


def test_findings_are_ordered_most_severe_first() -> None:
    table = with_cells(weekly(note="x"), "tv_spend", {5: "n/a", 6: "3.4k"})
    severities = [item.severity for item in read(table).findings]
    assert severities == [Severity.IMPOSSIBLE, Severity.DOUBTFUL, Severity.CHANGED]


def test_cells_that_are_no_numbers_are_listed_as_spreadsheet_rows() -> None:
    table = with_cells(with_cells(weekly(), "tv_spend", {5: "n/a", 10: "-"}), "search_spend", {14: "tbc"})
    found = finding(read(table), "not_numbers")
    assert places(found) == [("tv_spend", 5), ("tv_spend", 10), ("search_spend", 14)]
    assert found.message.startswith("3 cells in media columns are not numbers but 'n/a', '-' and 'tbc'")
    assert found.repairs == (Repair.TREAT_AS_ZERO, Repair.ESTIMATE_VALUES)


def test_rows_are_those_of_the_file_also_after_sorting_and_dropping() -> None:
    table = with_cells(weekly(), "tv_spend", {5: "#REF!"})
    backwards = pd.concat([table.iloc[[10]], table.iloc[::-1]])
    assert places(finding(read(backwards), "not_numbers")) == [("tv_spend", 59)]


def test_a_column_half_full_of_text_stays_numeric() -> None:
    result = read(with_cells(weekly(), "tv_spend", dict.fromkeys(range(2, 30), "tbc")))
    assert result.table["tv_spend"].dtype == np.float64
    assert finding(result, "not_numbers").n_cells == 28


def test_more_than_a_hundred_cells_are_counted_and_cut() -> None:
    found = finding(read(with_cells(weekly(300), "tv_spend", dict.fromkeys(range(2, 152), "tbc"))), "not_numbers")
    assert (len(found.cells), found.n_cells) == (100, 150)


def test_signs_are_removed_and_two_currencies_are_flagged() -> None:
    table = weekly().assign(
        revenue=lambda t: "€ " + t["revenue"].astype(str), tv_spend=lambda t: "$" + t["tv_spend"].astype(str)
    )
    result = read(table)
    np.testing.assert_array_equal(result.table["tv_spend"], weekly()["tv_spend"])
    assert "EUR in 'revenue'; USD in 'tv_spend'" in finding(result, "two_currencies").message
    assert "signs_removed" in codes(result)


def test_the_currency_is_told_by_signs_and_by_names() -> None:
    assert read(weekly().rename(columns={"revenue": "Umsatz (€)"})).currency == "EUR"
    assert read(weekly().assign(tv_spend=lambda t: "£" + t["tv_spend"].astype(str))).currency == "GBP"
    assert read(weekly().rename(columns={"revenue": "revenue ${x}"})).currency is None


def test_short_and_accounting_notation_is_read_and_told() -> None:
    result = read(with_cells(weekly(), "tv_spend", {22: "(1,200.00)", 23: "3.4k"}))
    assert result.table["tv_spend"].iloc[20:22].tolist() == [-1200.0, 3400.0]
    assert places(finding(result, "rewritten_numbers")) == [("tv_spend", 22), ("tv_spend", 23)]


def test_marks_that_can_be_read_in_two_ways_are_doubted() -> None:
    table = pd.DataFrame(
        {"date": weeks(40).strftime("%d.%m.%Y"), "umsatz": ["1.234", "2.345"] * 20, "kosten": range(7, 407, 10)}
    )
    result = read_table(csv(table, sep=";"))
    assert result.table["umsatz"].iloc[0] == 1234.0
    assert places(finding(result, "ambiguous_numbers")) == [("umsatz", 1)]


def test_identical_rows_are_dropped_and_told() -> None:
    result = read(pd.concat([weekly(), weekly().iloc[[3, 4]]]))
    assert len(result.table) == 60
    assert finding(result, "exact_duplicates").message == "2 exact duplicates were dropped (rows 62, 63)."


def test_conflicting_rows_of_one_date_are_kept_and_asked_about() -> None:
    result = read(pd.concat([weekly(), weekly().iloc[[3]].assign(revenue=1.0)]))
    found = finding(result, "conflicting_dates")
    assert len(result.table) == 61
    assert places(found) == [("date", 5), ("date", 62)]
    assert (found.severity, found.repairs) == (Severity.IMPOSSIBLE, (Repair.KEEP_FIRST, Repair.KEEP_LAST))


def test_several_markets_in_one_file_are_recognised() -> None:
    table = pd.concat([weekly(market=name, revenue=range(k, 60 + k)) for k, name in enumerate("ABC")])
    found = finding(read(table), "several_rows_per_date")
    assert "about 3 rows" in found.message
    assert found.repairs == ()


def test_missing_weeks_are_listed() -> None:
    found = finding(read(weekly().drop(index=[10, 11, 30])), "missing_periods")
    assert found.message.startswith("3 weeks are missing (2021-03-15, 2021-03-22, 2021-08-02).")
    assert found.repairs == (Repair.FILL_MISSING_PERIODS,)


def test_a_date_off_the_rhythm_is_named() -> None:
    assert places(finding(read(with_cells(weekly(), "date", {6: "2021-02-02"})), "uneven_dates")) == [("date", 6)]


def test_an_unreadable_date_is_named() -> None:
    found = finding(read(with_cells(weekly(), "date", {6: "soon"})), "unreadable_dates")
    assert places(found) == [("date", 6)]


def test_quarters_are_refused_as_rhythm() -> None:
    days = pd.date_range("2001-01-01", periods=60, freq="QS").strftime("%Y-%m-%d")
    assert "91 days apart" in finding(read(weekly(date=days)), "unknown_frequency").message


def test_rows_out_of_order_are_sorted_and_told() -> None:
    result = read(weekly().iloc[::-1])
    assert result.table["date"].is_monotonic_increasing
    assert finding(result, "sorted").message.startswith("Rows stood newest first")
    assert result.rows == tuple(range(61, 1, -1))


def test_negative_spend_is_impossible_until_set_to_zero() -> None:
    result = read(with_cells(weekly(), "tv_spend", {12: -2500.0, 20: -1.0}))
    found = finding(result, "negative_media")
    assert found.message == "'tv_spend' is negative in 2 weeks (rows 12, 20; credits?). Set to 0?"
    assert (result.is_usable, found.repairs) == (False, (Repair.TREAT_AS_ZERO,))


def test_a_negative_outcome_is_only_doubted() -> None:
    result = read(with_cells(weekly(), "revenue", {3: -1000.0}))
    assert finding(result, "negative_outcome").message.startswith("'revenue' is negative on 2021-01-11 (row 3)")
    assert result.is_usable


def test_a_constant_column_is_doubted_and_suggested_to_be_ignored() -> None:
    result = read(weekly(radio_spend=0))
    assert finding(result, "constant_column").repairs == (Repair.IGNORE_COLUMN,)
    assert roles(result)["radio_spend"] is ColumnRole.IGNORE


def test_empty_columns_are_left_out_and_told() -> None:
    result = read(weekly(radio_spend=""))
    assert "radio_spend" not in result.table
    assert "'radio_spend'" in finding(result, "empty_columns").message


def test_a_trailing_separator_adds_no_column() -> None:
    assert read_table(csv(weekly()).replace(b"\n", b",\n")).findings == ()


def test_repeated_names_are_told_apart() -> None:
    result = read_table(csv(weekly()).replace(b"search_spend", b"tv_spend", 1))
    assert list(result.table.columns) == ["date", "revenue", "tv_spend", "tv_spend (2)"]
    assert finding(result, "repeated_names").severity is Severity.DOUBTFUL


def test_names_that_look_like_formulas_are_kept_and_told() -> None:
    name = '=HYPERLINK("http://evil.example","tv")'
    result = read(weekly().rename(columns={"tv_spend": name}))
    assert name in result.table
    assert finding(result, "formula_names").message == "1 name starting with '=' is shown as text."


@pytest.mark.parametrize("name", ["<script>alert('xss')</script>", "{{7*7}}${7*7}", "a" * 300, "Fernsehen Köln"])
def test_odd_names_are_kept_letter_by_letter(name: str) -> None:
    assert name in read(weekly().rename(columns={"tv_spend": name})).table


def test_a_literal_na_in_a_text_column_stays_a_level() -> None:
    result = read(weekly(events=["na"] * 50 + ["event1"] * 10))
    assert result.table["events"].iloc[0] == "na"
    assert roles(result)["events"] is ColumnRole.CONTEXT


def test_empty_cells_of_text_become_a_level_of_their_own() -> None:
    result = read(weekly(events=[""] * 50 + ["sale"] * 10))
    assert result.table["events"].isna().sum() == 0
    assert finding(result, "empty_levels").n_cells == 50


def test_empty_cells_of_spend_are_asked_about() -> None:
    assert places(finding(read(with_cells(weekly(), "tv_spend", {4: ""})), "empty_cells")) == [("tv_spend", 4)]


def test_true_and_false_become_one_and_zero() -> None:
    result = read(weekly(promotion=[True, False] * 30))
    assert result.table["promotion"].tolist() == [1.0, 0.0] * 30


def test_a_column_of_mixed_text_and_numbers_is_doubted() -> None:
    assert "mixed_column" in codes(read(weekly(code=["7", "x1", "x2"] * 20)))


def test_more_columns_than_rows_can_bear_are_impossible() -> None:
    table = weekly(20, **{f"radio{i}_spend": range(i, i + 40, 2) for i in range(9)})
    assert "20 rows cannot bear" in finding(read(table), "too_many_columns").message


def test_context_beyond_what_rows_can_bear_is_ignored_and_told() -> None:
    random = np.random.default_rng(1)
    result = read(weekly(**{f"factor{i}x": random.normal(size=60) for i in range(40)}))
    assert finding(result, "too_many_columns").severity is Severity.DOUBTFUL
    assert sum(role is ColumnRole.CONTEXT for role in roles(result).values()) == 60 // 2 - 2 - 5


def test_a_file_without_dates_says_so() -> None:
    assert finding(read(weekly().drop(columns="date")), "no_dates").severity is Severity.IMPOSSIBLE


def test_a_file_without_spend_only_asks_for_it() -> None:
    result = read(weekly()[["date", "revenue"]].assign(price=range(60, 0, -1)))
    assert finding(result, "no_paid_media").severity is Severity.DOUBTFUL


@pytest.mark.parametrize(("step", "frequency"), [("D", Frequency.DAY), ("7D", Frequency.WEEK), ("MS", Frequency.MONTH)])
def test_day_week_and_month_are_detected(step: str, frequency: Frequency) -> None:
    days = pd.date_range("2019-01-01", periods=60, freq=step).strftime("%Y-%m-%d")
    assert read(weekly(date=days)).frequency is frequency


def test_one_row_per_date_and_variable_is_pivoted() -> None:
    table = weekly().rename(columns={"revenue": "Sales", "tv_spend": "TV", "search_spend": "Search"})
    long = table.melt("date", var_name="VariableName", value_name="VariableValue").assign(Geography="")
    result = read(long.sort_values("date", kind="stable"))
    pd.testing.assert_frame_equal(result.table, table.assign(date=weeks().astype("datetime64[ns]")))
    assert "long_layout" in codes(result)
