"""Fit Robyn's model again, as R would, and lay the numbers side by side."""

import numpy as np
import pandas as pd

from mmm_core.engine.candidate import refit_model
from mmm_core.engine.robyn_design import design_of
from mmm_core.engine.robyn_differences import fit_differences
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.design import Design
from mmm_core.entities.fitted_model import FittedModel
from mmm_core.entities.robyn import Reproduction, RobynModel, RobynReport
from mmm_core.errors import RobynFileError

_LEAST_SHARE = 1e-3
"""Terms that bring less of the outcome do not count for the worst relative difference."""


def reproduce(model: RobynModel) -> Reproduction:
    """Fit the exported model again with R's solver, its rules and its window.

    Args:
        model: With R's baseline columns the numbers agree to about 1e-9; else Prophet is asked here.

    Raises:
        RobynFileError: The file holds inputs alone.
        MMMError: A hyperparameter is outside its limits, or the design cannot be built.
    """
    report = model.report
    if report is None:
        raise RobynFileError("The file holds inputs without a model; its project can be created, and run.")
    design = design_of(model)
    fitted = fit_again(model, design, "exact" if model.is_ours else "glmnet")
    terms = _terms(report, fitted)
    worst = _worst(terms)
    exact = fitted if model.is_ours else fit_again(model, design, "exact")
    return Reproduction(
        design=design,
        model=fitted,
        terms=terms,
        errors=_errors(report, fitted),
        returns=_returns(model, report, fitted),
        worst_difference=worst,
        differences=(*model.differences, *fit_differences(model, fitted, exact, worst)),
    )


def fit_again(model: RobynModel, design: Design, solver: str) -> FittedModel:
    """The exported model on a design, by the rules it was fitted with."""
    assert model.report is not None, "asked only for a file with a model"
    trials = model.project.trials
    return refit_model(
        design,
        model.report.hyperparameters,
        solver=solver,
        intercept=trials.intercept,
        intercept_sign=trials.intercept_sign,
        rssd_zero_penalty=trials.rssd_zero_penalty,
    )


def _terms(report: RobynReport, fitted: FittedModel) -> pd.DataFrame:
    counted = fitted.weekly.loc[fitted.weekly.index >= pd.Timestamp(report.counted_from)].sum()
    whole = float(fitted.fitted.sum())
    coefficients = {"intercept": fitted.intercept, **fitted.coefficients}
    rows = []
    for term in report.terms:
        ours = float(counted.get(term.name, 0.0))
        rows.append(
            {
                "term": term.name,
                "robyn_name": term.robyn_name,
                "robyn_coefficient": term.coefficient,
                "coefficient": coefficients.get(term.name, 0.0),
                "robyn": term.contribution,
                "robyn_share": term.share,
                "ours": ours,
                "share": fitted.contributions.get(term.name, 0.0) / whole,
                "difference": _relative(ours, term.contribution),
            }
        )
    return pd.DataFrame(rows)


def _errors(report: RobynReport, fitted: FittedModel) -> pd.DataFrame:
    rows = [{"metric": name, "robyn": value, "ours": fitted.metrics[name]} for name, value in report.errors.items()]
    return pd.DataFrame(rows, columns=["metric", "robyn", "ours"])


def _returns(model: RobynModel, report: RobynReport, fitted: FittedModel) -> pd.DataFrame:
    is_money = model.project.data.settings.outcome.kind is OutcomeKind.REVENUE
    rows = []
    for channel, spend in fitted.total_spend.items():
        brought, term = fitted.contributions[channel], report.term(channel)
        top, bottom = (brought, spend) if is_money else (spend, brought)
        rows.append(
            {
                "channel": channel,
                "written": term.performance if term is not None else None,
                "spend": spend,
                "contribution": brought,
                "value": top / bottom if bottom else np.nan,
            }
        )
    return pd.DataFrame(rows)


def _worst(terms: pd.DataFrame) -> float:
    counts = terms.loc[(terms["robyn_share"].abs() >= _LEAST_SHARE) | (terms["share"].abs() >= _LEAST_SHARE)]
    return float(counts["difference"].abs().max()) if len(counts) else 0.0


def _relative(ours: float, robyns: float) -> float:
    if ours == robyns:
        return 0.0
    return (ours - robyns) / abs(robyns) if robyns else float("inf")
