"""Where an imported model stands among the models of a run."""

import dataclasses

import numpy as np
import pytest

from mmm_core.engine.candidate import refit_model
from mmm_core.engine.robyn_place import TRAIN_SHARE, place_among
from mmm_core.entities.robyn import Placement, RobynReport
from mmm_core.entities.run_result import RunResult
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.errors import SettingsError
from tests.app.saved_runs import result
from tests.robyn_builders import golden_robyn


def report_of(run: RunResult, row: int) -> RobynReport:
    """A candidate of the run as if it had been imported."""
    output, report = run.collection.model_output, golden_robyn().report
    assert report is not None
    values = output.stacked("hyperparameters")[row]
    return dataclasses.replace(
        report, hyperparameters=dict(zip(output.parameter_names, map(float, values), strict=True))
    )


def placed(row: int) -> Placement:
    return place_among(report_of(result(), row), result(), TrialsConfig())


def test_the_best_fit_of_a_run_stands_first_on_fit() -> None:
    nrmse = result().collection.model_output.metric("nrmse")
    standing = placed(int(np.argmin(nrmse))).standings[0]
    assert (standing.rank, standing.share_beaten) == (1, 1.0)
    assert standing.value == standing.best == nrmse.min()


def test_the_worst_plausibility_of_a_run_stands_last_on_it() -> None:
    rssd = result().collection.model_output.metric("decomp_rssd")
    standing = placed(int(np.argmax(rssd))).standings[1]
    assert standing.rank == 1 + int((rssd < rssd.max()).sum())


def test_those_that_are_better_on_both_are_counted() -> None:
    output = result().collection.model_output
    nrmse, rssd = output.metric("nrmse"), output.metric("decomp_rssd")
    row = int(np.argmax(nrmse + rssd))
    assert placed(row).n_dominating == int(((nrmse < nrmse[row]) & (rssd < rssd[row])).sum()) > 0
    on_front = output.solution_ids.index(result().pareto["solution_ids"][0])
    assert "none is better on fit and plausibility at once" in placed(on_front).sentence


def test_the_holdout_error_is_that_of_periods_the_fit_has_not_seen() -> None:
    report, design = report_of(result(), 7), result().design
    split = refit_model(design, {**report.hyperparameters, "train_size": TRAIN_SHARE})
    unseen = (split.part != "train").to_numpy()
    errors, actual = (split.outcome - split.fitted)[unseen], split.outcome[unseen]
    expected = np.sqrt(np.mean(errors**2)) / (actual.max() - actual.min())
    placement = placed(7)
    assert placement.standings[2].value == pytest.approx(expected, rel=1e-9)
    assert placement.n_held_out == unseen.sum()
    assert placement.n_fitted + placement.n_held_out == len(design.rows)


def test_the_sentence_tells_all_three_and_how_many_are_better() -> None:
    sentence = placed(7).sentence
    assert sentence.startswith("Of the 60 models of this run, it does at least as well as ")
    assert all(words in sentence for words in ("% on fit", "% on plausibility", "% on periods it has not seen"))


def test_a_run_with_other_channels_is_refused() -> None:
    report = report_of(result(), 0)
    fewer = {key: value for key, value in report.hyperparameters.items() if not key.startswith("tv_spend")}
    with pytest.raises(SettingsError, match="other channels"):
        place_among(dataclasses.replace(report, hyperparameters=fewer), result(), TrialsConfig())
    more = {**report.hyperparameters, "radio_spend_theta": 0.1}
    with pytest.raises(SettingsError, match="radio_spend_theta"):
        place_among(dataclasses.replace(report, hyperparameters=more), result(), TrialsConfig())


def test_a_test_part_that_the_run_kept_apart_changes_no_holdout_error() -> None:
    run = result()
    apart = dataclasses.replace(run, design=dataclasses.replace(run.design, unseen_from=len(run.design.dates) - 10))
    found = place_among(report_of(run, 7), apart, TrialsConfig())
    assert found.standings[2] == placed(7).standings[2]
