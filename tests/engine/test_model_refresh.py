"""Refreshes by our rules."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from mmm_core.engine.candidate import refit_model
from mmm_core.engine.features import build_design
from mmm_core.engine.model_refresh import ModelRefresh, Origin, Stepped, aimed_design, hyperparameters_of, origin_of
from mmm_core.engine.pareto_optimize import ParetoOptimizer
from mmm_core.entities.model_output import METRICS, ModelOutputCollection
from mmm_core.entities.refresh import RefreshRules
from mmm_core.entities.settings import CalibrationInput, LiftStudy, Treatment, Window
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.errors import DataError, NotFoundError, RunCancelledError, SettingsError
from tests.data_builders import mark
from tests.refresh_markets import N_OLD, SEARCH, config, days, first_model, market_data, market_table, steps_of

STEP_SIZES = (1, 4, 13)


@pytest.fixture(scope="module", params=STEP_SIZES)
def step(request: pytest.FixtureRequest) -> Stepped:
    steps: int = request.param
    return steps_of(market_data(N_OLD + steps), config(steps))[0]


def test_every_hyperparameter_stays_within_its_freedom(step: Stepped) -> None:
    freedom = step.collection.refreshes[-1].freedom
    before = step.anchor.hyperparameters
    after = hyperparameters_of(step.collection.model_output, step.selected_id)
    assert freedom == pytest.approx(step.collection.refreshes[-1].n_new / N_OLD)
    assert abs(after["tv_alpha"] - before["tv_alpha"]) <= freedom * 2.5 + 1e-12
    assert abs(after["search_theta"] - before["search_theta"]) <= freedom * 0.5 + 1e-12


def test_the_new_weeks_are_modelled_and_counted(step: Stepped) -> None:
    link = step.collection.refreshes[-1]
    assert step.design.aim is not None
    assert step.design.aim.n_new == link.n_new == (link.window_end - dt.date(2023, 12, 25)).days // 7
    assert step.collection.model_output.trials[0].contributions.shape[1] == len(step.design.term_names)


def test_the_error_of_a_candidate_counts_new_weeks_as_much_as_all(step: Stepped) -> None:
    output = step.collection.model_output
    model = refit_model(step.design, hyperparameters_of(output, step.selected_id))
    errors = (model.outcome - model.fitted).to_numpy() ** 2
    mixed = np.sqrt(errors.mean() / 2 + errors[-step.collection.refreshes[-1].n_new :].mean() / 2)
    row = output.solution_ids.index(step.selected_id)
    assert output.metric("nrmse")[row] == pytest.approx(mixed / np.ptp(model.outcome.to_numpy()), rel=1e-9)


def test_the_distance_of_a_candidate_is_that_of_its_shares_to_the_previous_ones(step: Stepped) -> None:
    output, aim = step.collection.model_output, step.design.aim
    assert aim is not None
    row = output.stacked("contributions")[0]
    apart = row / row.sum() - [aim.shares[name] for name in output.term_names]
    is_paid = np.isin(output.term_names, output.paid_names)
    distance = np.sqrt((apart[is_paid] ** 2).mean()) + np.sqrt((apart[~is_paid] ** 2).mean())
    assert output.metric("decomp_rssd")[0] == pytest.approx(distance, rel=1e-9)


def test_a_refit_of_a_candidate_has_its_metrics(step: Stepped) -> None:
    output = step.collection.model_output
    model = refit_model(step.design, hyperparameters_of(output, "1_5"))
    stored = output.trials[0].metrics[4]
    assert [model.metrics[name] for name in METRICS[:3]] == pytest.approx(stored[:3].tolist(), rel=1e-12)


def test_the_winner_has_the_smallest_score_on_the_best_fronts(step: Stepped) -> None:
    candidates = step.pareto["candidates"]
    best = candidates.loc[candidates["on_front"]].nsmallest(1, "error_score")["solution_id"].iloc[0]
    assert step.selected_id == best == step.pareto["recommended_id"]


def test_the_previous_result_is_not_changed() -> None:
    previous = first_model()
    before = [trial.metrics.copy() for trial in previous.model_output.trials]
    result = ModelRefresh().model_refresh(market_data(N_OLD + 4), previous, config())
    assert result is not previous
    assert (previous.refreshes, previous.selected_id) == ((), None)
    for old, now in zip(before, previous.model_output.trials, strict=True):
        np.testing.assert_array_equal(old, now.metrics)


def test_a_refresh_is_repeatable_to_the_last_bit() -> None:
    one, other = (ModelRefresh().model_refresh(market_data(N_OLD + 4), first_model(), config()) for _ in range(2))
    assert np.array_equal(one.model_output.stacked("metrics"), other.model_output.stacked("metrics"), equal_nan=True)
    assert one.refreshes == other.refreshes


def test_an_initial_end_that_is_no_data_date_is_refreshed() -> None:
    window = days("2022-01-03", "2023-12-10")  # a Sunday
    old = replace(first_model(), data=market_data(N_OLD, window))
    result = ModelRefresh().model_refresh(market_data(N_OLD + 4, window), old, config())
    assert result.refreshes[0].window_end == dt.date(2024, 1, 1)
    assert result.refreshes[0].n_new == 4


def test_auto_takes_five_steps_over_twenty_weeks_each_from_the_one_before() -> None:
    chain = ModelRefresh().model_refresh(market_data(N_OLD + 20), first_model(), config(4, "auto")).refreshes
    assert [link.number for link in chain] == [1, 2, 3, 4, 5]
    assert [link.from_id for link in chain[1:]] == [link.selected_id for link in chain[:-1]]
    ends = [dt.date(2023, 12, 25) + dt.timedelta(weeks=4 * k) for k in range(1, 6)]
    assert [link.window_end for link in chain] == ends
    assert {link.n_new for link in chain} == {4}


def test_weeks_that_do_not_fill_a_step_are_named() -> None:
    result = ModelRefresh().model_refresh(market_data(N_OLD + 6), first_model(), config())
    assert any("2 new weeks at the end are not used" in note and "weeks a step" in note for note in result.info.notes)


def test_a_second_refresh_goes_on_from_the_first() -> None:
    first = ModelRefresh().model_refresh(market_data(N_OLD + 4), first_model(), config())
    second = ModelRefresh().model_refresh(market_data(N_OLD + 8), first, config())
    assert second.refreshes[:1] == first.refreshes
    assert second.refreshes[1].from_id == first.selected_id
    assert second.refreshes[1].window_end == dt.date(2023, 12, 25) + dt.timedelta(weeks=8)


def test_two_refreshes_are_the_same_as_one_automatic_one() -> None:
    first = ModelRefresh().model_refresh(market_data(N_OLD + 4), first_model(), config())
    second = ModelRefresh().model_refresh(market_data(N_OLD + 8), first, config())
    auto = ModelRefresh().model_refresh(market_data(N_OLD + 8), first_model(), config(4, "auto"))
    assert second.refreshes == auto.refreshes


def test_a_refresh_starts_from_the_model_the_user_picked() -> None:
    picked = replace(first_model(), selected_id="2_7")
    result = ModelRefresh().model_refresh(market_data(N_OLD + 4), picked, config(freedom=0.0))
    expected = hyperparameters_of(picked.model_output, "2_7")
    assert result.refreshes[0].from_id == "2_7"
    assert result.refreshes[0].hyperparameters["tv_theta"] == expected["tv_theta"]


def test_without_freedom_every_hyperparameter_is_kept() -> None:
    result = ModelRefresh().model_refresh(market_data(N_OLD + 4), first_model(), config(freedom=0.0))
    kept = hyperparameters_of(first_model().model_output, result.refreshes[0].from_id)
    found = dict(result.refreshes[0].hyperparameters)
    assert result.model_output.n_candidates == 1
    assert {key: found[key] for key in kept if key != "lambda"} == {k: v for k, v in kept.items() if k != "lambda"}


def test_the_bounds_stay_within_the_original_ones_however_often_it_is_refreshed() -> None:
    steps = steps_of(market_data(N_OLD + 16), config(4, "auto", freedom=0.4))
    alphas = [step.space.names.index("tv_alpha") for step in steps]
    assert all(step.space.low[k] >= 0.5 and step.space.high[k] <= 3.0 for step, k in zip(steps, alphas, strict=True))


def test_what_the_user_fixed_stays_fixed() -> None:
    settings = replace(market_data().settings, bounds={"tv": {"theta": (0.4, 0.4)}})
    old = replace(first_model(), data=replace(market_data(), settings=settings))
    step = steps_of(replace(market_data(N_OLD + 4), settings=settings), config(), origin=origin_of(old))[0]
    k = step.space.names.index("tv_theta")
    assert (step.space.low[k], step.space.high[k]) == (0.4, 0.4)


def test_weights_reach_the_search_and_the_winner() -> None:
    near, fitting = (
        ModelRefresh().model_refresh(market_data(N_OLD + 4), first_model(), config(freedom=0.3), None, weights)
        for weights in ({"nrmse": 0.0, "decomp_rssd": 1.0}, {"nrmse": 1.0, "decomp_rssd": 0.0})
    )
    assert near.refreshes[0].distance < fitting.refreshes[0].distance
    assert fitting.refreshes[0].nrmse < near.refreshes[0].nrmse
    assert not np.array_equal(near.model_output.trials[0].metrics, fitting.model_output.trials[0].metrics)


def test_the_pick_of_a_weighted_refresh_is_where_the_next_one_starts() -> None:
    weights = {"nrmse": 0.0, "decomp_rssd": 1.0}
    first = ModelRefresh().model_refresh(market_data(N_OLD + 4), first_model(), config(freedom=0.3), None, weights)
    assert first.selected_id != first_ranked_alike(first)
    assert origin_of(replace(first, selected_id=None)).solution_id == first.selected_id


def first_ranked_alike(result: ModelOutputCollection) -> str:
    assert result.data is not None
    return ParetoOptimizer(calibration_constraint=1.0).pareto_optimize(result.data, result)["recommended_id"]


def study(lift: float = 30_000.0) -> LiftStudy:
    return LiftStudy(
        channels=("tv",), start=dt.date(2023, 10, 2), end=dt.date(2023, 11, 5), lift=lift, standard_error=1e3
    )


def test_new_studies_are_searched_for_and_leave_out_no_candidate() -> None:
    asked = CalibrationInput(studies=(study(),))
    result = ModelRefresh().model_refresh(market_data(N_OLD + 4), first_model(), config(), asked)
    assert result.data is not None
    assert result.data.settings.calibration == asked
    assert (result.model_output.metric("mape") > 0).all()
    ranked = ParetoOptimizer(calibration_constraint=1.0).pareto_optimize(result.data, result)
    assert result.selected_id == ranked["recommended_id"]


def test_a_study_that_a_refresh_does_not_reach_is_named() -> None:
    later = replace(study(), start=dt.date(2024, 3, 4), end=dt.date(2024, 3, 31))
    asked = CalibrationInput(studies=(later,))
    result = ModelRefresh().model_refresh(market_data(N_OLD + 20), first_model(), config(), asked)
    assert any("tv from 2024-03-04 to 2024-03-31 lies outside" in note for note in result.info.notes)


def test_a_result_that_does_not_know_its_data_is_refused() -> None:
    with pytest.raises(SettingsError, match="does not know the data it was made from"):
        ModelRefresh().model_refresh(market_data(N_OLD + 4), replace(first_model(), data=None), config())


def test_a_revised_history_is_refused_until_it_is_accepted() -> None:
    table = market_table(N_OLD + 4)
    table.loc[50, "sales"] += 800.0
    new = replace(market_data(), table=table)
    with pytest.raises(DataError, match="1 week of history changed in sales"):
        ModelRefresh().model_refresh(new, first_model(), config())
    result = ModelRefresh(accept_revisions=True).model_refresh(new, first_model(), config())
    assert len(result.refreshes) == 1


@pytest.mark.parametrize(
    ("n", "first", "window", "reason"),
    [
        (N_OLD, 0, None, "no week after 2023-12-25"),
        (N_OLD + 2, 0, None, "2 new weeks and a step needs 4"),
        (N_OLD + 20, 0, days("2023-10-02", "2023-12-25"), "20 new weeks, more than the 13"),
        (N_OLD + 4, 10, None, "holds 104 weeks and the table only 98"),
    ],
)
def test_data_that_cannot_be_refreshed_with_are_refused_with_the_reason(
    n: int, first: int, window: Window | None, reason: str
) -> None:
    old = replace(first_model(), data=market_data(N_OLD, window))
    new = replace(market_data(n), table=market_table(n).iloc[first:])
    with pytest.raises(DataError, match=reason):
        ModelRefresh(accept_revisions=True).model_refresh(new, old, config())


def test_new_weeks_that_are_all_left_out_are_refused() -> None:
    holes = (mark("2024-01-01", "2024-01-22", treatment=Treatment.LEAVE_OUT),)
    new = market_data(N_OLD + 4)
    with pytest.raises(DataError, match="Every new week is left out"):
        ModelRefresh().model_refresh(
            replace(new, settings=replace(new.settings, marked=holes)), first_model(), config()
        )


def test_an_unknown_pick_is_refused() -> None:
    with pytest.raises(NotFoundError, match="no model '9_9'"):
        ModelRefresh().model_refresh(market_data(N_OLD + 4), replace(first_model(), selected_id="9_9"), config())


def test_a_refresh_that_is_stopped_at_once_keeps_nothing() -> None:
    with pytest.raises(RunCancelledError):
        ModelRefresh(should_stop=lambda: True).model_refresh(market_data(N_OLD + 4), first_model(), config())


def test_an_automatic_refresh_that_is_stopped_keeps_the_steps_it_has() -> None:
    asked = 0

    def stop() -> bool:
        nonlocal asked
        asked += 1
        return asked > 8

    result = ModelRefresh(should_stop=stop).model_refresh(market_data(N_OLD + 20), first_model(), config(4, "auto"))
    assert 1 <= len(result.refreshes) < 5
    assert any("stopped after step" in note for note in result.info.notes)


def test_more_data_do_not_change_the_length_a_weibull_is_measured_on() -> None:
    step = steps_of(market_data(N_OLD + 13), config(13))[0]
    assert step.design.weibull_length == N_OLD
    assert step.collection.data is not None
    assert build_design(step.collection.data).weibull_length == N_OLD


def test_robyns_rules_ignore_the_fit_and_weigh_the_rest_by_the_step() -> None:
    origin = origin_of(first_model())
    data = market_data(N_OLD + 4, Window(start=dt.date(2022, 1, 31), end=dt.date(2024, 1, 22)))
    aim = aimed_design(origin, data, 4, TrialsConfig(), RefreshRules.ROBYN).aim
    assert aim is not None
    assert (aim.new_share, aim.rest_factor) == (0.0, 1 / (1 - 4 / N_OLD))
    result = ModelRefresh(rules=RefreshRules.ROBYN).model_refresh(market_data(N_OLD + 4), first_model(), config())
    nearest = min(
        ParetoOptimizer(calibration_constraint=1.0).pareto_optimize(data, result)["solution_ids"],
        key=dict(
            zip(result.model_output.solution_ids, result.model_output.metric("decomp_rssd"), strict=True)
        ).__getitem__,
    )
    assert result.selected_id == nearest


def test_penalties_and_validation_of_the_first_search_stay() -> None:
    trials = replace(SEARCH, add_penalty_factor=True, timeseries_validation=True)
    origin: Origin = origin_of(first_model(trials))
    result = ModelRefresh().model_refresh(market_data(N_OLD + 4), first_model(trials), config())
    assert result.model_output.parameter_names == origin.output.parameter_names
    nrmse, validation = (result.model_output.metric(name) for name in ("nrmse", "nrmse_val"))
    assert np.array_equal(nrmse, validation)
    assert any("lie in its test part" in note for note in result.info.notes)
