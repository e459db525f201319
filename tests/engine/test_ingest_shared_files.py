"""Files of other people and files with known troubles, which are not ours to keep: read where they lie, skipped when absent."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mmm_core.engine.ingest import read_table, repair, suggested_settings
from mmm_core.entities.columns import ColumnRole, Frequency
from mmm_core.entities.findings import IngestResult, Repair, Severity
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.errors import DataError
from tests.engine.ingest_files import codes, finding, places, roles

SHARED = Path(__file__).parents[3] / "shared"
NASTY = SHARED / "nasty"
pytestmark = pytest.mark.skipif(not (SHARED / "data").exists(), reason="the shared data sets are not here")

UPLOADABLE = ["robyn_dt_simulated_weekly", "sibylhe_retail", "meridian_national_all_channels"]
ROLES_THAT_DIFFER: dict[str, dict[str, str]] = {
    "robyn_dt_simulated_weekly": {},
    "sibylhe_retail": {},
    "meridian_national_all_channels": {},
}
"""Organic and context columns where the suggestion is another than the authors' role, by data set."""


def meta(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SHARED / "data" / name / "meta.json").read_text())
    return found


def upload(name: str) -> IngestResult:
    return read_table(SHARED / "data" / name / meta(name)["file"])


def columns_with(result: IngestResult, role: ColumnRole) -> list[str]:
    return [column for column, found in roles(result).items() if found is role]


@pytest.mark.parametrize("name", UPLOADABLE)
def test_date_outcome_spend_and_exposure_are_those_of_the_authors(name: str) -> None:
    result, truth = upload(name), meta(name)["roles"]
    assert columns_with(result, ColumnRole.DATE) == [truth["date"]]
    assert columns_with(result, ColumnRole.OUTCOME) == [truth["kpi"]]
    assert set(columns_with(result, ColumnRole.PAID_SPEND)) == set(truth["spend"])
    pairs = {s.pairs_with: s.column for s in result.suggestions if s.role is ColumnRole.EXPOSURE}
    assert pairs == truth["exposure"]


@pytest.mark.parametrize("name", UPLOADABLE)
def test_organic_and_context_are_those_of_the_authors_but_for_the_listed_differences(name: str) -> None:
    result, truth = upload(name), meta(name)["roles"]
    stems = tuple(column.removesuffix("*") for column in truth["context"] if column.endswith("*"))
    expected = {column: "context" for column in result.table.columns if stems and column.startswith(stems)}
    expected |= {column: "context" for column in truth["context"] if not column.endswith("*")}
    expected |= dict.fromkeys(truth["organic"], "organic")
    found = {column: role.value for column, role in roles(result).items() if role.value in {"organic", "context"}}
    assert {column: found.get(column, "") for column in expected.keys() | found.keys()} == {
        **expected,
        **ROLES_THAT_DIFFER[name],
    }


@pytest.mark.parametrize("name", [*UPLOADABLE, "pymc_mmm_example", "mff_national"])
def test_suggested_settings_can_be_modelled_with_every_paid_channel(name: str) -> None:
    result = upload(name)
    collection = MMMDataCollection(table=result.table, settings=suggested_settings(result))
    assert collection.frequency is Frequency.WEEK
    assert len(collection.settings.paid_media) == len(columns_with(result, ColumnRole.PAID_SPEND)) >= 2
    assert result.is_usable


def test_unnamed_drivers_are_guessed_with_a_doubt() -> None:
    result = upload("pymc_mmm_example")
    assert columns_with(result, ColumnRole.PAID_SPEND) == meta("pymc_mmm_example")["roles"]["spend"]
    assert finding(result, "guessed_roles").severity is Severity.DOUBTFUL


def test_the_master_flat_file_equals_its_wide_form() -> None:
    wide = read_table(SHARED / "data" / "mff_national" / "national_wide_made_here.csv").table
    pd.testing.assert_frame_equal(upload("mff_national").table[wide.columns], wide)


@pytest.mark.parametrize(
    ("start", "sentence"),
    [("16", "The file is empty"), ("17", "has column names but no rows"), ("18", "Only one column found")],
)
def test_nasty_files_without_data_are_refused_with_a_sentence(start: str, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        read_table(next(NASTY.glob(f"{start}_*")))


@pytest.mark.parametrize("start", ["01", "03", "07", "24"])
def test_the_same_numbers_in_another_dress_are_the_same_table(start: str) -> None:
    result, plain = read_table(next(NASTY.glob(f"{start}_*"))), upload("robyn_dt_simulated_weekly").table
    assert result.table["date"].tolist() == plain["DATE"].tolist()
    np.testing.assert_allclose(result.table["revenue"], plain["revenue"], atol=0.005)
    assert [item.severity for item in result.findings] == [Severity.CHANGED]


def test_nasty_names_are_kept() -> None:
    assert list(read_table(next(NASTY.glob("04_*"))).table.columns[:3]) == ["Datum", "Umsatz (€)", "Fernsehen Köln"]
    assert max(map(len, read_table(next(NASTY.glob("22_*"))).table.columns)) == 300
    assert "formula_names" in codes(read_table(next(NASTY.glob("21_*"))))


def test_nasty_missing_weeks_are_filled() -> None:
    result = read_table(next(NASTY.glob("09_*")))
    filled = repair(result, finding(result, "missing_periods"), Repair.FILL_MISSING_PERIODS)
    assert len(filled.table) == 208
    assert MMMDataCollection(table=filled.table, settings=suggested_settings(filled)).n_periods == 208


def test_nasty_duplicates_are_dropped_or_asked_about() -> None:
    result = read_table(next(NASTY.glob("10_*")))
    assert finding(result, "exact_duplicates").n_cells == 3
    assert places(finding(result, "conflicting_dates")) == [("date", 105), ("date", 106)]


def test_nasty_negatives_are_asked_about() -> None:
    result = read_table(next(NASTY.glob("12_*")))
    assert places(finding(result, "negative_media")) == [("facebook_S", 12), ("facebook_S", 62)]
    assert "2017-03-27" in finding(result, "negative_outcome").message


def test_nasty_cells_are_listed() -> None:
    result = read_table(next(NASTY.glob("14_*")))
    assert places(finding(result, "not_numbers")) == [("tv_S", 5), ("tv_S", 10), ("print_S", 11), ("search_S", 14)]
    assert {"two_currencies", "signs_removed"} <= codes(result)
