"""How long the averaged estimate takes, and how that grows with rows and channels."""

import time

import numpy as np
import pandas as pd

from mmm_core.engine.demo_project import demo_settings
from mmm_core.engine.posterior_sampler import PosteriorSampler
from mmm_core.entities.columns import Outcome, PaidMedia
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.posterior import Posterior
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
    seconds, posterior = min((_timed(demo) for _ in range(2 if quick else 5)), key=lambda pair: pair[0])
    results.figures["sampler.demo.seconds"] = seconds
    results.figures["sampler.demo.r_hat"] = posterior.worst_r_hat
    rows: list[list[Cell]] = [["demo", len(posterior.model_set.design.rows), 6, seconds, posterior.worst_r_hat]]
    by_rows = [(n, *_timed(_market(n, 6))) for n in ROWS]
    by_channels = [(n, *_timed(_market(520, n))) for n in CHANNELS]
    rows += [["daily", n, 6, spent, answer.worst_r_hat] for n, spent, answer in by_rows]
    rows += [["daily", 520, n, spent, answer.worst_r_hat] for n, spent, answer in by_channels]
    results.figures["sampler.slope.rows"] = slope([(n, spent) for n, spent, _ in by_rows])
    results.figures["sampler.slope.channels"] = slope([(n, spent) for n, spent, _ in by_channels])
    if not quick:
        n_rows, n_channels = LARGEST
        spent, answer = _timed(_market(n_rows, n_channels))
        results.figures["sampler.largest.seconds"] = spent
        rows.append(["daily", n_rows, n_channels, spent, answer.worst_r_hat])
    results.add_table(
        f"Averaged estimate, 4 x 1000 sweeps, {CORES} processors, warm: slope of the logarithms "
        f"{results.figures['sampler.slope.rows']:.2f} in rows, {results.figures['sampler.slope.channels']:.2f} in channels",
        ("data", "rows", "channels", "seconds", "worst R-hat"),
        rows,
    )


def _timed(data: MMMDataCollection) -> tuple[float, Posterior]:
    start = time.perf_counter()
    posterior = PosteriorSampler().sample(data, cores=CORES)
    return time.perf_counter() - start, posterior


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
