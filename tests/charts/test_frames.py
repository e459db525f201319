import numpy as np
import pytest

from mmm_core.charts.candidates import candidate_points
from mmm_core.charts.contributions import contribution_points, weekly_points
from mmm_core.charts.fit import fit_points
from mmm_core.charts.frames import (
    candidate_frame,
    contribution_frame,
    fit_frame,
    response_frame,
    returns_frame,
    weekly_frame,
)
from mmm_core.charts.response import response_points
from mmm_core.charts.roas import return_points
from mmm_core.charts.vocabulary import vocabulary
from mmm_core.entities.columns import OutcomeKind
from tests.charts.run_builder import build_curve, build_ledger, build_model, build_result

WORDS = vocabulary(build_result())


def test_the_table_of_candidates_has_the_survivors_and_the_colour() -> None:
    result = build_result(40)
    keep = np.arange(40) < 10
    points = candidate_points(result, survives=keep, colour=np.arange(40.0), colour_title="ROAS of TV")
    assert candidate_frame(points)["ROAS of TV"].tolist() == list(range(10))


def test_the_table_of_the_fit_names_the_part_of_every_period() -> None:
    frame = fit_frame(fit_points(build_model(parts=("train", "validation")), WORDS))
    assert frame["part"].value_counts().to_dict() == {"train": 26, "validation": 26}
    assert np.allclose(frame["actual"] - frame["fitted"], frame["difference"])


def test_the_tables_of_contributions_add_up() -> None:
    model = build_model()
    assert contribution_frame(contribution_points(model, WORDS))["share_of_all"].sum() == pytest.approx(1)
    weekly = weekly_frame(weekly_points(model, WORDS))
    assert np.allclose(weekly.drop(columns=["date", "actual"]).sum(axis=1), model.fitted)


def test_the_table_of_responses_has_every_curve() -> None:
    frame = response_frame(response_points([build_curve("tv_spend"), build_curve("search_spend")], WORDS))
    assert frame.groupby("channel").size().to_dict() == {"search_spend": 101, "tv_spend": 101}
    assert response_frame(response_points([], WORDS)).empty


def test_for_conversions_the_table_of_returns_has_the_cost_beside_them() -> None:
    result = build_result(kind=OutcomeKind.CONVERSION)
    frame = returns_frame(return_points(build_ledger(kind=OutcomeKind.CONVERSION), vocabulary(result)))
    assert np.allclose(frame["cost_per_conversion"] * frame["roas"], 1)
