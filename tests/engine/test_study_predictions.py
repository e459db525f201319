"""What models predict for studies is what their decompositions say, by one rule for both answers."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from mmm_core.engine.features import build_design
from mmm_core.engine.model_executor import MMMModelExecutor
from mmm_core.engine.set_choice import model_of
from mmm_core.engine.study_predictions import predictions_of_candidates, predictions_of_draws
from mmm_core.entities.run_result import RunResult
from mmm_core.entities.settings import Baseline, LiftStudy
from mmm_core.entities.trials_config import TrialsConfig
from tests.posterior_data import market, sample_briefly

WHOLE = LiftStudy(channels=("c0",), start=dt.date(2020, 6, 1), end=dt.date(2020, 7, 26), lift=3_000.0)
"""Eight whole weeks: rows 21 to 28."""

PARTLY = replace(WHOLE, channels=("c0", "c1"), start=dt.date(2020, 6, 3), end=dt.date(2020, 6, 9))
"""Five days of row 21 and two of row 22."""


def test_draws_predict_on_average_what_the_weekly_means_add_up_to() -> None:
    posterior = sample_briefly(market())
    weekly = posterior.model_set.weekly[:, -3:]
    whole, partly = predictions_of_draws(posterior, (WHOLE, PARTLY)).mean(axis=0)
    assert whole == pytest.approx(weekly[21:29, 0].sum())
    assert partly == pytest.approx(weekly[21, :2].sum() * 5 / 7 + weekly[22, :2].sum() * 2 / 7)


def test_an_immediate_study_leaves_out_what_was_carried_into_it() -> None:
    posterior = sample_briefly(market())
    studies = (WHOLE, replace(WHOLE, scope="immediate"))
    total, immediate = predictions_of_draws(posterior, studies).T
    assert (immediate <= total + 1e-9).all()
    assert immediate.mean() < total.mean()


def test_candidates_predict_what_their_refits_decompose_to_and_nothing_outside_the_window() -> None:
    data, trials = market(baseline=Baseline(trend=False, season=False)), TrialsConfig(trials=1, iterations=40, cores=1)
    design = build_design(data)
    found = MMMModelExecutor(design=design).model_run(data, trials, quiet=True)
    names = found.model_output.solution_ids[-2:]
    predicted = predictions_of_candidates(design, found.model_output, names, (WHOLE, PARTLY), trials)
    for row, name in zip(predicted, names, strict=True):
        weekly = model_of(RunResult(collection=found, design=design, pareto={}), name, trials).weekly  # type: ignore[typeddict-item]
        assert row[0] == pytest.approx(weekly["c0"].iloc[21:29].sum())
        two = weekly[["c0", "c1"]].sum(axis=1)
        assert row[1] == pytest.approx(two.iloc[21] * 5 / 7 + two.iloc[22] * 2 / 7)
    later = replace(design, rows=design.rows[25:])
    assert np.isnan(predictions_of_candidates(later, found.model_output, names, (WHOLE,), trials)).all()
