"""Long checks of finished runs: asked for by a page, done by a worker when no run waits, kept part by part."""

from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from mmm_core.entities.records import CheckKind, CheckRecord, RunStatus
from mmm_core.errors import StoreError
from mmm_core.store.atomic_files import explained, write_atomically
from mmm_core.store.codec import FORMAT_VERSION, decode, dump_json, load_json, require_known_format
from mmm_core.store.database import LEASE, now
from mmm_core.store.run_queue import MAX_ATTEMPTS
from mmm_core.store.run_shelf import RunShelf
from mmm_core.store.shelf import missing, new_id, require_row
from mmm_core.store.tables import checks, runs

_COLUMNS = [
    checks.c[name]
    for name in (
        "check_id",
        "run_id",
        "kind",
        "question",
        "status",
        "created",
        "n_planned",
        "n_done",
        "seconds",
        "stop_requested",
        "error",
        "error_details",
    )
]
"""What a :class:`CheckRecord` shows."""

_OPEN = (RunStatus.QUEUED, RunStatus.RUNNING)
_WHAT = "The check"
T = TypeVar("T")


class CheckShelf(RunShelf):
    """The checks of a workspace."""

    def ask_check(self, run_id: str, kind: CheckKind, question: str, n_planned: int) -> CheckRecord:
        """Ask for a check of a finished run.

        A check of the same kind that is not over is what is asked for, if its question is the same; otherwise it is stopped,
        because the newest question counts. What it found is kept.

        Args:
            run_id: The run.
            kind: What to check.
            question: Settings of the check, JSON text.
            n_planned: Parts it will consist of.

        Raises:
            NotFoundError: There is no such run.
            StoreError: The run has no result.
        """
        mine = sa.and_(checks.c.run_id == run_id, checks.c.kind == kind, checks.c.status.in_(_OPEN))
        same = sa.and_(mine, checks.c.question == question, checks.c.stop_requested.is_(False))
        with self.database.writing() as connection:
            run = require_row(connection, runs, run_id)._mapping
            if run["result_folder"] is None:
                raise StoreError(f"{run['name']} has no result to check (it is {run['status']}). Wait for it first.")
            check_id = connection.scalar(sa.select(checks.c.check_id).where(same))
            if check_id is None:
                _stop(connection, mine)
                check_id = new_id()
                connection.execute(
                    checks.insert().values(
                        check_id=check_id,
                        run_id=run_id,
                        kind=kind,
                        question=question,
                        status=RunStatus.QUEUED,
                        created=now(),
                        n_planned=n_planned,
                    )
                )
        return self.get_check(check_id)

    def get_check(self, check_id: str) -> CheckRecord:
        """One check.

        Raises:
            NotFoundError: There is no such check, or its run was deleted.
        """
        with self.database.reading() as connection:
            row = connection.execute(sa.select(*_COLUMNS).where(checks.c.check_id == check_id)).one_or_none()
        if row is None:
            raise missing("check", check_id)
        return _record(row)

    def latest_check(self, run_id: str, kind: CheckKind) -> CheckRecord | None:
        """The check of a kind that was asked for last; None when there is none."""
        mine = sa.and_(checks.c.run_id == run_id, checks.c.kind == kind)
        with self.database.reading() as connection:
            row = connection.execute(
                sa.select(*_COLUMNS).where(mine).order_by(checks.c.created.desc()).limit(1)
            ).one_or_none()
        return None if row is None else _record(row)

    def request_check_stop(self, check_id: str) -> bool:
        """Ask a check to stop and keep what it found; one that waits is stopped at once.

        Returns:
            Whether it will stop; False when it was over before, or is gone.
        """
        with self.database.writing() as connection:
            return bool(_stop(connection, checks.c.check_id == check_id))

    def claim_check(self, worker_id: str) -> CheckRecord | None:
        """Take the check that waits longest, or one whose worker is gone; two workers never get the same one.

        Args:
            worker_id: Who takes it, for :data:`LEASE` after every sign of life.

        Returns:
            The check, now RUNNING; None when none waits. Its parts done before lie where :meth:`load_check` finds them.
        """
        moment = now()
        lost = sa.and_(checks.c.status == RunStatus.RUNNING, checks.c.lease_until < moment)
        free = sa.or_(checks.c.status == RunStatus.QUEUED, lost)
        waiting = sa.select(checks.c.check_id).where(free).order_by(checks.c.created).limit(1)
        with self.database.reading() as connection:  # asked several times a second, so without a write lock
            if connection.scalar(waiting) is None:
                return None
        with self.database.writing() as connection:
            _end_hopeless(connection, lost, free)
            check_id = connection.scalar(waiting)
            if check_id is None:
                return None
            mine = checks.c.check_id == check_id
            connection.execute(
                checks.update()
                .where(mine)
                .values(
                    status=RunStatus.RUNNING,
                    worker_id=worker_id,
                    lease_until=moment + LEASE,
                    attempts=checks.c.attempts + 1,
                )
            )
            return _record(connection.execute(sa.select(*_COLUMNS).where(mine)).one())

    def save_check(self, check_id: str, worker_id: str, found: object, *, n_done: int, seconds: float) -> bool:
        """Keep what a check found so far, if the worker still holds it.

        Args:
            check_id: The check.
            worker_id: Who does it.
            found: A dataclass; replaces what was kept before.
            n_done: Parts in it.
            seconds: Worked on the check so far.

        Returns:
            Whether it was kept; False when the run was deleted or another worker has the check.
        """
        values = {"n_done": n_done, "seconds": seconds, "attempts": 1, "lease_until": now() + LEASE}
        held = _held(check_id, worker_id)
        with self.database.writing() as connection:
            connection.execute(checks.update().where(held).values(**values))
            run_id = connection.scalar(sa.select(checks.c.run_id).where(held))
        if run_id is not None:
            document = {"format_version": FORMAT_VERSION, "found": found}
            write_atomically(self._check_file(run_id, check_id), dump_json(document))
        return run_id is not None

    def load_check(self, check: CheckRecord, kind: type[T]) -> T | None:
        """What a check found so far; None before the first part.

        Args:
            check: The check.
            kind: The dataclass of its results.

        Raises:
            StoreError: The file is damaged or newer than this version.
        """
        path = self._check_file(check.run_id, check.check_id)
        if not path.exists():
            return None
        with explained(path):
            document = load_json(path.read_bytes(), _WHAT)
        require_known_format(document, _WHAT)
        return decode(kind, document["found"])

    def check_version(self, check: CheckRecord) -> int:
        """A number that changes whenever something was kept; 0 before."""
        try:
            return self._check_file(check.run_id, check.check_id).stat().st_mtime_ns
        except FileNotFoundError:
            return 0

    def finish_check(
        self, check_id: str, worker_id: str, status: RunStatus, *, error: str = "", error_details: str = ""
    ) -> bool:
        """End a check, if the worker still holds it.

        Args:
            check_id: The check.
            worker_id: Who ends it.
            status: FINISHED, STOPPED or FAILED.
            error: One sentence, for a failed check.
            error_details: The technical report behind it.

        Returns:
            False when another worker has it, or its run was deleted.
        """
        values = {"status": status, "error": error, "error_details": error_details, "lease_until": None}
        with self.database.writing() as connection:
            return bool(connection.execute(checks.update().where(_held(check_id, worker_id)).values(**values)).rowcount)

    def release_check(self, check_id: str, worker_id: str, *, is_attempt: bool = False) -> None:
        """Give a check back to whoever comes next, at once.

        Args:
            check_id: The check.
            worker_id: Who has it.
            is_attempt: Whether something went wrong, which must not happen for ever.
        """
        attempts = checks.c.attempts - (0 if is_attempt else 1)
        values = {"status": RunStatus.QUEUED, "worker_id": None, "lease_until": None, "attempts": attempts}
        with self.database.writing() as connection:
            connection.execute(checks.update().where(_held(check_id, worker_id)).values(**values))

    def is_check_stop_requested(self, check_id: str, worker_id: str) -> bool:
        """Whether a worker should stop: the user asked, or the check is no longer the worker's."""
        with self.database.reading() as connection:
            return connection.scalar(sa.select(checks.c.stop_requested).where(_held(check_id, worker_id))) is not False

    def _check_file(self, run_id: str, check_id: str) -> Path:
        return self.run_folder(run_id) / f"check-{self._checked_id(check_id, 'check')}.json"


