"""A finished run in one sentence, for lists of runs."""

import numpy as np

from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.naming import join_words, readable_name
from mmm_core.entities.run_result import RunResult

NAMED_CHANNELS = 2


def summarise(result: RunResult) -> str:
    """Say which channels bring most in the recommended model, and how much was tried.

    Args:
        result: A finished run.

    Returns:
        "Search and TV bring 61% of paid sales; 10,000 models, 112 on the chosen fronts".
    """
    output, chosen = result.collection.model_output, len(result.pareto["solution_ids"])
    models = "1 model" if output.n_candidates == 1 else f"{output.n_candidates:,} models"
    stopped = " before the stop" if result.collection.info.stopped_early else ""
    return f"{_leaders(result)}; {models}{stopped}, {chosen:,} on the chosen fronts"


def _leaders(result: RunResult) -> str:
    output = result.collection.model_output
    row = output.solution_ids.index(result.pareto["recommended_id"])
    shares = output.effect_share[row]
    named = max(1, min(NAMED_CHANNELS, len(shares) - 1))  # that all of them bring 100% says nothing
    leading = [int(k) for k in np.argsort(-shares, kind="stable")[:named] if shares[k] > 0]
    if not leading:
        return "No paid channel is credited with anything"
    names = join_words([readable_name(output.paid_names[k]) for k in leading])
    verb = "brings" if len(leading) == 1 else "bring"
    outcome = "sales" if output.outcome_kind is OutcomeKind.REVENUE else "conversions"
    return f"{names} {verb} {shares[leading].sum():.0%} of paid {outcome}"
