"""Forecasts of periods whose outcome was not looked at."""

import numpy as np
import pandas as pd
import pytest

from mmm_core.engine.forecast import Forecast, forecast
from mmm_core.engine.posterior_problem import PosteriorProblem
from mmm_core.engine.trust_refits import Bench
from mmm_core.entities.columns import ContextColumn
from mmm_core.kernels.sampler_summary import Draws
from tests.posterior_data import market, market_table

BENCH = Bench(1, 5)


def sample(problem: PosteriorProblem, seeds: np.random.SeedSequence) -> Draws:
    return BENCH.refit(problem, seeds).draws


def foretell(table: pd.DataFrame, n_known: int = 107) -> Forecast:
    return forecast(market(table), n_known, 13, BENCH.seeds(0), sample)


def test_what_came_is_not_looked_at() -> None:
    table = market_table()
    before = foretell(table).draws
    table.loc[107:, "y"] = 5.0
    after = foretell(table)
    np.testing.assert_array_equal(after.draws, before)
    np.testing.assert_array_equal(after.actual, np.full(13, 5.0))


def test_media_and_season_of_the_future_are_foreseen() -> None:
    made = foretell(market_table(noise=0.02))
    assert np.corrcoef(made.expected, made.actual)[0, 1] > 0.9
    assert np.abs(made.expected - made.actual).mean() < 0.05 * made.actual.mean()


def test_a_trend_goes_on() -> None:
    table = market_table(noise=0.01)
    table["y"] += 10.0 * np.arange(len(table))
    made = foretell(table)
    assert made.expected.mean() == pytest.approx(made.actual.mean(), rel=0.05)


def test_ranges_hold_about_as_often_as_they_say() -> None:
    inside = []
    for seed in range(6):
        made = foretell(market_table(seed=seed))
        low, high = np.quantile(made.draws, [0.05, 0.95], axis=0)
        inside.append(((low <= made.actual) & (made.actual <= high)).mean())
    assert 0.75 < np.mean(inside) <= 1.0


def test_bends_of_the_trend_that_begin_later_widen_the_range() -> None:
    made = forecast(market(market_table(n=260)), 107, 153, BENCH.seeds(0), sample)
    low, high = np.quantile(made.draws, [0.05, 0.95], axis=0)
    width = high - low
    assert width[-8:].mean() > 6.0 * width[:8].mean()  # 7.2; a trend that only goes on straight gives 4.6


def test_media_that_stop_bring_only_what_is_carried_over() -> None:
    table = market_table(n_channels=1, media=1.0, noise=0.02)
    spent = foretell(table).expected.mean()
    table.loc[107:, "c0"] = 0.0
    assert foretell(table).expected.mean() < 0.7 * spent


@pytest.mark.parametrize("kinds", [(0.0, 1.0), ("none", "storm"), (3.0, 4.0)])
def test_what_had_never_happened_is_expected_to_do_nothing(kinds: tuple[object, object]) -> None:
    table = market_table()
    table["event"] = pd.Series([kinds[0]] * len(table)).where(table.index != 110, kinds[1])
    made = forecast(market(table, context=(ContextColumn(column="event"),)), 107, 13, BENCH.seeds(0), sample)
    low, high = np.quantile(made.draws, [0.05, 0.95], axis=0)
    assert (high - low)[3] < 2.0 * np.median(high - low)
    assert made.expected[3] == pytest.approx(made.actual[3], rel=0.25)


def test_what_happened_before_is_expected_again() -> None:
    table = market_table(noise=0.01)
    table["event"] = 0.0
    table.loc[[40, 70, 110], "event"] = 1.0
    table["y"] += 800.0 * table["event"]
    made = forecast(market(table, context=(ContextColumn(column="event"),)), 107, 13, BENCH.seeds(0), sample)
    assert made.expected[3] == pytest.approx(made.actual[3], rel=0.1)
