"""``mmm-studio app``: dashboard and worker together, started and ended as one."""

import contextlib
import dataclasses
import datetime as dt
import http.client
import os
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from mmm_core.errors import MMMError, StoreError, WorkspaceError
from mmm_core.runs.processes import (
    child_environment,
    end_tree,
    is_running,
    on_end_signals,
    package_root,
    start_detached,
)
from mmm_core.runs.worker import LAUNCHER_VARIABLE, ensure_worker
from mmm_core.store.atomic_files import write_exclusively
from mmm_core.store.codec import decode, dump_json, load_json
from mmm_core.store.database import now
from mmm_core.store.workspace import VARIABLE, Workspace

HOST = "127.0.0.1"
PORT = 8501
START_SECONDS = 90.0
END_SECONDS = 5.0
SUPERVISION_SECONDS = 1.0
STREAMLIT_OPTIONS = (
    "--server.headless=true",
    "--server.fileWatcherType=none",
    "--server.showEmailPrompt=false",
    "--browser.gatherUsageStats=false",
)

Say = Callable[[str], None]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RunningApp:
    """What ``launcher.json`` says about the dashboard of a workspace.

    Attributes:
        pid: Process id of the launcher.
        started: When.
        host: Address it listens at.
        port: Port it listens at.
    """

    pid: int
    started: dt.datetime
    host: str
    port: int

    @property
    def address(self) -> str:
        """What to open in the browser."""
        return f"http://{self.host}:{self.port}"


def launch_app(port: int = PORT, *, host: str = HOST, folder: Path | None = None, say: Say, warn: Say) -> int:
    """Start dashboard and worker, and end both on Ctrl-C. Blocks until then; call it from the main thread.

    Args:
        port: Where the dashboard listens.
        host: At which address of this machine.
        folder: The workspace; None means the default.
        say: Told what the user should know.
        warn: Told why nothing was started.

    Returns:
        Exit code: 0 when it ran or was already running, 1 when it could not be started.

    Raises:
        WorkspaceError: The workspace cannot be used.
    """
    workspace = Workspace(folder)
    mine = RunningApp(pid=os.getpid(), started=now(), host=host, port=port)
    running = _announce(workspace, mine)
    if running is not None:
        say(f"MMM Studio is already running at {running.address} (workspace {workspace.folder}).")
        return 0
    try:
        if not _is_free(host, port):
            warn(
                f"Something else already uses {mine.address}. Close it, or give MMM Studio another port: "
                f"mmm-studio app --port {_next_free(host, port)}"
            )
            return 1
        return _Launcher(workspace, mine, say, warn).run()
    finally:
        _note(workspace).unlink(missing_ok=True)
        workspace.close()


def app_folder() -> Path:
    """Where ``app.py`` is: ``mmm_studio`` beside ``mmm_core`` when installed, the checkout itself otherwise.

    Raises:
        MMMError: It is in neither place.
    """
    for folder in (package_root() / "mmm_studio", package_root()):
        if (folder / "app.py").is_file() and (folder / "pages").is_dir():
            return folder
    raise MMMError(f"The dashboard's files are not beside {package_root() / 'mmm_core'}. Install MMM Studio again.")


class _Launcher:
    """Two processes and the wait for the end."""

    def __init__(self, workspace: Workspace, app: RunningApp, say: Say, warn: Say) -> None:
        self._workspace = workspace
        self._app = app
        self._say = say
        self._warn = warn
        self._ended = threading.Event()
        self._log = workspace.log_folder / "dashboard.log"
        self._dashboard = 0

    def run(self) -> int:
        """Start, wait, end."""
        on_end_signals(self._ended.set)
        try:
            ensure_worker(self._workspace, launcher=self._app.pid)
            self._dashboard = self._start_dashboard()
            if not self._wait_for_dashboard():
                return 0 if self._ended.is_set() else 1
            self._say(
                f"MMM Studio is at {self._app.address} — press Ctrl-C to stop. Workspace: {self._workspace.folder}"
            )
            return self._supervise()
        finally:
            self._end()

    def _start_dashboard(self) -> int:
        folder = app_folder()
        self._log.unlink(missing_ok=True)
        options = [*STREAMLIT_OPTIONS, f"--server.address={self._app.host}", f"--server.port={self._app.port}"]
        options.append(f"--browser.serverAddress={self._app.host}")
        arguments = ["mmm_core.runs.web_server", str(os.getpid()), "run", str(folder / "app.py"), *options]
        environment = child_environment({VARIABLE: str(self._workspace.folder), LAUNCHER_VARIABLE: str(self._app.pid)})
        return start_detached(arguments, self._log, environment, folder)  # streamlit reads .streamlit where it starts

    def _wait_for_dashboard(self) -> bool:
        give_up = time.monotonic() + START_SECONDS
        while not self._ended.wait(0.05):
            if _is_healthy(self._app):
                return True
            if not is_running(self._dashboard, now()) or time.monotonic() > give_up:
                self._warn(f"The dashboard did not start; the reason is in {self._log}")
                return False
        return False

    def _supervise(self) -> int:
        """Start another worker when one was lost, at growing distances; end when the dashboard has."""
        pause, next_look = SUPERVISION_SECONDS, 0.0
        while not self._ended.wait(SUPERVISION_SECONDS):
            if not is_running(self._dashboard, now()):
                self._warn(
                    f"The dashboard ended unexpectedly; the reason may be in {self._log}. Start MMM Studio again."
                )
                return 1
            if time.monotonic() < next_look:
                continue
            with contextlib.suppress(WorkspaceError):  # a busy database is looked at again soon
                before = {worker.worker_id for worker in self._workspace.list_workers()}
                ensure_worker(self._workspace, launcher=self._app.pid)
                after = {worker.worker_id for worker in self._workspace.list_workers()}
                pause = min(2 * pause, 60.0) if after - before else SUPERVISION_SECONDS
            next_look = time.monotonic() + pause
        self._say("MMM Studio has stopped; everything is kept.")
        return 0

    def _end(self) -> None:
        """End the dashboard and every worker that was started in the background for this workspace."""
        threads = [
            threading.Thread(target=end_tree, args=(pid, END_SECONDS))
            for pid in {self._dashboard, *self._background_workers()} - {0}
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _background_workers(self) -> set[int]:
        found = set()
        for worker in self._workspace.list_workers():
            with contextlib.suppress(psutil.Error):
                command = psutil.Process(worker.pid).cmdline() if worker.pid else []
                if worker.worker_id in command:  # given by ensure_worker; one started by hand has none
                    found.add(worker.pid)
        return found


def _note(workspace: Workspace) -> Path:
    return workspace.folder / "launcher.json"


def _announce(workspace: Workspace, mine: RunningApp) -> RunningApp | None:
    """Say that this launcher serves the workspace, or find the one that does."""
    path = _note(workspace)
    while not write_exclusively(path, dump_json(mine)):
        with contextlib.suppress(StoreError, FileNotFoundError):
            other = decode(RunningApp, load_json(path.read_bytes(), "launcher.json"))
            if is_running(other.pid, other.started):
                return other
        path.unlink(missing_ok=True)
    return None


def _is_healthy(app: RunningApp) -> bool:
    connection = http.client.HTTPConnection(app.host, app.port, timeout=2)
    try:
        connection.request("GET", "/_stcore/health")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a connection that lingers is no server
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _next_free(host: str, port: int) -> int:
    return next((later for later in range(port + 1, min(port + 100, 65536)) if _is_free(host, later)), port)
