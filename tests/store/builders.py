"""Small uploads and results that look like real ones, down to the awkward values."""

import datetime as dt

import numpy as np
import pandas as pd

from mmm_core.entities.calibration import CalibrationRules, StudyTarget
from mmm_core.entities.columns import AdstockKind, ColumnRole, Frequency, OutcomeKind, Sign
from mmm_core.entities.design import Design
from mmm_core.entities.findings import CellPosition, Finding, IngestResult, Repair, RoleSuggestion, Severity
from mmm_core.entities.model_output import METRICS, Convergence, ModelOutput, ModelOutputCollection, Provenance, Trial
from mmm_core.entities.refresh import RefreshStep
from mmm_core.entities.refresh_aim import RefreshAim
from mmm_core.entities.run_result import ParetoResult, RunResult, SearchProgress
from mmm_core.entities.settings import LiftStudy


def weekly_table(n_rows: int = 8) -> pd.DataFrame:
    random = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "date": pd.date_range("2021-01-04", periods=n_rows, freq="7D").astype("datetime64[s]"),
            "revenue": random.normal(1e6, 1e5, n_rows),
            "tv_spend": np.where(np.arange(n_rows) % 3, 0.1 + 0.2, -0.0),
            "promo": ["none", "sale", None, "Ostern ü"] * (n_rows // 4),
        }
    )


def upload() -> IngestResult:
    return IngestResult(
        table=weekly_table(),
        findings=(
            Finding(
                code="missing_cells",
                severity=Severity.DOUBTFUL,
                message="Column 'promo' has 2 empty cells.",
                cells=(CellPosition(row=4, column="promo"), CellPosition(row=8, column="promo")),
                n_cells=2,
                repairs=(Repair.ESTIMATE_VALUES, Repair.IGNORE_COLUMN),
            ),
        ),
        suggestions=(
            RoleSuggestion(column="date", role=ColumnRole.DATE, reason="holds dates"),
            RoleSuggestion(column="tv_spend", role=ColumnRole.PAID_SPEND, pairs_with=None, sign=Sign.POSITIVE),
        ),
        frequency=Frequency.WEEK,
        source_name="Umsätze.csv",
        applied={"missing_cells:promo": Repair.TREAT_AS_ZERO},
        rows=tuple(range(2, 2 + len(weekly_table()))),
        currency="USD",
    )


