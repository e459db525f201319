"""What lift studies change: returns with and without them, which are hit, which conflict, each left out once."""

import streamlit as st

from mmm_core.charts.study_frames import hit_frame, report_frame, study_return_frame
from mmm_core.charts.study_hits import draw_hits, hit_points
from mmm_core.charts.study_returns import draw_study_returns, study_return_points
from mmm_core.charts.study_words import (
    ANSWER_WORDS,
    hit_words,
    left_out_headline,
    measured_words,
    missed_sentences,
    prediction_words,
    study_name,
)
from mmm_core.charts.theme import MAX_STACKED_CHANNELS
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.records import CheckRecord, RunRecord, RunStatus
from mmm_core.entities.study_report import Answer, StudyPrediction, StudyReport
from mmm_core.errors import NotFoundError
from pages.shared import boundary, loaders, study_loaders
from pages.shared.boundary import guarded
from pages.shared.glossary import term
from pages.shared.widgets import as_text, chart, csv_download, current_theme, duration, file_stem

MOVES, HITS = VIEWS = ("Returns with and without", "Predicted and measured")
POLL_SECONDS = 0.7
LOOKS = {
    "Hit": ("green", ":material/check_circle:"),
    "Missed": ("orange", ":material/warning:"),
    "Too vague": ("gray", ":material/blur_on:"),
    "Not modelled": ("gray", ":material/block:"),
    "Not made yet": ("gray", ":material/hourglass_empty:"),
}


def draw(run: RunRecord) -> None:
    """Draw the comparison of a run with its studies, as far as it is made; asks for it when nobody has."""
    check = study_loaders.check_of(run.run_id)
    if check is None:
        study_loaders.ask(run.run_id, len(study_loaders.studies_of(run)))
        check = study_loaders.check_of(run.run_id)
        assert check is not None, "it was just asked for"
    report = study_loaders.report_of(check)
    _progress(run, check)
    if report is None:
        st.markdown(":gray[Drawn here as soon as the first part is made.]")
        return
    st.fragment(_report)(run.run_id)


def _progress(run: RunRecord, check: CheckRecord) -> None:
    """How far the comparison is; its room is kept when it is made."""
    with st.container(key="study_progress", gap="xsmall"):
        if check.status is RunStatus.FINISHED:
            st.caption(f"{check.n_done} calibrations made in {duration(check.seconds).removeprefix('about ')}")
        elif check.status.is_over:
            _over(run, check)
        else:
            st.fragment(_watch, run_every=POLL_SECONDS)(run.run_id, check.n_done)


def _over(run: RunRecord, check: CheckRecord) -> None:
    failed = check.status is RunStatus.FAILED
    what = check.error if failed else f"Stopped after {check.n_done} of {check.n_planned} calibrations; they are kept."
    st.warning(as_text(what), icon=":material/error:" if failed else ":material/stop_circle:")
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Try again" if failed else "Go on",
            key="study_again",
            icon=":material/replay:",
            on_click=_ask_again,
            args=(run.run_id,),
        )
        if failed and check.error_details:
            with st.popover("Copy details"):
                st.code(check.error_details, language="text")


@guarded("progress of the comparison")
def _watch(run_id: str, n_drawn: int) -> None:
    """Draw the page again when a part is made; until then only this line moves."""
    check = study_loaders.check_of(run_id)
    if check is None or check.status.is_over or check.n_done != n_drawn:
        st.rerun()
    if loaders.worker() is None:
        loaders.ensure_worker()
    left = f", {duration(check.seconds_left)} left" if check.seconds_left else ""
    waits = check.status is RunStatus.QUEUED
    said = "Waiting for the worker; runs go first" if waits else "Being compared in the background"
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.progress(
            check.n_done / max(check.n_planned, 1),
            text=f"{said}: {check.n_done} of {check.n_planned} calibrations{left}",
        )
        st.button(
            "Stopping …" if check.stop_requested else "Stop",
            key="study_stop",
            icon=":material/stop_circle:",
            disabled=check.stop_requested,
            on_click=_stop,
            args=(check.check_id,),
        )


@boundary.callback("The comparison could not be stopped")
def _stop(check_id: str) -> None:
    loaders.workspace().request_check_stop(check_id)


