import numpy as np
import pytest

from mmm_core.charts.adstock_preview import PreviewPoints, draw_preview, preview_frame, preview_points
from mmm_core.charts.theme import Theme, take_title


def television(*, half_lives: tuple[float, float, float] = (0.7, 1.4, 3.1)) -> PreviewPoints:
    lags = np.arange(4.0)
    pressure = np.linspace(0, 1, 3)
    return preview_points(
        "tv_spend",
        "week",
        lags=lags,
        carry_over=(0.3**lags, 0.55**lags, 0.8**lags),
        half_lives=half_lives,
        pressure=pressure,
        responses=(pressure * 0.5, pressure * 0.2, pressure * 0.9, pressure * 0.4),
        bend=(0.3, 1.0),
    )


def test_the_band_reaches_from_the_lowest_to_the_highest_response() -> None:
    low, middle, high = television().response
    assert (low[-1], middle[-1], high[-1]) == (0.2, 0.5, 0.9)


def test_the_title_says_how_long_half_of_the_pressure_lasts() -> None:
    title, subtitle = take_title(draw_preview(television(), "#009E73"))
    assert title == "TV: half of the pressure is gone after 0.7 to 3.1 weeks"
    assert "30% to 100%" in subtitle


def test_pressure_that_never_fades_is_said_in_words() -> None:
    title, _ = take_title(draw_preview(television(half_lives=(1.0, 5.0, float("inf"))), "#009E73"))
    assert title == "TV: pressure may never fade by half within the data"


def test_a_fixed_bound_gives_one_number() -> None:
    title, _ = take_title(draw_preview(television(half_lives=(1.4, 1.4, 1.4)), "#009E73"))
    assert title == "TV: half of the pressure is gone after 1.4 weeks"


@pytest.mark.parametrize("theme", list(Theme))
def test_both_panels_are_drawn_as_band_and_middle(theme: Theme) -> None:
    assert len(draw_preview(television(), "#009E73", theme).data) == 6


def test_the_numbers_behind_both_panels_are_in_one_table() -> None:
    frame = preview_frame(television())
    assert frame["curve"].value_counts().to_dict() == {"carry-over": 4, "response": 3}
