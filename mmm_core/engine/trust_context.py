"""What every check of the trust card is given, and how it puts numbers into words."""

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from mmm_core.engine.posterior_problem import PosteriorProblem, build_problem
from mmm_core.engine.trust_refits import Bench, Refit
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.design import FloatArray
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.naming import display_names
from mmm_core.entities.posterior import Posterior
from mmm_core.entities.trust import CHECK_TITLES, ChannelFinding, CheckKey, CheckNumber, CheckStatus, Grade, TrustCheck

NARROWEST = 0.05
"""Movements are never measured in less than this share of the estimate: a range that is nearly a point proves nothing."""


class CheckContext(NamedTuple):
    """The result under test.

    Attributes:
        data: Table and settings.
        posterior: The averaged estimate.
        problem: As its sampler was asked.
        bench: Where refits are made.
        names: How the keys of paid channels are written in sentences.
    """

    data: MMMDataCollection
    posterior: Posterior
    problem: PosteriorProblem
    bench: Bench
    names: Mapping[str, str]

    @property
    def channels(self) -> tuple[str, ...]:
        """Keys of the paid channels."""
        return self.problem.design.paid_names

    @property
    def spend(self) -> FloatArray:
        """In the modelled periods, shape (n_paid,)."""
        design = self.problem.design
        spend: FloatArray = design.spend[design.rows].sum(axis=0)
        return spend

    @property
    def roas(self) -> FloatArray:
        """Posterior mean per paid channel, shape (n_paid,)."""
        roas: FloatArray = self.posterior.roas.mean(axis=0)
        return roas

    @property
    def uncertainty(self) -> FloatArray:
        """Posterior standard deviation of the ROAS, at least a small share of it, shape (n_paid,)."""
        draws = self.posterior.roas
        uncertainty: FloatArray = np.maximum(draws.std(axis=0), NARROWEST * np.abs(draws.mean(axis=0))) + 1e-12
        return uncertainty

    @property
    def return_word(self) -> str:
        """What a return is called."""
        return "ROAS" if self.data.settings.outcome.kind is OutcomeKind.REVENUE else "outcome per unit of spend"

    def moves(self, refit: Refit) -> FloatArray:
        """How far a refit's mean ROAS lies from the answer's, in standard deviations of the answer, shape (n_paid,)."""
        moves: FloatArray = (refit.roas.mean(axis=0) - self.roas) / self.uncertainty
        return moves


def make_context(data: MMMDataCollection, posterior: Posterior, bench: Bench) -> CheckContext:
    """Put together what checks need; asks the sampler's question again."""
    problem = build_problem(data)
    return CheckContext(data, posterior, problem, bench, display_names(problem.design.paid_names))


def done(
    key: CheckKey, summary: str, findings: Iterable[ChannelFinding] = (), numbers: Iterable[CheckNumber] = ()
) -> TrustCheck:
    """A line that came out."""
    return TrustCheck(
        key=key,
        title=CHECK_TITLES[key],
        status=CheckStatus.DONE,
        summary=summary,
        findings=tuple(findings),
        numbers=tuple(numbers),
    )


def not_possible(key: CheckKey, reason: str) -> TrustCheck:
    """A line that these data do not allow."""
    return TrustCheck(key=key, title=CHECK_TITLES[key], status=CheckStatus.NOT_POSSIBLE, summary=reason)


def grade_of(size: float, good: float, doubtful: float) -> Grade:
    """Small is good; NaN says nothing."""
    if math.isnan(size):
        return Grade.NONE
    return Grade.GOOD if size <= good else Grade.DOUBTFUL if size <= doubtful else Grade.BAD


def amount(value: float) -> str:
    """A return or multiple with as many digits as it deserves."""
    if not math.isfinite(value):
        return "unknown"
    if value == 0.0 or abs(value) >= 100.0:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.2g}"


def percent_change(new: float, old: float) -> float:
    """In percent of the old; NaN from nothing."""
    return 100.0 * (new - old) / abs(old) if old != 0.0 else math.nan


def percent_of(part: float, whole: float) -> float:
    """In percent; NaN of nothing."""
    return 100.0 * part / whole if whole != 0.0 else math.nan


def change_words(change: float) -> str:
    """``+12%``, ``-3%``, or that there was nothing to change."""
    return "from nothing" if math.isnan(change) else f"{change:+.0f}%"
