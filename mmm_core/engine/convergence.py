"""Whether a search had settled, as a table and as sentences."""

import pandas as pd

from mmm_core.entities.design import FloatArray
from mmm_core.entities.model_output import METRICS, Convergence, ModelOutput
from mmm_core.kernels.convergence import CutTable, cut_errors

_OBJECTIVES = {
    "nrmse": "The fit (NRMSE)",
    "decomp_rssd": "The plausibility (DECOMP.RSSD)",
    "mape": "The error on lift studies (MAPE)",
}


def judge_convergence(model_output: ModelOutput) -> Convergence:
    """Compare the last twentieth of the iterations of all trials with the first three.

    Args:
        model_output: Candidates in the order they were tried. An objective that is 0 throughout is left out.

    Returns:
        One block of rows per objective, the verdicts and a sentence for each.

    Source:
        Robyn 3.12.1, R/convergence.R, ``robyn_converge``; ordered by iteration instead of wall clock.
    """
    cuts = {name: cut_errors(_per_trial(model_output, name)) for name in _OBJECTIVES}
    used = {name: cut for name, cut in cuts.items() if cut.n.sum() > 0}
    return Convergence(
        table=pd.concat([_rows(name, cut) for name, cut in used.items()], ignore_index=True) if used else _no_rows(),
        converged={name: cut.converged for name, cut in used.items()},
        messages=tuple(_sentence(_OBJECTIVES[name], cut) for name, cut in used.items()),
    )


def _per_trial(model_output: ModelOutput, name: str) -> list[FloatArray]:
    column = METRICS.index(name)
    return [trial.metrics[:, column] for trial in model_output.trials]


def _rows(name: str, cut: CutTable) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "objective": name,
            "cut": range(1, len(cut.n) + 1),
            "iteration": cut.last_iteration,
            "n": cut.n,
            "median": cut.median,
            "std": cut.std,
        }
    )


def _no_rows() -> pd.DataFrame:
    return pd.DataFrame(columns=["objective", "cut", "iteration", "n", "median", "std"])


def _sentence(label: str, cut: CutTable) -> str:
    last_std, last_median = cut.std[-1], abs(cut.median[-1])
    if pd.isna(last_std) or pd.isna(cut.std_limit):
        return f"{label} cannot be judged: there are too few candidates. Try more iterations."
    spread = f"its spread at the end, {last_std:.3g}, is {_side(last_std, cut.std_limit)} the {cut.std_limit:.3g} at the start"
    level = f"its typical value, {last_median:.3g}, is {_side(last_median, cut.median_limit)} the limit of {cut.median_limit:.3g}"
    if cut.converged:
        return f"{label} has settled: {spread}, and {level}."
    joined = "and" if (last_std < cut.std_limit) == (last_median < cut.median_limit) else "but"
    return f"{label} has not settled: {spread}, {joined} {level}. More iterations may find better models."


def _side(value: float, limit: float) -> str:
    return "below" if value < limit else "not below"
