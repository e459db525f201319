"""Starting, recognising and ending processes of our own; never by name, always by id."""

import atexit
import datetime as dt
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil

import mmm_core
from mmm_core.runs.threads import ONE_THREAD
from mmm_core.store.atomic_files import explained

CLOCK_SLACK = dt.timedelta(seconds=2)
"""By how much a process may seem to have begun after it was first seen: its start is counted in ticks since boot."""

_started: list[subprocess.Popen[bytes]] = []


@atexit.register
def _leave_running() -> None:
    """Detached processes outlive this one on purpose; Python need not warn about it."""
    for process in _started:
        process.returncode = process.poll() or 0


def package_root() -> Path:
    """The folder ``mmm_core`` is in: a checkout or site-packages."""
    return Path(mmm_core.__file__).parent.parent


def child_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Environment for processes of our own: one thread each, and the same ``mmm_core`` as here."""
    environment = {**os.environ, **ONE_THREAD, "PYTHONSAFEPATH": "1", "PYTHONUNBUFFERED": "1", **extra}
    if (package_root() / "pyproject.toml").exists():  # a checkout need not be installed
        before = os.environ.get("PYTHONPATH", "")
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(package_root()), before]))
    return environment


def start_detached(arguments: Sequence[str], log: Path, environment: Mapping[str, str], folder: Path) -> int:
    """Start ``python -m ...`` with a session of its own and no terminal, writing to a log.

    Args:
        arguments: What follows ``python -m``.
        log: File its standard streams go to; appended.
        environment: The whole environment.
        folder: Its working folder.

    Returns:
        Process id.

    Raises:
        WorkspaceError: The log cannot be written.
    """
    _started[:] = [process for process in _started if process.poll() is None]  # also buries the dead
    with explained(log):
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as stream:
            process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                env=dict(environment),
                cwd=folder,
                start_new_session=True,
            )
    _started.append(process)
    return process.pid


def is_running(pid: int, seen: dt.datetime) -> bool:
    """Whether the process that had this id at that moment still lives; ids are used again by the system.

    Args:
        pid: Process id.
        seen: A moment at which it lived.
    """
    try:
        process = psutil.Process(pid)
        begun = dt.datetime.fromtimestamp(process.create_time(), dt.UTC)
        return begun <= seen + CLOCK_SLACK and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True


def end_tree(pid: int, patience: float) -> None:
    """End a process with everything it started: politely first, after ``patience`` seconds by force.

    The janitor of a pool is left alone: it removes what is left in shared memory and ends by itself.

    Args:
        pid: Process id.
        patience: Seconds.
    """
    try:
        process = psutil.Process(pid)
        family = [process, *(child for child in process.children(recursive=True) if not _is_janitor(child))]
        process.terminate()
    except psutil.NoSuchProcess:
        return
    _gone, alive = psutil.wait_procs([process], timeout=patience)
    for member in [*alive, *family]:
        _kill(member)
    psutil.wait_procs(family, timeout=5)


def end_children() -> None:
    """Kill everything this process started, except the janitor of a pool, as in :func:`end_tree`."""
    for child in psutil.Process().children(recursive=True):
        if not _is_janitor(child):
            _kill(child)


def remove_run_folders() -> None:
    """Remove the temporary folders of this process's runs; for a process that ends without tidying up.

    Its children have to be gone.
    """
    for folder in Path(tempfile.gettempdir()).glob(f"mmm-studio-run-{os.getpid()}-*"):
        shutil.rmtree(folder, ignore_errors=True)


def call_when_gone(pid: int, action: Callable[[], None], seconds: float = 0.5) -> None:
    """Watch a process from a thread and call ``action`` there once it is gone."""
    seen = dt.datetime.now(dt.UTC)

    def watch() -> None:
        while is_running(pid, seen):
            time.sleep(seconds)
        action()

    threading.Thread(target=watch, name="parent watch", daemon=True).start()


def on_end_signals(action: Callable[[], None]) -> None:
    """Call ``action`` on Ctrl-C and on a polite request to end. Only from the main thread."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: action())


def shield_from_interrupt(action: Callable[[], None]) -> None:
    """Call ``action`` from a thread at every Ctrl-C, and keep it from this thread and every process started from now on.

    A terminal sends Ctrl-C to all processes in it; pool processes that die of it would break the pool before the search can
    end in good order. Where signals cannot be blocked (Windows), Ctrl-C stays as it was.
    """
    if sys.platform == "win32":
        return
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})

    def wait() -> None:
        while True:
            signal.sigwait({signal.SIGINT})
            action()

    threading.Thread(target=wait, name="interrupt", daemon=True).start()


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return


def _is_janitor(process: psutil.Process) -> bool:
    try:
        return any("resource_tracker" in part for part in process.cmdline())
    except psutil.Error:
        return False
