"""What a lift study is, how its numbers are found, and which one to run first."""

import streamlit as st

from mmm_core.charts.study_words import doubt_sentences
from mmm_core.charts.trust_words import experiment_sentences
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.model_set import AVERAGED_ID, SetBasis
from mmm_core.entities.records import RunRecord
from mmm_core.entities.trust import Experiment, TrustCard
from pages.shared import guards, loaders, session, trust_loaders
from pages.shared.routes import Route
from pages.shared.trust_verdicts import swatch
from pages.shared.widgets import as_text

IN_SHORT = (
    "A lift study is a test: for some weeks a channel was switched off, cut or raised, for a part of the market or for all of "
    "it, and the sales were compared with those without the change. One good test is worth more than any tuning of a model."
)
HOW = """
**What to enter.** *Lift* is the outcome the whole channel brought in the days of the test, in the unit of your outcome. A test
that switched a channel off measures just that. A test in a part of the market is scaled up: divide its lift by the part
of the market's outcome it covered. A test that cut spend by half measured about half of the effect: enter what all of the spend
would have brought only if your test says so.

**Standard error** says how exact the test was; most test reports give it, or a range: for a 95% range divide its
width by 3.9, for 90% by 3.3. Without one, 20% of the lift is taken, or what its confidence implies.

**Total or immediate.** *Total*: everything the channel brought in these days, carry-over of earlier spend included.
*Immediate*: only what the spend of these days brought within them, which is what most on/off tests measure for channels with
a long memory.

**What a study does.** The recommended answer takes it as an observation: as exact as its standard error says. The Pareto
search minimises the gap to the studies (MAPE.LIFT) as a third objective beside fit and plausibility, and of its models only the
nearest tenth to the studies are ranked.
"""
MOST_PROPOSALS = 3
NO_PROPOSAL = (
    "The trust card of the last run proposes no test: its channels can be acted on, or no change of spend within twelve weeks "
    "would show."
)


def draw(run: RunRecord | None) -> None:
    """Draw the explanation; below it the tests that a trust card of the project proposes.

    Args:
        run: The newest run with a result; None before the first.
    """
    st.markdown(as_text(IN_SHORT))
    with st.expander("What to enter, and what it does", icon=":material/help:", key="study_how"):
        st.markdown(HOW)
    if run is not None and loaders.result(run.run_id).posterior is not None:
        with st.expander("Which test to run first", icon=":material/science:", key="study_proposals"):
            _which_first(run)


def _which_first(run: RunRecord) -> None:
    """Where most money is in doubt, and what the trust card proposes to do about it."""
    words, card = loaders.words(run), trust_loaders.trust_card(run.run_id)
    for sentence in doubt_sentences(loaders.ledger(run.run_id, SetBasis.AVERAGED, AVERAGED_ID), words):
        st.markdown(as_text(sentence))
    proposals = _proposals(card, words) if card is not None else []
    for experiment in proposals[:MOST_PROPOSALS]:
        with st.container(border=True, gap="xsmall", key=f"proposal_{experiment.channel}"):
            swatch(words.colours[experiment.channel], words.names[experiment.channel])
            first, *rest = experiment_sentences(experiment, words)
            st.markdown(f"**{as_text(first)}** {as_text(' '.join(rest))}")
    if not proposals:
        is_complete = card is not None and card.is_complete
        st.caption(NO_PROPOSAL if is_complete else "The trust card proposes tests when its checks are made.")
    if Route.TRUST.exists:
        st.page_link(
            Route.TRUST.value,
            label="Why: the trust card",
            icon=":material/verified_user:",
            query_params=session.address_of(project=run.project_id, run=run.run_id),
        )


def newest_result(project_id: str) -> RunRecord | None:
    """The newest run of a project that has a result."""
    return next((run for run in loaders.workspace().list_runs(project_id) if guards.has_result(run)), None)


def _proposals(card: TrustCard, words: Vocabulary) -> list[Experiment]:
    """Tests the card proposes, highest spend first: there a wrong return costs most."""
    found = [card.verdict(channel) for channel in words.paid]
    return [verdict.experiment for verdict in found if verdict is not None and verdict.experiment is not None]
