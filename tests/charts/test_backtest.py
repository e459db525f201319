import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from mmm_core.charts.backtest import backtest_points, draw_backtest
from mmm_core.charts.backtest_errors import TOGETHER, draw_errors, draw_steps, error_points, step_points
from mmm_core.charts.backtest_frames import date_frame, error_frame, forecast_frame
from mmm_core.charts.backtest_words import (
    against_the_year_before,
    caveat,
    chance_words,
    coverage_words,
    finding,
    question_words,
)
from mmm_core.charts.theme import Theme
from mmm_core.charts.vocabulary import vocabulary
from mmm_core.entities.backtest import Backtest, BacktestQuestion, Contender, DateForecast, Subject
from mmm_core.entities.columns import Frequency
from tests.charts.run_builder import build_result

WORDS = vocabulary(build_result())
HORIZON = 2


def forecast(number: int, own: float, without: float, naive: float = 50.0) -> DateForecast:
    """Of two weeks with an outcome of 100, off by so much in each."""
    first = dt.date(2024, 1, 1) + dt.timedelta(weeks=HORIZON * number)
    days = (first, first + dt.timedelta(weeks=1))
    amounts = {"model": own, "no_media": without, "naive": naive}
    return DateForecast(
        known_until=first - dt.timedelta(weeks=1),
        n_known=100 + number,
        dates=days,
        actual=(100.0, 100.0),
        outcome_range=200.0,
        low=(90.0 + own, 90.0 - own),
        high=(110.0 + own, 110.0 - own),
        **{name: (100.0 + amount, 100.0 - amount) for name, amount in amounts.items()},
    )


def backtest(*pairs: tuple[float, float], subject: Subject = Subject.AVERAGED, n_dates: int = 0) -> Backtest:
    asked = {"solution_id": "1_7", "trials": 5, "iterations": 2000}
    question = BacktestQuestion(subject=subject, n_dates=n_dates or len(pairs), horizon=HORIZON, **asked)
    return Backtest(
        question=question,
        frequency=Frequency.WEEK,
        forecasts=tuple(forecast(number, *pair) for number, pair in enumerate(pairs)),
    )


GOOD = backtest((5.0, 10.0), (5.0, 10.0), (12.0, 10.0))


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        (
            ((5, 10), (5, 10), (12, 10)),
            "Media explain the next 2 weeks better than no media in 2 of 3 forecasts: off by 7.3% instead of 10.0%",
        ),
        (
            ((12, 10), (12, 10), (12, 10)),
            "Media do not help to foretell the next 2 weeks: better than no media in none of 3 forecasts, off by 12.0% against "
            "10.0%",
        ),
        (
            ((5, 10), (5, 10), (40, 10)),
            "It cannot be told whether media help to foretell the next 2 weeks: better than no media in 2 of 3 forecasts, off by "
            "16.7% against 10.0%",
        ),
        (
            ((5, 10),),
            "Media explain the next 2 weeks better than no media in 1 of 1 forecast: off by 5.0% instead of 10.0%",
        ),
    ],
)
def test_the_finding_is_told_as_it_is(pairs: tuple[tuple[float, float], ...], said: str) -> None:
    assert finding(backtest(*pairs), WORDS) == said


def test_what_is_found_so_far_is_called_so() -> None:
    assert finding(backtest((5, 10), n_dates=4), WORDS).startswith("So far: media explain")


def test_chance_is_that_of_tossing_a_coin_and_told_of_a_majority_only() -> None:
    assert "2 or more of 3 better than without them would come up by chance in 50.0% of cases" in chance_words(GOOD)
    assert "2 of 2 better than without them would come up by chance in 25.0% of cases" in chance_words(
        backtest((5, 10), (5, 10))
    )
    assert chance_words(backtest((5, 10), (12, 10))) == ""


def test_the_year_before_is_the_other_rival() -> None:
    assert against_the_year_before(GOOD, WORDS) == (
        "Against the same weeks of the year before: better in 3 of 3 forecasts, off by 7.3% against 50.0%."
    )


