"""A refresh with four new weeks against a first run of the same data, in the same process, each by its default settings."""

import statistics
import time

import pandas as pd

from mmm_core.engine.demo_project import demo_settings
from mmm_core.engine.prophet_baseline import forget_fits
from mmm_core.engine.refresh_check import new_data_of
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.project import Project
from mmm_core.entities.refresh import ModelRefreshConfig
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.runs.execute import execute_project
from mmm_core.runs.execute_refresh import execute_refresh
from tests.bench.data_sets import DEMO
from tests.bench.tables import Results

REPEATS = 5
CORES = 2
N_NEW = 4


def measure_refresh(results: Results) -> None:
    """Runs and refreshes in turn, warm; Prophet fits its data anew in each. Both answers and the report are made."""
    table = pd.read_csv(DEMO)
    old = MMMDataCollection(table=table.iloc[:-N_NEW], settings=demo_settings())
    new, trials = new_data_of(old, table), TrialsConfig(cores=CORES)
    firsts, refreshes = [], []
    for _ in range(1 + REPEATS):
        forget_fits()
        began = time.perf_counter()
        result, _ = execute_project(Project(data=old, trials=trials))
        between = time.perf_counter()
        forget_fits()
        start = time.perf_counter()
        execute_refresh(result, old, new, ModelRefreshConfig(), trials=trials)
        firsts.append(between - began)
        refreshes.append(time.perf_counter() - start)
    ratios = [refresh / first for first, refresh in zip(firsts[1:], refreshes[1:], strict=True)]
    results.figures["refresh.ratio"] = statistics.median(ratios)
    results.figures["refresh.seconds"] = statistics.median(refreshes[1:])
    results.add_table(
        f"A refresh with {N_NEW} new weeks against a first run, demo, {CORES} processors, seconds",
        ("what", "median", "slowest"),
        [
            ["first run", statistics.median(firsts[1:]), max(firsts[1:])],
            ["refresh, both answers and why they moved", statistics.median(refreshes[1:]), max(refreshes[1:])],
            ["refresh over first run", statistics.median(ratios), max(ratios)],
        ],
    )
