"""A finished run in one sentence, for lists of runs."""

import numpy as np

from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.design import FloatArray
from mmm_core.entities.naming import join_words, readable_name
from mmm_core.entities.posterior import Posterior
from mmm_core.entities.run_result import RunResult

NAMED_CHANNELS = 2


def summarise(result: RunResult) -> str:
    """Say which channels bring most, and how much was tried.

    The averaged estimate speaks where there is one, else the model the search ranks best.

    Args:
        result: A finished run.

    Returns:
        "TV and OOH bring 61% of paid sales (averaged over 1,400 plausible models); 10,000 models searched, 112 on the chosen
        fronts".
    """
    output, chosen = result.collection.model_output, len(result.pareto["solution_ids"])
    models = "1 model" if output.n_candidates == 1 else f"{output.n_candidates:,} models"
    stopped = " before the stop" if result.collection.info.stopped_early else ""
    return f"{_leaders(result)}; {models} searched{stopped}, {chosen:,} on the chosen fronts"


def fit_by_part(result: RunResult) -> str:
    """Say how far the model the search ranks best is off on each part of the time; empty for a search without validation."""
    errors = result.validated_errors
    if not errors:
        return ""
    parts = ", ".join(f"{value:.4f} ({part})" for part, value in errors.items())
    return f"Error of fit (NRMSE) of the model ranked best: {parts}; the test part chose nothing"


def summarise_average(posterior: Posterior, kind: OutcomeKind) -> str:
    """Say which channels bring most in the averaged estimate.

    Args:
        posterior: The averaged estimate.
        kind: Revenue or conversion.
    """
    paid = posterior.channels[posterior.channels["is_paid"]]
    outcome = "sales" if kind is OutcomeKind.REVENUE else "conversions"
    said = _shares([str(name) for name in paid["channel"]], paid["contribution"].to_numpy(np.float64), outcome)
    return f"{said} (averaged over {posterior.n_draws:,} plausible models)"


def _leaders(result: RunResult) -> str:
    output = result.collection.model_output
    if result.posterior is not None:
        return summarise_average(result.posterior, output.outcome_kind)
    outcome = "sales" if output.outcome_kind is OutcomeKind.REVENUE else "conversions"
    row = output.solution_ids.index(result.pareto["recommended_id"])
    return _shares(list(output.paid_names), output.paid_contributions[row], outcome)


def _shares(channels: list[str], contributions: FloatArray, outcome: str) -> str:
    """Who brings how much: ``TV and OOH bring 61% of paid sales``; that all of them bring 100% says nothing."""
    total = float(contributions.sum())
    named = max(1, min(NAMED_CHANNELS, len(channels) - 1))
    leading = [int(k) for k in np.argsort(-contributions, kind="stable")[:named] if contributions[k] > 0]
    if not leading or total <= 0:
        return "No paid channel is credited with anything"
    names = join_words([readable_name(channels[k]) for k in leading])
    verb = "brings" if len(leading) == 1 else "bring"
    return f"{names} {verb} {contributions[leading].sum() / total:.0%} of paid {outcome}"
