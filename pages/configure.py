"""Configure: which column is what, what the model may do, and what it will be."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from mmm_core.charts.outcome_chart import draw_outcome, outcome_points
from mmm_core.engine.draft_compiler import complete_marks
from mmm_core.engine.model_draft import ModelDraft, draft_from_suggestions
from mmm_core.engine.project_file import decode_project
from mmm_core.entities.columns import ColumnRole, OutcomeKind
from mmm_core.entities.findings import IngestResult
from mmm_core.entities.records import ProjectRecord
from mmm_core.entities.settings import Window
from pages.shared import boundary, configure_detect, configure_state, configure_tables, guards, loaders, session
from pages.shared.configure_expert import carry_over_section, search_section
from pages.shared.configure_state import Keys
from pages.shared.configure_summary import problems_and_next_step, summary
from pages.shared.glossary import term
from pages.shared.widgets import as_text, chart, current_theme, file_stem, header, project_crumbs

CURRENCIES = ["EUR", "USD", "GBP", "CHF", "JPY", "CAD", "AUD", "SEK", "NOK", "DKK", "PLN", "CZK", "INR", "BRL", "MXN"]
OUTCOME_WORDS = {OutcomeKind.REVENUE: "Revenue", OutcomeKind.CONVERSION: "Conversions"}
SEARCH_SIZES = ((4, 500), (5, 2000), (10, 5000))
BREAK_EVEN_WORDS = {
    OutcomeKind.REVENUE: {"none": "Not known", "margin": "From the margin", "roas": "From a break-even ROAS"},
    OutcomeKind.CONVERSION: {"none": "Not known", "value": "From the worth of a conversion"},
}


def render() -> None:
    project, upload = guards.require_upload()
    header("Configure", project_crumbs(project, upload))
    draft = configure_state.open_draft(project, upload)
    key = configure_state.keys_of(project)
    left, right = st.columns([2.1, 1], gap="large")
    with left:
        expert = _level(project)
        draft = _columns(draft, upload, key, expert=expert)
        draft = _outcome(draft, key)
        draft = _baseline(draft, key)
        draft = _window(draft, upload, key)
        draft = _models(draft, key) if not expert else draft
        if expert:
            draft = carry_over_section(draft, upload, key)
            draft = search_section(draft, key)
    checked = configure_state.check(draft, upload, project)
    configure_state.keep_draft(project, upload, draft, checked.problems)
    with left:
        configure_detect.panel(checked.data, project.project_id)
    with right, st.container(key="summary", gap="medium"):
        summary(checked.data, checked.trials)
        problems_and_next_step(checked.problems, draft, in_data=checked.in_data)
        with boundary.catching("project file"):
            _project_file(project, upload, draft, is_complete=checked.data is not None)


def _level(project: ProjectRecord) -> bool:
    chosen = st.segmented_control(
        "Level",
        ["Simple", "Expert"],
        default="Expert" if session.is_expert(project.project_id) else "Simple",
        key=f"level_{project.project_id}",
        required=True,
        label_visibility="collapsed",
        help="Simple: what has to be decided. Expert: carry-over, saturation and the search as well.",
    )
    session.set_expert(project.project_id, value=chosen == "Expert")
    return chosen == "Expert"


def _columns(draft: ModelDraft, upload: IngestResult, key: Keys, *, expert: bool) -> ModelDraft:
    st.subheader("Columns", anchor=False, help=term("role"))
    st.markdown(":gray[Filled in as a suggestion. Click a cell to change it.]")
    lines = configure_tables.edit_roles(draft.columns, upload, key("roles"), expert=expert)
    draft = replace(draft, columns=lines)
    _studies_set_aside(draft)
    return draft


def _studies_set_aside(draft: ModelDraft) -> None:
    for study in draft.studies_set_aside:
        gone = ", ".join(as_text(channel) for channel in study.channels if channel not in draft.channels)
        st.info(
            f"The lift study of {study.start} to {study.end} is set aside: {gone} is no channel of the model now. "
            "Give it back its role, and the study is part of the project file again.",
            icon=":material/science:",
        )


def _outcome(draft: ModelDraft, key: Keys) -> ModelDraft:
    st.subheader("Outcome", anchor=False, help=term("outcome"))
    kind_cell, currency_cell, even_cell, number_cell = st.columns([1.2, 1, 1.3, 1.2], vertical_alignment="bottom")
    kind = kind_cell.selectbox(
        "It is counted in",
        list(OUTCOME_WORDS),
        index=list(OUTCOME_WORDS).index(draft.outcome_kind),
        format_func=OUTCOME_WORDS.__getitem__,
        key=key("kind"),
        help=term("outcome_kind"),
    )
    codes = CURRENCIES if draft.currency in CURRENCIES else [draft.currency, *CURRENCIES]
    currency = currency_cell.selectbox(
        "Currency",
        codes,
        index=codes.index(draft.currency),
        key=key("currency"),
        accept_new_options=True,
        help="Of the spend, and of the outcome when it is revenue.",
    )
    words = BREAK_EVEN_WORDS[kind]
    even_kind = even_cell.selectbox(
        "A channel pays off",
        list(words),
        index=list(words).index(draft.break_even_kind) if draft.break_even_kind in words else 0,
        format_func=words.__getitem__,
        key=key(f"even_kind_{kind.value}"),
        help=term("break_even"),
    )
    draft = replace(draft, outcome_kind=kind, currency=(currency or draft.currency).upper(), break_even_kind=even_kind)
    with number_cell:
        return _break_even(draft, key)


def _break_even(draft: ModelDraft, key: Keys) -> ModelDraft:
    if draft.break_even_kind == "roas":
        number = st.number_input("Break-even ROAS", 0.0, None, draft.break_even_roas, step=0.1, key=key("even"))
        return replace(draft, break_even_roas=number)
    if draft.break_even_kind == "margin":
        percent = st.number_input(
            "Margin (%)", 0.1, 100.0, draft.margin * 100, step=1.0, key=key("margin"), help=term("margin")
        )
        return replace(draft, margin=percent / 100)
    if draft.break_even_kind == "value":
        label = f"One is worth ({draft.currency})"
        value = st.number_input(label, 0.0, None, draft.conversion_value, step=1.0, key=key("value"))
        return replace(draft, conversion_value=value)
    return draft


def _baseline(draft: ModelDraft, key: Keys) -> ModelDraft:
    st.subheader("Baseline", anchor=False, help=term("baseline"))
    with st.container(horizontal=True, gap="large", vertical_alignment="center"):
        trend = st.toggle("Trend", draft.trend, key=key("trend"), help=term("trend"))
        season = st.toggle("Season", draft.season, key=key("season"), help=term("season"))
        weekday = st.toggle("Weekday", draft.weekday, key=key("weekday"), help=term("weekday"))
    names = loaders.country_names()
    codes = ["", *names] if draft.holidays in ("", *names) else ["", draft.holidays, *names]
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        country = st.selectbox(
            "Public holidays of",
            codes,
            index=codes.index(draft.holidays),
            format_func=lambda code: f"{names.get(code, code)} ({code})" if code else "no country",
            key=key("holidays"),
            disabled=draft.own_calendar,
            width=320,
        )
        own = st.toggle("Own calendar instead", draft.own_calendar, key=key("own"), help=term("calendar"))
    calendar = draft.calendar
    if own:
        calendar = configure_tables.own_calendar(draft.calendar, key)
    return replace(
        draft, trend=trend, season=season, weekday=weekday, holidays=country, own_calendar=own, calendar=calendar
    )


def _window(draft: ModelDraft, upload: IngestResult, key: Keys) -> ModelDraft:
    st.subheader("Window and one-off periods", anchor=False, help=term("window"))
    dates = _dates(draft, upload)
    if dates is None:
        st.markdown(":gray[Give one column the role date to choose the window.]")
        return draft
    first, last = dates.min().date(), dates.max().date()
    chosen = (draft.window_start or first, draft.window_end or last)
    ends = (min(first, *chosen), max(last, *chosen))  # a project file's window may reach outside; it is shown as it is
    with st.container(horizontal=True, gap="medium"):
        start = st.date_input("From", chosen[0], *ends, key=key("from"), format="YYYY-MM-DD", width=180)
        end = st.date_input("To", chosen[1], *ends, key=key("to"), format="YYYY-MM-DD", width=180)
    whole = (start, end) == (first, last)
    draft = replace(draft, window_start=None if whole else start, window_end=None if whole else end)
    picture = st.container()
    st.markdown("**One-off periods**", help=term("event"))
    st.markdown(":gray[A stock-out, a lockdown, a strike: explain it by an event of its own, or leave it out.]")
    draft = replace(draft, marks=configure_tables.edit_marks(draft.marks, key("marks"), first, last))
    with picture:
        _outcome_chart(draft, upload, dates)
    return draft


def _outcome_chart(draft: ModelDraft, upload: IngestResult, dates: pd.Series) -> None:
    outcomes = draft.with_role(ColumnRole.OUTCOME)
    name = outcomes[0].column if len(outcomes) == 1 else None
    if name not in upload.table or not pd.api.types.is_numeric_dtype(upload.table[name]):
        st.markdown(":gray[Choose the outcome above to see it here.]")
        return
    start, end = draft.window_start, draft.window_end
    points = outcome_points(
        dates,
        upload.table[name],
        frequency=upload.frequency,
        currency=draft.currency if draft.outcome_kind is OutcomeKind.REVENUE else "",
        window=Window(start=start, end=end) if start and end and start <= end else None,
        marks=complete_marks(draft),
    )
    chart(
        draw_outcome(points, current_theme()),
        pd.DataFrame({"date": points.dates, name: points.amounts}),
        key="window_chart",
        file_name="outcome",
        alt=f"Line of {name} over time with the window",
    )


def _models(draft: ModelDraft, key: Keys) -> ModelDraft:
    st.subheader("Search", anchor=False, help=term("candidate"))
    sizes = {trials * iterations: (trials, iterations) for trials, iterations in SEARCH_SIZES}
    current = draft.trials * draft.iterations
    if sizes.get(current) != (draft.trials, draft.iterations):
        sizes[current] = (draft.trials, draft.iterations)
    chosen = st.segmented_control(
        "Models to try",
        sorted(sizes),
        default=current,
        required=True,
        format_func=lambda size: f"{size:,}",
        key=key("size"),
        help="More models settle more firmly; 10,000 is enough for most data.",
    )
    trials, iterations = sizes[chosen or current]
    return replace(draft, trials=trials, iterations=iterations)


def _dates(draft: ModelDraft, upload: IngestResult) -> pd.Series | None:
    chosen = draft.with_role(ColumnRole.DATE)
    if len(chosen) != 1 or chosen[0].column not in upload.table:
        return None
    dates = upload.table[chosen[0].column]
    return dates if pd.api.types.is_datetime64_any_dtype(dates) and dates.notna().any() else None


def _project_file(project: ProjectRecord, upload: IngestResult, draft: ModelDraft, *, is_complete: bool) -> None:
    with st.expander("Project file", icon=":material/description:"):
        st.markdown(
            ":gray[Everything on this page as a text file: runs the same here, in a script and on a scheduler.]"
        )
        text = loaders.workspace().load_project_file(project.project_id) if is_complete else None
        st.download_button(
            "Save as project file",
            text or "",
            file_name=f"{file_stem(project.name)}.yaml",
            mime="application/yaml",
            icon=":material/download:",
            disabled=text is None,
            on_click="ignore",
            key="save_project_file",
        )
        file = st.file_uploader("Load a project file", type=["yaml", "yml", "json"], key=f"load_{project.project_id}")
        if file is not None and session.recall("configure.taken") != file.file_id:
            loaded, notes = configure_state.draft_from_file(decode_project(file.getvalue(), file.name), upload)
            session.remember("configure.taken", file.file_id)
            configure_state.replace_draft(project, upload, loaded)
            session.flash("Project file loaded" + (f". {' '.join(notes)}" if notes else ""))
            st.rerun()
        if st.button("Start again from the suggestions", type="tertiary", icon=":material/restart_alt:", key="reset"):
            fresh = replace(draft_from_suggestions(upload, name=project.name), studies=draft.studies)
            configure_state.replace_draft(project, upload, fresh)
            st.rerun()


with boundary.page("Configure"):
    render()
