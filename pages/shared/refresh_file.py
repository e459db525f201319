"""The file with new rows: dropped, read with the project's repairs, compared with what the old result saw."""

from dataclasses import replace

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from mmm_core.charts.refresh_words import changed_frame, history_sentence, new_sentence
from mmm_core.engine.ingest import read_table, repeat_fitting_repairs
from mmm_core.entities.findings import AppliedRepair, Finding, IngestResult, Severity
from mmm_core.entities.mmmdata_collection import hash_table
from mmm_core.entities.naming import join_words
from mmm_core.entities.records import ProjectRecord, RunRecord
from mmm_core.entities.refresh import MissingColumn, RefreshCheck
from mmm_core.errors import MMMError
from pages.shared import boundary, loaders, session
from pages.shared.refresh_state import RefreshForm, forget_file, refusal_key, unused_key
from pages.shared.upload_findings import draw_findings
from pages.shared.widgets import as_text, table, truncated

LIMIT_MB = 50
_SHOWN_DAYS = 6


def drop_zone(project: ProjectRecord, run: RunRecord, *, has_file: bool) -> None:
    """Draw the place for the file, and why the last one could not be read."""
    label = "Drop another file instead" if has_file else "Drop the file with the new rows"
    with st.container(key="drop_again" if has_file else "drop_first"):
        file = st.file_uploader(
            label,
            type=["csv", "tsv", "txt", "xlsx"],
            key=f"new_rows_{project.project_id}_{session.generation('new_rows')}",
            max_upload_size=LIMIT_MB,
            help="The whole table again: the history and the new rows below it. Read and repaired as on Upload.",
        )
    if file is not None and session.recall("refresh.taken") != file.file_id:
        session.remember("refresh.taken", file.file_id)
        _take(project, run, file)
    refusal = session.recall(refusal_key(project))
    if isinstance(refusal, MMMError):
        kept = " The file before it is kept." if has_file else " Nothing has changed."
        boundary.show_problems(refusal, f"This file cannot be used.{kept}")
    if not has_file:
        _use_project_data(project, run)


