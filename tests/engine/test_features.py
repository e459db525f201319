"""What becomes of columns, worked by hand on small tables."""

import dataclasses
import datetime as dt

import numpy as np
import pandas as pd
import pytest

from mmm_core.engine.features import build_design, spend_per_exposure
from mmm_core.entities.columns import AdstockKind, ContextColumn, Frequency, OrganicMedia, PaidMedia, Sign
from mmm_core.entities.settings import Baseline, Treatment, Window
from tests.data_builders import mark, small_data, small_table

PROMO = (ContextColumn(column="promo"),)
SEASON = Baseline(trend=True, season=True)


def with_promotion(levels: list[str], n: int = 60) -> pd.DataFrame:
    return small_table(n).assign(promo=[levels[i % len(levels)] for i in range(n)])


def test_an_exposure_costs_what_was_spent_on_it_in_the_modelled_rows() -> None:
    table = small_table(20).assign(
        views=[1000.0] * 2 + [10.0] * 9 + [30.0] * 9, tv=[1.0] * 2 + [50.0] + [5.0] * 16 + [6.0]
    )
    paid = PaidMedia(spend="tv", exposure="views")
    window = Window(start=dt.date(2023, 1, 16), end=dt.date(2023, 5, 15))
    left_out = mark("2023-01-16", "2023-01-16", treatment=Treatment.LEAVE_OUT)
    data = small_data(table, paid_media=(paid,), context=(), window=window, marked=(left_out,))
    assert spend_per_exposure(data, paid) == pytest.approx((16 * 5.0 + 6.0) / (8 * 10.0 + 9 * 30.0), rel=1e-15)


def test_the_modelled_exposure_adds_up_to_the_spend_and_keeps_the_spend_s_name() -> None:
    table = small_table().assign(views=np.arange(60.0) + 7.0)
    design = build_design(small_data(table, paid_media=(PaidMedia(spend="tv", exposure="views"),)))
    assert design.media_names == ("tv",)
    assert design.media[:, 0].sum() == pytest.approx(table["tv"].sum(), rel=1e-14)
    np.testing.assert_array_equal(design.spend[:, 0], table["tv"])


def test_context_stands_in_the_user_s_order_before_events_and_media() -> None:
    table = small_table().assign(index=np.arange(60.0), mails=np.arange(60.0) + 1)
    context = (ContextColumn(column="price"), ContextColumn(column="index"))
    organic, event = (OrganicMedia(column="mails"),), mark("2023-02-06", "2023-02-20")
    design = build_design(small_data(table, context=context, organic=organic, marked=(event,)))
    assert design.column_names == ("price", "index", "lockdown", "tv", "search", "mails")


def test_prophet_parts_stand_first_in_robyn_s_order() -> None:
    table = small_table(80, freq="D")
    baseline = Baseline(trend=True, season=True, weekday=True, holidays="US")
    design = build_design(small_data(table, baseline=baseline))
    assert design.column_names == ("trend", "season", "weekday", "holiday", "price", "tv", "search")


def test_an_event_is_one_in_its_periods_and_zero_elsewhere() -> None:
    events = (
        mark("2023-01-09", "2023-01-16"),
        mark("2023-03-06", "2023-03-06"),
        mark("2023-05-01", "2023-05-01", "strike"),
    )
    design = build_design(small_data(marked=events))
    assert design.baseline_names == ("price", "lockdown", "strike")
    assert np.flatnonzero(design.baseline[:, 1]).tolist() == [1, 2, 9]
    assert np.flatnonzero(design.baseline[:, 2]).tolist() == [17]


def test_periods_left_out_are_no_column_and_no_modelled_row() -> None:
    design = build_design(small_data(marked=(mark("2023-01-09", "2023-01-16", treatment=Treatment.LEAVE_OUT),)))
    assert design.baseline_names == ("price",)
    assert design.rows.tolist() == [0, *range(3, 60)]


def test_an_event_of_one_day_in_the_middle_of_a_week_marks_that_week() -> None:
    design = build_design(small_data(marked=(mark("2023-03-09", "2023-03-09"),)))
    assert np.flatnonzero(design.baseline[:, 1]).tolist() == [9]


def test_days_left_out_in_the_middle_of_a_week_hide_that_week_from_prophet() -> None:
    shocked = small_table().assign(sales=lambda t: t["sales"].where(t.index != 30, 1e6))
    left_out = mark("2023-08-02", "2023-08-04", treatment=Treatment.LEAVE_OUT)
    calm, spoilt = (build_design(small_data(t, baseline=SEASON, marked=(left_out,))) for t in (small_table(), shocked))
    np.testing.assert_array_equal(calm.baseline, spoilt.baseline)


