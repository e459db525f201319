"""What the workspace knows about projects, runs, checks and workers."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class RunStatus(StrEnum):
    """Where a run stands."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"  # by the user; what was found until then is kept
    FAILED = "failed"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self in (RunStatus.FINISHED, RunStatus.STOPPED, RunStatus.FAILED)


class RefreshDecision(StrEnum):
    """What the user made of a refresh."""

    ACCEPTED = "accepted"  # the project works with its data and settings
    SET_ASIDE = "set_aside"  # the result before it stays the one that counts


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRecord:
    """A project as the workspace lists it.

    Attributes:
        project_id: Stable short id, safe in a URL.
        name: What the user calls it.
        created: When, with time zone.
        updated: When something last changed.
        source_name: Name of the uploaded file; empty before the upload.
        n_rows: Rows of the table; 0 before the upload.
        has_settings: Whether Configure was saved.
    """

    project_id: str
    name: str
    created: dt.datetime
    updated: dt.datetime
    source_name: str = ""
    n_rows: int = 0
    has_settings: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """A run as the workspace lists it.

    Attributes:
        run_id: Stable short id, safe in a URL.
        project_id: The project it belongs to.
        number: 1, 2, ... within the project.
        name: What the user calls it; "Run 3" by default.
        status: Where it stands.
        created: When Run was pressed.
        started: When a worker took it; None while queued.
        finished: When it was over; None before.
        project_file: The project file (YAML) it runs, exactly.
        table_hash: SHA-256 of the table it runs on.
        n_planned: Candidates asked for.
        n_done: Candidates evaluated so far.
        from_cache: Whether the result was found in the cache and nothing was computed.
        stop_requested: Whether the user asked to stop.
        error: What went wrong, for a failed run.
        error_details: The technical report behind ``error``, for "copy details".
        headline: One sentence on the result; empty before.
        refreshed_from: The run whose result it refreshes, which may have been deleted since; None for a run of its own.
        refresh_decision: What the user made of a refresh; None before.
    """

    run_id: str
    project_id: str
    number: int
    name: str
    status: RunStatus
    created: dt.datetime
    started: dt.datetime | None = None
    finished: dt.datetime | None = None
    project_file: str
    table_hash: str
    n_planned: int
    n_done: int = 0
    from_cache: bool = False
    stop_requested: bool = False
    error: str = ""
    error_details: str = ""
    headline: str = ""
    refreshed_from: str | None = None
    refresh_decision: RefreshDecision | None = None


class CheckKind(StrEnum):
    """A long check of a finished run that a page can ask for; :mod:`mmm_core.runs.check_job` says who does which."""

    BACKTEST = "backtest"
    LEAVE_ONE_OUT = "leave_one_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRecord:
    """A check as the workspace lists it.

    Attributes:
        check_id: Stable short id.
        run_id: The run it is about.
        kind: What is checked.
        question: Settings of the check, JSON text.
        status: Where it stands; a check that made way for a run is queued again.
        created: When it was asked for.
        n_planned: Parts it consists of.
        n_done: Parts done and kept so far.
        seconds: Worked on it until the last part was kept; waiting does not count.
        stop_requested: Whether the user asked to stop.
        error: What went wrong, for a failed check.
        error_details: The technical report behind ``error``, for "copy details".
    """

    check_id: str
    run_id: str
    kind: CheckKind
    question: str
    status: RunStatus
    created: dt.datetime
    n_planned: int
    n_done: int = 0
    seconds: float = 0.0
    stop_requested: bool = False
    error: str = ""
    error_details: str = ""

    @property
    def seconds_left(self) -> float | None:
        """What the parts that are missing will take, by those that are done; None before the first."""
        return self.seconds / self.n_done * max(self.n_planned - self.n_done, 0) if self.n_done else None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerRecord:
    """A worker process as the workspace sees it.

    Attributes:
        worker_id: Unique id.
        pid: Process id.
        started: When.
        last_seen: Last heart-beat.
        is_warm: Whether it has imported and compiled everything.
    """

    worker_id: str
    pid: int
    started: dt.datetime
    last_seen: dt.datetime
    is_warm: bool = False
