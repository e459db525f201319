"""How far hyperparameters may move in a refresh."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from mmm_core.engine.candidate import lambda_range
from mmm_core.entities.design import Design, SearchSpace
from mmm_core.entities.refresh import RefreshRules
from mmm_core.entities.settings import PARAMETER_LIMITS, Interval

LAMBDA = "lambda"
TRAIN_SIZE_LIMITS = (0.1, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """The model a refresh starts from.

    Attributes:
        hyperparameters: Flat keys; ``lambda`` is the final lambda.
        lambda_share: Where that lies in the range of lambda of its own data, 0 to 1: what is carried to other data.
    """

    hyperparameters: Mapping[str, float]
    lambda_share: float

    def on(self, design: Design, names: tuple[str, ...]) -> dict[str, float]:
        """The same model on other data: its hyperparameters, lambda at the same share of the range of these data.

        Args:
            design: The data.
            names: Hyperparameters that models of these data have.
        """
        smallest, largest = lambda_range(design)
        kept = {name: self.hyperparameters[name] for name in names if name in self.hyperparameters}
        return kept | {LAMBDA: smallest + (largest - smallest) * self.lambda_share}


def anchor_of(hyperparameters: Mapping[str, float], design: Design, rules: RefreshRules = RefreshRules.OWN) -> Anchor:
    """Where a model stands on its own data.

    ``share = (lambda - smallest) / (largest - smallest)``; Robyn forgets to subtract the smallest.

    Args:
        hyperparameters: Of the model.
        design: What it was fitted to.
        rules: Ours, or Robyn's to the letter.
    """
    smallest, largest = lambda_range(design)
    above = hyperparameters[LAMBDA] - (0.0 if rules is RefreshRules.ROBYN else smallest)
    share = above / (largest - smallest) if largest > smallest else 0.0
    return Anchor(hyperparameters=dict(hyperparameters), lambda_share=float(np.clip(share, 0.0, 1.0)))


def narrow_space(
    space: SearchSpace,
    design: Design,
    anchor: Anchor,
    freedom: float,
    rules: RefreshRules = RefreshRules.OWN,
) -> SearchSpace:
    """The box of a search narrowed around the previous model.

    ``[v - freedom * (high - low), v + freedom * (high - low)]``, cut to the original ``[low, high]``, for every hyperparameter;
    lambda likewise on its scale from 0 to 1. What the user fixed stays fixed; Robyn gives it
    ``[v (1 - freedom), v (1 + freedom)]``. A hyperparameter the previous model had not keeps its range.

    Args:
        space: With the original bounds.
        design: The new data.
        anchor: The previous model.
        freedom: At least 0; 0 fixes everything.
        rules: Ours, or Robyn's to the letter.

    Source:
        Robyn 3.12.1, R/refresh.R, ``refresh_hyps``.
    """
    low, high = space.low.copy(), space.high.copy()
    smallest, largest = lambda_range(design)
    for k, key in enumerate(space.names):
        if key == LAMBDA:
            unit = [(end - smallest) / (largest - smallest) if largest > smallest else 0.0 for end in (low[k], high[k])]
            ends = _narrow(anchor.lambda_share, (unit[0], unit[1]), freedom, rules, (0.0, 1.0))
            low[k], high[k] = (smallest + (largest - smallest) * end for end in ends)
        elif key in anchor.hyperparameters:
            limits = PARAMETER_LIMITS.get(key.rpartition("_")[2], TRAIN_SIZE_LIMITS)
            low[k], high[k] = _narrow(anchor.hyperparameters[key], (low[k], high[k]), freedom, rules, limits)
    return replace(space, low=low, high=high)


def _narrow(value: float, original: Interval, freedom: float, rules: RefreshRules, limits: Interval) -> Interval:
    low, high = original
    if low == high:
        if rules is RefreshRules.OWN:
            return original
        return max(value * (1 - freedom), limits[0]), min(value * (1 + freedom), limits[1])
    centre = min(max(value, low), high)  # the user may have narrowed the range since
    reach = freedom * (high - low)
    return max(low, centre - reach), min(high, centre + reach)
