"""Backtests look at nothing that came later, say what they need, and can be stopped and taken up again."""

import datetime as dt
import functools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mmm_core.engine.backtest import BacktestTask, run_backtest
from mmm_core.engine.backtest_dates import most_dates, plan_dates
from mmm_core.engine.candidate import refit_model
from mmm_core.engine.model_forecast import design_at, foretell_rows
from mmm_core.engine.past_view import view_at
from mmm_core.entities.backtest import Backtest, BacktestQuestion, Contender, Subject
from mmm_core.entities.columns import ContextColumn, Outcome, OutcomeKind, PaidMedia
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.settings import Baseline, CalibrationInput, LiftStudy, MarkedPeriods, ModelSettings, Treatment
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.errors import BoundsError, DataError, SettingsError
from tests.posterior_data import market, market_table

HORIZON, N_DATES, N = 6, 2, 120
FIRST = N - N_DATES * HORIZON
FIXED = {f"c{i}_{name}": value for i in range(3) for name, value in (("alpha", 1.5), ("gamma", 0.5), ("theta", 0.3))}
SUBJECTS = list(Subject)


def table() -> pd.DataFrame:
    """Three channels, one by its exposures, a number and a text that also move the outcome."""
    random = np.random.default_rng(8)
    made = market_table(N)
    made["views0"] = made["c0"] * random.uniform(90.0, 110.0, N)
    made["price"] = random.normal(10.0, 1.0, N)
    made["promo"] = np.where(random.random(N) < 0.2, "sale", "none")
    made["y"] += 20.0 * made["price"] + 50.0 * (made["promo"] == "sale")
    return made


def collection(made: pd.DataFrame | None = None, **changes: object) -> MMMDataCollection:
    paid = (PaidMedia(spend="c0", exposure="views0"), PaidMedia(spend="c1"), PaidMedia(spend="c2"))
    settings = ModelSettings(
        date="date",
        outcome=Outcome(column="y"),
        paid_media=paid,
        context=(ContextColumn(column="price"), ContextColumn(column="promo")),
        baseline=Baseline(trend=True, season=True),
    )
    return MMMDataCollection(table=table() if made is None else made, settings=replace(settings, **changes))


def task(data: MMMDataCollection, subject: Subject, **changes: object) -> BacktestTask:
    asked = {"n_dates": N_DATES, "horizon": HORIZON, "trials": 2, "iterations": 60, **changes}
    return BacktestTask(
        data=data,
        question=BacktestQuestion(subject=subject, **asked),
        trials=TrialsConfig(cores=1),
        seed=3,
        hyperparameters={**FIXED, "lambda": 20.0},
    )


@functools.cache
def made(subject: Subject) -> Backtest:
    return run_backtest(task(collection(), subject))


def forecasts(found: Backtest, number: int = 0) -> list[tuple[float, ...]]:
    one = found.forecasts[number]
    return [one.model, one.no_media, one.naive, one.low, one.high]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_nothing_that_came_later_changes_a_forecast(subject: Subject) -> None:
    changed = table()
    changed.loc[FIRST:, "y"] = 7.0 + np.arange(N - FIRST)
    later = FIRST + HORIZON
    changed.loc[later:, ["c0", "c1", "c2"]] *= 50.0
    changed.loc[later:, ["views0", "price"]] *= 3.0
    changed.loc[later:, "promo"] = "clearance"
    found = run_backtest(task(collection(changed), subject))
    assert forecasts(found) == forecasts(made(subject))
    assert found.forecasts[0].actual == tuple(7.0 + np.arange(HORIZON))
    assert forecasts(found, 1) != forecasts(made(subject), 1)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_spend_of_a_later_week_does_not_reach_back(subject: Subject) -> None:
    changed = table()
    changed.loc[FIRST + HORIZON - 1, ["c0", "views0", "c1", "c2"]] = [900.0, 90_000.0, 900.0, 900.0]
    found = run_backtest(task(collection(changed), subject, n_dates=2)).forecasts[0]
    before = made(subject).forecasts[0]
    assert found.model[:-1] == before.model[:-1]
    assert found.model[-1] > before.model[-1]
    assert found.no_media == before.no_media


