"""What the benchmark models: our demo, other people's data where they are at hand, and designs of any size."""

import datetime as dt
import json
import os
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from mmm_core.entities.columns import ContextColumn, OrganicMedia, Outcome, OutcomeKind, PaidMedia
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.settings import Baseline, ModelSettings, Window

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "assets" / "demo" / "demo_weekly.csv"
VARIABLE = "MMM_STUDIO_BENCH_DATA"
TELEVISION = {"theta": (0.3, 0.8)}


def public_data() -> Path | None:
    """Folder with other people's data sets: named by the environment, or ``shared/data`` beside this checkout."""
    given = os.environ.get(VARIABLE)
    folder = Path(given) if given else ROOT.parent / "shared" / "data"
    return folder if folder.is_dir() else None


def demo_data(*, whole: bool = False) -> MMMDataCollection:
    """Our demo: five paid channels and a newsletter; 170 weeks of 208, or all of them."""
    exposures = {"search_spend": "search_clicks", "social_spend": "social_impressions"}
    spends = ("tv_spend", "search_spend", "social_spend", "ooh_spend", "print_spend")
    settings = ModelSettings(
        date="date",
        outcome=Outcome(column="revenue"),
        paid_media=tuple(PaidMedia(spend=spend, exposure=exposures.get(spend)) for spend in spends),
        organic=(OrganicMedia(column="newsletter_sends"),),
        context=(ContextColumn(column="competitor_index"), ContextColumn(column="promo_event")),
        baseline=Baseline(holidays="US"),
        window=None if whole else Window(start=dt.date(2021, 7, 5), end=dt.date(2024, 9, 30)),
        bounds={"tv_spend": TELEVISION},
    )
    return MMMDataCollection(table=pd.read_csv(DEMO), settings=settings)


def robyn_data(folder: Path) -> MMMDataCollection:
    """Robyn's simulated weekly data with the settings the issue fixes for every comparison."""
    exposures = {"facebook_S": "facebook_I", "search_S": "search_clicks_P"}
    spends = ("tv_S", "ooh_S", "print_S", "facebook_S", "search_S")
    settings = ModelSettings(
        date="DATE",
        outcome=Outcome(column="revenue"),
        paid_media=tuple(PaidMedia(spend=spend, exposure=exposures.get(spend)) for spend in spends),
        organic=(OrganicMedia(column="newsletter"),),
        context=(ContextColumn(column="competitor_sales_B"), ContextColumn(column="events")),
        baseline=Baseline(holidays="DE"),
        window=Window(start=dt.date(2016, 1, 4), end=dt.date(2018, 12, 31)),
        bounds={"tv_S": TELEVISION},
    )
    table = pd.read_csv(folder / "robyn_dt_simulated_weekly" / "dt_simulated_weekly.csv")
    return MMMDataCollection(table=table, settings=settings)


def sibylhe_data(folder: Path) -> MMMDataCollection:
    """A retailer with ten paid and three organic channels; its dummy columns are left to Prophet."""
    context = ("me_ics_all", "me_gas_dpg", "st_ct", "mrkdn_valadd_edw", "mrkdn_pdm")
    return _by_roles(folder / "sibylhe_retail" / "data.csv", context, OutcomeKind.REVENUE)


def meridian_data(folder: Path) -> MMMDataCollection:
    """Google's national example: conversions, five paid channels, one organic."""
    context = ("competitor_sales_control", "sentiment_score_control", "Promo")
    path = folder / "meridian_national_all_channels" / "national_all_channels.csv"
    return _by_roles(path, context, OutcomeKind.CONVERSION)


def searched_data(folder: Path | None) -> dict[str, Callable[[], MMMDataCollection]]:
    """The data sets on which algorithms are compared, as far as they are at hand."""
    if folder is None:
        return {"demo": demo_data}
    return {
        "demo": demo_data,
        "robyn": lambda: robyn_data(folder),
        "sibylhe": lambda: sibylhe_data(folder),
        "meridian": lambda: meridian_data(folder),
    }


def _by_roles(path: Path, context: tuple[str, ...], kind: OutcomeKind) -> MMMDataCollection:
    roles = json.loads((path.parent / "meta.json").read_text())["roles"]
    settings = ModelSettings(
        date=roles["date"],
        outcome=Outcome(column=roles["kpi"], kind=kind),
        paid_media=tuple(PaidMedia(spend=spend, exposure=roles["exposure"][spend]) for spend in roles["spend"]),
        organic=tuple(OrganicMedia(column=column) for column in roles["organic"]),
        context=tuple(ContextColumn(column=column) for column in context),
        baseline=Baseline(holidays="US"),
    )
    return MMMDataCollection(table=pd.read_csv(path), settings=settings)
