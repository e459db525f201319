"""How good the fronts are: hypervolume up to NRMSE 1 and DECOMP.RSSD 1, by algorithm, budget, data set and scale of lambda."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from mmm_core.engine.features import build_design
from mmm_core.engine.model_executor import LOG_LAMBDA, MMMModelExecutor, warm_up
from mmm_core.entities.design import Design
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.trials_config import ALGORITHMS, DEFAULT_ALGORITHM, TrialsConfig
from mmm_core.kernels.hypervolume import hypervolume
from tests.bench.tables import Cell, Results

BUDGETS = (200, 500, 1000, 2000)
COMPARED = ("NSGA2", "TwoPointsDE")


class Quality(NamedTuple):
    """Mean areas over seeds and trials after each budget, of all trials together, its smallest value, and CPU seconds."""

    areas: list[float]
    pooled: float
    least: float
    seconds: float


def measure_quality(results: Results, data_sets: dict[str, Callable[[], MMMDataCollection]], *, quick: bool) -> None:
    """Every algorithm on the demo and on Robyn's data, the two main ones on all, with both scales of lambda."""
    seeds = range(2 if quick else 5)
    rows: list[list[Cell]] = []
    for algorithm in COMPARED if quick else ALGORITHMS:
        warm_up(2, algorithm)
        for name, make in data_sets.items():
            if name not in ("demo", "robyn") and algorithm not in COMPARED:
                continue
            data = make()
            design = build_design(data)
            for log_lambda in (False, True) if algorithm in COMPARED else (LOG_LAMBDA,):
                found = _quality(data, design, algorithm, log_lambda, seeds)
                scale = "log" if log_lambda else "linear"
                rows.append([name, algorithm, scale, *found.areas, found.pooled, found.least, found.seconds])
                if log_lambda == LOG_LAMBDA:
                    results.figures[f"{name}.{algorithm}.hypervolume"] = found.pooled
                    if algorithm == DEFAULT_ALGORITHM:
                        results.figures[f"{name}.default.hypervolume"] = found.pooled
    budgets = [str(budget) for budget in BUDGETS]
    columns = ("data", "algorithm", "lambda", *budgets, "5 x 2000 pooled", "least of the seeds", "CPU s")
    results.add_table(f"Hypervolume (reference 1, 1), mean over {len(seeds)} seeds", columns, rows)


def _quality(data: MMMDataCollection, design: Design, algorithm: str, log_lambda: bool, seeds: range) -> Quality:
    areas, pooled, seconds = [], [], []
    executor = MMMModelExecutor(design=design, log_lambda=log_lambda)
    for seed in seeds:
        collection = executor.model_run(data, TrialsConfig(algorithm=algorithm, cores=2), seed=seed, quiet=True)
        output, spent = collection.model_output, collection.info.timings
        for trial in output.trials:
            errors = trial.metrics[:, :2]
            areas.append([hypervolume(errors[:n, 0], errors[:n, 1]) for n in BUDGETS])
        pooled.append(hypervolume(output.metric("nrmse"), output.metric("decomp_rssd")))
        seconds.append(spent["evaluation"] + spent["optimiser"])
    means = np.mean(areas, axis=0).tolist()
    return Quality(means, float(np.mean(pooled)), float(np.min(pooled)), float(np.min(seconds)))
