"""Which candidates are worth looking at: fronts of the best compromises, and one model to start from."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from mmm_core.entities.design import FloatArray, IntArray
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.model_output import BoolArray, ModelOutput, ModelOutputCollection
from mmm_core.entities.run_result import ParetoResult
from mmm_core.entities.trials_config import OBJECTIVES
from mmm_core.errors import BoundsError
from mmm_core.kernels.dominance import rank_fronts
from mmm_core.kernels.error_score import error_scores

WORST_SHARE = 0.9
"""Candidates above this quantile of NRMSE or DECOMP.RSSD are left out before ranking."""

CALIBRATED_SHARE = 0.1
"""Of calibrated runs only the candidates below this quantile of MAPE are ranked."""

CONSTRAINT_LIMITS = (0.01, 0.1)
"""What the quantile is forced into; Robyn 3.12.1, R/checks.R, ``check_calibconstr``."""

UNCONSTRAINED = 1.0
"""Studies leave out no candidate; Robyn's refreshes do so."""

MIN_CANDIDATES = 100
"""Models the automatically chosen fronts hold at least, when there are as many."""


class ParetoOptimizer:
    """Ranks candidates into fronts and recommends one.

    Attributes:
        calibration_constraint: Of calibrated runs only the candidates up to this quantile of MAPE are ranked: 0.01 to 0.1,
            or 1 to leave out none. Anything else is moved to the nearer end, with a note.
        objective_weights: Of ``nrmse``, ``decomp_rssd`` and ``mape`` in the error score; None means equal, a missing one is 1.
    """

    def __init__(
        self,
        *,
        calibration_constraint: float = CALIBRATED_SHARE,
        objective_weights: Mapping[str, float] | None = None,
    ) -> None:
        self.calibration_constraint = calibration_constraint
        self.objective_weights = objective_weights

    def pareto_optimize(
        self,
        mmmdata_collection: MMMDataCollection,
        modeloutput: ModelOutputCollection | ModelOutput,
        pareto_fronts: str | int = "auto",
        min_candidates: int = MIN_CANDIDATES,
    ) -> ParetoResult:
        """Filter, rank, choose fronts, score.

        Candidates in the worst tenth of NRMSE or DECOMP.RSSD are left out (and of calibrated runs all but the best of MAPE, a
        tenth unless ``calibration_constraint`` says otherwise); the rest are ranked by NRMSE and DECOMP.RSSD. With "auto" the
        fewest fronts are chosen that hold at least ``min_candidates`` models. The error score weighs NRMSE, DECOMP.RSSD and
        MAPE alike; with validation it uses the validation error and never the test error. A model with an infinite error has
        an infinite score.

        Args:
            mmmdata_collection: The data of the run.
            modeloutput: Its candidates.
            pareto_fronts: "auto", or how many of the best fronts to choose.
            min_candidates: Models that "auto" wants at least.

        Returns:
            Every candidate with its front and score, the models on the chosen fronts, the recommended one (smallest score
            among them), and per paid channel its ROAS and how that spreads across the chosen models (lowest to highest, so that
            the recommended one is always inside).

        Raises:
            BoundsError: ``pareto_fronts`` or ``min_candidates`` is not a whole number of at least 1.

        Source:
            Robyn 3.12.1, R/pareto.R, ``robyn_pareto``, and R/clusters.R, ``errors_scores``. R stops when there are too few
            candidates and picks by the test error; here there is a note, and the test error is only shown.
        """
        del mmmdata_collection  # the candidates carry all that is needed; the parameter is fixed by the specification
        output = modeloutput.model_output if isinstance(modeloutput, ModelOutputCollection) else modeloutput
        _check(pareto_fronts, min_candidates)
        share = _force_constraint(self.calibration_constraint)
        fronts = rank_candidates(output, share)
        choice = _choose_fronts(fronts, pareto_fronts, min_candidates)
        scores = score_candidates(output, self.objective_weights)
        chosen = np.flatnonzero((fronts > 0) & (fronts <= choice.n_fronts))
        chosen = chosen[np.lexsort((chosen, fronts[chosen]))]
        recommended = chosen[np.lexsort((chosen, scores[chosen]))[0]]
        candidates = output.to_frame()
        ids = candidates["solution_id"]
        candidates["front"] = fronts
        candidates["on_front"] = (fronts > 0) & (fronts <= choice.n_fronts)
        candidates["error_score"] = scores
        return ParetoResult(
            pareto_fronts=choice.n_fronts,
            candidates=candidates,
            solution_ids=ids.iloc[chosen].tolist(),
            recommended_id=str(ids.iloc[recommended]),
            estimates=_estimates(output, candidates, chosen, int(recommended)),
            notes=[*choice.notes, *_constraint_notes(output, self.calibration_constraint, share)],
        )


class _Choice(NamedTuple):
    n_fronts: int
    notes: list[str]


