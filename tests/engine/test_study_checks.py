"""The report on lift studies: with and without them, without each, conflicts; on a small market with two studies."""

import datetime as dt
import functools
from dataclasses import replace

import numpy as np
import pytest

from mmm_core.engine.model_executor import MMMModelExecutor
from mmm_core.engine.model_refresh import ModelRefresh, RefreshPlan, origin_of
from mmm_core.engine.study_checks import check_studies, data_without, plan_parts
from mmm_core.engine.study_conflicts import implied_return, pair_conflicts
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.project import Project
from mmm_core.entities.refresh import ModelRefreshConfig
from mmm_core.entities.run_result import RunResult
from mmm_core.entities.settings import Baseline, CalibrationInput, LiftStudy
from mmm_core.entities.study_report import Answer, StudyReport
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.errors import SettingsError
from mmm_core.runs.execute import execute_project
from mmm_core.store.codec import decode, dump_json, load_json
from tests.posterior_data import market

FIRST = LiftStudy(
    channels=("c0",), start=dt.date(2020, 6, 1), end=dt.date(2020, 7, 26), lift=3_000.0, standard_error=60.0
)
SECOND = replace(FIRST, channels=("c1",), start=dt.date(2020, 9, 7), end=dt.date(2020, 10, 4), standard_error=None)


def project(*studies: LiftStudy) -> Project:
    trials = TrialsConfig(trials=1, iterations=300, cores=1)
    return Project(data=data(*studies), trials=trials, seed=5)


def data(*studies: LiftStudy) -> MMMDataCollection:
    baseline = Baseline(trend=False, season=False)
    return market(baseline=baseline, calibration=CalibrationInput(studies=studies))


@functools.cache
def finished(*studies: LiftStudy) -> RunResult:
    return execute_project(project(*studies))[0]


@functools.cache
def report() -> StudyReport:
    return check_studies(project(FIRST, SECOND), finished(FIRST, SECOND))


def test_with_all_comes_first_then_with_none_then_without_each() -> None:
    both = (Answer.RECOMMENDED, Answer.PARETO)
    assert plan_parts(1) == tuple((answer, left_out) for left_out in ((), (0,)) for answer in both)
    assert [left_out for answer, left_out in plan_parts(2) if answer is Answer.PARETO] == [(), (0, 1), (0,), (1,)]
    assert len(plan_parts(5)) == 14


def test_every_calibration_is_what_a_run_with_those_studies_finds() -> None:
    for left_out, result in (((0,), finished(SECOND)), ((0, 1), finished()), ((), finished(FIRST, SECOND))):
        estimates = result.pareto["estimates"].set_index("channel")
        made = report().find(Answer.PARETO, left_out)
        assert made.solution_id == result.pareto["recommended_id"]
        assert [one.roas for one in made.returns] == pytest.approx(estimates["roas"].tolist(), rel=1e-9)
        averaged = report().find(Answer.RECOMMENDED, left_out)
        paid = result.posterior.channels.query("is_paid")
        assert [one.roas for one in averaged.returns] == pytest.approx(paid["roas"].tolist(), rel=1e-9)


def test_what_the_pick_predicts_for_a_study_is_what_its_model_page_shows() -> None:
    from mmm_core.engine.set_choice import model_of

    result, asked = finished(FIRST, SECOND), project(FIRST, SECOND)
    shown = model_of(result, result.pareto["recommended_id"], asked.trials).studies
    predicted = report().after(Answer.PARETO).predictions
    assert [one.predicted for one in predicted] == pytest.approx([study.predicted for study in shown])


def test_a_study_that_was_left_out_is_judged_by_both_errors_and_one_that_was_seen_by_its_own() -> None:
    seen, unseen = report().after(Answer.RECOMMENDED), report().without(Answer.RECOMMENDED, 0)
    assert seen.predictions[0].error == 60.0
    assert unseen.predictions[0].error > 60.0
    assert unseen.predictions[1].error == report().errors[1] == 0.2 * SECOND.lift
    assert report().error_notes == ("", "20% of the lift")


def test_an_exact_study_is_hit_by_the_answer_that_saw_it_and_missed_by_the_one_that_did_not() -> None:
    before, after = report().before(Answer.RECOMMENDED), report().after(Answer.RECOMMENDED)
    assert after.predictions[0].is_hit
    assert abs(after.predictions[0].predicted - 3_000.0) < abs(before.predictions[0].predicted - 3_000.0)


