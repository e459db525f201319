"""Markets for tests of the averaged estimate."""

import functools
import json
from pathlib import Path

import numpy as np
import pandas as pd

from mmm_core.engine.demo_project import demo_settings
from mmm_core.engine.posterior_sampler import PosteriorSampler
from mmm_core.entities.columns import Outcome, PaidMedia
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.posterior import Posterior
from mmm_core.entities.settings import ModelSettings

DEMO = Path(__file__).parent.parent / "assets" / "demo"


def market_table(
    n: int = 120, n_channels: int = 3, *, seed: int = 0, freq: str = "7D", media: float = 0.3, noise: float = 0.05
) -> pd.DataFrame:
    """Pulsed channels that all return the same, a season, and noise; ``media`` and ``noise`` as shares of the base of 1000."""
    random = np.random.default_rng(seed)
    spend = random.gamma(2.0, 50.0, (n, n_channels)) * (random.random((n, n_channels)) < 0.7)
    dates = pd.date_range("2020-01-06", periods=n, freq=freq)
    base = 1000.0 + 100.0 * np.sin(2.0 * np.pi * dates.day_of_year.to_numpy() / 365.25)
    table = pd.DataFrame(spend, columns=[f"c{i}" for i in range(n_channels)])
    table.insert(0, "date", dates)
    table["y"] = base + 1000.0 * media * spend.sum(1) / spend.sum(1).mean() + 1000.0 * noise * random.standard_normal(n)
    return table


def market(table: pd.DataFrame | None = None, **changes: object) -> MMMDataCollection:
    """A collection of :func:`market_table`; every column that starts with c is a paid channel."""
    table = market_table() if table is None else table
    channels = tuple(PaidMedia(spend=name) for name in table.columns if str(name).startswith("c"))
    settings = {"date": "date", "outcome": Outcome(column="y"), "paid_media": channels, **changes}
    return MMMDataCollection(table=table, settings=ModelSettings(**settings))


def sample_briefly(data: MMMDataCollection, **changes: object) -> Posterior:
    """Two short chains."""
    options = {"chains": 2, "sweeps": 300, "burn_in": 100, **changes}
    return PosteriorSampler().sample(data, **options)


@functools.cache
def demo_posterior() -> Posterior:
    """The demo as the product shows it, with the defaults."""
    table = pd.read_csv(DEMO / "demo_weekly.csv")
    return PosteriorSampler().sample(MMMDataCollection(table=table, settings=demo_settings()))


def demo_truth() -> dict[str, float]:
    """True ROAS by paid channel key."""
    channels = json.loads((DEMO / "demo_truth.json").read_text())["channels"].values()
    return {channel["spend_column"]: channel["roas"] for channel in channels if channel["spend_column"]}
