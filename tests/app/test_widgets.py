import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from pages.shared.glossary import GLOSSARY, sentence, term
from pages.shared.widgets import ago, as_text, chart_tools, csv_bytes, duration, file_stem, truncated


def test_what_would_run_as_a_formula_is_quoted_in_a_download() -> None:
    frame = pd.DataFrame({"=cmd()": ["=1+1", "plain"], "number": [-1.5, 2.0]})
    assert csv_bytes(frame).decode("utf-8-sig") == "'=cmd(),number\n'=1+1,-1.5\nplain,2.0\n"


def test_a_download_opens_with_its_umlauts() -> None:
    assert csv_bytes(pd.DataFrame({"Größe": [1]})) == "\ufeffGröße\n1\n".encode()


@pytest.mark.parametrize(
    ("seconds", "text"), [(5, "just now"), (300, "5 minutes ago"), (7200, "2 hours ago"), (172800, "2 days ago")]
)
def test_moments_are_told_as_people_do(seconds: int, text: str) -> None:
    assert ago(dt.datetime.now(dt.UTC) - dt.timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "about 1 second"), (42, "about 42 seconds"), (600, "about 10 minutes")]
)
def test_durations_are_rounded(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_long_names_keep_both_ends() -> None:
    assert truncated("a" * 20 + "z" * 20, 11) == "aaaaa…zzzzz"


def test_markdown_is_shown_as_it_is_written() -> None:
    assert as_text("**x** <i>$5$</i>") == "\\*\\*x\\*\\* \\<i\\>\\$5\\$\\</i\\>"


def test_a_project_name_becomes_a_file_name() -> None:
    assert file_stem("../Kaffee & Tee: DE") == "kaffee-tee-de"


def test_every_term_is_one_short_sentence() -> None:
    assert all(sentence(name).endswith(".") and len(sentence(name)) < 130 for name in GLOSSARY)
    assert all(term(name).endswith(")") and "](/methodology#" in term(name) for name in GLOSSARY)


@pytest.mark.parametrize(
    ("name", "escaped"),
    [
        ("1. Q1", r"1\. Q1"),
        ("2) Q2", r"2\) Q2"),
        ("- x", r"\- x"),
        ("+ x", r"\+ x"),
        ("# x", r"\# x"),
        ("> x", r"\> x"),
    ],
)
def test_a_name_that_begins_like_a_list_stays_a_name(name: str, escaped: str) -> None:
    assert as_text(name) == escaped


def test_numbers_and_dashes_within_a_text_are_left_alone() -> None:
    assert as_text("Up 1.5 - or 2) more") == "Up 1.5 - or 2) more"


def test_every_term_is_explained_somewhere_on_a_page() -> None:
    folder = Path(__file__).parents[2] / "pages"
    source = "".join(file.read_text() for file in folder.rglob("*.py") if file.name != "glossary.py").replace("'", '"')
    assert [name for name in GLOSSARY if f'"{name}"' not in source] == []


def test_the_bar_of_tools_comes_with_the_mouse_and_never_stands_in_the_picture_on_a_phone() -> None:
    assert "displayModeBar" not in chart_tools("fit", with_bar=True)
    assert chart_tools("fit", with_bar=False)["displayModeBar"] is False
