"""What the worker does when a page asked for a long check and no run waits; one line of :data:`CHECKS` per kind."""

import logging
import time
import traceback
from collections.abc import Mapping
from types import MappingProxyType

from mmm_core.entities.records import CheckKind, CheckRecord, RunStatus
from mmm_core.errors import MMMError, WorkspaceError
from mmm_core.runs.backtest_job import do_backtest
from mmm_core.runs.check_watch import CheckFunction, CheckWatch
from mmm_core.runs.study_job import check_studies_of_run
from mmm_core.store.workspace import Workspace

_log = logging.getLogger("mmm_studio.worker")


CHECKS: Mapping[CheckKind, CheckFunction] = MappingProxyType(
    {CheckKind.BACKTEST: do_backtest, CheckKind.LEAVE_ONE_OUT: check_studies_of_run}
)
"""Who does which check. The functions import what they need when they are called: opening this module costs nothing."""


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
