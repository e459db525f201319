"""The warm worker: a process outside the dashboard that has imported and compiled everything and takes runs from the queue.

``ensure_worker`` and ``worker_state`` are what the dashboard uses; the rest runs in the worker itself.
"""

import argparse
import contextlib
import dataclasses
import datetime as dt
import functools
import logging
import os
import platform
import threading
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from mmm_core.entities.records import RunRecord, RunStatus, WorkerRecord
from mmm_core.entities.run_result import SearchProgress
from mmm_core.errors import MMMError, RunCancelledError, WorkspaceError
from mmm_core.runs.processes import (
    call_when_gone,
    child_environment,
    end_children,
    is_running,
    on_end_signals,
    remove_run_folders,
    start_detached,
)
from mmm_core.store.atomic_files import write_atomically
from mmm_core.store.database import LEASE, now
from mmm_core.store.run_queue import RunOutcome
from mmm_core.store.workspace import VARIABLE, Workspace

if TYPE_CHECKING:
    from mmm_core.runs.rehearsal import Foresight

LAUNCHER_VARIABLE = "MMM_STUDIO_LAUNCHER"
"""Process id of the launcher; a worker that the dashboard starts ends with it."""

POLL_SECONDS = 0.05
HEARTBEAT_SECONDS = 5.0
RESCUE_SECONDS = 1.0
LOOK_AHEAD_SECONDS = 0.3
PROGRESS_SECONDS = 0.22
STOP_CHECK_SECONDS = 0.1
LINGER_SECONDS = 60.0
KEPT_LOGS = 10
FINISH_PAUSES = (0.5, 2.0, 8.0)
NICENESS = 5
"""Where processors are short the pages answer first; with a processor free this costs a search nothing."""

STARTING = dt.timedelta(seconds=15)
"""How long a worker may be announced without a process."""

_log = logging.getLogger("mmm_studio.worker")


def new_worker_id() -> str:
    """Unique, and says on which machine the worker lives."""
    return f"{platform.node()}|{os.getpid()}-{time.time_ns():x}"


def is_worker_alive(worker: WorkerRecord) -> bool:
    """Whether a worker can be counted on: its process lives or, on another machine, was seen lately."""
    moment = now()
    if worker.worker_id.partition("|")[0] != platform.node():
        return moment - worker.last_seen < LEASE
    if worker.pid == 0:
        return moment - worker.started < STARTING
    return is_running(worker.pid, worker.started)


def worker_state(workspace: Workspace) -> WorkerRecord | None:
    """The worker that would take the next run: a warm one if there is one; None when none lives.

    Args:
        workspace: Whose worker.
    """
    alive = [worker for worker in workspace.list_workers() if is_worker_alive(worker)]
    return max(alive, key=lambda worker: worker.is_warm, default=None)


def ensure_worker(workspace: Workspace, *, launcher: int | None = None) -> None:
    """Start a worker unless one lives; of several callers at the same time one starts it.

    The worker ends with the launcher if there is one. Otherwise it outlives the process that called this, finishes what
    waits in the queue, and ends a minute later.

    Args:
        workspace: Whose worker.
        launcher: Process id of the launcher; None means the one that started this process, if one did.

    Raises:
        WorkspaceError: The workspace cannot be written.
    """
    listed = workspace.list_workers()
    if any(is_worker_alive(worker) for worker in listed):  # also one whose machine slept longer than a lease
        return
    dead, worker_id = [worker.worker_id for worker in listed], new_worker_id()
    if not workspace.register_worker(worker_id, 0, alone=True, dead=dead):
        return
    end_with = str(launcher or os.environ.get(LAUNCHER_VARIABLE, ""))
    parent = ["--parent", end_with] if end_with else ["--starter", str(os.getpid())]
    arguments = ["mmm_core.runs.worker", "--workspace", str(workspace.folder), "--worker-id", worker_id, *parent]
    _drop_old_logs(workspace.log_folder)
    log = workspace.log_folder / f"worker-{now():%Y%m%dT%H%M%S}-{worker_id.rpartition('-')[2][-6:]}.log"
    environment = child_environment({VARIABLE: str(workspace.folder)})
    try:
        pid = start_detached(arguments, log, environment, workspace.folder)
    except BaseException:
        workspace.remove_worker(worker_id)
        raise
    workspace.announce_process(worker_id, pid)


