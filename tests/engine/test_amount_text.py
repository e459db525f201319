import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmm_core.engine.amount_text import read_amount, write_amount
from mmm_core.errors import BoundsError


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("250000", 250_000),
        ("1.2M", 1_200_000),
        ("1.2 m", 1_200_000),
        ("1,5 Mio. €", 1_500_000),
        ("€ 250,000", 250_000),
        ("250.000,00", 250_000),
        ("250.000,00 €", 250_000),
        ("250.000", 250_000),
        ("1.234.567", 1_234_567),
        ("1,234,567.89", 1_234_567.89),
        ("250 000", 250_000),
        ("250\u202f000,5", 250_000.5),
        ("CHF 250'000", 250_000),
        ("EUR 5000", 5_000),
        ("5000 USD", 5_000),
        ("$1.5k", 1_500),
        ("2bn", 2e9),
        ("3 Mrd", 3e9),
        ("1.234M", 1_234_000),
        ("12.5", 12.5),
        ("12,5", 12.5),
        ("0.125", 0.125),
        (".5", 0.5),
        ("1234.567", 1234.567),
        ("R$ 2.000", 2_000),
        ("-5", -5),
        ("\N{MINUS SIGN}5k", -5_000),
        ("0", 0),
    ],
)
def test_an_amount_is_read_as_it_is_meant(text: str, amount: float) -> None:
    assert read_amount(text, "The budget") == pytest.approx(amount, rel=1e-12)


def test_a_return_has_decimals_and_no_thousands() -> None:
    assert read_amount("1.250", "The target", has_decimals=True) == 1.25
    assert read_amount("4,125", "The target", has_decimals=True) == 4.125


@pytest.mark.parametrize(
    "text", ["a lot", "12 apples", "1x5", "--5", "€", "k", "5 5", "1.2.3", "1,23,456", "nan", "inf", "5%"]
)
def test_what_is_no_amount_is_refused_with_what_was_got(text: str) -> None:
    with pytest.raises(BoundsError) as error:
        read_amount(text, "The budget")
    assert "The budget must be an amount such as 250,000 or 1.2M" in str(error.value)
    assert repr(text) in str(error.value)


@pytest.mark.parametrize("text", ["", "   "])
def test_nothing_typed_is_said_so(text: str) -> None:
    with pytest.raises(BoundsError, match="nothing was typed"):
        read_amount(text, "The budget")


@given(st.floats(min_value=0.0, max_value=1e12))
def test_a_written_amount_is_read_back_exactly_or_to_the_last_digits(amount: float) -> None:
    written = write_amount(amount)
    if "e" not in written:
        assert read_amount(written, "x") == pytest.approx(amount, rel=1e-12)


def test_three_decimals_are_written_so_that_they_are_not_read_as_thousands() -> None:
    assert read_amount(write_amount(12.345), "x") == 12.345
