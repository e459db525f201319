"""One connection pool with the transactions every change needs."""

import datetime as dt
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.schema import CreateColumn

from mmm_core.errors import WorkspaceError
from mmm_core.store.codec import FORMAT_VERSION, require_known_format
from mmm_core.store.tables import about, metadata

BUSY_SECONDS = 20.0
"""How long a change waits for another process to finish its own."""

LEASE = dt.timedelta(seconds=60)
"""A worker that was not seen for so long has lost what it was doing."""


def now() -> dt.datetime:
    """The present moment, UTC."""
    return dt.datetime.now(dt.UTC)


class Database:
    """The tables of a workspace.

    SQLite in WAL mode: readers never wait, and every change is one ``BEGIN IMMEDIATE`` transaction that queues for its turn
    (plain ``BEGIN`` failed 331 of 600 concurrent updates). ``synchronous=NORMAL``: a killed process loses nothing; a power
    cut may lose the last moments but never damages the file.
    """

    def __init__(self, url: sa.URL, folder: Path) -> None:
        self.folder = folder
        self._writer = sa.create_engine(url, connect_args={"timeout": BUSY_SECONDS})
        self._reader = self._writer.execution_options(reading=True)
        sa.event.listen(self._writer, "connect", _prepare_connection)
        sa.event.listen(self._writer, "begin", _begin)
        self._create_tables()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A consistent view; waits for nobody.

        Raises:
            WorkspaceError: The database cannot be read.
        """
        with self._explained(), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction that is alone while it lasts; undone when something inside raises.

        Raises:
            WorkspaceError: The database cannot be written.
        """
        with self._explained(), self._writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Let go of every connection."""
        self._writer.dispose()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise
        except SQLAlchemyError as error:
            reason = getattr(error, "orig", None) or error
            raise WorkspaceError(
                f"The workspace {self.folder} cannot be used ({reason}). Check the folder and the space on the disk, or set "
                "MMM_STUDIO_WORKSPACE to another folder."
            ) from error

    def _create_tables(self) -> None:
        with self.writing() as connection:
            metadata.create_all(connection)
            _add_new_columns(connection)
            version = connection.scalar(sa.select(about.c.value).where(about.c.name == "format_version"))
            if version is None:
                connection.execute(about.insert().values(name="format_version", value=FORMAT_VERSION))
        require_known_format({"format_version": version or FORMAT_VERSION}, f"The workspace {self.folder}")


def _add_new_columns(connection: sa.Connection) -> None:
    """Give the tables of an older version the columns that came since; what is in them stays as it is."""
    known = sa.inspect(connection)
    for table in metadata.sorted_tables:
        there = {column["name"] for column in known.get_columns(table.name)}
        for column in table.columns:
            if column.name not in there:
                assert column.nullable, "rows of an older version have no value for it"
                definition = CreateColumn(column).compile(dialect=connection.dialect)
                connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {definition}")


def _prepare_connection(connection: object, record: object) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # transactions are begun by _begin
    _switch_to_wal(connection)
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Two processes that open a new workspace at once collide here, and SQLite's own waiting does not cover it."""
    give_up = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > give_up:
                raise
            time.sleep(0.02)
        else:
            return


def _begin(connection: sa.Connection) -> None:
    if connection.dialect.name == "sqlite":
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