class Worker:
    """One worker process.

    Args:
        workspace: Whose queue it serves.
        worker_id: Its unique id.
        starter: Process after whose end it stays only while there is work; None stays for ever.
    """

    def __init__(self, workspace: Workspace, worker_id: str, *, starter: int | None = None) -> None:
        self.workspace = workspace
        self.worker_id = worker_id
        self._starter = starter
        self._started = now()
        self._is_warm = False
        self._foresight: Foresight | None = None
        self._ending = threading.Event()
        self._end_once = threading.Lock()

    def serve(self) -> None:
        """Take runs until the process is ended; warm up first, unless a run waits (it needs the same things)."""
        self.workspace.register_worker(self.worker_id, os.getpid())
        threading.Thread(target=self._beat, name="heart-beat", daemon=True).start()
        idle_since, rescued, looked = time.monotonic(), 0.0, 0.0
        while True:
            if time.monotonic() - rescued > RESCUE_SECONDS:
                rescued = time.monotonic()
                self._rescue()
                if self._is_left_alone(rescued - idle_since):
                    return
            run = self._claim()
            if run is not None:
                self._finish(run, self._attempt(run))
                idle_since = time.monotonic()
            elif not self._is_warm:
                self._warm_up()
            elif time.monotonic() - looked > LOOK_AHEAD_SECONDS:
                self._look_ahead()
                if self._do_extra():
                    idle_since = time.monotonic()
                looked = time.monotonic()
            else:
                time.sleep(POLL_SECONDS)

    def end(self, code: int = 0) -> None:
        """End this process at once with everything it started; a run it holds goes back to the queue."""
        self._end_once.acquire()  # never released: whoever comes second waits until the process is gone
        self._ending.set()
        with contextlib.suppress(MMMError):
            self.workspace.remove_worker(self.worker_id)
        end_children()
        remove_run_folders()
        os._exit(code)

    def _warm_up(self) -> None:
        began = time.perf_counter()
        try:
            from mmm_core.runs.rehearsal import Foresight, rehearse

            self.workspace.save_rate(rehearse())
            self._foresight = Foresight(self.workspace)
        except Exception:  # a run will say what is wrong; until then the worker must be there
            _log.exception("warming up failed")
        self._is_warm = True
        self.workspace.heartbeat(self.worker_id, is_warm=True)
        _log.info("warm after %.1f s", time.perf_counter() - began)

    def _look_ahead(self) -> None:
        try:
            if self._foresight is not None:
                self._foresight.look_ahead()
        except Exception as error:  # the run itself will say what is wrong
            _log.info("the next run cannot be prepared: %s", error)

    def _do_extra(self) -> bool:
        """A check that somebody asked for, otherwise the trust card of the newest result; whether there was one."""
        from mmm_core.runs.check_job import do_one_check
        from mmm_core.runs.trust_job import fill_one_trust_card

        try:
            do_check = functools.partial(do_one_check, self.workspace, self.worker_id)
            return do_check() or fill_one_trust_card(self.workspace, self.worker_id, between=do_check)
        except WorkspaceError:  # busy or full; tried again when idle
            _log.exception("a check or a trust card cannot be kept")
            return False

    def _beat(self) -> None:
        while not self._ending.wait(HEARTBEAT_SECONDS):
            if not self.workspace.folder.exists():
                _log.warning("the workspace is gone")
                self.end()
            try:
                if not self.workspace.heartbeat(self.worker_id, is_warm=self._is_warm):  # struck off while asleep
                    self.workspace.register_worker(self.worker_id, os.getpid())
            except MMMError:
                _log.exception("no heart-beat")

    def _rescue(self) -> None:
        """Take back the runs of workers whose process is gone, without waiting for their lease."""
        with contextlib.suppress(WorkspaceError):
            listed = self.workspace.list_workers()
            self.workspace.requeue_expired([worker.worker_id for worker in listed if not is_worker_alive(worker)])

    def _is_left_alone(self, idle_seconds: float) -> bool:
        if self._starter is None or idle_seconds < LINGER_SECONDS:
            return False
        return not is_running(self._starter, self._started)

    def _claim(self) -> RunRecord | None:
        try:
            return self.workspace.claim_run(self.worker_id)
        except WorkspaceError:
            _log.exception("the queue cannot be read")
            time.sleep(RESCUE_SECONDS)
            return None

    def _attempt(self, run: RunRecord) -> RunOutcome:
        """Do a run; whatever goes wrong becomes its outcome, because the next run must not suffer from it."""
        began = time.perf_counter()
        _log.info("%s (%s) begins", run.name, run.run_id)
        try:
            outcome = self._execute(run)
        except RunCancelledError as stopped:
            outcome = RunOutcome(status=RunStatus.STOPPED, headline=str(stopped))
        except MMMError as error:
            outcome = RunOutcome(status=RunStatus.FAILED, error=str(error), error_details=traceback.format_exc())
        except Exception as error:
            _log.exception("%s failed", run.name)
            outcome = RunOutcome(status=RunStatus.FAILED, error=_explain(error), error_details=traceback.format_exc())
        _log.info("%s is %s after %.2f s", run.name, outcome.status, time.perf_counter() - began)
        return outcome

    def _finish(self, run: RunRecord, outcome: RunOutcome) -> None:
        """Write how a run ended; a database that is busy for a while must not cost what was found."""
        for pause in FINISH_PAUSES:
            try:
                self.workspace.finish_run(run.run_id, self.worker_id, outcome)
            except WorkspaceError:
                _log.exception("the end of %s cannot be written yet", run.name)
                time.sleep(pause)
            else:
                return
        self.workspace.finish_run(run.run_id, self.worker_id, outcome)

    def _execute(self, run: RunRecord) -> RunOutcome:
        watch = RunReporter(self.workspace, run.run_id, self.worker_id)
        if run.refreshed_from is not None:
            from mmm_core.runs.refresh_job import do_refresh

            return do_refresh(self.workspace, run, self.worker_id, watch)
        from mmm_core.engine.project_file import load_project_file
        from mmm_core.runs.execute import execute_project
        from mmm_core.runs.headline import summarise

        path = self.workspace.run_folder(run.run_id) / "project.yaml"
        write_atomically(path, run.project_file.encode(), durable=False)
        project = load_project_file(
            path, self.workspace.load_run_table(run.run_id)
        )  # exactly what the command line does
        result, from_cache = execute_project(
            project, progress=watch.tell, should_stop=watch.should_stop, cache_folder=self.workspace.cache_folder
        )
        watch.tell_stage("writing")
        self.workspace.save_result(run.run_id, result, worker_id=self.worker_id)
        stopped = result.collection.info.stopped_early
        return RunOutcome(
            status=RunStatus.STOPPED if stopped else RunStatus.FINISHED,
            headline=summarise(result),
            from_cache=from_cache,
            n_done=result.collection.model_output.n_candidates,
        )


