import math

import numpy as np
import pytest

from mmm_core.charts.decay import decay_points, draw_decay, half_life_text
from mmm_core.charts.model_frames import decay_frame
from mmm_core.charts.vocabulary import vocabulary
from tests.charts.run_builder import CHANNELS, build_result

WORDS = vocabulary(build_result())
CURVES = {name: theta ** np.arange(9.0) for name, theta in zip(CHANNELS, (0.5, 0.2, 0.8), strict=True)}
HALF_LIVES = {"tv_spend": 1.0, "search_spend": 0.43, "social_spend": 3.1}


def test_the_title_names_the_channel_that_carries_over_longest() -> None:
    figure = draw_decay(decay_points(CURVES, HALF_LIVES, WORDS))
    assert "Social carries over longest: half of its pressure is gone after 3.1 weeks" in figure.layout.title.text


@pytest.mark.parametrize(
    ("value", "text"), [(1.0, "1.0 week"), (2.34, "2.3 weeks"), (0.0, "at once"), (math.inf, "never within the data")]
)
def test_a_half_life_is_written_with_its_unit(value: float, text: str) -> None:
    assert half_life_text(value, "week") == text


def test_a_half_life_that_never_comes_is_drawn_to_the_end_and_said() -> None:
    figure = draw_decay(decay_points(CURVES, HALF_LIVES | {"tv_spend": math.inf}, WORDS))
    assert "TV does not fade by half" in figure.layout.title.text
    assert "never within the data" in figure.data[-1].text[2]
    assert all(math.isfinite(value) for value in figure.data[-1].x)


def test_one_line_per_channel_and_one_bar_each_and_the_frame_has_every_lag() -> None:
    points = decay_points(CURVES, HALF_LIVES, WORDS)
    figure = draw_decay(points, stacked=True)
    assert [trace.type for trace in figure.data] == ["scatter"] * 3 + ["bar"]
    assert len(decay_frame(points)) == 27


def test_with_forty_channels_the_lines_keep_their_height() -> None:
    names = tuple(f"channel_{k:02d}_spend" for k in range(40))
    words = vocabulary(build_result(20, names))
    curves, half_lives = dict.fromkeys(names, 0.5 ** np.arange(9.0)), dict.fromkeys(names, 1.0)
    low, high = draw_decay(decay_points(curves, half_lives, words)).layout.yaxis.domain
    assert high - low < 0.4
    assert len(decay_points(curves, half_lives, words, all_channels=False).channels) == 10
