"""What was found while reading a file, with a button for each repair; the same on Upload and on Refresh."""

from collections.abc import Callable

import streamlit as st

from mmm_core.engine.ingest import repair
from mmm_core.entities.findings import Finding, IngestResult, Repair, Severity
from pages.shared.widgets import as_text

SHOWN_CELLS = 12
REPAIR_LABELS = {
    Repair.TREAT_AS_ZERO: "Treat as 0",
    Repair.ESTIMATE_VALUES: "Estimate from neighbours",
    Repair.FILL_MISSING_PERIODS: "Add the missing rows",
    Repair.KEEP_FIRST: "Keep the first row",
    Repair.KEEP_LAST: "Keep the last row",
    Repair.IGNORE_COLUMN: "Ignore the column",
}
SEVERITIES = {
    Severity.IMPOSSIBLE: ("Has to be mended before a model can be fitted", ":material/error:", "red"),
    Severity.DOUBTFUL: ("Please check", ":material/help:", "orange"),
    Severity.CHANGED: ("Changed while reading", ":material/check:", "gray"),
}


def draw_findings(upload: IngestResult, mended: Callable[[IngestResult], None]) -> None:
    """Draw every finding by severity.

    Args:
        upload: What was read.
        mended: Takes the table after a repair; the page is then drawn again.
    """
    if not upload.findings:
        st.markdown(":green-badge[:material/check: Nothing to mend]")
        return
    for severity, (heading, icon, colour) in SEVERITIES.items():
        found = [(i, f) for i, f in enumerate(upload.findings) if f.severity is severity]
        if not found:
            continue
        quiet = severity is Severity.CHANGED
        area = st.expander(f"{heading} ({len(found)})", icon=icon) if quiet else st.container(border=True, gap="small")
        with area:
            if not quiet:
                st.markdown(f":{colour}[{icon}] **{heading}**")
            for position, finding in found:
                _finding(upload, finding, position, mended)


def _finding(upload: IngestResult, finding: Finding, position: int, mended: Callable[[IngestResult], None]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(as_text(finding.message), width="stretch")
        if finding.cells and finding.severity is not Severity.CHANGED:
            with st.popover("Where", type="tertiary", key=f"where_{position}"):
                _where(finding)
        for choice in finding.repairs:
            if st.button(REPAIR_LABELS[choice], key=f"repair_{position}_{choice.value}"):
                mended(repair(upload, finding, choice))
                st.rerun()


def _where(finding: Finding) -> None:
    lines = [f"- row {cell.row:,}, {as_text(cell.column)}" for cell in finding.cells[:SHOWN_CELLS]]
    rest = max(finding.n_cells, len(finding.cells)) - len(lines)
    if rest > 0:
        lines.append(f"- and {rest:,} more")
    st.markdown("\n".join(lines))
