import pytest

from mmm_core.charts.robyn import (
    bounds_frame,
    cloud_frame,
    difference_words,
    draw_placement,
    error_frame,
    placement_frame,
    placement_points,
    return_frame,
    term_frame,
)
from mmm_core.charts.robyn_words import describe_agreement, describe_import
from mmm_core.entities.robyn import Placement, Standing
from tests.charts.run_builder import build_result
from tests.robyn_builders import golden_reproduction, golden_robyn


def placement(nrmse: float = 0.4, rssd: float = 0.95) -> Placement:
    values = {"nrmse": nrmse, "decomp_rssd": rssd, "holdout": 0.2}
    standings = tuple(
        Standing(measure=name, value=value, rank=51, n_models=200, best=0.1, median=0.15)
        for name, value in values.items()
    )
    return Placement(
        standings=standings, n_models=200, n_dominating=3, n_held_out=10, n_fitted=42, sentence="It stands somewhere."
    )


def test_the_imported_model_is_a_square_inside_the_picture() -> None:
    figure = draw_placement(placement_points(build_result(200), placement(), "Robyn's model 1_2"))
    square = figure.data[-1]
    assert (square.x[0], square.y[0], square.marker.symbol) == (0.4, 0.95, "square")
    for axis, value in ((figure.layout.xaxis, 0.4), (figure.layout.yaxis, 0.95)):
        assert axis.range[0] < value < axis.range[1]
    assert figure.layout.meta["title"] == "3 of 200 models are better than Robyn's in both ways"


def test_the_data_behind_the_picture_end_with_the_imported_model() -> None:
    frame = cloud_frame(placement_points(build_result(200), placement(), "Robyn's model 1_2"))
    assert len(frame) == 201
    assert frame.iloc[-1].tolist() == ["Robyn's model 1_2", 0.4, 0.95, 0]


def test_a_place_is_also_a_share() -> None:
    assert placement_frame(placement())["share_beaten"].tolist() == [0.75] * 3


def test_terms_are_named_as_people_say_and_differ_in_words() -> None:
    frame = term_frame(golden_robyn(), golden_reproduction())
    assert frame["term"].tolist()[:2] == ["Constant part", "Trend"]
    assert "TV" in set(frame["term"])
    assert set(frame["difference"]) == {"none"}


@pytest.mark.parametrize(
    ("difference", "words"),
    [(1e-9, "none"), (-2e-6, "under 0.01%"), (0.0123, "+1.23%"), (-0.5, "-50.00%"), (float("inf"), "not in Robyn's")],
)
def test_differences_are_written_no_finer_than_they_matter(difference: float, words: str) -> None:
    assert difference_words(difference) == words


def test_returns_stand_beside_those_of_the_file() -> None:
    tv = return_frame(golden_robyn(), golden_reproduction()).set_index("channel").loc["TV"]
    assert (round(tv["written"], 2), round(tv["value"], 2)) == (0.88, 1.08)


def test_without_validation_the_training_error_is_told_once() -> None:
    assert error_frame(golden_reproduction())["metric"].tolist() == [
        "Explained (adj. R²)",
        "Error of fit (NRMSE)",
        "Gap to spend (RSSD)",
    ]


def test_every_channel_shows_the_chosen_value_in_its_range() -> None:
    frame = bounds_frame(golden_robyn()).set_index("channel")
    assert frame.loc["TV", "theta"] == "0.315 of 0.3 to 0.8"
    assert frame.loc["Search", "modelled"] == "search_clicks"


def test_the_file_is_summed_up_in_a_sentence() -> None:
    sentence = describe_import(golden_robyn())
    assert "170 of 208 weeks, 2021-07-05 to 2024-09-30" in sentence
    assert "5 paid channels (2 by exposure), 1 organic, 2 context columns" in sentence
    assert describe_agreement(golden_reproduction()).endswith("to a millionth.")
