"""A poll that a page sent just before it was left must not empty the page that is shown now.

Streamlit runs a fragment with ``run_every`` under the page that sent the poll. A poll that reaches the server after
``st.switch_page`` thus reads as a change back: the browser clears the new page and nothing draws it again. Streamlit stops
the timers when the browser itself changes the page, but not when the server does.
"""

import functools
import inspect
from weakref import WeakKeyDictionary

from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

_run_script = inspect.unwrap(ScriptRunner._run_script)
_shown: WeakKeyDictionary[PagesManager, str] = WeakKeyDictionary()
"""The page each visit sees; a ``PagesManager`` lives as long as the visit."""


def drop() -> None:
    """Have the server leave out the polls of pages that are no longer shown; more than one call changes nothing."""
    ScriptRunner._run_script = _run_unless_late  # type: ignore[method-assign]


@functools.wraps(_run_script)
def _run_unless_late(runner: ScriptRunner, asked: RerunData) -> None:
    visit = runner._pages_manager
    is_poll = asked.is_auto_rerun and bool(asked.fragment_id_queue)
    if is_poll and asked.page_script_hash != _shown.get(visit, asked.page_script_hash):
        return
    _run_script(runner, asked)
    _shown[visit] = runner._get_script_run_ctx().page_script_hash
