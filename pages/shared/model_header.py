"""How good one model is, in one line of figures."""

import streamlit as st

from mmm_core.charts.gap import gap_of
from mmm_core.charts.theme import compact_number, percent
from mmm_core.entities.fitted_model import FittedModel
from mmm_core.entities.model_set import AVERAGED_ID
from mmm_core.entities.posterior import Posterior
from mmm_core.entities.records import RunRecord
from mmm_core.entities.run_result import RunResult, errors_by_part
from pages.shared import loaders, model_choice
from pages.shared.glossary import sentence
from pages.shared.widgets import as_text

WHAT_THE_AVERAGE_IS = (
    "The average over many plausible models, weighed by how well each goes with the data and with what is usual for media: on "
    "markets whose truth is known it lies nearer to it than any single best model. The range says where the truth lies in "
    "about nine of ten cases. Returns from one series are still weak evidence: confirm the expensive ones with a lift test."
)


def draw(run: RunRecord, result: RunResult, solution_id: str) -> None:
    """Draw the figures of a model: fit per part of the time, plausibility, shrinkage, baseline."""
    if solution_id == AVERAGED_ID:
        _draw_average(run.run_id)
        return
    model = loaders.model(run.run_id, solution_id)
    output = result.collection.model_output
    baseline = float(output.baseline_share[output.solution_ids.index(solution_id)])
    errors = errors_by_part(model.metrics)
    parts, has_parts = " · ".join(errors), len(errors) > 1
    gap = gap_of(is_refresh=result.design.aim is not None)
    facts = [
        (f"Adj. R² {parts}" if has_parts else "Explained (adj. R²)", _by_part(model, "rsq", 3), sentence("rsq")),
        (f"NRMSE {parts}" if has_parts else "Error of fit (NRMSE)", _by_part(model, "nrmse", 4), sentence("nrmse")),
        (f"{gap.short} (DECOMP.RSSD)", f"{model.metrics['decomp_rssd']:.4f}", sentence(gap.term)),
    ]
    if model.studies:
        facts.append(("Gap to lift studies (MAPE)", percent(model.metrics["mape"], 1), sentence("mape")))
    facts += [
        ("Shrinkage (lambda)", compact_number(model.hyperparameters["lambda"]), sentence("lambda")),
        ("Baseline", percent(baseline), sentence("baseline")),
    ]
    model_choice.fact_grid(facts, smallest=210 if has_parts else 170)


def explain_average(posterior: Posterior) -> None:
    """Say what the recommended answer is, and what these data cannot say."""
    st.caption(f":material/info: {as_text(WHAT_THE_AVERAGE_IS)}")
    for warning in posterior.warnings:
        st.warning(as_text(warning), icon=":material/report:")
    for note in posterior.notes:
        st.caption(as_text(note))


def _draw_average(run_id: str) -> None:
    model, posterior = loaders.model(run_id, AVERAGED_ID), loaders.posterior(run_id)
    share, low, high = posterior.media_share
    baseline = 1.0 - sum(model.contributions[name] for name in posterior.model_set.design.media_names) / sum(
        model.contributions.values()
    )
    facts = [
        ("Explained (R², not adjusted)", f"{model.metrics['rsq_train']:.3f}", sentence("rsq")),
        ("Error of fit (NRMSE)", f"{model.metrics['nrmse']:.4f}", sentence("nrmse")),
        ("Media's share of the outcome", f"{percent(share)} ({percent(low)}–{percent(high)})", sentence("posterior")),
        ("Baseline", percent(baseline), sentence("baseline")),
        ("Chains agree (R-hat)", f"{posterior.worst_r_hat:.2f}", sentence("r_hat")),
    ]
    model_choice.fact_grid(facts, smallest=170)


def _by_part(model: FittedModel, metric: str, digits: int) -> str:
    """The figure of the training part; with validation, that of all three parts."""
    known = errors_by_part(model.metrics, metric)
    if not known:
        return f"{model.metrics[metric]:.{digits}f}" if metric in model.metrics else "n/a"
    return " · ".join(f"{value:.{digits}f}" for value in known.values())
