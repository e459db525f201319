"""The methodology as the page shows it, and where each term of the glossary is explained in it."""

import functools
import re
from types import MappingProxyType
from typing import NamedTuple

from pages.shared.routes import ROOT

MANUAL = ROOT / "docs" / "methodology.md"

EXPLAINED_UNDER = MappingProxyType(
    {
        "What is modelled": (
            "exposure",
            "leave_out",
            "outcome",
            "outcome_kind",
            "periods_per_parameter",
            "role",
            "sign",
            "window",
        ),
        "Baseline": ("baseline", "calendar", "context", "event", "intercept", "season", "trend", "weekday"),
        "Carry-over": ("adstock", "carry_over", "half_life", "scale", "shape", "theta"),
        "Saturation": ("alpha", "gamma", "saturation"),
        "Shares of spend and effect": ("effect_share", "spend_share"),
        "ROAS and cost per conversion": ("break_even", "margin", "roas"),
        "Fit error": ("nrmse", "rsq"),
        "Business error": ("decomp_rssd", "rssd_zero_penalty"),
        "Shrinkage": ("lambda", "penalty"),
        "Validation": ("train_size", "validation"),
        "Search": ("algorithm", "candidate", "convergence", "cores", "iterations", "seed", "trials"),
        "Fronts and the recommended model": ("front", "weights"),
        "Averaged estimate": ("averaged", "r_hat"),
        "Posterior interval": ("posterior",),
        "Lift studies": (
            "before_after",
            "left_out",
            "lift_study",
            "mape",
            "standard_error",
            "study_confidence",
            "study_scope",
            "study_spend",
        ),
        "Marginal ROAS": ("marginal_roas",),
        "Clusters": ("cluster", "silhouette"),
        "Response curves": ("extrapolation",),
        "Budget plan": ("budget_aim", "budget_freedom", "budget_history", "budget_models", "lock"),
        "Trust card": ("placebo", "trust_card", "verdict"),
        "Backtest": ("backtest", "horizon", "past_dates"),
        "Detectable ROAS": ("detectable",),
        "Robyn bridge": ("holdout", "robyn_design"),
        "Refresh": ("decomp_rssd_refresh", "refresh", "refresh_freedom", "refresh_steps"),
    }
)
"""Terms of the glossary by the heading under which the methodology explains them."""


class Section(NamedTuple):
    """One paragraph of the methodology, or a few.

    Attributes:
        title: Its heading; empty for what stands before the first one.
        anchor: The part of the address behind ``#``.
        text: Markdown.
    """

    title: str
    anchor: str
    text: str


@functools.cache
def sections() -> tuple[Section, ...]:
    """The methodology in the order of the file, read once."""
    parts = re.split(r"^## +(.+)$", MANUAL.read_text(encoding="utf-8"), flags=re.MULTILINE)
    opening = re.sub(r"^# .+$", "", parts[0], count=1, flags=re.MULTILINE).strip()
    titles, texts = parts[1::2], parts[2::2]
    named = (Section(title, anchor_of(title), text.strip()) for title, text in zip(titles, texts, strict=True))
    return Section("", "", opening), *named


def anchor_of(title: str) -> str:
    """A heading as part of an address: lower-case letters and digits, joined by dashes."""
    return "-".join(re.findall(r"[a-z0-9]+", title.lower()))


def address_of(term: str) -> str:
    """Where a term of the glossary is explained, as a link from any page.

    Raises:
        KeyError: The methodology explains no such term.
    """
    for title, terms in EXPLAINED_UNDER.items():
        if term in terms:
            return f"methodology#{anchor_of(title)}"
    raise KeyError(term)
