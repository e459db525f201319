"""What the product recommends: the averaged estimate with its defaults."""

import numpy as np

from mmm_core.engine.posterior_sampler import PosteriorSampler
from mmm_core.entities.budget import PlanAim
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from tests.recovery.estimates import LEVELS, RECOMMENDED, Estimate, middle_of, processor_seconds

PRINTED = 0.7
"""The factor on a plan's lift before it is shown (TRUTH 3.6)."""


def recommended_estimates(data: MMMDataCollection, seed: int) -> list[Estimate]:
    """Posterior means of contributions, posterior medians of ROAS, intervals by quantile of the draws."""
    began = processor_seconds()
    posterior = PosteriorSampler().sample(data, seed=seed, cores=1)
    seconds = processor_seconds() - began
    paid = posterior.channels.iloc[: posterior.model_set.design.n_paid]
    return [
        Estimate(
            method=RECOMMENDED,
            contribution=paid["contribution"].to_numpy(np.float64),
            roas=paid["roas"].to_numpy(np.float64),
            intervals={level: middle_of(posterior.roas, level) for level in LEVELS},
            models=posterior.model_set,
            aim=PlanAim.RISK_AVERSE,
            printed=PRINTED,
            seconds=seconds,
        )
    ]
