from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from mmm_core.charts.cluster_returns import (
    ClusterReturnPoints,
    cluster_return_points,
    cluster_returns_frame,
    draw_cluster_returns,
)
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.engine.clusters_analyzer import analyse_clusters
from mmm_core.entities.clusters import ClusterReport
from mmm_core.entities.columns import Frequency, OutcomeKind
from mmm_core.entities.model_output import ModelOutput
from tests.cluster_builders import grouped_output

CHANNELS = ("tv_spend", "search_spend")


def words(kind: OutcomeKind = OutcomeKind.REVENUE, channels: tuple[str, ...] = CHANNELS) -> Vocabulary:
    names = {name: name.removesuffix("_spend").upper() for name in channels}
    return Vocabulary(names, {}, channels, channels, ("intercept",), "EUR", kind, Frequency.WEEK)


def points_of(
    output: ModelOutput, kind: OutcomeKind = OutcomeKind.REVENUE, break_even: float | None = None
) -> ClusterReturnPoints:
    report = analyse_clusters(output, kind)
    assert isinstance(report, ClusterReport)
    return cluster_return_points(report, words(kind, output.paid_names), break_even=break_even)


def without_effect(n: int) -> ModelOutput:
    """TV brings nothing in the first models."""
    output = grouped_output()
    contributions = output.trials[0].contributions.copy()
    contributions[:n, 1] = 0.0
    return replace(output, trials=(replace(output.trials[0], contributions=contributions),))


def test_every_cluster_has_a_bar_per_channel_from_its_lowest_to_its_highest_model() -> None:
    points = points_of(grouped_output())
    bars = [trace for trace in draw_cluster_returns(points).data if trace.type == "bar"]
    assert len(bars) == 3
    for k, bar in enumerate(bars):
        start = np.asarray(bar.base, dtype=np.float64)
        np.testing.assert_allclose([start, start + bar.x], [points.low[k], points.high[k]])
        assert "spread across" in bar.name


def test_bars_of_one_channel_never_overlap_and_stay_in_its_row() -> None:
    bars = [trace for trace in draw_cluster_returns(points_of(grouped_output())).data if trace.type == "bar"]
    tops = [(bar.y[1] - bar.width / 2, bar.y[1] + bar.width / 2) for bar in bars]
    assert all(before[1] < after[0] for before, after in pairwise(tops))
    assert 0.5 < tops[0][0] < tops[-1][1] < 1.5


def test_a_value_never_stands_without_its_range() -> None:
    bar = draw_cluster_returns(points_of(grouped_output())).data[0]
    assert all("(" in text and "–" in text for text in bar.text)


def test_costs_are_the_inverse_and_one_without_limit_goes_to_the_end_of_the_axis_and_is_said() -> None:
    points = points_of(without_effect(12), OutcomeKind.CONVERSION)
    figure = draw_cluster_returns(points)
    k = int(np.argmax(points.n_without_effect[:, 0]))
    bar = figure.data[2 * k]
    end = figure.layout.xaxis.range[1]
    assert bar.base[0] + bar.x[0] == pytest.approx(10**end if figure.layout.xaxis.type == "log" else end)
    assert "no limit" in bar.text[0]
    assert "no effect in 12 of them" in bar.customdata[0]
    assert "no limit" in figure.layout.title.subtitle.text


def test_a_channel_that_wins_nothing_in_a_whole_cluster_is_written_as_such() -> None:
    figure = draw_cluster_returns(points_of(without_effect(30), OutcomeKind.CONVERSION))
    assert sum("none won" in text for trace in figure.data if trace.type == "bar" for text in trace.text) == 1
    assert np.isfinite([trace.x for trace in figure.data if trace.type == "bar"]).all()


def test_the_title_names_the_channel_the_picks_disagree_most_about() -> None:
    points = points_of(grouped_output())
    apart = points._replace(value=np.array([[1.0, 1.0], [2.0, 5.0], [1.5, 3.0]]))
    assert "disagree most about SEARCH: ROAS 1.0 to 5.0" in draw_cluster_returns(apart).layout.title.text
    same = points._replace(value=np.ones_like(points.value))
    assert "much the same" in draw_cluster_returns(same).layout.title.text


def test_break_even_is_drawn_where_a_channel_pays_for_itself() -> None:
    roas = draw_cluster_returns(points_of(grouped_output(), break_even=2.0))
    assert 2.0 in {shape.x0 for shape in roas.layout.shapes}
    cost = draw_cluster_returns(points_of(grouped_output(), OutcomeKind.CONVERSION, break_even=2.0))
    assert 0.5 in {shape.x0 for shape in cost.layout.shapes}


def test_forty_channels_can_be_cut_to_those_of_the_highest_spend() -> None:
    output = grouped_output(channels=[f"channel_{k}_spend" for k in range(40)])
    report = analyse_clusters(output, "revenue", k=10)
    assert isinstance(report, ClusterReport)
    points = cluster_return_points(report, words(channels=output.paid_names), most_channels=10)
    assert points.value.shape == (10, 10)
    assert len(draw_cluster_returns(points).data) == 20


def test_the_table_has_a_row_per_channel_and_cluster_and_costs_for_conversions() -> None:
    frame = cluster_returns_frame(points_of(without_effect(30), OutcomeKind.CONVERSION))
    assert len(frame) == 6
    assert frame["models_without_effect"].sum() == 30
    assert frame["cost_per_conversion"].isna().sum() == 1
