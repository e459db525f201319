"""Collapsed sampler over adstock, saturation and returns of all media beside a joint baseline.

Model: ``y = sum_m r_m x_m + Z beta + noise``. The baseline is integrated out (:mod:`mmm_core.kernels.sampler_baseline`), so
that everything needs ``a'Wb`` alone. Given noise variance s2, residual e without medium m, ``a = x'Wx / s2`` and
``b = x'We / s2``: with the prior ``r = 0`` with probability p0, else ``N(R, (w R)**2)`` above 0, the return is integrated out
of the steps for adstock and saturation too. ``ln B``, by how much a medium explains the residual better than nothing, is

``1/2 ln(v/q2) + mu**2/2v - R**2/2q2 + ln Phi(mu/sqrt v) - ln Phi(R/q)`` with ``q = w R``, ``v = 1/(a + 1/q2)`` and
``mu = v (b + R/q2)``.

M media, n modelled rows, k baseline columns.
"""

import math

import numpy as np

from mmm_core.kernels.adstock import GEOMETRIC
from mmm_core.kernels.arrays import FloatArray
from mmm_core.kernels.compiling import compiled, compiled_inside
from mmm_core.kernels.sampler_baseline import add_multiple, copy_into, dot, gather, project
from mmm_core.kernels.sampler_media import ALPHA, DECAY, N_PARAMETERS, Lifts, fill_lifts, fill_medium
from mmm_core.kernels.sampler_random import draw_above_zero, log_normal_cdf, reflect
from mmm_core.kernels.sampler_state import COMMON, LEARNED, STIFFNESS, SWEEP, VARIANCE, Chain, SamplerData, SamplerPrior

N_PROPOSALS = 3
N_COMMON_STEPS = 4
COMMON_STEP = 0.25
_ANYWHERE, _FAR_STEP, _NEAR_STEP = 0.15, 0.30, 0.45
"""Of the proposals, up to 0.15 are independent, up to 0.35 far steps, up to 0.60 near ones, the rest learned ones."""
_FAR_SD, _NEAR_SD = 0.30, 0.105
_LEARNED_SCALE = 2.4
"""Divided by the root of the number of parameters that move: the best scale for a normal target (Gelman, Roberts, Gilks 1996)."""
_FLOOR = 0.01
"""Learned steps are never smaller than this share of a parameter's range."""


@compiled
def advance(
    data: SamplerData,
    prior: SamplerPrior,
    chain: Chain,
    random: np.random.Generator,
    burn_in: int,
    thin: int,
    record: FloatArray,
) -> None:
    """Sweep on and write every ``thin``-th state down.

    Args:
        data: What is known.
        prior: What is believed before.
        chain: Moved on by ``thin * len(record)`` sweeps.
        random: Of this chain alone; the same one gives the same bits wherever the chain runs.
        burn_in: Sweeps in which the learned steps are learned: set at a third, two thirds and the end, from the sweeps since.
        thin: Sweeps per record.
        record: Shape (n_records, record_width(M)); written to.
    """
    if chain.places[SWEEP] == 0:
        for m in range(len(chain.returns)):
            _fill_current(data, chain, m)
    for i in range(len(record)):
        for _ in range(thin):
            _sweep(data, prior, chain, random)
            chain.places[SWEEP] += 1
            if chain.places[SWEEP] <= burn_in:
                _learn(prior, chain, burn_in)
        _write_down(chain, record[i])


@compiled_inside
def _write_down(chain: Chain, record: FloatArray) -> None:
    n_media = len(chain.returns)
    for m in range(n_media):
        for j in range(N_PARAMETERS):
            record[m * N_PARAMETERS + j] = chain.parameters[m, j]
        record[n_media * N_PARAMETERS + m] = chain.returns[m]
    record[n_media * (N_PARAMETERS + 1)] = chain.levels[VARIANCE]
    record[n_media * (N_PARAMETERS + 1) + 1] = chain.levels[COMMON]
    record[n_media * (N_PARAMETERS + 1) + 2] = chain.places[STIFFNESS]


@compiled_inside
def _learn(prior: SamplerPrior, chain: Chain, burn_in: int) -> None:
    """Add the present parameters to the history, and learn from it when it is time."""
    for m in range(len(chain.returns)):
        add_multiple(chain.history[m, 0], 1.0, chain.parameters[m])
        for i in range(N_PARAMETERS):
            add_multiple(chain.history[m, 1 + i], chain.parameters[m, i], chain.parameters[m])
    chain.places[LEARNED] += 1
    sweep = chain.places[SWEEP]
    if sweep == burn_in // 3 or sweep == 2 * burn_in // 3 or sweep == burn_in:
        for m in range(len(chain.returns)):
            _factor_history(prior.low[m], prior.high[m], chain.history[m], chain.places[LEARNED], chain.steps[m])
            for i in range(1 + N_PARAMETERS):
                add_multiple(chain.history[m, i], -1.0, chain.history[m, i])
        chain.places[LEARNED] = 0


