"""Refresh: drop new weeks, see what is new and what changed, run, compare old and new, accept or keep the old."""

import dataclasses
from typing import Literal

import streamlit as st

from mmm_core.charts.refresh_words import DECISION_WORDS, count_of, days, plan_sentence
from mmm_core.engine.project_file import write_project
from mmm_core.entities.findings import IngestResult
from mmm_core.entities.records import ProjectRecord, RefreshDecision, RunRecord, RunStatus
from mmm_core.entities.refresh import ModelRefreshConfig, RefreshCheck
from mmm_core.entities.settings import LiftStudy, ModelSettings
from mmm_core.errors import DataError, NotFoundError
from mmm_core.runs.refresh_job import accepted_project
from pages.shared import (
    boundary,
    configure_state,
    guards,
    loaders,
    refresh_answer,
    refresh_file,
    refresh_loaders,
    run_panels,
    session,
)
from pages.shared.refresh_question import draw_question
from pages.shared.refresh_state import RefreshForm, config_of, forget_file, keep_form, open_form
from pages.shared.routes import Route
from pages.shared.widgets import as_text, go_to, header, project_crumbs, run_crumb

WHAT_IT_IS = (
    "New weeks carry a finished result on instead of starting again: history is not rewritten, and every change of the answer "
    "is told apart by cause. The old result is never changed."
)


def render() -> None:
    project = guards.require_project()
    runs = loaders.workspace().list_runs(project.project_id)
    active = next((run for run in runs if run.refreshed_from is not None and not run.status.is_over), None)
    if active is not None:
        header("Refresh", [*project_crumbs(project), run_crumb(active)])
        run_panels.follow(active.run_id)
        return
    _open_what_failed_to_be_refreshed()
    project, run, _ = guards.require_result()
    data = project_crumbs(project, loaders.run_upload(run.run_id), is_current=False)
    header("Refresh", [*data, run_crumb(run)])
    if run.refreshed_from is not None and session.recall(_again_key(run)) is None:
        _compared(project, run)
    else:
        _asked(project, run, runs)


def _open_what_failed_to_be_refreshed() -> None:
    """A refresh without a result has nothing to show; the result it was of still stands."""
    chosen = loaders.run(session.run_id() or "")
    if chosen is None or chosen.refreshed_from is None or guards.has_result(chosen):
        return
    if loaders.run(chosen.refreshed_from) is not None:
        session.open_run(chosen.refreshed_from)


def _asked(project: ProjectRecord, run: RunRecord, runs: list[RunRecord]) -> None:
    """The file, what is new in it, how to refresh, and the button."""
    st.caption(f":material/info: {as_text(WHAT_IT_IS)}")
    upload = refresh_loaders.new_rows(project.project_id)
    _what_ended(run, runs, has_file=upload is not None)
    refresh_file.drop_zone(project, run, has_file=upload is not None)
    if upload is None:
        _what_is_expected(run)
        return
    form, version = open_form(project), loaders.workspace().new_rows_version(project.project_id)
    check = refresh_loaders.check(run, upload, version, ModelRefreshConfig(refresh_steps=1))
    with st.container(border=True, gap="small", key="what_is_new"):
        refresh_file.what_is_new(project, upload, check)
    form = refresh_file.accept_history(project, check, form, version)
    if check.is_possible and upload.is_usable:
        with st.container(border=True, gap="small", key="refresh_how"):
            studies = _new_studies(project, run)
            form = draw_question(project, check, form, studies)
            config = config_of(form, check)
            check = refresh_loaders.check(run, upload, version, config)
            if check.problems:
                boundary.show_problems(DataError(check.problems), "This cannot be refreshed so")
            else:
                st.markdown(as_text(plan_sentence(check, config)))
    keep_form(project, form)
    _start_bar(project, run, upload, check, form)


def _start_bar(
    project: ProjectRecord, run: RunRecord, upload: IngestResult, check: RefreshCheck, form: RefreshForm
) -> None:
    """The one primary button, enabled or saying why not."""
    accepted = not check.has_revisions or form.accepted == loaders.workspace().new_rows_version(project.project_id)
    why_not = ""
    if check.problems:
        why_not = "Mend what is marked first, or drop another file."
    elif not upload.is_usable:
        why_not = "Mend what has to be mended first."
    elif not accepted:
        why_not = "Accept the changed history first, or drop a corrected file."
    with st.container(
        horizontal=True, horizontal_alignment="right", vertical_alignment="center", gap="medium", key="bar_refresh"
    ):
        if why_not:
            st.markdown(f":gray[{as_text(why_not)}]", width="content")
        used = check.n_steps * config_of(form, check).refresh_steps if check.n_new else 0
        label = f"Refresh with {count_of(used or check.n_new, check.frequency)}" if check.n_new else "Refresh"
        pressed = st.button(
            label, key="start_refresh", type="primary", icon=":material/update:", disabled=bool(why_not)
        )
    run_panels.worker_note()
    if pressed:  # no callback: it would be given the form as it was drawn, not as it was pressed
        _start(project, run, form)
        st.rerun()


