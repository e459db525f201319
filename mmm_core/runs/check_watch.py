"""What a long check is given by the worker: where it keeps its parts, and whether it should go on."""

import logging
import time
from collections.abc import Callable

from mmm_core.entities.records import CheckRecord
from mmm_core.errors import MMMError
from mmm_core.store.workspace import Workspace

LOOK_SECONDS = 0.2
"""How often it is asked whether a run waits, or the user wants no more."""

_log = logging.getLogger("mmm_studio.worker")


class CheckWatch:
    """What a check is given besides its question: where it keeps its parts, and whether it should go on."""

    def __init__(self, workspace: Workspace, check: CheckRecord, worker_id: str) -> None:
        self._workspace, self._check, self._worker_id = workspace, check, worker_id
        self._began = time.monotonic()
        self._stop = self.is_unwanted = False
        self._next_look = 0.0

    def keep(self, found: object, n_done: int) -> None:
        """Keep everything found so far, visible at once; when the check is no longer ours, stop.

        Args:
            found: A dataclass that the codec can write; the next worker goes on from it.
            n_done: Parts in it.
        """
        seconds = self._check.seconds + time.monotonic() - self._began
        if not self._workspace.save_check(self._check.check_id, self._worker_id, found, n_done=n_done, seconds=seconds):
            self._stop = self.is_unwanted = True

    def should_stop(self) -> bool:
        """Whether a run waits, the user wants no more, or the check is no longer ours; cheap, ask often."""
        if not self._stop and time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + LOOK_SECONDS
            try:
                self.is_unwanted = self._workspace.is_check_stop_requested(self._check.check_id, self._worker_id)
                self._stop = self.is_unwanted or self._workspace.is_run_waiting()
            except MMMError:  # asked again soon
                _log.info("the queue cannot be read")
        return self._stop


CheckFunction = Callable[[Workspace, CheckRecord, CheckWatch], bool]
"""Does a check, from the parts kept before, and says whether it is complete; False when it was asked to stop."""
