"""Trials in parallel processes: a pool that stays warm between runs and never outlives its parent."""

import math
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

from mmm_core.engine.trial_search import TrialTask, TrialTimes, run_trial

POLL_SECONDS = 0.05
IDLE_SECONDS = 24 * 3600
"""How long an unused process waits; they end with their parent anyhow, and starting one costs seconds."""

START_SECONDS = 3.0
"""What starting the pool costs on two processors: imports and compiled code from disk, in every process."""

_pools: set[int] = set()
"""Sizes of the pools this process has started."""

_PREFIX = "mmm-studio-run-"
_T = TypeVar("_T")


def run_tasks(
    tasks: Sequence[TrialTask],
    cores: int,
    watch: Callable[[], None],
    stop: Callable[[], None],
    expected_seconds: float = math.inf,
) -> list[TrialTimes]:
    """Run trials, here or in parallel processes; what they find does not depend on where.

    Args:
        tasks: One per trial.
        cores: Processes; with 1, or a single task, everything happens in this one, and also when the pool would take longer
            to start than the work takes.
        watch: Called several times a second in the calling thread, to report progress or to stop the run.
        stop: Called when ``watch`` fails, so that the processes do not search on.
        expected_seconds: Guess of the work of all tasks in one process.

    Returns:
        Times, in the order of ``tasks``.
    """
    pool_pays = bool(_pools) or expected_seconds > START_SECONDS
    if cores == 1 or len(tasks) == 1 or not pool_pays:
        return [run_trial(task, watch) for task in tasks]
    with ThreadPoolExecutor(1, thread_name_prefix="trials") as waiter:
        future = waiter.submit(call_in_processes, [partial(run_trial, task) for task in tasks], cores)
        try:
            while not future.done():
                watch()
                wait([future], timeout=POLL_SECONDS)
        except BaseException:
            stop()
            raise
        return future.result()


def call_in_processes(calls: Sequence[Callable[[], _T]], cores: int) -> list[_T]:
    """Call functions of no argument in the pool, each process limited to one thread.

    Args:
        calls: Must be picklable.
        cores: Size of the pool; a pool of this size from an earlier call is used again.

    Returns:
        Their answers, in order.
    """
    import joblib

    _pools.add(cores)
    with joblib.parallel_config("loky", n_jobs=cores, inner_max_num_threads=1, idle_worker_timeout=IDLE_SECONDS):
        # joblib shares no arrays here, yet without a folder of ours each call would leave an empty one in shared memory.
        parallel = joblib.Parallel(batch_size=1, pre_dispatch="all", max_nbytes=None, temp_folder=tempfile.gettempdir())
        answers: Iterable[_T] = parallel(joblib.delayed(_call_as_child)(call, os.getpid()) for call in calls)
        return list(answers)


def available_cores() -> int:
    """Processors this process may use."""
    import joblib

    return int(joblib.cpu_count())


@contextmanager
def run_folder() -> Iterator[Path]:
    """A temporary folder for one run; what runs that were killed left behind is removed too."""
    _remove_orphans(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def meet(folder: Path, n_expected: int, seconds: float = 20.0) -> None:
    """Wait until ``n_expected`` processes have called this with the same folder, or the time is over."""
    (folder / f"{os.getpid()}.here").touch()
    deadline = time.monotonic() + seconds
    while len(list(folder.glob("*.here"))) < n_expected and time.monotonic() < deadline:
        time.sleep(0.01)


_guards: list[threading.Thread] = []


def _call_as_child(call: Callable[[], _T], parent: int) -> _T:
    if not _guards and os.getpid() != parent:
        _guards.append(threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True, name="parent guard"))
        _guards[0].start()
    return call()


def _end_with(parent: int) -> None:
    """End this process soon after its parent is gone, also when that was killed."""
    while os.getppid() == parent:
        time.sleep(1.0)
    os._exit(1)


def _remove_orphans(folder: Path) -> None:
    import shutil

    for left in folder.glob(f"{_PREFIX}*"):
        owner = left.name.removeprefix(_PREFIX).partition("-")[0]
        if owner.isdigit() and int(owner) != os.getpid() and not _is_alive(int(owner)):
            shutil.rmtree(left, ignore_errors=True)


def _is_alive(pid: int) -> bool:
    if sys.platform == "win32":
        return True  # signal 0 would end the process there
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
