"""Memory of a process and everything it started, summed without counting shared pages twice."""

import subprocess
import sys
import threading
import time
from typing import NamedTuple

import psutil


class Peak(NamedTuple):
    """Largest sum seen, megabytes (10^6 bytes), and how many processes there were then."""

    megabytes: float
    processes: int


class PeakWatch(threading.Thread):
    """Samples the proportional set size of a process tree until it is told to stop."""

    def __init__(self, pid: int, pause: float = 0.05) -> None:
        super().__init__(daemon=True)
        self._root = psutil.Process(pid)
        self._pause = pause
        self._over = threading.Event()
        self.peak = Peak(0.0, 0)

    def run(self) -> None:
        while not self._over.is_set():
            self.peak = max(self.peak, tree_memory(self._root))
            time.sleep(self._pause)

    def stop(self) -> Peak:
        self._over.set()
        self.join()
        return self.peak


def tree_memory(root: psutil.Process) -> Peak:
    """PSS of a process and its descendants; those that end meanwhile count nothing."""
    total, count = 0.0, 0
    try:
        family = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return Peak(0.0, 0)
    for process in family:
        try:
            total += process.memory_full_info().pss / 1e6
            count += 1
        except (psutil.NoSuchProcess, psutil.ZombieProcess, psutil.AccessDenied):
            continue
    return Peak(total, count)


def run_and_watch(arguments: list[str]) -> tuple[str, Peak, float]:
    """Run a module of this folder in a fresh interpreter.

    Returns:
        What it printed, the peak memory of its process tree, and the seconds it took.
    """
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", *arguments], stdout=subprocess.PIPE, text=True)
    watch = PeakWatch(process.pid)
    watch.start()
    printed, _ = process.communicate()
    seconds = time.perf_counter() - began
    peak = watch.stop()
    if process.returncode:
        raise RuntimeError(f"{' '.join(arguments)} ended with exit code {process.returncode}")
    return printed, peak, seconds
