"""How good a model is: error and fit of a part of the periods, and distance between spend and effect.

Source: Robyn 3.12.1, R/auxiliary.R ``get_rsq``, R/model.R ``robyn_mmm``.
"""

import math

import numpy as np

from mmm_core.errors import BoundsError
from mmm_core.kernels.adstock import interpolate_rank
from mmm_core.kernels.arrays import FloatArray
from mmm_core.kernels.compiling import compiled


def split_ends(n_periods: int, train_size: float) -> tuple[int, int]:
    """Where the training and the validation part end.

    Args:
        n_periods: Modelled periods, in order of time.
        train_size: Share to train on, 0 < train_size <= 1; what is left is halved into validation and test.

    Returns:
        Number of training periods, and of training and validation periods together.

    Raises:
        BoundsError: ``train_size`` is outside (0, 1].
    """
    train_end, validation_end, _ = split_parts(n_periods, train_size, 0)
    return train_end, validation_end


def split_parts(n_periods: int, train_size: float, unseen: int) -> tuple[int, int, int]:
    """Where the training and the validation part end, and where the test part begins.

    Args:
        n_periods: As in :func:`split_ends`.
        train_size: As there.
        unseen: Periods before the test part that all candidates of a search have in common; 0 where each has its own.

    Raises:
        BoundsError: As there.
    """
    if not 0 < train_size <= 1:
        raise BoundsError(f"train_size must be above 0 and at most 1, got {train_size}.")
    train_end, validation_end, test_start = find_split(n_periods, train_size, unseen)
    return int(train_end), int(validation_end), int(test_start)


@compiled
def find_split(n_periods: int, train_size: float, unseen: int) -> tuple[int, int, int]:
    """Ends of training and validation: ``floor(quantile(1..n, train_size))`` and half of the rest after it; then the test.

    Candidates of one search have different training shares, so the validation part of one would reach into the test part of
    another. With ``unseen`` the test part is the same for all: the periods that belong to no validation part.
    """
    if train_size >= 1.0:
        return n_periods, n_periods, n_periods
    train_end = math.floor(interpolate_rank(n_periods, train_size))
    validation_end = min(train_end + math.floor((1 - train_size) / 2 * n_periods), n_periods)
    if unseen <= train_end:
        return train_end, validation_end, validation_end
    validation_end = min(validation_end, unseen)
    return train_end, validation_end, unseen


@compiled
def adjust_rsq(rsq: float, n_train: int, n_columns: int, intercept_df: int) -> float:
    """Adjusted R squared: ``1 - (1 - rsq) (n_train - intercept_df) / (n_train - n_columns - 1)``; NaN if not defined."""
    freedom = n_train - n_columns - 1
    if freedom <= 0:
        return np.nan
    return 1.0 - (1.0 - rsq) * (n_train - intercept_df) / freedom


@compiled
def plain_rsq(squared_error: float, squared_spread: float) -> float:
    """``1 - sum(error**2) / sum((y - mean y)**2)``; NaN where y does not vary."""
    return 1.0 - squared_error / squared_spread if squared_spread > 0.0 else np.nan


@compiled
def nrmse(squared_error: float, n_periods: int, outcome_range: float) -> float:
    """``sqrt(sum(error**2) / n) / (max y - min y)``; NaN for an empty part or one where y does not vary."""
    if n_periods == 0 or not outcome_range > 0.0:
        return np.nan
    return math.sqrt(squared_error / n_periods) / outcome_range


@compiled
def decomp_rssd(paid_contributions: FloatArray, spend_share: FloatArray, zero_penalty: bool) -> float:
    """Distance between where the money went and where the effect is: ``sqrt(sum((effect_share - spend_share)**2))``.

    With ``zero_penalty`` it is multiplied by one plus the share of channels whose effect share rounds to 0.0000.

    Args:
        paid_contributions: Shape (n_paid,).
        spend_share: Summing to 1, same shape.
        zero_penalty: Whether channels without effect enlarge it.

    Returns:
        At least 0; infinite when no paid channel has an effect.
    """
    n_paid = len(spend_share)
    total = 0.0
    for c in range(n_paid):
        total += paid_contributions[c]
    squared, n_zero = 0.0, 0
    for c in range(n_paid):
        effect_share = paid_contributions[c] / total if total != 0.0 else np.nan
        squared += (effect_share - spend_share[c]) ** 2
        n_zero += 1 if np.rint(effect_share * 1e4) == 0.0 else 0
    distance = math.sqrt(squared)
    if zero_penalty:
        distance *= 1.0 + n_zero / n_paid
    return np.inf if math.isnan(distance) else distance


@compiled
def refresh_distance(
    contributions: FloatArray, previous: FloatArray, first_paid: int, n_paid: int, rest: float
) -> float:
    """Distance to the shares of the model before: ``rms over paid (share - previous) + rest * rms over all other terms``.

    Args:
        contributions: Per term, intercept first, shape (n_terms,).
        previous: Share of every term in the fitted whole of the model before, same shape.
        first_paid: Where the paid media begin.
        n_paid: How many there are.
        rest: Weight of the other terms.

    Returns:
        At least 0; infinite when the contributions add up to nothing.

    Source:
        Robyn 3.12.1, R/model.R, where ``rest`` is ``1 / (1 - steps / window length)``.
    """
    total, paid, others = 0.0, 0.0, 0.0
    for j in range(len(contributions)):
        total += contributions[j]
    if total == 0.0:
        return np.inf
    for j in range(len(contributions)):
        squared = (contributions[j] / total - previous[j]) ** 2
        if first_paid <= j < first_paid + n_paid:
            paid += squared
        else:
            others += squared
    distance = math.sqrt(paid / n_paid) + rest * math.sqrt(others / (len(contributions) - n_paid))
    return np.inf if math.isnan(distance) else distance
