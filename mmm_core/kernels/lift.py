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


class Studies(NamedTuple):
    """Lift studies as arrays.

    Attributes:
        medium: Of every entry, shape (n_entries,).
        study: Of every entry, same shape.
        first: First period of every study among the modelled ones, shape (n_studies,).
        row: The same period among all rows, same shape.
        n_periods: Adjoining periods it covers, same shape.
        immediate: 1 where carry-over from before the study is no part of the lift, same shape.
        own_length: 1 where the study's own carry-over is measured on its own periods, as R does; 0 where by the model's.
        lift: What was measured, outcome units, same shape.
        scale: What an error is a share of, outcome units, same shape.
        factor: From the sum over the periods to the days of the study, same shape.
        weight: In the mean error, same shape.
    """

    medium: IntArray
    study: IntArray
    first: IntArray
    row: IntArray
    n_periods: IntArray
    immediate: IntArray
    own_length: IntArray
    lift: FloatArray
    scale: FloatArray
    factor: FloatArray
    weight: FloatArray


_NO_INTEGERS, _NO_NUMBERS = np.zeros(0, np.int64), np.zeros(0)
NO_STUDIES = Studies(
    medium=_NO_INTEGERS,
    study=_NO_INTEGERS,
    first=_NO_INTEGERS,
    row=_NO_INTEGERS,
    n_periods=_NO_INTEGERS,
    immediate=_NO_INTEGERS,
    own_length=_NO_INTEGERS,
    lift=_NO_NUMBERS,
    scale=_NO_NUMBERS,
    factor=_NO_NUMBERS,
    weight=_NO_NUMBERS,
)


class Medium(NamedTuple):
    """One medium of one candidate: its number, code of adstock, theta or shape, scale, alpha and half-saturation point."""

    number: int
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
def make_lift_scratch(studies: Studies) -> LiftScratch:
    """Allocate the work space; next to nothing without studies."""
    longest = 0
    for s in range(len(studies.lift)):
        longest = max(longest, studies.n_periods[s])
    power = make_power_scratch(longest)
    return LiftScratch(
        np.zeros(len(studies.medium)), np.zeros(longest), np.zeros(longest), np.zeros((1, longest)), power
    )


@compiled
def fill_lifted(
    medium: Medium,
    series: tuple[FloatArray, FloatArray, FloatArray, FloatArray],
    studies: Studies,
    scratch: LiftScratch,
) -> None:
    """``lifted = sum_t h(pressure[t])`` over the study's periods, less ``h(earlier[t])`` when its scope is immediate.

    ``earlier`` is the pressure that would be there without any input during the study.

    Args:
        medium: The medium and its hyperparameters.
        series: Its input and pressure on all rows, its Weibull weights, and its saturated pressure on the modelled rows.
        studies: All studies.
        scratch: ``lifted`` of the medium's entries is written.

    Source:
        Robyn 3.12.1, R/calibration.R, ``lift_calibration``: carry-over that arises inside the study counts as immediate.
    """
    saturated = series[3]
    for e in range(len(studies.medium)):
        if studies.medium[e] != medium.number:
            continue
        s = studies.study[e]
        first, total = studies.first[s], 0.0
        for t in range(first, first + studies.n_periods[s]):
            total += saturated[t]
        if studies.immediate[s]:
            total -= _effect_from_before(medium, series, studies, s, scratch)
        scratch.lifted[e] = total


@compiled
def _effect_from_before(
    medium: Medium,
    series: tuple[FloatArray, FloatArray, FloatArray, FloatArray],
    studies: Studies,
    s: int,
    scratch: LiftScratch,
) -> float:
    """``sum_t h(earlier[t])``; NaN as in R where its two Weibull lengths make the earlier pressure negative."""
    n = studies.n_periods[s]
    if medium.kind == GEOMETRIC:
        _fade(medium.decay, series[1], studies.row[s], scratch.earlier[:n])
    elif studies.own_length[s]:
        fill_weibull_weights(medium.kind, medium.decay, medium.scale, scratch.weights[:n])
        _subtract_own(series[0], series[1], scratch.weights, studies.row[s], scratch.earlier[:n])
        if scratch.earlier[:n].min() < 0.0:
            return np.nan
    else:
        _subtract_own(series[0], series[1], series[2], studies.row[s], scratch.earlier[:n])
    power = scratch.power
    short = PowerScratch(power.fraction[:n], power.fraction_bits[:n], power.exponent[:n], power.exponent_bits[:n])
    saturate(scratch.earlier, medium.alpha, medium.inflexion, short, scratch.saturated, 0)
    total = 0.0
    for t in range(n):
        total += scratch.saturated[0, t]
    return total


@compiled
def _fade(theta: float, pressure: FloatArray, row: int, earlier: FloatArray) -> None:
    """``earlier[t] = theta ** (t + 1) * pressure[row - 1]``."""
    left = pressure[row - 1] if row > 0 else 0.0
    for t in range(len(earlier)):
        left *= theta
        earlier[t] = left


@compiled
def _subtract_own(media: FloatArray, pressure: FloatArray, weights: FloatArray, row: int, earlier: FloatArray) -> None:
    """``earlier[t] = pressure[row + t] - sum_k weights[t - k] * media[row + k]``, oldest input first as R adds them up."""
    for t in range(len(earlier)):
        own = 0.0
        for k in range(max(t + 1 - len(weights), 0), t + 1):
            own += media[row + k] * weights[t - k]
        earlier[t] = pressure[row + t] - own


@compiled
def predict_lift(slopes: FloatArray, studies: Studies, lifted: FloatArray, predicted: FloatArray) -> None:
    """``predicted = factor * sum_media(slope * lifted)``, written per study.

    Args:
        slopes: Coefficient of every medium, shape (n_media,).
        studies: All studies.
        lifted: Of every entry, shape (n_entries,).
        predicted: Outcome units, shape (n_studies,).
    """
    predicted[:] = 0.0
    for e in range(len(studies.medium)):
        predicted[studies.study[e]] += slopes[studies.medium[e]] * lifted[e]
    for s in range(len(predicted)):
        predicted[s] *= studies.factor[s]


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
        error = abs(predicted[s] - studies.lift[s]) / studies.scale[s]
        if not math.isnan(error):
            total += studies.weight[s] * error
            weights += studies.weight[s]
    return total / weights if weights > 0.0 else np.inf
