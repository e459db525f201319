"""The three views of the Robyn bridge, and the way to one of them from other pages."""

from enum import StrEnum
from typing import NoReturn

import streamlit as st

from pages.shared import session
from pages.shared.routes import Route
from pages.shared.widgets import go_to

_WIDGET = "robyn_view"
_KEPT = "robyn.view"


class RobynView(StrEnum):
    """What people come to the bridge for."""

    TAKE_OVER = "Take over a model"
    STANDING = "Where it stands"
    WRITE = "Write a model"


def choose(default: RobynView) -> RobynView:
    """Draw the choice; the view of before, at first the one that fits.

    Args:
        default: Shown when none was chosen on this visit.
    """
    kept = session.recall(_KEPT)
    st.session_state[_WIDGET] = RobynView(kept) if kept in set(RobynView) else default
    st.segmented_control(
        "What to do", list(RobynView), key=_WIDGET, required=True, on_change=_keep, label_visibility="collapsed"
    )
    return RobynView(st.session_state[_WIDGET])


def open_view(view: RobynView) -> NoReturn:
    """Go to a view of the bridge from another page."""
    session.remember(_KEPT, str(view))
    go_to(Route.ROBYN)


def forget() -> None:
    """Let the next visit begin with the view that fits."""
    session.forget(_KEPT)


def _keep() -> None:
    session.remember(_KEPT, str(st.session_state[_WIDGET]))
