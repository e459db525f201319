"""The table lift studies are typed into, the file they can be dropped as, and what is said about every line."""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import pandas as pd
import streamlit as st

from mmm_core.charts.study_words import found_words, study_name
from mmm_core.charts.trust_words import return_amount, return_name
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.engine.study_conflicts import implied_return, pair_conflicts
from mmm_core.engine.study_file import read_study_file, study_template
from mmm_core.engine.study_table import AMOUNTS, CheckedLines, StudyLine
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.settings import SCOPES, LiftStudy
from pages.shared import boundary, session
from pages.shared.configure_tables import editor_base
from pages.shared.glossary import term
from pages.shared.study_state import PAGE, Workbench
from pages.shared.widgets import as_text, file_stem

ROW_HEIGHT = 35
USED, DOUBTFUL, UNUSED = (
    ("Used", "green", ":material/check_circle:"),
    ("Used, please check", "orange", ":material/help:"),
    ("Not used yet", "red", ":material/error:"),
)


def edit(bench: Workbench, words: Vocabulary) -> tuple[StudyLine, ...]:
    """Draw the table and the ways to fill it from a file; answers the lines as they are now."""
    lines = _with_dropped(bench)
    key = f"{PAGE}_{bench.project.project_id}_{session.generation(PAGE)}"
    text, currency = st.column_config.TextColumn, words.money(0).replace("0", "").strip()
    edited = st.data_editor(
        editor_base(key, lambda: _frame(lines or (StudyLine(),))),
        key=key,
        num_rows="dynamic",
        row_height=ROW_HEIGHT,
        placeholder="",
        column_config={
            "channels": st.column_config.MultiselectColumn(
                "Channels",
                options=list(bench.data.settings.channels),
                format_func=lambda channel: words.names.get(channel, channel),
                accept_new_options=True,
                width=190,
                help="One, or all that were changed together.",
            ),
            "start": text("First day", width=100, help="Of the test, as 2024-03-04."),
            "end": text("Last day", width=100, help="The last day the change was on."),
            "lift": text(f"Lift ({words.outcome_unit})", width=105, help=term("lift_study")),
            "standard_error": text("Standard error", width=115, help=term("standard_error")),
            "spend": text(f"Spend ({currency})", width=95, help=term("study_spend")),
            "confidence": text("Confidence", width=90, help=term("study_confidence")),
            "scope": st.column_config.SelectboxColumn(
                "Effect", options=list(SCOPES), default=SCOPES[0], width=105, help=term("study_scope")
            ),
        },
        alt="Lift studies, one per line",
    )
    return tuple(_line_from(row) for row in edited.to_dict("records"))


def say_findings(bench: Workbench, lines: Sequence[StudyLine], checked: CheckedLines, words: Vocabulary) -> None:
    """Every line as it was understood, whether it is used, and what is said about it."""
    by_line = {number: [one for one in checked.findings if one.line == number] for number in range(len(lines))}
    with st.container(key="study_findings", gap="xsmall"):
        for number, (line, study) in enumerate(zip(lines, checked.studies, strict=True)):
            if line.is_empty:
                continue
            label, colour, icon = UNUSED if study is None else DOUBTFUL if by_line[number] else USED
            with st.container(border=True, gap="xsmall", key=f"study_line_{number}"):
                with st.container(horizontal=True, gap="small", vertical_alignment="center"):
                    name = _typed_name(line, words) if study is None else study_name(study, words)
                    st.markdown(f"**Line {number + 1}** · {as_text(name)}", width="content")
                    st.badge(label, color=colour, icon=icon)
                if study is not None:
                    st.caption(as_text(_understood(bench.data, study, words)))
                for finding in by_line[number]:
                    st.markdown(f"- {as_text(finding.sentence)}")
    for conflict in pair_conflicts(_with_studies(bench.data, checked.usable)):
        st.warning(as_text(conflict.sentence), icon=":material/call_split:")


