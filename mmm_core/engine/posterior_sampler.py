"""The averaged estimate: what the product recommends, because it recovers known answers where one best model does not."""

import time
from collections.abc import Callable

import numpy as np

from mmm_core.engine.posterior_chains import ChainPlan, run_chains
from mmm_core.engine.posterior_problem import build_problem
from mmm_core.engine.posterior_summary import summarise
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.posterior import Posterior
from mmm_core.errors import BoundsError
from mmm_core.kernels.sampler_summary import describe_draws

_FEWEST_DRAWS = 10


class PosteriorSampler:
    """Averages over adstock, saturation, baseline and returns instead of picking one model."""

    def sample(  # noqa: PLR0913, PLR0917 - the parameters are fixed by the specification
        self,
        mmmdata_collection: MMMDataCollection,
        seed: int = 123,
        chains: int = 4,
        sweeps: int = 1000,
        burn_in: int = 300,
        thin: int = 2,
        cores: int | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> Posterior:
        """Draw models in proportion to how well they go with the data and the prior.

        Chains that have not come together (R-hat above 1.1) go on to three times their length. The answer depends on data,
        settings and seed alone, bit for bit: not on ``cores``.

        Args:
            mmmdata_collection: Table and settings. Bounds the user gave cut the prior of a channel's parameters; lift studies are
                observations; trials, lambda and penalties have no meaning here.
            seed: At least 0.
            chains: At least 2.
            sweeps: Per chain, burn-in included.
            burn_in: Sweeps at the beginning of each chain that are not used.
            thin: Sweeps from one draw to the next.
            cores: Threads; None means all processors this process may use.
            progress: Called several times a second in the calling thread with the share done, 0 to 1 (it starts again when
                the chains go on); what it raises ends the run.

        Returns:
            Draws, response curves, weekly means, diagnostics, warnings.

        Raises:
            BoundsError: A number is outside its limits.
            SettingsError: No public holidays are known for the country.
        """
        from mmm_core.engine.process_pool import available_cores

        plan = ChainPlan(chains, sweeps, burn_in, thin)
        _check(plan, seed, cores)
        began = time.perf_counter()
        problem = build_problem(mmmdata_collection)
        *seeds, noise_seed = np.random.SeedSequence(seed).spawn(chains + 1)
        threads = min(chains, cores or available_cores())
        result = run_chains(problem.data, problem.prior, plan, seeds, threads, progress)
        noise = np.random.default_rng(noise_seed)
        n_draws = len(result.draws.variance)
        description = describe_draws(
            problem.data, result.draws, noise.standard_normal((n_draws, len(problem.data.gathered)))
        )
        return summarise(
            mmmdata_collection, problem, result, description, seed=seed, seconds=time.perf_counter() - began
        )


def _check(plan: ChainPlan, seed: int, cores: int | None) -> None:
    if isinstance(seed, bool) or seed < 0:
        raise BoundsError(f"seed must be a whole number of at least 0, got {seed!r}.")
    if plan.chains < 2:
        raise BoundsError(f"chains must be at least 2, so that they can be compared; got {plan.chains}.")
    if plan.thin < 1 or plan.burn_in < 0 or plan.n_draws < _FEWEST_DRAWS:
        raise BoundsError(
            f"sweeps after burn_in must hold at least {_FEWEST_DRAWS} draws, one every `thin` sweeps; got {plan.sweeps} sweeps, "
            f"burn_in {plan.burn_in} and thin {plan.thin}. Raise sweeps."
        )
    if cores is not None and cores < 1:
        raise BoundsError(f"cores must be at least 1, got {cores}.")
