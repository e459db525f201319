"""From suggested roles to settings that can be run, and the template people can fill in."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from mmm_core.engine import role_words as words
from mmm_core.entities.columns import (
    ColumnRole,
    ContextColumn,
    Frequency,
    OrganicMedia,
    Outcome,
    OutcomeKind,
    PaidMedia,
)
from mmm_core.entities.findings import RoleSuggestion
from mmm_core.entities.settings import Baseline, Interval, ModelSettings
from mmm_core.errors import DataError

_TELEVISION_THETA: Interval = (0.3, 0.8)


def settings_from_roles(
    suggestions: Sequence[RoleSuggestion], frequency: Frequency | None, currency: str | None = None
) -> ModelSettings:
    """Settings that use every column as suggested.

    Args:
        suggestions: One per column of the table.
        frequency: Length of one period; daily data get a weekday pattern.
        currency: ISO code; EUR when None.

    Raises:
        DataError: No date, no outcome or no paid media is suggested; carries every reason.
    """
    by_role = {role: [s for s in suggestions if s.role is role] for role in ColumnRole}
    _require_essentials(by_role)
    exposures = {s.pairs_with: s.column for s in by_role[ColumnRole.EXPOSURE] if s.pairs_with}
    paid = by_role[ColumnRole.PAID_SPEND]
    outcome = by_role[ColumnRole.OUTCOME][0].column
    return ModelSettings(
        date=by_role[ColumnRole.DATE][0].column,
        outcome=Outcome(column=outcome, kind=outcome_kind(outcome), currency=currency or "EUR"),
        paid_media=tuple(PaidMedia(spend=s.column, exposure=exposures.get(s.column)) for s in paid),
        organic=tuple(OrganicMedia(column=s.column) for s in by_role[ColumnRole.ORGANIC]),
        context=tuple(ContextColumn(column=s.column) for s in by_role[ColumnRole.CONTEXT]),
        baseline=Baseline(weekday=frequency is Frequency.DAY),
        bounds={s.column: {"theta": _TELEVISION_THETA} for s in paid if is_television(s.column)},
    )


def outcome_kind(column: str) -> OutcomeKind:
    """Conversions when the name counts orders, leads and the like; revenue otherwise."""
    tokens = words.read_name(column).tokens
    is_count = any(token in words.COUNTED_OUTCOMES and token not in {"outcome", "target", "kpi"} for token in tokens)
    is_money = any(words.OUTCOME_WEIGHTS.get(token, 0) in {8, 9} and token != "absatz" for token in tokens)
    return OutcomeKind.CONVERSION if is_count and not is_money else OutcomeKind.REVENUE


def is_television(column: str) -> bool:
    """Whether a channel is television, whose carry-over is longer."""
    return words.read_name(column).any_of(words.TELEVISION)


def fit_to_rows(suggestions: tuple[RoleSuggestion, ...], table: pd.DataFrame) -> tuple[RoleSuggestion, ...]:
    """Ignore the context columns that say least until every estimated column has two periods.

    Args:
        suggestions: One per column.
        table: Canonical table.

    Returns:
        The same suggestions, some of them turned to ignore; channels are never touched.
    """
    channels = [s for s in suggestions if s.role in {ColumnRole.PAID_SPEND, ColumnRole.ORGANIC}]
    context = [s for s in suggestions if s.role is ColumnRole.CONTEXT]
    n_bearable = len(table) // 2 - len(channels) - 5  # intercept, trend, season, weekday and holidays come on top
    if len(context) <= n_bearable:
        return suggestions
    informative = sorted(context, key=lambda s: _share_of_usual_value(table[s.column]))
    kept = {s.column for s in informative[: max(n_bearable, 0)]}
    reason = f"{len(table)} rows cannot bear more columns"
    return tuple(
        replace(s, role=ColumnRole.IGNORE, reason=reason) if s in context and s.column not in kept else s
        for s in suggestions
    )


def _share_of_usual_value(column: pd.Series) -> float:
    return float(column.value_counts(normalize=True).iloc[0]) if column.notna().any() else 1.0


def _require_essentials(by_role: dict[ColumnRole, list[RoleSuggestion]]) -> None:
    missing = {
        ColumnRole.DATE: "No column holds dates. Add a column with the first day of each period.",
        ColumnRole.OUTCOME: "No column looks like the outcome. Give the column with sales or conversions the role outcome.",
        ColumnRole.PAID_SPEND: "No column looks like media spend. Give at least one spend column the role paid spend.",
    }
    problems = [sentence for role, sentence in missing.items() if not by_role[role]]
    if problems:
        raise DataError(problems)


def template_csv() -> bytes:
    """A small CSV that shows what is expected: two years of weeks with round, made-up numbers."""
    weeks = np.arange(104)
    campaign = (weeks % 13) < 4
    dates = pd.date_range("2023-01-02", periods=len(weeks), freq="7D")
    table = pd.DataFrame(
        {
            "date": dates.strftime("%Y-%m-%d"),
            "revenue": 100_000 + 250 * weeks + 5_000 * (weeks % 7) + 20_000 * campaign,
            "tv_spend": 12_000 * campaign + 500 * (weeks % 3) * campaign,
            "search_spend": 3_000 + 150 * (weeks % 9),
            "search_clicks": 2_500 + 120 * (weeks % 9) + 15 * (weeks % 4),
            "social_spend": 1_500 + 200 * (weeks % 5),
            "social_impressions": 300_000 + 38_000 * (weeks % 5) + 2_500 * (weeks % 3),
            "newsletter_sends": 20_000 + 1_000 * (weeks % 6),
            "competitor_index": 100 + (weeks * 7) % 11 - 5,
            "promotion": np.where(weeks % 17 == 0, "sale", "none"),
        }
    )
    return table.to_csv(index=False, lineterminator="\n").encode()
