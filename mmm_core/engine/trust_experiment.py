"""The lift test that would settle what the data leave open about a channel."""

import math
from collections.abc import Iterator

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


def suggest_experiment(context: CheckContext, c: int, raise_chance: float) -> Experiment | None:
    """The shortest and mildest change of spend of one paid channel that would show if the estimate is right.

    Expected is the change of the posterior mean contribution when all of the channel's pressure changes alike. Detectable is what
    a step of that many weeks in the outcome must be to stand out from this baseline and noise on the whole market; a test in
    some regions with others to compare can show less.

    Args:
        context: The result.
        c: Which paid channel.
        raise_chance: Whether it looks more like raising or lowering; says what is tried first.

    Returns:
        None when even the largest change over twelve weeks would not show.
    """
    per_period = context.posterior.model_set.media_contributions[:, c] / len(context.problem.data.outcome)
    for weeks in _WEEKS:
        length = periods_of(weeks, context.data.frequency)
        detectable = detectable_step(context, length)
        for change in _WHEN_RAISING if raise_chance >= 0.5 else _WHEN_CUTTING:
            expected = float((per_period * (_response_ratio(context, c, change) - 1.0)).mean()) * length
            if abs(expected) >= detectable:
                return _experiment(context, c, (change, weeks, length), expected, detectable)
    return None


def detectable_step(context: CheckContext, length: int) -> float:
    """Smallest total difference over so many periods that shows with 80% power, outcome units; inf in too short data."""
    n = len(context.problem.data.outcome)
    if 2 * length >= n:
        return math.inf
    stiffness = int(np.bincount(context.posterior.stiffness).argmax())
    step = np.zeros(n)
    step[n - 2 * length : n - length] = 1.0
    left = float(projector_of(context.problem, stiffness).product(step, step))
    return _POWER_ERRORS * float(np.median(context.posterior.sigma)) * length / math.sqrt(max(left, 1e-12))


def _response_ratio(context: CheckContext, c: int, change: float) -> FloatArray:
    """Response at so many percent more pressure against today's, per draw, shape (n_draws,)."""
    curves, design = context.posterior.model_set.curves, context.problem.design
    pressure = float(design.media[design.rows, c].mean()) + curves.carried[:, c]
    now = hill_share(pressure, curves.alpha[:, c], curves.inflexion[:, c])
    then = hill_share(pressure * (1.0 + change / 100.0), curves.alpha[:, c], curves.inflexion[:, c])
    return np.divide(then, now, out=np.ones_like(now), where=now > 0)


def _experiment(
    context: CheckContext, c: int, plan: tuple[float, int, int], expected: float, detectable: float
) -> Experiment:
    change, weeks, length = plan
    channel, per_week = (
        context.channels[c],
        float(context.spend[c]) / len(context.problem.data.outcome) * length / weeks,
    )
    return Experiment(
        channel=channel,
        change=change,
        weeks=weeks,
        spend_change=per_week * change / 100.0,
        expected=expected,
        detectable=detectable,
        settles="; ".join(_settles(context, c, change, weeks, expected, detectable)),
    )


def _settles(
    context: CheckContext, c: int, change: float, weeks: int, expected: float, detectable: float
) -> Iterator[str]:
    how = "without it" if change == -100.0 else f"with {abs(change):.0f}% {'more' if change > 0 else 'less'} of it"
    yield (
        f"whether {context.names[context.channels[c]]} works as estimated: {weeks} weeks {how} should then bring "
        f"{abs(expected):,.0f} {'more' if expected > 0 else 'less'} of the outcome, and {detectable:,.0f} would show"
    )
