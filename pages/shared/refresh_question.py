"""How a refresh is made: the steps of the window in plain words, and everything else for experts."""

from dataclasses import replace

import streamlit as st

from mmm_core.charts.refresh_words import count_of, mode_words
from mmm_core.entities.records import ProjectRecord
from mmm_core.entities.refresh import RefreshCheck, RefreshMode
from mmm_core.entities.settings import LiftStudy
from pages.shared import session
from pages.shared.glossary import term
from pages.shared.refresh_state import RefreshForm, config_of
from pages.shared.widgets import as_text

MOST_ITERATIONS = 100_000
MOST_TRIALS = 50


def draw_question(
    project: ProjectRecord, check: RefreshCheck, form: RefreshForm, studies: tuple[LiftStudy, ...]
) -> RefreshForm:
    """Draw the controls; answers the form as it is now.

    Args:
        project: Whose refresh.
        check: What is new in the file.
        form: As it was left.
        studies: Lift studies that came since the old result.
    """
    prefix = f"refresh_{project.project_id}_{session.generation('refresh')}"
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        mode = st.segmented_control(
            "The window moves on",
            list(RefreshMode),
            default=form.mode,
            format_func=mode_words,
            required=True,
            key=f"{prefix}_mode",
            help=term("refresh_steps"),
        )
        form = replace(form, mode=RefreshMode(mode or form.mode))
        wanted = config_of(form, check.n_new).refresh_steps
        steps = st.number_input(
            f"{check.frequency.value.capitalize()}s {'a step' if form.mode is RefreshMode.AUTO else 'to move on by'}",
            min_value=1,
            max_value=check.n_new,
            value=wanted,
            step=1,
            key=f"{prefix}_steps_{form.mode.value}_{check.n_new}",
            width=190,
        )
    if int(steps) != wanted:
        form = replace(form, steps=int(steps))
    if studies:
        form = _studies(prefix, form, studies)
    expert = st.toggle("Expert", value=session.is_expert(project.project_id), key=f"{prefix}_expert")
    session.set_expert(project.project_id, value=expert)
    return _expert(prefix, check, form) if expert else form


def _studies(prefix: str, form: RefreshForm, studies: tuple[LiftStudy, ...]) -> RefreshForm:
    count = f"{len(studies)} lift stud{'y' if len(studies) == 1 else 'ies'}"
    taken = st.checkbox(
        f"Use the {count} added to the project since",
        value=form.new_studies,
        key=f"{prefix}_studies",
        help=as_text("; ".join(study.label for study in studies[:8])),
    )
    return replace(form, new_studies=taken)


def _expert(prefix: str, check: RefreshCheck, form: RefreshForm) -> RefreshForm:
    usual = config_of(form, check.n_new).refresh_steps / check.n_window
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        trials = st.number_input(
            "Trials",
            1,
            MOST_TRIALS,
            min(form.trials, MOST_TRIALS),
            key=f"{prefix}_trials",
            help=term("trials"),
            width=130,
        )
        iterations = st.number_input(
            "Iterations",
            1,
            MOST_ITERATIONS,
            min(form.iterations, MOST_ITERATIONS),
            step=100,
            key=f"{prefix}_iterations",
            help=term("iterations"),
            width=160,
        )
        freedom = st.number_input(
            "Freedom of the parameters (%)",
            0.0,
            100.0,
            None if form.freedom is None else 100 * form.freedom,
            step=1.0,
            placeholder=f"automatic: {usual:.1%} of {count_of(check.n_window, check.frequency)}",
            key=f"{prefix}_freedom",
            help=term("refresh_freedom"),
            width=260,
        )
    return replace(
        form,
        trials=int(trials),
        iterations=int(iterations),
        freedom=None if freedom is None else float(freedom) / 100,
    )
