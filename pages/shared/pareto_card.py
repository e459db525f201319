"""The card of the selected model: how good it is, what it says of every channel, and the label that picks it."""

import math

import streamlit as st

from mmm_core.charts.frames import returns_frame
from mmm_core.charts.gap import gap_of
from mmm_core.charts.roas import draw_returns, return_points
from mmm_core.charts.theme import compact_number, percent
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.engine.parameter_table import channel_parameters
from mmm_core.entities.fitted_model import FittedModel
from mmm_core.entities.model_set import SetBasis
from mmm_core.entities.records import RunRecord
from mmm_core.entities.run_result import RunResult, errors_by_part
from pages.shared import loaders, model_choice, session
from pages.shared.glossary import sentence, term
from pages.shared.routes import Route
from pages.shared.widgets import chart, current_theme


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
        model_choice.choose(
            result,
            solution_id,
            choices,
            help_text="Click a point, or choose here: the best 500 models that pass the filters.",
        )
        model_choice.badges(result, solution_id)
        _metrics(result, model, solution_id)
        _returns(run, words, solution_id)
        with st.expander("Hyperparameters"):
            _hyperparameters(model, words)
        model_choice.pick_button(run, result, solution_id)
        if Route.MODEL.exists:
            st.page_link(
                Route.MODEL.value,
                label="Everything about this model, on one page",
                icon=":material/description:",
                query_params=session.address_of(project=run.project_id, run=run.run_id, model=solution_id),
            )


def _metrics(result: RunResult, model: FittedModel, solution_id: str) -> None:
    output = result.collection.model_output
    baseline = float(output.baseline_share[output.solution_ids.index(solution_id)])
    gap = gap_of(is_refresh=result.design.aim is not None)
    facts = [
        *_fit(model),
        (f"{gap.short} (RSSD)", f"{model.metrics['decomp_rssd']:.4f}", sentence(gap.term)),
        ("Baseline", percent(baseline), sentence("baseline")),
    ]
    if model.studies:
        facts.append(("Gap to lift studies (MAPE)", percent(model.metrics["mape"], 1), sentence("mape")))
    model_choice.fact_grid(facts)


def _fit(model: FittedModel) -> list[tuple[str, str, str]]:
    """How well it fits; with validation on every part of the time."""
    errors, explained = errors_by_part(model.metrics), errors_by_part(model.metrics, "rsq")
    if len(errors) > 1:
        return [
            fact
            for part, value in errors.items()
            for fact in (
                (f"NRMSE {part}", f"{value:.4f}", sentence("nrmse")),
                (f"R² {part}", f"{explained.get(part, math.nan):.3f}".replace("nan", "n/a"), sentence("rsq")),
            )
        ]
    return [
        ("Explained (R²)", f"{model.metrics['rsq_train']:.3f}", sentence("rsq")),
        ("Error of fit (NRMSE)", f"{model.metrics['nrmse']:.4f}", sentence("nrmse")),
    ]


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
