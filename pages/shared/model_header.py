"""How good one model is, in one line of figures."""

import math

from mmm_core.charts.theme import compact_number, percent
from mmm_core.entities.fitted_model import FittedModel
from mmm_core.entities.records import RunRecord
from mmm_core.entities.run_result import RunResult
from pages.shared import loaders, model_choice
from pages.shared.glossary import term

_PARTS = (("train", "train"), ("val", "validation"), ("test", "test"))


def draw(run: RunRecord, result: RunResult, solution_id: str) -> None:
    """Draw the figures of a model: fit per part of the time, plausibility, shrinkage, baseline."""
    model = loaders.model(run.run_id, solution_id)
    output = result.collection.model_output
    baseline = float(output.baseline_share[output.solution_ids.index(solution_id)])
    parts = " · ".join(name for key, name in _PARTS if _is_known(model, f"rsq_{key}"))
    has_parts = _is_known(model, "rsq_val")
    facts = [
        (f"Adj. R² {parts}" if has_parts else "Explained (adj. R²)", _by_part(model, "rsq", 3), term("rsq")),
        (f"NRMSE {parts}" if has_parts else "Error of fit (NRMSE)", _by_part(model, "nrmse", 4), term("nrmse")),
        ("Gap to spend (DECOMP.RSSD)", f"{model.metrics['decomp_rssd']:.4f}", term("decomp_rssd")),
    ]
    if model.metrics.get("mape", 0) > 0:
        facts.append(("Gap to lift studies (MAPE)", f"{model.metrics['mape']:.3f}", "Gap to the lift studies."))
    facts += [
        ("Shrinkage (lambda)", compact_number(model.hyperparameters["lambda"]), term("lambda")),
        ("Baseline", percent(baseline), term("baseline")),
    ]
    model_choice.fact_grid(facts, smallest=210 if has_parts else 170)


def _by_part(model: FittedModel, metric: str, digits: int) -> str:
    """The figure of the training part; with validation, that of all three parts."""
    known = [name for name, _ in _PARTS if _is_known(model, f"{metric}_{name}")]
    if not known:
        return f"{model.metrics[metric]:.{digits}f}" if metric in model.metrics else "n/a"
    return " · ".join(f"{model.metrics[f'{metric}_{name}']:.{digits}f}" for name in known)


def _is_known(model: FittedModel, name: str) -> bool:
    return math.isfinite(model.metrics.get(name, math.nan))
