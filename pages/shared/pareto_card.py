"""The card of the selected model: how good it is, what it says of every channel, and the label that picks it."""

import html

import streamlit as st

from mmm_core.charts.frames import returns_frame
from mmm_core.charts.roas import draw_returns, return_points
from mmm_core.charts.theme import compact_number, percent
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.engine.parameter_table import channel_parameters
from mmm_core.entities.fitted_model import FittedModel
from mmm_core.entities.model_set import SetBasis
from mmm_core.entities.records import RunRecord
from mmm_core.entities.run_result import RunResult
from pages.shared import loaders, session
from pages.shared.glossary import term
from pages.shared.widgets import as_text, chart, current_theme

_CHOICE = "model_choice"


def draw(run: RunRecord, result: RunResult, words: Vocabulary, solution_id: str, choices: list[str]) -> None:
    """Draw the card.

    Args:
        run: The run.
        result: What it found.
        words: Names, colours and units.
        solution_id: The selected model.
        choices: Models to choose from without the mouse, best first.
    """
    model = loaders.model(run.run_id, solution_id)
    with st.container(border=True, gap="small", key="model_card"):
        _choice(result, solution_id, choices)
        _badges(result, solution_id)
        _metrics(result, model, solution_id)
        _returns(run, words, solution_id)
        with st.expander("Hyperparameters"):
            _hyperparameters(model, words)
        _pick(run, result, solution_id)


def _choice(result: RunResult, solution_id: str, choices: list[str]) -> None:
    options = choices if solution_id in choices else [solution_id, *choices]
    st.session_state[_CHOICE] = solution_id
    recommended = result.pareto["recommended_id"]
    st.selectbox(
        "Model",
        options,
        key=_CHOICE,
        format_func=lambda name: f"{name} (recommended)" if name == recommended else name,
        on_change=_choose,
        help="Click a point, or choose here: the best 500 models that pass the filters.",
    )


def _choose() -> None:
    session.open_model(st.session_state[_CHOICE])


def _badges(result: RunResult, solution_id: str) -> None:
    table = result.pareto["candidates"]
    row = table.loc[table["solution_id"] == solution_id].iloc[0]
    with st.container(horizontal=True, gap="xsmall"):
        if solution_id == result.collection.selected_id:
            st.badge("Picked", color="green", icon=":material/check:")
        if solution_id == result.pareto["recommended_id"]:
            st.badge("Recommended by the search", color="orange", icon=":material/star:")
        if row["on_front"]:
            st.badge(f"Front {int(row['front'])}", color="blue")
        else:
            st.badge("Not on a front", color="gray")


def _metrics(result: RunResult, model: FittedModel, solution_id: str) -> None:
    output = result.collection.model_output
    baseline = float(output.baseline_share[output.solution_ids.index(solution_id)])
    facts = [
        ("Explained (R²)", f"{model.metrics['rsq_train']:.3f}", term("rsq")),
        ("Error of fit (NRMSE)", f"{model.metrics['nrmse']:.4f}", term("nrmse")),
        ("Gap to spend (RSSD)", f"{model.metrics['decomp_rssd']:.4f}", term("decomp_rssd")),
        ("Baseline", percent(baseline), term("baseline")),
    ]
    cells = "".join(
        f'<div title="{html.escape(hint, quote=True)}"><div class="studio-label">{html.escape(label)}</div>'
        f'<div style="font-size:1.25rem;font-weight:600;line-height:1.3">{value}</div></div>'
        for label, value, hint in facts
    )
    st.html(f'<div style="display:grid;grid-template-columns:1fr 1fr;gap:.5rem .75rem">{cells}</div>')


def _returns(run: RunRecord, words: Vocabulary, solution_id: str) -> None:
    points = return_points(
        loaders.ledger(run.run_id, SetBasis.FRONT, solution_id),
        words,
        model_name="this model",
        break_even=loaders.request(run).settings.outcome.break_even_roas,
    )
    many = len(points.channels) > 8
    with st.container(height=420 if many else "content", border=False):
        chart(
            draw_returns(points, current_theme()),
            returns_frame(points),
            key="returns",
            file_name="returns by channel",
            alt=f"{words.return_word} per channel in this model, with the spread across the models on the fronts",
        )


def _hyperparameters(model: FittedModel, words: Vocabulary) -> None:
    table = channel_parameters(model)
    kept = [name for name in ("theta", "shape", "scale", "alpha", "gamma") if name in table]
    shown = table[["channel", *kept]].assign(channel=[words.names.get(name, name) for name in table["channel"]])
    st.dataframe(
        shown,
        hide_index=True,
        key="card_parameters",
        column_config={name: st.column_config.NumberColumn(name, format="%.3f", help=term(name)) for name in kept},
    )
    st.caption(f"Shrinkage (lambda) {compact_number(model.hyperparameters['lambda'])}")


def _pick(run: RunRecord, result: RunResult, solution_id: str) -> None:
    is_picked = solution_id == result.collection.selected_id
    pressed = st.button(
        "Take the pick off" if is_picked else "Pick this model",
        key="pick",
        icon=":material/close:" if is_picked else ":material/check:",
        width="stretch",
        help="A label beside the result, for you and others to find the model again; the result itself never changes",
    )
    if pressed:
        loaders.pick_model(run.run_id, None if is_picked else solution_id)
        session.open_model(solution_id)
        session.flash(as_text(f"Model {solution_id} {'is no longer picked' if is_picked else 'picked'}"))
        st.rerun()
