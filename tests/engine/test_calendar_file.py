"""A calendar of one's own, as people save it."""

import pandas as pd
import pytest

from mmm_core.engine.calendar_file import read_calendar
from mmm_core.errors import DataError
from tests.engine.ingest_files import xlsx


def days_of(content: bytes) -> list[tuple[str, str]]:
    return [(str(day.date), day.name) for day in read_calendar(content).days]


def test_days_are_read_by_date_whichever_column_they_stand_in() -> None:
    found = days_of(b"name,day\nBlack Friday,2024-11-29\nSale,2024-01-02\n")
    assert found == [("2024-01-02", "Sale"), ("2024-11-29", "Black Friday")]


def test_days_before_months_are_read_as_such() -> None:
    text = "Tag;Anlass\n03.04.2024;Ostern\n01.05.2024;Maifeiertag\n24.12.2024;Heiligabend\n"
    assert days_of(text.encode()) == [
        ("2024-04-03", "Ostern"),
        ("2024-05-01", "Maifeiertag"),
        ("2024-12-24", "Heiligabend"),
    ]


def test_months_before_days_are_read_as_such_when_only_that_fits() -> None:
    assert days_of(b"day,name\n04/03/2024,A\n12/24/2024,B\n") == [("2024-04-03", "A"), ("2024-12-24", "B")]


def test_even_spacing_does_not_turn_days_into_months() -> None:
    found = days_of(b"day;name\n01.02.2024;A\n01.03.2024;B\n01.04.2024;C\n")
    assert [day for day, _ in found] == ["2024-02-01", "2024-03-01", "2024-04-01"]


def test_an_order_of_day_and_month_that_cannot_be_told_is_said() -> None:
    reading = read_calendar(b"day,name\n03/04/2024,A\n01/05/2024,B\n")
    assert reading.notes[0].startswith("The days could be day/month/year or month/day/year; read as day/month/year.")


def test_a_row_without_a_day_or_a_name_is_reported() -> None:
    reading = read_calendar(b"day;name\n24.12.2024;Eve\nirgendwann;Kirmes\n25.12.2024;\n26.12.2024;Boxing\n")
    assert [day.name for day in reading.days] == ["Eve", "Boxing"]
    assert reading.notes == (
        "Rows without a day and a name were left out (rows 3, 4; the first has 'irgendwann' and 'Kirmes').",
    )


def test_nothing_is_said_about_a_clear_calendar_with_blank_lines() -> None:
    assert read_calendar(b"day,name\n2024-12-24,Eve\n,\n\n2024-12-26,Boxing\n").notes == ()


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_any_encoding_is_read(encoding: str) -> None:
    assert days_of("Tag;Anlass\n29.03.2024;Käsemarkt\n".encode(encoding)) == [("2024-03-29", "Käsemarkt")]


def test_an_excel_file_is_read() -> None:
    content = xlsx(pd.DataFrame({"day": pd.to_datetime(["2024-12-24"]), "name": ["Eve"]}))
    assert days_of(content) == [("2024-12-24", "Eve")]


def test_the_first_row_counts_when_there_is_no_header() -> None:
    assert days_of(b"2024-12-24,Eve\n2024-12-26,Boxing\n") == [("2024-12-24", "Eve"), ("2024-12-26", "Boxing")]


@pytest.mark.parametrize("content", [b"", b"a,b\n1,x\n", b"\xff\xfe\x00", b"day\n2024-01-01\n"])
def test_a_file_that_is_no_calendar_is_refused(content: bytes) -> None:
    with pytest.raises(DataError, match="calendar"):
        read_calendar(content)


def test_too_many_days_are_refused() -> None:
    with pytest.raises(DataError, match="at most 5000 days; this one has 5001"):
        read_calendar(b"day,name\n" + b"2024-12-24,Eve\n" * 5001)
