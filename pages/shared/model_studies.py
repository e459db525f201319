"""Which lift studies one model hits: a line each, on the model's page."""

import streamlit as st

from mmm_core.charts.study_words import hit_words, prediction_words, study_name
from mmm_core.engine.study_errors import judge_fits
from mmm_core.entities.model_set import AVERAGED_ID
from mmm_core.entities.records import RunRecord
from mmm_core.entities.settings import LiftStudy
from mmm_core.entities.study_report import StudyPrediction
from pages.shared import loaders, session, study_loaders
from pages.shared.boundary import guarded
from pages.shared.glossary import term
from pages.shared.routes import Route
from pages.shared.study_views import badge_of
from pages.shared.widgets import as_text

MOST_LINES = 6
"""Of more studies the page about them tells the rest."""


@guarded("lift studies of the model")
def draw(run: RunRecord, solution_id: str) -> None:
    """Draw what the model makes of every study the run was calibrated on; nothing without one."""
    found = _predictions(run, solution_id)
    if not found:
        return
    words = loaders.words(run)
    hits = sum(prediction.is_hit is True for _, prediction in found)
    title = f"Hits {hits} of {len(found)} lift stud{'y' if len(found) == 1 else 'ies'}"
    with st.container(border=True, gap="xsmall", key="model_studies"):
        st.markdown(f"**{title}**", help=term("lift_study"))
        for study, prediction in found[:MOST_LINES]:
            said = prediction_words(prediction, words, is_range=prediction.low != prediction.high)
            compared = as_text(f"measured {words.outcome(study.lift)}, model {said}")
            result = badge_of(hit_words(prediction, prediction.error))
            st.markdown(f"{result} **{as_text(study_name(study, words))}** · {compared}")
        if len(found) > MOST_LINES:
            st.caption(f"and {len(found) - MOST_LINES} more")
        if Route.STUDIES.exists:
            st.page_link(
                Route.STUDIES.value,
                label="What the studies change",
                icon=":material/science:",
                query_params=session.address_of(project=run.project_id, run=run.run_id),
            )


def _predictions(run: RunRecord, solution_id: str) -> list[tuple[LiftStudy, StudyPrediction]]:
    if solution_id == AVERAGED_ID:
        studies = study_loaders.studies_of(run)
        return list(zip(studies, study_loaders.averaged_predictions(run.run_id), strict=True)) if studies else []
    fits = loaders.model(run.run_id, solution_id).studies
    return list(zip([fit.study for fit in fits], judge_fits(fits), strict=True))
