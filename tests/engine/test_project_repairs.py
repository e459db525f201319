"""What was repaired in the browser is repaired again by the project file."""

from pathlib import Path

import pandas as pd
import pytest

from mmm_core.engine.ingest import read_table, repair, suggested_settings
from mmm_core.engine.project_file import load_project_file, parse_project, write_project
from mmm_core.entities.findings import AppliedRepair, IngestResult, Repair
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.errors import DataError, ProjectFileError
from tests.engine.ingest_files import csv, finding, weekly, with_cells

CONFLICT = pd.concat([weekly(), weekly().iloc[[30]].assign(tv_spend=1.0)])
TROUBLES = [
    ("not_numbers", Repair.TREAT_AS_ZERO, with_cells(weekly(), "tv_spend", {5: "n/a"})),
    ("not_numbers", Repair.ESTIMATE_VALUES, with_cells(weekly(), "revenue", {5: "n/a"})),
    ("negative_media", Repair.TREAT_AS_ZERO, with_cells(weekly(), "tv_spend", {12: -5})),
    ("negative_outcome", Repair.ESTIMATE_VALUES, with_cells(weekly(), "revenue", {12: -5})),
    ("conflicting_dates", Repair.KEEP_FIRST, CONFLICT),
    ("conflicting_dates", Repair.KEEP_LAST, CONFLICT),
    ("missing_periods", Repair.FILL_MISSING_PERIODS, weekly().drop(index=[5, 6])),
    ("constant_column", Repair.IGNORE_COLUMN, weekly(radio_spend=3)),
]
NEGATIVE = "repairs: [{finding: negative_media, column: tv_spend, repair: treat_as_zero}]\n"
MODEL = "date: date\noutcome: {column: revenue}\npaid_media: [{spend: tv_spend}, {spend: search_spend}]\n"


def write_files(folder: Path, table: pd.DataFrame, project_file: str) -> tuple[Path, Path]:
    (folder / "data.csv").write_bytes(csv(table))
    (folder / "project.yaml").write_text(project_file)
    return folder / "project.yaml", folder / "data.csv"


def saved(result: IngestResult) -> str:
    """The project file Configure saves."""
    return write_project(suggested_settings(result), TrialsConfig(), 1, repairs=result.repairs)


@pytest.mark.parametrize(("code", "choice", "table"), TROUBLES)
def test_a_script_models_the_data_as_they_were_repaired_in_the_browser(
    code: str, choice: Repair, table: pd.DataFrame, tmp_path: Path
) -> None:
    before = read_table(csv(table))
    after = repair(before, finding(before, code), choice)
    in_browser = MMMDataCollection(table=after.table, settings=suggested_settings(after))
    project = load_project_file(*write_files(tmp_path, table, saved(after)))
    assert [(done.finding, done.repair) for done in after.repairs] == [(code, choice)]
    assert project.data.data_hash == in_browser.data_hash


def test_several_repairs_are_done_again_in_their_order(tmp_path: Path) -> None:
    table = with_cells(CONFLICT.drop(index=[40]), "tv_spend", {5: "n/a", 12: -5})
    after = read_table(csv(table))
    while not after.is_usable:
        after = repair(after, after.findings[0], after.findings[0].repairs[0])
    project = load_project_file(*write_files(tmp_path, table, saved(after)))
    assert len(after.repairs) == 4
    assert project.data.data_hash == MMMDataCollection(table=after.table, settings=suggested_settings(after)).data_hash


def test_a_repair_may_leave_its_column_out(tmp_path: Path) -> None:
    table = with_cells(weekly(), "tv_spend", {12: -5})
    text = MODEL + "repairs: [{finding: negative_media, repair: treat_as_zero}]\n"
    assert load_project_file(*write_files(tmp_path, table, text)).data.table["tv_spend"].min() == 0.0


def test_a_table_is_taken_as_it_is(tmp_path: Path) -> None:
    path, _ = write_files(tmp_path, weekly(), MODEL + NEGATIVE)
    assert load_project_file(path, weekly()).data.n_periods == 60


def test_a_repair_that_fits_nothing_in_the_file_is_refused(tmp_path: Path) -> None:
    table = weekly(radio_spend=3)
    with pytest.raises(DataError) as caught:
        load_project_file(*write_files(tmp_path, table, MODEL + NEGATIVE))
    assert caught.value.problems == (
        "The repair treat_as_zero of negative_media of 'tv_spend' fits nothing found in the data; what can be repaired there: "
        "constant_column. Remove it from the project file, or use the file it was made for.",
    )


def test_repairs_are_written_and_read_back() -> None:
    done = (
        AppliedRepair(finding="negative_media", repair=Repair.TREAT_AS_ZERO, column="tv: spend"),
        AppliedRepair(finding="missing_periods", repair=Repair.FILL_MISSING_PERIODS),
    )
    settings = parse_project(MODEL).settings
    assert parse_project(write_project(settings, TrialsConfig(), 1, repairs=done)).repairs == done


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("{repair: treat_as_zero}", "The key repairs #1.finding is missing: what was found, such as negative_media."),
        ("{finding: x}", "The key repairs #1.repair is missing: what was done about it, one of treat_as_zero, "),
        ("{finding: x, repair: mend}", "repairs #1.repair must be one of treat_as_zero, .*; got 'mend'"),
        ("{finding: x, repair: keep_first, row: 3}", "Unknown key 'repairs #1.row' in the project file"),
    ],
)
def test_an_unknown_repair_is_refused(line: str, sentence: str) -> None:
    with pytest.raises(ProjectFileError, match=sentence):
        parse_project(f"{MODEL}repairs: [{line}]\n")
