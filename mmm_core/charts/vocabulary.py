"""How one run is spoken of on every chart: names, colours, currency, period and outcome."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from mmm_core.charts.theme import channel_colours, compact_money, compact_number, currency_sign
from mmm_core.entities.columns import Frequency, OutcomeKind
from mmm_core.entities.design import Design
from mmm_core.entities.naming import display_names
from mmm_core.entities.posterior import Posterior
from mmm_core.entities.run_result import RunResult


class Vocabulary(NamedTuple):
    """Words and colours of one run.

    Attributes:
        names: Term key to what is written on screen, not yet escaped.
        colours: Channel key to CSS colour.
        channels: Channel keys, paid ones by spend (highest first), then organic.
        paid: Paid channel keys by spend, highest first.
        baseline: Keys of the intercept and the baseline columns.
        currency: ISO code.
        kind: Revenue or conversions.
        frequency: Length of one period.
    """

    names: Mapping[str, str]
    colours: Mapping[str, str]
    channels: tuple[str, ...]
    paid: tuple[str, ...]
    baseline: tuple[str, ...]
    currency: str
    kind: OutcomeKind
    frequency: Frequency

    @property
    def period(self) -> str:
        """``day``, ``week`` or ``month``."""
        return self.frequency.value

    @property
    def outcome_word(self) -> str:
        """``sales`` for revenue, ``conversions`` for a count."""
        return "sales" if self.kind is OutcomeKind.REVENUE else "conversions"

    @property
    def outcome_unit(self) -> str:
        """What the outcome is counted in, for axes: ``€`` or ``conversions``."""
        return currency_sign(self.currency).strip() if self.kind is OutcomeKind.REVENUE else "conversions"

    @property
    def return_word(self) -> str:
        """``ROAS`` for revenue, ``CPA`` for a count."""
        return "ROAS" if self.kind is OutcomeKind.REVENUE else "CPA"

    @property
    def return_unit(self) -> str:
        """``€/€`` or ``€ per conversion``."""
        sign = currency_sign(self.currency).strip()
        return f"{sign}/{sign}" if self.kind is OutcomeKind.REVENUE else f"{sign} per conversion"

    def return_of(self, channel: str) -> str:
        """What a column of returns is called: ``ROAS of TV`` or, for a count, ``conversions per € in TV``."""
        if self.kind is OutcomeKind.REVENUE:
            return f"ROAS of {self.names[channel]}"
        return f"conversions per {currency_sign(self.currency).strip()} in {self.names[channel]}"

    def outcome(self, value: float) -> str:
        """An amount of the outcome, compact, with its unit."""
        if self.kind is OutcomeKind.REVENUE:
            return compact_money(value, self.currency)
        return compact_number(value)

    def money(self, value: float) -> str:
        """An amount of spend, compact, with its currency."""
        return compact_money(value, self.currency)

    def returns(self, roas: float) -> str:
        """A return on spend in the words of the outcome: ROAS ``4.1`` or cost per conversion ``€12.3``."""
        if not math.isfinite(roas):
            return "no spend"
        if self.kind is OutcomeKind.REVENUE:
            return _plain_return(roas)
        return compact_money(1 / roas, self.currency) if roas > 0 else "none won"

    def interval(self, low: float, high: float) -> str:
        """A range of returns, low end first: ``3.2–5.0``, or of costs, ``€8.1–€12``."""
        if self.kind is OutcomeKind.REVENUE:
            return f"{self.returns(low)}–{self.returns(high)}"
        if high <= 0:
            return "none won"
        upper = self.returns(low) if low > 0 else "no limit"
        return f"{self.returns(high)}–{upper}"


def _plain_return(roas: float) -> str:
    """``4.0``, ``0.03``, ``0``, ``12.3``: one decimal, two below a tenth."""
    size = abs(roas)
    if size >= 9.95:
        return compact_number(roas)
    if size < 0.005:
        return "0"
    return f"{roas:.2f}" if size < 0.095 else f"{roas:.1f}"


def vocabulary(result: RunResult, currency: str = "EUR") -> Vocabulary:
    """Collect the words and colours of a run.

    Args:
        result: A finished run.
        currency: ISO code of its spend.
    """
    output = result.collection.model_output
    return design_vocabulary(result.design, currency, output.outcome_kind, output.total_spend)


def averaged_vocabulary(words: Vocabulary, posterior: Posterior) -> Vocabulary:
    """The words of a run for its averaged estimate, whose baseline has terms of its own; channels keep names and colours."""
    terms = posterior.model_set.term_names
    return words._replace(
        names={**display_names(list(terms)), **{name: words.names[name] for name in words.channels}},
        baseline=tuple(name for name in terms if name not in words.channels),
    )


def design_vocabulary(
    design: Design, currency: str, kind: OutcomeKind, total_spend: Sequence[float] | np.ndarray
) -> Vocabulary:
    """Collect the words and colours of a data set; ``total_spend``, shape (n_paid,), in design order."""
    order = np.argsort(-np.asarray(total_spend, dtype=np.float64), kind="stable")
    paid = tuple(design.paid_names[k] for k in order)
    channels = (*paid, *design.media_names[design.n_paid :])
    return Vocabulary(
        names=display_names(list(design.term_names)),
        colours=channel_colours(channels),
        channels=channels,
        paid=paid,
        baseline=("intercept", *design.baseline_names),
        currency=currency,
        kind=kind,
        frequency=design.frequency,
    )
