"""What plans really bring in a market whose truth is known, and the best that could have been done.

A plan keeps the total spend and moves each channel between half and twice what it spent per period on average. It is carried
out for ever: *evenly*, the same spend every period (what the product's plan says), or in each channel's *own flighting*,
scaled. Responses are per period, all channels together.
"""

from typing import NamedTuple

import numpy as np

from mmm_core.engine.simulate_response import lasting_response
from mmm_core.entities.design import FloatArray, IntArray
from mmm_core.entities.market import Market

LIMITS = (0.5, 2.0)
_STEPS = 400


class TrueBudget(NamedTuple):
    """How a market answers to money.

    Attributes:
        mean_spend: Today's, per period, shape (n_paid,).
        flighting: Spend of every period in units of the mean, shape (n_periods, n_paid); all ones for an even plan.
    """

    market: Market
    mean_spend: FloatArray
    flighting: FloatArray

    def response(self, spend: FloatArray) -> float:
        """What mean spends per period, shape (n_paid,), really bring per period."""
        truth = self.market.truth
        return float(lasting_response(spend * self.flighting, truth.channels, truth.synergies).sum())


def true_budget(market: Market, *, own_flighting: bool) -> TrueBudget:
    """The truth about the money of a market."""
    spend = market.table[[paid.spend for paid in market.settings.paid_media]].to_numpy(np.float64)
    mean = spend.mean(axis=0)
    flighting = spend / mean if own_flighting else np.ones((1, len(mean)))
    return TrueBudget(market, mean, flighting)


def best_plan(budget: TrueBudget) -> FloatArray:
    """The best split of today's money within the limits, shape (n_paid,); synergies are left out of the search."""
    levels = spend_levels(budget.mean_spend)
    return best_split(levels, [_channel_values(budget, c, spend) for c, spend in enumerate(levels)])


def spend_levels(mean_spend: FloatArray) -> list[FloatArray]:
    """Spends per period each channel may be given: from its lower limit upwards in steps of one size, same for all."""
    step = (1 - LIMITS[0]) * float(mean_spend.sum()) / _STEPS
    most = (LIMITS[1] - LIMITS[0]) * mean_spend / step + 1e-9
    return [
        LIMITS[0] * spend + step * np.arange(min(int(n), _STEPS) + 1) for spend, n in zip(mean_spend, most, strict=True)
    ]


def best_split(levels: list[FloatArray], values: list[FloatArray]) -> FloatArray:
    """Give out all steps so that the values sum highest.

    Exact on the grid whatever the shape of the curves (dynamic programming over the steps given out so far).

    Args:
        levels: Of :func:`spend_levels`.
        values: What each level is worth, by channel.

    Returns:
        Spend per period, shape (n_paid,).
    """
    best = np.full(_STEPS + 1, -np.inf)
    best[0] = 0.0
    choices = []
    for worth in values:
        best, chosen = _give(best, worth)
        choices.append(chosen)
    left, spend = int(np.flatnonzero(np.isfinite(best))[-1]), np.empty(len(levels))
    for c in range(len(levels) - 1, -1, -1):
        given = int(choices[c][left])
        spend[c] = levels[c][given]
        left -= given
    return spend


def _give(best: FloatArray, values: FloatArray) -> tuple[FloatArray, IntArray]:
    """One more channel: the best by steps given out, and how many of them it gets."""
    total = np.full(len(best), -np.inf)
    chosen = np.zeros(len(best), dtype=np.int64)
    for given, value in enumerate(values):
        tried = best[: len(best) - given] + value
        is_better = tried > total[given:]
        total[given:][is_better] = tried[is_better]
        chosen[given:][is_better] = given
    return total, chosen


def _channel_values(budget: TrueBudget, c: int, levels: FloatArray) -> FloatArray:
    """What one channel alone brings per period at each level of mean spend."""
    one = budget.market.truth.channels[c]
    flighting = budget.flighting[:, [c]]
    return np.array([lasting_response(level * flighting, [one])[0] for level in levels])
