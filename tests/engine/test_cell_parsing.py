"""Numbers as people write them."""

import pandas as pd
import pytest

from mmm_core.engine.cell_parsing import DecimalMark, parse_number, read_numbers, vote_decimal_mark


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234.5", 1234.5), ("(1,200.00)", -1200.0), ("3.4k", 3400.0), ("1.2 Mio", 1_200_000.0), ("$7,607.13", 7607.13),
        ("€ 2,754,372", 2754372.0), ("12 EUR", 12.0), ("-$5", -5.0), ("5-", -5.0), ("1.940%", 1.94), ("1e3", 1000.0),
        ("1 234", 1234.0), ("1'234.50", 1234.5), ("−3", -3.0), (".5", 0.5), ("12,34,567.8", 1234567.8),
    ],
)  # fmt: skip
def test_notations_with_a_decimal_point(text: str, number: float) -> None:
    parsed = parse_number(text, DecimalMark.POINT)
    assert parsed is not None
    assert parsed.value == pytest.approx(number, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "number"), [("1.234,5", 1234.5), ("12,5 €", 12.5), ("(3,4k)", -3400.0), ("1.234", 1234.0)]
)
def test_notations_with_a_decimal_comma(text: str, number: float) -> None:
    parsed = parse_number(text, DecimalMark.COMMA)
    assert parsed is not None
    assert parsed.value == pytest.approx(number, rel=1e-15)


@pytest.mark.parametrize(
    "text", ["n/a", "-", "#REF!", "tbc", "1,5", "(5", "1,23,4", "inf", "nan", "12 apples", "1-2", "", "."]
)
def test_what_is_no_number_with_a_decimal_point(text: str) -> None:
    assert parse_number(text, DecimalMark.POINT) is None


def test_currencies_are_named_by_their_code() -> None:
    codes = [parse_number(text, DecimalMark.POINT) for text in ("€5", "5 CHF", "£5", "5")]
    assert [number.currency if number else "" for number in codes] == ["EUR", "CHF", "GBP", None]


@pytest.mark.parametrize(
    ("text", "vote"),
    [
        ("1.5", (1, 0, 0)), ("1,50", (0, 1, 0)), ("1,234", (0, 0, 1)), ("1.234", (0, 0, 1)), ("1,234.5", (1, 0, 0)),
        ("1.234,5", (0, 1, 0)), ("1,234,567", (1, 0, 0)), ("0.123", (1, 0, 0)), ("1234,567", (0, 1, 0)), ("12", (0, 0, 0)),
    ],
)  # fmt: skip
def test_what_a_cell_says_about_the_decimal_mark(text: str, vote: tuple[int, int, int]) -> None:
    assert vote_decimal_mark([text]) == vote


def test_cells_without_a_number_are_marked_apart_from_empty_ones() -> None:
    column = read_numbers(pd.Series(["1", "n/a", "", "soon"], dtype=str), DecimalMark.POINT)
    assert column.is_text.tolist() == [False, True, False, True]
    assert column.is_placeholder.tolist() == [False, True, False, False]
    assert column.numbers.isna().tolist() == [False, True, True, True]
