"""The page of results: failures first, the same files for the same results."""

from pathlib import Path

from tests.recovery.page import write_page
from tests.recovery.test_records import many_records, record


def test_the_page_lists_failures_first_then_tables_pictures_and_every_market(tmp_path: Path) -> None:
    records = many_records()
    failed = record("core 99")
    records["core 99", "robyn"] = type(failed)(
        case="core 99",
        group="robyn",
        fingerprint="now",
        known=failed.known,
        answers=(),
        error="Traceback\nKeyError: 'tv'",
    )
    text = write_page(records, "make recovery", tmp_path, 60.0).read_text(encoding="utf-8")
    assert (
        text.index("## Where it fails")
        < text.index("**core 99**, robyn: KeyError: 'tv'")
        < text.index("## Core markets")
    )
    assert "seeds core 0 to 9" in text
    assert len((tmp_path / "recovery" / "core.csv").read_text().splitlines()) == 1 + 10 * 2
    for name in ("markets", "errors", "coverage", "budgets", "kinds"):
        assert f"(recovery/core_{name}.svg)" in text
        assert (tmp_path / "recovery" / f"core_{name}.svg").stat().st_size > 1_000


def test_the_same_results_give_the_same_pictures_to_the_byte(tmp_path: Path) -> None:
    for name in ("first", "second"):
        write_page(many_records(), "make recovery", tmp_path / name, 60.0)
    pictures = sorted((tmp_path / "first" / "recovery").glob("*.svg"))
    assert pictures
    for picture in pictures:
        assert picture.read_bytes() == (tmp_path / "second" / "recovery" / picture.name).read_bytes()
