"""The editable tables of Configure: roles, one-off periods, own calendar; each takes lines and answers the edited ones."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import TypeVar, cast

import pandas as pd
import streamlit as st

from mmm_core.engine.calendar_file import read_calendar
from mmm_core.engine.model_draft import ColumnDraft, MarkDraft
from mmm_core.entities.columns import AdstockKind, ColumnRole, Sign
from mmm_core.entities.findings import IngestResult
from mmm_core.entities.settings import Holiday, Treatment
from pages.shared import boundary, session
from pages.shared.configure_state import Keys
from pages.shared.glossary import term
from pages.shared.widgets import as_text

T = TypeVar("T")
D = TypeVar("D")

ROLE_WORDS = {
    ColumnRole.DATE: "date",
    ColumnRole.OUTCOME: "outcome",
    ColumnRole.PAID_SPEND: "paid spend",
    ColumnRole.EXPOSURE: "exposure",
    ColumnRole.ORGANIC: "organic media",
    ColumnRole.CONTEXT: "context",
    ColumnRole.IGNORE: "ignore",
}
SIGN_WORDS = {Sign.DEFAULT: "usual", Sign.POSITIVE: "only up", Sign.NEGATIVE: "only down"}
ADSTOCK_WORDS = {
    AdstockKind.GEOMETRIC: "geometric",
    AdstockKind.WEIBULL_CDF: "Weibull CDF",
    AdstockKind.WEIBULL_PDF: "Weibull PDF",
}
TREATMENT_WORDS = {Treatment.EVENT: "one-off event", Treatment.LEAVE_OUT: "leave out"}
AS_MODEL = "as the model"
ROW_HEIGHT = 35


def edit_roles(
    lines: Sequence[ColumnDraft], upload: IngestResult, key: str, *, expert: bool
) -> tuple[ColumnDraft, ...]:
    """The roles table: one line per column of the file."""
    columns = [line.column for line in lines]
    reasons = {suggestion.column: suggestion.reason for suggestion in upload.suggestions}
    base = editor_base(key, lambda: _role_frame(lines, reasons))
    edited = st.data_editor(
        base,
        key=key,
        hide_index=True,
        height=min(len(base) + 1, 16) * ROW_HEIGHT + 3,
        row_height=ROW_HEIGHT,
        placeholder="",
        disabled=["column", "reason"],
        column_order=["column", "role", "pairs_with", "sign", *(["adstock"] if expert else []), "reason"],
        column_config={
            "column": st.column_config.TextColumn("Column", pinned=True, width=_width_of(columns)),
            "role": _choice("Role", list(ROLE_WORDS.values()), term("role"), 125, required=True),
            "pairs_with": _choice("Exposure of", columns, "The spend an exposure belongs to; only for exposures.", 130),
            "sign": _choice("May push", list(SIGN_WORDS.values()), term("sign"), 105, required=True),
            "adstock": _choice("Carry-over", [AS_MODEL, *ADSTOCK_WORDS.values()], term("adstock"), 120, required=True),
            "reason": st.column_config.TextColumn("Suggested because", width=230),
        },
        alt="Role of every column",
    )
    return tuple(_column_from(row) for row in edited.to_dict("records"))


def edit_marks(lines: Sequence[MarkDraft], key: str, first: dt.date, last: dt.date) -> tuple[MarkDraft, ...]:
    """The table of one-off periods; a line may be unfinished."""
    edited = st.data_editor(
        editor_base(key, lambda: _mark_frame(lines)),
        key=key,
        hide_index=True,
        num_rows="dynamic",
        row_height=ROW_HEIGHT,
        placeholder="",
        column_config={
            "start": st.column_config.DateColumn("First day", min_value=first, max_value=last, width=115),
            "end": st.column_config.DateColumn("Last day", min_value=first, max_value=last, width=115),
            "reason": st.column_config.TextColumn("Reason", max_chars=120, width=280),
            "treatment": st.column_config.SelectboxColumn(
                "What to do",
                options=list(TREATMENT_WORDS.values()),
                default=TREATMENT_WORDS[Treatment.EVENT],
                required=True,
                help=term("leave_out"),
                width=130,
            ),
        },
        alt="One-off periods",
    )
    return tuple(mark for row in edited.to_dict("records") if (mark := _mark_from(row)) is not None)


def own_calendar(days: tuple[Holiday, ...], key: Keys) -> tuple[Holiday, ...]:
    """The calendar's table with a drop zone that fills it."""
    version = session.generation(key("calendar"))
    label = "Fill it from a CSV or Excel file with a day and a name per line"
    file = st.file_uploader(label, type=["csv", "xlsx"], key=key("calendar_file"))
    if file is not None and session.recall("calendar.taken") != file.file_id:
        session.remember("calendar.taken", file.file_id)
        session.forget(key("calendar_notes"))
        with boundary.catching("calendar"):
            days, notes = read_calendar(file.getvalue())
            session.remember(key("calendar_notes"), notes)
            session.start_afresh(key("calendar"))
            version += 1
    for note in cast("tuple[str, ...]", session.recall(key("calendar_notes")) or ()):
        st.warning(as_text(note), icon=":material/edit_calendar:")
    return edit_calendar(days, f"{key('calendar')}_{version}")


