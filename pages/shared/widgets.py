"""Small pieces every page is made of: where you are, the next step, charts with their data, safe text and tables."""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, NoReturn

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from mmm_core.charts.theme import Theme, take_title
from mmm_core.entities.columns import Frequency
from mmm_core.entities.findings import IngestResult
from mmm_core.entities.records import ProjectRecord, RunRecord
from mmm_core.entities.spreadsheet import safe_for_spreadsheet
from pages.shared import session
from pages.shared.routes import Route

FREQUENCY_WORDS = {Frequency.DAY: "daily", Frequency.WEEK: "weekly", Frequency.MONTH: "monthly"}

_LIST_MARK = re.compile(r"^(\s*\d*)([-+.)])")
"""What would make a list or a rule of a line that begins with it."""

_MARKDOWN = "\\`*_[]<>#|~$:&"


class NextStep(NamedTuple):
    """The one primary button of a page.

    Attributes:
        label: What happens, in the words of the user.
        route: The page it goes to.
        why_not: Why it cannot be pressed yet; empty when it can.
        run_id: The run that is opened by it; None leaves open what is.
    """

    label: str
    route: Route
    why_not: str = ""
    run_id: str | None = None


class Crumb(NamedTuple):
    """One part of the line that says where you are."""

    text: str
    route: Route | None = None
    query: Mapping[str, str] = {}


def header(title: str, crumbs: Sequence[Crumb], subtitle: str = "") -> None:
    """Top of every page: the line that says where you are, then the heading."""
    breadcrumb(*crumbs)
    page_title(title, subtitle)


def project_crumbs(
    project: ProjectRecord, upload: IngestResult | None = None, *, is_current: bool = True
) -> list[Crumb]:
    """The first parts of the line: the project and its data; no link when they are those of a run, kept as they were."""
    here = session.address_of(project=project.project_id)
    crumbs = [Crumb(project.name, Route.HOME)]
    if upload is not None:
        frequency = f"{FREQUENCY_WORDS[upload.frequency]}, " if upload.frequency else ""
        crumbs.append(Crumb(f"{frequency}{len(upload.table):,} rows", Route.UPLOAD if is_current else None, here))
    return crumbs


def run_crumb(run: RunRecord) -> Crumb:
    """The part of the line that names a run."""
    here = session.address_of(project=run.project_id, run=run.run_id)
    return Crumb(f"{run.name} · {run.n_done:,} models", Route.RUN, here)


def ago(moment: dt.datetime) -> str:
    """``just now``, ``5 minutes ago``, ``yesterday``, then the date."""
    seconds = (dt.datetime.now(dt.UTC) - moment.astimezone(dt.UTC)).total_seconds()
    if seconds < 90:
        return "just now"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} minutes ago"
    if seconds < 36 * 3600:
        hours = round(seconds / 3600)
        return f"{hours} hour{'' if hours == 1 else 's'} ago"
    if seconds < 7 * 86400:
        return f"{round(seconds / 86400)} days ago"
    return f"{moment.astimezone():%-d %b %Y}"


def duration(seconds: float) -> str:
    """``about 3 seconds``, ``about 2 minutes``."""
    if seconds < 90:
        whole = max(1, round(seconds))
        return f"about {whole} second{'' if whole == 1 else 's'}"
    if seconds < 90 * 60:
        return f"about {round(seconds / 60)} minutes"
    return f"about {seconds / 3600:.1f} hours"


def page_title(title: str, subtitle: str = "") -> None:
    """The page's heading, and one quiet sentence under it."""
    st.title(title, anchor=False)
    if subtitle:
        st.markdown(f":gray[{subtitle}]")


def breadcrumb(*crumbs: Crumb) -> None:
    """One line on top of the page that says where you are, each part a link where it leads somewhere."""
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key="breadcrumb"):
        for position, crumb in enumerate(crumbs):
            if position:
                st.markdown(":gray[·]", width="content")
            if crumb.route and crumb.route.exists:
                st.page_link(
                    crumb.route.value, label=as_text(truncated(crumb.text, 40)), query_params=dict(crumb.query)
                )
            else:
                st.markdown(f":gray[{as_text(truncated(crumb.text, 40))}]", width="content")


def next_step(step: NextStep, *, key: str = "next_step") -> None:
    """Draw the primary button bottom right; it says why when it cannot be pressed."""
    with st.container(
        horizontal=True, horizontal_alignment="right", vertical_alignment="center", gap="medium", key=f"bar_{key}"
    ):
        if step.why_not:
            st.markdown(f":gray[{as_text(step.why_not)}]", width="content")
        pressed = st.button(
            step.label,
            key=key,
            type="primary",
            disabled=bool(step.why_not),
            icon=":material/arrow_forward:",
            icon_position="right",
        )
    if pressed:
        if step.run_id is not None:
            session.open_run(step.run_id)
        go_to(step.route)


