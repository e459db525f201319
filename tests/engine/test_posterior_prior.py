"""What is believed before the data, and the baseline beside it."""

import datetime as dt

import numpy as np
import pytest

from mmm_core.engine.posterior_baseline import build_baseline
from mmm_core.engine.posterior_problem import build_problem
from mmm_core.engine.posterior_summary import draw_prior_returns
from mmm_core.engine.warm_up import warm_up_sampler
from mmm_core.entities.columns import ContextColumn, OrganicMedia
from mmm_core.entities.settings import Baseline, Holiday
from tests.posterior_data import market, market_table


def test_returns_before_the_data_are_nothing_once_in_ten_and_scatter_around_a_common_one() -> None:
    problem = build_problem(market())
    returns = draw_prior_returns(problem.prior, 20_000)
    assert (returns == 0.0).mean() == pytest.approx(0.1, abs=0.005)
    assert returns.min() == 0.0
    outcome_per_spend = problem.design.outcome.sum() / problem.design.spend.sum()
    assert np.median(returns[returns > 0]) == pytest.approx(0.17 * outcome_per_spend, rel=0.15)
    assert np.corrcoef(returns[:, 0], returns[:, 1])[0, 1] > 0.3


def test_sizes_grow_with_spend_to_three_quarters_and_add_up_to_it() -> None:
    table = market_table().rename(columns={"c2": "mail"})
    table["c1"] *= 16.0
    problem = build_problem(market(table, organic=(OrganicMedia(column="mail"),)))
    spend = table[["c0", "c1"]].sum().to_numpy()
    assert problem.size[:2].sum() == pytest.approx(spend.sum())
    assert problem.size[1] / problem.size[0] == pytest.approx((spend[1] / spend[0]) ** 0.75)
    assert problem.size[2] == pytest.approx(problem.size[:2].mean())


def test_the_baseline_has_the_columns_and_priors_of_the_recipe() -> None:
    baseline = build_baseline(market(market_table(n=105)))
    names = [baseline.terms[term] for term in baseline.term_of]
    assert names == ["intercept"] + ["trend"] * 8 + ["season"] * 6 + ["trend"] * 27
    assert baseline.prior_sd.shape == (6, 42)
    assert baseline.prior_sd[:, :2].tolist() == [[1e4, 100.0]] * 6
    assert baseline.prior_sd[:, 2].tolist() == [1.0, 1.0, 1.0, 3.0, 3.0, 3.0]
    assert baseline.prior_sd[0, 9:15].tolist() == pytest.approx([4.0, 4.0, 2.0, 2.0, 4 / 3, 4 / 3])
    assert baseline.prior_sd[:3, -1].tolist() == pytest.approx([0.0, 0.2, 0.6])


def test_knots_and_bumps_are_set_in_days_whatever_the_frequency() -> None:
    weekly = build_baseline(market(market_table(n=105))).columns
    daily = build_baseline(market(market_table(n=729, freq="D"))).columns
    np.testing.assert_allclose(daily[1:9, ::7], weekly[1:9], atol=1e-12)
    assert weekly[2, 13] == 0.0
    assert weekly[2, 14] == pytest.approx(7 / 365.25)
    np.testing.assert_allclose(weekly[-27:].sum(axis=0), 1.0)


def test_parts_that_are_switched_off_have_no_columns() -> None:
    baseline = build_baseline(market(baseline=Baseline(trend=False, season=False)))
    assert baseline.terms == ("intercept",)
    assert baseline.prior_sd.shape == (1, 1)


def test_every_holiday_has_a_column_with_its_days() -> None:
    days = ("2020-12-24", "2020-12-25", "2020-06-01", "2030-01-01")
    names = ("christmas", "christmas", "summer", "never")
    calendar = tuple(Holiday(date=dt.date.fromisoformat(day), name=name) for day, name in zip(days, names, strict=True))
    baseline = build_baseline(market(baseline=Baseline(calendar=calendar)))
    columns = baseline.columns[baseline.term_of == baseline.terms.index("holiday")]
    assert columns.sum(axis=1).tolist() == [2.0, 1.0]
    assert np.argmax(columns, axis=1).tolist() == [50, 21]


def test_context_is_counted_from_nothing_where_it_has_a_nothing_and_from_its_mean_elsewhere() -> None:
    table = market_table()
    table["promo"] = (np.arange(len(table)) % 10 == 0).astype(float)
    table["price"] = 5.0 + np.sin(np.arange(len(table)))
    table["sale"] = np.where(np.arange(len(table)) % 7 == 0, "big", "none")
    context = tuple(ContextColumn(column=name) for name in ("promo", "price", "sale"))
    baseline = build_baseline(market(table, context=context))
    promo, price, sale = (
        baseline.columns[baseline.term_of == baseline.terms.index(n)] for n in ("promo", "price", "sale")
    )
    assert [len(promo), len(price), len(sale)] == [1, 1, 1]
    assert [promo.std(), price.std(), sale.std()] == pytest.approx([1.0, 1.0, 1.0])
    assert [promo.min(), sale.min()] == [0.0, 0.0]
    assert price.mean() == pytest.approx(0.0, abs=1e-12)


def test_the_sampler_can_be_warmed_up_on_invented_data() -> None:
    warm_up_sampler()