def _held(check_id: str, worker_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(checks.c.check_id == check_id, checks.c.worker_id == worker_id, checks.c.status == RunStatus.RUNNING)


def _stop(connection: sa.Connection, chosen: sa.ColumnElement[bool]) -> int:
    waiting = checks.update().where(chosen, checks.c.status == RunStatus.QUEUED)
    running = checks.update().where(chosen, checks.c.status == RunStatus.RUNNING)
    stopped = connection.execute(waiting.values(status=RunStatus.STOPPED, stop_requested=True)).rowcount
    return stopped + connection.execute(running.values(stop_requested=True)).rowcount


def _end_hopeless(connection: sa.Connection, lost: sa.ColumnElement[bool], free: sa.ColumnElement[bool]) -> None:
    """Of the checks nobody does, end those the user wanted stopped and those that failed too often in the same place."""
    connection.execute(checks.update().where(lost, checks.c.stop_requested).values(status=RunStatus.STOPPED))
    connection.execute(
        checks.update()
        .where(free, checks.c.attempts >= MAX_ATTEMPTS)
        .values(
            status=RunStatus.FAILED,
            error=f"The check was interrupted {MAX_ATTEMPTS} times in the same place, perhaps for lack of memory or space on "
            "the disk. Close other programs and start it again; what was found until then is kept.",
        )
    )


def _record(row: sa.Row[tuple[object, ...]]) -> CheckRecord:
    found = dict(row._mapping)
    return CheckRecord(**{**found, "kind": CheckKind(found["kind"]), "status": RunStatus(found["status"])})
