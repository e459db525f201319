"""What stands around every page: logo, the open project, the worker's state and the version."""

import html

import streamlit as st

import mmm_core
from mmm_core.charts.theme import Theme
from pages.shared import boundary, loaders, session
from pages.shared.routes import ROOT
from pages.shared.widgets import current_theme, truncated

ABOUT = f"**MMM Studio {mmm_core.__version__}**: what did each channel really bring? Everything stays on this machine."

PULSE_SECONDS = 2
"""Streamlit does not run the page again when the theme is switched; charts and logo would stay as they were."""


def asset(name: str) -> str:
    """Path of a file in ``assets``."""
    return str(ROOT / "assets" / name)


def draw() -> None:
    """Draw the sidebar around the navigation, and the style all pages share."""
    st.html(ROOT / "assets" / "studio.css")
    session.remember("theme", current_theme())
    st.logo(
        asset("logo_dark.svg" if current_theme() is Theme.DARK else "logo.svg"),
        size="large",
        icon_image=asset("favicon.svg"),
    )
    with st.sidebar:
        _open_project()
        with st.container(key="foot", gap=None):
            _foot()


def _open_project() -> None:
    project_id = session.project_id() or st.query_params.get(session.PROJECT)
    project = loaders.project(project_id) if project_id else None
    with st.container(key="shell_project", gap=None):
        if project is None:
            st.html('<div class="studio-label">Project</div><div class="studio-muted">None open</div>')
        else:
            name = html.escape(truncated(project.name, 30))
            full = html.escape(project.name, quote=True)
            st.html(f'<div class="studio-label">Project</div><div class="studio-project" title="{full}">{name}</div>')


def _foot() -> None:
    _pulse()
    st.html(f'<div class="studio-muted">Version {mmm_core.__version__} · theme: menu ⋮</div>')


@st.fragment(run_every=PULSE_SECONDS)
@boundary.guarded("pulse")
def _pulse() -> None:
    """Keep the worker's state current, and draw the page again when the theme was switched in the menu."""
    if session.recall("theme") != current_theme():
        st.rerun()
    _worker_state()


def _worker_state() -> None:
    worker = loaders.worker()
    if worker is None:
        mark, text = "idle", "No worker: runs will wait"
    elif not worker.is_warm:
        mark, text = "busy", "Worker is warming up"
    else:
        mark, text = "ready", "Worker ready"
    st.html(f'<div class="studio-worker"><span class="studio-dot studio-{mark}"></span>{text}</div>')
