"""The lift test that would settle what the data leave open about a channel."""

import math
from itertools import product
from typing import NamedTuple

import numpy as np

from mmm_core.engine.media_information import projector_of
from mmm_core.engine.trust_changes import periods_of
from mmm_core.engine.trust_context import CheckContext
from mmm_core.entities.design import FloatArray
from mmm_core.entities.trust import Experiment
from mmm_core.kernels.response import hill_share

_WEEKS = (4, 6, 8, 12)
_WHEN_RAISING = (50.0, -50.0, 100.0, -100.0)
_WHEN_CUTTING = (-50.0, -100.0, 100.0)
_POWER_ERRORS = 2.8
"""Standard errors a difference must have to be shown with 80% power at 5%, two-sided."""

SHARED_NOISE = 0.75
"""Share of the noise variance that regions of one market have in common, so that the others take it out of a test. Taken at the
low end of what makers of regional tests ask of their control regions; your own may be better or worse."""


class _Plan(NamedTuple):
    """One way to test: percent of spend, weeks, periods, and where."""

    change: float
    weeks: int
    length: int
    in_half: bool


def suggest_experiment(context: CheckContext, c: int, raise_chance: float) -> Experiment | None:
    """The shortest and mildest change of spend of one paid channel that would show if the estimate is right.

    Everywhere if that is enough, else in half of the regions, whose noise the other half mostly shares. Expected is the change of
    the posterior mean contribution when all of the channel's pressure changes alike. Detectable is what a step of that many
    periods must be to stand out from baseline and noise.

    Args:
        context: The result.
        c: Which paid channel.
        raise_chance: Whether it looks more like raising or lowering; says what is tried first.

    Returns:
        None when even the largest change over twelve weeks would not show.
    """
    per_period = context.posterior.model_set.media_contributions[:, c] / len(context.problem.data.outcome)
    changes = _WHEN_RAISING if raise_chance >= 0.5 else _WHEN_CUTTING
    gains = {change: float((per_period * (_response_ratio(context, c, change) - 1.0)).mean()) for change in changes}
    for in_half, weeks in product((False, True), _WEEKS):
        length = periods_of(weeks, context.data.frequency)
        detectable = detectable_step(context, length, in_half=in_half)
        for change in changes:
            expected = gains[change] * length * (0.5 if in_half else 1.0)
            if abs(expected) >= detectable:
                return _experiment(context, c, _Plan(change, weeks, length, in_half), expected, detectable)
    return None


def detectable_step(context: CheckContext, length: int, *, in_half: bool) -> float:
    """Smallest total difference over so many periods that shows with 80% power, outcome units; inf in too short data.

    Args:
        context: The result.
        length: Periods.
        in_half: Whether half of the market is compared with the other half, which has half of the outcome and of the noise.
    """
    n = len(context.problem.data.outcome)
    if 2 * length >= n:
        return math.inf
    stiffness = int(np.bincount(context.posterior.stiffness).argmax())
    noise = float(np.median(context.posterior.sigma)) * (0.5 * math.sqrt(1.0 - SHARED_NOISE) if in_half else 1.0)
    step = np.zeros(n)
    step[n - 2 * length : n - length] = 1.0
    left = float(projector_of(context.problem, stiffness).product(step, step))
    return _POWER_ERRORS * noise * length / math.sqrt(max(left, 1e-12))


def _response_ratio(context: CheckContext, c: int, change: float) -> FloatArray:
    """Response at so many percent more pressure against today's, per draw, shape (n_draws,)."""
    curves, design = context.posterior.model_set.curves, context.problem.design
    pressure = float(design.media[design.rows, c].mean()) + curves.carried[:, c]
    now = hill_share(pressure, curves.alpha[:, c], curves.inflexion[:, c])
    then = hill_share(pressure * (1.0 + change / 100.0), curves.alpha[:, c], curves.inflexion[:, c])
    return np.divide(then, now, out=np.ones_like(now), where=now > 0)


def _experiment(context: CheckContext, c: int, plan: _Plan, expected: float, detectable: float) -> Experiment:
    per_week = float(context.spend[c]) / len(context.problem.data.outcome) * plan.length / plan.weeks
    return Experiment(
        channel=context.channels[c],
        change=plan.change,
        weeks=plan.weeks,
        in_half_of_regions=plan.in_half,
        spend_change=per_week * plan.change / 100.0 * (0.5 if plan.in_half else 1.0),
        expected=expected,
        detectable=detectable,
        settles=_settles(context.names[context.channels[c]], plan, expected, detectable),
    )


def _settles(name: str, plan: _Plan, expected: float, detectable: float) -> str:
    how = (
        "without it"
        if plan.change == -100.0
        else f"with {abs(plan.change):.0f}% {'more' if plan.change > 0 else 'less'} of it"
    )
    where = " in half of the regions" if plan.in_half else ""
    return (
        f"Whether {name} works as estimated: {plan.weeks} weeks {how}{where} should bring {_rounded(expected)} "
        f"{'more' if expected > 0 else 'less'} of the outcome there, and a difference of {_rounded(detectable)} would show."
    )


def _rounded(value: float) -> str:
    """Three digits, no sign, thousands apart."""
    size = abs(value)
    digits = max(2 - math.floor(math.log10(size)), 0) if size > 0 else 0
    return f"{size:,.{digits}f}" if size < 100 else f"{round(size, 2 - math.floor(math.log10(size))):,.0f}"
