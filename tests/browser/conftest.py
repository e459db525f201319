"""Browser tests run where there is a Chromium. Elsewhere they are left out, and the summary says so."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.studio import Visitor, chromium, find_chromium, running_studio

COMPULSORY = os.environ.get("MMM_STUDIO_BROWSER_TESTS") == "required"
HERE = Path(__file__).parent

expect.set_options(timeout=30_000)  # a busy machine is no fault of ours; how fast pages are is measured by `make bench`


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if find_chromium() or COMPULSORY:
        return
    browser_tests = [item for item in items if HERE in item.path.parents]
    items[:] = [item for item in items if HERE not in item.path.parents]
    config.hook.pytest_deselected(items=browser_tests)
    config.stash[LEFT_OUT] = len(browser_tests)


LEFT_OUT = pytest.StashKey[int]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if left_out := config.stash.get(LEFT_OUT, 0):
        terminalreporter.write_line(
            f"{left_out} browser tests did not run: no Chromium on this machine. Install it (Debian: apt install chromium).",
            yellow=True,
        )


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("workspace")


@pytest.fixture(scope="session")
def address(workspace: Path) -> Iterator[str]:
    with running_studio(workspace) as started:
        yield started


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    assert find_chromium(), (
        "browser tests are compulsory here, and there is no Chromium. Install it (Debian: apt install chromium)."
    )
    with chromium() as started:
        yield started


@pytest.fixture
def visitor(browser: Browser, address: str) -> Iterator[Visitor]:
    person = Visitor(browser, address)
    yield person
    person.leave()
