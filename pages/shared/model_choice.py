"""Which model is looked at: choosing it without the mouse, what is known of it at a glance, and the label that picks it."""

import functools
import html
from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mmm_core.entities.clusters import TooFewModels
from mmm_core.entities.model_set import AVERAGED_ID
from mmm_core.entities.records import RunRecord
from mmm_core.entities.run_result import RunResult
from pages.shared import loaders, session
from pages.shared.widgets import as_text

_CHOICE = "model_choice"


def selected(result: RunResult) -> str:
    """The model that is looked at: that of the address, else the picked or the recommended one."""
    known = set(result.collection.model_output.solution_ids)
    wanted = session.model_id() or result.collection.selected_id or ""
    return wanted if wanted in known else result.pareto["recommended_id"]


def shown(result: RunResult) -> str:
    """What the Model and Budget pages speak of: the model of the address, else the picked one, else the averaged estimate."""
    if result.posterior is None:
        return selected(result)
    wanted = session.model_id() or result.collection.selected_id or AVERAGED_ID
    return wanted if wanted in set(result.collection.model_output.solution_ids) else AVERAGED_ID


def unknown_in_address(result: RunResult) -> str | None:
    """What the address asks for when the run has no such model."""
    wanted = session.model_id()
    known = {AVERAGED_ID, *result.collection.model_output.solution_ids}
    return wanted if wanted and wanted not in known else None


def choose(
    result: RunResult, solution_id: str, choices: list[str], *, help_text: str, width: int | None = None
) -> None:
    """Draw the list that opens another model.

    Args:
        result: What the run found.
        solution_id: The model that is looked at.
        choices: Models to choose from, best first.
        help_text: How else a model is chosen.
        width: Pixels; None fills the room there is.
    """
    options = choices if solution_id in choices else [solution_id, *choices]
    st.session_state[_CHOICE] = solution_id
    st.selectbox(
        "Model",
        options,
        key=_CHOICE,
        format_func=functools.partial(model_label, result),
        on_change=_open_choice,
        help=help_text,
        width=width or "stretch",
    )


def crumb(result: RunResult, solution_id: str) -> str:
    """How a model is written in the line that says where you are."""
    if solution_id == AVERAGED_ID:
        return "recommended answer"
    return f"model {solution_id}{' (picked)' if solution_id == result.collection.selected_id else ''}"


def model_label(result: RunResult, solution_id: str) -> str:
    """How a model is written in lists: the averaged estimate in words, the search's best marked."""
    if solution_id == AVERAGED_ID:
        return "Recommended: the average"
    return f"{solution_id} (best of the search)" if solution_id == result.pareto["recommended_id"] else solution_id


def badges(result: RunResult, solution_id: str) -> DeltaGenerator:
    """Draw what is known of a model at a glance: picked, recommended, on which front; answers where more can be added."""
    row_of_badges = st.container(horizontal=True, gap="xsmall", width="content")
    if solution_id == AVERAGED_ID:
        assert result.posterior is not None, "only offered where there is one"
        row_of_badges.badge(
            f"Average of {result.posterior.n_draws:,} plausible models", color="green", icon=":material/verified:"
        )
        return row_of_badges
    table = result.pareto["candidates"]
    row = table.loc[table["solution_id"] == solution_id].iloc[0]
    with row_of_badges:
        if solution_id == result.collection.selected_id:
            st.badge("Picked", color="green", icon=":material/check:")
        if solution_id == result.pareto["recommended_id"]:
            st.badge("Best of the search", color="orange", icon=":material/star:")
        if row["on_front"]:
            st.badge(f"Front {int(row['front'])}", color="blue")
        else:
            st.badge("Not on a front", color="gray")
    return row_of_badges


def cluster_badge(run: RunRecord, solution_id: str) -> None:
    """Draw the cluster a model is in, as the Clusters page groups them; nothing when it is in none."""
    report = loaders.clusters(run.run_id, *session.clustering())
    if isinstance(report, TooFewModels):
        return
    cluster = report.cluster_of(solution_id)
    if cluster is not None:
        st.badge(f"Cluster {cluster.number}", color="violet", help=cluster.sentence)
        if cluster.pick_id == solution_id:
            st.badge("Pick of its cluster", color="violet", icon=":material/workspaces:")


def pick_button(run: RunRecord, result: RunResult, solution_id: str, *, is_wide: bool = True) -> None:
    """Draw the button that labels a model as the one to trust, or takes the label off."""
    is_picked = solution_id == result.collection.selected_id
    pressed = st.button(
        "Take the pick off" if is_picked else "Pick this model",
        key="pick",
        icon=":material/close:" if is_picked else ":material/check:",
        width="stretch" if is_wide else "content",
        help="A label beside the result, for you and others to find the model again; the result itself never changes",
    )
    if pressed:
        loaders.pick_model(run.run_id, None if is_picked else solution_id)
        session.open_model(solution_id)
        session.flash(as_text(f"Model {solution_id} {'is no longer picked' if is_picked else 'picked'}"))
        st.rerun()


def fact_grid(facts: Sequence[tuple[str, str, str]], *, smallest: int = 120) -> None:
    """Draw figures with their label above and an explanation behind each.

    Args:
        facts: Label, figure and explanation.
        smallest: Pixels a figure takes at least; as many stand beside each other as fit.
    """
    cells = "".join(
        f'<div title="{html.escape(hint, quote=True)}"><div class="studio-label">{html.escape(label)}</div>'
        f'<div style="font-size:1.25rem;font-weight:600;line-height:1.3">{html.escape(value)}</div></div>'
        for label, value, hint in facts
    )
    columns = f"repeat(auto-fit,minmax({smallest}px,1fr))"
    st.html(f'<div style="display:grid;grid-template-columns:{columns};gap:.5rem .75rem">{cells}</div>')


def _open_choice() -> None:
    session.open_model(st.session_state[_CHOICE])
