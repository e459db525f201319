"""Starts MMM Studio the way the README says and drives it in the system's Chromium. Used by the tests and the pictures."""

import ipaddress
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parent.parent.parent
FAULT = "Something went wrong on our side"
"""What the pages' error boundary says of a fault of ours; it must be nowhere."""

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
    """Start dashboard and worker on a free port; yields the address, ends both.

    Raises:
        AssertionError: One of its processes talked to another machine.
    """
    port = free_port()
    with running([sys.executable, "-m", "mmm_core.cli", "app", "--port", str(port)], workspace) as process:
        address = f"http://127.0.0.1:{port}"
        wait_until_healthy(address, process)
        with watched_connections(process.pid) as strays:
            yield address
        assert not strays, f"the studio talked to {strays}"


@contextmanager
def running(command: list[str], workspace: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program of ours in the checkout, ended by Ctrl-C."""
    environment = {"MMM_STUDIO_CACHE": str(workspace / "cache"), **os.environ, "MMM_STUDIO_WORKSPACE": str(workspace)}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def watched_connections(pid: int, seconds: float = 0.1) -> Iterator[set[str]]:
    """Look at the sockets of a process and its descendants all the time; yields the addresses beyond this machine."""
    strays: set[str] = set()
    over = threading.Event()

    def watch() -> None:
        while not over.wait(seconds):
            strays.update(peers_elsewhere(pid))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield strays
    finally:
        over.set()
        thread.join()


def peers_elsewhere(pid: int) -> set[str]:
    """Addresses on other machines that a process or one of its descendants is connected to."""
    found: set[str] = set()
    with suppress(psutil.NoSuchProcess):
        parent = psutil.Process(pid)
        for process in (parent, *parent.children(recursive=True)):
            with suppress(psutil.Error):
                found.update(peer.raddr.ip for peer in process.net_connections("inet") if peer.raddr)
    return {peer for peer in found if not ipaddress.ip_address(peer).is_loopback}


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
    """A person at the browser: goes to pages, and remembers every request that left the machine.

    ``strays`` are the addresses of requests and web sockets, of any page of the browser window, that are not on this machine.
    """

    def __init__(
        self, browser: Browser, address: str, *, width: int = 1440, height: int = 1000, dark: bool = False
    ) -> None:
        self.address = address
        self.strays: list[str] = []
        self.script_errors: list[str] = []
        scheme = "dark" if dark else "light"
        self.context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        self.context.on("request", lambda request: self._note(request.url))
        self.context.on("page", self._listen)
        self.page: Page = self.context.new_page()

    def _listen(self, page: Page) -> None:
        page.on("websocket", lambda socket: self._note(socket.url))
        page.on("pageerror", lambda error: self.script_errors.append(str(error)))

    def _note(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob", "about") and parts.hostname not in ("127.0.0.1", "localhost"):
            self.strays.append(url)

    def open(self, path: str = "/") -> None:
        """Load an address and wait for the page to have been drawn."""
        self.page.goto(self.address + path)
        self.settle()

    def settle(self, timeout: float = 30_000) -> None:
        """Wait until the script has run and nothing is loading; there must be no fault on the page."""
        self.page.wait_for_selector("[data-testid='stMainBlockContainer'] >> visible=true", timeout=timeout)
        self.page.wait_for_selector(SETTLED, timeout=timeout)
        self.refuse_faults()

    def refuse_faults(self) -> None:
        """Fail if a page shows an exception, or what the error boundary makes of one."""
        for page in self.context.pages:
            assert page.get_by_text(FAULT).count() == 0, page.locator("body").inner_text()
            assert page.locator("[data-testid='stException']").count() == 0, page.locator("body").inner_text()

    def leave(self) -> None:
        """Close the window; there must have been no fault, no script error and no request to another machine."""
        try:
            self.refuse_faults()
            assert self.strays == []
            assert self.script_errors == []
        finally:
            self.close()

    def close(self) -> None:
        """Close the window."""
        self.context.close()
