"""The database of a workspace: projects, runs, kept budget plans, trust cards, checks, workers.

A column that is added later must be nullable: workspaces of older versions get it when they are opened.
"""

import datetime as dt

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[dt.datetime]):
    """A moment with time zone; kept as UTC without one, because SQLite knows none."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """To UTC on the way in."""
        return None if value is None else value.astimezone(dt.UTC).replace(tzinfo=None)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Say that it is UTC on the way out."""
        return None if value is None else value.replace(tzinfo=dt.UTC)


metadata = MetaData()

about = Table(
    "about",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Integer, nullable=False),
)
"""One row: ``format_version`` of the workspace."""

projects = Table(
    "projects",
    metadata,
    Column("project_id", String(16), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
    Column("source_name", String(400), nullable=False, default=""),
    Column("n_rows", Integer, nullable=False, default=0),
    Column("project_file", Text),
    Column("n_runs_ever", Integer, nullable=False, default=0),  # numbers are never given twice, also after a deletion
)

runs = Table(
    "runs",
    metadata,
    Column("run_id", String(16), primary_key=True),
    Column("project_id", String(16), ForeignKey("projects.project_id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("name", String(200), nullable=False),
    Column("status", String(12), nullable=False),
    Column("created", Moment, nullable=False),
    Column("started", Moment),
    Column("finished", Moment),
    Column("project_file", Text, nullable=False),
    Column("table_hash", String(64), nullable=False),
    Column("n_planned", Integer, nullable=False),
    Column("n_done", Integer, nullable=False, default=0),
    Column("from_cache", Boolean, nullable=False, default=False),
    Column("stop_requested", Boolean, nullable=False, default=False),
    Column("error", Text, nullable=False, default=""),
    Column("error_details", Text, nullable=False, default=""),
    Column("headline", Text, nullable=False, default=""),
    Column("selected_id", String(40)),
    Column("result_folder", String(40)),  # which of the run's result folders counts; written before, named here last
    Column("worker_id", String(120)),
    Column("lease_until", Moment),
    Column("attempts", Integer, nullable=False, default=0),
    Column("refreshed_from", String(16)),  # no foreign key: the run it refreshes may be deleted, the refresh stays
    Column("refresh_config", Text),
    Column("refresh_decision", String(12)),
    UniqueConstraint("project_id", "number"),
    Index("runs_by_status", "status", "created"),
)

scenarios = Table(
    "scenarios",
    metadata,
    Column("scenario_id", String(16), primary_key=True),
    Column("run_id", String(16), ForeignKey("runs.run_id", ondelete="CASCADE"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("created", Moment, nullable=False),
    UniqueConstraint("run_id", "name"),
)
"""Kept budget plans; their files lie in the folder of the run."""

trust_cards = Table(
    "trust_cards",
    metadata,
    Column("run_id", String(16), ForeignKey("runs.run_id", ondelete="CASCADE"), primary_key=True),
    Column("worker_id", String(120)),
    Column("lease_until", Moment),
    Column("is_complete", Boolean, nullable=False, default=False),
)
"""Who fills the trust card of a run, and whether it is filled; the card itself is a file in the folder of the run."""

checks = Table(
    "checks",
    metadata,
    Column("check_id", String(16), primary_key=True),
    Column("run_id", String(16), ForeignKey("runs.run_id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("question", Text, nullable=False),
    Column("status", String(12), nullable=False),
    Column("created", Moment, nullable=False),
    Column("n_planned", Integer, nullable=False),
    Column("n_done", Integer, nullable=False, default=0),
    Column("seconds", Float, nullable=False, default=0.0),
    Column("stop_requested", Boolean, nullable=False, default=False),
    Column("error", Text, nullable=False, default=""),
    Column("error_details", Text, nullable=False, default=""),
    Column("worker_id", String(120)),
    Column("lease_until", Moment),
    Column("attempts", Integer, nullable=False, default=0),  # since something was last kept
    Index("checks_by_status", "status", "created"),
    Index("checks_by_run", "run_id", "kind", "created"),
)
"""Long checks a page asked for; what they found so far is a file in the folder of the run."""

workers = Table(
    "workers",
    metadata,
    Column("worker_id", String(120), primary_key=True),
    Column("pid", Integer, nullable=False),
    Column("started", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
    Column("is_warm", Boolean, nullable=False, default=False),
)
