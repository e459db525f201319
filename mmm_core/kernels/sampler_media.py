"""Media columns of the posterior sampler: one unit of their coefficient is one unit of return on spend.

``x(t) = e * h(t) / sum(h)`` over the modelled rows, with h the Hill curve of the adstocked input. M media, n modelled rows.
A row of parameters is (alpha, gamma, theta or shape, scale).
"""

from typing import NamedTuple

import numpy as np

from mmm_core.kernels.adstock import GEOMETRIC, carry_over, fill_weibull_weights, spread_over
from mmm_core.kernels.arrays import FloatArray, IntArray
from mmm_core.kernels.compiling import compiled, compiled_inside
from mmm_core.kernels.saturation import PowerScratch, make_power_scratch, saturate

ALPHA, GAMMA, DECAY, SCALE = range(4)
N_PARAMETERS = 4


class MediaInput(NamedTuple):
    """What is transformed.

    Attributes:
        media: Input, all rows, shape (M, n_all).
        rows: Indices of the modelled rows, ascending, shape (n,).
        kinds: Code of the adstock, shape (M,).
        weibull_length: Periods on which a Weibull scale is measured.
        size: e, what a coefficient of 1 brings over the modelled rows, negative for media that can only harm, shape (M,).
    """

    media: FloatArray
    rows: IntArray
    kinds: IntArray
    weibull_length: int
    size: FloatArray


class Lifts(NamedTuple):
    """Lift studies: what media brought together in some rows, measured with a known error.

    Attributes:
        takes_part: 1 where a medium was tested, shape (n_studies, M).
        day_share: Share of each row's days that the study covers, shape (n_studies, n_all).
        first: First row touched, shape (n_studies,).
        end: One behind the last.
        is_immediate: 1 where carry-over from before the study is not part of the lift.
        lift: Units of the outcome.
        precision: 1 / standard error squared.
    """

    takes_part: IntArray
    day_share: FloatArray
    first: IntArray
    end: IntArray
    is_immediate: IntArray
    lift: FloatArray
    precision: FloatArray


class MediaScratch(NamedTuple):
    """Work space of a transformation: pressure and its restarted part on all rows, modelled rows, weights."""

    pressure: FloatArray
    restarted: FloatArray
    window: FloatArray
    power: PowerScratch
    weights: FloatArray


class Transformed(NamedTuple):
    """Sizes of a transformed medium: the sum of h over the modelled rows and the pressure at half of the ceiling."""

    total: float
    inflexion: float


@compiled
def make_media_scratch(given: MediaInput) -> MediaScratch:
    """Allocate the work space."""
    n_all, n = given.media.shape[1], len(given.rows)
    return MediaScratch(
        np.zeros(n_all), np.zeros(n_all), np.zeros(n), make_power_scratch(n), np.zeros(given.weibull_length)
    )


@compiled
def fill_medium(
    given: MediaInput, m: int, parameters: FloatArray, scratch: MediaScratch, columns: FloatArray, row: int
) -> Transformed:
    """Write x of one medium to ``columns[row]``, shape (n_rows,), 0 where it was never used.

    Leaves the pressure of all rows and the Weibull weights in ``scratch`` for :func:`fill_lifts`.
    """
    pressure, window = scratch.pressure, scratch.window
    if given.kinds[m] == GEOMETRIC:
        carry_over(given.media, m, parameters[DECAY], pressure)
    else:
        used = fill_weibull_weights(given.kinds[m], parameters[DECAY], parameters[SCALE], scratch.weights)
        spread_over(given.media, m, scratch.weights, used, pressure)
    largest = 0.0
    for t in range(len(window)):
        window[t] = pressure[given.rows[t]]
        largest = max(largest, window[t])
    inflexion = parameters[GAMMA] * largest
    saturate(window, parameters[ALPHA], inflexion, scratch.power, columns, row)
    total = 0.0
    for t in range(len(window)):
        total += columns[row, t]
    factor = given.size[m] / total if total > 0.0 else 0.0
    for t in range(len(window)):
        columns[row, t] *= factor
    return Transformed(total, inflexion)


@compiled
def fill_lifts(
    given: MediaInput,
    lifts: Lifts,
    m: int,
    parameters: FloatArray,
    medium: Transformed,
    scratch: MediaScratch,
    brought: FloatArray,
) -> None:
    """What a coefficient of 1 brings in every study, shape (n_studies,); right after :func:`fill_medium`.

    ``sum(day_share * h(z)) * e / sum(h)``; where the lift is immediate, less the same of ``h(z - z_study)`` with ``z_study`` the
    adstock restarted at the first row of the study.

    Source:
        Robyn 3.12.1, R/calibration.R, ``lift_calibration``; the Weibull scale is not measured on the slice.
    """
    factor = given.size[m] / medium.total if medium.total > 0.0 else 0.0
    for s in range(len(brought)):
        brought[s] = 0.0
        if lifts.takes_part[s, m] == 0:
            continue
        if lifts.is_immediate[s]:
            _restart(given, m, parameters, lifts.first[s], lifts.end[s], scratch)
        total = 0.0
        for t in range(lifts.first[s], lifts.end[s]):
            part = _hill(scratch.pressure[t], parameters[ALPHA], medium.inflexion)
            if lifts.is_immediate[s]:
                earlier = scratch.pressure[t] - scratch.restarted[t]
                part -= _hill(earlier, parameters[ALPHA], medium.inflexion)
            total += lifts.day_share[s, t] * part
        brought[s] = total * factor


@compiled_inside
def _restart(given: MediaInput, m: int, parameters: FloatArray, first: int, end: int, scratch: MediaScratch) -> None:
    """Adstock that starts at ``first``, written to ``scratch.restarted[first:end]``."""
    for t in range(first, end):
        if given.kinds[m] == GEOMETRIC:
            before = scratch.restarted[t - 1] if t > first else 0.0
            scratch.restarted[t] = given.media[m, t] + parameters[DECAY] * before
        else:
            total = 0.0
            for source in range(first, t + 1):
                total += given.media[m, source] * scratch.weights[t - source]
            scratch.restarted[t] = total


@compiled_inside
def _hill(pressure: float, alpha: float, inflexion: float) -> float:
    return 1.0 / (1.0 + (inflexion / pressure) ** alpha) if pressure > 0.0 else 0.0
