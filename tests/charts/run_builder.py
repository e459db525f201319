"""Small made-up runs and models for the charts: random but always the same, and they add up."""

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

from mmm_core.entities.columns import AdstockKind, Frequency, OutcomeKind
from mmm_core.entities.design import Design
from mmm_core.entities.fitted_model import FittedModel, ResponseCurve
from mmm_core.entities.ledger import Ledger
from mmm_core.entities.model_output import Convergence, ModelOutput, ModelOutputCollection, Provenance, Trial
from mmm_core.entities.model_set import SetKind
from mmm_core.entities.run_result import ParetoResult, RunResult, SearchProgress

CHANNELS = ("tv_spend", "search_spend", "social_spend")
BASELINE = ("trend", "season")


def build_design(channels: Sequence[str] = CHANNELS, n_periods: int = 52) -> Design:
    rng = np.random.default_rng(1)
    spend = rng.uniform(1e3, 1e5, (n_periods, len(channels)))
    columns = len(BASELINE) + len(channels)
    return Design(
        dates=np.datetime64("2022-01-03") + 7 * np.arange(n_periods),
        outcome=rng.uniform(8e5, 1.2e6, n_periods),
        baseline_names=BASELINE,
        baseline=rng.normal(size=(n_periods, len(BASELINE))),
        media_names=tuple(channels),
        media=spend,
        n_paid=len(channels),
        adstock=(AdstockKind.GEOMETRIC,) * len(channels),
        spend=spend,
        lower=np.zeros(columns),
        upper=np.full(columns, np.inf),
        trend_column=0,
        rows=np.arange(n_periods),
        weibull_length=n_periods,
    )


def build_result(
    n_candidates: int = 200,
    channels: Sequence[str] = CHANNELS,
    kind: OutcomeKind = OutcomeKind.REVENUE,
    total_spend: Sequence[float] | None = None,
) -> RunResult:
    rng = np.random.default_rng(2)
    spend = np.array(total_spend if total_spend is not None else 1e6 * np.arange(1, len(channels) + 1))
    terms = ("intercept", *BASELINE, *channels)
    media = rng.uniform(0, 4, (n_candidates, len(channels))) * spend
    base = rng.uniform(1e7, 3e7, (n_candidates, 1 + len(BASELINE)))
    metrics = np.full((n_candidates, 9), np.nan)
    metrics[:, 0] = metrics[:, 3] = rng.uniform(0.05, 0.3, n_candidates)
    metrics[:, 1] = rng.uniform(0.1, 0.9, n_candidates)
    metrics[:, 6] = rng.uniform(0.2, 0.95, n_candidates)
    contributions = np.hstack([base, media])
    names = tuple(f"{channel}_theta" for channel in channels)
    trial = Trial(
        number=1,
        hyperparameters=rng.uniform(0, 0.5, (n_candidates, len(names))),
        metrics=metrics,
        coefficients=rng.uniform(0, 1, contributions.shape),
        contributions=contributions,
    )
    output = ModelOutput(
        trials=(trial,),
        parameter_names=names,
        term_names=terms,
        paid_names=tuple(channels),
        organic_names=(),
        total_spend=spend,
        outcome_kind=kind,
        timeseries_validation=False,
        n_planned=n_candidates,
    )
    collection = ModelOutputCollection(model_output=output, convergence=build_convergence(), info=_provenance())
    return RunResult(collection=collection, design=build_design(channels), pareto=_pareto(output))


def build_ledger(
    channels: Sequence[str] = CHANNELS, kind: OutcomeKind = OutcomeKind.REVENUE, *, low: float = 0.5
) -> Ledger:
    """A ledger of paid channels with returns 2, 3, ...; ``low`` times that is the low end."""
    spend, roas = 1e6 * np.arange(1.0, len(channels) + 1), 2.0 + np.arange(len(channels))
    won = roas * spend
    with np.errstate(divide="ignore"):
        table = pd.DataFrame(
            {
                "channel": list(channels),
                "is_paid": True,
                "spend": spend,
                "spend_share": spend / spend.sum(),
                "mean_spend": spend / 52,
                "contribution": won,
                "contribution_low": low * won,
                "contribution_high": 1.5 * won,
                "outcome_share": 0.4 * won / won.sum(),
                "effect_share": won / won.sum(),
                "roas": roas,
                "roas_low": low * roas,
                "roas_high": 1.5 * roas,
                "cpa": 1 / roas,
                "cpa_low": 1 / (1.5 * roas),
                "cpa_high": np.divide(1.0, low * roas),
                "n_infinite_cpa": 0 if low > 0 else 3,
                "marginal_roas": 0.6 * roas,
                "marginal_roas_low": 0.5 * low * roas,
                "marginal_roas_high": roas,
                "mean_response": 0.9 * won / 52,
                "carry_over_share": 0.3,
            }
        )
    terms = pd.DataFrame({"term": ["intercept", *channels], "contribution": [1.5 * won.sum(), *won]})
    terms = terms.assign(low=terms["contribution"] * low, high=1.5 * terms["contribution"])
    return Ledger(
        channels=table,
        terms=terms.assign(share=terms["contribution"] / terms["contribution"].sum()),
        fitted_total=2.5 * won.sum(),
        paid_total=won.sum(),
        total_spend=spend.sum(),
        n_periods=52,
        outcome_kind=kind,
        set_kind=SetKind.SPREAD,
        interval_label="spread across 12 models",
        label="12 models on the best 2 fronts",
    )


