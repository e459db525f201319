"""What every part of the workspace shares: its folder, its database, its ids."""

import re
import secrets
import shutil
from pathlib import Path

import sqlalchemy as sa

from mmm_core.entities.records import ProjectRecord, RefreshDecision, RunRecord, RunStatus, WorkerRecord
from mmm_core.errors import NotFoundError, StoreError
from mmm_core.store.database import Database
from mmm_core.store.tables import projects, runs

_ID = re.compile(r"[a-z0-9]{4,16}")
_PAGE = re.compile(r"[a-z0-9_-]{1,40}")

RUN_COLUMNS = [
    runs.c[name]
    for name in (
        "run_id",
        "project_id",
        "number",
        "name",
        "status",
        "created",
        "started",
        "finished",
        "project_file",
        "table_hash",
        "n_planned",
        "n_done",
        "from_cache",
        "stop_requested",
        "error",
        "error_details",
        "headline",
        "refreshed_from",
        "refresh_decision",
    )
]
"""What a :class:`RunRecord` shows."""


class Shelf:
    """A part of the workspace.

    Attributes:
        folder: The workspace folder.
        database: Its tables.
    """

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder = folder
        self.database = database

    def project_folder(self, project_id: str) -> Path:
        """Where the files of a project are.

        Raises:
            NotFoundError: Not an id.
        """
        return self.folder / "projects" / self._checked_id(project_id, "project")

    def run_folder(self, run_id: str) -> Path:
        """Where the files of a run are.

        Raises:
            NotFoundError: Not an id.
        """
        return self.folder / "runs" / self._checked_id(run_id, "run")

    @staticmethod
    def _checked_id(given: str, kind: str) -> str:
        """Ids come from addresses and become folder names, so nothing but an id may pass."""
        if not _ID.fullmatch(given):
            raise missing(kind, given)
        return given


def new_id() -> str:
    """Ten characters, safe in an address and as a folder name."""
    return secrets.token_hex(5)


def missing(kind: str, given: str) -> NotFoundError:
    """The error for an id that is not (or no longer) there."""
    return NotFoundError(
        f"There is no {kind} with the id {given!r}; it may have been deleted. Pick one on the home page."
    )


def checked_name(name: str, kind: str) -> str:
    """A name as it is kept: without blanks around it.

    Raises:
        StoreError: It is empty or longer than 200 characters.
    """
    kept = " ".join(name.split())
    if not 1 <= len(kept) <= 200:
        raise StoreError(f"The name of a {kind} must have 1 to 200 characters; got {len(kept)}. Type another name.")
    return kept


def checked_page(page: str) -> str:
    """The name of a page as a file name.

    Raises:
        StoreError: It is not made of small letters, digits, - and _.
    """
    if not _PAGE.fullmatch(page):
        raise StoreError(f"A draft belongs to a page named with small letters, digits, - and _; got {page!r}.")
    return page


def project_record(row: sa.Row[tuple[object, ...]]) -> ProjectRecord:
    """A row of the table ``projects`` as the pages see it."""
    found = row._mapping
    return ProjectRecord(
        project_id=found["project_id"],
        name=found["name"],
        created=found["created"],
        updated=found["updated"],
        source_name=found["source_name"],
        n_rows=found["n_rows"],
        has_settings=found["project_file"] is not None,
    )


def run_record(row: sa.Row[tuple[object, ...]]) -> RunRecord:
    """A row of :data:`RUN_COLUMNS` as the pages see it."""
    found = dict(row._mapping)
    decision = found.pop("refresh_decision")
    return RunRecord(
        **{**found, "status": RunStatus(found["status"])},
        refresh_decision=RefreshDecision(decision) if decision else None,
    )


def worker_record(row: sa.Row[tuple[object, ...]]) -> WorkerRecord:
    """A row of the table ``workers`` as the pages see it."""
    return WorkerRecord(**row._mapping)


def require_row(connection: sa.Connection, table: sa.Table, key: str) -> sa.Row[tuple[object, ...]]:
    """The row of a project or run.

    Raises:
        NotFoundError: There is none.
    """
    kind = "project" if table is projects else "run"
    row = connection.execute(sa.select(table).where(table.c[f"{kind}_id"] == key)).one_or_none()
    if row is None:
        raise missing(kind, key)
    return row


def remove_folder(folder: Path) -> None:
    """Delete a folder with everything in it; what cannot be deleted stays behind without harm."""
    shutil.rmtree(folder, ignore_errors=True)
