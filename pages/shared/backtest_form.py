"""What a backtest is asked: what is tested, at how many dates, how far ahead."""

from collections.abc import Mapping
from types import MappingProxyType

import streamlit as st

from mmm_core.charts.backtest_words import question_words
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.engine.backtest_dates import YEAR, most_dates
from mmm_core.entities.backtest import MOST_DATES, BacktestQuestion, Subject
from mmm_core.entities.columns import Frequency
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.model_set import AVERAGED_ID
from mmm_core.entities.records import CheckRecord, RunRecord, RunStatus
from mmm_core.entities.run_result import RunResult
from mmm_core.errors import NotFoundError
from pages.shared import backtest_loaders, boundary, loaders, model_choice
from pages.shared.glossary import term
from pages.shared.widgets import as_text, duration

USUAL_HORIZON: Mapping[Frequency, int] = MappingProxyType({Frequency.DAY: 28, Frequency.WEEK: 8, Frequency.MONTH: 3})
USUAL_DATES = 6
QUICK = (3, 500)
"""Trials and iterations of a search that is made quickly at every date."""


def draw(run: RunRecord, result: RunResult, words: Vocabulary, check: CheckRecord | None) -> None:
    """Draw the question, the button that starts it, and the state of the one that was asked last.

    Args:
        run: The run.
        result: What it found.
        words: Names and units.
        check: The backtest asked for last.
    """
    data = backtest_loaders.collection(run.run_id)
    before = backtest_loaders.question(check) if check is not None else None
    with st.container(border=True, key="backtest_question", gap="small"):
        with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
            subject = _subject(result, before)
            horizon = _horizon(data, words, before)
            n_dates = _dates(data, words, before, horizon)
            trials, iterations = _size(run, subject, before)
        if n_dates is None:
            return
        question = BacktestQuestion(
            subject=subject,
            n_dates=n_dates,
            horizon=horizon,
            solution_id=_model(result) if subject is Subject.MODEL else "",
            trials=trials,
            iterations=iterations,
        )
        is_going_on = check is not None and not check.status.is_over
        is_same = before == question and check is not None and check.status is RunStatus.FINISHED
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.button(
                "Start",
                key="start_backtest",
                type="secondary" if check is not None and check.status is RunStatus.FINISHED else "primary",
                icon=":material/play_arrow:",
                disabled=is_same or (is_going_on and before == question),
                on_click=_start,
                args=(run.run_id, question),
            )
            st.caption(
                as_text(question_words(question, words) + (" (shown below)" if is_same else "")), width="content"
            )


def _subject(result: RunResult, before: BacktestQuestion | None) -> Subject:
    options = [subject for subject in Subject if subject is not Subject.AVERAGED or result.posterior is not None]
    labels = {
        Subject.AVERAGED: "Recommended",
        Subject.MODEL: f"Model {_model(result)}",
        Subject.PROCEDURE: "Whole search",
    }
    first = before.subject if before is not None and before.subject in options else options[0]
    chosen = st.segmented_control(
        "What is tested",
        options,
        default=first,
        required=True,
        format_func=labels.__getitem__,
        key="backtest_subject",
        help=term("backtest"),
        width="content",
    )
    return chosen or first


def _model(result: RunResult) -> str:
    """The model that is looked at; where that is the average, the picked one or the search's best."""
    shown = model_choice.shown(result)
    return model_choice.selected(result) if shown == AVERAGED_ID else shown


def _horizon(data: MMMDataCollection, words: Vocabulary, before: BacktestQuestion | None) -> int:
    most = min(YEAR[data.frequency], data.n_periods)
    usual = min(before.horizon if before is not None else USUAL_HORIZON[data.frequency], most)
    return int(
        st.number_input(
            f"{words.period.capitalize()}s ahead",
            1,
            most,
            usual,
            key="backtest_horizon",
            help=term("horizon"),
            width=150,
        )
    )


def _dates(data: MMMDataCollection, words: Vocabulary, before: BacktestQuestion | None, horizon: int) -> int | None:
    """How many dates; None when the data allow none, which is said."""
    most = min(most_dates(data, horizon), MOST_DATES)
    if not most:
        needed = YEAR[data.frequency]
        st.warning(
            f"These data are too short for a forecast of {horizon} {words.period}s: about a year ({needed} {words.period}s) must "
            f"come before it, and there are {data.n_periods} in all. Choose a shorter horizon, or add history on Upload.",
            icon=":material/event_busy:",
        )
        return None
    usual = min(before.n_dates if before is not None else USUAL_DATES, most)
    return int(
        st.number_input(
            "Past dates",
            1,
            most,
            usual,
            key=f"backtest_dates_{most}",  # another limit is another widget
            help=term("past_dates"),
            width=150,
        )
    )


def _size(run: RunRecord, subject: Subject, before: BacktestQuestion | None) -> tuple[int, int]:
    """Trials and iterations of every search; none where nothing is searched."""
    if subject is not Subject.PROCEDURE:
        return 0, 0
    asked = loaders.request(run).trials
    sizes = {"As in the run": (asked.trials, asked.iterations), "Quick": QUICK}
    if asked.n_candidates <= QUICK[0] * QUICK[1]:
        del sizes["Quick"]
    labels = list(sizes)
    was_quick = before is not None and (before.trials, before.iterations) == QUICK and "Quick" in sizes
    chosen = st.segmented_control(
        "Size of each search",
        labels,
        default="Quick" if was_quick else labels[0],
        required=True,
        key="backtest_size",
        width="content",
    )
    return sizes[chosen or labels[0]]


@boundary.callback("The backtest cannot be started")
def _start(run_id: str, question: BacktestQuestion) -> None:
    backtest_loaders.ask(run_id, question)


def progress(check: CheckRecord, words: Vocabulary) -> None:
    """How far a backtest is, and the button that stops it."""
    del words
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        st.progress(check.n_done / max(check.n_planned, 1), text=as_text(_progress_words(check)), width="stretch")
        st.button(
            "Stopping …" if check.stop_requested else "Stop and keep what is found",
            key="stop_backtest",
            icon=":material/stop_circle:",
            disabled=check.stop_requested,
            on_click=_stop,
            args=(check.check_id,),
        )


def _progress_words(check: CheckRecord) -> str:
    if check.status is RunStatus.QUEUED:
        kept = f"; {check.n_done} of {check.n_planned} dates are kept" if check.n_done else ""
        return f"Waits for the worker: runs and what was asked before go first{kept}."
    left = check.seconds_left
    time_left = f", {duration(left)} left" if left is not None and check.n_done < check.n_planned else ""
    return f"{check.n_done} of {check.n_planned} dates{time_left}"


@boundary.callback("The backtest could not be stopped")
def _stop(check_id: str) -> None:
    if not loaders.workspace().request_check_stop(check_id):
        raise NotFoundError("The backtest was over before it could be stopped; what it found is shown.")
