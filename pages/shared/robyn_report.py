"""A Robyn model beside itself fitted again: what the file says, the numbers, and what differs and why."""

import pandas as pd
import streamlit as st

from mmm_core.charts.robyn import bounds_frame, error_frame, return_frame, term_frame
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.robyn import Difference, Reproduction, RobynModel
from pages.shared.glossary import sentence
from pages.shared.widgets import as_text, table

_ROW_PIXELS = 35
_MOST_ROWS = 24
_PARAMETERS = ("theta", "alpha", "gamma", "shape", "scale")


def roles(model: RobynModel, *, key: str) -> None:
    """Draw what the file says of every channel."""
    frame = bounds_frame(model)
    labels = {
        "channel": st.column_config.TextColumn("Channel"),
        "modelled": st.column_config.TextColumn("Modelled column", help=sentence("exposure")),
        "sign": st.column_config.TextColumn("Sign", help=sentence("sign")),
        **{
            name: st.column_config.TextColumn(name.capitalize(), help=sentence(name))
            for name in _PARAMETERS
            if name in frame.columns
        },
    }
    table(frame, key=f"{key}_roles", file_name="robyn-channels", column_config=labels, height=_fitting(frame))


def numbers(model: RobynModel, result: Reproduction, *, key: str) -> None:
    """Draw Robyn's numbers and ours side by side."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        _contributions(model, result, key=key)
    with right:
        _returns(model, result, key=key)
        _errors(result, key=key)


def differences(found: tuple[Difference, ...]) -> None:
    """Draw what differs, one sentence each."""
    lines = [f"- **{as_text(one.subject)}**: {as_text(one.sentence)}" for one in found]
    st.markdown("\n".join(lines) or "Nothing differs.")


def _fitting(frame: pd.DataFrame) -> int:
    """Pixels that show every row of a table, as long as it is not very long."""
    return _ROW_PIXELS * (min(len(frame), _MOST_ROWS) + 1) + 3


def _contributions(model: RobynModel, result: Reproduction, *, key: str) -> None:
    outcome = as_text(model.project.data.settings.outcome.column)
    st.markdown(f"**What every term brought** :gray[({outcome} in the window)]")
    frame = term_frame(model, result)
    table(
        frame,
        key=f"{key}_terms",
        file_name="robyn-contributions",
        height=_fitting(frame),
        column_config={
            "term": st.column_config.TextColumn("Term", pinned=True),
            "robyn": st.column_config.NumberColumn("Robyn", format="%,.0f"),
            "ours": st.column_config.NumberColumn("Here", format="%,.0f"),
            "difference": st.column_config.TextColumn("Difference"),
            "share": st.column_config.NumberColumn("Share", format="percent", help="Of the fitted outcome, here"),
        },
    )


def _returns(model: RobynModel, result: Reproduction, *, key: str) -> None:
    is_money = model.project.data.settings.outcome.kind is OutcomeKind.REVENUE
    st.markdown(f"**{'ROAS' if is_money else 'Cost per conversion'}**")
    frame = return_frame(model, result)[["channel", "written", "value"]]
    table(
        frame,
        key=f"{key}_returns",
        file_name="robyn-returns",
        height=_fitting(frame),
        column_config={
            "channel": st.column_config.TextColumn("Channel", pinned=True),
            "written": st.column_config.NumberColumn(
                "In Robyn's file", format="%.2f", help="Robyn divides by the spend of all periods"
            ),
            "value": st.column_config.NumberColumn(
                "Of the window", format="%.2f", help="Contribution and spend of the modelled periods"
            ),
        },
    )


def _errors(result: Reproduction, *, key: str) -> None:
    st.markdown("**The model as a whole**")
    table(
        error_frame(result),
        key=f"{key}_errors",
        file_name="robyn-errors",
        column_config={
            "metric": st.column_config.TextColumn("Figure", pinned=True),
            "robyn": st.column_config.NumberColumn("Robyn", format="%.4f"),
            "ours": st.column_config.NumberColumn("Here", format="%.4f"),
        },
    )
