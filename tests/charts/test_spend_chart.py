import numpy as np
import pandas as pd
import pytest

from mmm_core.charts.spend_chart import MOST_PANELS, SpendPoints, draw_spend, spend_frame, spend_points
from mmm_core.charts.theme import Theme, channel_colours, take_title

DATES = pd.Series(pd.date_range("2022-01-03", periods=4, freq="7D"))


def two_channels() -> SpendPoints:
    return spend_points(
        DATES, pd.DataFrame({"tv_spend": [1.0, 1, 1, 1], "search_spend": [4.0, 4, 4, np.nan]}), currency="EUR"
    )


def test_channels_are_ranked_by_total_spend() -> None:
    points = two_channels()
    assert points.channels == ("search_spend", "tv_spend")
    assert points.totals.tolist() == [12.0, 4.0]


def test_empty_cells_count_as_nothing() -> None:
    assert two_channels().spend[:, 0].tolist() == [4.0, 4.0, 4.0, 0.0]


def test_the_numbers_behind_the_chart_have_a_row_per_period() -> None:
    assert list(spend_frame(two_channels()).columns) == ["date", "search_spend", "tv_spend"]
    assert len(spend_frame(two_channels())) == 4


def test_the_title_says_who_takes_the_most() -> None:
    assert take_title(draw_spend(two_channels()))[0] == "Search takes 75% of €16 paid spend"


def test_one_channel_is_simply_priced() -> None:
    points = spend_points(DATES, pd.DataFrame({"tv_spend": [1.0, 1, 1, 1]}))
    assert take_title(draw_spend(points))[0] == "TV cost 4"


def test_a_channel_keeps_its_colour() -> None:
    figure = draw_spend(two_channels())
    colours = channel_colours(("search_spend", "tv_spend"))
    assert [trace.line.color for trace in figure.data] == list(colours.values())


@pytest.mark.parametrize(("columns", "theme"), [(1, Theme.LIGHT), (3, Theme.DARK)])
def test_forty_channels_show_the_largest_and_say_so(columns: int, theme: Theme) -> None:
    spend = pd.DataFrame({f"channel_{k}": np.full(4, float(k)) for k in range(1, 41)})
    figure = draw_spend(spend_points(DATES, spend), theme, columns=columns)
    assert len(figure.data) == MOST_PANELS
    assert "12 largest of 40" in take_title(figure)[1]


def test_no_spend_at_all_is_said_plainly() -> None:
    points = spend_points(DATES, pd.DataFrame({"tv_spend": np.zeros(4)}))
    assert take_title(draw_spend(points))[0] == "No spend yet"


def test_many_even_channels_are_said_to_share() -> None:
    spend = pd.DataFrame({f"channel_{k}": np.full(4, 10.0) for k in range(10)})
    title = take_title(draw_spend(spend_points(DATES, spend)))[0]
    assert title == "10 channels share 400 paid spend, none of them dominant"


def test_a_channel_named_like_a_field_of_the_hover_is_shown_as_it_is_written() -> None:
    points = spend_points(DATES, pd.DataFrame({"a%{x}b": [1.0, 1, 1, 1]}))
    assert draw_spend(points).data[0].hovertemplate.count("%{x") == 1
