"""MMM Studio as a user starts it: a process of its own, watched from outside."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent.parent
PROGRAM = (sys.executable, "-m", "mmm_core.cli")


def studio_environment(workspace: Path) -> dict[str, str]:
    return {**os.environ, "MMM_STUDIO_WORKSPACE": str(workspace), "PYTHONPATH": str(ROOT)}


def run_studio(*arguments: object, workspace: Path, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run ``mmm-studio`` to its end."""
    command = [sys.executable, "-m", "mmm_core.cli", *map(str, arguments)]
    environment = studio_environment(workspace)
    return subprocess.run(
        command, env=environment, cwd=folder or workspace, capture_output=True, text=True, timeout=240, check=False
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def started_studio(
    workspace: Path, port: int, program: Sequence[str] = PROGRAM, **environment: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The dashboard with its worker, started from an empty folder; yields the launcher and the first thing it said."""
    command = [*program, "app", "--port", str(port)]
    complete = {**studio_environment(workspace), **environment}
    with subprocess.Popen(command, env=complete, cwd=workspace, stdout=subprocess.PIPE, text=True) as launcher:
        assert launcher.stdout is not None
        try:
            yield launcher, launcher.stdout.readline()
        finally:
            launcher.send_signal(signal.SIGINT)
            launcher.wait(timeout=30)


def processes_of(workspace: Path) -> list[psutil.Process]:
    """Every process that works for a workspace, whoever started it."""
    found = []
    for process in psutil.process_iter():
        try:
            mine = process.environ().get("MMM_STUDIO_WORKSPACE") == str(workspace)
            if mine and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def end_all(workspace: Path) -> None:
    """Kill what works for a workspace, by id; the janitors of pools clean up and end by themselves."""
    for process in processes_of(workspace):
        if process.pid != os.getpid() and "resource_tracker" not in " ".join(process.cmdline()):
            process.kill()
    wait_until(lambda: not processes_of(workspace), 30, "the end of every process")


def wait_until(condition: Callable[[], object], seconds: float = 180.0, what: str = "what was waited for") -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        time.sleep(0.02)
