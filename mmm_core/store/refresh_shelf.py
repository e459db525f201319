"""Refreshes: runs that carry a finished result on with new rows, what they were asked, and why their answer moved."""

from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from mmm_core.entities.findings import IngestResult
from mmm_core.entities.mmmdata_collection import hash_table
from mmm_core.entities.records import RefreshDecision, RunRecord, RunStatus
from mmm_core.entities.refresh import ModelRefreshConfig, RefreshReport
from mmm_core.errors import NotFoundError, StoreError
from mmm_core.store.atomic_files import explained, write_atomically
from mmm_core.store.codec import FORMAT_VERSION, decode, dump_json, load_json, require_known_format
from mmm_core.store.project_shelf import read_upload, write_upload
from mmm_core.store.refresh_codec import read_report, report_document
from mmm_core.store.run_shelf import RunShelf
from mmm_core.store.shelf import require_row
from mmm_core.store.tables import runs


class RefreshShelf(RunShelf):
    """The refreshes of a workspace."""

    def enqueue_refresh(
        self, previous_run_id: str, upload: IngestResult, project_file: str, config: ModelRefreshConfig, n_planned: int
    ) -> RunRecord:
        """Put a refresh into the queue; neither the run it refreshes nor the project changes.

        Args:
            previous_run_id: The run whose result is carried on.
            upload: The full new table with what was found in it.
            project_file: The project file (YAML) of the refresh, exactly.
            config: Steps, mode and search of the refresh.
            n_planned: Candidates asked for.

        Raises:
            NotFoundError: There is no such run.
            StoreError: It has no result to refresh.
        """
        with self.database.reading() as connection:
            previous = require_row(connection, runs, previous_run_id)._mapping
        if previous["result_folder"] is None:
            raise StoreError(
                f"{previous['name']} has no result (it is {previous['status']}), so there is nothing to refresh. Open a "
                "finished run."
            )
        asked = {
            "refreshed_from": previous_run_id,
            "refresh_config": dump_json({"format_version": FORMAT_VERSION, "config": config}).decode(),
        }
        return self._enqueue(
            previous["project_id"], upload, project_file, n_planned, name="Refresh {number}", refresh=asked
        )

    def load_refresh_config(self, run_id: str) -> ModelRefreshConfig:
        """What a refresh was asked.

        Raises:
            NotFoundError: There is no such run, or it is no refresh.
            StoreError: A newer version wrote it.
        """
        with self.database.reading() as connection:
            found = require_row(connection, runs, run_id)._mapping
        if found["refresh_config"] is None:
            raise NotFoundError(f"{found['name']} is no refresh of another run.")
        document = load_json(str(found["refresh_config"]).encode(), f"The request of {found['name']}")
        require_known_format(document, f"The request of {found['name']}")
        return decode(ModelRefreshConfig, document["config"])

    def save_refresh_data(self, run_id: str, n_rows: int, project_file: str, *, worker_id: str) -> bool:
        """Keep what a refresh really modelled: rows after its window are not seen, and the window has moved.

        The whole new table stays beside it, for the project that accepts the refresh; so does what was asked, for a worker that
        has to begin again because this one ended before the result was kept.

        Args:
            run_id: The refresh.
            n_rows: So many rows of its table, from the first, were used.
            project_file: The project file (YAML) with the window of the result.
            worker_id: Keep it only while this worker still holds the run.

        Returns:
            Whether it was kept.

        Raises:
            NotFoundError: There is no such run.
        """
        whole = self.load_refresh_upload(run_id)
        used = replace(whole, table=whole.table.iloc[:n_rows], rows=whole.rows[:n_rows])
        held = sa.and_(runs.c.run_id == run_id, runs.c.worker_id == worker_id, runs.c.status == RunStatus.RUNNING)
        values = {"project_file": project_file, "table_hash": hash_table(used.table)}
        with self.database.writing() as connection:
            asked = require_row(connection, runs, run_id)._mapping["project_file"]
            if not connection.execute(runs.update().where(held).values(**values)).rowcount:
                return False
            if not self._asked_file(run_id).exists():
                write_atomically(self._asked_file(run_id), str(asked).encode())
            if n_rows < len(whole.table):
                write_atomically(self._whole_table_file(run_id), lambda file: write_upload(whole, file))
                write_atomically(self.run_folder(run_id) / "table.parquet", lambda file: write_upload(used, file))
        return True

    def load_refresh_request(self, run_id: str) -> str:
        """The project file of a refresh as it was queued, also after :meth:`save_refresh_data` has replaced it.

        Raises:
            NotFoundError: There is no such run.
        """
        path = self._asked_file(run_id)
        if not path.exists():
            return self.get_run(run_id).project_file
        with explained(path):
            return path.read_text(encoding="utf-8")

    def load_refresh_upload(self, run_id: str) -> IngestResult:
        """The whole new table a refresh was given, rows it left for the next one included.

        Raises:
            NotFoundError: There is no such run.
            StoreError: The file is damaged.
        """
        return read_upload(self._whole_table_file(run_id)) or self.load_run_upload(run_id)

    def refresh_chain(self, run_id: str) -> list[RunRecord | None]:
        """A run and what it goes back to, newest first; None at the end where a run was deleted.

        Raises:
            NotFoundError: There is no such run.
        """
        chain: list[RunRecord | None] = [record := self.get_run(run_id)]
        while record.refreshed_from is not None:
            try:
                record = self.get_run(record.refreshed_from)
            except NotFoundError:
                return [*chain, None]
            chain.append(record)
        return chain

    def decide_refresh(self, run_id: str, decision: RefreshDecision, *, project_file: str | None = None) -> None:
        """Accept a refresh, so that the project works with its data and settings, or set it aside; both results stay.

        Args:
            run_id: A refresh with a result.
            decision: The last one counts.
            project_file: What the project works with once it is accepted; None means exactly what the refresh modelled.

        Raises:
            NotFoundError: There is no such run.
            StoreError: It has no result, or is no refresh.
        """
        with self.database.reading() as connection:
            found = require_row(connection, runs, run_id)._mapping
        if found["refreshed_from"] is None or found["result_folder"] is None:
            raise StoreError(f"{found['name']} is no refresh with a result, so there is nothing to decide about.")
        if decision is RefreshDecision.ACCEPTED:
            now_used, wanted = self.load_upload(found["project_id"]), self.load_refresh_upload(run_id)
            if now_used is None or hash_table(now_used.table) != hash_table(wanted.table):
                self.replace_upload(found["project_id"], wanted)
            self.save_project_file(found["project_id"], project_file or found["project_file"])
        self._change_run(run_id, {"refresh_decision": decision})

    def save_refresh_report(self, run_id: str, report: RefreshReport, *, worker_id: str | None = None) -> bool:
        """Keep why the answer of a refresh moved, before its result.

        Args:
            run_id: The refresh.
            report: What moved, and the causes.
            worker_id: Keep it only while this worker still holds the run.

        Returns:
            Whether it was kept.

        Raises:
            NotFoundError: There is no such run.
        """
        with self.database.reading() as connection:
            held = require_row(connection, runs, run_id)._mapping["worker_id"]
        if worker_id is not None and held != worker_id:
            return False
        write_atomically(
            self._report_file(run_id), dump_json({"format_version": FORMAT_VERSION, "report": report_document(report)})
        )
        return True

    def load_refresh_report(self, run_id: str) -> RefreshReport | None:
        """Why the answer of a refresh moved; None when that was not found out.

        Raises:
            StoreError: The file is damaged or newer than this version.
        """
        path = self._report_file(run_id)
        if not path.exists():
            return None
        with explained(path):
            document = load_json(path.read_bytes(), "The report of the refresh")
        require_known_format(document, "The report of the refresh")
        return read_report(document["report"])

    def keep_new_rows(self, project_id: str, upload: IngestResult | None) -> None:
        """Keep the file that was dropped for the next refresh until it is used; None forgets it.

        Raises:
            NotFoundError: There is no such project.
        """
        self.get_project(project_id)
        if upload is None:
            self._new_rows_file(project_id).unlink(missing_ok=True)
        else:
            write_atomically(self._new_rows_file(project_id), lambda file: write_upload(upload, file))

    def load_new_rows(self, project_id: str) -> IngestResult | None:
        """The file that was dropped for the next refresh; None when none waits.

        Raises:
            NotFoundError: There is no such project.
            StoreError: The file is damaged or newer than this version.
        """
        self.get_project(project_id)
        return read_upload(self._new_rows_file(project_id))

    def new_rows_version(self, project_id: str) -> int:
        """A number that changes whenever another file is kept; 0 without one."""
        try:
            return self._new_rows_file(project_id).stat().st_mtime_ns
        except FileNotFoundError:
            return 0

    def _whole_table_file(self, run_id: str) -> Path:
        return self.run_folder(run_id) / "whole_table.parquet"

    def _asked_file(self, run_id: str) -> Path:
        return self.run_folder(run_id) / "asked.yaml"

    def _new_rows_file(self, project_id: str) -> Path:
        return self.project_folder(project_id) / "new_rows.parquet"

    def _report_file(self, run_id: str) -> Path:
        return self.run_folder(run_id) / "refresh.json"
