"""What every column probably is, from its name and its values."""

import numpy as np
import pandas as pd
import pytest

from mmm_core.engine.role_suggestion import suggest_roles
from mmm_core.entities.columns import ColumnRole
from mmm_core.entities.findings import RoleSuggestion
from tests.engine.ingest_files import weeks

DATE, OUTCOME, SPEND = ColumnRole.DATE, ColumnRole.OUTCOME, ColumnRole.PAID_SPEND
EXPOSURE, ORGANIC, CONTEXT, IGNORE = ColumnRole.EXPOSURE, ColumnRole.ORGANIC, ColumnRole.CONTEXT, ColumnRole.IGNORE


def suggest(**kinds: str) -> dict[str, RoleSuggestion]:
    """Suggestions for columns of the given kinds: amounts, bursts, dummy, signed, few, many."""
    random = np.random.default_rng(3)
    values = {
        "amounts": random.uniform(100, 999, 60),
        "bursts": random.uniform(1000, 9999, 60) * (np.arange(60) % 10 < 4),
        "dummy": (np.arange(60) % 15 == 0).astype(float),
        "signed": random.normal(size=60),
        "few": np.array(["none", "sale", "fair"])[np.arange(60) % 3],
        "many": np.array([f"remark {i}" for i in range(60)]),
    }
    table = pd.DataFrame({"date": weeks(), **{name: values[kind] for name, kind in kinds.items()}})
    return {suggestion.column: suggestion for suggestion in suggest_roles(table, "date")}


def role_of(name: str, kind: str = "amounts") -> ColumnRole:
    return suggest(**{"revenue": "amounts", "tv_spend": "amounts", name: kind})[name].role


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("radio_spend", SPEND), ("radio_S", SPEND), ("Kosten Radio", SPEND), ("Werbekosten", SPEND), ("mdsp_sem", SPEND),
        ("Dépenses radio", SPEND), ("gasto_radio", SPEND), ("RadioCost", SPEND), ("Radio", SPEND), ("Facebook Ads", SPEND),
        ("newsletter", ORGANIC), ("email_sends", ORGANIC), ("organic_impressions", ORGANIC), ("mdip_sms", ORGANIC),
        ("radio_impressions", ORGANIC), ("seo_clicks", ORGANIC),
        ("competitor_sales_B", CONTEXT), ("competitor_tv_spend", CONTEXT), ("Wettbewerber Umsatz", CONTEXT),
        ("consumer_index", CONTEXT), ("price", CONTEXT), ("Rabatt", CONTEXT), ("temperature", CONTEXT), ("mystery", CONTEXT),
        ("revenue_per_conversion", IGNORE), ("cpc", IGNORE), ("conversion_rate", IGNORE), ("orders", IGNORE),
        ("population", IGNORE), ("yr_nbr", IGNORE), ("wk_in_yr_nbr", IGNORE), ("dayofyear", IGNORE), ("t", IGNORE),
        ("customer_id", IGNORE),
    ],
)  # fmt: skip
def test_the_name_of_a_column_of_amounts_tells_its_role(name: str, role: ColumnRole) -> None:
    assert role_of(name) is role


@pytest.mark.parametrize(
    ("name", "kind", "role"),
    [
        ("flag", "dummy", CONTEXT), ("tv_on", "dummy", CONTEXT), ("score", "signed", CONTEXT), ("radio", "signed", CONTEXT),
        ("events", "few", CONTEXT), ("geo", "few", IGNORE), ("note", "few", IGNORE), ("month", "few", IGNORE),
        ("text", "many", IGNORE), ("campaign_x", "bursts", SPEND),
    ],
)  # fmt: skip
def test_the_values_of_a_column_tell_its_role_too(name: str, kind: str, role: ColumnRole) -> None:
    assert role_of(name, kind) is role


@pytest.mark.parametrize(
    "name", ["revenue", "Umsatz (€)", "ventes", "SALES", "total_sales", "orders", "conversions", "leads", "y", "kpi"]
)
def test_the_outcome_is_recognised_by_its_name(name: str) -> None:
    assert suggest(**{"tv_spend": "amounts", "price": "amounts", name: "amounts"})[name].role is OUTCOME


def test_of_several_results_money_is_the_outcome_and_the_others_are_ignored() -> None:
    found = suggest(visits="amounts", orders="amounts", revenue="amounts", tv_spend="amounts")
    assert [found[name].role for name in ("visits", "orders", "revenue")] == [IGNORE, IGNORE, OUTCOME]


def test_there_is_one_outcome_at_most() -> None:
    found = suggest(online_sales="amounts", total_sales="amounts", store_sales="amounts", tv_spend="amounts")
    assert [name for name, s in found.items() if s.role is OUTCOME] == ["total_sales"]


@pytest.mark.parametrize(
    ("spend", "exposure"),
    [
        ("facebook_S", "facebook_I"), ("search_S", "search_clicks_P"), ("mdsp_dm", "mdip_dm"), ("TV Kosten", "TV GRPs"),
        ("Channel0_spend", "Channel0_impression"), ("facebook_ads_spend", "facebook_impressions"),
        ("SocialSpend", "SocialImpressions"), ("Werbekosten Print", "Print Reichweite"), ("display", "display_views"),
    ],
)  # fmt: skip
def test_an_exposure_is_paired_with_its_spend(spend: str, exposure: str) -> None:
    found = suggest(**{exposure: "amounts", "revenue": "amounts", "ooh_spend": "amounts", spend: "amounts"})
    assert (found[exposure].role, found[exposure].pairs_with) == (EXPOSURE, spend)


def test_an_organic_exposure_is_not_paired_with_a_paid_channel_of_the_same_name() -> None:
    found = suggest(revenue="amounts", Channel0_spend="amounts", Organic_channel0_impression="amounts")
    assert (found["Organic_channel0_impression"].role, found["Organic_channel0_impression"].pairs_with) == (
        ORGANIC,
        None,
    )


def test_a_spend_is_paired_with_one_exposure_only() -> None:
    found = suggest(revenue="amounts", tv_spend="amounts", tv_impressions="amounts", tv_views="amounts")
    assert (found["tv_impressions"].pairs_with, found["tv_views"].role) == ("tv_spend", IGNORE)


def test_names_that_say_nothing_are_guessed_with_a_reason_when_no_spend_is_known() -> None:
    found = suggest(y="amounts", x1="amounts", x2="bursts", event_1="dummy")
    assert [found[name].role for name in ("x1", "x2", "event_1")] == [SPEND, SPEND, CONTEXT]
    assert found["x1"].reason.startswith("guess")


def test_columns_that_count_rows_are_ignored() -> None:
    table = pd.DataFrame({"date": weeks(), "revenue": np.arange(60) % 7.0, "step": np.arange(60.0)})
    assert suggest_roles(table, "date")[2].role is IGNORE


def test_there_is_one_suggestion_with_a_reason_per_column_in_the_order_of_the_table() -> None:
    table = pd.DataFrame({"b": [1.0, 2.0, 4.0], "date": weeks(3), "a": [1.0, 5.0, 2.0]})
    found = suggest_roles(table, "date")
    assert [suggestion.column for suggestion in found] == ["b", "date", "a"]
    assert all(suggestion.reason for suggestion in found)
