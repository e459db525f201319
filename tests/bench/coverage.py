"""How often 90% bootstrap intervals hold the truth, and how long refits take.

python -m tests.bench.coverage
"""

import time

import numpy as np

from mmm_core.engine.bootstrap import bootstrap_model
from mmm_core.engine.candidate import refit_model
from mmm_core.engine.features import build_design
from mmm_core.engine.model_executor import MMMModelExecutor
from mmm_core.engine.pareto_optimize import ParetoOptimizer
from mmm_core.entities.fitted_model import FittedModel
from mmm_core.entities.model_output import ModelOutputCollection
from mmm_core.entities.trials_config import TrialsConfig
from tests.bench.data_sets import demo_data
from tests.bench.tables import Cell, Results
from tests.coverage_builder import CHANNELS, KnownMarket, intervals_hold, simulate_market

N_MARKETS = 200
SEARCH = TrialsConfig(trials=1, iterations=500, cores=1)


def measure_coverage(results: Results, *, quick: bool = False) -> None:
    """Coverage of contributions at both lambdas over simulated markets, and the time of 500 refits of a demo model."""
    markets = [simulate_market(seed) for seed in range(40 if quick else N_MARKETS)]
    at_least = np.array([intervals_hold(market) for market in markets])
    penalties = [searched_penalty(market) for market in markets]
    searched = np.array(
        [intervals_hold(market, penalty=penalty) for market, penalty in zip(markets, penalties, strict=True)]
    )
    shrunk = np.median([p / market.hyperparameters["lambda"] for p, market in zip(penalties, markets, strict=True)])
    rows: list[list[Cell]] = []
    for label, factor, holds in (("its lower bound", 1.0, at_least), ("as searched", float(shrunk), searched)):
        rows.append([label, factor, float(holds.mean()), *map(float, holds.mean(axis=0))])
    results.figures["coverage.lowest_lambda"] = float(at_least.mean())
    results.figures["coverage.searched_lambda"] = float(searched.mean())
    results.add_table(
        f"Share of 90% bootstrap intervals of contributions that hold the truth, {len(markets)} simulated markets",
        ("lambda", "times its lower bound (median)", "pooled", *CHANNELS),
        rows,
    )
    results.figures["bootstrap.500.seconds"] = time_refits()
    results.note(f"500 bootstrap refits of a demo model: {results.figures['bootstrap.500.seconds']:.4f} s.")


def searched_penalty(market: KnownMarket) -> float:
    """Lambda of the model that is recommended after a search over lambda alone; everything else is at its true value."""
    collection = MMMModelExecutor(design=market.design).model_run(market.data, SEARCH, quiet=True)
    return recommended(market, collection)["lambda"]


def recommended(market: KnownMarket, collection: ModelOutputCollection) -> dict[str, float]:
    """Hyperparameters of the recommended model of a run."""
    candidates = ParetoOptimizer().pareto_optimize(market.data, collection)
    table = candidates["candidates"].set_index("solution_id")
    names = list(collection.model_output.parameter_names)
    return {name: float(value) for name, value in table.loc[candidates["recommended_id"], names].items()}


def time_refits(repeats: int = 5) -> float:
    """Seconds of 500 refits of one model of the demo, warm, the best of several."""
    data = demo_data()
    design = build_design(data)
    collection = MMMModelExecutor(design=design).model_run(data, SEARCH, quiet=True)
    output = collection.model_output
    best = int(np.argmin(output.metric("nrmse")))
    values = output.stacked("hyperparameters")[best]
    model: FittedModel = refit_model(design, dict(zip(output.parameter_names, values.tolist(), strict=True)))
    seconds = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        bootstrap_model(design, model, n_refits=500)
        seconds.append(time.perf_counter() - start)
    return min(seconds[1:])


if __name__ == "__main__":
    measure_coverage(Results())