@boundary.callback("The comparison could not be asked for")
def _ask_again(run_id: str) -> None:
    study_loaders.ask(run_id, len(study_loaders.studies_of(loaders.workspace().get_run(run_id))))


@guarded("comparison with and without lift studies")
def _report(run_id: str) -> None:
    run, check = loaders.run(run_id), study_loaders.check_of(run_id)
    report = study_loaders.report_of(check) if check is not None else None
    if run is None or report is None:
        raise NotFoundError("This run was deleted meanwhile. Open another one in Saved results.")
    words = loaders.words(run)
    for said in missed_sentences(report, words):  # studies that contradict each other are told where they are entered
        st.warning(as_text(said), icon=":material/call_split:")
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        view = st.segmented_control(
            "View", VIEWS, default=MOVES, required=True, key="study_view", label_visibility="collapsed"
        )
        every = len(words.paid) > MAX_STACKED_CHANNELS and st.toggle(
            f"All {len(words.paid)} channels", key="study_all_channels"
        )
    columns = st.columns(2, gap="large")
    for column, answer in zip(columns, Answer, strict=True):
        with column, st.container(key=f"study_{answer.value}"):
            if view == HITS:
                _hits(report, answer, words)
            else:
                _moves(report, answer, words, None if every else MAX_STACKED_CHANNELS)
    _lines(report, words)
    csv_download(
        report_frame(report),
        file_name=f"{file_stem(run.name)}-lift-studies",
        key="study_report_csv",
        label="All predictions (CSV)",
    )


def _moves(report: StudyReport, answer: Answer, words: Vocabulary, most: int | None) -> None:
    before, after = report.before(answer), report.after(answer)
    if before is None or after is None:
        _to_come(answer)
        return
    tested = frozenset(channel for study in report.studies for channel in study.channels)
    points = study_return_points(before, after, tested, words, most_channels=most)
    chart(
        draw_study_returns(points, current_theme()),
        study_return_frame(points),
        key=f"study_moves_{answer.value}",
        file_name=f"returns with and without studies, {answer.value}",
        alt=f"{ANSWER_WORDS[answer]}: return of every channel with its range, without and with the lift studies",
    )


def _hits(report: StudyReport, answer: Answer, words: Vocabulary) -> None:
    points = hit_points(report, answer, words)
    if not points.shots:
        _to_come(answer)
        return
    chart(
        draw_hits(points, current_theme()),
        hit_frame(points),
        key=f"study_hits_{answer.value}",
        file_name=f"studies predicted and measured, {answer.value}",
        alt=f"{ANSWER_WORDS[answer]}: how far predictions lie from what each study measured, in standard errors",
    )


def _to_come(answer: Answer) -> None:
    st.markdown(f"**{ANSWER_WORDS[answer]}**  \n:gray[Drawn here as soon as it is made.]")


def _lines(report: StudyReport, words: Vocabulary) -> None:
    """Every study: what each answer says with it and without it."""
    st.markdown(
        f"**{as_text(left_out_headline(report, Answer.RECOMMENDED))}** (recommended answer)", help=term("left_out")
    )
    for number, study in enumerate(report.studies):
        with st.container(border=True, gap="xsmall", key=f"study_result_{number}"):
            st.markdown(f"**{as_text(study_name(study, words))}** · {as_text(measured_words(report, number, words))}")
            columns = st.columns(2, gap="medium")
            for column, answer in zip(columns, Answer, strict=True):
                seen, unseen = report.after(answer), report.without(answer, number)
                with column:
                    ranges = f" · ranges: {seen.interval_label}" if seen else ""
                    st.caption(as_text(f"{ANSWER_WORDS[answer]}{ranges}"))
                    error = report.errors[number]
                    _verdict("Calibrated on it", seen.predictions[number] if seen else None, error, words)
                    _verdict("Left out", unseen.predictions[number] if unseen else None, error, words)


def _verdict(what: str, prediction: StudyPrediction | None, error: float, words: Vocabulary) -> None:
    more = f": {prediction_words(prediction, words)}" if prediction is not None else ""
    st.markdown(f"{badge_of(hit_words(prediction, error))} {what}{as_text(more)}")


def badge_of(said: str) -> str:
    """``Hit``, ``Missed`` and the like as a badge inside a line of text."""
    colour, icon = LOOKS[said]
    return f":{colour}-badge[{icon} {said}]"