@compiled_inside
def _factor_history(low: FloatArray, high: FloatArray, history: FloatArray, count: int, steps: FloatArray) -> None:
    """Cholesky factor of the covariance in the history; rows of fixed parameters stay 0."""
    for i in range(N_PARAMETERS):
        width = high[i] - low[i]
        if width == 0.0:
            continue
        for j in range(i + 1):
            rest = history[1 + i, j] / count - history[0, i] * history[0, j] / count**2
            if i == j:
                rest = max(rest, 0.0) + (_FLOOR * width) ** 2
            for k in range(j):
                rest -= steps[i, k] * steps[j, k]
            if i == j:
                steps[i, i] = math.sqrt(max(rest, (0.1 * _FLOOR * width) ** 2))
            elif high[j] > low[j]:
                steps[i, j] = rest / steps[j, j]


@compiled_inside
def _sweep(data: SamplerData, prior: SamplerPrior, chain: Chain, random: np.random.Generator) -> None:
    _renew_residual(data, chain)
    for m in range(len(chain.returns)):
        _move_medium(data, prior, chain, random, m)
    _draw_variance(prior, chain, random)
    if chain.places[SWEEP] % 2 == 0 and len(data.baseline.n_used) > 1:
        _draw_stiffness(data, chain, random)
    _move_common(prior, chain, random)


@compiled_inside
def _fill_current(data: SamplerData, chain: Chain, m: int) -> None:
    """Everything about a medium that depends on its parameters."""
    medium = fill_medium(data.given, m, chain.parameters[m], chain.scratch, chain.columns, m)
    fill_lifts(data.given, data.lifts, m, chain.parameters[m], medium, chain.scratch, chain.brought[m])
    gather(data.baseline, chain.columns[m], chain.gathered[m])
    project(data.baseline, chain.places[STIFFNESS], chain.gathered[m], chain.projected[m])
    chain.squares[m] = dot(chain.columns[m], chain.columns[m])


@compiled_inside
def _renew_residual(data: SamplerData, chain: Chain) -> None:
    """Residual from scratch, so that rounding cannot pile up."""
    copy_into(chain.residual, data.outcome)
    copy_into(chain.residual_gathered, data.gathered)
    copy_into(chain.gap, data.lifts.lift)
    for m in range(len(chain.returns)):
        add_multiple(chain.residual, -chain.returns[m], chain.columns[m])
        add_multiple(chain.residual_gathered, -chain.returns[m], chain.gathered[m])
        add_multiple(chain.gap, -chain.returns[m], chain.brought[m])
    project(data.baseline, chain.places[STIFFNESS], chain.residual_gathered, chain.residual_projected)


@compiled_inside
def _add_medium(chain: Chain, m: int, amount: float) -> None:
    """Add ``amount`` of a medium to the residual, in all its forms."""
    add_multiple(chain.residual, amount, chain.columns[m])
    add_multiple(chain.residual_gathered, amount, chain.gathered[m])
    add_multiple(chain.residual_projected, amount, chain.projected[m])
    add_multiple(chain.gap, amount, chain.brought[m])


