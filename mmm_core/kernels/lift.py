"""What a model says lift studies should have found, and how far that is from what they found.

A study covers adjoining periods and one or more media; every pair of study and medium is an *entry*. Entries of all studies
stand one after the other, so that a candidate needs one pass over them.
"""

import math
from typing import NamedTuple

import numpy as np

from mmm_core.kernels.adstock import GEOMETRIC, fill_weibull_weights
from mmm_core.kernels.arrays import FloatArray, IntArray
from mmm_core.kernels.compiling import compiled
from mmm_core.kernels.saturation import PowerScratch, make_power_scratch, saturate

FIRST, ROW, N_PERIODS, IMMEDIATE, OWN_LENGTH = range(5)
LIFT, SCALE, FACTOR, WEIGHT = range(4)


class Studies(NamedTuple):
    """Lift studies as arrays; few of them, for every array of an argument costs time at each call.

    Attributes:
        starts: First entry of every medium, and the number of entries, shape (n_media + 1,).
        study: Of every entry, entries by medium, shape (n_entries,).
        medium: Of every entry, ascending, same shape.
        spans: Per study its first period among the modelled ones (FIRST) and among all rows (ROW), how many adjoining ones it
            covers (N_PERIODS), 1 where carry-over from before is no part of the lift (IMMEDIATE), 1 where its own carry-over
            is measured on its own periods as R does, 0 where by the model's (OWN_LENGTH); shape (n_studies, 5).
        amounts: Per study what was measured (LIFT) and what an error is a share of (SCALE), outcome units, the factor from its
            periods to its days (FACTOR), its weight in the mean error (WEIGHT); shape (n_studies, 4).
        day_share: How much each period of a study counts, shape (n_studies, longest); 0 beyond its last one.
    """

    starts: IntArray
    study: IntArray
    medium: IntArray
    spans: IntArray
    amounts: FloatArray
    day_share: FloatArray


class Medium(NamedTuple):
    """One medium of one candidate.

    Attributes:
        number: Among the media.
        column: Among all columns of the model.
        kind: Code of the adstock.
        decay: Theta, or the shape of a Weibull.
        scale: Of a Weibull.
        alpha: Of the Hill curve.
        inflexion: Half-saturation point, unit of the input.
    """

    number: int
    column: int
    kind: int
    decay: float
    scale: float
    alpha: float
    inflexion: float


class LiftScratch(NamedTuple):
    """Work space.

    Attributes:
        lifted: What one unit of the coefficient brings in each entry, shape (n_entries,).
        earlier: Pressure that comes from before a study, shape (longest,).
        weights: Of a Weibull on a study's own periods, shape (longest,).
        saturated: Shape (1, longest).
        power: For the Hill curve, of the same length.
    """

    lifted: FloatArray
    earlier: FloatArray
    weights: FloatArray
    saturated: FloatArray
    power: PowerScratch


@compiled
def make_lift_scratch(studies: Studies | None) -> LiftScratch | None:
    """Allocate the work space; None without studies."""
    if studies is None:
        return None
    longest = 0
    for s in range(len(studies.spans)):
        longest = max(longest, studies.spans[s, N_PERIODS])
    power = make_power_scratch(longest)
    return LiftScratch(
        np.zeros(len(studies.medium)), np.zeros(longest), np.zeros(longest), np.zeros((1, longest)), power
    )


@compiled
def fill_lifted(
    medium: Medium,
    media: FloatArray,
    pressure: FloatArray,
    weights: FloatArray,
    columns: FloatArray,
    studies: Studies,
    scratch: LiftScratch | None,
) -> None:
    """``lifted = sum_t day_share[t] * h(pressure[t])`` over a study, less the same of ``earlier`` when its scope is immediate.

    ``earlier`` is the pressure that would be there without any input during the study.

    Args:
        medium: The medium and its hyperparameters.
        media: Input of all media on all rows, shape (n_media, n_all).
        pressure: Of this medium, shape (n_all,).
        weights: Of its Weibull, any length.
        columns: With the medium's saturated pressure on the modelled rows, shape (p, n_rows).
        studies: All studies.
        scratch: ``lifted`` of the medium's entries is written; there is one where there are studies.

    Source:
        Robyn 3.12.1, R/calibration.R, ``lift_calibration``: carry-over that arises inside the study counts as immediate.
    """
    assert scratch is not None
    for e in range(studies.starts[medium.number], studies.starts[medium.number + 1]):
        s = studies.study[e]
        first, total = studies.spans[s, FIRST], 0.0
        for t in range(first, first + studies.spans[s, N_PERIODS]):
            total += studies.day_share[s, t - first] * columns[medium.column, t]
        if studies.spans[s, IMMEDIATE]:
            total -= _effect_from_before(medium, media, pressure, weights, studies, s, scratch)
        scratch.lifted[e] = total


