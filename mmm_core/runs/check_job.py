"""What the worker does when a page asked for a long check and no run waits; one line of :data:`CHECKS` per kind."""

import logging
import time
import traceback
from collections.abc import Callable, Mapping
from types import MappingProxyType

from mmm_core.entities.records import CheckKind, CheckRecord, RunStatus
from mmm_core.errors import MMMError, WorkspaceError
from mmm_core.runs.study_job import check_studies_of_run
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

CHECKS: Mapping[CheckKind, CheckFunction] = MappingProxyType({CheckKind.LEAVE_ONE_OUT: check_studies_of_run})
"""Who does which check. Functions import what they need when they are called: this module must stay light."""


def do_one_check(workspace: Workspace, worker_id: str, checks: Mapping[CheckKind, CheckFunction] = CHECKS) -> bool:
    """Do one check, kept part by part; it gives way when a run waits, and goes on in the next idle moment.

    Args:
        workspace: Whose results.
        worker_id: Who does it.
        checks: Who does which kind.

    Returns:
        Whether there was one to do.

    Raises:
        WorkspaceError: The workspace cannot be read or written.
    """
    check = workspace.claim_check(worker_id)
    if check is None:
        return False
    watch, began = CheckWatch(workspace, check, worker_id), time.perf_counter()
    try:
        is_complete = checks[check.kind](workspace, check, watch)
    except WorkspaceError:
        workspace.release_check(check.check_id, worker_id, is_attempt=True)
        raise
    except MMMError as error:
        _fail(workspace, check, worker_id, str(error))
    except Exception as error:  # the next check must not suffer from it
        _log.exception("the %s of run %s failed", check.kind, check.run_id)
        _fail(workspace, check, worker_id, _explain(error))
    else:
        if is_complete:
            workspace.finish_check(check.check_id, worker_id, RunStatus.FINISHED)
        elif watch.is_unwanted:
            workspace.finish_check(check.check_id, worker_id, RunStatus.STOPPED)
        else:
            workspace.release_check(check.check_id, worker_id)
    _log.info("%s of run %s: %.1f s", check.kind, check.run_id, time.perf_counter() - began)
    return True


def _fail(workspace: Workspace, check: CheckRecord, worker_id: str, error: str) -> None:
    workspace.finish_check(
        check.check_id, worker_id, RunStatus.FAILED, error=error, error_details=traceback.format_exc()
    )


def _explain(error: Exception) -> str:
    return (
        f"The check failed because of a fault in MMM Studio ({type(error).__name__}: {error}). The result of the run and the "
        "parts done before are kept; copy the details and report them."
    )
