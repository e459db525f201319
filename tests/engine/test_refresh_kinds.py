"""What must hold of every refresh, for every kind of model: exposures, conversions, Weibull, studies, validation, factors."""

import datetime as dt
import functools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mmm_core.engine.features import build_run_design
from mmm_core.engine.model_executor import MMMModelExecutor
from mmm_core.engine.model_refresh import ModelRefresh, RefreshPlan, Stepped, hyperparameters_of, origin_of
from mmm_core.engine.refresh_causes import Moves, explain_pareto, pick_figures, refit_figures, revised_data
from mmm_core.entities.columns import AdstockKind, ContextColumn, OrganicMedia, Outcome, OutcomeKind, PaidMedia
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.model_output import ModelOutputCollection
from mmm_core.entities.refresh import Cause, ModelRefreshConfig
from mmm_core.entities.settings import Baseline, CalibrationInput, LiftStudy, ModelSettings
from mmm_core.entities.trials_config import TrialsConfig
from tests.data_builders import mark
from tests.refresh_markets import N_OLD, market_table

STUDY = LiftStudy(
    channels=("tv",), start=dt.date(2023, 10, 2), end=dt.date(2023, 11, 5), lift=30_000.0, standard_error=1e3
)
PLAIN = TrialsConfig(trials=2, iterations=80, cores=1)
KINDS = {
    "exposure": {"paid_media": (PaidMedia(spend="tv"), PaidMedia(spend="search", exposure="clicks"))},
    "conversions": {"outcome": Outcome(column="sales", kind=OutcomeKind.CONVERSION)},
    "weibull_cdf": {"adstock": AdstockKind.WEIBULL_CDF},
    "weibull_pdf": {"adstock": AdstockKind.WEIBULL_PDF},
    "mixed": {"paid_media": (PaidMedia(spend="tv", adstock=AdstockKind.WEIBULL_PDF), PaidMedia(spend="search"))},
    "studies": {"calibration": CalibrationInput(studies=(STUDY,))},
    "factor": {"context": (ContextColumn(column="price"), ContextColumn(column="offer"))},
    "validated": {},
    "penalties": {"marked": (mark("2022-05-02", "2022-05-16"),)},
}
EVERY_KIND = pytest.mark.parametrize("kind", KINDS)


def table(n: int) -> pd.DataFrame:
    made = market_table(n)
    t = np.arange(n)
    return made.assign(clicks=made["search"] * (2.0 + np.sin(t)), offer=np.array(["none", "half", "gift"])[t % 7 % 3])


def data(kind: str, n: int = N_OLD) -> MMMDataCollection:
    settings = ModelSettings(
        date="date",
        outcome=Outcome(column="sales"),
        paid_media=(PaidMedia(spend="tv"), PaidMedia(spend="search")),
        organic=(OrganicMedia(column="mails"),),
        context=(ContextColumn(column="price"),),
        baseline=Baseline(trend=False, season=False),
    )
    return MMMDataCollection(table=table(n), settings=replace(settings, **KINDS[kind]))


def rules(kind: str) -> TrialsConfig:
    return replace(PLAIN, timeseries_validation=kind == "validated", add_penalty_factor=kind == "penalties")


@functools.cache
def first(kind: str) -> ModelOutputCollection:
    return MMMModelExecutor().model_run(data(kind), rules(kind), seed=3, quiet=True)


def asked(mode: str = "manual", freedom: float | None = None) -> ModelRefreshConfig:
    return ModelRefreshConfig(
        refresh_steps=4, refresh_mode=mode, refresh_iters=60, refresh_trials=3, bounds_freedom=freedom
    )


def steps_of(kind: str, new: MMMDataCollection, config: ModelRefreshConfig, *, accept: bool = False) -> list[Stepped]:
    plan = RefreshPlan(config, rules(kind), 3)
    return ModelRefresh(accept_revisions=accept).run_steps(origin_of(first(kind)), new, plan)


@functools.cache
def automatic(kind: str) -> list[Stepped]:
    """Three steps."""
    return steps_of(kind, data(kind, N_OLD + 12), asked("auto"))


