"""MMM Studio's dashboard: the page registry and nothing else. Start it with ``make run`` or ``mmm-studio``."""

import streamlit as st

from pages.shared import boundary, late_polls, loaders, shell
from pages.shared.routes import Route

late_polls.drop()
st.set_page_config(
    page_title="MMM Studio",
    page_icon=shell.asset("favicon.svg"),
    layout="wide",
    menu_items={"About": shell.ABOUT},
)

PAGES = {
    "Start": [(Route.HOME, "Home", "home")],
    "Prepare": [
        (Route.UPLOAD, "Upload", "upload_file"),
        (Route.CONFIGURE, "Configure", "tune"),
        (Route.STUDIES, "Lift studies", "science"),
    ],
    "Model": [
        (Route.RUN, "Run", "play_circle"),
        (Route.PARETO, "Pareto explorer", "scatter_plot"),
        (Route.CLUSTERS, "Clusters", "workspaces"),
        (Route.MODEL, "Model", "description"),
        (Route.BACKTEST, "Backtest", "history"),
    ],
    "Decide": [
        (Route.BUDGET, "Budget", "payments"),
        (Route.REFRESH, "Refresh", "update"),
        (Route.TRUST, "Trust card", "verified_user"),
    ],
    "Library": [
        (Route.SAVED, "Saved results", "inventory_2"),
        (Route.ROBYN, "Robyn bridge", "sync_alt"),
        (Route.METHODOLOGY, "Methodology", "menu_book"),
    ],
}

groups = {
    group: [
        st.Page(route.value, title=title, icon=f":material/{icon}:", default=route is Route.HOME)
        for route, title, icon in pages
        if route.exists
    ]
    for group, pages in PAGES.items()
}
chosen = st.navigation({group: pages for group, pages in groups.items() if pages}, expanded=True)
boundary.come_through_app()
with boundary.catching("shell"):
    loaders.start_in_background()
    shell.draw()
chosen.run()
