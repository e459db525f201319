"""How long a backtest of the recommended answer takes: six dates, eight weeks ahead, on the demo."""

import time

import pandas as pd

from mmm_core.engine.backtest import BacktestTask, run_backtest
from mmm_core.engine.demo_project import demo_settings
from mmm_core.entities.backtest import Backtest, BacktestQuestion, Contender, Subject
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.trials_config import TrialsConfig
from tests.bench.data_sets import DEMO
from tests.bench.tables import Results

CORES = 2
QUESTION = BacktestQuestion(subject=Subject.AVERAGED, n_dates=6, horizon=8)


def measure_backtest(results: Results) -> None:
    """Once to warm up, then timed."""
    demo = MMMDataCollection(table=pd.read_csv(DEMO), settings=demo_settings())
    task = BacktestTask(data=demo, question=QUESTION, trials=TrialsConfig(cores=CORES), seed=123)
    run_backtest(task)
    seen: list[float] = []
    began = time.perf_counter()

    def note(_: Backtest) -> None:
        seen.append(time.perf_counter() - began)

    found = run_backtest(task, progress=note)
    results.figures["backtest.first_seconds"] = seen[0]
    results.figures["backtest.total_seconds"] = seen[-1]
    results.add_table(
        f"Backtest of the recommended answer on the demo, {QUESTION.n_dates} dates, {QUESTION.horizon} weeks ahead, {CORES} "
        f"processors, warm: first dates after {seen[0]:.2f} s, all after {seen[-1]:.1f} s",
        ("foretold by", "off by, % of what came", "NRMSE"),
        [[who.value, 100.0 * found.miss(who), found.nrmse(who)] for who in Contender],
    )