def edit_calendar(days: Sequence[Holiday], key: str) -> tuple[Holiday, ...]:
    """The user's own special days; unfinished lines are left out until they have a date and a name."""
    frame = pd.DataFrame(
        {
            "date": pd.to_datetime(pd.Series([day.date for day in days], dtype="object")),
            "name": pd.Series([day.name for day in days], dtype="object"),
        }
    )
    edited = st.data_editor(
        editor_base(key, lambda: frame),
        key=key,
        hide_index=True,
        num_rows="dynamic",
        height=260,
        row_height=ROW_HEIGHT,
        placeholder="",
        column_config={
            "date": st.column_config.DateColumn("Day"),
            "name": st.column_config.TextColumn("What it is", max_chars=120, width="large"),
        },
        alt="Own calendar",
    )
    complete = [(_day(row["date"]), _text(row["name"])) for row in edited.to_dict("records")]
    return tuple(Holiday(date=day, name=name) for day, name in complete if day is not None and name)


def editor_base(key: str, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    """What an editor started from: fixed while it is on screen, since its edits are kept relative to it."""
    known = session.recall(f"base.{key}")
    if key in st.session_state and isinstance(known, pd.DataFrame):
        return known
    frame = make()
    session.remember(f"base.{key}", frame)
    return frame


def _width_of(names: Sequence[str]) -> int:
    """Pixels that show the longest name, within reason."""
    return min(max(150, 7 * max(map(len, names), default=0) + 24), 300)


def _choice(label: str, options: list[str], help_text: str, width: int, *, required: bool = False) -> object:
    return st.column_config.SelectboxColumn(label, options=options, help=help_text, required=required, width=width)


def _role_frame(lines: Sequence[ColumnDraft], reasons: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "column": pd.Series([line.column for line in lines], dtype="object"),
            "role": pd.Series([ROLE_WORDS[line.role] for line in lines], dtype="object"),
            "pairs_with": pd.Series([line.pairs_with for line in lines], dtype="object"),
            "sign": pd.Series([SIGN_WORDS[line.sign] for line in lines], dtype="object"),
            "adstock": pd.Series(
                [ADSTOCK_WORDS[line.adstock] if line.adstock else AS_MODEL for line in lines], dtype="object"
            ),
            "reason": pd.Series([reasons.get(line.column, "not in the table") for line in lines], dtype="object"),
        }
    )


def _mark_frame(lines: Sequence[MarkDraft]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "start": pd.to_datetime(pd.Series([line.start for line in lines], dtype="object")),
            "end": pd.to_datetime(pd.Series([line.end for line in lines], dtype="object")),
            "reason": pd.Series([line.reason for line in lines], dtype="object"),
            "treatment": pd.Series([TREATMENT_WORDS[line.treatment] for line in lines], dtype="object"),
        }
    )


def _column_from(row: dict[str, object]) -> ColumnDraft:
    role = _said(ROLE_WORDS, row["role"], ColumnRole.IGNORE)
    pairs_with = _text(row["pairs_with"])
    return ColumnDraft(
        column=str(row["column"]),
        role=role,
        pairs_with=pairs_with or None,
        sign=_said(SIGN_WORDS, row["sign"], Sign.DEFAULT),
        adstock=_said(ADSTOCK_WORDS, row["adstock"], None),
    )


def _mark_from(row: dict[str, object]) -> MarkDraft | None:
    mark = MarkDraft(
        start=_day(row["start"]),
        end=_day(row["end"]),
        reason=_text(row["reason"]),
        treatment=_said(TREATMENT_WORDS, row["treatment"], Treatment.EVENT),
    )
    return mark if mark.start or mark.end or mark.reason else None


def _said(words: dict[T, str], said: object, otherwise: D) -> T | D:
    return next((value for value, word in words.items() if word == said), otherwise)


def _day(value: object) -> dt.date | None:
    if value is None or pd.isna(value):
        return None
    return pd.Timestamp(value).date()


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