def progress(done: int = 40) -> SearchProgress:
    random = np.random.default_rng(2)
    return SearchProgress(
        done=done,
        total=100,
        seconds=0.25,
        models_per_second=160.0,
        nrmse=random.random(done),
        decomp_rssd=random.random(done),
        trial=np.repeat([1, 2], done // 2),
        front=np.array([3, 1]),
        stage="searching",
    )


def design(n_rows: int = 8) -> Design:
    random = np.random.default_rng(3)
    return Design(
        dates=pd.date_range("2021-01-04", periods=n_rows, freq="7D").to_numpy().astype("datetime64[D]"),
        outcome=random.random(n_rows),
        baseline_names=("trend", "promo_sale"),
        baseline=np.asfortranarray(random.random((n_rows, 2))),
        media_names=("tv_spend", "newsletter"),
        media=random.random((n_rows, 2)),
        n_paid=1,
        adstock=(AdstockKind.GEOMETRIC, AdstockKind.WEIBULL_PDF),
        spend=random.random((n_rows, 1)),
        lower=np.array([-1.0, -np.inf, 0.0, 0.0]),
        upper=np.array([0.0, np.inf, np.inf, np.inf]),
        trend_column=0,
        rows=np.arange(1, n_rows),
        weibull_length=n_rows,
        dropped=("flat",),
        studies=(study_target(),),
        aim=RefreshAim(shares={"intercept": 1 / 3, "tv_spend": 2 / 3}, n_new=2, new_share=0.1 + 0.2, rest_factor=1.0),
    )


def study_target() -> StudyTarget:
    """A combined study placed in :func:`design`, as Robyn's rules leave one of a single period: divided by 0."""
    study = LiftStudy(
        channels=("tv_spend", "newsletter"),
        start=dt.date(2021, 1, 18),
        end=dt.date(2021, 1, 24),
        lift=0.1 + 0.2,
        standard_error=1e-300,
        scope="immediate",
    )
    rules = CalibrationRules.ROBYN
    return StudyTarget(
        study=study, media=(0, 1), first_row=2, n_periods=1, factor=np.inf, scale=0.1 + 0.2, weight=1 / 3, rules=rules
    )


def trial(number: int, n_candidates: int = 6) -> Trial:
    random = np.random.default_rng(number)
    metrics = random.random((n_candidates, len(METRICS)))
    metrics[:, METRICS.index("nrmse_val")] = np.nan
    return Trial(
        number=number,
        hyperparameters=random.random((n_candidates, 3)),
        metrics=metrics,
        coefficients=random.normal(size=(n_candidates, 5)),
        contributions=random.normal(size=(n_candidates, 5)) * 1e-300,
        seconds=0.1 + 0.2,
    )


def model_output() -> ModelOutput:
    return ModelOutput(
        trials=(trial(1), trial(2, n_candidates=4)),
        parameter_names=("tv_spend_theta", "lambda", "tv_spend_alpha"),
        term_names=("intercept", "trend", "promo_sale", "tv_spend", "newsletter"),
        paid_names=("tv_spend",),
        organic_names=("newsletter",),
        total_spend=np.array([0.1 + 0.2]),
        outcome_kind=OutcomeKind.CONVERSION,
        timeseries_validation=False,
        n_planned=12,
    )


def provenance() -> Provenance:
    return Provenance(
        engine_version="0.1.0",
        library_versions={"numpy": "2.4.6"},
        data_hash="ab" * 32,
        seed=123,
        algorithm="NSGA2",
        started=dt.datetime(2024, 2, 29, 23, 59, 58, 123456, tzinfo=dt.timezone(dt.timedelta(hours=2))),
        timings={"search": 0.1 + 0.2},
        models_per_second=1 / 3,
        stopped_early=True,
        notes=("Column 'flat' was left out.",),
    )


def refresh_step() -> RefreshStep:
    return RefreshStep(
        number=1,
        from_id="3_412",
        selected_id="1_2",
        window_start=dt.date(2021, 1, 11),
        window_end=dt.date(2021, 2, 22),
        n_periods=7,
        n_new=2,
        freedom=2 / 7,
        hyperparameters={"tv_spend_theta": 0.1 + 0.2},
        contributions={"intercept": 1e-300, "tv_spend": -0.0},
        distance=np.inf,
        nrmse=1 / 3,
    )


def run_result() -> RunResult:
    output = model_output()
    candidates = output.to_frame().assign(front=[1, 2] * 5, on_front=[True, False] * 5, error_score=0.1)
    interval = {"low": [0.5], "high": [np.nan], "interval": ["spread across 5 models"]}
    table = pd.DataFrame(
        {"objective": ["nrmse"], "cut": [1], "iteration": [5.5], "n": [3], "median": [0.1], "std": [np.nan]}
    )
    return RunResult(
        collection=ModelOutputCollection(
            model_output=output,
            convergence=Convergence(table=table, converged={"nrmse": False}, messages=("Not settled yet.",)),
            info=provenance(),
            selected_id="1_2",
            refreshes=(refresh_step(),),
        ),
        design=design(),
        pareto=ParetoResult(
            pareto_fronts=2,
            candidates=candidates,
            solution_ids=["1_1", "1_3"],
            recommended_id="1_3",
            estimates=pd.DataFrame(
                {"channel": ["tv_spend"], "spend": [0.3], "contribution": [1.0], "roas": [3.3], **interval}
            ),
            notes=["Fewer than 100 models."],
        ),
    )