def go_to(route: Route) -> NoReturn:
    """Change the page and keep what is open."""
    query = {} if route is Route.HOME else session.current_address()
    st.switch_page(route.value, query_params=query)


def current_theme() -> Theme:
    """Light or dark, as the browser shows the page."""
    return Theme.DARK if st.context.theme.type == "dark" else Theme.LIGHT


def is_phone() -> bool:
    """Whether the browser says it runs on a phone; small multiples then stand below each other."""
    return "Mobi" in str(st.context.headers.get("User-Agent") or "")


def chart(
    figure: go.Figure,
    data: pd.DataFrame,
    *,
    key: str,
    file_name: str,
    alt: str,
    on_select: Callable[[], None] | None = None,
) -> None:
    """Draw a figure with its data behind a small button: as a table to read and as CSV to keep.

    Args:
        figure: Already themed (:func:`mmm_core.charts.theme.apply_theme`), with its height set.
        data: What the chart shows, one row per mark.
        key: Unique on the page.
        file_name: Name of the downloads, without ending.
        alt: One sentence for those who cannot see it.
        on_select: Called when a point is clicked; ``st.session_state[key]`` then holds it.
    """
    chart_title(figure)
    st.plotly_chart(
        figure,
        key=key,
        theme=None,
        config=chart_tools(file_name, with_bar=not is_phone()),
        alt=alt,
        height=int(figure.layout.height or 360),
        on_select=on_select or "ignore",
        selection_mode="points",
    )
    _data_behind(data, key=key, file_name=file_name)


def chart_tools(file_name: str, *, with_bar: bool) -> dict[str, object]:
    """What the bar of tools over a chart offers; where nothing hovers it would stand in the picture all the time.

    Args:
        file_name: Of the picture it saves, without ending.
        with_bar: Whether there is one.
    """
    return {
        "displaylogo": False,
        **({} if with_bar else {"displayModeBar": False}),
        "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
        "toImageButtonOptions": {"format": "png", "filename": file_name, "scale": 2},
    }


def chart_title(figure: go.Figure) -> None:
    """Move the title out of a figure into the page, where a long sentence wraps on a narrow screen."""
    title, subtitle = take_title(figure)
    if title:
        quiet = f"  \n:small[:gray[{as_text(subtitle)}]]" if subtitle else ""
        st.markdown(f"**{as_text(title)}**{quiet}")


def table(
    frame: pd.DataFrame,
    *,
    key: str,
    file_name: str,
    column_config: Mapping[str, object] | None = None,
    height: int | None = None,
) -> None:
    """A read-only table with its download.

    Args:
        frame: One row per line.
        key: Unique on the page.
        file_name: Name of the download, without ending.
        column_config: Labels and formats, as ``st.dataframe`` takes them.
        height: Pixels; None fits the rows.
    """
    st.dataframe(frame, key=key, hide_index=True, column_config=dict(column_config or {}), height=height or "auto")
    csv_download(frame, file_name=file_name, key=f"{key}_csv")


def csv_download(frame: pd.DataFrame, *, file_name: str, key: str, label: str = "Download CSV") -> None:
    """A button that downloads a table; the file is written only when it is pressed."""
    st.download_button(
        label,
        lambda: csv_bytes(frame),
        file_name=f"{file_name}.csv",
        mime="text/csv",
        key=key,
        type="tertiary",
        icon=":material/download:",
        on_click="ignore",
    )


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """CSV as spreadsheets open it safely: UTF-8 with a mark, no text that would run as a formula."""
    return safe_for_spreadsheet(frame).to_csv(index=False).encode("utf-8-sig")


def truncated(text: str, limit: int = 32) -> str:
    """Cut a long text in its middle, so that both ends stay readable."""
    if len(text) <= limit:
        return text
    head = limit // 2
    return f"{text[:head]}…{text[len(text) - (limit - 1 - head) :]}"


def file_stem(name: str) -> str:
    """A name as a file name: letters, digits and dashes."""
    kept = "".join(character if character.isalnum() else "-" for character in name.lower())
    return "-".join(part for part in kept.split("-") if part)[:60] or "project"


def as_text(text: str) -> str:
    """Escape what Streamlit's markdown would act on, so that names are shown as they are written."""
    escaped = "".join(f"\\{character}" if character in _MARKDOWN else character for character in text)
    return _LIST_MARK.sub(r"\1\\\2", escaped.replace("\n", " "))


def _data_behind(data: pd.DataFrame, *, key: str, file_name: str) -> None:
    with st.container(horizontal=True, horizontal_alignment="right", key=f"{key}_tools"):
        behind = st.popover(
            "Data",
            icon=":material/table_view:",
            type="tertiary",
            key=f"{key}_data",
            on_change="rerun",
            help="The numbers behind this chart",
        )
        if behind.open:
            with behind:
                table(data, key=f"{key}_table", file_name=file_name)
