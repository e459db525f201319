"""What each method answers on one market, all in one form."""

import os
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from mmm_core.entities.budget import PlanAim
from mmm_core.entities.design import FloatArray
from mmm_core.entities.model_set import ModelSet

LEVELS = (0.5, 0.8, 0.9, 0.95)
"""Nominal probabilities of the intervals that are checked."""

RECOMMENDED, ROBYN, LOWEST = "recommended", "Robyn-compatible", "lowest NRMSE"
METHODS = (RECOMMENDED, ROBYN, LOWEST)


class Estimate(NamedTuple):
    """One method's answer about the paid channels of a market.

    Attributes:
        method: One of :data:`METHODS`.
        contribution: Over the modelled periods, shape (n_paid,).
        roas: The point estimate that is shown, same shape.
        intervals: Low and high end of ROAS by nominal probability, each shape (n_paid, 2); empty when the method gives none.
        models: What budgets are planned with.
        aim: What a plan maximises over them.
        printed: Factor on the lift before it is shown.
        seconds: Of processor time from data to answer, Prophet's process and all threads included.
    """

    method: str
    contribution: FloatArray
    roas: FloatArray
    intervals: Mapping[float, FloatArray]
    models: ModelSet
    aim: PlanAim
    printed: float
    seconds: float


def middle_of(values: FloatArray, level: float) -> FloatArray:
    """Ends of the middle ``level`` of the models (rows), by channel, shape (n_paid, 2)."""
    ends: FloatArray = np.quantile(values, [(1 - level) / 2, (1 + level) / 2], axis=0).T
    return ends


def processor_seconds() -> float:
    """Processor time of this process and of the children it has waited for: what a method costs however busy the machine is."""
    return sum(os.times()[:4])