def files(bench: Workbench) -> None:
    """The drop zone and the template."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="study_files"):
        with st.popover("Add from a file", icon=":material/upload_file:", key="study_drop"):
            st.markdown("A CSV or Excel file with a line per study. Any separator, decimal mark and way to write days.")
            st.file_uploader("Lift studies", type=["csv", "txt", "xlsx"], key=_file_key(bench))
        st.download_button(
            "Template",
            lambda: study_template(bench.data),
            file_name=f"{file_stem(bench.project.name)}-lift-studies.csv",
            mime="text/csv",
            key="study_template",
            type="tertiary",
            icon=":material/download:",
            on_click="ignore",
        )
    for note in cast("tuple[str, ...]", session.recall(_notes_key(bench)) or ()):
        st.info(as_text(note), icon=":material/upload_file:")


def _with_dropped(bench: Workbench) -> tuple[StudyLine, ...]:
    """The lines, with those of a file that was just dropped behind them."""
    lines, file = bench.lines, st.session_state.get(_file_key(bench))
    if file is None or session.recall("studies.taken") == file.file_id:
        return lines
    session.remember("studies.taken", file.file_id)
    session.forget(_notes_key(bench))
    with boundary.catching("file of lift studies"):
        reading = read_study_file(file.getvalue())
        new = [line for line in reading.lines if line not in lines]
        left = len(reading.lines) - len(new)
        again = (f"{left} of its lines {'was' if left == 1 else 'were'} there already.",) if left else ()
        added = f"{len(new)} line{'' if len(new) == 1 else 's'} added from {file.name}."
        session.remember(_notes_key(bench), (" ".join((added, *again, *reading.notes)),))
        session.start_afresh(PAGE)
        return (*lines, *new)
    return lines


def _understood(data: MMMDataCollection, study: LiftStudy, words: Vocabulary) -> str:
    implied = implied_return(data, study)
    said = found_words(study, words)
    if implied is None:
        return said[:1].upper() + said[1:]
    returned = f"{return_name(words)} {return_amount(implied.roas, words)} ± {return_amount(implied.error, words)}"
    return f"{said[:1].upper()}{said[1:]}. On the {words.money(implied.spend)} of these days: {returned}."


def _typed_name(line: StudyLine, words: Vocabulary) -> str:
    channels = " + ".join(words.names.get(name, name) for name in line.channels)
    days = " – ".join(day for day in (line.start, line.end) if day)
    return " · ".join(part for part in (channels, days) if part) or "no channel and no days yet"


def _with_studies(data: MMMDataCollection, studies: tuple[LiftStudy, ...]) -> MMMDataCollection:
    settings = replace(data.settings, calibration=replace(data.settings.calibration, studies=studies))
    return MMMDataCollection(table=data.table, settings=settings)


def _frame(lines: Sequence[StudyLine]) -> pd.DataFrame:
    texts = ("start", "end", *AMOUNTS, "scope")
    return pd.DataFrame(
        {
            "channels": pd.Series([list(line.channels) for line in lines], dtype="object"),
            **{name: pd.Series([getattr(line, name) for line in lines], dtype="object") for name in texts},
        }
    ).set_index(pd.RangeIndex(1, len(lines) + 1))


def _line_from(row: dict[str, object]) -> StudyLine:
    channels = row["channels"]
    return StudyLine(
        channels=tuple(map(str, channels)) if isinstance(channels, list | tuple) else (),
        start=_text(row["start"]),
        end=_text(row["end"]),
        lift=_text(row["lift"]),
        standard_error=_text(row["standard_error"]),
        spend=_text(row["spend"]),
        confidence=_text(row["confidence"]),
        scope=_text(row["scope"]) or SCOPES[0],
    )


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _file_key(bench: Workbench) -> str:
    return f"studies_file_{bench.project.project_id}"


def _notes_key(bench: Workbench) -> str:
    return f"studies.notes.{bench.project.project_id}"
