"""Why it moved: every cause is measured, is 0 where it is absent, and all of them add up."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from mmm_core.engine.features import build_design
from mmm_core.engine.model_refresh import Stepped, hyperparameters_of, origin_of
from mmm_core.engine.posterior_sampler import PosteriorSampler
from mmm_core.engine.refresh_causes import (
    Figures,
    Moves,
    data_without_new_studies,
    explain_average,
    explain_pareto,
    mean_figures,
    pick_figures,
    refit_figures,
    revised_data,
)
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.posterior import Posterior
from mmm_core.entities.refresh import Cause
from mmm_core.entities.settings import CalibrationInput, LiftStudy
from tests.refresh_markets import N_OLD, SEARCH, config, first_model, market_data, market_table, steps_of

NEW = market_data(N_OLD + 4)
CHAIN = tuple(Cause)
STUDY = LiftStudy(
    channels=("tv",), start=dt.date(2023, 10, 2), end=dt.date(2023, 11, 5), lift=30_000.0, standard_error=1e3
)
STUDIED = CalibrationInput(studies=(STUDY,))


def revised_market(n: int = N_OLD + 4) -> MMMDataCollection:
    table = market_table(n)
    table.loc[60:70, "sales"] *= 1.1
    return replace(market_data(), table=table)


def explained(steps: list[Stepped], new: MMMDataCollection = NEW) -> Moves:
    return explain_pareto(steps, new, replace(SEARCH, trials=3, iterations=60))


def change(steps: list[Stepped]) -> Figures:
    first, last = steps[0].origin, steps[-1]
    after = pick_figures(last.collection.model_output, last.selected_id, last.design)
    return after.minus(pick_figures(first.output, first.solution_id, first.design))


def size(moves: Moves, cause: Cause) -> float:
    return float(np.abs(moves.by_cause[cause].contribution).max())


def assert_adds_up(moves: Moves, whole: Figures) -> None:
    for measure in ("contribution", "roas"):
        total = sum(getattr(moves.by_cause[cause], measure) for cause in CHAIN)
        np.testing.assert_allclose(total, getattr(whole, measure), rtol=0, atol=1e-9, err_msg=measure)


def test_the_previous_hyperparameters_on_the_previous_rows_give_the_previous_figures() -> None:
    origin = origin_of(first_model())
    hyperparameters = hyperparameters_of(origin.output, origin.solution_id)
    again = refit_figures(hyperparameters, origin.design, SEARCH)
    np.testing.assert_allclose(
        again.contribution,
        pick_figures(origin.output, origin.solution_id, origin.design).contribution,
        rtol=0,
        atol=1e-9,
    )


@pytest.mark.parametrize(("n_new", "mode"), [(4, "manual"), (12, "auto")])
def test_the_causes_add_up_to_the_whole_over_any_number_of_steps(n_new: int, mode: str) -> None:
    new = market_data(N_OLD + n_new)
    steps = steps_of(new, config(4, mode))
    assert_adds_up(explained(steps, new), change(steps))


def test_the_causes_add_up_when_history_was_revised_too() -> None:
    new = revised_market()
    steps = steps_of(new, config(), accept_revisions=True)
    moves = explained(steps, new)
    assert_adds_up(moves, change(steps))
    assert size(moves, Cause.REVISED_HISTORY) > 1.0


def test_a_history_that_was_not_revised_moves_nothing() -> None:
    assert size(explained(steps_of(NEW, config())), Cause.REVISED_HISTORY) == 0.0


def test_with_fixed_hyperparameters_neither_choice_nor_noise_move_anything() -> None:
    moves = explained(steps_of(NEW, config(freedom=0.0)))
    assert size(moves, Cause.MODEL_CHOICE) <= 1e-9
    assert size(moves, Cause.SEARCH_NOISE) <= 1e-9
    assert size(moves, Cause.NEW_PERIODS) > 1.0


def test_a_revision_moves_what_a_refit_of_the_old_window_says() -> None:
    new = revised_market()
    steps = steps_of(new, config(), accept_revisions=True)
    origin, data = steps[0].origin, revised_data(steps[0].origin.data, new)
    assert data is not None
    design = build_design(data)
    refitted = refit_figures(steps[0].anchor.on(design, steps[0].space.names), design, SEARCH)
    expected = refitted.minus(pick_figures(origin.output, origin.solution_id, origin.design))
    found = explained(steps, new).by_cause[Cause.REVISED_HISTORY]
    np.testing.assert_allclose(found.contribution, expected.contribution, rtol=1e-12)


def test_new_weeks_that_are_absent_move_nothing() -> None:
    step = steps_of(NEW, config())[0]
    still = step._replace(design=replace(step.origin.design, aim=step.design.aim))
    assert size(explained([still], market_data()), Cause.NEW_PERIODS) <= 1e-9


def test_a_revision_smaller_than_the_tolerance_is_measured_all_the_same() -> None:
    table = market_table(N_OLD + 4)
    table.loc[60:70, "sales"] *= 1.0005
    new = replace(market_data(), table=table)
    steps = steps_of(new, config())
    assert size(explained(steps, new), Cause.REVISED_HISTORY) > 1e-3


def test_older_weeks_that_come_to_light_do_not_lengthen_the_window_they_are_told_apart_in() -> None:
    whole = market_data(N_OLD + 4)
    old = replace(whole, table=whole.table.iloc[10:N_OLD])
    revised = revised_data(old, whole)
    assert revised is not None
    assert revised.dates.iloc[revised.rows].tolist() == old.dates.iloc[old.rows].tolist()


def test_weeks_that_are_gone_shorten_the_window_they_are_told_apart_in() -> None:
    whole = market_data(N_OLD + 4)
    revised = revised_data(market_data(), replace(whole, table=whole.table.iloc[3:]))
    assert revised is not None
    assert revised.n_periods == N_OLD - 3


def test_noise_is_the_pick_against_the_mean_of_what_independent_searches_pick() -> None:
    step = steps_of(NEW, config(trials=5))[0]
    moves = explained([step])
    assert moves.n_seeds == 5
    whole = change([step])
    rest = sum(moves.by_cause[cause].contribution for cause in CHAIN if cause is not Cause.SEARCH_NOISE)
    np.testing.assert_allclose(moves.by_cause[Cause.SEARCH_NOISE].contribution, whole.contribution - rest, atol=1e-9)
    assert (moves.noise.contribution > 0).any()


def test_a_single_search_is_compared_with_others_made_for_that() -> None:
    step = steps_of(NEW, config(trials=1))[0]
    moves = explained([step])
    assert moves.n_seeds == 3
    assert size(moves, Cause.SEARCH_NOISE) > 0.0


def test_taking_another_model_than_the_pick_is_a_choice_of_model() -> None:
    step = steps_of(NEW, config())[0]
    other = next(one for one in step.pareto["solution_ids"] if one != step.selected_id)
    picked, taken = explained([step]), explain_pareto([step], NEW, SEARCH, chosen_id=other)
    assert_adds_up(taken, change([step._replace(selected_id=other)]))
    assert size(taken, Cause.SEARCH_NOISE) == size(picked, Cause.SEARCH_NOISE)


@pytest.fixture(scope="module")
def averages() -> dict[str, Posterior]:
    """The averaged estimate on the old data, on a revised history, and on new data with two seeds."""
    old, seed = market_data(), 3
    revised = revised_data(old, revised_market())
    new = steps_of(NEW, config(freedom=0.0))[0].collection.data
    assert revised is not None
    assert new is not None
    asked = {"old": (old, seed), "revised": (revised, seed), "new": (new, seed), "other": (new, 4)}
    asked["studied"] = (replace(new, settings=replace(new.settings, calibration=STUDIED)), seed)
    return {
        name: PosteriorSampler().sample(data, seed=number, sweeps=400, burn_in=100)
        for name, (data, number) in asked.items()
    }


@pytest.mark.parametrize("revised", [None, "revised"])
@pytest.mark.parametrize("current", ["new", "other"])
def test_the_causes_of_the_averaged_estimate_add_up(
    averages: dict[str, Posterior], revised: str | None, current: str
) -> None:
    moves = explain_average(averages["old"], averages[revised] if revised else None, averages["new"], averages[current])
    assert_adds_up(moves, mean_figures(averages[current]).minus(mean_figures(averages["old"])))
    absent = {Cause.REVISED_HISTORY: revised is None, Cause.SEARCH_NOISE: current == "new", Cause.MODEL_CHOICE: True}
    assert {cause: size(moves, cause) == 0.0 for cause in absent} == absent


def test_the_averaged_estimate_of_the_same_data_and_seed_does_not_move(averages: dict[str, Posterior]) -> None:
    again = PosteriorSampler().sample(market_data(), seed=3, sweeps=400, burn_in=100)
    moves = explain_average(averages["old"], None, again, again)
    assert all(size(moves, cause) == 0.0 for cause in CHAIN)


def test_what_new_studies_do_to_the_averaged_estimate_is_no_new_week(averages: dict[str, Posterior]) -> None:
    old, new, studied = (averages[name] for name in ("old", "new", "studied"))
    moves, plain = explain_average(old, None, studied, studied, new), explain_average(old, None, new, new)
    assert_adds_up(moves, mean_figures(studied).minus(mean_figures(old)))
    np.testing.assert_array_equal(
        moves.by_cause[Cause.NEW_PERIODS].contribution, plain.by_cause[Cause.NEW_PERIODS].contribution
    )
    assert size(moves, Cause.MODEL_CHOICE) > 1.0


def test_only_studies_that_joined_are_taken_out_to_tell_them_apart() -> None:
    old, new = (replace(data, settings=replace(data.settings, calibration=STUDIED)) for data in (market_data(), NEW))
    assert data_without_new_studies(old, new) is None
    assert data_without_new_studies(market_data(), NEW) is None
    without = data_without_new_studies(market_data(), new)
    assert without is not None
    assert without.settings.calibration.studies == ()


def test_the_noise_of_the_averaged_estimate_is_as_large_as_another_seed_makes_it(
    averages: dict[str, Posterior],
) -> None:
    moves = explain_average(averages["old"], None, averages["new"], averages["other"])
    apart = np.abs(moves.by_cause[Cause.SEARCH_NOISE].contribution)
    assert (apart < 5.0 * moves.noise.contribution).all()
