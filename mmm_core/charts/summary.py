"""A run in a few sentences: what was found, how far a search is, what the models can and cannot say."""

import numpy as np

from mmm_core.charts.roas import spread_label
from mmm_core.charts.theme import percent
from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.naming import join_words
from mmm_core.entities.posterior import Posterior
from mmm_core.entities.run_result import RunResult, SearchProgress

WHAT_THE_MODELS_ARE = (
    "Every point is one possible explanation of the same history. The range shown for a channel is the spread across "
    "models, not sampling uncertainty, and returns per channel from a single series are weak evidence: "
    "use them to ask better questions, and confirm the big ones with a lift test."
)
_STAGES = {
    "preparing": "Preparing the data: trend, season and holidays",
    "searching": "Searching",
    "ranking": "Ranking the models into fronts",
    "averaging": "Averaging over plausible models, for the recommended answer",
    "explaining": "Finding out why the answer moved",
    "writing": "Writing the result",
}


def found_sentences(result: RunResult, words: Vocabulary) -> tuple[str, ...]:
    """Say what a run found, a sentence each: the recommended answer, how much was tried, the search's best, whether it settled.

    Without an averaged estimate there is no first sentence; with lift studies there is one about them, and with validation one on
    its errors before the last.
    """
    recommended = () if result.posterior is None else (_averaged(result.posterior, words),)
    validated = (_validated(result, words),) if result.validated_errors else ()
    best = _best_of_search(result, words)
    return *recommended, _tried(result), *_calibrated(result), best, *validated, _settled(result)


def stage_sentence(progress: SearchProgress | None) -> str:
    """Say what the worker is doing."""
    return _STAGES.get(progress.stage, "Searching") if progress is not None else _STAGES["preparing"]


def seconds_left(progress: SearchProgress | None) -> float | None:
    """Estimate the seconds until all candidates are evaluated; None before the first candidate."""
    if progress is None or progress.models_per_second <= 0:
        return None
    return max(0, progress.total - progress.done) / progress.models_per_second


def duration_words(seconds: float) -> str:
    """``0.4 s``, ``12 s``, ``3 min 20 s``, ``2 h 5 min``."""
    if seconds < 0.05:
        return "under 0.1 s"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def paid_leaders(result: RunResult, solution_id: str) -> list[tuple[str, float]]:
    """Paid channels of one candidate with their share of the paid total, biggest first; empty when it is 0."""
    output = result.collection.model_output
    row = output.solution_ids.index(solution_id)
    shares = output.effect_share[row]
    order = np.argsort(-shares, kind="stable")
    return [(output.paid_names[k], float(shares[k])) for k in order if shares[k] > 0]


def _tried(result: RunResult) -> str:
    output, info, pareto = result.collection.model_output, result.collection.info, result.pareto
    count = len(pareto["solution_ids"])
    fronts = "the best front" if pareto["pareto_fronts"] == 1 else f"the best {pareto['pareto_fronts']} fronts"
    took = f" in {duration_words(info.timings['search'])}" if "search" in info.timings else ""
    early = f" of {output.n_planned:,} planned" if info.stopped_early else ""
    stopped = "You stopped the search: " if info.stopped_early else ""
    are = "is" if count == 1 else "are"
    return f"{stopped}{output.n_candidates:,}{early} models were tried{took}; {count:,} of them {are} on {fronts}."


def _calibrated(result: RunResult) -> tuple[str, ...]:
    """That the gap to lift studies was an objective too, and how large it is."""
    n_studies = len(result.design.usable_studies)
    if not n_studies:
        return ()
    output = result.collection.model_output
    gap = output.metric("mape")[output.solution_ids.index(result.pareto["recommended_id"])]
    studies = "1 lift study" if n_studies == 1 else f"{n_studies} lift studies"
    return (
        f"Calibrated on {studies}: the gap to {'it' if n_studies == 1 else 'them'} (MAPE.LIFT) was a third objective, and is "
        f"{percent(float(gap))} in the best of the search.",
    )


def _averaged(posterior: Posterior, words: Vocabulary) -> str:
    table = posterior.channels[posterior.channels["is_paid"]].sort_values("contribution", ascending=False)
    total = float(table["contribution"].sum())
    over = f"averaged over {posterior.n_draws:,} plausible models"
    if total <= 0:
        return f"Recommended ({over}): no paid channel brings anything these data could show."
    top = table.head(_named(len(table)))
    names = join_words([words.names[name] for name in top["channel"]])
    share = percent(float(top["contribution"].sum()) / total)
    value, low, high = top[["roas", "roas_low", "roas_high"]].to_numpy(np.float64)[0].tolist()
    first = words.names[str(top["channel"].iloc[0])]
    return (
        f"Recommended ({over}): {names} {_bring(len(top))} {share} of paid {words.outcome_word}; {first} has a "
        f"{words.return_word} of {words.returns(value)} ({words.interval(low, high)}, {posterior.model_set.interval_label})."
    )


def _best_of_search(result: RunResult, words: Vocabulary) -> str:
    leaders = paid_leaders(result, result.pareto["recommended_id"])
    if not leaders:
        return "The model the search ranks best credits no paid channel with anything."
    top = leaders[: _named(len(words.paid))]
    names = join_words([words.names[name] for name, _ in top])
    first = top[0][0]
    estimates = result.pareto["estimates"]
    row = estimates.loc[estimates["channel"] == first, ["roas", "low", "high"]].to_numpy(np.float64)[0]
    value, low, high = row.tolist()
    spread = spread_label(len(result.pareto["solution_ids"]))
    return (
        f"In the model the search ranks best, {names} {_bring(len(top))} {percent(sum(share for _, share in top))} of paid "
        f"{words.outcome_word}; {words.names[first]} has a {words.return_word} of {words.returns(value)} "
        f"({words.interval(low, high)}, {spread})."
    )


def _validated(result: RunResult, words: Vocabulary) -> str:
    where = {"train": "it was fitted to", "validation": "it was chosen by", "test": "that chose nothing"}
    errors = result.validated_errors
    said = join_words([f"{value:.4f} on the {words.period}s {where[part]}" for part, value in errors.items()])
    return f"Its error of fit (NRMSE) is {said}."


def _named(n_channels: int) -> int:
    """How many channels a sentence names: that all of them bring 100% says nothing."""
    return max(1, min(2, n_channels - 1))


def _bring(count: int) -> str:
    return "brings" if count == 1 else "bring"


def _settled(result: RunResult) -> str:
    converged = result.collection.convergence.converged
    if not converged:
        return "There are too few models to tell whether the search has settled; run more."
    if all(converged.values()):
        return "The search has settled: later models are no longer clearly better than earlier ones."
    return "The search has not settled yet: more candidates per trial may still find better models."
