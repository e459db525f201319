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


def test_the_text_of_a_channel_stands_above_its_bar() -> None:
    result = build_result()
    figure = draw_returns(return_points(build_ledger(), vocabulary(result)))
    notes = figure.layout.annotations
    assert [note.y for note in notes] == list(figure.data[0].y)
    assert all(note.xanchor == "left" and note.yshift > 0 for note in notes)


def test_costs_far_apart_stand_on_a_logarithmic_axis_and_none_is_lost(
    conversions: tuple[RunResult, Vocabulary],
) -> None:
    result, words = conversions
    ledger = build_ledger(kind=result.collection.model_output.outcome_kind)
    assert draw_returns(return_points(ledger, words)).layout.xaxis.type == "linear"
    ledger.channels.loc[0, ["roas", "roas_low", "roas_high"]] = [0.01, 0.0, 0.02]
    figure = draw_returns(return_points(ledger, words))
    assert figure.layout.xaxis.type == "log"
    low, high = 10 ** np.array(figure.layout.xaxis.range)
    assert all(low <= value <= high for value in figure.data[1].x)


def test_the_break_even_of_costs_is_the_inverse(conversions: tuple[RunResult, Vocabulary]) -> None:
    result, words = conversions
    ledger = build_ledger(kind=result.collection.model_output.outcome_kind)
    figure = draw_returns(return_points(ledger, words, break_even=4.0))
    assert figure.layout.shapes[0].x0 == pytest.approx(0.25)


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
