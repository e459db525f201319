"""A small market, models of its first weeks, and refreshes of them: no Prophet and short searches, so that tests are fast."""

import datetime as dt
import functools

import numpy as np
import pandas as pd

from mmm_core.engine.model_executor import MMMModelExecutor
from mmm_core.engine.model_refresh import ModelRefresh, Origin, RefreshPlan, Stepped, origin_of
from mmm_core.entities.columns import ContextColumn, OrganicMedia, Outcome, PaidMedia
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.model_output import ModelOutputCollection
from mmm_core.entities.refresh import ModelRefreshConfig
from mmm_core.entities.settings import Baseline, ModelSettings, Window
from mmm_core.entities.trials_config import TrialsConfig

N_OLD = 104
SEARCH = TrialsConfig(trials=2, iterations=80, cores=1)


def market_table(n: int = N_OLD) -> pd.DataFrame:
    """Weekly sales of two paid channels, one organic and a price; the first rows do not depend on ``n``."""
    random = np.random.default_rng(5)
    noise = random.normal(0.0, 1.0, (200, 5))[:n]
    t = np.arange(n)
    tv = np.where(t % 9 < 4, 900.0 + 200.0 * noise[:, 0], 0.0)
    search, mails = 300.0 + 60.0 * noise[:, 1], 50.0 + 30.0 * (t % 5) + 5.0 * noise[:, 2] ** 2
    price = 10.0 + np.sin(0.2 * t) + 0.3 * noise[:, 3]
    carried = np.convolve(np.maximum(tv, 0.0), 0.5 ** np.arange(12))[:n]
    sales = (
        9000.0 + 6.0 * t - 120.0 * price + 2500.0 * carried / (carried + 1500.0) + 2.0 * search + 120.0 * noise[:, 4]
    )
    columns = {"sales": sales, "tv": np.maximum(tv, 0.0), "search": search, "mails": mails, "price": price}
    return pd.DataFrame({"date": pd.date_range("2022-01-03", periods=n, freq="7D"), **columns})


def market_settings(window: Window | None = None) -> ModelSettings:
    return ModelSettings(
        date="date",
        outcome=Outcome(column="sales"),
        paid_media=(PaidMedia(spend="tv"), PaidMedia(spend="search")),
        organic=(OrganicMedia(column="mails"),),
        context=(ContextColumn(column="price"),),
        baseline=Baseline(trend=False, season=False),
        window=window,
    )


def market_data(n: int = N_OLD, window: Window | None = None) -> MMMDataCollection:
    return MMMDataCollection(table=market_table(n), settings=market_settings(window))


def days(start: str, end: str) -> Window:
    return Window(start=dt.date.fromisoformat(start), end=dt.date.fromisoformat(end))


@functools.cache
def first_model(trials: TrialsConfig = SEARCH) -> ModelOutputCollection:
    """A model of the first 104 weeks."""
    return MMMModelExecutor().model_run(market_data(), trials, seed=3, quiet=True)


def config(steps: int = 4, mode: str = "manual", freedom: float | None = None, trials: int = 3) -> ModelRefreshConfig:
    return ModelRefreshConfig(
        refresh_steps=steps, refresh_mode=mode, refresh_iters=60, refresh_trials=trials, bounds_freedom=freedom
    )


def steps_of(
    new: MMMDataCollection,
    asked: ModelRefreshConfig,
    *,
    origin: Origin | None = None,
    seed: int = 3,
    accept_revisions: bool = False,
) -> list[Stepped]:
    """Every step of a refresh of :func:`first_model`."""
    plan = RefreshPlan(asked, SEARCH, seed)
    return ModelRefresh(accept_revisions=accept_revisions).run_steps(origin or origin_of(first_model()), new, plan)
