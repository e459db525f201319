"""CSV downloads that a spreadsheet does not run."""

import pandas as pd
import pytest

from mmm_core.entities.spreadsheet import quote_formula, safe_for_spreadsheet


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", "\t=1", '=HYPERLINK("x")'])
def test_texts_that_start_like_formulas_are_quoted_in_cells_and_names(text: str) -> None:
    safe = safe_for_spreadsheet(pd.DataFrame({text: ["ok", text]}))
    assert safe.columns[0] == safe.iloc[1, 0] == f"'{text}"
    assert safe.iloc[0, 0] == "ok"


def test_negative_numbers_stay_numbers() -> None:
    safe = safe_for_spreadsheet(pd.DataFrame({"a": [-1.5, 2.0], "b": ["-1.5", "+3,2"]}))
    assert safe["a"].tolist() == [-1.5, 2.0]
    assert safe["b"].tolist() == ["-1.5", "+3,2"]


def test_mixed_and_categorical_columns_are_quoted_too() -> None:
    frame = pd.DataFrame({"a": pd.Series([1, "=x", None], dtype=object), "b": pd.Categorical(["=y", "z", "z"])})
    safe = safe_for_spreadsheet(frame)
    assert (safe.iloc[1, 0], safe.iloc[0, 1]) == ("'=x", "'=y")


def test_two_columns_of_one_name_are_both_kept() -> None:
    safe = safe_for_spreadsheet(pd.DataFrame([["=a", "=b"]], columns=["x", "x"]))
    assert safe.to_numpy().tolist() == [["'=a", "'=b"]]


def test_the_given_table_is_unchanged() -> None:
    frame = pd.DataFrame({"a": ["=1"]})
    safe_for_spreadsheet(frame)
    assert frame.iloc[0, 0] == "=1"


def test_what_is_no_text_is_returned_as_it_is() -> None:
    assert quote_formula(-5) == -5
