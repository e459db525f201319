"""Backtest: as if at past dates, foretell what came next, and compare with no media and with the year before."""

import streamlit as st

from mmm_core.charts.backtest import backtest_points, draw_backtest
from mmm_core.charts.backtest_errors import draw_errors, draw_steps, error_points, step_points
from mmm_core.charts.backtest_frames import DATE_COLUMNS, date_frame, error_frame, forecast_frame
from mmm_core.charts.backtest_words import against_the_year_before, caveat, chance_words
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.backtest import Backtest
from mmm_core.entities.naming import join_words
from mmm_core.entities.records import CheckRecord, ProjectRecord, RunRecord, RunStatus
from pages.shared import backtest_form, backtest_loaders, guards, loaders
from pages.shared.boundary import guarded, page
from pages.shared.reuse import stem_of
from pages.shared.routes import Route
from pages.shared.widgets import (
    Crumb,
    NextStep,
    as_text,
    chart,
    csv_download,
    current_theme,
    header,
    next_step,
    project_crumbs,
    run_crumb,
    table,
)

WHAT_IT_IS = (
    "As if at past dates: a model is fitted to what was known then, foretells what came next with the media that were really "
    "bought, and is compared with the same model without media and with the year before."
)
EMPTY = "Nothing was tested yet. Press Start: forecasts appear here one date after the other, the oldest first."
STOPPED = "Stopped after {} of {} dates; what was found is kept. Press Start to test again."
STOPPED_EMPTY = "Stopped before the first date. Press Start to test again."
PATHS, ERRORS, STEPS = VIEWS = ("Forecasts", "Errors by date", "Errors by distance")
POLL_SECONDS = 0.5


def render() -> None:
    project, run, result = guards.require_result()
    data = project_crumbs(project, loaders.run_upload(run.run_id), is_current=False)
    header("Backtest", [*data, run_crumb(run), Crumb("forecasts of the past")])
    st.caption(f":material/info: {as_text(WHAT_IT_IS)}")
    words, check = loaders.words(run), backtest_loaders.latest(run.run_id)
    backtest_form.draw(run, result, words, check)
    found = backtest_loaders.found(check) if check is not None else None
    _state(run, check, words)
    st.fragment(_views)(run.run_id, check)
    if check is not None and found is not None:
        _said(found, words)
        _dates(project, run, found, words)
    if check is not None and check.status is RunStatus.FINISHED and Route.BUDGET.exists:
        next_step(NextStep("Plan the budget", Route.BUDGET))


def _state(run: RunRecord, check: CheckRecord | None, words: Vocabulary) -> None:
    """How far the backtest is; its room is kept when it is over."""
    with st.container(key="backtest_progress", gap="xsmall"):
        if check is None:
            return
        if not check.status.is_over:
            backtest_form.progress(check, words)
            st.fragment(_watch, run_every=POLL_SECONDS)(run.run_id, check)
        elif check.status is RunStatus.STOPPED:
            said = STOPPED.format(check.n_done, check.n_planned) if check.n_done else STOPPED_EMPTY
            st.info(said, icon=":material/stop_circle:")
        elif check.status is RunStatus.FAILED:
            _failed(check)


def _failed(check: CheckRecord) -> None:
    kept = f"{check.n_done} of {check.n_planned} dates are kept. " if check.n_done else ""
    st.error(
        f"**The backtest failed.** {as_text(check.error)}  \n{kept}The result of the run is as good as before. Change the "
        "question and start again.",
        icon=":material/error:",
    )
    with st.expander("Copy details"):
        st.code(f"backtest {check.check_id}\n\n{check.question}\n\n{check.error_details}", language="text")


@guarded("progress of the backtest")
def _watch(run_id: str, drawn: CheckRecord) -> None:
    """Draw the page again when another date is there or the state changed; until then nothing on it moves."""
    if loaders.worker() is None:
        loaders.ensure_worker()
    if backtest_loaders.latest(run_id) != drawn:
        st.rerun()


@guarded("charts of the backtest")
def _views(run_id: str, check: CheckRecord | None) -> None:
    """One chart at a time; a fragment, so that choosing another one redraws nothing else."""
    found = backtest_loaders.found(check) if check is not None else None
    words = loaders.words(loaders.workspace().get_run(run_id))
    view = st.segmented_control(
        "View", VIEWS, default=PATHS, required=True, key="backtest_view", label_visibility="collapsed"
    )
    with st.container(key="backtest_view_room", border=False):
        if found is None or not found.forecasts:
            waits = check is not None and not check.status.is_over
            text = "Drawn here as soon as the first date is there." if waits else EMPTY
            st.markdown(f":gray[{text}]")
            return
        _VIEWS[view or PATHS](found, words)


def _paths(found: Backtest, words: Vocabulary) -> None:
    points = backtest_points(found, words)
    assert points is not None, "there are forecasts"
    chart(
        draw_backtest(points, current_theme()),
        forecast_frame(found),
        key="backtest_paths",
        file_name="forecasts of the past",
        alt="What came, and what was foretold at every past date with media, without media, and by the year before",
    )


def _errors(found: Backtest, words: Vocabulary) -> None:
    points = error_points(found, words)
    assert points is not None, "there are forecasts"
    chart(
        draw_errors(points, current_theme()),
        error_frame(points, "from"),
        key="backtest_errors",
        file_name="errors by date",
        alt="How far the forecasts of every date were off, with media, without media, and by the year before",
    )


def _steps(found: Backtest, words: Vocabulary) -> None:
    points = step_points(found, words)
    assert points is not None, "there are forecasts"
    chart(
        draw_steps(points, current_theme()),
        error_frame(points, f"{words.period}s ahead"),
        key="backtest_steps",
        file_name="errors by distance",
        alt="How far forecasts were off by how far ahead they reach",
    )


def _said(found: Backtest, words: Vocabulary) -> None:
    """What the errors say besides the title, and what they do not."""
    if found.forecasts:
        st.markdown(as_text(" ".join(filter(None, (chance_words(found), against_the_year_before(found, words))))))
    st.caption(as_text(caveat(found.question, words)))
    for one in found.forecasts:
        if one.left_out:
            names = join_words([words.names[name] for name in one.left_out])
            st.caption(
                as_text(f"At {one.known_until:%-d %b %Y} nothing was known of {names}, which had not been bought yet.")
            )
    for refused in found.refused:
        st.warning(
            as_text(f"At {refused.known_until:%-d %b %Y} no model could be made: {refused.reason}"),
            icon=":material/event_busy:",
        )


def _dates(project: ProjectRecord, run: RunRecord, found: Backtest, words: Vocabulary) -> None:
    if not found.forecasts:
        return
    st.subheader("Date by date", anchor=False)
    frame = date_frame(found)
    shown = {
        name: st.column_config.DateColumn(name)
        if name in DATE_COLUMNS
        else st.column_config.NumberColumn(name, format="%.1f%%" if "(%)" in name else "%.4f")
        for name in frame.columns
        if name != "recommended then"
    }
    stem = stem_of(project, run)
    table(frame, key="backtest_dates_table", file_name=f"{stem}-backtest-dates", column_config=shown)
    csv_download(
        forecast_frame(found),
        file_name=f"{stem}-backtest",
        key="backtest_csv",
        label=f"Every {words.period} foretold (CSV)",
    )


_VIEWS = {PATHS: _paths, ERRORS: _errors, STEPS: _steps}

with page("Backtest"):
    render()
