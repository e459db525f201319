"""Runs the chains of the posterior sampler, in threads: the kernel holds no lock, and each chain has its own randomness."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import repeat
from typing import NamedTuple

import numpy as np

from mmm_core.entities.design import FloatArray
from mmm_core.kernels.mixing import rank_r_hat
from mmm_core.kernels.sampler import advance
from mmm_core.kernels.sampler_media import N_PARAMETERS
from mmm_core.kernels.sampler_state import Chain, SamplerData, SamplerPrior, record_width, start_chain
from mmm_core.kernels.sampler_summary import Draws

GOOD_R_HAT = 1.1
"""Above it the chains go on."""

LONGER = 3
"""How many times as long they then are; burn-in and thinning grow with them, so that the number of draws stays."""

_POLL_SECONDS = 0.05
_BLOCK_SWEEPS = 50


class ChainPlan(NamedTuple):
    """How long and how many.

    Attributes:
        chains: Chains.
        sweeps: Per chain, burn-in included.
        burn_in: Sweeps at the beginning that are not used.
        thin: Sweeps from one draw to the next.
    """

    chains: int
    sweeps: int
    burn_in: int
    thin: int

    @property
    def longer(self) -> "ChainPlan":
        """The plan for chains that have not come together."""
        return ChainPlan(self.chains, LONGER * self.sweeps, LONGER * self.burn_in, LONGER * self.thin)

    @property
    def n_draws(self) -> int:
        """Draws per chain."""
        return (self.sweeps - self.burn_in) // self.thin


class ChainDraws(NamedTuple):
    """What chains brought, and how long they were in the end."""

    draws: Draws
    plan: ChainPlan


class _Runner(NamedTuple):
    chain: Chain
    random: np.random.Generator
    record: FloatArray


def run_chains(
    data: SamplerData,
    prior: SamplerPrior,
    plan: ChainPlan,
    seeds: list[np.random.SeedSequence],
    cores: int,
    progress: Callable[[float], None] | None,
    *,
    may_go_on: bool = True,
) -> ChainDraws:
    """Run all chains; longer ones where they have not come together.

    Args:
        data: What is known.
        prior: What is believed before.
        plan: How long and how many.
        seeds: One per chain; the draws depend on nothing else.
        cores: Threads.
        progress: Called several times a second in the calling thread with the share that is done; what it raises ends the run.
        may_go_on: Whether chains that have not come together become longer.
    """
    n_kept = LONGER * plan.sweeps // plan.thin
    width = record_width(len(data.given.size))
    randoms = [np.random.default_rng(seed) for seed in seeds]
    runners = [_Runner(start_chain(data, prior, random), random, np.empty((n_kept, width))) for random in randoms]
    sweep_all(data, prior, plan, runners, (0, plan.sweeps), cores, progress)
    records = _kept(runners, plan, 1)
    if may_go_on and worst_r_hat(records) > GOOD_R_HAT:
        longer = plan.longer
        sweep_all(data, prior, plan, runners, (plan.sweeps, longer.sweeps), cores, progress)
        return ChainDraws(_unpack(_kept(runners, longer, LONGER), len(data.given.size)), longer)
    return ChainDraws(_unpack(records, len(data.given.size)), plan)


def worst_r_hat(records: FloatArray) -> float:
    """The largest R-hat of everything but the stiffness; records of shape (n_chains, n_draws, width)."""
    r_hat = rank_r_hat(records[:, :, :-1])
    return float(np.max(r_hat[np.isfinite(r_hat)], initial=1.0))


def sweep_all(
    data: SamplerData,
    prior: SamplerPrior,
    plan: ChainPlan,
    runners: list[_Runner],
    span: tuple[int, int],
    cores: int,
    progress: Callable[[float], None] | None,
) -> None:
    """Move all chains from one sweep to another."""
    stop, done = threading.Event(), [0] * len(runners)

    def move(number: int) -> None:
        runner = runners[number]
        block = max(_BLOCK_SWEEPS // plan.thin, 1)
        for row in range(span[0] // plan.thin, span[1] // plan.thin, block):
            if stop.is_set():
                return
            end = min(row + block, span[1] // plan.thin)
            advance(data, prior, runner.chain, runner.random, plan.burn_in, plan.thin, runner.record[row:end])
            done[number] = end * plan.thin - span[0]

    with ThreadPoolExecutor(cores, thread_name_prefix="chain") as pool:
        futures = [pool.submit(move, number) for number in range(len(runners))]
        try:
            _watch(futures, progress, lambda: sum(done) / (len(runners) * (span[1] - span[0])))
        except BaseException:
            stop.set()
            raise
    for future in futures:
        future.result()


def _watch(futures: list[Future[None]], progress: Callable[[float], None] | None, share: Callable[[], float]) -> None:
    for _ in repeat(None):
        is_over = not wait(futures, timeout=_POLL_SECONDS).not_done
        if progress is not None:
            progress(share())
        if is_over:
            return


def _kept(runners: list[_Runner], plan: ChainPlan, every: int) -> FloatArray:
    """Draws after the burn-in, shape (n_chains, n_draws, width); the records are ``every`` times as dense as the plan."""
    first, end = plan.burn_in * every // plan.thin, plan.sweeps * every // plan.thin
    return np.stack([runner.record[first:end:every][: plan.n_draws] for runner in runners])


def _unpack(records: FloatArray, n_media: int) -> Draws:
    flat = records.reshape(-1, records.shape[2])
    returns = n_media * N_PARAMETERS
    return Draws(
        parameters=np.ascontiguousarray(flat[:, :returns]).reshape(-1, n_media, N_PARAMETERS),
        returns=flat[:, returns : returns + n_media].copy(),
        variance=flat[:, returns + n_media].copy(),
        common=flat[:, returns + n_media + 1].copy(),
        stiffness=flat[:, returns + n_media + 2].astype(np.int64),
    )