@compiled_inside
def _move_medium(data: SamplerData, prior: SamplerPrior, chain: Chain, random: np.random.Generator, m: int) -> None:
    """New parameters and a new return of one medium, given all others."""
    _add_medium(chain, m, chain.returns[m])
    variance, common, is_free = chain.levels[VARIANCE], chain.levels[COMMON], prior.is_free[m] == 1
    length = dot(chain.projected[m], chain.projected[m])
    precision = (chain.squares[m] - length) / variance
    pull = dot(chain.columns[m], chain.residual) - dot(chain.projected[m], chain.residual_projected)
    precision, pull = _with_lifts(data.lifts, chain.brought[m], chain.gap, precision, pull / variance)
    gain = _log_gain(precision, pull, common, prior.width, is_free)
    target = _log_mixture(prior.nothing, gain) + _log_density(prior, data.given.kinds[m], m, chain.parameters[m])
    for _ in range(N_PROPOSALS):
        if not _propose(prior, chain, random, m):
            continue
        new, stiffness = chain.new, chain.places[STIFFNESS]
        medium = fill_medium(data.given, m, new.parameters, chain.scratch, new.column, 0)
        fill_lifts(data.given, data.lifts, m, new.parameters, medium, chain.scratch, new.brought)
        gather(data.baseline, new.column[0], new.gathered)
        square = dot(new.column[0], new.column[0])
        new_precision = (square - project(data.baseline, stiffness, new.gathered, new.projected)) / variance
        new_pull = dot(new.column[0], chain.residual) - dot(new.projected, chain.residual_projected)
        new_precision, new_pull = _with_lifts(data.lifts, new.brought, chain.gap, new_precision, new_pull / variance)
        new_gain = _log_gain(new_precision, new_pull, common, prior.width, is_free)
        new_target = _log_mixture(prior.nothing, new_gain)
        new_target += _log_density(prior, data.given.kinds[m], m, new.parameters)
        if math.log(1.0 - random.random()) < new_target - target:
            precision, pull, gain, target = new_precision, new_pull, new_gain, new_target
            _accept(chain, m, square)
    chain.returns[m] = _draw_return(prior, random, precision, pull, gain, common, is_free)
    _add_medium(chain, m, -chain.returns[m])


@compiled_inside
def _accept(chain: Chain, m: int, square: float) -> None:
    copy_into(chain.parameters[m], chain.new.parameters)
    copy_into(chain.columns[m], chain.new.column[0])
    copy_into(chain.gathered[m], chain.new.gathered)
    copy_into(chain.projected[m], chain.new.projected)
    copy_into(chain.brought[m], chain.new.brought)
    chain.squares[m] = square


@compiled_inside
def _with_lifts(
    lifts: Lifts, brought: FloatArray, gap: FloatArray, precision: float, pull: float
) -> tuple[float, float]:
    """Add what the studies say: each is one more observation of the return."""
    for s in range(len(gap)):
        precision += lifts.precision[s] * brought[s] * brought[s]
        pull += lifts.precision[s] * brought[s] * gap[s]
    return precision, pull


@compiled_inside
def _log_gain(precision: float, pull: float, common: float, width: float, is_free: bool) -> float:
    """``ln B`` of the module's formula; without the two truncation terms where the return may be negative."""
    q2 = (width * common) ** 2
    v = 1.0 / (max(precision, 0.0) + 1.0 / q2)
    mu = v * (pull + common / q2)
    gain = 0.5 * math.log(v / q2) + 0.5 * mu * mu / v - 0.5 * common * common / q2
    if not is_free:
        gain += log_normal_cdf(mu / math.sqrt(v)) - log_normal_cdf(1.0 / width)
    return gain


@compiled_inside
def _log_mixture(nothing: float, gain: float) -> float:
    """``ln(p0 + (1 - p0) B)``."""
    if nothing == 0.0:
        return gain
    if gain > 0.0:
        return gain + math.log(1.0 - nothing + nothing * math.exp(-gain))
    return math.log(nothing + (1.0 - nothing) * math.exp(gain))


@compiled_inside
def _log_density(prior: SamplerPrior, kind: int, m: int, parameters: FloatArray) -> float:
    """Log prior density of the parameters that are not fixed, up to a constant; gamma and Weibull's are uniform."""
    density = 0.0
    if prior.high[m, ALPHA] > prior.low[m, ALPHA]:
        log_alpha = math.log(parameters[ALPHA])
        density -= log_alpha + 0.5 * ((log_alpha - prior.alpha_log_mean) / prior.alpha_log_sd) ** 2
    if kind == GEOMETRIC and prior.high[m, DECAY] > prior.low[m, DECAY]:
        theta = parameters[DECAY]
        density += prior.theta_powers[0] * math.log(theta) + prior.theta_powers[1] * math.log(1.0 - theta)
    return density


@compiled_inside
def _propose(prior: SamplerPrior, chain: Chain, random: np.random.Generator, m: int) -> bool:
    """Write other parameters to the proposal; False when they lie outside the ends or all are fixed."""
    kind = random.random()
    if kind >= _NEAR_STEP:
        return _step_as_learned(prior, chain, random, m)
    new = chain.new.parameters
    is_movable = False
    for j in range(N_PARAMETERS):
        low, high = prior.low[m, j], prior.high[m, j]
        new[j] = chain.parameters[m, j]
        if high > low:
            is_movable = True
            if kind < _ANYWHERE:
                new[j] = low + (high - low) * random.random()
            else:
                sd = (_FAR_SD if kind < _FAR_STEP else _NEAR_SD) * (high - low)
                new[j] = reflect(new[j] + sd * random.standard_normal(), low, high)
    return is_movable


