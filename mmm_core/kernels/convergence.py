"""Whether a search had settled: medians and spreads of an error over twentieths of the iterations."""

from typing import NamedTuple

import numpy as np

from mmm_core.kernels.arrays import FloatArray, IntArray

N_CUTS = 20
N_FIRST = 3


class CutTable(NamedTuple):
    """One error over the cuts of the search.

    Attributes:
        last_iteration: Rounded right end of each cut, shape (n_cuts,).
        n: Values in each cut, same shape.
        median: Same shape; NaN without values.
        std: Sample standard deviation, same shape; NaN for fewer than two values.
        std_limit: Mean spread of the first three cuts; the last must lie below it.
        median_limit: ``|median of the first cut - 2 std_limit|``; the size of the last median must lie below it.
        converged: Whether both hold.
    """

    last_iteration: IntArray
    n: IntArray
    median: FloatArray
    std: FloatArray
    std_limit: float
    median_limit: float
    converged: bool


def cut_errors(values: list[FloatArray], n_cuts: int = N_CUTS) -> CutTable:
    """Cut the iterations of all trials into equal parts and compare the last part with the first ones.

    ``converged = std[-1] < mean(std[:3]) and |median[-1]| < |median[0] - 2 mean(std[:3])|``

    Args:
        values: One error per trial in the order the candidates were tried, each of shape (n_candidates of the trial,);
            values that are not finite or not above zero are left out and the rest numbered on from 1.
        n_cuts: Parts of equal width; their right ends are included.

    Returns:
        Medians, spreads and the verdict; not converged when a needed spread is undefined.

    Source:
        Robyn 3.12.1, R/convergence.R, ``robyn_converge``, ordered by iteration instead of wall clock.
    """
    usable = [trial[np.isfinite(trial) & (trial > 0)] for trial in values]
    numbers = np.concatenate([np.arange(1, len(trial) + 1) for trial in usable]) if usable else np.empty(0)
    pooled = np.concatenate(usable) if usable else np.empty(0)
    ends = np.linspace(0.0, max((len(trial) for trial in usable), default=0), n_cuts + 1)
    cut = np.searchsorted(ends[1:-1], numbers, side="left")
    parts = [pooled[cut == k] for k in range(n_cuts)]
    median = np.array([np.median(part) if len(part) else np.nan for part in parts])
    std = np.array([part.std(ddof=1) if len(part) > 1 else np.nan for part in parts])
    std_limit = float(std[:N_FIRST].mean())
    median_limit = float(abs(median[0] - 2.0 * std_limit))
    return CutTable(
        last_iteration=np.rint(ends[1:]).astype(np.int64),
        n=np.array([len(part) for part in parts], dtype=np.int64),
        median=median,
        std=std,
        std_limit=std_limit,
        median_limit=median_limit,
        converged=bool(std[-1] < std_limit and abs(median[-1]) < median_limit),
    )
