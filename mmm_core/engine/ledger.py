"""The ledger: computes every number about channels and terms that pages and exports show."""

import numpy as np
import pandas as pd

from mmm_core.engine.model_sets import marginal_responses, point_of, responses, spend_of
from mmm_core.engine.set_intervals import set_interval
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.design import FloatArray
from mmm_core.entities.ledger import CHANNEL_COLUMNS, TERM_COLUMNS, Ledger
from mmm_core.entities.model_set import ModelSet


def build_ledger(model_set: ModelSet, outcome_kind: OutcomeKind) -> Ledger:
    """Everything a model set says about channels and terms over the modelled periods.

    Shares, ROAS and CPA are made of sums over the modelled periods of outcome and raw spend; R Robyn's JSON divides by the
    spend of all rows. Nothing is clamped: where a channel wins nothing its CPA is infinite, and counted.

    Args:
        model_set: The models.
        outcome_kind: Revenue or conversion.
    """
    totals = point_of(model_set, model_set.contributions)
    fitted = float(totals.sum())
    n_paid = model_set.design.n_paid
    paid = totals[len(totals) - len(model_set.design.media_names) :][:n_paid]
    spend = model_set.design.spend[model_set.design.rows]
    return Ledger(
        channels=_channels(model_set, fitted),
        terms=_terms(model_set, totals, fitted),
        fitted_total=fitted,
        paid_total=float(paid.sum()),
        total_spend=float(spend.sum()),
        n_periods=len(model_set.design.rows),
        outcome_kind=outcome_kind,
        set_kind=model_set.kind,
        interval_label=model_set.interval_label,
        label=model_set.label,
    )


def _channels(model_set: ModelSet, fitted: float) -> pd.DataFrame:
    design = model_set.design
    is_paid = np.arange(len(design.media_names)) < design.n_paid
    seen = spend_of(design)
    spend = np.where(is_paid, seen.sum(axis=0), np.nan)
    every = model_set.media_contributions
    contribution = point_of(model_set, every)
    low, high = set_interval(model_set, every)
    mean = seen.mean(axis=0)
    slopes = np.where(is_paid, marginal_responses(model_set.curves, mean[None, :])[:, 0, :], np.nan)
    slope_low, slope_high = set_interval(model_set, slopes)
    paid_total = np.where(is_paid, contribution[is_paid].sum(), np.nan)
    columns = {
        "channel": list(design.media_names),
        "is_paid": is_paid,
        "spend": spend,
        "spend_share": spend / np.nansum(spend),
        "mean_spend": np.where(is_paid, mean, np.nan),
        "contribution": contribution,
        "contribution_low": low,
        "contribution_high": high,
        "outcome_share": _ratio(contribution, np.full_like(contribution, fitted), otherwise=0.0),
        "effect_share": np.where(is_paid, _ratio(contribution, paid_total, otherwise=0.0), np.nan),
        "roas": _ratio(contribution, spend, otherwise=np.nan),
        "roas_low": _ratio(low, spend, otherwise=np.nan),
        "roas_high": _ratio(high, spend, otherwise=np.nan),
        "cpa": _cost(spend, contribution),
        "cpa_low": _cost(spend, high),
        "cpa_high": _cost(spend, low),
        "n_infinite_cpa": np.where(is_paid, (every[model_set.weights > 0] <= 0).sum(axis=0), 0),
        "marginal_roas": point_of(model_set, slopes),
        "marginal_roas_low": slope_low,
        "marginal_roas_high": slope_high,
        "mean_response": point_of(model_set, responses(model_set.curves, mean[None, :])[:, 0, :]),
        "carry_over_share": _ratio(model_set.carry_over, contribution, otherwise=np.nan),
    }
    return pd.DataFrame(columns)[list(CHANNEL_COLUMNS)]


def _terms(model_set: ModelSet, totals: FloatArray, fitted: float) -> pd.DataFrame:
    low, high = set_interval(model_set, model_set.contributions)
    share = _ratio(totals, np.full_like(totals, fitted), otherwise=0.0)
    columns = dict(zip(TERM_COLUMNS, (list(model_set.term_names), totals, low, high, share), strict=True))
    return pd.DataFrame(columns)


def _ratio(numerator: FloatArray, denominator: FloatArray, *, otherwise: float) -> FloatArray:
    ratio: FloatArray = np.divide(
        numerator, denominator, out=np.full_like(numerator, otherwise), where=denominator != 0
    )
    return ratio


def _cost(spend: FloatArray, won: FloatArray) -> FloatArray:
    """Spend per unit won; infinite where nothing is won, NaN for organic media."""
    cost: FloatArray = np.divide(spend, won, out=np.where(np.isnan(spend), np.nan, np.inf), where=won > 0)
    return cost