@compiled_inside
def _step_as_learned(prior: SamplerPrior, chain: Chain, random: np.random.Generator, m: int) -> bool:
    new = chain.new.parameters
    copy_into(new, chain.parameters[m])
    n_movable = 0
    for j in range(N_PARAMETERS):
        n_movable += prior.high[m, j] > prior.low[m, j]
    for j in range(N_PARAMETERS):
        if prior.high[m, j] > prior.low[m, j]:
            add_multiple(new, _LEARNED_SCALE / math.sqrt(n_movable) * random.standard_normal(), chain.steps[m, :, j])
    for j in range(N_PARAMETERS):
        if not prior.low[m, j] <= new[j] <= prior.high[m, j]:
            return False
    return n_movable > 0


@compiled_inside
def _draw_return(
    prior: SamplerPrior,
    random: np.random.Generator,
    precision: float,
    pull: float,
    gain: float,
    common: float,
    is_free: bool,
) -> float:
    """A return given the parameters: 0, or a draw of the (truncated) normal."""
    odds = math.log(prior.nothing) - math.log(1.0 - prior.nothing) - gain
    if random.random() * (1.0 + math.exp(-odds)) < 1.0:
        return 0.0
    q2 = (prior.width * common) ** 2
    v = 1.0 / (max(precision, 0.0) + 1.0 / q2)
    mu = v * (pull + common / q2)
    if is_free:
        return mu + math.sqrt(v) * random.standard_normal()
    return draw_above_zero(random, mu, math.sqrt(v))


@compiled_inside
def _draw_variance(prior: SamplerPrior, chain: Chain, random: np.random.Generator) -> None:
    """``s2 ~ (e'We / 2 + scale) / Gamma(n / 2 + shape)``."""
    half = 0.5 * max(_misfit(chain, dot(chain.residual_projected, chain.residual_projected)), 0.0)
    shape = 0.5 * len(chain.residual) + prior.variance_shape
    chain.levels[VARIANCE] = (half + prior.variance_scale) / random.standard_gamma(shape)


@compiled_inside
def _misfit(chain: Chain, length: float) -> float:
    """``e'We``."""
    return dot(chain.residual, chain.residual) - length


@compiled_inside
def _draw_stiffness(data: SamplerData, chain: Chain, random: np.random.Generator) -> None:
    """One of the stiffnesses with weights ``det(W)**0.5 exp(-e'We / 2 s2)``; all are equally likely before."""
    n_stiffness, before = len(data.baseline.n_used), chain.places[STIFFNESS]
    weights = np.empty(n_stiffness)
    for s in range(n_stiffness):
        length = project(data.baseline, s, chain.residual_gathered, chain.residual_projected)
        weights[s] = 0.5 * data.baseline.log_determinant[s] + 0.5 * length / chain.levels[VARIANCE]
    highest, total = weights[0], 0.0
    for s in range(1, n_stiffness):
        highest = max(highest, weights[s])
    for s in range(n_stiffness):
        weights[s] = math.exp(weights[s] - highest)
        total += weights[s]
    left = random.random() * total
    after = 0
    while after < n_stiffness - 1 and left >= weights[after]:
        left -= weights[after]
        after += 1
    if after != before:
        chain.places[STIFFNESS] = after
        for m in range(len(chain.returns)):
            project(data.baseline, after, chain.gathered[m], chain.projected[m])


@compiled_inside
def _move_common(prior: SamplerPrior, chain: Chain, random: np.random.Generator) -> None:
    """Random-walk steps of ln R given the returns that are not 0."""
    if prior.common_high <= prior.common_low:
        return
    current = _log_common(prior, chain.returns, chain.levels[COMMON])
    for _ in range(N_COMMON_STEPS):
        proposed = chain.levels[COMMON] * math.exp(COMMON_STEP * random.standard_normal())
        hurdle = math.log(1.0 - random.random())
        if prior.common_low <= proposed <= prior.common_high:
            value = _log_common(prior, chain.returns, proposed)
            if hurdle < value - current:
                chain.levels[COMMON], current = proposed, value


@compiled_inside
def _log_common(prior: SamplerPrior, returns: FloatArray, common: float) -> float:
    """Log density of ln R given the returns, up to a constant."""
    value = -0.5 * ((math.log(common) - prior.common_log_mean) / prior.common_log_sd) ** 2
    for m in range(len(returns)):
        if returns[m] != 0.0:
            value -= math.log(common) + 0.5 * ((returns[m] - common) / (prior.width * common)) ** 2
    return value
