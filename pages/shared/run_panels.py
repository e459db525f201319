"""What the Run page shows of one run: the live cloud, what was found, what went wrong."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mmm_core.charts.candidates import candidate_points, draw_candidates
from mmm_core.charts.convergence import convergence_points, course_points, draw_convergence
from mmm_core.charts.gap import TO_SPEND, Gap, gap_of
from mmm_core.charts.live import HEIGHT, draw_live, live_points
from mmm_core.charts.refresh_words import DECISION_WORDS
from mmm_core.charts.summary import duration_words, found_sentences, seconds_left, stage_sentence
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.records import RefreshDecision, RunRecord, RunStatus
from mmm_core.entities.run_result import RunResult, SearchProgress
from pages.shared import boundary, guards, loaders, session
from pages.shared.routes import Route
from pages.shared.widgets import ago, as_text, chart, chart_title, current_theme, is_phone

STATUS = {
    RunStatus.QUEUED: ("Waiting", "gray", ":material/hourglass_empty:"),
    RunStatus.RUNNING: ("Running", "blue", ":material/play_circle:"),
    RunStatus.FINISHED: ("Finished", "green", ":material/check_circle:"),
    RunStatus.STOPPED: ("Stopped early", "orange", ":material/stop_circle:"),
    RunStatus.FAILED: ("Failed", "red", ":material/error:"),
}
DECISIONS = {
    RefreshDecision.ACCEPTED: ("green", ":material/check:"),
    RefreshDecision.SET_ASIDE: ("gray", ":material/undo:"),
    None: ("orange", ":material/help:"),
}
"""Colour and sign of what was made of a refresh; its words always stand beside them."""

FROM_CACHE = "Same data, settings and seed: the earlier result was returned at once."
POLL_SECONDS = 0.25
_QUIET = {"displayModeBar": False}


def frame() -> tuple[DeltaGenerator, DeltaGenerator]:
    """The two columns of the upper half, the same before, during and after a run, so that nothing jumps."""
    with st.container(key="run_top"):
        left, right = st.columns([2, 1], gap="large")
    return left, right


def cloud(progress: SearchProgress | None, total: int, *, key: str, gap: Gap = TO_SPEND) -> None:
    """The cloud of candidates so far; an empty one of the same height before the first."""
    points = live_points(progress, total, gap)
    figure = draw_live(points, current_theme())
    chart_title(figure)
    st.plotly_chart(
        figure,
        key=f"cloud_{key}",
        theme=None,
        config=_QUIET,
        height=HEIGHT,
        alt=f"Scatter of {points.done:,} candidates: error of fit across, {gap.inline} up",
    )


def follow(run_id: str) -> None:
    """Show a run that waits or runs until it is over; then its result is open, and the page is drawn again."""
    st.fragment(_watch, run_every=POLL_SECONDS)(run_id)


@boundary.guarded("progress of the run")
def _watch(run_id: str) -> None:
    run = loaders.run(run_id)
    if run is None:
        st.rerun()
    if not run.status.is_over and loaders.worker() is None:
        loaders.ensure_worker()
    live(run, loaders.workspace().load_progress(run_id), ahead=_waiting_before(run))
    if run.status.is_over:
        if guards.has_result(run):
            session.open_run(run_id)
            loaders.result(run_id)  # read while the last picture stands, so that the page changes at once
        st.rerun()


def _waiting_before(run: RunRecord) -> int:
    if run.status is not RunStatus.QUEUED:
        return 0
    return sum(not other.status.is_over and other.created < run.created for other in loaders.workspace().list_runs())


def live(run: RunRecord, progress: SearchProgress | None, *, ahead: int) -> None:
    """A run that waits or runs: cloud, numbers, stop.

    Args:
        run: As it stands now.
        progress: The newest word from the worker.
        ahead: How many other runs the worker takes first.
    """
    total = progress.total if progress is not None else run.n_planned  # fixed hyperparameters need one model
    gap = gap_of(is_refresh=run.refreshed_from is not None)
    left, right = frame()
    with left:
        cloud(progress, total, key="live", gap=gap)
    with right, st.container(border=True, gap="small"):
        st.subheader(as_text(run.name), anchor=False)
        st.markdown(_stage(run, progress, ahead), text_alignment="left")
        done = progress.done if progress is not None else 0
        st.progress(min(1.0, done / max(1, total)))
        _numbers(progress, total)
        stopping = run.stop_requested
        st.button(
            "Stopping …" if stopping else "Stop and keep what is found",
            key="stop",
            icon=":material/stop_circle:",
            disabled=stopping,
            width="stretch",
            on_click=_stop,
            args=(run.run_id,),
        )
        st.caption("The run goes on when you leave this page or close the browser; you find it here again.")
    with st.container(key="run_course"):
        course = course_points(progress, loaders.request(run).trials.trials, gap=gap)
        figure = draw_convergence(course, current_theme(), stacked=is_phone())
        chart_title(figure)
        alt = "Course of both errors during the search"
        st.plotly_chart(figure, key="course_live", theme=None, config=_QUIET, alt=alt)


@boundary.callback("The run could not be stopped")
def _stop(run_id: str) -> None:
    loaders.workspace().request_stop(run_id)


def final_cloud(result: RunResult) -> None:
    """The cloud of a finished run, in the place and height of the live one."""
    figure = draw_candidates(candidate_points(result), current_theme(), clickable=False)
    figure.update_layout(height=HEIGHT)
    chart_title(figure)
    alt = "Scatter of all candidates with the fronts joined and the recommended model starred"
    st.plotly_chart(figure, key="cloud_final", theme=None, config=_QUIET, height=HEIGHT, alt=alt)


def found(run: RunRecord, result: RunResult, words: Vocabulary) -> None:
    """What a finished run found, in three sentences."""
    run_line(run, heading=True)
    if run.from_cache:
        st.info(FROM_CACHE, icon=":material/bolt:")
    for sentence in found_sentences(result, words):
        st.markdown(as_text(sentence))
    for note in dict.fromkeys((*result.collection.info.notes, *result.pareto["notes"])):
        st.caption(as_text(note))


def settled(result: RunResult) -> None:
    """Whether the search had settled, as a chart with its data."""
    convergence = result.collection.convergence
    gap = gap_of(is_refresh=result.design.aim is not None)
    figure = draw_convergence(convergence_points(convergence, gap), current_theme(), stacked=is_phone())
    with st.container(key="run_course"):
        chart(
            figure,
            convergence.table,
            key="convergence",
            file_name="convergence",
            alt="Median and spread of both errors over the course of the search",
        )


def failed(run: RunRecord) -> None:
    """What happened, what was kept, what to do, and the details."""
    st.error(
        f"**{as_text(run.name)} failed.** {as_text(run.error or 'The worker ended without saying why.')}  \n"
        "Your data and settings are kept, and so is every earlier result. "
        "Start it again; if it fails again, change the settings or send us the details.",
        icon=":material/error:",
    )
    with st.expander("Copy details"):
        started = f"started {run.started:%Y-%m-%d %H:%M:%S}" if run.started else "never started"
        about = f"run {run.run_id}, {started}, {run.n_done:,} of {run.n_planned:,} candidates"
        st.code("\n\n".join([about, run.error_details or run.error, run.project_file]), language="text")


def run_line(run: RunRecord, *, heading: bool = False) -> None:
    """One line about a run: name, status, when, how many models, how long."""
    label, colour, icon = STATUS[run.status]
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        name = as_text(run.name)
        st.markdown(f"#### {name}" if heading else f"**{name}**", width="content")
        st.badge(label, color=colour, icon=icon)
        if run.from_cache:
            st.badge("From the cache", color="violet", icon=":material/bolt:", help=FROM_CACHE)
        st.caption(_facts(run), width="content")
        if run.refreshed_from is not None:
            _origin(run, run.refreshed_from)


def worker_note() -> None:
    """Say when no worker is there, and how one is started."""
    worker = loaders.worker()
    if worker is not None:
        if not worker.is_warm:
            st.caption("The worker is warming up: the first run starts in a few seconds.")
        return
    st.warning(
        "No worker is running yet, so runs wait. One starts by itself with the first run; "
        "or start it in a terminal with `mmm-studio worker`.",
        icon=":material/power_off:",
    )
    if st.button("Start the worker", key="start_worker", icon=":material/power_settings_new:"):
        loaders.ensure_worker()


def _origin(run: RunRecord, refreshed_from: str) -> None:
    """What a refresh goes back to, as a link, and what was made of it."""
    previous = loaders.run(refreshed_from)
    if previous is None:
        st.caption("refresh of a deleted result", width="content")
    else:
        st.page_link(
            Route.MODEL.value,
            label=f"refresh of {as_text(previous.name)}",
            icon=":material/history:",
            query_params=session.address_of(project=previous.project_id, run=previous.run_id),
        )
    if run.status in (RunStatus.FINISHED, RunStatus.STOPPED):
        colour, icon = DECISIONS[run.refresh_decision]
        st.badge(DECISION_WORDS[run.refresh_decision], color=colour, icon=icon)


def _facts(run: RunRecord) -> str:
    facts = [ago(run.finished or run.created)]
    if run.n_done:
        facts.append(f"{run.n_done:,} models")
    if run.started and run.finished and not run.from_cache:
        facts.append(duration_words((run.finished - run.started).total_seconds()))
    return " · ".join(facts)


def _stage(run: RunRecord, progress: SearchProgress | None, ahead: int) -> str:
    if run.stop_requested:
        return "Stopping after the batch at hand; what was found is kept."
    if run.status is RunStatus.QUEUED:
        others = f"{ahead} other run{'s' if ahead != 1 else ''}"
        if ahead:
            return f"Waiting for {others} to finish first."
        worker = loaders.worker()
        if worker is None:
            return "A worker process is being started; the first time this takes some seconds."
        return "The worker takes it now." if worker.is_warm else "The worker is warming up, which takes some seconds."
    return f"{stage_sentence(progress)} …"


def _numbers(progress: SearchProgress | None, total: int) -> None:
    left = seconds_left(progress)
    first, second = st.columns(2)
    first.metric("Models tried", f"{progress.done if progress is not None else 0:,}", help=f"of {total:,}")
    rate = f"{progress.models_per_second:,.0f}" if progress is not None and progress.done else "soon"
    second.metric("Models per second", rate)
    first.metric("Time left", duration_words(left) if left is not None else "soon")
    second.metric("On the front", f"{len(progress.front):,}" if progress is not None else "0")
