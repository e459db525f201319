"""Lift studies by our own rules, from the settings to the search."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from mmm_core.engine.calibration import with_studies
from mmm_core.engine.candidate import refit_model
from mmm_core.engine.features import build_design
from mmm_core.engine.model_executor import MMMModelExecutor
from mmm_core.engine.pareto_optimize import ParetoOptimizer
from mmm_core.entities.calibration import StudyTarget
from mmm_core.entities.columns import AdstockKind, Frequency
from mmm_core.entities.fitted_model import FittedModel
from mmm_core.entities.model_output import ModelOutputCollection
from mmm_core.entities.settings import CalibrationInput, LiftStudy
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.errors import SettingsError
from tests.builders import random_design
from tests.data_builders import small_data
from tests.search_builders import metrics_of, output_of

VALUES = {"theta": 0.4, "alpha": 1.5, "gamma": 0.5, "shape": 1.2, "scale": 0.05}


def lift_study(start: str, end: str, *channels: str, **changes: object) -> LiftStudy:
    days = {"start": dt.date.fromisoformat(start), "end": dt.date.fromisoformat(end)}
    return replace(LiftStudy(channels=channels or ("paid_0",), lift=100.0, **days), **changes)  # type: ignore[arg-type]


def targets(*studies: LiftStudy) -> tuple[StudyTarget, ...]:
    return with_studies(random_design(), studies).studies


def fit(*studies: LiftStudy, adstock: AdstockKind = AdstockKind.GEOMETRIC, length: int = 104) -> FittedModel:
    design = replace(with_studies(random_design(adstock=(adstock,)), studies), weibull_length=length)
    own = ("theta",) if adstock is AdstockKind.GEOMETRIC else ("shape", "scale")
    keys = [(channel, parameter) for channel in design.media_names for parameter in ("alpha", "gamma", *own)]
    return refit_model(
        design, {f"{channel}_{parameter}": VALUES[parameter] for channel, parameter in keys} | {"lambda": 1.0}
    )


def test_whole_weeks_are_compared_with_the_sum_of_their_contributions() -> None:
    model = fit(lift_study("2022-03-07", "2022-04-17"))
    assert model.studies[0].n_periods == 6
    expected = model.weekly["paid_0"]["2022-03-07":"2022-04-11"].sum()
    assert model.studies[0].predicted == pytest.approx(expected)


def test_every_week_counts_by_its_days() -> None:
    model = fit(lift_study("2022-03-09", "2022-03-15"))
    assert model.studies[0].n_periods == 2
    first, second = model.weekly["paid_0"]["2022-03-07":"2022-03-14"]
    assert model.studies[0].predicted == pytest.approx(first * 5 / 7 + second * 2 / 7)


def test_a_study_of_one_week_has_the_contribution_of_that_week() -> None:
    model = fit(lift_study("2022-03-07", "2022-03-13"))
    assert model.studies[0].predicted == pytest.approx(model.weekly.loc["2022-03-07", "paid_0"])


def test_months_count_by_their_own_days() -> None:
    months = replace(
        random_design(), frequency=Frequency.MONTH, dates=np.arange("2015-01", "2023-09", dtype="datetime64[M]")
    )
    placed = with_studies(months, [lift_study("2022-02-01", "2022-03-15")]).studies[0]
    assert (placed.n_periods, placed.factor, placed.day_shares) == (2, 1.0, pytest.approx((1.0, 15 / 31)))


def test_channels_of_a_combined_study_are_summed() -> None:
    model = fit(lift_study("2022-03-07", "2022-04-17", "paid_0", "organic_0"))
    weeks = model.weekly["2022-03-07":"2022-04-11"]
    assert model.studies[0].predicted == pytest.approx(weeks["paid_0"].sum() + weeks["organic_0"].sum())


@pytest.mark.parametrize("adstock", AdstockKind)
def test_the_immediate_effect_of_one_week_is_that_of_the_decomposition(adstock: AdstockKind) -> None:
    model = fit(lift_study("2022-03-07", "2022-03-13", scope="immediate"), adstock=adstock)
    assert model.studies[0].predicted == pytest.approx(model.immediate.loc["2022-03-07", "paid_0"], rel=1e-6)
    assert model.studies[0].predicted < model.weekly.loc["2022-03-07", "paid_0"]


@pytest.mark.parametrize("adstock", [AdstockKind.WEIBULL_CDF, AdstockKind.WEIBULL_PDF])
def test_a_study_that_covers_all_data_is_the_same_in_both_scopes(adstock: AdstockKind) -> None:
    days = ("2022-01-03", "2023-12-31")
    immediate, total = (
        fit(lift_study(*days, scope=scope), adstock=adstock, length=60) for scope in ("immediate", "total")
    )
    assert immediate.studies[0].predicted == pytest.approx(total.studies[0].predicted)


def test_studies_count_by_how_exact_they_are_and_one_that_does_not_say_by_the_mean() -> None:
    exact, rough = lift_study("2022-03-07", "2022-03-13"), lift_study("2022-05-02", "2022-05-08")
    silent = lift_study("2022-07-04", "2022-07-10")
    placed = targets(replace(exact, standard_error=5.0), replace(rough, standard_error=20.0), silent)
    # 100 / 5 = 20 and 100 / 20 = 5, of which the mean is 12.5
    assert [target.weight for target in placed] == pytest.approx([20 / 12.5, 5 / 12.5, 1.0])
    assert [target.weight for target in targets(exact, rough)] == [1.0, 1.0]


def test_a_study_that_found_nothing_is_judged_by_its_standard_error() -> None:
    model = fit(lift_study("2022-03-07", "2022-04-17", lift=0.0, standard_error=50.0))
    assert model.studies[0].ape == pytest.approx(abs(model.studies[0].predicted) / 50.0)
    with pytest.raises(SettingsError, match="found a lift of 0"):
        targets(lift_study("2022-03-07", "2022-04-17", lift=0.0))


def test_mape_is_the_weighted_mean_of_what_the_studies_say() -> None:
    model = fit(
        lift_study("2022-03-07", "2022-04-17", standard_error=5.0),
        lift_study("2022-06-06", "2022-06-26", "paid_1", lift=300.0, standard_error=90.0),
        lift_study("2022-08-01", "2022-08-21", "paid_2", scope="immediate"),
    )
    assert sum(one.weight for one in model.studies) == pytest.approx(1.0)
    assert model.metrics["mape"] == pytest.approx(sum(one.weight * one.ape for one in model.studies))


def test_a_study_counts_only_where_all_its_periods_are_modelled() -> None:
    design = with_studies(random_design(), [lift_study("2022-03-07", "2022-04-17")])
    assert len(design.usable_studies) == 1
    assert replace(design, rows=design.rows[:12]).usable_studies == ()


def test_days_outside_the_data_and_unknown_channels_are_refused() -> None:
    with pytest.raises(SettingsError, match="touches no period; the data run from 2022-01-03 to 2023-12-25"):
        targets(lift_study("2020-03-07", "2020-04-17"))
    with pytest.raises(SettingsError, match=r"names 'radio', which is none of the model's channels"):
        targets(lift_study("2022-03-07", "2022-04-17", "radio"))


STUDY = lift_study("2023-05-01", "2023-06-11", "tv", lift=60.0, confidence=0.7)


def search(*studies: LiftStudy, algorithm: str = "NSGA2", **trials: object) -> ModelOutputCollection:
    data = small_data(calibration=CalibrationInput(studies=studies))
    config = TrialsConfig(trials=1, iterations=400, algorithm=algorithm, cores=1, **trials)  # type: ignore[arg-type]
    return MMMModelExecutor().model_run(data, config, quiet=True)


@pytest.mark.parametrize("algorithm", ["NSGA2", "TwoPointsDE"])
def test_a_search_with_a_study_comes_nearer_to_it(algorithm: str) -> None:
    design = build_design(small_data(calibration=CalibrationInput(studies=(STUDY,))))
    blind = MMMModelExecutor(design=design).model_run(
        small_data(),
        TrialsConfig(trials=1, iterations=400, algorithm=algorithm, cores=1, objective_weights={"mape": 0.0}),
        quiet=True,
    )
    seeing = search(STUDY, algorithm=algorithm)
    gaps = [np.median(one.model_output.metric("mape")[-200:]) for one in (seeing, blind)]
    assert gaps[0] < gaps[1]


def test_a_run_with_studies_says_what_is_doubtful_about_them_and_judges_their_error() -> None:
    found = search(STUDY)
    assert any("confidence of 0.7, below 0.8" in note for note in found.info.notes)
    assert set(found.convergence.converged) == {"nrmse", "decomp_rssd", "mape"}


def test_candidates_of_a_search_have_the_mape_of_their_refit() -> None:
    found, design = search(STUDY).model_output, build_design(small_data(calibration=CalibrationInput(studies=(STUDY,))))
    last = dict(zip(found.parameter_names, found.trials[0].hyperparameters[-1].tolist(), strict=True))
    assert refit_model(design, last).metrics["mape"] == found.metric("mape")[-1]


def test_a_calibration_constraint_is_forced_into_its_limits_with_a_note() -> None:
    random = np.random.default_rng(0)
    columns = {name: random.random(1000) for name in ("nrmse", "decomp_rssd", "mape")}
    output = output_of([metrics_of(**columns)])
    strict, wide, free = (
        ParetoOptimizer(calibration_constraint=share).pareto_optimize(small_data(), output)
        for share in (0.02, 0.5, 1.0)
    )
    ranked = [(result["candidates"]["front"] > 0).sum() for result in (strict, wide, free)]
    assert ranked[0] <= 20 < ranked[1] <= 100
    assert ranked[2] > 700
    assert any(
        "must lie within 0.01 and 0.1, or be 1 for no constraint; got 0.5, and 0.1 was used." in n
        for n in wide["notes"]
    )
    assert free["notes"] == []