@pytest.mark.parametrize("subject", SUBJECTS)
def test_media_that_move_the_outcome_foretell_better_than_none(subject: Subject) -> None:
    found = made(subject)
    assert found.wins(Contender.NO_MEDIA) == N_DATES
    assert found.miss(Contender.MODEL) < found.miss(Contender.NO_MEDIA)
    assert (found.covered is not None) is (subject is Subject.AVERAGED)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_backtest_taken_up_again_ends_as_if_it_had_not_stopped(subject: Subject) -> None:
    parts: list[Backtest] = []
    stopped = run_backtest(task(collection(), subject), progress=parts.append, should_stop=lambda: len(parts) == 1)
    assert (stopped.n_done, stopped.is_complete) == (1, False)
    assert run_backtest(task(collection(), subject), kept=stopped) == made(subject)


def test_a_search_that_is_stopped_gives_no_half_searched_forecast() -> None:
    asked = task(collection(), Subject.PROCEDURE, trials=1, iterations=2_000_000)
    calls = iter([False] * 4)
    assert run_backtest(asked, should_stop=lambda: next(calls, True)).n_done == 0


def test_what_is_foretold_of_fitted_periods_is_the_fit() -> None:
    view = view_at(collection(), FIRST, HORIZON)
    design = design_at(view)
    model = refit_model(design, {**FIXED, "lambda": 20.0})
    np.testing.assert_allclose(foretell_rows(model, design, design.rows), model.fitted, rtol=1e-12)


def test_with_nothing_but_a_level_no_media_foretells_the_mean() -> None:
    bare = market(market_table(N), baseline=Baseline(trend=False, season=False))
    found = run_backtest(replace(task(bare, Subject.AVERAGED), hyperparameters=None)).forecasts[0]
    known = bare.table["y"].to_numpy()[:FIRST].mean()
    assert found.no_media == pytest.approx([known] * HORIZON, rel=1e-6)


def test_a_weibull_scale_keeps_the_length_it_was_found_with() -> None:
    view = view_at(collection(), FIRST, HORIZON)
    assert design_at(view).weibull_length == FIRST
    assert design_at(view, weibull_length=N).weibull_length == N


def study(start: int, end: int, channel: str = "c1") -> LiftStudy:
    first = dt.date(2020, 1, 6)
    days = [first + dt.timedelta(weeks=week) for week in (start, end)]
    return LiftStudy(channels=(channel,), start=days[0], end=days[1] - dt.timedelta(days=1), lift=500.0)


def test_lift_studies_that_were_not_over_are_left_out() -> None:
    over, going_on, later = study(50, FIRST), study(FIRST - 2, FIRST + 1, "c2"), study(N - 2, N)
    data = collection(calibration=CalibrationInput(studies=(over, going_on, later)))
    view = view_at(data, FIRST, HORIZON)
    assert view.known.settings.calibration.studies == (over,)
    assert run_backtest(task(data, Subject.PROCEDURE)).is_complete


def test_events_that_had_not_happened_are_left_out_and_left_out_weeks_stay_so() -> None:
    first = dt.date(2020, 1, 6)
    event = MarkedPeriods(start=first + dt.timedelta(weeks=N - 1), end=first + dt.timedelta(weeks=N - 1), reason="fire")
    strike = replace(event, start=first + dt.timedelta(weeks=FIRST), reason="strike", treatment=Treatment.LEAVE_OUT)
    strike = replace(strike, end=strike.start)
    data = collection(marked=(event, strike))
    view = view_at(data, FIRST, HORIZON)
    assert [mark.reason for mark in view.known.settings.marked] == ["strike"]
    assert view.ahead.tolist() == list(range(FIRST + 1, FIRST + 1 + HORIZON))
    assert len(view.span.rows) == FIRST + HORIZON


