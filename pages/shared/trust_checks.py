"""The eight checks of the trust card as lines that fill in, each with what it found about every channel."""

import streamlit as st

from mmm_core.charts.trust_words import GRADE_WORDS, status_words
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.trust import (
    CHECK_TITLES,
    ChannelFinding,
    CheckKey,
    CheckStatus,
    Grade,
    TrustCard,
    TrustCheck,
)
from pages.shared import manual
from pages.shared.widgets import as_text

STATUS = {
    CheckStatus.WAITING: ("gray", ":material/hourglass_empty:"),
    CheckStatus.DONE: ("green", ":material/check:"),
    CheckStatus.NOT_POSSIBLE: ("gray", ":material/block:"),
}
GRADES = {
    Grade.GOOD: ("green", ":material/check_circle:"),
    Grade.DOUBTFUL: ("orange", ":material/warning:"),
    Grade.BAD: ("red", ":material/cancel:"),
    Grade.NONE: ("gray", ":material/remove:"),
}
"""Colour and sign of a grade; its words always stand beside them."""

ORDER = (
    *(CheckKey.PRIOR, CheckKey.PLACEBO, CheckKey.SEEDS, CheckKey.RECENT),
    *(CheckKey.BASELINE, CheckKey.FORECAST, CheckKey.CONTEXT, CheckKey.RECOVERY),
)
"""In which the checks are made, so that no line changes its place when the first is there."""

_NONE_YET = tuple(TrustCheck(key=key, title=CHECK_TITLES[key]) for key in ORDER)


def draw(card: TrustCard | None, words: Vocabulary, *, failed: bool = False) -> None:
    """Draw all lines; None draws them waiting, in the same room.

    Args:
        card: As far as it is filled in.
        words: Names and order of the channels.
        failed: Whether what is waiting will never come.
    """
    for check in card.checks if card is not None else _NONE_YET:
        _line(check, words, missing="Not made." if failed else "This line fills in by itself.")


def _line(check: TrustCheck, words: Vocabulary, *, missing: str) -> None:
    colour, icon = STATUS[check.status]
    with st.container(border=True, gap="xsmall", key=f"trust_check_{check.key.value}"):
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.markdown(f"**{as_text(check.title)}**", width="content")
            st.badge(status_words(check), color=colour, icon=icon)
        said = as_text(check.summary) if check.summary else f":gray[{missing}]"
        st.markdown(f"{said} :small[[How it is measured]({address_of(check.key)})]")
        if check.findings:
            with st.expander(_counts(check), key=f"trust_findings_{check.key.value}"):
                for finding in _in_order(check, words):
                    _finding(finding)


def address_of(key: CheckKey) -> str:
    """Where the methodology explains a check."""
    return f"methodology#{manual.anchor_of(CHECK_TITLES[key])}"


def _counts(check: TrustCheck) -> str:
    """``Channel by channel: 4 hold, 1 doubtful``."""
    counts = {grade: sum(finding.grade is grade for finding in check.findings) for grade in Grade}
    said = [f"{GRADE_WORDS[grade]} {count}" for grade, count in counts.items() if count]
    return f"Channel by channel · {' · '.join(said)}"


def _in_order(check: TrustCheck, words: Vocabulary) -> list[ChannelFinding]:
    return [found for found in map(check.finding, words.channels) if found is not None]


def _finding(finding: ChannelFinding) -> None:
    colour, icon = GRADES[finding.grade]
    with st.container(horizontal=True, gap="small", vertical_alignment="top"):
        with st.container(width=132):
            st.badge(GRADE_WORDS[finding.grade], color=colour, icon=icon)
        st.markdown(as_text(finding.sentence), width="stretch")