def test_periods_left_out_do_not_move_prophet_s_trend() -> None:
    shocked = small_table().assign(sales=lambda t: t["sales"].where(t.index != 30, 1e6))
    left_out = mark("2023-07-31", "2023-07-31", treatment=Treatment.LEAVE_OUT)
    calm, spoilt = (build_design(small_data(t, baseline=SEASON, marked=(left_out,))) for t in (small_table(), shocked))
    np.testing.assert_array_equal(calm.baseline, spoilt.baseline)


def test_a_constant_column_is_dropped_and_named_and_its_limits_go_with_it() -> None:
    table = small_table().assign(flat=3.0)
    context = (ContextColumn(column="flat", sign=Sign.NEGATIVE), ContextColumn(column="price", sign=Sign.POSITIVE))
    design = build_design(small_data(table, context=context))
    assert (design.baseline_names, design.dropped) == (("price",), ("flat",))
    assert design.lower.tolist() == [0.0, 0.0, 0.0]
    assert design.baseline.shape == (60, 1)


def test_a_column_that_varies_only_outside_the_window_is_dropped() -> None:
    table = small_table().assign(early=np.r_[1.0, np.zeros(59)])
    window = Window(start=dt.date(2023, 1, 9), end=dt.date(2024, 2, 12))
    design = build_design(small_data(table, context=(ContextColumn(column="early"),), window=window))
    assert design.dropped == ("early",)


def test_a_weekly_pattern_in_weekly_data_is_dropped_as_constant() -> None:
    design = build_design(small_data(baseline=Baseline(trend=True, season=False, weekday=True)))
    assert (design.baseline_names, design.dropped) == (("trend", "price"), ("weekday",))


def test_an_event_in_every_period_is_dropped() -> None:
    assert build_design(small_data(marked=(mark("2023-01-02", "2024-03-01"),))).dropped == ("lockdown",)


def test_without_a_sign_prophet_s_parts_are_boxed_context_is_free_and_media_are_positive() -> None:
    design = build_design(small_data(baseline=SEASON))
    assert design.lower.tolist() == [0.0, 0.0, -np.inf, 0.0, 0.0]
    assert design.upper.tolist() == [1.0, 1.0, np.inf, np.inf, np.inf]


def test_signs_the_user_gives_are_honoured_everywhere() -> None:
    baseline = dataclasses.replace(SEASON, signs={"trend": Sign.POSITIVE, "season": Sign.NEGATIVE})
    media = (PaidMedia(spend="tv", sign=Sign.NEGATIVE), PaidMedia(spend="search", sign=Sign.DEFAULT))
    context = (ContextColumn(column="price", sign=Sign.NEGATIVE),)
    design = build_design(small_data(baseline=baseline, paid_media=media, context=context))
    assert design.lower.tolist() == [0.0, -np.inf, -np.inf, -np.inf, -np.inf]
    assert design.upper.tolist() == [np.inf, 0.0, 0.0, 0.0, np.inf]


@pytest.mark.parametrize(("sign", "index"), [(Sign.DEFAULT, 0), (Sign.POSITIVE, -1), (Sign.NEGATIVE, -1)])
def test_only_a_trend_without_a_sign_may_turn_round(sign: Sign, index: int) -> None:
    baseline = dataclasses.replace(SEASON, signs={"trend": sign})
    assert build_design(small_data(baseline=baseline)).trend_column == index


def test_there_is_no_trend_column_without_a_trend() -> None:
    assert build_design(small_data(baseline=Baseline(trend=False, season=True))).trend_column == -1


def test_a_weibull_scale_is_measured_on_all_rows_also_with_a_window() -> None:
    window = Window(start=dt.date(2023, 6, 5), end=dt.date(2024, 2, 12))
    assert build_design(small_data(window=window)).weibull_length == 60


def test_each_channel_has_its_own_adstock_or_the_model_s() -> None:
    media = (PaidMedia(spend="tv", adstock=AdstockKind.WEIBULL_PDF), PaidMedia(spend="search"))
    design = build_design(small_data(paid_media=media, adstock=AdstockKind.WEIBULL_CDF))
    assert design.adstock == (AdstockKind.WEIBULL_PDF, AdstockKind.WEIBULL_CDF)