@compiled
def _effect_from_before(
    medium: Medium,
    media: FloatArray,
    pressure: FloatArray,
    weights: FloatArray,
    studies: Studies,
    s: int,
    scratch: LiftScratch,
) -> float:
    """``sum_t day_share[t] * h(earlier[t])``; NaN as in R where its two Weibull lengths make the earlier pressure negative."""
    row, n = studies.spans[s, ROW], studies.spans[s, N_PERIODS]
    earlier = scratch.earlier[:n]
    if medium.kind == GEOMETRIC:
        _fade(medium.decay, pressure, row, earlier)
    elif studies.spans[s, OWN_LENGTH]:
        fill_weibull_weights(medium.kind, medium.decay, medium.scale, scratch.weights[:n])
        _subtract_own(media, medium.number, pressure, scratch.weights, row, earlier)
        if earlier.min() < 0.0:
            return np.nan
    else:
        _subtract_own(media, medium.number, pressure, weights, row, earlier)
    power = scratch.power
    short = PowerScratch(power.fraction[:n], power.fraction_bits[:n], power.exponent[:n], power.exponent_bits[:n])
    saturate(earlier, medium.alpha, medium.inflexion, short, scratch.saturated, 0)
    total = 0.0
    for t in range(n):
        total += studies.day_share[s, t] * scratch.saturated[0, t]
    return total


@compiled
def _fade(theta: float, pressure: FloatArray, row: int, earlier: FloatArray) -> None:
    """``earlier[t] = theta ** (t + 1) * pressure[row - 1]``."""
    left = pressure[row - 1] if row > 0 else 0.0
    for t in range(len(earlier)):
        left *= theta
        earlier[t] = left


@compiled
def _subtract_own(
    media: FloatArray, c: int, pressure: FloatArray, weights: FloatArray, row: int, earlier: FloatArray
) -> None:
    """``earlier[t] = pressure[row + t] - sum_k weights[t - k] * media[c, row + k]``, oldest input first as R adds them up."""
    for t in range(len(earlier)):
        own = 0.0
        for k in range(max(t + 1 - len(weights), 0), t + 1):
            own += media[c, row + k] * weights[t - k]
        earlier[t] = pressure[row + t] - own


@compiled
def predict_lift(slopes: FloatArray, studies: Studies, scratch: LiftScratch | None, predicted: FloatArray) -> None:
    """``predicted = factor * sum_media(slope * lifted)``, written per study.

    Args:
        slopes: Coefficient of every medium, shape (n_media,).
        studies: All studies.
        scratch: With ``lifted`` of every entry.
        predicted: Outcome units, shape (n_studies,).
    """
    assert scratch is not None
    predicted[:] = 0.0
    for e in range(len(studies.medium)):
        predicted[studies.study[e]] += slopes[studies.medium[e]] * scratch.lifted[e]
    for s in range(len(predicted)):
        predicted[s] *= studies.amounts[s, FACTOR]


@compiled
def lift_error(studies: Studies, predicted: FloatArray) -> float:
    """``MAPE.LIFT = sum_s w_s |predicted_s - lift_s| / scale_s / sum_s w_s``.

    Args:
        studies: All studies.
        predicted: Outcome units, shape (n_studies,).

    Returns:
        At least 0, no unit; a study without a prediction (NaN) is left out, infinite when none is left.
    """
    total = weights = 0.0
    for s in range(len(predicted)):
        error = abs(predicted[s] - studies.amounts[s, LIFT]) / studies.amounts[s, SCALE]
        if not math.isnan(error):
            total += studies.amounts[s, WEIGHT] * error
            weights += studies.amounts[s, WEIGHT]
    return total / weights if weights > 0.0 else np.inf