def _start(project: ProjectRecord, run: RunRecord, form: RefreshForm) -> None:
    """Queue a refresh and open it."""
    home = loaders.workspace()
    upload = home.load_new_rows(project.project_id)
    if upload is None:
        raise NotFoundError("The file with the new rows is gone. Drop it again.")
    version = home.new_rows_version(project.project_id)
    config = config_of(form, refresh_loaders.check(run, upload, version, ModelRefreshConfig(refresh_steps=1)))
    check = refresh_loaders.check(run, upload, version, config)
    if reasons := (*check.problems, *(check.revisions if form.accepted != version else ())):
        raise DataError(reasons)
    asked = loaders.request(run)
    settings = _with_studies(asked.settings, _new_studies(project, run) if form.new_studies else ())
    text = write_project(settings, asked.trials, asked.seed, name=asked.name or project.name, repairs=upload.repairs)
    planned = config.refresh_iters * config.refresh_trials * max(1, check.n_steps)
    made = home.enqueue_refresh(run.run_id, upload, text, config, planned)
    session.forget(_again_key(run))
    session.open_run(made.run_id)


def _new_studies(project: ProjectRecord, run: RunRecord) -> tuple[LiftStudy, ...]:
    """Lift studies of the project that the old result did not have and its channels can take."""
    now, then = configure_state.saved_settings(project), loaders.request(run).settings
    if now is None:
        return ()
    known = set(then.calibration.studies)
    return tuple(
        study
        for study in now.settings.calibration.studies
        if study not in known and set(study.channels) <= set(then.channels)
    )


def _with_studies(settings: ModelSettings, studies: tuple[LiftStudy, ...]) -> ModelSettings:
    if not studies:
        return settings
    every = (*settings.calibration.studies, *studies)
    return dataclasses.replace(settings, calibration=dataclasses.replace(settings.calibration, studies=every))


def _what_ended(run: RunRecord, runs: list[RunRecord], *, has_file: bool) -> None:
    """What became of the last refresh of this result: it failed, or it waits for a decision, which comes first without a file."""
    mine = [other for other in runs if other.refreshed_from == run.run_id]
    if mine and mine[0].status is RunStatus.FAILED:
        run_panels.failed(mine[0])
    elif mine and mine[0].status is RunStatus.STOPPED and not guards.has_result(mine[0]):
        st.info(
            as_text(f"{mine[0].name} was stopped before it had a result, so nothing was kept of it."),
            icon=":material/stop_circle:",
        )
    waiting = next((other for other in mine if guards.has_result(other) and other.refresh_decision is None), None)
    if waiting is not None:
        with st.container(border=True, horizontal=True, vertical_alignment="center", key="waiting_refresh"):
            st.markdown(as_text(f"{waiting.name} of this result is finished and waits for your decision."))
            kind: Literal["primary", "secondary"] = "secondary" if has_file else "primary"
            if st.button("See it", key="see_waiting", type=kind, icon=":material/compare_arrows:"):
                session.open_run(waiting.run_id)
                st.rerun()


def _what_is_expected(run: RunRecord) -> None:
    data = refresh_loaders.run_data(run)
    first, last = (data.dates.iloc[int(data.rows[k])].date() for k in (0, -1))
    with st.container(border=True, key="refresh_expected"):
        st.markdown("**What the file should hold**")
        st.markdown(
            f"- the whole table again: the history and, below it, the {data.frequency.value}s after {last:%-d %b %Y}\n"
            "- the same columns under the same names; others are not used\n"
            "- history as it was: what differs is shown, and you decide"
        )
        span = f"{count_of(len(data.rows), data.frequency)}, {days(first, last)}"
        st.caption(as_text(f"{run.name} was fitted to {span}."))


