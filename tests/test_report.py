"""Workbooks, read again with the library that spreadsheets are read with here."""

import io
import math

import numpy as np
import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook

from mmm_core.errors import SettingsError
from mmm_core.report import write_workbook

PLAN = pd.DataFrame(
    {
        "channel": ["TV", "=HYPERLINK(1)"],
        "spend": [12_345.6, 0.0],
        "roas": [3.25, math.nan],
        "cpa": [12.3, math.inf],
        "week": pd.to_datetime(["2024-01-01", "2024-01-08"]),
        "locked": [True, False],
    }
)


def opened(sheets: dict[str, pd.DataFrame]) -> Workbook:
    return load_workbook(io.BytesIO(write_workbook(sheets)))


def test_every_table_is_a_sheet_of_its_name_with_bold_headings_that_stay_in_view() -> None:
    book = opened({"Plan": PLAN, "By week": PLAN[["week"]]})
    assert book.sheetnames == ["Plan", "By week"]
    sheet = book["Plan"]
    assert [cell.value for cell in sheet[1]] == list(PLAN.columns)
    assert sheet["A1"].font.bold
    assert sheet.freeze_panes == "A2"


def test_numbers_dates_and_flags_stay_what_they_are() -> None:
    row = [cell.value for cell in opened({"Plan": PLAN})["Plan"][2]]
    assert row == ["TV", 12_345.6, 3.25, 12.3, pd.Timestamp("2024-01-01").to_pydatetime(), True]


def test_numbers_are_shown_with_the_digits_they_deserve() -> None:
    formats = [cell.number_format for cell in opened({"Plan": PLAN})["Plan"][2]]
    assert formats[1:5] == ["#,##0", "0.000", "#,##0.00", "yyyy-mm-dd"]


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", "\t=1"])
def test_a_text_that_starts_like_a_formula_is_text(text: str) -> None:
    sheet = opened({"x": pd.DataFrame({text: [text]})})["x"]
    for cell in (sheet["A1"], sheet["A2"]):
        assert (cell.data_type, cell.value) == ("s", f"'{text}")


def test_what_is_not_finite_is_said_or_left_empty() -> None:
    row = [cell.value for cell in opened({"Plan": PLAN})["Plan"][3]]
    assert row[2] is None
    assert row[3] == "no limit"


def test_names_of_sheets_are_cut_cleaned_and_stay_distinct() -> None:
    long = "A very long name of a plan, longer than allowed"
    names = opened({long: PLAN, f"{long} 2": PLAN, "a/b:c": PLAN, "A b c": PLAN, "": PLAN}).sheetnames
    assert len({name.casefold() for name in names}) == 5
    assert all(1 <= len(name) <= 31 for name in names)
    assert not any(set(name) & set("[]:*?/\\") for name in names)


def test_control_characters_do_not_break_the_file() -> None:
    assert opened({"x": pd.DataFrame({"a": ["b\x00c\x1f"]})})["x"]["A2"].value == "bc"


def test_missing_values_of_every_kind_are_empty_cells() -> None:
    frame = pd.DataFrame({"a": pd.array([1, None], dtype="Int64"), "b": ["x", None], "c": [pd.NaT, pd.NaT]})
    assert [cell.value for cell in opened({"x": frame})["x"][3]] == [None, None, None]


def test_an_empty_table_is_a_sheet_with_headings_alone() -> None:
    assert opened({"x": PLAN.iloc[:0]})["x"].max_row == 1


def test_a_workbook_without_sheets_and_a_table_that_is_too_long_are_refused() -> None:
    with pytest.raises(SettingsError, match="at least one sheet, got none"):
        write_workbook({})
    with pytest.raises(SettingsError, match="up to 1,048,575 rows, got 1,048,576"):
        write_workbook({"x": pd.DataFrame({"a": np.zeros(1_048_576)})})
