"""How what the ledger says of a channel is written: a point estimate, its range, and what has no limit or is not won."""

import math

from mmm_core.charts.vocabulary import Vocabulary
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.ledger import Ledger
from mmm_core.entities.model_set import SetKind


def paid_order(ledger: Ledger, words: Vocabulary) -> list[str]:
    """Paid channels of a ledger, highest spend first."""
    known = set(ledger.channels.loc[ledger.channels["is_paid"].astype(bool), "channel"])
    return [name for name in words.paid if name in known]


def with_range(value: str, low: str, high: str) -> str:
    """``4.1 (3.2–5.0)``; the value alone when there is no range."""
    return f"{value} ({low}–{high})" if low and high else value


def amount_text(words: Vocabulary, value: float, low: float, high: float) -> str:
    """An amount of the outcome with its range; without one when the ends are not known."""
    ends = [words.outcome(end) if math.isfinite(end) else "" for end in (low, high)]
    return with_range(words.outcome(value), *ends)


def return_text(words: Vocabulary, ledger: Ledger, channel: str) -> str:
    """ROAS or cost per conversion of one channel with its range, as the ledger has them."""
    if words.kind is OutcomeKind.REVENUE:
        return _ratio_text(words, *figures_of(ledger, channel, "roas"))
    return _cost_text(words, *figures_of(ledger, channel, "cpa"))


def figures_of(ledger: Ledger, channel: str, name: str) -> tuple[float, float, float]:
    """Value, low and high end of a figure of one channel; the ends are NaN for one model, which has no range.

    Args:
        ledger: What a model set says.
        channel: Channel key.
        name: A column of :data:`mmm_core.entities.ledger.CHANNEL_COLUMNS` that has ``_low`` and ``_high`` beside it.
    """
    found = ledger.channels.set_index("channel")
    row = {end: float(found[f"{name}{end}"].loc[channel]) for end in ("", "_low", "_high")}
    if ledger.set_kind is SetKind.MODEL:
        return row[""], math.nan, math.nan
    return row[""], row["_low"], row["_high"]


def infinite_text(words: Vocabulary, ledger: Ledger) -> str:
    """Which channels win nothing in some models, so that a conversion there has no cost; empty when none does."""
    if words.kind is OutcomeKind.REVENUE:
        return ""
    rows = ledger.channels.set_index("channel")["n_infinite_cpa"]
    counted = [(words.names[name], int(rows[name])) for name in paid_order(ledger, words) if rows[name] > 0]
    if not counted:
        return ""
    told = ", ".join(f"{name} in {count:,} model{'' if count == 1 else 's'}" for name, count in counted[:5])
    more = f", {len(counted) - 5} more channels in some" if len(counted) > 5 else ""
    return f"Nothing won, so no finite CPA: {told}{more}."


def _ratio_text(words: Vocabulary, value: float, low: float, high: float) -> str:
    ends = [words.returns(end) if math.isfinite(end) else "" for end in (low, high)]
    return with_range(words.returns(value), *ends)


def _cost_text(words: Vocabulary, value: float, low: float, high: float) -> str:
    if math.isnan(value):
        return "no spend"
    ends = ["" if math.isnan(end) else "no limit" if math.isinf(end) else words.money(end) for end in (low, high)]
    if math.isinf(value):
        return f"none won (from {ends[0]})" if math.isfinite(low) else "none won"
    return with_range(words.money(value), *ends)
