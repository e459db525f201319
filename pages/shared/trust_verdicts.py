"""One verdict per channel: what may be done about it, why, and what to test where the data leave it open."""

import html

import streamlit as st

from mmm_core.charts.trust_words import experiment_sentences, headline, verdict_words
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.ledger import Ledger
from mmm_core.entities.trust import ChannelVerdict, Direction, TrustCard, Verdict
from pages.shared.glossary import term
from pages.shared.widgets import as_text, is_phone

LOOKS = {
    Direction.RAISE: ("green", ":material/trending_up:"),
    Direction.LOWER: ("green", ":material/trending_down:"),
    Direction.KEEP: ("green", ":material/trending_flat:"),
    Verdict.TEST: ("orange", ":material/science:"),
    Verdict.UNKNOWN: ("gray", ":material/help:"),
}
"""Colour and sign of a verdict; its words always stand beside them."""

MOST_CARDS = 8  # with more channels their list scrolls; on a phone it never does
MOST_WITHOUT_CHOICE = 5
LIST_HEIGHT = 760
PRELIMINARY = "Verdicts may still change: they are complete when all checks are made."
_ALL = "All"


def badge(verdict: ChannelVerdict) -> None:
    """The verdict as a badge: its words, its sign, its colour."""
    colour, icon = LOOKS[verdict.direction or verdict.verdict]
    st.badge(verdict_words(verdict), color=colour, icon=icon)


def swatch(colour: str, name: str, below: str = "") -> None:
    """A channel's name beside its colour, and a quiet line under it."""
    mark = f'<span style="flex:none;width:.7rem;height:.7rem;border-radius:2px;background:{colour}"></span>'
    more = f'<div class="studio-muted">{html.escape(below)}</div>' if below else ""
    st.html(
        f'<div style="display:flex;align-items:baseline;gap:.5rem">{mark}<div><b>{html.escape(name)}</b>{more}</div></div>'
    )


def draw(card: TrustCard, words: Vocabulary, ledger: Ledger) -> None:
    """Draw the verdicts in one sentence, then a card per channel, highest spend first."""
    _say(headline(card, words), is_complete=card.is_complete)
    shown = _chosen(card, words)
    scrolls = len(shown) > MOST_CARDS and not is_phone()
    with st.container(height=LIST_HEIGHT if scrolls else "content", border=False, key="trust_verdicts", gap="small"):
        for verdict in shown:
            _card(verdict, words, ledger)


def waiting(words: Vocabulary) -> None:
    """The same room before the first check: every channel, and that its verdict follows."""
    _say("Verdicts follow with the first checks", is_complete=False)
    scrolls = len(words.paid) > MOST_CARDS and not is_phone()
    with st.container(height=LIST_HEIGHT if scrolls else "content", border=False, key="trust_verdicts", gap="small"):
        for channel in words.paid:
            with st.container(border=True, key=f"verdict_{channel}"):
                swatch(words.colours[channel], words.names[channel])
                st.badge("Waiting for the checks", color="gray", icon=":material/hourglass_empty:")


def in_order(card: TrustCard, words: Vocabulary) -> list[ChannelVerdict]:
    """Verdicts, highest spend first."""
    found = [card.verdict(channel) for channel in words.paid]
    return [verdict for verdict in found if verdict is not None]


def _say(sentence: str, *, is_complete: bool) -> None:
    """The finding in a block of its own, so that what stands below keeps its place when the last check is made."""
    with st.container(key="trust_headline", gap="xsmall"):
        st.subheader(as_text(sentence), anchor=False, help=term("verdict"))
        if not is_complete:
            st.caption(PRELIMINARY)


def _chosen(card: TrustCard, words: Vocabulary) -> list[ChannelVerdict]:
    """All verdicts, or of many those of one kind."""
    verdicts = in_order(card, words)
    if len(verdicts) <= MOST_WITHOUT_CHOICE:
        return verdicts
    counts = {kind: sum(one.verdict is kind for one in verdicts) for kind in Verdict}
    labels = {_ALL: f"All {len(verdicts)}"}
    labels |= {kind.value: f"{kind.value[:1].upper()}{kind.value[1:]}: {count}" for kind, count in counts.items()}
    choice = st.segmented_control(
        "Verdicts",
        list(labels),
        default=_ALL,
        required=True,
        format_func=labels.__getitem__,
        key="trust_kind",
        label_visibility="collapsed",
    )
    shown = [one for one in verdicts if choice in (_ALL, one.verdict.value)]
    if not shown:
        st.markdown(":gray[No channel has this verdict.]")
    return shown


def _card(verdict: ChannelVerdict, words: Vocabulary, ledger: Ledger) -> None:
    with st.container(border=True, key=f"verdict_{verdict.channel}"):
        left, right = st.columns([1.4, 2.4], gap="medium")
        with left:
            swatch(
                words.colours[verdict.channel], words.names[verdict.channel], _return(verdict.channel, words, ledger)
            )
            badge(verdict)
        with right:
            st.markdown("\n".join(f"- {as_text(reason)}" for reason in verdict.reasons))
            if verdict.experiment is not None:
                first, *rest = experiment_sentences(verdict.experiment, words)
                st.markdown(f":material/science: **{as_text(f'Test: {first}')}** {as_text(' '.join(rest))}")


def _return(channel: str, words: Vocabulary, ledger: Ledger) -> str:
    row = ledger.channels.set_index("channel").loc[channel]
    spread = words.interval(float(row["roas_low"]), float(row["roas_high"]))
    return f"{words.return_word} {words.returns(float(row['roas']))} ({spread}), {ledger.interval_label}"
