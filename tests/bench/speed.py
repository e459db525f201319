"""How long runs take, and where the time goes."""

import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mmm_core.engine.candidate_evaluator import CandidateEvaluator
from mmm_core.engine.features import build_design
from mmm_core.engine.model_executor import MMMModelExecutor, plan_search, warm_up
from mmm_core.entities.columns import AdstockKind
from mmm_core.entities.design import Design, FloatArray
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.project import Project
from mmm_core.entities.settings import DEFAULT_BOUNDS
from mmm_core.entities.trials_config import ALGORITHMS, TrialsConfig
from mmm_core.runs.execute import execute_project
from mmm_core.runs.export import write_run
from tests.bench.data_sets import demo_data
from tests.bench.tables import Cell, Results
from tests.builders import random_design

OFTEN = ("NSGA2", "TwoPointsDE")
ROWS = (104, 208, 520, 1040, 2080)
CHANNELS = (3, 6, 12, 30, 60)


class Timed(NamedTuple):
    """One run, seconds; evaluation and optimiser are summed over processes."""

    total: float
    search: float
    evaluation: float
    optimiser: float
    fronts: float
    writing: float

    @property
    def rest(self) -> float:
        """What one process spends on neither; only meaningful for one process."""
        return self.total - self.evaluation - self.optimiser - self.fronts - self.writing


def time_run(data: MMMDataCollection, trials: TrialsConfig) -> Timed:
    """Search, fronts and files of one run in this warm process, as the worker does it."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        result, _ = execute_project(Project(data=data, trials=trials))
        searched = time.perf_counter()
        write_run(Path(folder), result)
        done = time.perf_counter()
    spent = result.collection.info.timings
    return Timed(
        done - start, spent["search"], spent["evaluation"], spent["optimiser"], spent["pareto"], done - searched
    )


def measure_runs(results: Results, data_sets: dict[str, Callable[[], MMMDataCollection]], *, quick: bool) -> None:
    """10,000 models (5 x 2000) per data set, algorithm and number of processes; the best of several runs."""
    rows: list[list[Cell]] = []
    for algorithm in OFTEN if quick else ALGORITHMS:
        warm_up(2, algorithm)
        for name in ("demo", "robyn"):
            if name not in data_sets:
                continue
            data = data_sets[name]()
            build_design(data)
            for cores in (1, 2):
                repeats = 4 if algorithm in OFTEN else 1
                trials = TrialsConfig(algorithm=algorithm, cores=cores)
                best = min(time_run(data, trials) for _ in range(repeats))
                results.figures[f"{name}.{algorithm}.{cores}.seconds"] = best.total
                rest: Cell = best.rest if cores == 1 else ""
                rows.append([name, algorithm, cores, best.total, 10_000 / best.total, *best[1:], rest])
    results.add_table(
        "10,000 models (5 x 2000), warm: seconds, best of several runs; evaluation and optimiser summed over processes",
        (
            "data",
            "algorithm",
            "processes",
            "seconds",
            "models/s",
            "search",
            "evaluation",
            "optimiser",
            "fronts",
            "writing",
            "rest",
        ),
        rows,
    )


def measure_evaluation(results: Results) -> None:
    """One core, 6 media, 208 rows: random candidates, and those a search ends up with."""
    data = demo_data(whole=True)
    design = build_design(data)
    trials = TrialsConfig(trials=1, cores=1)
    space = plan_search(data.settings, design, trials).space
    random = space.from_unit(np.random.default_rng(0).random((2000, len(space.names))))
    searched = MMMModelExecutor(design=design).model_run(data, trials).model_output.stacked("hyperparameters")
    evaluator = CandidateEvaluator(design, space.names, trials)
    rows: list[list[Cell]] = []
    for label, values in (("random", random), ("searched", searched)):
        milliseconds = best_milliseconds(evaluator, values)
        results.figures[f"evaluation.{label}.milliseconds"] = milliseconds
        rows.append([label, len(design.rows), len(design.media_names), milliseconds, 1000.0 / milliseconds])
    results.add_table("Evaluation on one core", ("candidates", "rows", "media", "ms a model", "models/s"), rows)


def measure_sizes(results: Results, *, quick: bool) -> None:
    """Evaluation against rows and channels, geometric adstock, random candidates."""
    n_models = 100 if quick else 300
    by_rows = [(n, _milliseconds(random_design(n_periods=n, n_paid=5, n_organic=1), n_models)) for n in ROWS]
    by_channels = [(n, _milliseconds(random_design(n_periods=208, n_paid=n, n_organic=0), n_models)) for n in CHANNELS]
    for label, points in (("rows", by_rows), ("channels", by_channels)):
        results.figures[f"slope.{label}"] = slope(points)
        steepest = max(slope(list(pair)) for pair in pairwise(points))
        results.add_table(
            f"Evaluation against {label}: slope {slope(points):.2f} of the logarithms, steepest step {steepest:.2f}",
            (label, "ms a model"),
            [list(point) for point in points],
        )


def best_milliseconds(evaluator: CandidateEvaluator, values: FloatArray, repeats: int = 7) -> float:
    """Milliseconds per model, the best of several passes over all candidates."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        evaluator.evaluate(values)
        seconds.append(time.perf_counter() - start)
    return 1000.0 * min(seconds) / len(values)


def slope(points: list[tuple[int, float]]) -> float:
    """Least-squares slope of log cost against log size."""
    sizes, costs = np.log(np.array(points, dtype=np.float64)).T
    return float(np.polyfit(sizes, costs, 1)[0])


def _milliseconds(design: Design, n_models: int) -> float:
    bounds = DEFAULT_BOUNDS[AdstockKind.GEOMETRIC]
    names = [f"{channel}_{parameter}" for channel in design.media_names for parameter in bounds] + ["lambda"]
    low, high = (
        np.array([bounds[name.rsplit("_", 1)[1]][end] for name in names[:-1]] + [limit])
        for end, limit in ((0, 1.0), (1, 1e5))
    )
    values = low + (high - low) * np.random.default_rng(0).random((n_models, len(names)))
    return best_milliseconds(CandidateEvaluator(design, names, TrialsConfig()), values, repeats=4)
