"""Methodology: what every figure means, how it is computed, what it is not, and where it comes from."""

import streamlit as st

from pages.shared import manual
from pages.shared.boundary import page
from pages.shared.routes import Route
from pages.shared.widgets import Crumb, header


def render() -> None:
    opening, *chapters = manual.sections()
    header("Methodology", [Crumb("All projects", Route.HOME), Crumb("Methodology")])
    contents, text = st.columns([1, 3], gap="large")
    with contents, st.container(key="contents", gap=None):
        st.markdown("**On this page**")
        st.markdown("\n".join(f"- [{chapter.title}](#{chapter.anchor})" for chapter in chapters))
    with text, st.container(key="manual"):
        st.markdown(opening.text)
        for chapter in chapters:
            st.subheader(chapter.title, anchor=chapter.anchor)
            st.markdown(chapter.text)


with page("Methodology"):
    render()
