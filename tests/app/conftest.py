"""Pages are tested through ``app.py``, each test with a workspace of its own and no worker."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from mmm_core.store.workspace import Workspace

ROOT = Path(__file__).parent.parent.parent
SECONDS = 60


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A workspace of its own, no worker process, empty caches."""
    monkeypatch.setenv("MMM_STUDIO_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.setenv("MMM_STUDIO_WORKER", "off")
    st.cache_data.clear()
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


@pytest.fixture(autouse=True)
def _navigation_of_app_py(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server learns from ``st.navigation`` that ``pages`` is no old-style folder; AppTest forgets it before every run."""
    original = PagesManager.__init__

    def start(self: PagesManager, *args: object, **kwargs: object) -> None:
        original(self, *args, **kwargs)
        PagesManager.uses_pages_directory = False

    monkeypatch.setattr(PagesManager, "__init__", start)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


@pytest.fixture
def studio() -> Callable[..., AppTest]:
    """Open a page as a browser would: ``studio("upload", project="ab12cd34ef")``."""

    def visit(page: str = "home", **address: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=SECONDS)
        for name, value in address.items():
            app.query_params[name] = value
        app.run()
        if page != "home":
            app.switch_page(f"pages/{page}.py").run()
        return app

    return visit


def words(app: AppTest) -> str:
    """Everything on the page that is text, one per line."""
    elements = (*app.title, *app.subheader, *app.markdown, *app.caption, *app.error, *app.warning, *app.info)
    return "\n".join(str(element.value) for element in elements)
