"""What the buttons of the findings do."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mmm_core.engine.ingest import repair, suggested_settings
from mmm_core.entities.columns import ColumnRole
from mmm_core.entities.findings import IngestResult, Repair, Severity
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.errors import SettingsError
from tests.engine.ingest_files import codes, finding, read, roles, weekly, weeks, with_cells


def mended(result: IngestResult, code: str, choice: Repair) -> IngestResult:
    return repair(result, finding(result, code), choice)


def test_cells_without_a_number_are_set_to_zero() -> None:
    result = mended(read(with_cells(weekly(), "tv_spend", {5: "n/a"})), "not_numbers", Repair.TREAT_AS_ZERO)
    assert result.table["tv_spend"].iloc[3] == 0.0
    assert result.is_usable
    assert result.applied == {"not_numbers:tv_spend": Repair.TREAT_AS_ZERO}


def test_only_the_cells_of_the_finding_are_mended() -> None:
    before = read(with_cells(weekly(), "tv_spend", {5: "n/a", 9: ""}))
    result = mended(before, "not_numbers", Repair.TREAT_AS_ZERO)
    assert result.table["tv_spend"].iloc[3] == 0.0
    assert np.isnan(result.table["tv_spend"].iloc[7])


def test_cells_are_found_by_their_row_after_sorting() -> None:
    before = read(with_cells(weekly(), "tv_spend", {5: "n/a"}).iloc[::-1])
    result = mended(before, "not_numbers", Repair.TREAT_AS_ZERO)
    assert result.table["tv_spend"].iloc[3] == 0.0


def test_all_cells_are_mended_when_the_finding_lists_only_the_first_hundred() -> None:
    before = read(with_cells(weekly(300), "tv_spend", dict.fromkeys(range(2, 152), "tbc")))
    assert (mended(before, "not_numbers", Repair.TREAT_AS_ZERO).table["tv_spend"].iloc[:150] == 0.0).all()


def test_values_are_estimated_from_their_neighbours() -> None:
    table = weekly(revenue=range(100, 700, 10))
    result = mended(read(with_cells(table, "revenue", {4: "?"})), "not_numbers", Repair.ESTIMATE_VALUES)
    assert result.table["revenue"].iloc[2] == pytest.approx(120.0)


def test_negative_spend_is_set_to_zero() -> None:
    result = mended(read(with_cells(weekly(), "tv_spend", {12: -2500})), "negative_media", Repair.TREAT_AS_ZERO)
    assert result.table["tv_spend"].iloc[10] == 0.0
    assert finding(result, "negative_media").severity is Severity.CHANGED


def test_a_negative_outcome_is_estimated() -> None:
    table = weekly(revenue=range(100, 700, 10))
    result = mended(read(with_cells(table, "revenue", {4: -5})), "negative_outcome", Repair.ESTIMATE_VALUES)
    assert result.table["revenue"].iloc[2] == pytest.approx(120.0)


@pytest.mark.parametrize(("choice", "revenue"), [(Repair.KEEP_FIRST, 100.0), (Repair.KEEP_LAST, 1.0)])
def test_one_of_conflicting_rows_is_kept(choice: Repair, revenue: float) -> None:
    table = weekly(revenue=range(100, 160))
    result = mended(read(pd.concat([table, table.iloc[[0]].assign(revenue=1)])), "conflicting_dates", choice)
    assert len(result.table) == 60
    assert result.table["revenue"].iloc[0] == revenue


def test_missing_weeks_are_filled_and_marked_by_row_zero() -> None:
    table = weekly(revenue=range(100, 700, 10), promotion=["none"] * 59 + ["sale"], newsletter=range(60, 0, -1))
    result = mended(read(table.drop(index=[5, 6])), "missing_periods", Repair.FILL_MISSING_PERIODS)
    assert result.table["date"].tolist() == weeks().tolist()
    assert result.table.loc[5, ["tv_spend", "newsletter", "promotion"]].tolist() == [0.0, 0.0, "none"]
    assert result.table["revenue"].iloc[[5, 6]].tolist() == pytest.approx([150.0, 160.0])
    assert [i for i, row in enumerate(result.rows) if row == 0] == [5, 6]


def test_a_missing_month_is_filled_at_the_month_s_end_where_the_others_are() -> None:
    ends = pd.date_range("2018-01-31", periods=60, freq="ME")
    table = weekly().assign(date=ends.strftime("%Y-%m-%d"))
    result = mended(read(table.drop(index=[4])), "missing_periods", Repair.FILL_MISSING_PERIODS)
    assert result.table["date"].tolist() == ends.tolist()


def test_a_dummy_of_a_filled_week_is_zero_or_one() -> None:
    table = weekly(holiday_flag=[0, 1] * 30)
    result = mended(read(table.drop(index=[5])), "missing_periods", Repair.FILL_MISSING_PERIODS)
    assert result.table["holiday_flag"].iloc[5] in {0.0, 1.0}


def test_an_ignored_column_is_suggested_to_be_ignored() -> None:
    result = mended(read(weekly(radio_spend=3)), "constant_column", Repair.IGNORE_COLUMN)
    assert roles(result)["radio_spend"] is ColumnRole.IGNORE
    assert finding(result, "constant_column").severity is Severity.CHANGED


def test_repairs_one_after_the_other_lead_to_data_that_can_be_modelled() -> None:
    table = with_cells(with_cells(weekly(), "tv_spend", {5: "n/a", 22: "(1,200.00)"}), "revenue", {9: "#REF!"})
    result = read(pd.concat([table.drop(index=[40]), table.iloc[[30]].assign(revenue=1.0)]).iloc[::-1])
    while not result.is_usable:
        worst = result.findings[0]
        result = repair(result, worst, worst.repairs[0])
    collection = MMMDataCollection(table=result.table, settings=suggested_settings(result))
    assert collection.n_periods == 60
    assert len(result.applied) == 5


def test_findings_are_judged_anew_after_a_repair() -> None:
    table = with_cells(weekly(), "tv_spend", {12: -5})
    before = read(pd.concat([table.drop(index=10), table.iloc[[10]], table.iloc[[10]].assign(tv_spend=1.0)]))
    assert {"negative_media", "conflicting_dates"} <= codes(before)
    after = mended(before, "conflicting_dates", Repair.KEEP_LAST)
    assert "negative_media" not in codes(after)


def test_cells_are_mended_also_when_the_rows_of_the_file_are_forgotten() -> None:
    table = with_cells(weekly(), "tv_spend", {5: "n/a"}).iloc[::-1]
    result = mended(replace(read(table), rows=()), "not_numbers", Repair.TREAT_AS_ZERO)
    assert result.table["tv_spend"].iloc[3] == 0.0


def test_the_result_before_a_repair_is_unchanged() -> None:
    before = read(with_cells(weekly(), "tv_spend", {12: -5}))
    mended(before, "negative_media", Repair.TREAT_AS_ZERO)
    assert before.table["tv_spend"].iloc[10] == -5.0


def test_a_repair_that_does_not_fit_the_finding_is_refused() -> None:
    result = read(with_cells(weekly(), "tv_spend", {12: -5}))
    with pytest.raises(SettingsError, match="can be repaired by treat_as_zero; got keep_first"):
        repair(result, finding(result, "negative_media"), Repair.KEEP_FIRST)


def test_a_finding_of_another_file_is_refused() -> None:
    other = finding(read(with_cells(weekly(), "tv_spend", {12: -5})), "negative_media")
    with pytest.raises(SettingsError, match="no finding 'negative_media'"):
        repair(read(weekly()), other, Repair.TREAT_AS_ZERO)
