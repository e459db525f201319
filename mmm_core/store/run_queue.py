"""Runs as the workers see them: claimed, leased, finished, given back. Every change is conditional, so one wins."""

import dataclasses
from collections.abc import Collection

import sqlalchemy as sa

from mmm_core.entities.records import RunRecord, RunStatus, WorkerRecord
from mmm_core.store.database import LEASE, now
from mmm_core.store.run_shelf import RunShelf
from mmm_core.store.shelf import RUN_COLUMNS, run_record, worker_record
from mmm_core.store.tables import checks, projects, runs, trust_cards, workers

MAX_ATTEMPTS = 3
"""A run that took this many workers down with it has failed."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RunOutcome:
    """How a run ended.

    Attributes:
        status: FINISHED, STOPPED or FAILED.
        headline: One sentence on the result.
        from_cache: Whether nothing had to be computed.
        n_done: Candidates in the result.
        error: One sentence, for a failed run.
        error_details: The technical report behind it.
    """

    status: RunStatus
    headline: str = ""
    from_cache: bool = False
    n_done: int = 0
    error: str = ""
    error_details: str = ""


class RunQueue(RunShelf):
    """The queue of a workspace and the workers that serve it."""

    def register_worker(self, worker_id: str, pid: int, *, alone: bool = False, dead: Collection[str] = ()) -> bool:
        """Announce a worker, or that one is about to start.

        Args:
            worker_id: Unique id.
            pid: Its process; 0 while it is being started.
            alone: Only if no other worker is registered; of several callers at the same time exactly one succeeds.
            dead: Workers known to be gone; they are struck off first and their runs given back.

        Returns:
            Whether it is registered now.
        """
        self.requeue_expired(dead)
        moment = now()
        with self.database.writing() as connection:
            others = connection.scalar(
                sa.select(sa.func.count()).select_from(workers).where(workers.c.worker_id != worker_id)
            )
            if alone and others:
                return False
            connection.execute(workers.delete().where(workers.c.worker_id == worker_id))
            connection.execute(workers.insert().values(worker_id=worker_id, pid=pid, started=moment, last_seen=moment))
        return True

    def announce_process(self, worker_id: str, pid: int) -> None:
        """Say which process an announced worker became, until it registers itself.

        Args:
            worker_id: The worker.
            pid: Its process.
        """
        moment = now()
        unknown = sa.and_(workers.c.worker_id == worker_id, workers.c.pid == 0)
        with self.database.writing() as connection:
            connection.execute(workers.update().where(unknown).values(pid=pid, started=moment, last_seen=moment))

    def heartbeat(self, worker_id: str, *, is_warm: bool | None = None) -> bool:
        """Say that a worker is alive; extends the lease of what it holds.

        Args:
            worker_id: The worker.
            is_warm: Whether it has imported and compiled everything; None leaves it as it was.

        Returns:
            False when the worker is not registered, because it was struck off after a long silence.
        """
        moment = now()
        seen: dict[str, object] = {"last_seen": moment}
        if is_warm is not None:
            seen["is_warm"] = is_warm
        held = sa.and_(runs.c.worker_id == worker_id, runs.c.status == RunStatus.RUNNING)
        with self.database.writing() as connection:
            known = connection.execute(workers.update().where(workers.c.worker_id == worker_id).values(**seen)).rowcount
            connection.execute(runs.update().where(held).values(lease_until=moment + LEASE))
            for extra in (trust_cards, checks):
                filling = sa.and_(extra.c.worker_id == worker_id, extra.c.lease_until >= moment)
                connection.execute(extra.update().where(filling).values(lease_until=moment + LEASE))
        return bool(known)

    def list_workers(self) -> list[WorkerRecord]:
        """Every registered worker, oldest first; whether its process still lives is not known here."""
        with self.database.reading() as connection:
            rows = connection.execute(sa.select(workers).order_by(workers.c.started))
            return [worker_record(row) for row in rows]

    def remove_worker(self, worker_id: str) -> None:
        """Strike a worker off and give its run back to the queue, not counted as an attempt: it left in good order."""
        with self.database.writing() as connection:
            connection.execute(workers.delete().where(workers.c.worker_id == worker_id))
            held = sa.and_(runs.c.worker_id == worker_id, runs.c.status == RunStatus.RUNNING)
            connection.execute(runs.update().where(held).values(attempts=runs.c.attempts - 1))
            _give_back(connection, held)
            for extra in (trust_cards, checks):
                connection.execute(extra.update().where(extra.c.worker_id == worker_id).values(lease_until=now()))

    def claim_run(self, worker_id: str) -> RunRecord | None:
        """Take the run that waits longest; two workers never get the same one.

        Args:
            worker_id: Who takes it.

        Returns:
            The run, now RUNNING and leased for :data:`LEASE`; None when none waits.
        """
        waiting = sa.select(runs.c.run_id).where(runs.c.status == RunStatus.QUEUED).order_by(runs.c.created).limit(1)
        with self.database.reading() as connection:  # asked twenty times a second, so without a write lock
            if connection.scalar(waiting) is None:
                return None
        with self.database.writing() as connection:
            run_id = connection.scalar(waiting)
            if run_id is None:
                return None
            moment = now()
            chosen = sa.and_(runs.c.run_id == run_id, runs.c.status == RunStatus.QUEUED)
            connection.execute(
                runs.update()
                .where(chosen)
                .values(
                    status=RunStatus.RUNNING,
                    worker_id=worker_id,
                    started=moment,
                    lease_until=moment + LEASE,
                    attempts=runs.c.attempts + 1,
                )
            )
            return run_record(connection.execute(sa.select(*RUN_COLUMNS).where(runs.c.run_id == run_id)).one())

    def is_run_waiting(self) -> bool:
        """Whether a run waits for a worker."""
        with self.database.reading() as connection:
            return (
                connection.scalar(sa.select(runs.c.run_id).where(runs.c.status == RunStatus.QUEUED).limit(1))
                is not None
            )

    def is_stop_requested(self, run_id: str, worker_id: str) -> bool:
        """Whether a worker should stop: the user asked, or the run is no longer the worker's."""
        chosen = sa.select(runs.c.stop_requested).where(
            runs.c.run_id == run_id, runs.c.worker_id == worker_id, runs.c.status == RunStatus.RUNNING
        )
        with self.database.reading() as connection:
            return connection.scalar(chosen) is not False

    def finish_run(self, run_id: str, worker_id: str, outcome: RunOutcome) -> bool:
        """End a run, if the worker still holds it.

        Args:
            run_id: The run.
            worker_id: Who ends it.
            outcome: How.

        Returns:
            False when the lease was lost and another worker has the run.
        """
        held = sa.and_(runs.c.run_id == run_id, runs.c.worker_id == worker_id, runs.c.status == RunStatus.RUNNING)
        moment = now()
        values = {**dataclasses.asdict(outcome), "finished": moment, "lease_until": None}
        if outcome.status is RunStatus.FAILED:
            del values["n_done"]  # how far it came
        with self.database.writing() as connection:
            ended = connection.execute(runs.update().where(held).values(**values)).rowcount
            project_id = sa.select(runs.c.project_id).where(runs.c.run_id == run_id).scalar_subquery()
            if ended:
                connection.execute(projects.update().where(projects.c.project_id == project_id).values(updated=moment))
        return bool(ended)

    def requeue_expired(self, dead: Collection[str] = ()) -> int:
        """Give the runs of lost workers back to the queue; those that were tried too often have failed. Checks become free.

        Args:
            dead: Workers whose process is known to be gone; the others lose their run when the lease is over.

        Returns:
            How many runs were given back or failed.
        """
        moment = now()
        lost = sa.and_(
            runs.c.status == RunStatus.RUNNING,
            sa.or_(runs.c.lease_until < moment, runs.c.worker_id.in_(list(dead))),
        )
        gone = sa.or_(workers.c.worker_id.in_(list(dead)), workers.c.last_seen < moment - LEASE)
        with self.database.reading() as connection:
            idle = connection.scalar(sa.select(runs.c.run_id).where(lost).limit(1)) is None
            if idle and connection.scalar(sa.select(workers.c.worker_id).where(gone).limit(1)) is None:
                return 0
        with self.database.writing() as connection:
            connection.execute(workers.delete().where(gone))
            theirs = checks.c.worker_id.in_(list(dead))
            connection.execute(checks.update().where(theirs).values(lease_until=moment))
            return _give_back(connection, lost)


def _give_back(connection: sa.Connection, lost: sa.ColumnElement[bool]) -> int:
    """Queue again, fail after too many attempts, and stop those the user wanted stopped anyway."""
    moment = now()
    stopped = (
        runs.update()
        .where(lost, runs.c.stop_requested)
        .values(status=RunStatus.STOPPED, finished=moment, n_done=0, headline="Stopped before anything was found.")
    )
    failed = (
        runs.update()
        .where(lost, runs.c.attempts >= MAX_ATTEMPTS)
        .values(
            status=RunStatus.FAILED,
            finished=moment,
            error=f"The computing process ended unexpectedly {MAX_ATTEMPTS} times, perhaps for lack of memory. "
            "Try fewer iterations or trials, or close other programs, and start the run again.",
        )
    )
    queued = (
        runs.update()
        .where(lost)
        .values(status=RunStatus.QUEUED, worker_id=None, lease_until=None, started=None, n_done=0)
    )
    return sum(connection.execute(change).rowcount for change in (stopped, failed, queued))
