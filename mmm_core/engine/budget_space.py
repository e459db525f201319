"""The plans that are allowed: limits per channel, shared limits, and how any plan is brought within them."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mmm_core.entities.design import FloatArray, IntArray

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlanSpace:
    """Spends per period that a plan may choose. A channel stands in one unit: its group, or one of its own.

    Attributes:
        low: Least spend per channel, shape (n_channels,).
        high: Most spend per channel, same shape; may be infinite.
        unit: Unit of every channel, 0 to n_units - 1, same shape.
        unit_low: Least spend of a unit together, shape (n_units,); 0 for a channel alone.
        unit_high: Most spend of a unit together, same shape; infinite for a channel alone.
    """

    low: FloatArray
    high: FloatArray
    unit: IntArray
    unit_low: FloatArray
    unit_high: FloatArray

    @property
    def unit_least(self) -> FloatArray:
        """The least every unit can spend, shape (n_units,)."""
        least: FloatArray = np.maximum(self._by_unit(self.low), self.unit_low)
        return least

    @property
    def unit_most(self) -> FloatArray:
        """The most every unit can spend, shape (n_units,)."""
        most: FloatArray = np.minimum(self._by_unit(self.high), self.unit_high)
        return most

    @property
    def least(self) -> float:
        """The least a plan can spend per period."""
        return float(self.unit_least.sum())

    @property
    def most(self) -> float:
        """The most a plan can spend per period."""
        return float(self.unit_most.sum())

    def with_box(self, low: FloatArray, high: FloatArray) -> "PlanSpace":
        """The same shared limits around other limits per channel, shape (n_channels,)."""
        return replace(self, low=low, high=high)

    def capped(self, cap: float) -> "PlanSpace":
        """The same space where no channel spends more than ``cap``, or its lower limit if that is more."""
        return replace(self, high=np.minimum(self.high, np.maximum(cap, self.low)))

    def settle(self, plans: FloatArray, totals: FloatArray | None) -> FloatArray:
        """Bring plans within all limits, each to its total, by moving all spends that can move by the same amount.

        Args:
            plans: Shape (n_points, n_channels).
            totals: Spend per period of every plan, shape (n_points,), within ``least`` and ``most``; None keeps what the
                limits allow.

        Returns:
            Same shape as ``plans``.
        """
        inside = np.clip(plans, self.low, self.high)
        by_unit = np.stack([inside[:, self.unit == u].sum(axis=1) for u in range(len(self.unit_low))], axis=1)
        unit_totals = np.clip(by_unit, self.unit_least, self.unit_most)
        if totals is not None:
            unit_totals = shift_to_total(unit_totals, self.unit_least, self.unit_most, totals)
        settled: FloatArray = np.empty_like(inside)
        for u in range(len(self.unit_low)):
            members = self.unit == u
            settled[:, members] = shift_to_total(
                inside[:, members], self.low[members], self.high[members], unit_totals[:, u]
            )
        return settled

    def _by_unit(self, spend: FloatArray) -> FloatArray:
        return np.bincount(self.unit, weights=spend, minlength=len(self.unit_low)).astype(np.float64)


def shift_to_total(values: FloatArray, low: FloatArray, high: FloatArray, totals: FloatArray) -> FloatArray:
    """Points of the box with the wanted sums that are nearest: ``clip(values + shift, low, high)``.

    Args:
        values: Shape (n_points, n).
        low: Shape (n,).
        high: Shape (n,); may be infinite.
        totals: Wanted sums, shape (n_points,); what the box cannot reach is missed by what it takes.

    Returns:
        Same shape as ``values``.
    """
    if values.shape[1] == 1:
        one: FloatArray = np.clip(totals[:, None], low, high)
        return one
    start = np.clip(values, low, high)
    missing = totals - start.sum(axis=1)
    if not np.any(np.abs(missing) > 1e-13 * np.abs(totals)):
        return start
    finite = np.where(np.isfinite(high), high, np.maximum(low, totals.max(initial=0.0) + np.abs(values).max()))
    reach = float(finite.max() - low.min() + np.abs(values).max())
    below, above = np.full(len(values), -reach), np.full(len(values), reach)
    for _ in range(64):
        middle = 0.5 * (below + above)
        too_little = np.clip(values + middle[:, None], low, high).sum(axis=1) < totals
        below, above = np.where(too_little, middle, below), np.where(too_little, above, middle)
    shifted: FloatArray = np.clip(values + above[:, None], low, high)
    return shifted
