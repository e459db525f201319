"""What a run tells the workspace while it goes on, and what it asks it."""

import contextlib
import dataclasses
import logging
import time

from mmm_core.entities.run_result import SearchProgress
from mmm_core.errors import WorkspaceError
from mmm_core.store.workspace import Workspace

PROGRESS_SECONDS = 0.22
STOP_CHECK_SECONDS = 0.1

_log = logging.getLogger("mmm_studio.worker")


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
