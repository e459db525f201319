"""The best split of money on a grid, by dynamic programming: global where curves are S-shaped.

Money above the lower limits is cut into ``n_steps`` equal steps. Channels stand in units (a group with a shared limit, or a
channel alone); the best value of a unit per number of steps is the maximum-plus convolution of those of its channels, and
that of a plan the convolution of those of its units.
"""

from typing import NamedTuple

import numpy as np

from mmm_core.kernels.allocation import PlanCurves, channel_outcome
from mmm_core.kernels.arrays import FloatArray, IntArray
from mmm_core.kernels.compiling import compiled


class StepLimits(NamedTuple):
    """How many steps channels and units may take.

    Attributes:
        most: Largest number of steps per channel, shape (n_channels,).
        unit: Unit of every channel, 0 to n_units - 1, shape (n_channels,).
        unit_low: Fewest steps per unit, shape (n_units,).
        unit_high: Most steps per unit, same shape.
    """

    most: IntArray
    unit: IntArray
    unit_low: IntArray
    unit_high: IntArray


class Splits(NamedTuple):
    """Best values and the choices that lead there.

    Attributes:
        value: Best value per number of steps spent, -inf where no plan spends that many, shape (n_steps + 1,).
        of_channel: Steps a channel takes per number of steps of itself and the earlier channels of its unit, shape
            (n_channels, n_steps + 1).
        of_unit: Steps a unit takes per number of steps of itself and the earlier units, shape (n_units, n_steps + 1).
    """

    value: FloatArray
    of_channel: IntArray
    of_unit: IntArray


@compiled
def best_splits(gain: FloatArray, limits: StepLimits) -> Splits:
    """Best value for every number of steps.

    Args:
        gain: Value of a channel after so many steps, shape (n_channels, n_steps + 1).
        limits: Of channels and units.

    Returns:
        Values and choices; see :func:`steps_of`.
    """
    n_channels, n_levels = gain.shape
    n_units = len(limits.unit_low)
    of_channel = np.zeros((n_channels, n_levels), dtype=np.int64)
    of_unit = np.zeros((n_units, n_levels), dtype=np.int64)
    total, inside, merged = np.empty(n_levels), np.empty(n_levels), np.empty(n_levels)
    _start(total)
    for u in range(n_units):
        _start(inside)
        for c in range(n_channels):
            if limits.unit[c] == u:
                _merge(inside, gain[c], 0, limits.most[c], merged, of_channel[c])
                inside[:] = merged
        _merge(total, inside, limits.unit_low[u], limits.unit_high[u], merged, of_unit[u])
        total[:] = merged
    return Splits(total, of_channel, of_unit)


@compiled
def _start(value: FloatArray) -> None:
    value[:] = -np.inf
    value[0] = 0.0


@compiled
def _merge(first: FloatArray, second: FloatArray, fewest: int, most: int, merged: FloatArray, choice: IntArray) -> None:
    """``merged[j] = max over i in fewest..most of first[j - i] + second[i]``; ``choice`` is the i."""
    merged[:] = -np.inf
    for i in range(max(fewest, 0), min(most, len(second) - 1) + 1):
        if second[i] == -np.inf:
            continue
        for j in range(i, len(first)):
            value = first[j - i] + second[i]
            if value > merged[j]:
                merged[j] = value
                choice[j] = i


@compiled
def steps_of(splits: Splits, unit: IntArray, n_steps: int) -> IntArray:
    """Steps per channel of the best plan that takes ``n_steps``, shape (n_channels,)."""
    steps = np.zeros(len(unit), dtype=np.int64)
    left = n_steps
    for u in range(len(splits.of_unit) - 1, -1, -1):
        inside = splits.of_unit[u, left]
        left -= inside
        for c in range(len(unit) - 1, -1, -1):
            if unit[c] == u:
                steps[c] = splits.of_channel[c, inside]
                inside -= steps[c]
    return steps


@compiled
def own_splits(curves: PlanCurves, grid: FloatArray, limits: StepLimits) -> FloatArray:
    """The plan every model would choose for itself, all steps spent.

    Args:
        curves: Of ``n_models`` models and ``n_channels`` channels.
        grid: Spend per period after so many steps, shape (n_channels, n_steps + 1).
        limits: Of channels and units.

    Returns:
        Spend per period, shape (n_models, n_channels); NaN when no plan spends all steps.
    """
    n_models, n_channels = curves.coefficient.shape
    n_levels = grid.shape[1]
    plans = np.full((n_models, n_channels), np.nan)
    gain = np.empty((n_channels, n_levels))
    for m in range(n_models):
        for c in range(n_channels):
            for i in range(min(limits.most[c], n_levels - 1) + 1):
                gain[c, i], _ = channel_outcome(curves, m, c, grid[c, i])
        splits = best_splits(gain, limits)
        if splits.value[n_levels - 1] > -np.inf:
            steps = steps_of(splits, limits.unit, n_levels - 1)
            for c in range(n_channels):
                plans[m, c] = grid[c, steps[c]]
    return plans
