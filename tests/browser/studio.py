"""Starts MMM Studio the way the README says and drives it in the system's Chromium. Used by the tests and the pictures."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Request, sync_playwright

ROOT = Path(__file__).parent.parent.parent
SETTLED = "[data-testid='stApp'][data-test-script-state='notRunning']"


def find_chromium() -> str | None:
    """Path of the system's Chromium, or None."""
    return next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_studio(workspace: Path) -> Iterator[str]:
    """Start dashboard and worker on a free port; yields the address, ends both."""
    port = free_port()
    environment = os.environ | {"MMM_STUDIO_WORKSPACE": str(workspace)}
    command = [sys.executable, "-m", "mmm_core.cli", "app", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_healthy(address, process)
        yield address
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def wait_until_healthy(address: str, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the dashboard ended with code {process.returncode}"
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"no answer from {address} within {seconds} s")


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium, headless, with its own background traffic switched off."""
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    quiet += ["--disable-component-update", "--disable-sync"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=quiet)
        try:
            yield browser
        finally:
            browser.close()


class Visitor:
    """A person at the browser: goes to pages, and remembers every request that left the machine."""

    def __init__(
        self, browser: Browser, address: str, *, width: int = 1440, height: int = 1000, dark: bool = False
    ) -> None:
        self.address = address
        self.strays: list[str] = []
        self.console_errors: list[str] = []
        scheme = "dark" if dark else "light"
        self.context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        self.page: Page = self.context.new_page()
        self.page.on("request", self._note)
        self.page.on("pageerror", lambda error: self.console_errors.append(str(error)))

    def _note(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("data", "blob", "about"):
            return
        if parts.hostname not in ("127.0.0.1", "localhost"):
            self.strays.append(request.url)

    def open(self, path: str = "/") -> None:
        """Load an address and wait for the page to have been drawn."""
        self.page.goto(self.address + path)
        self.settle()

    def settle(self, timeout: float = 30_000) -> None:
        """Wait until the script has run and nothing is loading."""
        self.page.wait_for_selector("[data-testid='stMainBlockContainer'] >> visible=true", timeout=timeout)
        self.page.wait_for_selector(SETTLED, timeout=timeout)

    def close(self) -> None:
        self.context.close()