def rank_candidates(output: ModelOutput, calibration_constraint: float = CALIBRATED_SHARE) -> IntArray:
    """Front of every candidate, 1 is best; 0 for those the filter leaves out. Shape (n_candidates,).

    Args:
        output: A search.
        calibration_constraint: Quantile of MAPE above which candidates are left out; without lift studies all pass.
    """
    nrmse, rssd = output.metric("nrmse"), output.metric("decomp_rssd")
    mape = np.nan_to_num(output.metric("mape"), nan=0.0)
    passes = (nrmse <= _quantile(nrmse, WORST_SHARE)) & (rssd <= _quantile(rssd, WORST_SHARE))
    passes &= (mape <= _quantile(mape, calibration_constraint)) & np.isfinite(nrmse) & np.isfinite(rssd)
    if not passes.any():  # every fit failed: rank what there is rather than nothing
        passes = ~(np.isnan(nrmse) | np.isnan(rssd))
    fronts = np.zeros(len(nrmse), dtype=np.int64)
    fronts[passes] = rank_fronts(nrmse[passes], rssd[passes])
    return fronts


def _force_constraint(wanted: float) -> float:
    low, high = CONSTRAINT_LIMITS
    return UNCONSTRAINED if wanted == UNCONSTRAINED else min(max(wanted, low), high)


def _constraint_notes(output: ModelOutput, wanted: float, used: float) -> list[str]:
    if wanted == used or not np.any(output.metric("mape") > 0):
        return []
    low, high = CONSTRAINT_LIMITS
    return [
        f"calibration_constraint must lie within {low:g} and {high:g}, or be {UNCONSTRAINED:g} for no constraint; got "
        f"{wanted:g}, and {used:g} was used."
    ]


def choose_models(output: ModelOutput, min_candidates: int = MIN_CANDIDATES) -> BoolArray:
    """Whether each candidate is on one of the fronts that "auto" chooses, shape (n_candidates,)."""
    fronts = rank_candidates(output)
    on_front: BoolArray = (fronts > 0) & (fronts <= _choose_fronts(fronts, "auto", min_candidates).n_fronts)
    return on_front


def score_candidates(output: ModelOutput, objective_weights: Mapping[str, float] | None = None) -> FloatArray:
    """Error score of every candidate, shape (n_candidates,): from what was searched for, never from the test part.

    Args:
        output: A search.
        objective_weights: Of the errors; None means equal, a missing one is 1, all 0 count as equal.
    """
    mape = np.nan_to_num(output.metric("mape"), nan=0.0)
    errors = np.column_stack([output.metric("nrmse"), output.metric("decomp_rssd"), mape])
    given = objective_weights or {}
    weights = tuple(float(given.get(name, 1.0)) for name in OBJECTIVES)
    return error_scores(errors, weights if any(weights) else (1.0, 1.0, 1.0))


def _quantile(values: FloatArray, share: float) -> float:
    """Quantile of type 7; infinite values count as very large ones, so that it is a number."""
    return float(np.quantile(np.minimum(values[~np.isnan(values)], 1e300), share)) if len(values) else np.nan


def _choose_fronts(fronts: IntArray, wanted: str | int, min_candidates: int) -> _Choice:
    counts = np.bincount(fronts)[1:]
    found = int(counts.sum())
    if isinstance(wanted, int):
        if wanted <= len(counts):
            return _Choice(wanted, [])
        return _Choice(
            len(counts), [f"There are only {len(counts)} fronts; {wanted} were asked for and all are shown."]
        )
    if found < min_candidates:
        note = (
            f"Only {found} candidates are good enough to be ranked, fewer than the {min_candidates} wanted; all of them are "
            "shown. Try more iterations for a safer choice."
        )
        return _Choice(len(counts), [note])
    return _Choice(int(np.argmax(np.cumsum(counts) >= min_candidates)) + 1, [])


def _estimates(output: ModelOutput, candidates: pd.DataFrame, chosen: IntArray, recommended: int) -> pd.DataFrame:
    columns = candidates[[f"{name}_roas" for name in output.paid_names]]
    roas, spread = columns.iloc[recommended].to_numpy(np.float64), columns.iloc[chosen].to_numpy(np.float64)
    return pd.DataFrame(
        {
            "channel": list(output.paid_names),
            "spend": output.total_spend,
            "contribution": roas * output.total_spend,
            "roas": roas,
            "low": spread.min(axis=0),
            "high": spread.max(axis=0),
            "interval": f"spread across {len(chosen)} models",
        }
    )


def _check(pareto_fronts: str | int, min_candidates: int) -> None:
    is_count = isinstance(pareto_fronts, int) and not isinstance(pareto_fronts, bool) and pareto_fronts >= 1
    if pareto_fronts != "auto" and not is_count:
        raise BoundsError(f"pareto_fronts must be 'auto' or a whole number of at least 1, got {pareto_fronts!r}.")
    if isinstance(min_candidates, bool) or not isinstance(min_candidates, int) or min_candidates < 1:
        raise BoundsError(f"min_candidates must be a whole number of at least 1, got {min_candidates!r}.")