class RunReporter:
    """Writes the progress of a run and looks for the stop flag, both as seldom as is enough.

    Args:
        workspace: Where.
        run_id: The run.
        worker_id: Who does it.
    """

    def __init__(self, workspace: Workspace, run_id: str, worker_id: str) -> None:
        self._workspace = workspace
        self._run_id = run_id
        self._worker_id = worker_id
        self._last: SearchProgress | None = None
        self._next_write = 0.0
        self._next_check = 0.0
        self._stop = False

    def tell(self, progress: SearchProgress) -> None:
        """Write the progress if it is time, if the stage changed, and of the first candidates and the last at once."""
        last = self._last
        is_news = last is None or last.stage != progress.stage or (last.done == 0 < progress.done)
        self._last = progress
        began = time.monotonic()
        if began < self._next_write and not is_news and progress.done < progress.total:
            return
        try:
            self._workspace.save_progress(self._run_id, progress)
        except WorkspaceError:  # only looked at; the run itself goes on
            _log.exception("progress not written")
        took = time.monotonic() - began
        self._next_write = began + max(PROGRESS_SECONDS, 10 * took)  # a cloud of a million points takes its time

    def tell_stage(self, stage: str) -> None:
        """Write the last progress again under another stage."""
        if self._last is not None:
            self.tell(dataclasses.replace(self._last, stage=stage))

    def should_stop(self) -> bool:
        """Whether the user wants the run stopped, or another worker has it."""
        if not self._stop and time.monotonic() >= self._next_check:
            with contextlib.suppress(WorkspaceError):  # asked again soon; the run itself goes on
                self._stop = self._workspace.is_stop_requested(self._run_id, self._worker_id)
            self._next_check = time.monotonic() + STOP_CHECK_SECONDS
        return self._stop


def run_worker(
    folder: Path | None, worker_id: str | None = None, *, parent: int | None = None, starter: int | None = None
) -> None:
    """Be a worker until ended; does not return.

    Args:
        folder: The workspace; None means the default.
        worker_id: Id under which it was announced; None makes one.
        parent: Process with which it ends.
        starter: Process after whose end it stays only while there is work.

    Raises:
        WorkspaceError: The workspace cannot be used.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    worker = Worker(Workspace(folder), worker_id or new_worker_id(), starter=starter)
    ended = threading.Event()
    on_end_signals(ended.set)

    def end_when_asked() -> None:
        ended.wait()
        worker.end()

    threading.Thread(target=end_when_asked, name="end", daemon=True).start()
    if parent is not None:
        call_when_gone(parent, worker.end)
    try:
        worker.serve()
    finally:
        worker.end(1)


def _explain(error: Exception) -> str:
    if isinstance(error, MemoryError) or type(error).__name__ == "TerminatedWorkerError":
        return (
            "The machine had too little memory for this run. Try fewer iterations or trials, or close other programs, and "
            "start it again."
        )
    return (
        f"The run failed because of a fault in MMM Studio ({type(error).__name__}: {error}). Your data and settings are kept; "
        "copy the details and report them."
    )


def _drop_old_logs(folder: Path) -> None:
    for old in sorted(folder.glob("worker-*.log"))[:-KEPT_LOGS]:
        with contextlib.suppress(OSError):
            old.unlink()


def main() -> None:
    """Entry point of ``python -m mmm_core.runs.worker``."""
    parser = argparse.ArgumentParser(prog="mmm_core.runs.worker")
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--worker-id", required=True)
    parser.add_argument("--parent", type=int)
    parser.add_argument("--starter", type=int)
    given = parser.parse_args()
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    run_worker(given.workspace, given.worker_id, parent=given.parent, starter=given.starter)


if __name__ == "__main__":
    main()