def test_the_year_before_looks_no_further_than_what_was_known_where_weeks_are_left_out() -> None:
    day = dt.date(2020, 1, 6) + dt.timedelta(weeks=70)
    data = collection(marked=(MarkedPeriods(start=day, end=day, reason="strike", treatment=Treatment.LEAVE_OUT),))
    found = run_backtest(task(data, Subject.MODEL, n_dates=1, horizon=52)).forecasts[0]
    outcome = data.table["y"].to_numpy()
    assert found.n_known == 67
    assert found.naive[-1] == outcome[N - 1 - 104]
    assert set(found.naive) <= set(outcome[:67])


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_channel_that_was_not_there_yet_is_left_out_at_that_date(subject: Subject) -> None:
    late = table()
    late.loc[: FIRST + 1, "c2"] = 0.0
    data = collection(
        late, bounds={"c2": {"theta": (0.1, 0.2)}}, calibration=CalibrationInput(studies=(study(N - 3, N, "c2"),))
    )
    found = run_backtest(task(data, subject))
    assert [one.left_out for one in found.forecasts] == [("c2",), ()]


def test_a_date_without_any_channel_is_a_reason_not_an_end() -> None:
    late = table()
    late.loc[: FIRST + 1, ["c0", "views0", "c1", "c2"]] = 0.0
    found = run_backtest(task(collection(late), Subject.AVERAGED))
    assert [len(found.forecasts), len(found.refused)] == [1, 1]
    assert "No column is paid media" in found.refused[0].reason
    assert found.is_complete


def test_too_few_periods_are_refused_with_what_is_needed() -> None:
    data = collection()
    assert most_dates(data, 8) == (N - 52) // 8
    with pytest.raises(
        DataError,
        match=r"9 forecasts of 8 weeks each need 124 modelled weeks, .* there are 120: at most 8 are possible",
    ):
        plan_dates(data, 9, 8)
    with pytest.raises(DataError, match=r"not reach further than a year \(52 weeks\).*got 60"):
        plan_dates(data, 1, 60)


def test_dates_lie_one_horizon_apart_and_end_with_the_data() -> None:
    assert plan_dates(collection(), 3, 8) == [96, 104, 112]


@pytest.mark.parametrize(("freq", "n", "year"), [("D", 500, 364), ("MS", 60, 12)])
@pytest.mark.parametrize("subject", SUBJECTS)
def test_daily_and_monthly_conversions_are_foretold_too(freq: str, n: int, year: int, subject: Subject) -> None:
    made_of = market_table(n, freq=freq)
    data = market(made_of, outcome=Outcome(column="y", kind=OutcomeKind.CONVERSION))
    found = run_backtest(task(data, subject, horizon=3))
    assert found.is_complete
    assert not found.refused
    first = n - 6
    assert found.forecasts[0].naive == tuple(data.table["y"].iloc[first - year : first - year + 3])


def test_a_model_without_hyperparameters_is_refused() -> None:
    with pytest.raises(SettingsError, match="needs its hyperparameters"):
        run_backtest(replace(task(collection(), Subject.MODEL), hyperparameters=None))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n_dates": 0}, "n_dates must be a whole number from 1 to 26, got 0"),
        ({"horizon": 400}, "horizon must be a whole number from 1 to 366, got 400"),
        ({"subject": Subject.PROCEDURE}, "needs trials and iterations of at least 1; got 0 and 0"),
    ],
)
def test_impossible_questions_are_refused(changes: dict[str, object], message: str) -> None:
    asked = {"subject": Subject.AVERAGED, "n_dates": 1, "horizon": 1, **changes}
    with pytest.raises(BoundsError, match=message):
        BacktestQuestion(**asked)
