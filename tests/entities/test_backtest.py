import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from mmm_core.entities.backtest import Backtest, BacktestQuestion, Contender, DateForecast, Subject
from mmm_core.entities.columns import Frequency
from mmm_core.store.codec import decode, encode

DAY = dt.date(2024, 1, 1)
ONE = DateForecast(
    known_until=DAY,
    n_known=100,
    dates=(DAY, DAY + dt.timedelta(days=7)),
    actual=(100.0, 300.0),
    model=(110.0, 280.0),
    no_media=(60.0, 340.0),
    naive=(100.0, 300.0),
    low=(105.0, 250.0),
    high=(120.0, 310.0),
    outcome_range=500.0,
)
OTHER = replace(ONE, actual=(100.0, 100.0), model=(160.0, 160.0), no_media=(100.0, 120.0), low=(), high=())


def backtest(*forecasts: DateForecast) -> Backtest:
    question = BacktestQuestion(subject=Subject.AVERAGED, n_dates=2, horizon=2)
    return Backtest(question=question, frequency=Frequency.WEEK, forecasts=forecasts)


def test_a_miss_is_the_summed_error_over_the_summed_outcome() -> None:
    assert ONE.miss(Contender.MODEL) == pytest.approx((10 + 20) / 400)
    assert backtest(ONE, OTHER).miss(Contender.MODEL) == pytest.approx((30 + 120) / 600)


def test_nrmse_is_divided_by_the_range_of_what_was_known() -> None:
    assert ONE.nrmse(Contender.MODEL) == pytest.approx(np.sqrt((100 + 400) / 2) / 500)
    assert backtest(ONE, OTHER).nrmse(Contender.MODEL) == pytest.approx(
        (ONE.nrmse(Contender.MODEL) + OTHER.nrmse(Contender.MODEL)) / 2
    )


def test_errors_are_also_told_by_how_far_ahead() -> None:
    np.testing.assert_allclose(backtest(ONE, OTHER).miss_by_step(Contender.MODEL), [70 / 200, 80 / 400])


def test_a_win_is_a_smaller_miss_and_a_tie_is_none() -> None:
    both = backtest(ONE, OTHER)
    assert (both.wins(Contender.NO_MEDIA), both.wins(Contender.NAIVE), both.wins(Contender.MODEL)) == (1, 1, 0)


def test_coverage_counts_periods_inside_the_range_where_there_is_one() -> None:
    assert backtest(ONE, OTHER).covered == 0.5
    assert backtest(OTHER).covered is None


def test_an_outcome_of_nothing_divides_nothing_by_nothing() -> None:
    empty = replace(ONE, actual=(0.0, 0.0), model=(0.0, 0.0))
    assert empty.miss(Contender.MODEL) == 0.0


def test_a_backtest_comes_back_from_json_as_it_was() -> None:
    both = backtest(ONE, OTHER)
    assert decode(Backtest, encode(both)) == both
