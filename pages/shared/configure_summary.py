"""The right side of Configure: what the model will be, what is still missing, and the next step."""

import streamlit as st

from mmm_core.engine.model_draft import ModelDraft
from mmm_core.engine.model_summary import describe_model, periods_per_parameter
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.trials_config import TrialsConfig
from pages.shared import loaders, session
from pages.shared.glossary import term
from pages.shared.routes import Route
from pages.shared.widgets import NextStep, as_text, duration, next_step

COMFORTABLE = 10.0
JUDGEMENTS = ((10.0, "comfortable", "green"), (5.0, "workable", "blue"), (2.0, "thin: expect wide ranges", "orange"))


def summary(data: MMMDataCollection | None, trials: TrialsConfig | None) -> None:
    """The model in a sentence, periods per estimated column as a gauge, and how long the search takes."""
    with st.container(border=True, gap="small"):
        st.markdown("**The model**")
        if data is None or trials is None:
            st.markdown(":gray[Described here as soon as nothing is missing.]")
            return
        st.markdown(as_text(describe_model(data, trials)))
        _gauge(periods_per_parameter(data))
        _expected(data, trials)
        if Route.STUDIES.exists:
            st.page_link(
                Route.STUDIES.value,
                label="Edit the lift studies" if data.settings.calibration.studies else "Add a lift study",
                icon=":material/science:",
                query_params=session.current_address(),
            )


def problems_and_next_step(problems: tuple[str, ...], draft: ModelDraft, *, in_data: bool) -> None:
    """Everything that is wrong at once, beside the button that it keeps from being pressed.

    Args:
        problems: One sentence each.
        draft: What Configure shows.
        in_data: Whether the table is at fault rather than the settings: Upload offers repairs.
    """
    if problems:
        count = len(problems)
        heading = "One thing to mend" if count == 1 else f"{count} things to mend"
        lines = "\n".join(f"- {as_text(problem)}" for problem in problems)
        st.warning(f"**{heading}**\n\n{lines}", icon=":material/help:")
        if in_data:
            label = "Repair the data on Upload"
            st.page_link(
                Route.UPLOAD.value, label=label, icon=":material/build:", query_params=session.current_address()
            )
    why_not = "Mend what is listed above first." if problems else ""
    next_step(NextStep(f"Run {draft.trials * draft.iterations:,} models", Route.RUN, why_not))


def _gauge(ratio: float) -> None:
    words, colour = next(((text, shade) for least, text, shade in JUDGEMENTS if ratio >= least), ("too few", "red"))
    st.markdown(f"**{ratio:.1f}** periods per estimated column: :{colour}[{words}]", help=term("periods_per_parameter"))
    st.progress(min(ratio / (2 * COMFORTABLE), 1.0))


def _expected(data: MMMDataCollection, trials: TrialsConfig) -> None:
    seconds = loaders.expected_seconds(data, trials)
    count = f"{trials.n_candidates:,} models"
    if seconds is None:
        st.markdown(f":gray[{count}; how long that takes is known once the worker is ready.]")
        return
    st.markdown(f"{count} take **{duration(seconds)}** on this machine")