def test_a_report_goes_on_from_where_it_was_left() -> None:
    parts: list[StudyReport] = []
    whole = check_studies(project(FIRST, SECOND), finished(FIRST, SECOND), progress=parts.append)
    assert whole == report()
    assert [len(part.answers) for part in parts] == list(range(1, 9))
    assert check_studies(project(FIRST, SECOND), known=parts[4]) == whole


def test_a_report_that_is_asked_to_stop_keeps_what_it_has() -> None:
    parts: list[StudyReport] = []
    stopped = check_studies(project(FIRST, SECOND), progress=parts.append, should_stop=lambda: len(parts) >= 2)
    assert len(stopped.answers) == 2
    assert not stopped.is_complete


def test_a_report_survives_the_store() -> None:
    assert decode(StudyReport, load_json(dump_json(report()), "The report")) == report()


def test_there_is_no_report_without_a_study() -> None:
    with pytest.raises(SettingsError, match="no lift study to check"):
        check_studies(project())


def test_the_implied_return_is_lift_by_the_spend_of_the_data() -> None:
    asked = data(FIRST)
    spend = float(asked.table["c0"].iloc[21:29].sum())
    implied = implied_return(asked, FIRST)
    assert (implied.roas, implied.error, implied.spend) == pytest.approx((3_000 / spend, 60 / spend, spend))
    assert implied.per_day == pytest.approx(spend / 56)


def test_two_studies_of_one_channel_conflict_beyond_two_combined_standard_errors() -> None:
    later = replace(FIRST, start=dt.date(2021, 6, 7), end=dt.date(2021, 8, 1))
    first, second = implied_return(data(FIRST), FIRST), implied_return(data(later), later)
    same = first.roas * second.spend
    error = np.hypot(60.0 / first.spend, 60.0 / second.spend) * second.spend
    near, far = (replace(later, lift=same + factor * error) for factor in (1.99, 2.01))
    assert pair_conflicts(data(FIRST, near)) == ()
    (conflict,) = pair_conflicts(data(FIRST, far))
    assert conflict.studies == (0, 1)
    assert "2.0 combined standard errors apart" in conflict.sentence


def test_studies_of_other_channels_or_scopes_cannot_conflict() -> None:
    later = replace(FIRST, start=dt.date(2021, 6, 7), end=dt.date(2021, 8, 1), lift=90_000.0)
    for other in (replace(later, channels=("c1",)), replace(later, scope="immediate")):
        assert pair_conflicts(data(FIRST, other)) == ()


def test_studies_are_left_out_by_their_number() -> None:
    assert data_without(data(FIRST, SECOND), (0,)).settings.calibration.studies == (SECOND,)


def test_leaving_a_study_out_keeps_the_length_a_weibull_is_measured_on() -> None:
    assert data_without(replace(data(FIRST), weibull_length=77), (0,)).weibull_length == 77


def test_the_search_of_a_refresh_is_made_anew_because_the_model_it_stays_near_has_seen_the_studies() -> None:
    trials, config = project().trials, ModelRefreshConfig(refresh_steps=4, refresh_trials=1, refresh_iters=60)
    old = replace(data(FIRST), table=data(FIRST).table.iloc[:-4])
    first = MMMModelExecutor().model_run(old, trials, seed=5, quiet=True)
    step = ModelRefresh().run_steps(origin_of(first), data(FIRST), RefreshPlan(config, trials, 5))[-1]
    refreshed = RunResult(collection=step.collection, design=step.design, pareto=step.pareto)
    asked = replace(project(FIRST), data=step.collection.data)
    assert check_studies(asked, refreshed) == check_studies(asked)


def test_a_study_the_calibrated_answer_still_misses_is_a_conflict() -> None:
    impossible = replace(FIRST, lift=-3_000.0)
    found = check_studies(project(impossible))
    assert found.after(Answer.RECOMMENDED).predictions[0].is_hit is False
    assert any("Even calibrated on it, the recommended answer says" in one.sentence for one in found.conflicts)
    assert any("Even calibrated on it, the Pareto pick" in one.sentence for one in found.conflicts)
