"""From suggested roles to settings that can be run."""

import pytest

from mmm_core.engine.ingest import read_table, suggested_settings, template_csv
from mmm_core.engine.settings_suggestion import outcome_kind
from mmm_core.entities.columns import OutcomeKind, PaidMedia
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.errors import DataError
from tests.engine.ingest_files import csv, read, weekly


def test_the_template_is_read_without_findings_and_can_be_modelled() -> None:
    result = read_table(template_csv())
    collection = MMMDataCollection(table=result.table, settings=suggested_settings(result))
    assert result.findings == ()
    assert collection.settings.paid_media == (
        PaidMedia(spend="tv_spend"),
        PaidMedia(spend="search_spend", exposure="search_clicks"),
        PaidMedia(spend="social_spend", exposure="social_impressions"),
    )


def test_television_starts_with_a_longer_carry_over() -> None:
    assert suggested_settings(read(weekly())).bounds == {"tv_spend": {"theta": (0.3, 0.8)}}


def test_the_currency_of_the_file_is_used() -> None:
    table = weekly().assign(tv_spend=lambda t: "$" + t["tv_spend"].astype(str))
    assert suggested_settings(read_table(csv(table))).outcome.currency == "USD"


@pytest.mark.parametrize("name", ["conversions", "orders", "Leads", "units_sold", "Bestellungen"])
def test_counts_are_conversions(name: str) -> None:
    assert outcome_kind(name) is OutcomeKind.CONVERSION


@pytest.mark.parametrize("name", ["revenue", "sales", "Umsatz (€)", "kpi", "y", "order_revenue"])
def test_everything_else_is_revenue(name: str) -> None:
    assert outcome_kind(name) is OutcomeKind.REVENUE


def test_everything_that_is_missing_is_said_at_once() -> None:
    result = read(weekly()[["revenue", "tv_spend"]].rename(columns={"revenue": "price", "tv_spend": "temperature"}))
    with pytest.raises(DataError) as refused:
        suggested_settings(result)
    assert len(refused.value.problems) == 3
