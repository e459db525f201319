import math

import plotly.graph_objects as go
import pytest

from mmm_core.charts.theme import (
    CHANNEL_COLOURS,
    Theme,
    apply_theme,
    channel_colours,
    compact_money,
    compact_number,
    escape,
    short_label,
    take_title,
)
from mmm_core.entities.naming import display_names, readable_name


def test_forty_channels_get_forty_distinct_colours_and_the_biggest_spender_gets_the_first() -> None:
    colours = channel_colours([f"channel_{k}" for k in range(40)])
    assert len(set(colours.values())) == 40
    assert colours["channel_0"] == CHANNEL_COLOURS[0]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1_240_000, "1.24M"),
        (999_999, "1M"),
        (12_345, "12.3k"),
        (0.04751, "0.0475"),
        (-3.0, "-3"),
        (0, "0"),
        (100, "100"),
        (1e15, "1000T"),
        (math.nan, "n/a"),
        (math.inf, "n/a"),
    ],
)
def test_numbers_are_written_with_three_significant_digits(value: float, text: str) -> None:
    assert compact_number(value) == text


def test_money_has_its_sign_before_the_currency() -> None:
    assert compact_money(-1_240_000, "EUR") == "-€1.24M"
    assert compact_money(12, "CHF") == "CHF 12"


def test_markup_in_a_channel_name_is_shown_and_not_obeyed() -> None:
    assert escape("<b>TV</b> & more") == "&lt;b&gt;TV&lt;/b&gt; &amp; more"


def test_a_long_name_keeps_both_its_ends() -> None:
    label = short_label("facebook_prospecting_video_spend_emea", limit=16)
    assert len(label) == 16
    assert label.startswith("facebook")
    assert label.endswith("nd_emea")


@pytest.mark.parametrize(
    ("key", "name"),
    [("tv_spend", "TV"), ("paid_social_spend", "Paid social"), ("facebook_S", "Facebook"), ("_spend", "Spend")],
)
def test_a_channel_key_becomes_a_readable_name(key: str, name: str) -> None:
    assert readable_name(key) == name


def test_two_keys_that_would_read_the_same_keep_their_keys() -> None:
    assert display_names(["tv_spend", "tv_cost", "ooh_spend"]) == {
        "tv_spend": "tv_spend",
        "tv_cost": "tv_cost",
        "ooh_spend": "OOH",
    }


@pytest.mark.parametrize("theme", list(Theme))
def test_the_shared_look_is_transparent_and_shows_the_zero_line(theme: Theme) -> None:
    figure = apply_theme(go.Figure(go.Scatter(x=[0, 1], y=[0, 1])), theme, title="a < b", height=300)
    assert figure.layout.paper_bgcolor == "rgba(0,0,0,0)"
    assert figure.layout.yaxis.zeroline
    assert "a &lt; b" in figure.layout.title.text


def test_a_page_takes_the_title_out_of_a_figure_as_it_was_written() -> None:
    figure = apply_theme(go.Figure(), Theme.LIGHT, title="a < b", subtitle="c & d", height=300)
    assert take_title(figure) == ("a < b", "c & d")
    assert figure.layout.title.text is None


@pytest.mark.parametrize("value", [1e-9, -1e-9, -0.0])
def test_what_rounds_to_nothing_has_no_sign(value: float) -> None:
    assert compact_number(value) == "0"
    assert compact_money(value, "EUR") == "€0"
