"""The demo: weekly data of an invented brand, whose truth is known, with the settings an analyst would choose."""

from mmm_core.entities.columns import ContextColumn, OrganicMedia, Outcome, PaidMedia
from mmm_core.entities.settings import Baseline, ModelSettings

DEMO_NAME = "Demo brand"
DEMO_FILE = "demo_weekly.csv"


def demo_settings() -> ModelSettings:
    """Settings of the demo: exposures where there are some, US holidays, television with a longer carry-over."""
    return ModelSettings(
        date="date",
        outcome=Outcome(column="revenue", currency="USD"),
        paid_media=(
            PaidMedia(spend="tv_spend"),
            PaidMedia(spend="search_spend", exposure="search_clicks"),
            PaidMedia(spend="social_spend", exposure="social_impressions"),
            PaidMedia(spend="ooh_spend"),
            PaidMedia(spend="print_spend"),
        ),
        organic=(OrganicMedia(column="newsletter_sends"),),
        context=(ContextColumn(column="competitor_index"), ContextColumn(column="promo_event")),
        baseline=Baseline(trend=True, season=True, holidays="US"),
        bounds={"tv_spend": {"theta": (0.3, 0.8)}},
    )
