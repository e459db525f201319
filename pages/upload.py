"""Upload: drop a file, see what was found in it, repair it, and look at it."""

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from mmm_core.charts.outcome_chart import draw_outcome, outcome_points
from mmm_core.charts.spend_chart import draw_spend, spend_frame, spend_points
from mmm_core.engine.ingest import read_table, template_csv
from mmm_core.engine.model_summary import describe_upload
from mmm_core.engine.settings_suggestion import outcome_kind
from mmm_core.entities.columns import ColumnRole, OutcomeKind
from mmm_core.entities.findings import IngestResult
from mmm_core.entities.records import ProjectRecord
from mmm_core.errors import MMMError
from pages.shared import boundary, guards, loaders, session
from pages.shared.routes import Route
from pages.shared.upload_findings import draw_findings
from pages.shared.widgets import (
    NextStep,
    as_text,
    chart,
    current_theme,
    header,
    is_phone,
    next_step,
    project_crumbs,
    truncated,
)

LIMIT_MB = 50
FIRST_ROWS = 12


def render() -> None:
    project = guards.require_project()
    upload = loaders.upload(project)
    header("Upload", project_crumbs(project, upload))
    _drop_zone(project, has_data=upload is not None)
    _previous_data(project)
    if upload is None:
        _what_is_expected()
        next_step(NextStep("Configure", Route.CONFIGURE, "Drop a file first."))
        return
    st.markdown(f"#### {as_text(describe_upload(upload))}")
    _findings(project, upload)
    _pictures(upload)
    _first_rows(upload)
    blocked = "" if upload.is_usable else "Mend what is marked first, or correct the file and drop it again."
    next_step(NextStep("Configure", Route.CONFIGURE, blocked))


def _drop_zone(project: ProjectRecord, *, has_data: bool) -> None:
    label = "Drop another file to replace the data" if has_data else "Drop a CSV or Excel file"
    place = "drop_again" if has_data else "drop_first"
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key=place):
        file = st.file_uploader(
            label,
            type=["csv", "tsv", "txt", "xlsx"],
            key=f"upload_{project.project_id}",
            max_upload_size=LIMIT_MB,
            help=f"Up to {LIMIT_MB} MB. Any separator, encoding and decimal mark.",
        )
        st.download_button(
            "Download a template",
            template_csv,
            file_name="mmm_template.csv",
            mime="text/csv",
            key="template",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
        )
    if file is not None and session.recall("upload.taken") != file.file_id:
        session.remember("upload.taken", file.file_id)
        _take(project, file)
    refusal = session.recall(f"upload.refusal.{project.project_id}")
    if isinstance(refusal, MMMError):
        kept = " Your previous data are kept." if has_data else ""
        boundary.show_problems(refusal, f"This file cannot be used.{kept}")


def _take(project: ProjectRecord, file: UploadedFile) -> None:
    session.forget(f"upload.refusal.{project.project_id}")
    session.forget("upload.before")
    try:
        with st.spinner("Reading the file …"):
            result = read_table(file.getvalue(), name=file.name)
            loaders.workspace().replace_upload(project.project_id, result)
    except MMMError as error:
        session.remember(f"upload.refusal.{project.project_id}", error)
        return
    session.start_afresh("configure")
    st.rerun()


def _previous_data(project: ProjectRecord) -> None:
    """The way back when the file dropped last was the wrong one."""
    before = loaders.previous_upload(project)
    if before is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        what = as_text(f"{truncated(before.source_name, 40) or 'a table'}, {len(before.table):,} rows")
        st.markdown(f":gray[Before: {what}]", width="content")
        st.button(
            "Back to the previous data",
            key="previous_data",
            type="tertiary",
            icon=":material/undo:",
            on_click=_go_back,
            args=(project,),
        )


@boundary.callback("The previous data could not be brought back")
def _go_back(project: ProjectRecord) -> None:
    loaders.workspace().restore_upload(project.project_id)
    session.forget("upload.before")
    session.start_afresh("configure")


def _what_is_expected() -> None:
    with st.container(border=True):
        st.markdown("**What the file should hold**")
        st.markdown(
            "- one row per day, week or month, at least two years of weeks if you can\n"
            "- a date column, and the outcome you want to explain: revenue or conversions\n"
            "- what you spent on each channel, one column per channel, 0 where there was none\n"
            "- if you have them: impressions or clicks per channel, newsletters and other unpaid media, "
            "prices, promotions, competitors"
        )


def _findings(project: ProjectRecord, upload: IngestResult) -> None:
    _undo(project)

    def keep(mended: IngestResult) -> None:
        session.remember("upload.before", (project.project_id, upload))
        loaders.workspace().save_upload(project.project_id, mended)
        session.start_afresh("configure")

    draw_findings(upload, keep)


def _undo(project: ProjectRecord) -> None:
    before = session.recall("upload.before")
    if not isinstance(before, tuple) or before[0] != project.project_id:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(":green-badge[:material/check: Repaired]", width="content")
        if st.button("Undo", key="undo_repair", type="tertiary", icon=":material/undo:"):
            loaders.workspace().save_upload(project.project_id, before[1])
            session.forget("upload.before")
            session.start_afresh("configure")
            st.rerun()


def _pictures(upload: IngestResult) -> None:
    roles = {role: [s.column for s in upload.suggestions if s.role is role] for role in ColumnRole}
    numeric = {name for name in upload.table.columns if pd.api.types.is_numeric_dtype(upload.table[name])}
    dates = next((upload.table[name] for name in roles[ColumnRole.DATE]), None)
    if dates is None or not pd.api.types.is_datetime64_any_dtype(dates):
        return
    for outcome in (name for name in roles[ColumnRole.OUTCOME] if name in numeric):
        points = outcome_points(
            dates, upload.table[outcome], frequency=upload.frequency, currency=_currency_of(outcome, upload)
        )
        chart(
            draw_outcome(points, current_theme()),
            pd.DataFrame({"date": points.dates, outcome: points.amounts}),
            key="outcome",
            file_name="outcome",
            alt=f"Line of {outcome} over time",
        )
    paid = [name for name in roles[ColumnRole.PAID_SPEND] if name in numeric]
    if paid:
        spend = spend_points(dates, upload.table[paid], currency=upload.currency or "")
        chart(
            draw_spend(spend, current_theme(), columns=1 if is_phone() else 3),
            spend_frame(spend),
            key="spend",
            file_name="spend",
            alt="Spend over time, one panel per channel",
        )


def _currency_of(outcome: str, upload: IngestResult) -> str:
    """The currency when the outcome is money, else nothing."""
    return (upload.currency or "") if outcome_kind(outcome) is OutcomeKind.REVENUE else ""


def _first_rows(upload: IngestResult) -> None:
    with st.expander(
        f"First {min(FIRST_ROWS, len(upload.table))} of {len(upload.table):,} rows", icon=":material/table_rows:"
    ):
        dates = [name for name in upload.table if pd.api.types.is_datetime64_any_dtype(upload.table[name])]
        look = {name: st.column_config.DateColumn(format="YYYY-MM-DD") for name in dates}
        st.dataframe(upload.table.head(FIRST_ROWS), key="first_rows", hide_index=True, column_config=look)


with boundary.page("Upload"):
    render()