def what_is_new(project: ProjectRecord, upload: IngestResult, check: RefreshCheck) -> None:
    """Draw what the file brings: new periods, what was found while reading it, what cannot be done with it."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.markdown(f"#### {as_text(new_sentence(check))}", width="stretch")
        if st.button("Forget this file", key="forget_file", type="tertiary", icon=":material/close:"):
            forget_file(project)
            session.start_afresh("new_rows")
            st.rerun()
    what = f"{truncated(upload.source_name, 40) or 'a table'}, {len(upload.table):,} rows"
    st.markdown(as_text(f"{what}. {history_sentence(check)}"))
    if check.added:
        named = [truncated(name, 30) for name in check.added[:_SHOWN_DAYS]]
        more = [f"{len(check.added) - _SHOWN_DAYS} more"] if len(check.added) > _SHOWN_DAYS else []
        st.caption(as_text(f"New columns that a refresh does not use: {join_words([*named, *more])}. A new model can."))
    _refusals(project, upload, check)
    _unused(project)
    if upload.findings:
        draw_findings(upload, lambda mended: loaders.workspace().keep_new_rows(project.project_id, mended))


def accept_history(project: ProjectRecord, check: RefreshCheck, form: RefreshForm, version: int) -> RefreshForm:
    """Draw what changed in the history, from what to what, and the box that accepts it."""
    if not check.has_revisions or not check.n_new:
        return form
    with st.container(border=True, gap="small", key="revised_history"):
        st.markdown(":orange[:material/history:] **The history is not what the old result saw**")
        if check.lost:
            shown = ", ".join(f"{day:%-d %b %Y}" for day in check.lost[:_SHOWN_DAYS])
            more = ", …" if len(check.lost) > _SHOWN_DAYS else ""
            st.markdown(as_text(f"Gone: {shown}{more}."))
        if check.changed:
            rows = changed_frame(check)
            table(
                rows,
                key="changed_cells",
                file_name="changed history",
                height=min(38 + 35 * len(rows), 260),
                column_config={
                    "date": st.column_config.DateColumn("Period", format="YYYY-MM-DD"),
                    "column": "Column",
                    "before": st.column_config.TextColumn("Before"),
                    "now": st.column_config.TextColumn("Now"),
                },
            )
        accepted = st.checkbox(
            "The new file is right: refresh with the changed history",
            value=form.accepted == version,
            key=f"accept_history_{project.project_id}_{version}",
            help="What this alone moves is shown apart from everything else.",
        )
    return replace(form, accepted=version if accepted else 0)


def _take(project: ProjectRecord, run: RunRecord, file: UploadedFile) -> None:
    session.forget(refusal_key(project))
    try:
        with st.spinner("Reading the file …"):
            read = read_table(file.getvalue(), name=file.name)
            mended, unused = repeat_fitting_repairs(read, loaders.request(run).repairs)
            loaders.workspace().keep_new_rows(project.project_id, mended)
    except MMMError as error:
        session.remember(refusal_key(project), error)
        return
    session.remember(unused_key(project), unused)
    st.rerun()


def _use_project_data(project: ProjectRecord, run: RunRecord) -> None:
    """Offer the table of the project when it is not the one the old result saw."""
    upload = loaders.upload(project)
    if upload is None or not upload.is_usable or hash_table(upload.table) == run.table_hash:
        return
    name = truncated(upload.source_name, 30) or "a table"
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        said = f"The project's data are newer than this result: {name}, {len(upload.table):,} rows."
        st.markdown(f":gray[{as_text(said)}]", width="content")
        if st.button("Use them", key="use_project_data", type="tertiary", icon=":material/database:"):
            loaders.workspace().keep_new_rows(project.project_id, upload)
            st.rerun()


def _refusals(project: ProjectRecord, upload: IngestResult, check: RefreshCheck) -> None:
    """Why it cannot be done, with the button for a column that only has another name now."""
    if not check.problems or not (upload.is_usable or check.missing):
        return  # what has to be mended first stands among the findings, with its repair
    lines = "\n".join(f"- {as_text(problem)}" for problem in check.problems)
    st.error(f"**The result cannot be refreshed with this file**\n\n{lines}", icon=":material/error:")
    for column in check.missing:
        if column.nearest is not None:
            label = f"Take {truncated(column.nearest, 30)} as {truncated(column.name, 30)}"
            if st.button(as_text(label), key=f"rename_{column.name}", icon=":material/edit:"):
                loaders.workspace().keep_new_rows(project.project_id, _renamed(upload, column))
                st.rerun()


def _renamed(upload: IngestResult, column: MissingColumn) -> IngestResult:
    """The file with a column under the name it had before."""
    assert column.nearest is not None, "only offered where there is one"
    said = Finding(
        code="renamed_column",
        severity=Severity.CHANGED,
        message=f"Column {column.nearest!r} taken as {column.name!r}, as the old result calls it.",
    )
    suggestions = tuple(
        replace(
            suggestion,
            column=column.name if suggestion.column == column.nearest else suggestion.column,
            pairs_with=column.name if suggestion.pairs_with == column.nearest else suggestion.pairs_with,
        )
        for suggestion in upload.suggestions
    )
    renamed = upload.table.rename(columns={column.nearest: column.name})
    return replace(upload, table=renamed, suggestions=suggestions, findings=(*upload.findings, said))


def _unused(project: ProjectRecord) -> None:
    unused = session.recall(unused_key(project))
    if not isinstance(unused, tuple) or not unused:
        return
    names = ", ".join(
        f"{repair.repair.value.replace('_', ' ')} in {repair.column or 'the rows'}"
        for repair in unused
        if isinstance(repair, AppliedRepair)
    )
    st.caption(as_text(f"Repairs of the old file that this one did not need: {names}."))
