"""Features against R Robyn 3.12.1 on the demo data (tests/golden/features, scripts/make_feature_fixtures.py).

Tolerances: REFERENCE section 2. With the factor's regressors Python's Prophet agrees with R's to 32 revenue units; without them
L-BFGS stops elsewhere, up to 3.4% of the outcome's standard deviation away. Everything else is exact.
"""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from mmm_core.engine.features import build_design
from mmm_core.engine.holiday_calendar import holiday_table
from mmm_core.entities.columns import Frequency
from mmm_core.entities.design import Design, FloatArray
from tests.data_builders import demo_data, demo_settings, golden_features, robyn_calendar

REVENUE_UNITS = 32.0
SHARE_OF_SD = 0.034


def demo_design(name: str) -> Design:
    return build_design(
        demo_data(
            demo_settings(
                factor=name in ("main", "spendonly"), exposures=name != "spendonly", prophet=name != "noprophet"
            )
        )
    )


def golden_columns(name: str) -> FloatArray:
    return golden_features(f"dt_mod_{name}").iloc[:, 2:].to_numpy(np.float64)


def worst_difference(name: str, columns: list[str]) -> float:
    design = demo_design(name)
    ours = [design.baseline_names.index(column) for column in columns]
    golden = golden_features(f"dt_mod_{name}")[columns].to_numpy(np.float64)
    return float(np.abs(design.baseline[:, ours] - golden).max())


@pytest.mark.parametrize("name", ["main", "spendonly"])
def test_with_a_factor_prophet_agrees_with_robyn_to_32_revenue_units(name: str) -> None:
    assert worst_difference(name, ["trend", "season", "holiday", "promo_event"]) < REVENUE_UNITS


def test_without_a_factor_prophet_agrees_with_robyn_to_3_4_percent_of_the_standard_deviation() -> None:
    sd = golden_features("dt_mod_nofactor")["dep_var"].std()
    assert worst_difference("nofactor", ["trend", "season", "holiday"]) < SHARE_OF_SD * sd


def test_the_country_of_the_calendar_gives_what_robyn_s_own_holiday_table_gives() -> None:
    settings = demo_settings()
    by_country = dataclasses.replace(
        settings, baseline=dataclasses.replace(settings.baseline, holidays="US", calendar=())
    )
    difference = build_design(demo_data(by_country)).baseline - build_design(demo_data(settings)).baseline
    assert np.abs(difference).max() < REVENUE_UNITS


@pytest.mark.parametrize("name", ["main", "nofactor", "spendonly", "noprophet"])
def test_media_and_numeric_context_are_robyn_s_to_1e_12(name: str) -> None:
    design, golden = demo_design(name), golden_columns(name)
    np.testing.assert_allclose(design.media, golden[:, -6:], rtol=1e-12)
    competitor = design.baseline[:, design.baseline_names.index("competitor_index")]
    np.testing.assert_array_equal(competitor, golden_features(f"dt_mod_{name}")["competitor_index"])


def test_columns_stand_in_robyn_s_order_under_their_spend_names() -> None:
    design = demo_design("main")
    assert design.baseline_names == ("trend", "season", "holiday", "competitor_index", "promo_event")
    assert design.media_names == (
        *("tv_spend", "search_spend", "social_spend", "ooh_spend", "print_spend"),
        "newsletter_sends",
    )
    assert design.n_paid == 5


def test_the_window_of_the_golden_run_is_rows_27_to_196() -> None:
    np.testing.assert_array_equal(demo_design("main").rows, np.arange(26, 196))


def test_the_weekly_holiday_table_is_robyn_s() -> None:
    golden = golden_features("holiday_weeks")
    dates = pd.to_datetime(golden_features("dt_mod_main")["ds"]).to_numpy().astype("datetime64[D]")
    ours = holiday_table(robyn_calendar(), dates, Frequency.WEEK)
    assert ours["date"].dt.strftime("%Y-%m-%d").tolist() == golden["ds"].tolist()
    assert ours["holiday"].tolist() == golden["holiday"].tolist()
    assert ours["year"].tolist() == golden["year"].tolist()
