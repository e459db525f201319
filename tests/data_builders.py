"""Tables and settings for tests, small by default."""

import datetime as dt
import functools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from mmm_core.entities.columns import ContextColumn, OrganicMedia, Outcome, PaidMedia
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.settings import Baseline, Holiday, MarkedPeriods, ModelSettings, Window

FEATURES = Path(__file__).parent / "golden" / "features"
DEMO = Path(__file__).parent.parent / "assets" / "demo" / "demo_weekly.csv"
NO_PROPHET = Baseline(trend=False, season=False)
ROBYN_WINDOW = Window(start=dt.date(2021, 7, 5), end=dt.date(2024, 10, 6))
_EXPOSURES = {"search_spend": "search_clicks", "social_spend": "social_impressions"}


def small_table(n: int = 60, *, first: str = "2023-01-02", freq: str = "7D") -> pd.DataFrame:
    """Two paid channels and one numeric context column, deterministic.

    Args:
        n: Number of periods.
        first: First day.
        freq: Distance of two periods, as pandas writes it.
    """
    t = np.arange(n)
    return pd.DataFrame(
        {
            "date": pd.date_range(first, periods=n, freq=freq),
            "sales": 1000.0 + 10.0 * t + 50.0 * np.cos(t),
            "tv": 100.0 + 40.0 * np.sin(t),
            "search": 50.0 + 20.0 * np.cos(2.0 * t),
            "price": 10.0 + np.sin(0.3 * t),
        }
    )


def small_settings(**changes: object) -> ModelSettings:
    """Settings of :func:`small_table` without Prophet; ``changes`` replace fields."""
    settings = ModelSettings(
        date="date",
        outcome=Outcome(column="sales"),
        paid_media=(PaidMedia(spend="tv"), PaidMedia(spend="search")),
        context=(ContextColumn(column="price"),),
        baseline=NO_PROPHET,
    )
    return replace(settings, **changes)  # type: ignore[arg-type]


def small_data(table: pd.DataFrame | None = None, **changes: object) -> MMMDataCollection:
    """A collection of :func:`small_table` and :func:`small_settings`."""
    return MMMDataCollection(table=small_table() if table is None else table, settings=small_settings(**changes))


def mark(start: str, end: str, reason: str = "lockdown", **changes: object) -> MarkedPeriods:
    """One-off periods between two ISO days."""
    period = MarkedPeriods(start=dt.date.fromisoformat(start), end=dt.date.fromisoformat(end), reason=reason)
    return replace(period, **changes)  # type: ignore[arg-type]


@functools.cache
def golden_features(name: str) -> pd.DataFrame:
    """A table of tests/golden/features: what R Robyn 3.12.1 made of the demo data."""
    return pd.read_csv(FEATURES / f"{name}.csv.gz")


def robyn_calendar() -> tuple[Holiday, ...]:
    """The holidays Robyn was given for the demo data."""
    days = golden_features("holiday_days")
    return tuple(
        Holiday(date=dt.date.fromisoformat(d), name=n) for d, n in zip(days["ds"], days["holiday"], strict=True)
    )


def demo_settings(*, factor: bool = True, exposures: bool = True, prophet: bool = True) -> ModelSettings:
    """The demo data as in R's golden runs."""
    spends = ("tv_spend", "search_spend", "social_spend", "ooh_spend", "print_spend")
    context = ("competitor_index", "promo_event") if factor else ("competitor_index",)
    return ModelSettings(
        date="date",
        outcome=Outcome(column="revenue"),
        paid_media=tuple(PaidMedia(spend=s, exposure=_EXPOSURES.get(s) if exposures else None) for s in spends),
        organic=(OrganicMedia(column="newsletter_sends"),),
        context=tuple(ContextColumn(column=name) for name in context),
        baseline=Baseline(calendar=robyn_calendar()) if prophet else NO_PROPHET,
        window=ROBYN_WINDOW,
    )


def demo_data(settings: ModelSettings | None = None) -> MMMDataCollection:
    """The demo data with R's settings, or with others."""
    return MMMDataCollection(table=pd.read_csv(DEMO), settings=settings or demo_settings())
