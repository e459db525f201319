"""The one place numbers about channels come from: every page and export reads them here."""

from dataclasses import dataclass

import pandas as pd

from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.model_set import SetKind

CHANNEL_COLUMNS = (
    "channel",
    "is_paid",
    "spend",
    "spend_share",
    "mean_spend",
    "contribution",
    "contribution_low",
    "contribution_high",
    "outcome_share",
    "effect_share",
    "roas",
    "roas_low",
    "roas_high",
    "cpa",
    "cpa_low",
    "cpa_high",
    "n_infinite_cpa",
    "marginal_roas",
    "marginal_roas_low",
    "marginal_roas_high",
    "mean_response",
    "carry_over_share",
)
"""Columns of :attr:`Ledger.channels`."""

TERM_COLUMNS = ("term", "contribution", "low", "high", "share")
"""Columns of :attr:`Ledger.terms`."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ledger:
    """Everything a model set says about channels and terms over the modelled periods.

    Attributes:
        channels: One row per medium, paid first in design order; columns :data:`CHANNEL_COLUMNS`. ``spend`` is the raw spend
            (NaN for organic), ``roas = contribution / spend``, ``cpa = spend / contribution`` (inf when nothing is won;
            ``n_infinite_cpa`` counts the models where that is so), ``effect_share`` of the paid total, ``outcome_share`` of the
            fitted whole, ``marginal_roas`` the slope of the response at the mean spend, ``mean_response`` the response at
            the mean spend per period, ``carry_over_share`` of the contribution (NaN when it is not known or nothing is won).
        terms: One row per term, baseline first; columns :data:`TERM_COLUMNS`; ``share`` of the fitted whole.
        fitted_total: Sum of all contributions.
        paid_total: Of the paid channels.
        total_spend: Over the modelled periods.
        n_periods: Modelled periods.
        outcome_kind: Revenue or conversion.
        set_kind: Where the models come from.
        interval_label: What low and high are.
        label: What the set is called.
    """

    channels: pd.DataFrame
    terms: pd.DataFrame
    fitted_total: float
    paid_total: float
    total_spend: float
    n_periods: int
    outcome_kind: OutcomeKind
    set_kind: SetKind
    interval_label: str
    label: str