def test_rows_in_any_order_give_the_same_design() -> None:
    shuffled = small_table().sample(frac=1.0, random_state=1)
    np.testing.assert_array_equal(build_design(small_data(shuffled)).media, build_design(small_data()).media)


def test_a_context_column_called_like_a_part_keeps_its_name_and_the_part_gets_another() -> None:
    table = small_table().assign(season=np.arange(60.0) % 4)
    design = build_design(small_data(table, baseline=SEASON, context=(ContextColumn(column="season"),)))
    assert design.baseline_names == ("trend", "baseline season", "season")
    assert design.trend_column == 0


def test_an_event_called_like_the_intercept_gets_a_name_of_its_own() -> None:
    marked = (mark("2023-02-06", "2023-02-12", "intercept"), mark("2023-03-06", "2023-03-12", "baseline season"))
    table = small_table().assign(season=np.arange(60.0) % 4)
    design = build_design(small_data(table, marked=marked, baseline=SEASON, context=(ContextColumn(column="season"),)))
    assert design.baseline_names[-3:] == ("season", "intercept (0/1)", "baseline season (0/1)")


def test_an_event_called_like_a_level_of_a_factor_gets_a_name_of_its_own() -> None:
    marked = (mark("2023-02-06", "2023-02-12", "promo_sale"),)
    design = build_design(small_data(with_promotion(["none", "none", "sale"]), context=PROMO, marked=marked))
    assert design.baseline_names == ("promo_sale", "promo_sale (0/1)")
    assert design.baseline.sum(axis=0).tolist() == [20.0, 1.0]


def test_of_two_columns_with_like_names_the_constant_one_is_dropped() -> None:
    marked = (mark("2023-01-02", "2024-12-31", "promo_sale"),)
    design = build_design(small_data(with_promotion(["none", "none", "sale"]), context=PROMO, marked=marked))
    assert design.dropped == ("promo_sale (0/1)",)


def test_a_factor_beside_prophet_is_one_column_from_zero_upwards() -> None:
    design = build_design(small_data(with_promotion(["none", "none", "sale", "gift"]), baseline=SEASON, context=PROMO))
    factor = design.baseline[:, design.baseline_names.index("promo")]
    assert factor.min() == 0.0
    assert len(np.unique(factor.round(9))) == 3


def test_a_factor_s_column_is_the_effect_its_levels_have_on_the_outcome() -> None:
    table = with_promotion(["none", "none", "none", "sale"], 104)
    table["sales"] = 1000.0 + 200.0 * (table["promo"] == "sale") + np.sin(np.arange(104))
    design = build_design(small_data(table, baseline=Baseline(trend=True, season=False), context=PROMO))
    factor = design.baseline[:, design.baseline_names.index("promo")]
    assert factor[3] - factor[0] == pytest.approx(200.0, abs=2.0)


def test_a_factor_does_not_take_over_columns_whose_names_begin_like_its_own() -> None:
    levels, more = ["none", "sale", "gift"], ["a", "b", "c", "d"]
    table = with_promotion(levels).assign(promo_code=[more[i * i % 4] for i in range(60)])
    table["sales"] += 300.0 * (table["promo_code"] == "b")
    both = build_design(small_data(table, baseline=SEASON, context=(*PROMO, ContextColumn(column="promo_code"))))
    promo, code = (both.baseline[:, both.baseline_names.index(name)] for name in ("promo", "promo_code"))
    assert np.ptp(code) > 250.0
    assert np.ptp(promo) < 100.0


def test_without_prophet_a_factor_has_one_column_per_level_but_the_most_frequent() -> None:
    design = build_design(small_data(with_promotion(["none", "sale", "none", "gift"]), context=PROMO))
    assert design.baseline_names == ("promo_gift", "promo_sale")
    assert np.flatnonzero(design.baseline[:, 1]).tolist() == list(range(1, 60, 4))


def test_true_and_false_are_a_numeric_column() -> None:
    table = small_table().assign(open=[i % 3 == 0 for i in range(60)])
    design = build_design(small_data(table, context=(ContextColumn(column="open"),)))
    assert design.baseline[:4, 0].tolist() == [1.0, 0.0, 0.0, 1.0]


def test_a_model_without_any_baseline_column_has_an_empty_baseline() -> None:
    design = build_design(small_data(context=()))
    assert design.baseline.shape == (60, 0)
    assert design.frequency is Frequency.WEEK
