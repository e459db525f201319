"""Which models a page speaks of: the model set behind a choice such as "all models on the fronts"."""

from mmm_core.engine.bootstrap import bootstrap_model
from mmm_core.engine.candidate import refit_model
from mmm_core.engine.model_sets import set_of_candidates, set_of_model
from mmm_core.entities.fitted_model import FittedModel
from mmm_core.entities.model_set import ModelSet, SetBasis
from mmm_core.entities.run_result import RunResult
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.errors import NotFoundError, SettingsError


def hyperparameters_of(result: RunResult, solution_id: str) -> dict[str, float]:
    """Flat hyperparameters of one candidate.

    Raises:
        NotFoundError: The run has no such candidate.
    """
    output = result.collection.model_output
    trial_number, _, row = solution_id.partition("_")
    for trial in output.trials:
        if str(trial.number) == trial_number and row.isdigit() and 0 < int(row) <= len(trial.hyperparameters):
            return dict(zip(output.parameter_names, map(float, trial.hyperparameters[int(row) - 1]), strict=True))
    raise NotFoundError(f"This run has no model {solution_id!r}. Pick another one in the Pareto explorer.")


def model_of(result: RunResult, solution_id: str, trials: TrialsConfig) -> FittedModel:
    """One candidate of a run, fitted again in full by the rules of the run.

    Raises:
        NotFoundError: The run has no such candidate.
    """
    return refit_model(
        result.design,
        hyperparameters_of(result, solution_id),
        intercept=trials.intercept,
        intercept_sign=trials.intercept_sign,
        rssd_zero_penalty=trials.rssd_zero_penalty,
    )


def choose_set(result: RunResult, basis: SetBasis, solution_id: str, trials: TrialsConfig) -> ModelSet:
    """The model set behind a choice.

    Args:
        result: A finished run.
        basis: Which models.
        solution_id: The model whose numbers are the point estimates.
        trials: The search of the run, for its intercept rules.

    Raises:
        NotFoundError: The run has no such candidate, or no averaged estimate.
        SettingsError: ``basis`` is a cluster.
    """
    if basis is SetBasis.AVERAGED:
        if result.posterior is None:
            raise NotFoundError(
                "This run has no averaged estimate: it was made without one, or by an older version. Run it again to get it."
            )
        return result.posterior.model_set
    if basis is SetBasis.FRONT:
        chosen, fronts = result.pareto["solution_ids"], result.pareto["pareto_fronts"]
        on_fronts = "on the best front" if fronts == 1 else f"on the best {fronts} fronts"
        label = f"{len(chosen):,} models {on_fronts}"
        return set_of_candidates(
            result.design, result.collection.model_output, chosen, point_id=solution_id, label=label
        )
    if basis is SetBasis.CLUSTER:
        raise SettingsError("A cluster needs to know how models are grouped; use cluster_sets.set_of_cluster.")
    model = model_of(result, solution_id, trials)
    if basis is SetBasis.SAMPLING:
        label = f"refits of model {solution_id}"
        return bootstrap_model(result.design, model, trials=trials, name=solution_id, label=label)
    return set_of_model(result.design, model, name=solution_id, label=f"model {solution_id}")
