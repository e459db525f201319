"""The trust card in short, for pages that speak of the recommended answer: one line per channel, and the way to the card."""

import streamlit as st

from mmm_core.charts.trust_words import progress_words
from mmm_core.errors import NotFoundError
from pages.shared import loaders, session, trust_loaders, trust_verdicts
from pages.shared.boundary import guarded
from pages.shared.routes import Route
from pages.shared.widgets import as_text, is_phone

MOST_LINES = 10
"""With more channels the list scrolls; on a phone it never does."""

HEIGHT = 420


@guarded("trust card in short")
def draw(run_id: str) -> None:
    """Draw the verdict on every channel, or how far the checks are; nothing for a run without an averaged estimate."""
    run = loaders.run(run_id)
    if run is None:
        raise NotFoundError("This run was deleted meanwhile. Open another one in Saved results.")
    if loaders.result(run_id).posterior is None or not Route.TRUST.exists:
        return
    card, words = trust_loaders.trust_card(run_id), loaders.words(run)
    with st.container(border=True, gap="xsmall", key="trust_summary"):
        st.markdown("**What may be done about each channel**")
        if card is None or not card.is_complete:
            st.caption(as_text(progress_words(card)))
        verdicts = trust_verdicts.in_order(card, words) if card is not None else []
        scrolls = len(verdicts) > MOST_LINES and not is_phone()
        with st.container(height=HEIGHT if scrolls else "content", border=False, gap="xsmall", key="trust_lines"):
            for verdict in verdicts:
                with st.container(horizontal=True, gap="small", vertical_alignment="center"):
                    with st.container(width=140 if is_phone() else 230):
                        trust_verdicts.swatch(words.colours[verdict.channel], words.names[verdict.channel])
                    trust_verdicts.badge(verdict)
        st.page_link(
            Route.TRUST.value,
            label="Open the trust card: reasons, checks and tests",
            icon=":material/verified_user:",
            query_params=session.current_address(),
        )
