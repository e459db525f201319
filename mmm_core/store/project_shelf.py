"""Projects: their data, their settings and what was typed."""

from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import pandas as pd
import sqlalchemy as sa

from mmm_core.entities.columns import Frequency
from mmm_core.entities.findings import Finding, IngestResult, Repair, RoleSuggestion
from mmm_core.entities.records import ProjectRecord, RunStatus
from mmm_core.errors import NotFoundError, StoreError
from mmm_core.store.atomic_files import explained, write_atomically
from mmm_core.store.codec import (
    FORMAT_VERSION,
    decode,
    dump_json,
    load_json,
    read_table,
    require_known_format,
    write_table,
)
from mmm_core.store.database import now
from mmm_core.store.shelf import (
    Shelf,
    checked_name,
    checked_page,
    missing,
    new_id,
    project_record,
    remove_folder,
    require_row,
)
from mmm_core.store.tables import projects, runs


class ProjectShelf(Shelf):
    """The projects of a workspace."""

    def create_project(self, name: str) -> ProjectRecord:
        """Start a project.

        Args:
            name: What the user calls it; need not be unique.

        Raises:
            StoreError: The name is empty.
        """
        moment = now()
        record = ProjectRecord(project_id=new_id(), name=checked_name(name, "project"), created=moment, updated=moment)
        with self.database.writing() as connection:
            connection.execute(
                projects.insert().values(project_id=record.project_id, name=record.name, created=moment, updated=moment)
            )
        return record

    def list_projects(self) -> list[ProjectRecord]:
        """Every project, last changed first."""
        with self.database.reading() as connection:
            rows = connection.execute(sa.select(projects).order_by(projects.c.updated.desc()))
            return [project_record(row) for row in rows]

    def get_project(self, project_id: str) -> ProjectRecord:
        """One project.

        Raises:
            NotFoundError: There is no such project.
        """
        with self.database.reading() as connection:
            return project_record(require_row(connection, projects, project_id))

    def rename_project(self, project_id: str, name: str) -> None:
        """Call a project something else.

        Raises:
            NotFoundError: There is no such project.
            StoreError: The name is empty.
        """
        self._change(project_id, {"name": checked_name(name, "project")})

    def delete_project(self, project_id: str) -> None:
        """Delete a project with its data, runs and results.

        Raises:
            NotFoundError: There is no such project.
            StoreError: One of its runs is running.
        """
        mine = runs.c.project_id == project_id
        with self.database.writing() as connection:
            name = require_row(connection, projects, project_id)._mapping["name"]
            running = connection.scalar(sa.select(runs.c.name).where(mine, runs.c.status == RunStatus.RUNNING))
            if running is not None:
                raise StoreError(f"{running} of {name!r} is running; stop it first, then delete the project.")
            run_ids = list(connection.scalars(sa.select(runs.c.run_id).where(mine)))
            connection.execute(runs.delete().where(mine))
            connection.execute(projects.delete().where(projects.c.project_id == project_id))
        for run_id in run_ids:
            remove_folder(self.run_folder(run_id))
        remove_folder(self.project_folder(project_id))

    def save_upload(self, project_id: str, result: IngestResult) -> None:
        """Keep the table of a project with everything that was found while reading it; replaces an earlier one.

        Args:
            project_id: The project.
            result: What ``read_table`` or ``repair`` answered.

        Raises:
            NotFoundError: There is no such project.
            StoreError: The table mixes kinds of values in a column.
        """
        self.get_project(project_id)
        write_atomically(self._upload_path(project_id), lambda file: write_upload(result, file))
        self._change(project_id, {"source_name": result.source_name[:400], "n_rows": len(result.table)})

    def replace_upload(self, project_id: str, result: IngestResult) -> None:
        """Keep another table for a project, and the one it had as :meth:`previous_upload`.

        A table with something impossible in it does not push a usable one out: the last usable one stays in reach.

        Raises:
            NotFoundError: There is no such project.
            StoreError: The table mixes kinds of values in a column.
        """
        before = self.load_upload(project_id)
        path = self._upload_path(project_id, before=True)
        if before is not None and (before.is_usable or not path.exists()):
            write_atomically(path, lambda file: write_upload(before, file))
        self.save_upload(project_id, result)

    def restore_upload(self, project_id: str) -> None:
        """Exchange the table of a project with the previous one; once more exchanges them back.

        Raises:
            NotFoundError: There is no such project, or it has no previous table.
            StoreError: A file is damaged.
        """
        now_used, before = self.load_upload(project_id), self.previous_upload(project_id)
        if before is None:
            raise NotFoundError("This project has no earlier data. Upload the file again.")
        if now_used is not None:
            write_atomically(self._upload_path(project_id, before=True), lambda file: write_upload(now_used, file))
        self.save_upload(project_id, before)

    def load_upload(self, project_id: str) -> IngestResult | None:
        """The table of a project with its findings and suggestions; None before the upload.

        Raises:
            NotFoundError: There is no such project.
            StoreError: The file is damaged or newer than this version.
        """
        self.get_project(project_id)
        return read_upload(self._upload_path(project_id))

    def previous_upload(self, project_id: str) -> IngestResult | None:
        """The table a project had before :meth:`replace_upload`; None when there was none.

        Raises:
            NotFoundError: There is no such project.
            StoreError: The file is damaged or newer than this version.
        """
        self.get_project(project_id)
        return read_upload(self._upload_path(project_id, before=True))

    def _upload_path(self, project_id: str, *, before: bool = False) -> Path:
        return self.project_folder(project_id) / ("upload_before.parquet" if before else "upload.parquet")

    def save_project_file(self, project_id: str, text: str) -> None:
        """Keep the settings of a project.

        Args:
            project_id: The project.
            text: A project file (YAML).

        Raises:
            NotFoundError: There is no such project.
        """
        self._change(project_id, {"project_file": text})

    def load_project_file(self, project_id: str) -> str | None:
        """The settings of a project as YAML; None before Configure was saved.

        Raises:
            NotFoundError: There is no such project.
        """
        with self.database.reading() as connection:
            text = require_row(connection, projects, project_id)._mapping["project_file"]
        return None if text is None else str(text)

    def save_draft(self, project_id: str, page: str, values: Mapping[str, object]) -> None:
        """Keep what was typed on a page and not saved yet.

        Args:
            project_id: The project.
            page: Name of the page.
            values: Numbers, texts, dates, lists and mappings of them; dates come back as texts.

        Raises:
            NotFoundError: There is no such project.
            StoreError: A value is of another kind.
        """
        self.get_project(project_id)
        path = self.project_folder(project_id) / "drafts" / f"{checked_page(page)}.json"
        write_atomically(path, dump_json({"format_version": FORMAT_VERSION, "values": values}))

    def load_draft(self, project_id: str, page: str) -> dict[str, object]:
        """What was typed on a page; empty when nothing was.

        Raises:
            NotFoundError: There is no such project.
            StoreError: The file is damaged or newer than this version.
        """
        self.get_project(project_id)
        path = self.project_folder(project_id) / "drafts" / f"{checked_page(page)}.json"
        if not path.exists():
            return {}
        with explained(path):
            document = load_json(path.read_bytes(), "The draft")
        require_known_format(document, "The draft")
        values = document.get("values")
        return values if isinstance(values, dict) else {}

    def save_rate(self, models_per_second: float) -> None:
        """Keep how fast this machine searches, so that the first run's time can be told before it.

        Args:
            models_per_second: Of the search in the worker's rehearsal, without preparing the data. Measure some thousand
                models, else it is the start of the search that is measured.

        Raises:
            WorkspaceError: The folder cannot be written.
        """
        write_atomically(
            self._rate_path, dump_json({"format_version": FORMAT_VERSION, "models_per_second": models_per_second})
        )

    def load_rate(self) -> float | None:
        """Models per second kept by :meth:`save_rate`; None before the first rehearsal, or when the file is damaged."""
        if not self._rate_path.exists():
            return None
        try:
            rate = load_json(self._rate_path.read_bytes(), "The measured rate").get("models_per_second")
        except StoreError:
            return None  # only an estimate hangs on it, and the next rehearsal writes it again
        return float(rate) if isinstance(rate, int | float) and 0 < rate < float("inf") else None

    @property
    def _rate_path(self) -> Path:
        return self.folder / "rate.json"

    def _change(self, project_id: str, values: Mapping[str, object]) -> None:
        chosen = projects.update().where(projects.c.project_id == project_id)
        with self.database.writing() as connection:
            changed = connection.execute(chosen.values(**values, updated=now())).rowcount
        if not changed:
            raise missing("project", project_id)


