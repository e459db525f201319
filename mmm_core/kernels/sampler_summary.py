"""From draws to what they say: contributions of every term, baseline coefficients, response curves.

D draws, M media, n modelled rows, k baseline columns.
"""

from typing import NamedTuple

import numpy as np

from mmm_core.kernels.adstock import GEOMETRIC
from mmm_core.kernels.arrays import FloatArray, IntArray
from mmm_core.kernels.compiling import compiled, compiled_inside
from mmm_core.kernels.sampler_baseline import add_multiple, copy_into, gather, project, solve_back
from mmm_core.kernels.sampler_media import (
    ALPHA,
    Lifts,
    MediaInput,
    MediaScratch,
    fill_lifts,
    fill_medium,
    make_media_scratch,
)
from mmm_core.kernels.sampler_state import SamplerData
from mmm_core.kernels.saturation import saturate


class Draws(NamedTuple):
    """States of all chains, one below the other.

    Attributes:
        parameters: (alpha, gamma, theta or shape, scale), shape (D, M, 4).
        returns: Shape (D, M).
        variance: Of the noise, shape (D,).
        common: R, shape (D,).
        stiffness: Number of the baseline's prior, shape (D,).
    """

    parameters: FloatArray
    returns: FloatArray
    variance: FloatArray
    common: FloatArray
    stiffness: IntArray


class Description(NamedTuple):
    """What draws say.

    Attributes:
        media: Mean contribution of every medium, shape (n, M).
        coefficients: Draws of the baseline's coefficients, shape (D, k). Their mean over the draws is that of the conditional
            means, which is the same without the noise of drawing.
        ceiling: ``r e / sum(h)``: outcome per period at full saturation, shape (D, M).
        inflexion: Pressure at half of it, same shape.
        carried: Mean pressure per modelled row that comes from earlier rows, same shape.
        carry_over: Mean of the part of the contribution that comes from earlier rows, which is first on the curve, shape (M,).
    """

    media: FloatArray
    coefficients: FloatArray
    ceiling: FloatArray
    inflexion: FloatArray
    carried: FloatArray
    carry_over: FloatArray


def describe_draws(data: SamplerData, draws: Draws, noise: FloatArray) -> Description:
    """Recompute every draw in full.

    Args:
        data: What the chains were run on.
        draws: Their states.
        noise: Standard normal, shape (D, k).
    """
    n_draws, n_media = draws.returns.shape
    n, k = len(data.outcome), len(data.gathered)
    answer = Description(
        np.zeros((n_media, n)),
        np.zeros((n_draws, k)),
        np.zeros((n_draws, n_media)),
        np.zeros((n_draws, n_media)),
        np.zeros((n_draws, n_media)),
        np.zeros(n_media),
    )
    spread = np.zeros((n_draws, k))
    _describe(data, draws, np.sqrt(draws.variance)[:, None] * noise, answer, spread)
    coefficients = answer.coefficients + spread - spread.mean(axis=0)
    return answer._replace(media=np.ascontiguousarray(answer.media.T), coefficients=coefficients)


@compiled
def _describe(data: SamplerData, draws: Draws, noise: FloatArray, answer: Description, spread: FloatArray) -> None:
    n_draws, n_media = draws.returns.shape
    k = len(data.gathered)
    column, residual = np.zeros((1, len(data.outcome))), np.zeros(len(data.outcome))
    gathered, projected = np.zeros(k), np.zeros(k)
    scratch = make_media_scratch(data.given)
    for i in range(n_draws):
        copy_into(residual, data.outcome)
        for m in range(n_media):
            parameters, amount = draws.parameters[i, m], draws.returns[i, m]
            medium = fill_medium(data.given, m, parameters, scratch, column, 0)
            answer.ceiling[i, m] = amount * data.given.size[m] / medium.total if medium.total > 0.0 else 0.0
            answer.inflexion[i, m] = medium.inflexion
            add_multiple(residual, -amount, column[0])
            add_multiple(answer.media[m], amount / n_draws, column[0])
            answer.carried[i, m] = _fill_carried(data.given, m, scratch)
            saturate(scratch.window, parameters[ALPHA], medium.inflexion, scratch.power, column, 0)
            answer.carry_over[m] += answer.ceiling[i, m] / n_draws * _total(column[0])
        gather(data.baseline, residual, gathered)
        project(data.baseline, draws.stiffness[i], gathered, projected)
        solve_back(data.baseline, draws.stiffness[i], projected, answer.coefficients[i])
        solve_back(data.baseline, draws.stiffness[i], noise[i], spread[i])


@compiled
def predict_lifts(given: MediaInput, lifts: Lifts, parameters: FloatArray, returns: FloatArray) -> FloatArray:
    """What every draw says that studies should have found: ``sum_media(return * brought)``.

    Args:
        given: Media; the answer has the unit of its ``size``.
        lifts: Studies; what they found does not matter.
        parameters: (alpha, gamma, theta or shape, scale), shape (D, M, 4).
        returns: Shape (D, M).

    Returns:
        Shape (D, n_studies).
    """
    n_draws, n_media = returns.shape
    predicted = np.zeros((n_draws, len(lifts.lift)))
    brought, column = np.zeros(len(lifts.lift)), np.zeros((1, len(given.rows)))
    scratch = make_media_scratch(given)
    for i in range(n_draws):
        for m in range(n_media):
            medium = fill_medium(given, m, parameters[i, m], scratch, column, 0)
            fill_lifts(given, lifts, m, parameters[i, m], medium, scratch, brought)
            add_multiple(predicted[i], returns[i, m], brought)
    return predicted


@compiled_inside
def _total(series: FloatArray) -> float:
    total = 0.0
    for t in range(len(series)):
        total += series[t]
    return total


@compiled_inside
def _fill_carried(given: MediaInput, m: int, scratch: MediaScratch) -> float:
    """Write pressure less what the row itself was given to the window of the scratch, and return its mean."""
    own = 1.0 if given.kinds[m] == GEOMETRIC else scratch.weights[0]
    total = 0.0
    for t in range(len(given.rows)):
        row = given.rows[t]
        scratch.window[t] = max(scratch.pressure[row] - own * given.media[m, row], 0.0)
        total += scratch.window[t]
    return total / len(given.rows)