def test_coverage_is_told_where_there_is_a_range() -> None:
    assert coverage_words(GOOD, WORDS) == "67% of the weeks fell into its 90% range."
    bare = replace(GOOD, forecasts=tuple(replace(one, low=(), high=()) for one in GOOD.forecasts))
    assert coverage_words(bare, WORDS) == ""


def test_a_range_far_beyond_the_lines_is_cut_and_told() -> None:
    wide = replace(GOOD.forecasts[1], low=(-5000.0, 80.0), high=(5200.0, 120.0))
    points = backtest_points(replace(GOOD, forecasts=(GOOD.forecasts[0], wide)), WORDS)
    assert points is not None
    assert points.subtitle.endswith("In 1 week it goes on beyond the chart: too little was known of what set it apart.")
    low, high = draw_backtest(points).layout.yaxis.range
    assert (low, high) == (0.0, 200.0)  # half the way from the lowest line, 50, to the highest, 150, on either side
    usual = backtest_points(GOOD, WORDS)
    assert usual is not None
    assert usual.subtitle == coverage_words(GOOD, WORDS)
    assert draw_backtest(usual).layout.yaxis.range is None


@pytest.mark.parametrize(
    ("subject", "said", "warned"),
    [
        (Subject.AVERAGED, "Recommended answer, 1 forecast of 2 weeks", "taken anew"),
        (Subject.MODEL, "Model 1_7, 1 forecast of 2 weeks", "its errors flatter it"),
        (
            Subject.PROCEDURE,
            "Whole search, 1 forecast of 2 weeks, each after a search of 10,000 models",
            "from nothing",
        ),
    ],
)
def test_question_and_caveat_say_what_is_tested(subject: Subject, said: str, warned: str) -> None:
    question = backtest((5, 10), subject=subject).question
    assert question_words(question, WORDS) == said
    assert warned in caveat(question, WORDS)


def test_paths_hold_every_forecast_and_what_came() -> None:
    points = backtest_points(GOOD, WORDS)
    assert points is not None
    np.testing.assert_array_equal(points.paths[1].model, [105.0, 95.0])
    assert str(points.paths[1].dates[0]) == "2024-01-15"
    assert backtest_points(replace(GOOD, forecasts=()), WORDS) is None


def test_errors_are_by_date_and_together() -> None:
    points = error_points(GOOD, WORDS)
    assert points is not None
    assert points.rows == ("1 Jan 2024", "15 Jan 2024", "29 Jan 2024", TOGETHER)
    np.testing.assert_allclose(points.errors[Contender.MODEL], [0.05, 0.05, 0.12, 22 / 300])


def test_errors_by_distance_say_whether_they_grow() -> None:
    farther = tuple(replace(one, model=(101.0, 80.0)) for one in GOOD.forecasts)
    points = step_points(replace(GOOD, forecasts=farther), WORDS)
    assert points is not None
    assert points.title == "Errors grow with how many weeks ahead: 1.0% in the first half, 20.0% in the second"


@pytest.mark.parametrize("theme", list(Theme))
def test_all_three_charts_draw(theme: Theme) -> None:
    points, errors, steps = backtest_points(GOOD, WORDS), error_points(GOOD, WORDS), step_points(GOOD, WORDS)
    assert points is not None
    assert errors is not None
    assert steps is not None
    figure = draw_backtest(points, theme)
    assert [trace.name for trace in figure.data][-2:] == ["Recommended answer", "what came"]
    assert len(draw_errors(errors, theme).data) == len(draw_steps(steps, theme).data) == 3


def test_tables_hold_every_period_every_date_and_every_mark() -> None:
    every = forecast_frame(GOOD)
    assert every.columns.tolist()[:5] == ["known_until", "date", "periods_ahead", "actual", "model"]
    assert len(every) == 3 * HORIZON
    assert date_frame(GOOD)["off by, model (%)"].tolist() == pytest.approx([5.0, 5.0, 12.0])
    points = error_points(GOOD, WORDS)
    assert points is not None
    assert error_frame(points, "from").columns.tolist() == [
        "from",
        "Recommended answer",
        "without media",
        "the year before",
    ]
