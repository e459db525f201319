"""How long the averaged estimate takes, and how that grows with rows and channels."""

import time
from typing import NamedTuple

import numpy as np
import pandas as pd

from mmm_core.engine.demo_project import demo_settings
from mmm_core.engine.posterior_sampler import PosteriorSampler
from mmm_core.entities.columns import Outcome, PaidMedia
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.settings import Baseline, ModelSettings
from tests.bench.data_sets import DEMO
from tests.bench.speed import slope
from tests.bench.tables import Cell, Results

ROWS = (260, 520, 1040, 2080)
CHANNELS = (3, 6, 12, 24, 48)
LARGEST = (2000, 50)
CORES = 2


def measure_sampler(results: Results, *, quick: bool = False) -> None:
    """The demo with 4 x 1000 sweeps on two processors, then daily markets of several sizes."""
    demo = MMMDataCollection(table=pd.read_csv(DEMO), settings=demo_settings())
    PosteriorSampler().sample(demo, cores=CORES)
    best = min(_time(demo) for _ in range(2 if quick else 5))
    results.figures["sampler.demo.seconds"] = best.seconds
    results.figures["sampler.demo.r_hat"] = best.r_hat
    rows: list[list[Cell]] = [["demo", len(demo.rows), 6, *best]]
    by_rows = [(n, _time(_market(n, 6))) for n in ROWS]
    by_channels = [(n, _time(_market(520, n))) for n in CHANNELS]
    rows += [["daily", n, 6, *timed] for n, timed in by_rows]
    rows += [["daily", 520, n, *timed] for n, timed in by_channels]
    for name, points in (("rows", by_rows), ("channels", by_channels)):
        results.figures[f"sampler.slope.{name}"] = slope([(n, timed.processor_seconds) for n, timed in points])
    if not quick:
        n_rows, n_channels = LARGEST
        largest = _time(_market(n_rows, n_channels))
        results.figures["sampler.largest.seconds"] = largest.seconds
        rows.append(["daily", n_rows, n_channels, *largest])
    results.add_table(
        f"Averaged estimate, 4 x 1000 sweeps, {CORES} processors, warm: slope of the logarithms "
        f"{results.figures['sampler.slope.rows']:.2f} in rows, {results.figures['sampler.slope.channels']:.2f} in channels",
        ("data", "rows", "channels", "seconds", "processor seconds", "worst R-hat"),
        rows,
    )


class _Timed(NamedTuple):
    """Wall clock on two processors, and what all threads used of them, which other programs do not disturb."""

    seconds: float
    processor_seconds: float
    r_hat: float


def _time(data: MMMDataCollection) -> _Timed:
    start, used = time.perf_counter(), time.process_time()
    posterior = PosteriorSampler().sample(data, cores=CORES)
    return _Timed(time.perf_counter() - start, time.process_time() - used, posterior.worst_r_hat)


def _market(n_rows: int, n_channels: int) -> MMMDataCollection:
    """Daily pulses that all return the same, over a weekly and a yearly pattern."""
    random = np.random.default_rng(0)
    spend = random.gamma(2.0, 50.0, (n_rows, n_channels)) * (random.random((n_rows, n_channels)) < 0.7)
    days = np.arange(n_rows)
    base = 1000.0 + 100.0 * np.sin(2.0 * np.pi * days / 365.25) + 50.0 * (days % 7 > 4)
    table = pd.DataFrame(spend, columns=[f"channel_{i}" for i in range(n_channels)])
    table.insert(0, "date", pd.date_range("2019-01-07", periods=n_rows, freq="D"))
    table["sales"] = base + 300.0 * spend.sum(1) / spend.sum(1).mean() + 50.0 * random.standard_normal(n_rows)
    settings = ModelSettings(
        date="date",
        outcome=Outcome(column="sales"),
        paid_media=tuple(PaidMedia(spend=f"channel_{i}") for i in range(n_channels)),
        baseline=Baseline(weekday=True, holidays="US"),
    )
    return MMMDataCollection(table=table, settings=settings)
