"""How Prophet is run: repeatable, remembered, silent and clean."""

import dataclasses
import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mmm_core.engine import prophet_baseline
from mmm_core.engine.features import build_design
from mmm_core.engine.prophet_baseline import CACHE_SIZE, BaselineQuestion, forget_fits, split_outcome
from mmm_core.entities.columns import PaidMedia
from mmm_core.entities.settings import Baseline, Holiday, Window
from tests.data_builders import demo_data, demo_settings, small_data, small_table

ROOT = Path(__file__).parent.parent.parent
SEASON = Baseline(trend=True, season=True)
FIT_AND_LIST_TEMPORARY_FILES = """
import os, pathlib
from tests.data_builders import demo_data
from mmm_core.engine import prophet_baseline
from mmm_core.engine.features import build_design
print(build_design(demo_data()).baseline.tobytes().hex()[-64:])
print([file.name for file in pathlib.Path(os.environ["TMPDIR"]).rglob("*") if file.is_file()])
"""


def fit_elsewhere(folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", FIT_AND_LIST_TEMPORARY_FILES],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folder), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )


def test_another_process_gets_the_same_bits_says_nothing_and_leaves_no_file(tmp_path: Path) -> None:
    forget_fits()
    done = fit_elsewhere(tmp_path)
    digits, files = done.stdout.splitlines()
    assert digits == build_design(demo_data()).baseline.tobytes().hex()[-64:]
    assert (files, done.stderr) == ("[]", "")
    assert list(tmp_path.iterdir()) == []


def test_fitting_again_gives_the_same_bits() -> None:
    first = build_design(small_data(baseline=SEASON)).baseline
    forget_fits()
    np.testing.assert_array_equal(build_design(small_data(baseline=SEASON)).baseline, first)


def test_a_second_equal_question_is_answered_from_memory() -> None:
    assert split_outcome(question()) is split_outcome(question())


def question(**changes: object) -> BaselineQuestion:
    data = small_data()
    asked = BaselineQuestion(
        dates=data.dates.to_numpy().astype("datetime64[D]"),
        outcome=data.table["sales"].to_numpy(),
        season=False,
        weekday=False,
        holidays=small_table(1).rename(columns={"sales": "holiday"})[["date", "holiday"]].astype({"holiday": str}),
        dummies=np.zeros((60, 0)),
    )
    return dataclasses.replace(asked, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"dates": question().dates + 1},
        {"outcome": question().outcome + 1.0},
        {"season": True},
        {"weekday": True},
        {"holidays": question().holidays.assign(holiday="another")},
        {"dummies": np.ones((60, 1))},
    ],
)
def test_every_ingredient_of_a_fit_is_part_of_what_it_is_remembered_by(changes: dict[str, object]) -> None:
    assert question(**changes).digest != question().digest


def test_memory_is_bounded() -> None:
    parts = split_outcome(question())
    for i in range(CACHE_SIZE + 3):
        prophet_baseline._remember(str(i), parts)
    assert len(prophet_baseline._cache) == CACHE_SIZE
    forget_fits()


def test_changing_media_window_or_bounds_does_not_fit_prophet_again() -> None:
    forget_fits()
    build_design(small_data(baseline=SEASON))
    window = Window(start=dt.date(2023, 1, 9), end=dt.date(2024, 2, 12))
    bounds = {"tv": {"theta": (0.1, 0.2)}}
    build_design(small_data(baseline=SEASON, paid_media=(PaidMedia(spend="tv"),), window=window, bounds=bounds))
    assert len(prophet_baseline._cache) == 1


@pytest.mark.parametrize("name", ["trend", "holidays", "yhat", "a_delim_b"])
def test_a_holiday_may_be_called_like_something_of_prophet_s_own(name: str) -> None:
    settings = demo_settings(factor=False)
    days = tuple(Holiday(date=day, name=name) for day in (settings.window.start, settings.window.end))
    baseline = dataclasses.replace(settings.baseline, calendar=days)
    design = build_design(demo_data(dataclasses.replace(settings, baseline=baseline)))
    assert np.count_nonzero(design.baseline[:, design.baseline_names.index("holiday")]) == 2


def test_parts_that_were_not_asked_for_are_zero() -> None:
    parts = split_outcome(question())
    assert not parts.season.any()
    assert not parts.weekday.any()
