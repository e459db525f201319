"""How good a search was, trial by trial and on average."""

from collections.abc import Callable
from typing import TypedDict

import numpy as np

from mmm_core.engine.convergence import judge_convergence
from mmm_core.entities.design import FloatArray
from mmm_core.entities.model_output import METRICS, ModelOutput, Trial
from mmm_core.kernels.dominance import first_front
from mmm_core.kernels.hypervolume import hypervolume


class TrialEvaluation(TypedDict):
    """One trial.

    ``hypervolume`` is the area the first front dominates up to NRMSE 1 and DECOMP.RSSD 1; ``rsq_train_best_fit`` the adjusted
    R squared of the model with the smallest NRMSE; means run over the finite values (NaN when there is none).
    """

    trial: int
    n_candidates: int
    seconds: float
    best_nrmse: float
    mean_nrmse: float
    best_decomp_rssd: float
    mean_decomp_rssd: float
    mean_mape: float
    rsq_train_best_fit: float
    n_front: int
    hypervolume: float


class ModelEvaluation(TypedDict):
    """What :meth:`ModelEvaluator.evaluate_model` answers; a plain dict at run time.

    ``average`` has the means over the trials by name; ``pooled_hypervolume`` and ``n_front`` are those of all trials together.
    """

    n_trials: int
    n_candidates: int
    n_planned: int
    average: dict[str, float]
    trials: list[TrialEvaluation]
    pooled_hypervolume: float
    n_front: int
    converged: dict[str, bool]
    messages: list[str]


class ModelEvaluator:
    """Judges a finished search."""

    def evaluate_model(self, model_output: ModelOutput) -> ModelEvaluation:
        """Summarise every trial, their average, and all of them together.

        Args:
            model_output: A search with at least one candidate.

        Returns:
            Figures per trial, their means, hypervolume of all trials, and whether the search had settled.
        """
        trials = [_evaluate(trial) for trial in model_output.trials]
        nrmse, rssd = model_output.metric("nrmse"), model_output.metric("decomp_rssd")
        convergence = judge_convergence(model_output)
        return ModelEvaluation(
            n_trials=len(trials),
            n_candidates=model_output.n_candidates,
            n_planned=model_output.n_planned,
            average=_average(trials),
            trials=trials,
            pooled_hypervolume=hypervolume(nrmse, rssd),
            n_front=_front_size(nrmse, rssd),
            converged=dict(convergence.converged),
            messages=list(convergence.messages),
        )


def _evaluate(trial: Trial) -> TrialEvaluation:
    nrmse, rssd, mape, rsq = (
        trial.metrics[:, METRICS.index(name)] for name in ("nrmse", "decomp_rssd", "mape", "rsq_train")
    )
    has_fit = np.isfinite(nrmse).any()
    return TrialEvaluation(
        trial=trial.number,
        n_candidates=len(trial.metrics),
        seconds=trial.seconds,
        best_nrmse=_finite(nrmse, np.min),
        mean_nrmse=_finite(nrmse, np.mean),
        best_decomp_rssd=_finite(rssd, np.min),
        mean_decomp_rssd=_finite(rssd, np.mean),
        mean_mape=_finite(mape, np.mean),
        rsq_train_best_fit=float(rsq[np.nanargmin(nrmse)]) if has_fit else float("nan"),
        n_front=_front_size(nrmse, rssd),
        hypervolume=hypervolume(nrmse, rssd),
    )


def _front_size(nrmse: FloatArray, rssd: FloatArray) -> int:
    """How many candidates are on the first front; an infinite gap (no paid channel is credited) is no compromise."""
    usable = np.isfinite(nrmse) & np.isfinite(rssd)
    return len(first_front(nrmse[usable], rssd[usable]))


def _finite(values: FloatArray, summary: Callable[[FloatArray], np.floating]) -> float:
    finite = values[np.isfinite(values)]
    return float(summary(finite)) if len(finite) else float("nan")


def _average(trials: list[TrialEvaluation]) -> dict[str, float]:
    names = [name for name in TrialEvaluation.__annotations__ if name != "trial"]
    table = np.array([[float(trial[name]) for name in names] for trial in trials])  # type: ignore[literal-required]
    return dict(zip(names, table.mean(axis=0).tolist(), strict=True))
