"""MMM Studio's dashboard: the page registry and nothing else. Start it with ``make run`` or ``mmm-studio``."""

import streamlit as st

from pages.shared import boundary, loaders, shell
from pages.shared.routes import Route

st.set_page_config(
    page_title="MMM Studio",
    page_icon=shell.asset("favicon.svg"),
    layout="wide",
    menu_items={"About": shell.ABOUT},
)

GROUPS = {
    "Start": [st.Page(Route.HOME.value, title="Home", icon=":material/home:", default=True)],
    "Prepare": [
        st.Page(Route.UPLOAD.value, title="Upload", icon=":material/upload_file:"),
        st.Page(Route.CONFIGURE.value, title="Configure", icon=":material/tune:"),
    ],
    "Model": [
        st.Page(Route.RUN.value, title="Run", icon=":material/play_circle:"),
        st.Page(Route.PARETO.value, title="Pareto explorer", icon=":material/scatter_plot:"),
    ],
    "Library": [st.Page(Route.SAVED.value, title="Saved results", icon=":material/inventory_2:")],
}

chosen = st.navigation(GROUPS, expanded=True)
with boundary.catching("shell"):
    loaders.start_in_background()
    shell.draw()
chosen.run()
