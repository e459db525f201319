"""Gathers what the answer and the checks made so far say about every channel, and judges."""

import math
from collections.abc import Mapping

import numpy as np

from mmm_core.engine.demand_suspicion import suspect
from mmm_core.engine.model_sets import marginal_responses, spend_of
from mmm_core.engine.posterior_warnings import SMALL_SHARE
from mmm_core.engine.trust_checks_forecast import RATIO
from mmm_core.engine.trust_context import CheckContext
from mmm_core.engine.trust_experiment import suggest_experiment
from mmm_core.engine.trust_reasons import reasons_for
from mmm_core.engine.trust_verdict import Evidence, judge
from mmm_core.entities.design import FloatArray
from mmm_core.entities.trust import (
    ChannelVerdict,
    CheckKey,
    CheckNumber,
    CheckStatus,
    Experiment,
    TrustCheck,
    Verdict,
)

_REFITS = (CheckKey.SEEDS, CheckKey.RECENT, CheckKey.CONTEXT, CheckKey.BASELINE)
_WIDE = 0.8


class Judge:
    """Knows what does not change while the card fills in, so that a verdict costs nothing."""

    def __init__(self, context: CheckContext) -> None:
        """Look at what is known before any check."""
        self._context = context
        self._nothing = (context.posterior.roas == 0.0).mean(axis=0)
        self._raise = raise_chances(context)
        self._demand = [suspect(context.problem, context.data.settings, name).stands for name in context.channels]
        self._is_weak = is_weak(context)
        self._experiments: list[Experiment | None] = [
            suggest_experiment(context, c, float(chance)) for c, chance in enumerate(self._raise)
        ]
        self._compared_with = (
            "the average of all channels" if context.data.settings.outcome.break_even_roas is None else "break-even"
        )

    def verdicts(self, checks: Mapping[CheckKey, TrustCheck]) -> tuple[ChannelVerdict, ...]:
        """One per paid channel, from the checks made so far."""
        is_preliminary = any(check.status is CheckStatus.WAITING for check in checks.values())
        return tuple(
            self._verdict(c, channel, checks, is_preliminary=is_preliminary)
            for c, channel in enumerate(self._context.channels)
        )

    def evidence(self, c: int, checks: Mapping[CheckKey, TrustCheck]) -> Evidence:
        """What is known about one channel."""
        channel = self._context.channels[c]
        moves = [_of_channel(checks[key], channel, "Largest move, in standard deviations") for key in _REFITS]
        known = [move for move in moves if not math.isnan(move)]
        placebo, recovery = checks[CheckKey.PLACEBO], checks[CheckKey.RECOVERY]
        return Evidence(
            nothing=float(self._nothing[c]),
            raise_chance=float(self._raise[c]),
            follows_demand=self._demand[c],
            is_weak_media=self._is_weak,
            as_good=_of_channel(placebo, channel, "Share that earns as much, the real one counted in") / 100.0,
            move=max(known) if known else math.nan,
            recovery_error=_of_channel(recovery, channel, "Average error of its return") / 100.0,
            forecast_ratio=_named(checks[CheckKey.FORECAST].numbers, RATIO) / 100.0,
            can_be_tested=self._experiments[c] is not None,
        )

    def _verdict(
        self, c: int, channel: str, checks: Mapping[CheckKey, TrustCheck], *, is_preliminary: bool
    ) -> ChannelVerdict:
        evidence = self.evidence(c, checks)
        judgement = judge(evidence)
        return ChannelVerdict(
            channel=channel,
            verdict=judgement.verdict,
            direction=judgement.direction,
            reasons=reasons_for(self._context.names[channel], evidence, judgement, self._compared_with),
            experiment=self._experiments[c] if judgement.verdict is Verdict.TEST else None,
            is_preliminary=is_preliminary,
        )


def raise_chances(context: CheckContext) -> FloatArray:
    """Probability per paid channel that a further unit of spend returns more than break-even, or than the average of all.

    Break-even counts only where the user gave one: the plain "spend comes back" knows nothing of margins. The average marginal
    return is weighted with today's spend.
    """
    design, n_paid = context.problem.design, len(context.channels)
    spend = spend_of(design).mean(axis=0, keepdims=True)
    marginal = marginal_responses(context.posterior.model_set.curves, spend)[:, 0, :n_paid]
    given = context.data.settings.outcome.break_even_roas
    if given is not None:
        chances: FloatArray = (marginal > given).mean(axis=0)
        return chances
    average = marginal @ context.spend / context.spend.sum()
    above: FloatArray = (marginal > average[:, None]).mean(axis=0)
    return np.full(1, 0.5) if n_paid == 1 else above


def is_weak(context: CheckContext) -> bool:
    """Whether media are below 8% of the outcome, or their share is as uncertain as before the data (TRUTH 3.7)."""
    mean, low, high = context.posterior.media_share
    before, before_low, before_high = context.posterior.prior_media_share
    if abs(mean) < SMALL_SHARE:
        return True
    return abs((high - low) / mean) > _WIDE * abs((before_high - before_low) / before)


def _of_channel(check: TrustCheck, channel: str, name: str) -> float:
    finding = check.finding(channel)
    return math.nan if finding is None else _named(finding.numbers, name)


def _named(numbers: tuple[CheckNumber, ...], name: str) -> float:
    return next((number.value for number in numbers if number.name == name), math.nan)
