"""What the worker does when no run waits: fill in the trust card of the newest result that has none."""

import logging
import time
from collections.abc import Callable

from mmm_core.entities.records import RunRecord
from mmm_core.entities.trust import TrustCard
from mmm_core.errors import MMMError, WorkspaceError
from mmm_core.store.workspace import Workspace

LOOK_SECONDS = 0.2
"""How often it is asked whether a run waits: runs go first."""

_log = logging.getLogger("mmm_studio.worker")


def fill_one_trust_card(workspace: Workspace, worker_id: str, between: Callable[[], object] = lambda: None) -> bool:
    """Fill in one trust card, kept after every check; stops when a run waits, and leaves the card to the next idle moment.

    Args:
        workspace: Whose results.
        worker_id: Who does it.
        between: Called between two lines of the card, where something shorter may be done that somebody waits for.

    Returns:
        Whether there was one to fill.

    Raises:
        WorkspaceError: The workspace cannot be read or written.
    """
    run = workspace.claim_trust(worker_id)
    if run is None:
        return False
    began = time.perf_counter()
    try:
        card = _fill(workspace, worker_id, run, between)
    except WorkspaceError:
        workspace.release_trust(run.run_id, worker_id)
        raise
    except Exception:  # a card is an extra: the result is as good without it, and the next one must not suffer
        _log.exception("the trust card of %s (%s) failed", run.name, run.run_id)
        workspace.save_trust(run.run_id, None, worker_id=worker_id)
        return True
    if card is not None and not card.is_complete:
        workspace.release_trust(run.run_id, worker_id)
    _log.info("trust card of %s (%s): %.1f s", run.name, run.run_id, time.perf_counter() - began)
    return True


def _fill(workspace: Workspace, worker_id: str, run: RunRecord, between: Callable[[], object]) -> TrustCard | None:
    from mmm_core.engine.project_file import parse_project
    from mmm_core.engine.trust_card import build_trust_card
    from mmm_core.entities.mmmdata_collection import MMMDataCollection

    result = workspace.load_result(run.run_id)
    posterior = result.posterior
    if posterior is None:
        workspace.save_trust(run.run_id, None, worker_id=worker_id)
        return None
    asked = parse_project(run.project_file)
    data = MMMDataCollection(
        table=workspace.load_run_table(run.run_id),
        settings=asked.settings,
        weibull_length=result.design.weibull_length,  # a refresh keeps that of the first model
    )
    watch = _Watch(workspace, run.run_id, worker_id, between)
    card = build_trust_card(
        data,
        posterior,
        seed=asked.seed,
        cores=asked.trials.cores,
        progress=watch.keep,
        should_stop=watch.should_stop,
    )
    if card.is_complete:
        workspace.save_trust(run.run_id, card, worker_id=worker_id)
    return card


class _Watch:
    """Keeps the card after every check, and asks now and then whether to stop."""

    def __init__(self, workspace: Workspace, run_id: str, worker_id: str, between: Callable[[], object]) -> None:
        self._workspace, self._run_id, self._worker_id = workspace, run_id, worker_id
        self._between = between
        self._stop = False
        self._next_look = 0.0

    def keep(self, card: TrustCard) -> None:
        """Keep the card; when it is no longer ours, because the run was deleted, stop."""
        if not self._workspace.save_trust(self._run_id, card, worker_id=self._worker_id):
            self._stop = True
        elif not card.is_complete:
            self._between()

    def should_stop(self) -> bool:
        """Whether a run waits, or the card is no longer ours."""
        if not self._stop and time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + LOOK_SECONDS
            try:
                self._stop = self._workspace.is_run_waiting()
            except MMMError:  # asked again soon
                _log.info("the queue cannot be read")
        return self._stop
