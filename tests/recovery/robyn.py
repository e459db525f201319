"""Robyn's recipe: TwoPointsDE, 5 x 2000 candidates, the recommended one and the one that fits best."""

from collections.abc import Mapping

import numpy as np

from mmm_core.engine.model_executor import MMMModelExecutor
from mmm_core.engine.model_sets import set_of_candidates
from mmm_core.engine.pareto_optimize import ParetoOptimizer
from mmm_core.entities.budget import PlanAim
from mmm_core.entities.design import Design, FloatArray
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.model_output import ModelOutput
from mmm_core.entities.trials_config import TrialsConfig
from tests.recovery.estimates import LEVELS, LOWEST, ROBYN, Estimate, middle_of, processor_seconds

TRIALS = TrialsConfig(trials=5, iterations=2000, algorithm="TwoPointsDE", cores=1)


def robyn_estimates(data: MMMDataCollection, seed: int) -> list[Estimate]:
    """The recommended candidate, its interval the spread of ROAS over the chosen fronts by quantile, and the best fit."""
    from mmm_core.engine.features import build_design

    began = processor_seconds()
    design = build_design(data)
    output = MMMModelExecutor(design=design).model_run(data, TRIALS, seed=seed, quiet=True).model_output
    pareto = ParetoOptimizer().pareto_optimize(data, output)
    seconds = processor_seconds() - began
    ids = output.solution_ids
    best_fit = ids[int(np.argmin(output.metric("nrmse")))]
    on_front = output.roas[[ids.index(name) for name in pareto["solution_ids"]]]
    spread = {level: middle_of(on_front, level) for level in LEVELS}
    return [
        _candidate(ROBYN, design, output, pareto["recommended_id"], spread, seconds),
        _candidate(LOWEST, design, output, best_fit, {}, seconds),
    ]


def _candidate(
    method: str, design: Design, output: ModelOutput, name: str, intervals: Mapping[float, FloatArray], seconds: float
) -> Estimate:
    row = output.solution_ids.index(name)
    return Estimate(
        method=method,
        contribution=output.paid_contributions[row],
        roas=output.roas[row],
        intervals=intervals,
        models=set_of_candidates(design, output, [name], point_id=name, label=name),
        aim=PlanAim.MEAN,
        printed=1.0,
        seconds=seconds,
    )
