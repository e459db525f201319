"""Shorter answers to changed questions, many at once: what the checks of the trust card are made of."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from itertools import repeat
from typing import NamedTuple, TypeVar

import numpy as np

from mmm_core.engine.posterior_chains import ChainPlan, run_chains
from mmm_core.engine.posterior_problem import PosteriorProblem
from mmm_core.entities.design import FloatArray
from mmm_core.kernels.sampler_summary import Draws

T = TypeVar("T")

SHORT = ChainPlan(chains=2, sweeps=500, burn_in=200, thin=2)
"""Of every refit: 300 draws, a sixth of the work of the answer itself. Their means move by about a tenth of a posterior sd."""

_POLL_SECONDS = 0.05


class StoppedError(Exception):
    """The caller wants no more; caught where the card is built, never seen by a user."""


class Refit(NamedTuple):
    """A shorter answer.

    Attributes:
        problem: What was asked.
        draws: States of the chains.
    """

    problem: PosteriorProblem
    draws: Draws

    @property
    def contributions(self) -> FloatArray:
        """Of all media, outcome units, shape (n_draws, n_media)."""
        contributions: FloatArray = self.draws.returns * self.problem.size
        return contributions

    @property
    def roas(self) -> FloatArray:
        """Of paid channels, outcome per unit of spend, shape (n_draws, n_paid)."""
        design = self.problem.design
        roas: FloatArray = self.contributions[:, : design.n_paid] / design.spend[design.rows].sum(axis=0)
        return roas


class Bench:
    """Where refits are made: threads, a way to stop, and one seed from which each refit gets its own."""

    def __init__(
        self, cores: int, seed: int, should_stop: Callable[[], bool] | None = None, plan: ChainPlan = SHORT
    ) -> None:
        """Set up.

        Args:
            cores: Refits at the same time.
            seed: Of everything random.
            should_stop: Asked many times a second, in the calling thread alone; once it answers yes, :class:`StoppedError` is
                raised and refits end.
            plan: Chains of every refit.
        """
        self.cores = cores
        self.seed = seed
        self.plan = plan
        self._should_stop = should_stop
        self._is_over = threading.Event()

    def seeds(self, *place: int) -> np.random.SeedSequence:
        """Randomness that depends on the seed and the place it is used in alone, not on what ran before."""
        return np.random.SeedSequence(self.seed, spawn_key=place)

    def stop_if_asked(self) -> None:
        """Raise :class:`StoppedError` when the caller wants no more."""
        if self._should_stop is not None and self._should_stop():
            self._is_over.set()
            raise StoppedError

    def refit(self, problem: PosteriorProblem, seeds: np.random.SeedSequence) -> Refit:
        """Short chains in this thread."""
        chains = seeds.spawn(self.plan.chains)
        found = run_chains(problem.data, problem.prior, self.plan, chains, 1, self._watch, may_go_on=False)
        return Refit(problem, found.draws)

    def _watch(self, _: float) -> None:
        """End the refit of this thread once the caller wants no more."""
        if self._is_over.is_set():
            raise StoppedError

    def run(self, calls: Sequence[Callable[[], T]]) -> list[T]:
        """Make calls in parallel; the first error ends all of them.

        Returns:
            Answers in the order of the calls.
        """
        with ThreadPoolExecutor(self.cores, thread_name_prefix="check") as pool:
            futures = [pool.submit(call) for call in calls]
            try:
                for _ in repeat(None):
                    done, waiting = wait(futures, timeout=_POLL_SECONDS, return_when=FIRST_EXCEPTION)
                    if not waiting or any(future.exception() for future in done):
                        break
                    self.stop_if_asked()
            finally:
                pool.shutdown(wait=False, cancel_futures=True)
        return [future.result() for future in futures if not future.cancelled()]


class Stopwatch:
    """Seconds and processor seconds of this process since it was started."""

    def __init__(self) -> None:
        """Start."""
        self._began, self._cpu = time.perf_counter(), time.process_time()

    @property
    def seconds(self) -> float:
        """On the clock."""
        return time.perf_counter() - self._began

    @property
    def cpu_seconds(self) -> float:
        """Of all threads."""
        return time.process_time() - self._cpu
