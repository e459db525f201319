"""What could these data show? Before any run: how large the effect of a channel must be to be told from nothing."""

import streamlit as st

from mmm_core.charts.trust_frames import detectability_frame
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.naming import display_names
from mmm_core.entities.trust import Detectability
from pages.shared import session, trust_loaders
from pages.shared.boundary import guarded
from pages.shared.glossary import term
from pages.shared.widgets import as_text, table

MOST_SENTENCES = 10
"""Sentences shown at once; those of more channels are folded away, the table has all."""

_ASKED = "detect"


def panel(data: MMMDataCollection | None, project_id: str) -> None:
    """Draw the question with its button, and the answer once it was asked for these data and settings.

    Args:
        data: What will be modelled; None while something is missing.
        project_id: The open project.
    """
    st.subheader("What could these data show?", anchor=False, help=term("detectable"))
    st.markdown(
        ":gray[Before any run: how large the effect of each channel must be so that these data can tell it from nothing.]"
    )
    if data is None:
        st.markdown(":gray[Can be asked as soon as nothing is missing.]")
        return
    st.fragment(_ask)(data, project_id)


@guarded("what these data could show")
def _ask(data: MMMDataCollection, project_id: str) -> None:
    """A fragment, so that asking redraws nothing else; what was answered for other settings is not shown."""
    memory, question = f"{_ASKED}.{project_id}", trust_loaders.detectability_key(data)
    asked = session.recall(memory)
    if asked != question:
        if asked is not None:
            st.caption("Data or settings changed since it was asked.")
        st.button(
            "Check what these data can show",
            key="detect",
            icon=":material/search_insights:",
            on_click=session.remember,
            args=(memory, question),
        )
        return
    with st.spinner("Looking at your spend …"):
        found = trust_loaders.detectability(data)
    _answer(found, data)


def _answer(found: Detectability, data: MMMDataCollection) -> None:
    names = display_names([one.channel for one in found.channels])
    in_order = sorted(found.channels, key=lambda one: -one.spend)
    lines = [f"- {as_text(one.sentence)}" for one in in_order]
    st.markdown("\n".join(lines[:MOST_SENTENCES]))
    if len(lines) > MOST_SENTENCES:
        with st.expander(f"{len(lines) - MOST_SENTENCES} more channels"):
            st.markdown("\n".join(lines[MOST_SENTENCES:]))
    outcome = data.settings.outcome
    word = "ROAS" if outcome.kind is OutcomeKind.REVENUE else f"return (conversions per {outcome.currency})"
    number = st.column_config.NumberColumn
    config = {
        "channel": st.column_config.TextColumn("Channel", pinned=True),
        "spend": number(f"Spend ({outcome.currency})", format="localized"),
        "smallest_return": number(
            f"Smallest {word} that would show", format="%.3g", help="Empty: no effect would show."
        ),
        "usual_return": number(f"Usual {word}", format="%.3g", help="What is expected before looking at the data."),
        "smallest_share": number("As a share of the outcome", format="percent"),
    }
    table(detectability_frame(found, names), key="detect_table", file_name="detectable", column_config=config)
    for note in found.notes:
        st.caption(as_text(note))
