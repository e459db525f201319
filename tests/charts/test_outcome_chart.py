import datetime as dt

import numpy as np
import pandas as pd
import pytest

from mmm_core.charts.outcome_chart import OutcomePoints, draw_outcome, outcome_points
from mmm_core.charts.theme import Theme, take_title
from mmm_core.entities.columns import Frequency
from mmm_core.entities.settings import MarkedPeriods, Treatment, Window

STRIKE = MarkedPeriods(
    start=dt.date(2022, 3, 7), end=dt.date(2022, 3, 14), reason="Strike <b>", treatment=Treatment.LEAVE_OUT
)


def two_years(**look: object) -> OutcomePoints:
    """The second year is a tenth above the first."""
    dates = pd.Series(pd.date_range("2022-01-03", periods=104, freq="7D"))
    amounts = pd.Series([100.0] * 52 + [110.0] * 52, name="revenue")
    return outcome_points(dates, amounts, frequency=Frequency.WEEK, currency="EUR", **look)  # type: ignore[arg-type]


def test_the_last_year_is_compared_with_the_one_before() -> None:
    assert two_years().yearly_change == pytest.approx(0.1)


def test_rows_are_put_in_the_order_of_their_dates() -> None:
    dates = pd.Series(pd.to_datetime(["2022-01-10", "2022-01-03"]))
    points = outcome_points(dates, pd.Series([2.0, 1.0], name="revenue"), frequency=Frequency.WEEK)
    assert points.amounts.tolist() == [1.0, 2.0]


def test_the_average_is_that_of_the_window() -> None:
    window = Window(start=dt.date(2023, 1, 2), end=dt.date(2023, 12, 25))
    assert two_years(window=window).average == pytest.approx(110.0)


def test_empty_cells_do_not_spoil_the_average() -> None:
    dates = pd.Series(pd.date_range("2022-01-03", periods=3, freq="7D"))
    points = outcome_points(dates, pd.Series([1.0, np.nan, 3.0], name="revenue"), frequency=Frequency.WEEK)
    assert points.average == pytest.approx(2.0)


def test_the_title_states_the_change() -> None:
    title, _ = take_title(draw_outcome(two_years()))
    assert title == "Revenue averages €105 a week, the last year 10% above the one before"


def test_a_mark_in_the_middle_of_a_week_is_drawn_over_the_week_it_touches() -> None:
    day = dt.date(2022, 3, 9)
    drawn = two_years(marks=(MarkedPeriods(start=day, end=day, reason="Strike"),)).marks[0]
    assert (drawn.start, drawn.end) == (dt.date(2022, 3, 7), dt.date(2022, 3, 13))


def test_short_data_are_not_compared_by_year() -> None:
    dates = pd.Series(pd.date_range("2022-01-03", periods=60, freq="7D"))
    points = outcome_points(dates, pd.Series(np.arange(60.0), name="orders"), frequency=Frequency.WEEK)
    assert "year" not in take_title(draw_outcome(points))[0]


@pytest.mark.parametrize("theme", list(Theme))
def test_window_and_marks_are_drawn(theme: Theme) -> None:
    window = Window(start=dt.date(2022, 6, 6), end=dt.date(2023, 6, 5))
    figure = draw_outcome(two_years(window=window, marks=(STRIKE,)), theme)
    assert len(figure.layout.shapes) == 5  # two veils, two edges, one band


def test_a_reason_with_markup_is_written_as_it_is() -> None:
    figure = draw_outcome(two_years(marks=(STRIKE,)))
    assert figure.layout.annotations[0].text == "Strike &lt;b&gt; (left out)"
