"""The error boundary: what a page says when something went wrong. Nothing a person sees is ever a traceback."""

import functools
import logging
import platform
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar, cast

import streamlit as st
from streamlit.errors import FragmentHandledException
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner_utils.exceptions import RerunException

import mmm_core
from mmm_core.errors import MMMError
from pages.shared import dialogs, session
from pages.shared.widgets import as_text

_THROUGH_APP = "through app.py"
UNEXPECTED = "Something went wrong on our side."
"""How the message of an unforeseen error begins; the tests assert that no page shows it."""

_REFUSAL = "boundary.refusal"

P = ParamSpec("P")
R = TypeVar("R")

_log = logging.getLogger("mmm_studio.pages")


@contextmanager
def page(name: str, *, keeps_address: bool = True) -> Iterator[None]:
    """Draw a page inside; errors become sentences.

    Args:
        name: What the page is called, for the log.
        keeps_address: Whether the open project and run are written to the address.
    """
    _leave_pages_folder_mode()
    with catching(name):
        session.restore(write=keeps_address)
        if session.recall("page") != name:
            dialogs.answered()  # a question is asked by one page; coming back does not ask it again
        session.remember("page", name)
        if message := session.take_flash():
            st.toast(message)
        yield


@contextmanager
def catching(name: str) -> Iterator[None]:
    """Turn an error inside into a sentence; also for the body of a fragment, which reruns outside its page."""
    refusal = _tell_refusal()
    try:
        yield
    except RerunException:
        if refusal is not None:
            session.remember(_REFUSAL, refusal)  # what was drawn is thrown away, so it has to be told once more
        raise
    except FragmentHandledException:
        raise
    except MMMError as error:
        show_problems(error)
    except Exception as error:
        _log.exception("The page %s failed", name)
        _show_unexpected(error)


def guarded(name: str) -> Callable[[Callable[P, R]], Callable[P, R | None]]:
    """:func:`catching` as a decorator; put it below ``@st.fragment``."""

    def decorate(draw: Callable[P, R]) -> Callable[P, R | None]:
        @functools.wraps(draw)
        def safely(*args: P.args, **kwargs: P.kwargs) -> R | None:
            with catching(name):
                return draw(*args, **kwargs)
            return None

        return safely

    return decorate


def callback(heading: str) -> Callable[[Callable[P, object]], Callable[P, None]]:
    """Make a function safe as callback of a widget, which runs before the page and outside its boundary.

    Args:
        heading: What could not be done, shown above the reasons when the page is drawn next.
    """

    def decorate(act: Callable[P, object]) -> Callable[P, None]:
        @functools.wraps(act)
        def safely(*args: P.args, **kwargs: P.kwargs) -> None:
            try:
                act(*args, **kwargs)
            except Exception as error:
                if not isinstance(error, MMMError):
                    _log.exception("A callback failed: %s", heading)
                session.remember(_REFUSAL, (heading, error))

        return safely

    return decorate


def _tell_refusal() -> tuple[str, Exception] | None:
    """Show why the last callback was refused, once."""
    refusal = cast("tuple[str, Exception] | None", session.recall(_REFUSAL))
    session.forget(_REFUSAL)
    if refusal is not None:
        heading, error = refusal
        if isinstance(error, MMMError):
            show_problems(error, heading)
        else:
            _show_unexpected(error)
    return refusal


def problems_of(error: MMMError) -> tuple[str, ...]:
    """The sentences of an error, one per problem."""
    return error.problems


def show_problems(error: MMMError, heading: str = "") -> None:
    """Show what a person can mend.

    Args:
        error: Raised by a layer below.
        heading: What could not be done; may be empty.
    """
    problems = [as_text(problem) for problem in problems_of(error)]
    if len(problems) == 1 and not heading:
        st.error(problems[0], icon=":material/error:")
        return
    first = heading or f"{len(problems)} things need your attention"
    st.error("\n".join([f"**{first}**", "", *(f"- {problem}" for problem in problems)]), icon=":material/error:")


def come_through_app() -> None:
    """Say that this run of a page goes through ``app.py``, as all of them should."""
    session.remember(_THROUGH_APP, True)


def _leave_pages_folder_mode() -> None:
    """Run again through ``app.py`` when Streamlit ran the page's file alone.

    Until ``st.navigation`` was called once in a server's life, Streamlit takes a folder called ``pages`` for its older kind
    of app: a link straight to a page, opened as the very first, would miss the navigation and the wide layout. Several people
    may open one at that moment, so every visit is asked, not the server.
    """
    if session.recall(_THROUGH_APP) is None:  # asked once a visit: a page tested alone never goes through it
        session.remember(_THROUGH_APP, False)
        PagesManager.uses_pages_directory = False
        st.rerun()


def _show_unexpected(error: Exception) -> None:
    st.error(
        f"**{UNEXPECTED}** What you entered and every finished run are kept. "
        "Reload the page; if it happens again, send us the details below.",
        icon=":material/sentiment_dissatisfied:",
    )
    with st.expander("Copy details"):
        about = f"MMM Studio {mmm_core.__version__}, Python {platform.python_version()}, Streamlit {st.__version__}"
        st.code("\n".join([about, "", *traceback.format_exception(error)]), language="text")