def build_convergence() -> Convergence:
    cuts = np.arange(1, 21)
    rows = [
        pd.DataFrame({"objective": name, "cut": cuts, "iteration": cuts * 10, "n": 10, "median": 1 / cuts, "std": 0.1})
        for name in ("nrmse", "decomp_rssd")
    ]
    return Convergence(
        table=pd.concat(rows), converged={"nrmse": True, "decomp_rssd": False}, messages=("settled", "not settled")
    )


def build_model(
    channels: Sequence[str] = CHANNELS, n_periods: int = 52, parts: Sequence[str] = ("train",), rsq: float = 0.93
) -> FittedModel:
    rng = np.random.default_rng(3)
    dates = pd.DatetimeIndex(build_design(channels, n_periods).dates, name="date")
    terms = ["intercept", *BASELINE, *channels]
    weekly = pd.DataFrame(rng.uniform(1e4, 1e5, (n_periods, len(terms))), index=dates, columns=terms)
    weekly["intercept"], weekly["season"] = 5e5, 2e5 * np.sin(np.arange(n_periods) / 4)
    fitted = weekly.sum(axis=1)
    part = pd.Series(np.repeat(list(parts), int(np.ceil(n_periods / len(parts))))[:n_periods], index=dates)
    media = weekly[list(channels)]
    totals = weekly.sum()
    paid = float(totals[list(channels)].sum())
    return FittedModel(
        hyperparameters={f"{name}_theta": 0.3 for name in channels} | {"lambda": 12.0},
        solver="exact",
        intercept=5e5,
        has_intercept=True,
        coefficients=dict.fromkeys(terms[1:], 1.0),
        metrics={"nrmse": 0.07, "decomp_rssd": 0.2, "rsq_train": rsq, "rsq_val": np.nan, "rsq_test": np.nan},
        lambda_bounds=(1.0, 1e4),
        weekly=weekly,
        outcome=fitted * rng.uniform(0.95, 1.05, n_periods),
        fitted=fitted,
        part=part,
        immediate=media * 0.7,
        carry_over=media * 0.3,
        saturated=media / media.max(),
        inflexions=dict.fromkeys(channels, 5e4),
        inflations=dict.fromkeys(channels, 1.4),
        contributions={str(name): float(value) for name, value in totals.items()},
        total_spend=dict.fromkeys(channels, 1e6),
        spend_share=dict.fromkeys(channels, 1 / len(channels)),
        effect_share={name: float(totals[name]) / paid for name in channels},
        roas={name: float(totals[name]) / 1e6 for name in channels},
        carry_over_share=dict.fromkeys(channels, 0.3),
        frequency=Frequency.WEEK,
    )


def build_curve(channel: str, top: float = 1e5) -> ResponseCurve:
    spend = np.linspace(0, 1e5, 101)
    return ResponseCurve(
        channel=channel,
        spend=spend,
        response=top * spend / (spend + 3e4),
        carry_over_response=0.0,
        mean_spend=3e4,
        mean_response=top / 2,
    )


def build_progress(n_per_trial: int = 100, trials: int = 2) -> SearchProgress:
    rng = np.random.default_rng(4)
    count = n_per_trial * trials
    return SearchProgress(
        done=count,
        total=10 * count,
        seconds=2.0,
        models_per_second=count / 2,
        nrmse=rng.uniform(0.05, 0.3, count),
        decomp_rssd=rng.uniform(0.1, 0.9, count),
        trial=np.repeat(np.arange(1, trials + 1), n_per_trial),
        front=np.array([0, 5, 9]),
    )


def _provenance() -> Provenance:
    return Provenance(
        engine_version="0.1.0",
        library_versions={},
        data_hash="0" * 64,
        seed=123,
        algorithm="NSGA2",
        started=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )


def _pareto(output: ModelOutput) -> ParetoResult:
    table = output.to_frame()
    order = np.argsort(output.metric("nrmse") + output.metric("decomp_rssd"))
    front = np.zeros(len(table), dtype=np.int64)
    front[order[:5]], front[order[5:12]] = 1, 2
    table["front"], table["on_front"] = front, front > 0
    table["error_score"] = output.metric("nrmse")
    roas = output.roas[front > 0]
    estimates = pd.DataFrame(
        {
            "channel": output.paid_names,
            "spend": output.total_spend,
            "contribution": output.paid_contributions[order[0]],
            "roas": output.roas[order[0]],
            "low": roas.min(axis=0),
            "high": roas.max(axis=0),
            "interval": "spread",
        }
    )
    ids = output.solution_ids
    return ParetoResult(
        pareto_fronts=2,
        candidates=table,
        solution_ids=[ids[row] for row in order[:12]],
        recommended_id=ids[order[0]],
        estimates=estimates,
        notes=[],
    )
