"""Lift studies: typed or dropped, checked while they are typed, and what they change."""

import streamlit as st

from mmm_core.engine.study_table import CheckedLines
from mmm_core.entities.records import ProjectRecord, RunRecord
from mmm_core.entities.settings import LiftStudy
from pages.shared import loaders, study_editor, study_guide, study_loaders, study_views
from pages.shared.boundary import catching, page
from pages.shared.glossary import term
from pages.shared.guards import has_result, result_that_counts
from pages.shared.routes import Route
from pages.shared.study_state import keep_lines, open_workbench
from pages.shared.widgets import NextStep, as_text, header, next_step, project_crumbs

NOTHING_TO_COMPARE = (
    "Nothing to compare yet. Run the model with at least one study, and here stands what it changes: returns with and without, "
    "which studies are hit, and whether each would have been predicted by a model calibrated on the others."
)


def render() -> None:
    bench = open_workbench()
    header("Lift studies", project_crumbs(bench.project, bench.upload))
    newest = study_guide.newest_result(bench.project.project_id)
    with catching("explanation"):
        study_guide.draw(newest)
    words = study_loaders.data_words(bench.data)
    st.subheader("Your studies", anchor=False, help=term("lift_study"))
    st.markdown(":gray[One line per study. Click a cell to type; everything is checked and kept as you type.]")
    lines = study_editor.edit(bench, words)
    study_editor.files(bench)
    checked = keep_lines(bench, lines)
    study_editor.say_findings(bench, lines, checked, words)
    _comparison(bench.project, checked.usable)
    _next(bench.project, checked)


def _comparison(project: ProjectRecord, studies: tuple[LiftStudy, ...]) -> None:
    st.subheader("What they change", anchor=False, help=term("before_after"))
    run = _calibrated_run(project)
    with st.container(key="study_comparison", gap="small"):
        if run is None:
            st.markdown(f":gray[{NOTHING_TO_COMPARE}]")
            return
        used = study_loaders.studies_of(run)
        count = f"{len(used)} stud{'y' if len(used) == 1 else 'ies'}"
        st.caption(as_text(f"{run.name}, calibrated on {count}, against the same run without."))
        if set(used) != set(studies):
            st.info(
                "The studies above have changed since. Run again to see what they do now.", icon=":material/update:"
            )
        study_views.draw(run)


def _calibrated_run(project: ProjectRecord) -> RunRecord | None:
    """The newest result that counts among those that were asked to use studies."""
    runs = loaders.workspace().list_runs(project.project_id)
    return result_that_counts([run for run in runs if has_result(run) and study_loaders.studies_of(run)])


def _next(project: ProjectRecord, checked: CheckedLines) -> None:
    """To the run; once these studies are in a result, to that result."""
    run, count = _calibrated_run(project), len(checked.usable)
    if run is not None and count and set(study_loaders.studies_of(run)) == set(checked.usable):
        next_step(NextStep(f"See the answer of {run.name}", Route.MODEL, run_id=run.run_id))
        return
    label = f"Run with {count} stud{'y' if count == 1 else 'ies'}" if count else "Run without studies"
    next_step(NextStep(label, Route.RUN))


with page("Lift studies"):
    render()
