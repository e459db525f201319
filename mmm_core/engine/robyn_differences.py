"""What is otherwise here than in Robyn, in plain sentences: what the settings tell, and what the fit adds."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from mmm_core.engine.robyn_document import RobynDocument
from mmm_core.engine.robyn_roles import Roles
from mmm_core.entities.columns import OutcomeKind, Sign
from mmm_core.entities.fitted_model import FittedModel
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.naming import join_words, readable_name
from mmm_core.entities.robyn import Difference, RobynModel

_MEASURED = "v3.12.1"
_NOTICEABLE = 1e-3
"""Share of the outcome, or of a term, from which on a difference is told with its size."""


def setting_differences(document: RobynDocument, roles: Roles, data: MMMDataCollection) -> tuple[Difference, ...]:
    """What roles, baseline and search alone tell.

    Args:
        document: The file.
        roles: What the columns are.
        data: The project.
    """
    if document.is_ours:
        return ()
    found = (*_of_version(document), *_of_baseline(document, roles), *_of_media(data), *_of_search(document, data))
    return tuple(Difference(subject=subject, sentence=sentence) for subject, sentence in found)


def fit_differences(model: RobynModel, fitted: FittedModel, exact: FittedModel, worst: float) -> tuple[Difference, ...]:
    """What the fit adds.

    Args:
        model: What was imported, with a report.
        fitted: The model as Robyn's solver leaves it.
        exact: The same hyperparameters solved to the end.
        worst: Largest relative difference of a term's contribution from Robyn's.
    """
    found = (*_of_prophet(model, worst), *_of_solver(fitted, exact), *_of_returns(model, fitted), *_of_refresh(model))
    return tuple(Difference(subject=subject, sentence=sentence) for subject, sentence in found)


def _of_version(document: RobynDocument) -> Iterator[tuple[str, str]]:
    if _MEASURED not in document.version:
        yield (
            "Version",
            f"The file was written by {document.version}. The rules followed here were measured on Robyn {_MEASURED}.",
        )


def _of_baseline(document: RobynDocument, roles: Roles) -> Iterator[tuple[str, str]]:
    inputs = document.inputs
    given = dict(zip(roles.parts, inputs.texts("prophet_signs"), strict=False))
    ignored = [part for part, sign in given.items() if sign in (Sign.POSITIVE, Sign.NEGATIVE)]
    if ignored:
        yield (
            "Signs",
            f"A sign was given for {join_words(ignored)}, which Robyn ignores: it keeps every coefficient of Prophet's parts "
            "within 0 and 1. So does the project; set the sign on Configure to have it count.",
        )
    if "monthly" in roles.parts:
        yield (
            "Prophet",
            "Robyn's monthly pattern is not part of the project: there is trend, season, weekday and holidays.",
        )
    if custom := list(inputs.block("custom_params").values):
        yield (
            "Prophet",
            f"Prophet was given settings of its own ({join_words(custom)}); the project uses Prophet's defaults, as Robyn "
            "does without them.",
        )


def _of_media(data: MMMDataCollection) -> Iterator[tuple[str, str]]:
    priced = [paid for paid in data.settings.paid_media if paid.exposure]
    if priced:
        prices = join_words([f"{paid.exposure} at {_price(data, paid.exposure, paid.spend):.4g}" for paid in priced])
        verb = "is" if len(priced) == 1 else "are"
        yield (
            "Exposures",
            f"{prices} {verb} valued at the mean price of the window, here as in Robyn. Another window gives another price, "
            "and with it other curves; a model taken over keeps its own.",
        )
    if data.settings.calibration.studies:
        yield (
            "Lift studies",
            "The reproduction compares lift studies by Robyn's rules, under which a study of k weeks is divided by k - 1 "
            "weeks and one of a single period cannot be predicted. Runs of the project use all k periods, and weight a "
            "study by its standard error.",
        )


def _price(data: MMMDataCollection, exposure: str | None, spend: str) -> float:
    modelled = data.table.iloc[data.rows]
    return float(modelled[spend].sum() / modelled[exposure].sum())


def _of_search(document: RobynDocument, data: MMMDataCollection) -> Iterator[tuple[str, str]]:
    if data.settings.outcome.kind is OutcomeKind.REVENUE:
        yield (
            "Currency",
            f"Robyn's file names no currency; {data.settings.outcome.currency} is assumed. Configure changes it.",
        )
    search = document.search
    tried = search.whole_number("trials", 1) * search.whole_number("iterations", 0)
    if tried:
        was_fixed = search.flag("hyper_fixed", False)
        what = (
            "the file is of a model that was fitted again, without a search"
            if was_fixed
            else f"Robyn tried {tried:,} models with {search.text('nevergrad_algo', 'nevergrad')}"
        )
        yield (
            "Search",
            f"{what[0].upper()}{what[1:]}. The project searches anew, with NSGA2 and random numbers of its own; with R's "
            "seed too, no two programs meet the same candidates.",
        )


def _of_prophet(model: RobynModel, worst: float) -> Iterator[tuple[str, str]]:
    parts = [name for name in model.baseline_names if name in ("trend", "season", "weekday", "holiday", "monthly")]
    if not parts or model.is_ours:
        return
    if model.baseline is not None:
        yield (
            "Prophet",
            f"{join_words(parts).capitalize()} are those of R, from the design that came along. A run of the project "
            "estimates them with Python's Prophet, which stops its search for them elsewhere.",
        )
    else:
        size = f"up to {worst:.1%}" if worst >= _NOTICEABLE else f"less than {_NOTICEABLE:.1%}"
        yield (
            "Prophet",
            f"{join_words(parts).capitalize()} were estimated with Python's Prophet, which stops its search elsewhere than "
            f"R's; this moves the contribution of a term by {size}. Give R's design (dt_mod) to take over R's own.",
        )


def _of_solver(fitted: FittedModel, exact: FittedModel) -> Iterator[tuple[str, str]]:
    changes = pd.Series(exact.contributions) - pd.Series(fitted.contributions)
    whole = abs(float(fitted.fitted.sum()))
    name = str(changes.abs().idxmax())
    share = abs(float(changes[name])) / whole
    if share < _NOTICEABLE:
        how_much = f"no term moves by more than {_NOTICEABLE:.1%} of the outcome"
    else:
        how_much = (
            f"NRMSE is {exact.metrics['nrmse']:.5f} instead of {fitted.metrics['nrmse']:.5f}, and {readable_name(name)} "
            f"moves most: by {float(changes[name]):+,.0f}, {share:.1%} of the outcome"
        )
    yield (
        "Solver",
        "R's glmnet, which the reproduction copies, stops before the optimum. Runs of the project solve to the end: with "
        f"the same hyperparameters {how_much}.",
    )


def _of_returns(model: RobynModel, fitted: FittedModel) -> Iterator[tuple[str, str]]:
    """The denominators of ROAS and CPA; Robyn's are only right when every row of the data is modelled."""
    assert model.report is not None, "asked only for a file with a model"
    data, total = model.project.data, model.report.total_performance
    if model.is_ours:
        return
    is_money = data.settings.outcome.kind is OutcomeKind.REVENUE
    what, unit = ("ROAS" if is_money else "Cost per conversion"), data.frequency.value
    n_all, n_rows = len(data.table), data.n_periods
    if n_rows < n_all:
        yield (
            what,
            f"{what} in the file is too {'low' if is_money else 'high'}: Robyn divides the response of the {n_rows} modelled "
            f"{unit}s by the spend of all {n_all}. Here both are of the window.",
        )
    spend, response = sum(fitted.total_spend.values()), sum(fitted.contributions[name] for name in fitted.total_spend)
    whole = _ratio(response, spend) if is_money else _ratio(spend, response)
    if total is not None and np.isfinite(total) and abs(total - whole) > 0.01 * abs(whole):
        yield (
            f"Total {what}",
            f"The total in the file, {total:.2f}, is the sum of the channels' values. All paid media together brought "
            f"{whole:.2f}.",
        )


def _of_refresh(model: RobynModel) -> Iterator[tuple[str, str]]:
    assert model.report is not None, "asked only for a file with a model"
    window = model.project.data.settings.window
    if window is not None and model.report.counted_from > window.start:
        yield (
            "Refresh",
            f"The model is a refresh: Robyn sums contributions from {model.report.counted_from} on, so they are compared "
            "from there, and its DECOMP.RSSD measures the distance to the model before. Here it is the one of first models.",
        )


def _ratio(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator else float("nan")