def _compared(project: ProjectRecord, run: RunRecord) -> None:
    """Old and new of a finished refresh, and what to make of it."""
    report = refresh_loaders.report(run.run_id)
    with st.container(border=True, gap="small", key="refresh_summary"):
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.markdown(f"#### {as_text(run.name)}", width="content")
            colour, icon = run_panels.DECISIONS[run.refresh_decision]
            st.badge(DECISION_WORDS[run.refresh_decision], color=colour, icon=icon)
        _chain(run)
        if report is not None:
            new = count_of(report.n_new, report.frequency)
            window = f"{days(report.after_start, report.after_end)} ({count_of(report.n_after, report.frequency)})"
            before = f"{days(report.before_start, report.before_end)} ({count_of(report.n_before, report.frequency)})"
            st.markdown(as_text(f"{new} the old result had not seen. The window is now {window}; it was {before}."))
            if sentence := refresh_answer.headline(report, loaders.words(run)):
                st.markdown(as_text(sentence))
            for note in report.notes:
                st.caption(as_text(note))
    st.fragment(refresh_answer.draw)(run.run_id)
    _decide(project, run)


def _chain(run: RunRecord) -> None:
    """What this result goes back to, oldest first, each a link; deleted ones are said to be."""
    chain = loaders.workspace().refresh_chain(run.run_id)
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key="refresh_chain"):
        for position, link in enumerate(reversed(chain)):
            if position:
                st.markdown(":gray[→]", width="content")
            if link is None:
                st.markdown(":gray[deleted result]", width="content")
            elif link.run_id == run.run_id:
                st.markdown(f"**{as_text(link.name)}**", width="content")
            else:
                here = session.address_of(project=link.project_id, run=link.run_id)
                st.page_link(Route.MODEL.value, label=as_text(link.name), query_params=here)


def _decide(project: ProjectRecord, run: RunRecord) -> None:
    """Accept the new answer or keep the old one; both results stay saved."""
    with st.container(border=True, gap="small", key="refresh_decision"):
        if run.refresh_decision is None:
            st.markdown(
                "**Which answer counts from now on?** Both results stay saved. Accepting makes the new data and settings those "
                "of the project; keeping the old one changes nothing."
            )
        elif run.refresh_decision is RefreshDecision.ACCEPTED:
            st.markdown(
                "This answer counts: its data and settings are those of the project. The old result stays saved."
            )
        else:
            st.markdown("The old answer counts. This result stays saved, and can still be accepted.")
        with st.container(horizontal=True, horizontal_alignment="right", gap="small", vertical_alignment="center"):
            if run.refresh_decision is None:
                st.button("Keep the old one", key="keep_old", icon=":material/undo:", on_click=_keep_old, args=(run,))
            if run.refresh_decision is not RefreshDecision.ACCEPTED:
                st.button(
                    "Accept the new one",
                    key="accept_new",
                    type="primary",
                    icon=":material/check:",
                    on_click=_accept,
                    args=(project, run),
                )
            else:
                if st.button("Refresh again with newer rows", key="refresh_again", icon=":material/update:"):
                    session.remember(_again_key(run), True)
                    st.rerun()
                if st.button(
                    "See the new answer",
                    key="see_new",
                    type="primary",
                    icon=":material/arrow_forward:",
                    icon_position="right",
                ):
                    session.open_model(None)
                    go_to(Route.MODEL)


@boundary.callback("The refresh could not be accepted")
def _accept(project: ProjectRecord, run: RunRecord) -> None:
    text = accepted_project(loaders.workspace(), run)
    loaders.workspace().decide_refresh(run.run_id, RefreshDecision.ACCEPTED, project_file=text)
    forget_file(project)
    session.start_afresh("new_rows")
    now = loaders.project(project.project_id) or project
    if (upload := loaders.upload(now)) is not None:
        draft = configure_state.draft_from_file(text, upload)[0]
        configure_state.replace_draft(now, upload, draft)
        configure_state.keep_draft(now, upload, draft, ())
    session.open_run(run.run_id)
    session.flash(f"{as_text(run.name)} counts from now on; the old result stays saved")


@boundary.callback("The old result could not be kept")
def _keep_old(run: RunRecord) -> None:
    loaders.workspace().decide_refresh(run.run_id, RefreshDecision.SET_ASIDE)
    if run.refreshed_from is not None and loaders.run(run.refreshed_from) is not None:
        session.open_run(run.refreshed_from)
    session.flash(f"The old result counts; {as_text(run.name)} stays saved")


def _again_key(run: RunRecord) -> str:
    return f"refresh.again.{run.run_id}"


with boundary.page("Refresh"):
    render()
