"""Outputs made of groups that are known, and the golden run with the hyperparameters R clustered."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.design import FloatArray
from mmm_core.entities.model_output import ModelOutput, Trial
from tests.builders import golden_arrays
from tests.search_builders import golden_output, metrics_of

PARAMETERS = ("theta", "alpha", "gamma")


def golden_run() -> ModelOutput:
    """The 300 candidates of R with their hyperparameters."""
    output, arrays = golden_output("run"), golden_arrays("run")
    trial = replace(output.trials[0], hyperparameters=arrays["values"])
    return replace(output, parameter_names=tuple(arrays["names"].tolist()), trials=(trial,))


def output_with(
    hyperparameters: FloatArray, roas: FloatArray, channels: Sequence[str], *, errors: FloatArray | None = None
) -> ModelOutput:
    """One trial of models with given hyperparameters (three per channel, then lambda) and returns; all get clustered.

    ``errors`` is NRMSE and DECOMP.RSSD per model.
    """
    n, spend = len(hyperparameters), np.linspace(100.0, 200.0, len(channels))
    given = np.random.default_rng(9).uniform(0.1, 0.5, (n, 2)) if errors is None else errors
    trial = Trial(
        number=1,
        hyperparameters=np.column_stack([hyperparameters, np.random.default_rng(8).uniform(1, 1e5, n)]),
        metrics=metrics_of(nrmse=given[:, 0], decomp_rssd=given[:, 1]),
        coefficients=np.ones((n, 1 + len(channels))),
        contributions=np.column_stack([np.full(n, 1000.0), roas * spend]),
    )
    output = ModelOutput(
        trials=(trial,),
        parameter_names=(*(f"{name}_{parameter}" for name in channels for parameter in PARAMETERS), "lambda"),
        term_names=("intercept", *channels),
        paid_names=tuple(channels),
        organic_names=(),
        total_spend=spend,
        outcome_kind=OutcomeKind.REVENUE,
        timeseries_validation=False,
        n_planned=n,
    )
    return output.reduced_to(output.solution_ids)


def grouped_output(
    sizes: Sequence[int] = (30, 20, 10), channels: Sequence[str] = ("tv_spend", "search_spend"), seed: int = 1
) -> ModelOutput:
    """Models in groups far apart, each with hyperparameters and returns of its own."""
    random = np.random.default_rng(seed)
    group = np.repeat(np.arange(len(sizes)), sizes)
    centres = random.permutation(np.linspace(0.1, 0.9, len(sizes)))
    width = len(PARAMETERS) * len(channels)
    hyperparameters = centres[group, None] + random.normal(0, 0.01, (len(group), width))
    roas = 5 * centres[::-1][group, None] + random.normal(0, 0.05, (len(group), len(channels)))
    return output_with(hyperparameters, roas, channels)
