"""Would it find the truth on data like these? Histories made up on the user's own spend, whose truth is known."""

from functools import partial
from typing import NamedTuple

import numpy as np

from mmm_core.engine.forecast import take_draws
from mmm_core.engine.posterior_problem import build_problem
from mmm_core.engine.trust_changes import with_outcome
from mmm_core.engine.trust_context import CheckContext, done, grade_of, not_possible
from mmm_core.entities.columns import AdstockKind
from mmm_core.entities.design import FloatArray
from mmm_core.entities.posterior import Posterior
from mmm_core.entities.trust import ChannelFinding, CheckKey, CheckNumber, TrustCheck
from mmm_core.errors import MMMError
from mmm_core.kernels.sampler_media import ALPHA, DECAY, GAMMA, N_PARAMETERS, SCALE
from mmm_core.kernels.sampler_summary import Draws, describe_draws

CLOSE, FAR = 0.35, 0.7
"""Average error of a return, as a share of its size: up to the first it is found, beyond the second it is not."""

_INTERVAL = (0.025, 0.975)
_MOST_WORLDS, _FEWEST_WORLDS = 20, 4
_LARGE = 1e5
"""Rows times media times worlds; beyond it there are fewer worlds."""


class _World(NamedTuple):
    """A made-up history: outcome on the modelled rows, and what every paid channel returns in it, shape (n_paid,)."""

    outcome: FloatArray
    truth: FloatArray


class _Found(NamedTuple):
    """What refitting a world gave: mean return and ends of the range, shape (n_paid,) each."""

    mean: FloatArray
    low: FloatArray
    high: FloatArray


def check_recovery(context: CheckContext) -> TrustCheck:
    """Take draws of the answer as truths, make up what would have been seen, ask again, compare."""
    worlds = _make_worlds(context)
    found = context.bench.run([partial(_ask_again, context, number, world) for number, world in enumerate(worlds)])
    kept = [(world, one) for world, one in zip(worlds, found, strict=True) if isinstance(one, _Found)]
    if not kept:
        refusal = next(one for one in found if isinstance(one, MMMError))
        return not_possible(CheckKey.RECOVERY, f"Made-up histories cannot be modelled. {refusal.problems[0]}")
    truth = np.stack([world.truth for world, _ in kept])
    mean, low, high = (np.stack([getattr(one, name) for _, one in kept]) for name in ("mean", "low", "high"))
    held = (low <= truth) & (truth <= high)
    size = np.maximum(np.abs(truth).mean(axis=0), 1e-300)
    error, bias = np.abs(mean - truth).mean(axis=0) / size, (mean - truth).mean(axis=0) / size
    findings = [
        _finding(context, c, float(error[c]), float(bias[c]), (int(held[:, c].sum()), len(kept)))
        for c in range(len(context.channels))
    ]
    overall = float(np.abs(mean - truth).sum() / max(np.abs(truth).sum(), 1e-300))
    return done(
        CheckKey.RECOVERY,
        f"In {len(kept)} histories made up on this spend, where the truth is known, ranges held it {int(held.sum())} of "
        f"{held.size} times, and returns were off by {overall:.0%} on average.",
        findings,
        (
            CheckNumber(name="Average error of returns", value=100.0 * overall, unit="%"),
            CheckNumber(name="Ranges that held the truth", value=100.0 * float(held.mean()), unit="%"),
        ),
    )


def draws_of(posterior: Posterior) -> Draws:
    """The states of the chains, as the sampler's kernels take them."""
    parameters = np.zeros((*posterior.returns.shape, N_PARAMETERS))
    is_geometric = np.array([kind is AdstockKind.GEOMETRIC for kind in posterior.model_set.design.adstock])
    parameters[:, :, ALPHA], parameters[:, :, GAMMA] = posterior.alpha, posterior.gamma
    parameters[:, :, DECAY] = np.where(is_geometric, posterior.theta, posterior.shape)
    parameters[:, :, SCALE] = np.where(is_geometric, 0.0, posterior.scale)
    return Draws(
        parameters=parameters,
        returns=posterior.returns,
        variance=posterior.sigma**2,
        common=posterior.common_return,
        stiffness=posterior.stiffness,
    )


def _make_worlds(context: CheckContext) -> list[_World]:
    problem = context.problem
    random = np.random.default_rng(context.bench.seeds(list(CheckKey).index(CheckKey.RECOVERY)))
    affordable = int(_LARGE / (len(problem.data.outcome) * len(problem.size)))
    count = int(np.clip(affordable, _FEWEST_WORLDS, _MOST_WORLDS))
    all_draws = draws_of(context.posterior)
    draws = take_draws(all_draws, random.choice(len(all_draws.variance), size=count, replace=False))
    draws = draws._replace(variance=draws.variance / problem.unit**2)
    noise = random.standard_normal((count, len(problem.data.gathered)))
    coefficients = describe_draws(problem.data, draws, noise).coefficients
    worlds = []
    for i in range(count):
        media = describe_draws(problem.data, take_draws(draws, np.array([i])), noise[:1]).media.sum(axis=1)
        shocks = np.sqrt(draws.variance[i]) * random.standard_normal(len(problem.data.outcome))
        scaled = coefficients[i] @ problem.baseline.columns + media + shocks
        truth = (draws.returns[i] * problem.size)[: len(context.channels)] / context.spend
        worlds.append(_World(problem.mean + problem.unit * scaled, truth))
    return worlds


def _ask_again(context: CheckContext, number: int, world: _World) -> _Found | MMMError:
    try:
        problem = build_problem(with_outcome(context.data, world.outcome))
    except MMMError as refusal:
        return refusal
    place = list(CheckKey).index(CheckKey.RECOVERY)
    roas = context.bench.refit(problem, context.bench.seeds(place, number + 1)).roas
    low, high = np.quantile(roas, _INTERVAL, axis=0)
    return _Found(roas.mean(axis=0), low, high)


def _finding(context: CheckContext, c: int, error: float, bias: float, held: tuple[int, int]) -> ChannelFinding:
    channel = context.channels[c]
    leaning = "" if abs(bias) < 0.15 else f", mostly too {'high' if bias > 0 else 'low'}"
    return ChannelFinding(
        channel=channel,
        sentence=(
            f"{context.names[channel]}: where the truth was known, its return was off by {error:.0%} on average{leaning}, and "
            f"the range held it {held[0]} of {held[1]} times."
        ),
        grade=grade_of(error, CLOSE, FAR),
        numbers=(
            CheckNumber(name="Average error of its return", value=100.0 * error, unit="%"),
            CheckNumber(name="Too high on average by", value=100.0 * bias, unit="%"),
            CheckNumber(name="Ranges that held the truth", value=float(held[0])),
            CheckNumber(name="Made-up histories", value=float(held[1])),
        ),
    )
