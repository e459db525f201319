"""Pages are tested through ``app.py``, each test with a workspace of its own and no worker."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from mmm_core.store.workspace import Workspace
from pages.shared import boundary

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


@pytest.fixture(autouse=True)
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What the error boundary said on any page of the test, after any click; at the end nothing may be left in it."""
    said: list[str] = []
    original = AppTest._run

    def run(app: AppTest, *args: object, **kwargs: object) -> AppTest:
        after = original(app, *args, **kwargs)
        if boundary.UNEXPECTED in words(app):
            said.extend(code.value for code in app.code)
        said.extend(error.message for error in app.exception)
        return after

    monkeypatch.setattr(AppTest, "_run", run)
    yield said
    assert not said, "\n".join(said)


@pytest.fixture
def downloads(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """Content of every file a page offered, by its name."""
    offered: dict[str, bytes] = {}
    original = MemoryMediaFileStorage.load_and_get_id

    def load(self: MemoryMediaFileStorage, data: bytes, kind: str, group: object, filename: str | None = None) -> str:
        offered[filename or ""] = data
        return original(self, data, kind, group, filename)

    monkeypatch.setattr(MemoryMediaFileStorage, "load_and_get_id", load)
    return offered


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
