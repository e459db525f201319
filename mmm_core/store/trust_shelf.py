"""Trust cards, kept beside the run they are about while they fill in, and which worker fills which."""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from mmm_core.entities.records import RunRecord, RunStatus
from mmm_core.entities.trust import TrustCard
from mmm_core.store.atomic_files import explained, write_atomically
from mmm_core.store.codec import FORMAT_VERSION, decode, dump_json, load_json, require_known_format
from mmm_core.store.database import LEASE, now
from mmm_core.store.run_shelf import RunShelf
from mmm_core.store.shelf import RUN_COLUMNS, run_record
from mmm_core.store.tables import runs, trust_cards

_OVER = (RunStatus.FINISHED, RunStatus.STOPPED)


class TrustShelf(RunShelf):
    """The trust cards of a workspace."""

    def claim_trust(self, worker_id: str) -> RunRecord | None:
        """Take the newest run with a result whose trust card is not complete; two workers never get the same one.

        Args:
            worker_id: Who takes it, for :data:`LEASE` after every save.

        Returns:
            The run; None when every card is complete or being filled.
        """
        moment = now()
        free = sa.or_(
            trust_cards.c.run_id.is_(None),
            sa.and_(trust_cards.c.is_complete.is_(False), trust_cards.c.lease_until < moment),
        )
        waiting = (
            sa.select(runs.c.run_id)
            .select_from(runs.outerjoin(trust_cards, runs.c.run_id == trust_cards.c.run_id))
            .where(runs.c.status.in_(_OVER), runs.c.result_folder.is_not(None), free)
            .order_by(runs.c.created.desc())
            .limit(1)
        )
        with self.database.reading() as connection:  # asked several times a second, so without a write lock
            if connection.scalar(waiting) is None:
                return None
        with self.database.writing() as connection:
            run_id = connection.scalar(waiting)
            if run_id is None:
                return None
            connection.execute(trust_cards.delete().where(trust_cards.c.run_id == run_id))
            connection.execute(
                trust_cards.insert().values(
                    run_id=run_id, worker_id=worker_id, lease_until=moment + LEASE, is_complete=False
                )
            )
            return run_record(connection.execute(sa.select(*RUN_COLUMNS).where(runs.c.run_id == run_id)).one())

    def save_trust(self, run_id: str, card: TrustCard | None, *, worker_id: str | None = None) -> bool:
        """Keep a trust card as it is now; a complete one ends the work on it.

        Args:
            run_id: The run it is about.
            card: None where there can be none: the run has no averaged estimate.
            worker_id: Keep it only while this worker still holds the card; None keeps it in any case.

        Returns:
            Whether it was kept; False when the run was deleted or another worker has the card.
        """
        is_complete = card is None or card.is_complete
        held = trust_cards.c.run_id == run_id
        if worker_id is not None:
            held = sa.and_(held, trust_cards.c.worker_id == worker_id)
        values = {"lease_until": now() + LEASE, "is_complete": is_complete}
        with self.database.writing() as connection:
            kept = connection.execute(trust_cards.update().where(held).values(**values)).rowcount
            if not kept and worker_id is None:
                try:
                    connection.execute(trust_cards.insert().values(run_id=run_id, **values))
                except IntegrityError:
                    return False
                kept = 1
        if kept and card is not None:
            document = {"format_version": FORMAT_VERSION, "card": card}
            write_atomically(self._trust_file(run_id), dump_json(document), durable=is_complete)
        return bool(kept)

    def release_trust(self, run_id: str, worker_id: str) -> None:
        """Leave a card that is not complete to whoever comes next, at once."""
        mine = sa.and_(trust_cards.c.run_id == run_id, trust_cards.c.worker_id == worker_id)
        with self.database.writing() as connection:
            connection.execute(
                trust_cards.update().where(mine, trust_cards.c.is_complete.is_(False)).values(lease_until=now())
            )

    def load_trust(self, run_id: str) -> TrustCard | None:
        """The trust card of a run as it is now; None when nothing of it is there yet, or there can be none.

        Raises:
            StoreError: The file is damaged or newer than this version.
        """
        path = self._trust_file(run_id)
        if not path.exists():
            return None
        with explained(path):
            document = load_json(path.read_bytes(), "The trust card")
        require_known_format(document, "The trust card")
        return decode(TrustCard, document["card"])

    def is_trust_over(self, run_id: str) -> bool:
        """Whether no more of the card is to come: it is complete, or it could not be made."""
        with self.database.reading() as connection:
            return bool(connection.scalar(sa.select(trust_cards.c.is_complete).where(trust_cards.c.run_id == run_id)))

    def trust_version(self, run_id: str) -> int:
        """A number that changes whenever the card was written; 0 before."""
        try:
            return self._trust_file(run_id).stat().st_mtime_ns
        except FileNotFoundError:
            return 0

    def _trust_file(self, run_id: str) -> Path:
        return self.run_folder(run_id) / "trust.json"