def explained(kind: str, steps: list[Stepped], new: MMMDataCollection) -> Moves:
    return explain_pareto(steps, new, replace(rules(kind), trials=3, iterations=60))


def size(moves: Moves, cause: Cause) -> float:
    return float(np.nanmax(np.abs(np.concatenate(moves.by_cause[cause]))))


@EVERY_KIND
def test_the_previous_model_on_the_previous_rows_says_what_it_said(kind: str) -> None:
    origin = origin_of(first(kind))
    again = refit_figures(hyperparameters_of(origin.output, origin.solution_id), origin.design, rules(kind))
    before = pick_figures(origin.output, origin.solution_id, origin.design)
    for measure, said in zip(again, before, strict=True):
        np.testing.assert_allclose(measure, said, rtol=0, atol=1e-9)


@EVERY_KIND
def test_every_step_starts_from_what_the_step_before_said(kind: str) -> None:
    for step in automatic(kind):
        again = refit_figures(step.anchor.hyperparameters, step.origin.design, rules(kind))
        before = pick_figures(step.origin.output, step.origin.solution_id, step.origin.design)
        np.testing.assert_allclose(again.contribution, before.contribution, rtol=0, atol=1e-9)


@EVERY_KIND
def test_the_causes_add_up_over_several_steps(kind: str) -> None:
    steps, new = automatic(kind), data(kind, N_OLD + 12)
    moves = explained(kind, steps, new)
    origin, last = steps[0].origin, steps[-1]
    whole = pick_figures(last.collection.model_output, last.selected_id, last.design).minus(
        pick_figures(origin.output, origin.solution_id, origin.design)
    )
    for measure in ("contribution", "roas"):
        total = sum(getattr(moves.by_cause[cause], measure) for cause in Cause)
        np.testing.assert_allclose(total, getattr(whole, measure), rtol=0, atol=1e-9)
    assert size(moves, Cause.REVISED_HISTORY) == 0.0


@EVERY_KIND
def test_without_freedom_only_the_new_weeks_move_anything(kind: str) -> None:
    new = data(kind, N_OLD + 4)
    moves = explained(kind, steps_of(kind, new, asked(freedom=0.0)), new)
    for cause in set(Cause) - {Cause.NEW_PERIODS}:
        assert size(moves, cause) <= 1e-9, cause
    assert size(moves, Cause.NEW_PERIODS) > 1e-3


@EVERY_KIND
def test_a_step_without_new_weeks_is_moved_by_none(kind: str) -> None:
    step = steps_of(kind, data(kind, N_OLD + 4), asked())[0]
    still = step._replace(design=replace(step.origin.design, aim=step.design.aim))
    moved = refit_figures(still.anchor.on(still.design, still.space.names), still.design, rules(kind))
    before = pick_figures(step.origin.output, step.origin.solution_id, step.origin.design)
    np.testing.assert_allclose(moved.contribution, before.contribution, rtol=0, atol=1e-9)


@EVERY_KIND
def test_a_history_that_is_written_otherwise_but_says_the_same_moves_nothing(kind: str) -> None:
    whole = data(kind, N_OLD + 4)
    tv = whole.table["tv"]
    new = replace(whole, table=whole.table.assign(tv=tv.mask(tv == 0.0, -0.0)))
    assert revised_data(data(kind), new) is not None  # other bits, so that it is measured by a refit
    assert size(explained(kind, steps_of(kind, new, asked()), new), Cause.REVISED_HISTORY) <= 1e-9


@EVERY_KIND
def test_a_stored_candidate_of_a_step_is_what_a_refit_says(kind: str) -> None:
    step = automatic(kind)[-1]
    values = hyperparameters_of(step.collection.model_output, step.selected_id)
    again = refit_figures(values, step.design, rules(kind))
    said = pick_figures(step.collection.model_output, step.selected_id, step.design)
    np.testing.assert_allclose(again.contribution, said.contribution, rtol=0, atol=1e-9)
    assert step.collection.data is not None
    design = build_run_design(step.collection.data, rules(kind))
    np.testing.assert_array_equal(design.media, step.design.media)
    np.testing.assert_array_equal(design.rows, step.design.rows)
    assert (design.unseen_from is not None) is (kind == "validated")
