"""Any separator, encoding and decimal mark; Excel by content; what is refused."""

import io
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmm_core.engine.ingest import read_table
from mmm_core.errors import DataError
from tests.engine.ingest_files import codes, csv, finding, read, weekly, weeks, xlsx

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "iso-8859-1"]
amounts = st.floats(-1e9, 1e9, allow_nan=False).map(lambda value: round(value, 4))


@settings(max_examples=60, deadline=None)
@given(
    column=st.lists(amounts, min_size=8, max_size=8),
    sep=st.sampled_from([",", ";", "\t", "|"]),
    decimal=st.sampled_from([".", ","]),
    encoding=st.sampled_from(ENCODINGS),
)
def test_any_separator_decimal_mark_and_encoding_gives_the_same_table(
    column: list[float], sep: str, decimal: str, encoding: str
) -> None:
    table = weekly(8, größe=column)
    result = read_table(csv(table, sep=sep, decimal=decimal, encoding=encoding))
    expected = table.assign(date=weeks(8).astype("datetime64[ns]"))
    pd.testing.assert_frame_equal(result.table, expected, check_exact=True)


@pytest.mark.parametrize("source", ["bytes", "file", "path", "text path"])
def test_a_path_bytes_and_an_open_file_are_read_alike(source: str, tmp_path: Path) -> None:
    content = csv(weekly())
    path = tmp_path / "sales.csv"
    path.write_bytes(content)
    sources = {"bytes": content, "file": io.BytesIO(content), "path": path, "text path": str(path)}
    pd.testing.assert_frame_equal(read_table(sources[source]).table, read(weekly()).table)


def test_semicolons_and_decimal_commas_are_told() -> None:
    message = finding(read_table(csv(weekly(), sep=";", decimal=",")), "file_format").message
    assert message == "Read as semicolon-separated with decimal commas (60 rows, 4 columns)."


def test_utf_16_with_tabs_is_told_and_leaves_no_nul_in_names() -> None:
    result = read_table(csv(weekly(), sep="\t", encoding="utf-16"))
    assert (
        finding(result, "file_format").message == "File was UTF-16 and tab-separated; converted (60 rows, 4 columns)."
    )
    assert list(result.table.columns) == ["date", "revenue", "tv_spend", "search_spend"]


def test_a_byte_order_mark_is_removed_and_umlauts_stay() -> None:
    table = weekly().rename(columns={"date": "Datum", "revenue": "Umsatz (€)"})
    result = read_table(csv(table, encoding="utf-8-sig"))
    assert list(result.table.columns[:2]) == ["Datum", "Umsatz (€)"]
    assert codes(result) == {"byte_order_mark"}


def test_an_old_windows_file_keeps_its_umlauts() -> None:
    result = read_table(csv(weekly().rename(columns={"tv_spend": "Fernsehen Köln €"}), encoding="cp1252"))
    assert "Fernsehen Köln €" in result.table
    assert "Windows-1252" in finding(result, "file_format").message


def test_a_plain_file_has_no_findings() -> None:
    assert read(weekly()).findings == ()


def test_an_excel_file_with_a_csv_name_is_read_as_excel() -> None:
    result = read_table(xlsx(weekly()), name="really.csv")
    pd.testing.assert_frame_equal(result.table, read(weekly()).table)
    assert "Excel file with a .csv name" in finding(result, "really_excel").message


def test_real_dates_of_an_excel_file_are_read() -> None:
    result = read_table(xlsx(weekly(date=weeks())), name="sales.xlsx")
    assert result.table["date"].tolist() == weeks().tolist()
    assert result.findings == ()


def test_lines_above_the_header_and_totals_below_are_left_out_and_told() -> None:
    content = b"Report of the shop,,,\n\n" + csv(weekly()) + b"Total,999,1,1\n"
    result = read_table(content)
    assert len(result.table) == 60
    assert result.rows[0] == 4
    assert {"lines_above_header", "extra_rows"} == codes(result)


def test_a_lone_quotation_mark_does_not_swallow_rows() -> None:
    content = csv(weekly()).replace(b"tv_spend", b'tv "spend')
    assert len(read_table(content).table) == 60


def test_columns_without_a_header_row_get_numbers_and_are_doubted() -> None:
    result = read_table(csv(weekly()).split(b"\n", 1)[1])
    assert list(result.table.columns) == ["Column 1", "Column 2", "Column 3", "Column 4"]
    assert "no_header" in codes(result)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty"),
        (b"\xef\xbb\xbf\r\n", "The file is empty"),
        (b"sep=;", "The file is empty"),
        ("\u00a0".encode(), "The file is empty"),
        (b"date,revenue,tv_spend\n", "The file has column names but no rows"),
        (
            b"date\n2021-01-04\n2021-01-11\n",
            "Only one column found. Need a date, a sales column and at least one spend",
        ),
        (b"date,name\n2021-01-04,a\n2021-01-11,b\n", "No column holds numbers"),
        (b"%PDF-1.7 ...", "This is a PDF"),
        (b"PK\x03\x04 broken", "damaged"),
        (bytes(range(256)) * 20, "looks binary"),
    ],
)
def test_a_file_of_which_nothing_can_be_made_is_refused_in_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        read_table(content)


@pytest.mark.parametrize(
    "before", [b"\n" * 300_000, "sep=§\n".encode()], ids=["blank lines", "an impossible separator"]
)
def test_odd_lines_before_the_table_do_not_keep_it_from_being_read(before: bytes) -> None:
    table = b"date,revenue,tv_spend\n" + b"".join(b"2021-01-%02d,%d,%d\n" % (day, day, 2 * day) for day in range(4, 12))
    assert len(read_table(before + table).table) == 8


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"'none\.csv' cannot be read"):
        read_table(tmp_path / "none.csv")


def test_a_file_too_large_is_refused_with_its_size_and_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    with pytest.raises(
        DataError, match=r"The file is 200 MB; the limit is 50 MB\. Sum it up to weeks and one row per market"
    ):
        read_table(path)


class Endless(io.RawIOBase):
    """A stream without an end that counts what was read from it."""

    n_read = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        assert size > 0, "reading everything would never end"
        self.n_read += size
        return b"1" * size


def test_a_stream_is_not_read_much_further_than_the_limit() -> None:
    stream = Endless()
    with pytest.raises(DataError, match="the limit is 1 MB"):
        read_table(stream, limit_bytes=1024 * 1024)
    assert stream.n_read <= 2 * 1024 * 1024


@pytest.mark.parametrize("cut", [200, 2000, 4000])
def test_a_damaged_excel_file_is_refused_in_a_sentence(cut: int) -> None:
    content = xlsx(weekly())
    with pytest.raises(DataError, match=r"cannot be opened|damaged"):
        read_table(content[:cut] + b"broken" + content[cut + 60 :])


def test_the_worksheet_with_the_table_is_read_and_the_others_are_told() -> None:
    buffer = io.BytesIO()
    with pd.ExcelWriter(buffer) as book:
        pd.DataFrame({"About this file": ["text"]}).to_excel(book, sheet_name="Cover", index=False)
        weekly().to_excel(book, sheet_name="Data", index=False)
    result = read_table(buffer.getvalue())
    assert len(result.table) == 60
    assert finding(result, "other_sheets").message == "Worksheet 'Data' was read, not 'Cover'."
