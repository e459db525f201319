"""Two pages that are polled ten times a second and lead to each other, for ``test_late_polls.py``."""

import time

import streamlit as st

from pages.shared import late_polls

late_polls.drop()


@st.fragment(run_every=0.1)
def poll() -> None:
    st.session_state.polls = st.session_state.get("polls", 0) + 1
    st.caption(f"polled {st.session_state.polls} times")


def page_of(name: str, other: str) -> None:
    st.header(name)
    pressed = st.button(f"To {other}")
    time.sleep(0.15)
    st.caption(f"The end of {name}")
    if pressed:
        st.switch_page(PAGES[other])


def left() -> None:
    page_of("left", "right")


def right() -> None:
    page_of("right", "left")


PAGES = {"left": st.Page(left, default=True), "right": st.Page(right)}
chosen = st.navigation(list(PAGES.values()))
with st.sidebar:
    poll()
chosen.run()
