"""Where an imported model stands among the models of a run: fit, plausibility, and periods it has not seen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mmm_core.engine.candidate_evaluator import CandidateEvaluator, required_keys
from mmm_core.entities.design import Design, FloatArray
from mmm_core.entities.model_output import METRICS
from mmm_core.entities.naming import join_words
from mmm_core.entities.robyn import Placement, RobynReport, Standing
from mmm_core.entities.run_result import RunResult
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.errors import SettingsError
from mmm_core.kernels.objectives import split_ends

TRAIN_SHARE = 0.8
"""Share of the periods that every model is fitted to before it predicts the rest."""

_MEASURES = {"nrmse": "on fit", "decomp_rssd": "on plausibility", "holdout": "on periods it has not seen"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Models:
    """Models by their three errors, shape (n_models,) each."""

    nrmse: FloatArray
    decomp_rssd: FloatArray
    holdout: FloatArray

    def of(self, measure: str) -> FloatArray:
        values: FloatArray = getattr(self, measure)
        return values


def place_among(report: RobynReport, result: RunResult, trials: TrialsConfig) -> Placement:
    """Compare an imported model with every candidate of a run, on the run's design and by its rules.

    The imported hyperparameters are fitted again on the run's design, so that fit and plausibility are measured alike: on all
    modelled periods. For the holdout every model is fitted to the first 80% of them, and predicts the rest:
    ``sqrt(mean(error^2)) / (max - min of the outcome)`` of the periods it has not seen. The candidates were chosen by none of
    these periods' errors alone, but the search did see them.

    Args:
        report: The imported model.
        result: A finished run.
        trials: The search of the run, for its rules.

    Returns:
        Ranks, and a sentence.

    Raises:
        SettingsError: The run has other channels or another carry-over than the imported model.
    """
    design, output = result.design, result.collection.model_output
    _check_same_model(report, design)
    names, values = output.parameter_names, output.stacked("hyperparameters")
    ours = _judge(design, names, values, trials)
    imported = {key: value for key, value in report.hyperparameters.items() if key in _usable_keys(design)}
    theirs = _judge(design, tuple(imported), np.array([list(imported.values())]), trials)
    standings = tuple(_standing(name, float(theirs.of(name)[0]), ours.of(name)) for name in _MEASURES)
    better = (ours.nrmse < theirs.nrmse[0]) & (ours.decomp_rssd < theirs.decomp_rssd[0])
    n_fitted = _n_fitted(design)
    return Placement(
        standings=standings,
        n_models=output.n_candidates,
        n_dominating=int(better.sum()),
        n_held_out=len(design.rows) - n_fitted,
        n_fitted=n_fitted,
        sentence=_sentence(standings, int(better.sum())),
    )


def _check_same_model(report: RobynReport, design: Design) -> None:
    lacking = [key for key in required_keys(design) if key not in report.hyperparameters]
    extra = [
        key
        for key in report.hyperparameters
        if key not in _usable_keys(design) and not key.endswith("_penalty") and key != "train_size"
    ]
    if lacking or extra:
        shown = ", ".join((lacking + extra)[:4])
        raise SettingsError(
            f"The run has other channels or another carry-over than the Robyn model ({shown}), so the two cannot be ranked "
            "together. Run the project with the settings it was created with."
        )


def _usable_keys(design: Design) -> set[str]:
    return {*required_keys(design), *(f"{column}_penalty" for column in design.column_names)}


def _n_fitted(design: Design) -> int:
    return int(split_ends(len(design.rows), TRAIN_SHARE)[0])


def _judge(design: Design, names: Sequence[str], values: FloatArray, trials: TrialsConfig) -> _Models:
    """Errors of models on all modelled periods, and on the last of them after a fit to the first."""
    kept = [j for j, name in enumerate(names) if name != "train_size"]
    keys, values = tuple(names[j] for j in kept), np.ascontiguousarray(values[:, kept])
    whole = CandidateEvaluator(design, keys, trials).evaluate(values).metrics
    shares = np.full((len(values), 1), TRAIN_SHARE)
    own_parts = replace(design, unseen_from=None)  # the test part of a validated search is another one
    split = CandidateEvaluator(own_parts, (*keys, "train_size"), trials).evaluate(np.hstack([values, shares])).metrics
    return _Models(
        nrmse=whole[:, METRICS.index("nrmse")],
        decomp_rssd=whole[:, METRICS.index("decomp_rssd")],
        holdout=_pooled(design, split[:, METRICS.index("nrmse_val")], split[:, METRICS.index("nrmse_test")]),
    )


def _pooled(design: Design, validation: FloatArray, test: FloatArray) -> FloatArray:
    """One error of both later parts: their squared errors together, over the range of the outcome in them."""
    outcome = design.outcome[design.rows]
    begin, middle = split_ends(len(outcome), TRAIN_SHARE)
    squares = np.zeros_like(validation)
    for part, error in ((outcome[begin:middle], validation), (outcome[middle:], test)):
        if len(part):
            squares += len(part) * (error * np.ptp(part)) ** 2
    held_out = outcome[begin:]
    pooled: FloatArray = np.sqrt(squares / len(held_out)) / np.ptp(held_out)
    return pooled


def _standing(measure: str, value: float, others: FloatArray) -> Standing:
    return Standing(
        measure=measure,
        value=value,
        rank=1 + int((others < value).sum()),
        n_models=len(others),
        best=float(others.min()),
        median=float(np.median(others)),
    )


def _sentence(standings: Sequence[Standing], n_dominating: int) -> str:
    n_models = standings[0].n_models
    parts = [f"{_percent(one.share_beaten)} {_MEASURES[one.measure]}" for one in standings]
    if n_dominating:
        share = _percent(n_dominating / n_models)
        verdict = f"{n_dominating:,} ({share}) are better on fit and plausibility at once"
    else:
        verdict = "none is better on fit and plausibility at once, so it would stand on their front"
    return f"Of the {n_models:,} models of this run, it does at least as well as {join_words(parts)}; {verdict}."


def _percent(share: float) -> str:
    """Whole per cents that never claim all or nothing of what is not."""
    if 0.0 < share < 0.005:
        return "less than 1%"
    return "more than 99%" if 0.995 <= share < 1.0 else f"{share:.0%}"
