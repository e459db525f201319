import math

import numpy as np
import pytest

from mmm_core.charts.roas import draw_returns, return_points
from mmm_core.charts.theme import Theme
from mmm_core.charts.vocabulary import Vocabulary, vocabulary
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.run_result import RunResult
from tests.charts.run_builder import build_ledger, build_result


@pytest.fixture
def conversions() -> tuple[RunResult, Vocabulary]:
    result = build_result(kind=OutcomeKind.CONVERSION)
    return result, vocabulary(result)


def test_channels_stand_by_spend_with_the_spread_across_the_front_models() -> None:
    result = build_result()
    points = return_points(build_ledger(), vocabulary(result))
    assert points.channels == ("social_spend", "search_spend", "tv_spend")
    assert np.all(points.low <= points.high)
    figure = draw_returns(points)
    assert figure.data[0].name == "spread across 12 models"


def test_a_point_never_stands_without_its_range() -> None:
    result = build_result()
    figure = draw_returns(return_points(build_ledger(), vocabulary(result)))
    assert all("(" in note.text and "–" in note.text for note in figure.layout.annotations)


def test_the_text_of_a_channel_stands_on_the_row_of_its_bar_beside_the_plot() -> None:
    result = build_result()
    figure = draw_returns(return_points(build_ledger(), vocabulary(result)))
    notes = figure.layout.annotations
    assert [note.y for note in notes] == list(figure.data[0].y)
    assert {(note.xanchor, note.yanchor, note.yshift) for note in notes} == {("left", "middle", None)}
    assert figure.layout.margin.r >= 6 * max(len(note.text) for note in notes)


def test_break_even_is_a_line() -> None:
    result = build_result()
    figure = draw_returns(return_points(build_ledger(), vocabulary(result), break_even=2.0))
    assert figure.layout.shapes[0].x0 == 2.0


def test_cost_per_conversion_is_the_inverse_with_its_ends_exchanged(
    conversions: tuple[RunResult, Vocabulary],
) -> None:
    words = conversions[1]
    assert words.returns(0.05) == "€20"
    assert words.interval(0.05, 0.1) == "€10–€20"


@pytest.mark.parametrize("theme", list(Theme))
def test_a_channel_some_models_credit_with_nothing_has_no_upper_limit_of_cost(
    conversions: tuple[RunResult, Vocabulary], theme: Theme
) -> None:
    result, words = conversions
    ledger = build_ledger(kind=result.collection.model_output.outcome_kind, low=0.0)
    figure = draw_returns(return_points(ledger, words), theme)
    assert all("no limit" in note.text for note in figure.layout.annotations)
    assert all(math.isfinite(value) for value in figure.data[0].x)
    assert "inf" not in figure.to_json().lower().replace("info", "")


def test_without_any_return_the_title_says_so() -> None:
    result = build_result()
    ledger = build_ledger()
    ledger.channels["roas"] = 0.0
    figure = draw_returns(return_points(ledger, vocabulary(result)))
    assert "No paid channel" in figure.layout.title.text


@pytest.mark.parametrize(
    ("roas", "text"), [(4.0, "4.0"), (0.031, "0.03"), (0.001, "0"), (12.34, "12.3"), (math.nan, "no spend")]
)
def test_a_return_is_written_with_the_digits_it_deserves(roas: float, text: str) -> None:
    assert vocabulary(build_result()).returns(roas) == text
