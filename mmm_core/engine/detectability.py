"""Before any run: how large the effect of a channel must be before these data can show it.

In closed form on the user's own spend: what is left of a media column once the baseline and the other media have explained what
they can decides how exactly its return can be known. Averaged over adstock and saturation as they are believed before.
"""

import time
from typing import NamedTuple

import numpy as np

from mmm_core.engine.media_information import (
    Projector,
    media_columns,
    power_return,
    prior_parameters,
    projector_of,
    with_columns,
)
from mmm_core.engine.posterior_problem import PosteriorProblem, build_problem
from mmm_core.engine.trust_context import amount
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.design import FloatArray
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.naming import display_names
from mmm_core.entities.trust import ChannelDetectability, Detectability
from mmm_core.errors import BoundsError

POWER = 0.8
LEVEL = 0.025
"""Chance that a channel that does nothing looks as if it did something, one-sided."""

_MOST_POINTS, _FEWEST_POINTS = 64, 8
_NUMBERS_PER_SECOND = 1e9
_ROUNDS = 3
_HARDLY = 2.0

_NOTES = (
    "Told from nothing in four of five cases, at a risk of 2.5% to see something where nothing is; computed from your spend, the "
    "noise around a trend and a season, and the usual range of carry-over and saturation, without estimating any return.",
    "It takes the model to be right: spend that follows demand looks effective whatever it does.",
)


class _Setting(NamedTuple):
    """The question, how large the noise is (sampler's units), and the stiffness that goes best with the outcome."""

    problem: PosteriorProblem
    central: FloatArray
    noise: float
    stiffness: int


def detectable_roas(data: MMMDataCollection, *, seconds: float = 5.0) -> Detectability:
    """The smallest ROAS of every paid channel that these data would tell from nothing with 80% power.

    Args:
        data: Table and settings.
        seconds: About how long it may take; more makes the average over adstock and saturation finer.

    Returns:
        One answer per paid channel.

    Raises:
        BoundsError: ``seconds`` is not above 0.
        SettingsError: No public holidays are known for the country.
    """
    if not seconds > 0:
        raise BoundsError(f"seconds must be above 0, got {seconds}.")
    began = time.perf_counter()
    setting = _find_noise(build_problem(data))
    names = display_names(setting.problem.design.paid_names)
    n_points = _points(setting.problem, seconds)
    channels = tuple(
        _channel(data, setting, m, (channel, names[channel]), n_points)
        for m, channel in enumerate(setting.problem.design.paid_names)
    )
    return Detectability(
        channels=channels,
        noise=setting.noise * setting.problem.unit,
        power=POWER,
        seconds=time.perf_counter() - began,
        notes=_NOTES,
    )


def detection_errors(setting: _Setting, m: int, n_points: int) -> FloatArray:
    """Standard error of the return of one medium for every point of the prior; inf where nothing is left, shape (n_points,)."""
    problem = setting.problem
    kind = int(problem.data.given.kinds[m])
    columns = media_columns(problem, m, prior_parameters(problem.prior, kind, m, n_points))
    others = np.delete(setting.central, m, axis=0)
    projector = _with_media(problem, setting.stiffness, others, setting.noise)
    left = projector.product(columns, columns)
    is_known = left > 1e-9 * (columns**2).sum(axis=1)
    return np.where(is_known, setting.noise / np.sqrt(np.where(is_known, left, 1.0)), np.inf)


def _find_noise(problem: PosteriorProblem) -> _Setting:
    """Noise and stiffness under which the outcome is likeliest, all media at the middle of their prior.

    With a baseline prior in units of the noise, ``y'Wy / n`` is the noise variance; the prior sd of returns is not in these
    units, so that it takes a few rounds.
    """
    outcome, n = problem.data.outcome, len(problem.data.outcome)
    central = np.vstack([_central(problem, m) for m in range(len(problem.size))])
    noise, stiffness = 0.3, 0
    for _ in range(_ROUNDS):
        found = []
        for s in range(len(problem.baseline.prior_sd)):
            projector = _with_media(problem, s, central, noise)
            misfit = max(float(projector.product(outcome, outcome)), 1e-12)
            found.append((_log_determinant(problem, s, projector) - n * np.log(misfit), misfit, s))
        _, misfit, stiffness = max(found)
        noise = float(np.sqrt(misfit / n))
    return _Setting(problem, central, noise, stiffness)


def _central(problem: PosteriorProblem, m: int) -> FloatArray:
    """Column of one medium averaged over its prior, shape (1, n)."""
    kind = int(problem.data.given.kinds[m])
    columns = media_columns(problem, m, prior_parameters(problem.prior, kind, m, _FEWEST_POINTS))
    central: FloatArray = columns.mean(axis=0, keepdims=True)
    return central


def _with_media(problem: PosteriorProblem, stiffness: int, columns: FloatArray, noise: float) -> Projector:
    """Baseline and media whose returns have their usual size as prior sd."""
    usual = float(np.exp(problem.prior.common_log_mean))
    return with_columns(projector_of(problem, stiffness), problem, stiffness, columns * usual / noise)


def _log_determinant(problem: PosteriorProblem, stiffness: int, projector: Projector) -> float:
    """``ln det W``; the further columns have a prior sd of 1."""
    sd = problem.baseline.prior_sd[stiffness]
    return float(-2.0 * np.log(sd[sd > 0]).sum() + 2.0 * np.log(np.diag(projector.inverse)).sum())


def _points(problem: PosteriorProblem, seconds: float) -> int:
    n, k, n_media = len(problem.data.outcome), len(problem.data.gathered), len(problem.size)
    affordable = int(seconds * _NUMBERS_PER_SECOND / (n_media * n * (k + n_media)))
    return int(np.clip(affordable, _FEWEST_POINTS, _MOST_POINTS))


def _channel(
    data: MMMDataCollection, setting: _Setting, m: int, channel: tuple[str, str], n_points: int
) -> ChannelDetectability:
    problem = setting.problem
    design = problem.design
    spend = float(design.spend[design.rows, m].sum())
    per_return = abs(float(problem.size[m])) / spend
    smallest = power_return(detection_errors(setting, m, n_points), POWER, LEVEL) * per_return
    usual = float(np.exp(problem.prior.common_log_mean)) * per_return
    total = float(np.abs(design.outcome[design.rows]).sum())
    return ChannelDetectability(
        channel=channel[0],
        spend=spend,
        roas=smallest,
        share=smallest * spend / total,
        usual_roas=usual,
        sentence=_sentence(channel[1], (smallest, usual), smallest * spend / total, data.settings.outcome.kind),
    )


def _sentence(name: str, returns: tuple[float, float], share: float, kind: OutcomeKind) -> str:
    smallest, usual = returns
    word = "a ROAS" if kind is OutcomeKind.REVENUE else "a return per unit of spend"
    if not np.isfinite(smallest):
        return (
            f"{name}: no effect could be told from nothing, because the baseline or another channel explains the same."
        )
    told = f"{name}: {word} of {amount(smallest)} or more ({share:.1%} of the outcome) would show in four of five cases"
    if smallest > _HARDLY * usual:
        return f"{told}; that is {smallest / usual:.1f} times what is usual, so a usual effect would hardly be seen."
    if smallest > usual:
        return f"{told}; a usual effect ({amount(usual)}) is smaller and would often be missed."
    return f"{told}; a usual effect ({amount(usual)}) is larger and would mostly be seen."