def write_upload(result: IngestResult, file: BinaryIO) -> None:
    """Write a table with everything that was found while reading it.

    Raises:
        StoreError: The table mixes kinds of values in a column.
    """
    note = {
        "findings": result.findings,
        "suggestions": result.suggestions,
        "frequency": result.frequency,
        "source_name": result.source_name,
        "applied": result.applied,
        "rows": result.rows,
        "currency": result.currency,
    }
    write_table(result.table, file, note)


def read_upload(path: Path) -> IngestResult | None:
    """Read what :func:`write_upload` wrote; None when there is no file.

    Raises:
        StoreError: It is damaged or newer than this version.
    """
    if not path.exists():
        return None
    table, note = read_table(path, "The uploaded table")
    return decode_upload(note, table)


def decode_upload(note: Mapping[str, object], table: pd.DataFrame) -> IngestResult:
    """Join a stored table with its note.

    Args:
        note: As :func:`write_upload` wrote it.
        table: The table.

    Raises:
        StoreError: The note does not fit.
    """
    findings, suggestions, applied = note.get("findings"), note.get("suggestions"), note.get("applied")
    if not (isinstance(findings, list) and isinstance(suggestions, list) and isinstance(applied, dict)):
        raise StoreError("The uploaded table cannot be read, its findings are missing. Upload the file again.")
    frequency, rows, currency = note.get("frequency"), note.get("rows"), note.get("currency")
    return IngestResult(
        table=table,
        findings=tuple(decode(Finding, finding) for finding in findings),
        suggestions=tuple(decode(RoleSuggestion, suggestion) for suggestion in suggestions),
        frequency=None if frequency is None else Frequency(str(frequency)),
        source_name=str(note.get("source_name", "")),
        applied={str(key): Repair(str(repair)) for key, repair in applied.items()},
        rows=tuple(int(row) for row in rows) if isinstance(rows, list) else (),
        currency=None if currency is None else str(currency),
    )
