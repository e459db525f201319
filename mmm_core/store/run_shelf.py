"""Runs as the pages see them: started, watched, opened again, named, deleted."""

import dataclasses
import secrets
from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from mmm_core.entities.findings import IngestResult
from mmm_core.entities.mmmdata_collection import hash_table
from mmm_core.entities.records import RunRecord, RunStatus
from mmm_core.entities.run_result import RunResult, SearchProgress
from mmm_core.errors import NotFoundError, StoreError
from mmm_core.store.atomic_files import write_atomically
from mmm_core.store.codec import read_table
from mmm_core.store.database import now
from mmm_core.store.project_shelf import ProjectShelf, decode_upload, write_upload
from mmm_core.store.result_codec import progress_bytes, read_progress, read_result, write_result
from mmm_core.store.shelf import RUN_COLUMNS, checked_name, missing, new_id, remove_folder, require_row, run_record
from mmm_core.store.tables import projects, runs


class RunShelf(ProjectShelf):
    """The runs of a workspace."""

    def enqueue_run(self, project_id: str, project_file: str, n_planned: int) -> RunRecord:
        """Put a run into the queue, with a copy of the project's table as it is now.

        Args:
            project_id: The project.
            project_file: The project file (YAML) to run, exactly.
            n_planned: Candidates asked for.

        Raises:
            NotFoundError: There is no such project.
            StoreError: The project has no data.
        """
        upload = self.load_upload(project_id)
        if upload is None:
            raise StoreError("The project has no data yet, so there is nothing to run. Upload a file first.")
        return self._enqueue(project_id, upload, project_file, n_planned, name="Run {number}")

    def _enqueue(
        self,
        project_id: str,
        upload: IngestResult,
        project_file: str,
        n_planned: int,
        *,
        name: str,
        refresh: Mapping[str, object] = MappingProxyType({}),
    ) -> RunRecord:
        """Put a run on any table into the queue; ``refresh`` are the columns only a refresh has.

        Raises:
            NotFoundError: There is no such project.
        """
        run_id = new_id()
        write_atomically(self.run_folder(run_id) / "table.parquet", lambda file: write_upload(upload, file))
        mine = projects.c.project_id == project_id
        try:
            with self.database.writing() as connection:
                connection.execute(
                    projects.update().where(mine).values(n_runs_ever=projects.c.n_runs_ever + 1, updated=now())
                )
                number = connection.scalar(sa.select(projects.c.n_runs_ever).where(mine))
                connection.execute(
                    runs.insert().values(
                        run_id=run_id,
                        project_id=project_id,
                        number=number,
                        name=name.format(number=number),
                        status=RunStatus.QUEUED,
                        created=now(),
                        project_file=project_file,
                        table_hash=hash_table(upload.table),
                        n_planned=n_planned,
                        **refresh,
                    )
                )
        except IntegrityError as error:  # the project was deleted meanwhile
            remove_folder(self.run_folder(run_id))
            raise missing("project", project_id) from error
        return self.get_run(run_id)

    def list_runs(self, project_id: str | None = None) -> list[RunRecord]:
        """Runs of one project or of all, newest first."""
        chosen = sa.select(*RUN_COLUMNS).order_by(runs.c.created.desc(), runs.c.number.desc())
        if project_id is not None:
            chosen = chosen.where(runs.c.project_id == project_id)
        with self.database.reading() as connection:
            return [run_record(row) for row in connection.execute(chosen)]

    def get_run(self, run_id: str) -> RunRecord:
        """One run.

        Raises:
            NotFoundError: There is no such run.
        """
        with self.database.reading() as connection:
            row = connection.execute(sa.select(*RUN_COLUMNS).where(runs.c.run_id == run_id)).one_or_none()
        if row is None:
            raise missing("run", run_id)
        return run_record(row)

    def rename_run(self, run_id: str, name: str) -> None:
        """Call a run something else.

        Raises:
            NotFoundError: There is no such run.
            StoreError: The name is empty.
        """
        self._change_run(run_id, {"name": checked_name(name, "run")})

    def delete_run(self, run_id: str) -> None:
        """Delete a run with its result.

        Raises:
            NotFoundError: There is no such run.
            StoreError: It is running.
        """
        with self.database.writing() as connection:
            found = require_row(connection, runs, run_id)._mapping
            if found["status"] == RunStatus.RUNNING:
                raise StoreError(f"{found['name']} is running; stop it first, then delete it.")
            connection.execute(runs.delete().where(runs.c.run_id == run_id))
        remove_folder(self.run_folder(run_id))

    def request_stop(self, run_id: str) -> bool:
        """Ask a run to stop and keep what it found; a run still in the queue is stopped at once.

        Args:
            run_id: The run.

        Returns:
            Whether it will stop; False when it was over before.

        Raises:
            NotFoundError: There is no such run.
        """
        mine = runs.c.run_id == run_id
        with self.database.writing() as connection:
            require_row(connection, runs, run_id)
            waiting = connection.execute(
                runs.update()
                .where(mine, runs.c.status == RunStatus.QUEUED)
                .values(
                    status=RunStatus.STOPPED,
                    stop_requested=True,
                    finished=now(),
                    headline="Stopped before it began.",
                )
            )
            running = connection.execute(
                runs.update().where(mine, runs.c.status == RunStatus.RUNNING).values(stop_requested=True)
            )
        return waiting.rowcount + running.rowcount == 1

    def load_run_table(self, run_id: str) -> pd.DataFrame:
        """The table a run works on, as it was when Run was pressed.

        Raises:
            NotFoundError: There is no such run.
            StoreError: The file is damaged.
        """
        record = self.get_run(run_id)
        return read_table(self.run_folder(run_id) / "table.parquet", f"The table of {record.name}")[0]

    def load_run_upload(self, run_id: str) -> IngestResult:
        """The table of a run with what was found while reading it; runs of older versions kept the table alone.

        Raises:
            NotFoundError: There is no such run.
            StoreError: The file is damaged.
        """
        record = self.get_run(run_id)
        table, note = read_table(self.run_folder(run_id) / "table.parquet", f"The table of {record.name}")
        return (
            decode_upload(note, table)
            if note
            else IngestResult(table=table, findings=(), suggestions=(), frequency=None)
        )

    def save_progress(self, run_id: str, progress: SearchProgress) -> None:
        """Keep where a running search stands; cheap enough for several times a second.

        Args:
            run_id: The run.
            progress: Replaces what was kept before.
        """
        write_atomically(self.run_folder(run_id) / "progress.npz", progress_bytes(progress), durable=False)
        with self.database.writing() as connection:
            connection.execute(runs.update().where(runs.c.run_id == run_id).values(n_done=progress.done))

    def load_progress(self, run_id: str) -> SearchProgress | None:
        """Where a search stands or stood; None when it has not begun.

        Raises:
            NotFoundError: Not the id of a run.
            StoreError: The file is damaged.
        """
        path = self.run_folder(run_id) / "progress.npz"
        return read_progress(path) if path.exists() else None

    def save_result(self, run_id: str, result: RunResult, *, worker_id: str | None = None) -> bool:
        """Keep the result of a run. A reader sees the whole of it or nothing.

        Args:
            run_id: The run.
            result: Every candidate, the design, the fronts.
            worker_id: Keep it only while this worker still holds the run.

        Returns:
            Whether it was kept.

        Raises:
            NotFoundError: There is no such run.
            WorkspaceError: The folder cannot be written.
        """
        self.get_run(run_id)
        name = f"result-{secrets.token_hex(4)}"
        write_result(self.run_folder(run_id) / name, result)
        held = runs.c.run_id == run_id
        if worker_id is not None:
            held = sa.and_(held, runs.c.worker_id == worker_id, runs.c.status == RunStatus.RUNNING)
        with self.database.writing() as connection:
            kept = connection.execute(
                runs.update().where(held).values(result_folder=name, selected_id=result.collection.selected_id)
            ).rowcount
        for folder in self.run_folder(run_id).glob("result-*"):  # also what a killed worker left unfinished
            if (folder.name == name) is not bool(kept):
                remove_folder(folder)
        return bool(kept)

    def load_result(self, run_id: str) -> RunResult:
        """The result of a run, exactly as it was, with the model the user picked since.

        Raises:
            NotFoundError: There is no such run, or it has no result.
            StoreError: A file is missing, damaged or newer than this version.
        """
        with self.database.reading() as connection:
            found = require_row(connection, runs, run_id)._mapping
        if found["result_folder"] is None:
            raise NotFoundError(
                f"{found['name']} has no result (it is {found['status']}). Wait for it, or start another run."
            )
        result = read_result(self.run_folder(run_id) / found["result_folder"], found["name"])
        picked = dataclasses.replace(result.collection, selected_id=found["selected_id"])
        return dataclasses.replace(result, collection=picked)

    def select_model(self, run_id: str, solution_id: str | None) -> None:
        """Remember the model the user picked.

        Args:
            run_id: The run.
            solution_id: ``<trial>_<iteration>``; None goes back to the recommended one.

        Raises:
            NotFoundError: There is no such run.
        """
        self._change_run(run_id, {"selected_id": solution_id})

    def _change_run(self, run_id: str, values: dict[str, object]) -> None:
        with self.database.writing() as connection:
            changed = connection.execute(runs.update().where(runs.c.run_id == run_id).values(**values)).rowcount
        if not changed:
            raise missing("run", run_id)
