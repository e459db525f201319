"""Searches and their results for tests, small and fast."""

from collections.abc import Callable

import numpy as np

from mmm_core.engine.search import SearchAlgorithm
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.design import FloatArray
from mmm_core.entities.model_output import METRICS, ModelOutput, Trial
from mmm_core.kernels.hypervolume import hypervolume
from tests.builders import golden_arrays


def two_errors(points: FloatArray) -> FloatArray:
    """A test problem with a curved front between 0.3 and 0.7 in every coordinate; shape (n, 2)."""
    near = np.sqrt(((points - 0.3) ** 2).mean(axis=1)) + 0.05 * np.cos(20 * points).mean(axis=1)
    far = np.sqrt(((points - 0.7) ** 2).mean(axis=1))
    return np.column_stack([0.1 + near, 0.05 + far])


def three_errors(points: FloatArray) -> FloatArray:
    """:func:`two_errors` and a third one that is smallest at 0.5 in the first coordinate and 0.1 in the second."""
    third = 0.1 + np.hypot(points[:, 0] - 0.5, points[:, 1] - 0.1)
    return np.column_stack([two_errors(points), third])


def search_through(
    search: SearchAlgorithm,
    n: int,
    *,
    spoilt_share: float = 0.0,
    errors: Callable[[FloatArray], FloatArray] = two_errors,
) -> tuple[FloatArray, FloatArray]:
    """Let a search solve a test problem; a share of the second errors is made infinite.

    Returns:
        Points and losses in the order they were tried.
    """
    random = np.random.default_rng(0)
    points, losses = [], []
    while sum(map(len, points)) < n:
        asked = search.ask(min(search.batch_size, n - sum(map(len, points))))
        answer = errors(asked)
        answer[random.random(len(answer)) < spoilt_share, 1] = np.inf
        search.tell(asked, answer)
        points.append(asked)
        losses.append(answer)
    return np.concatenate(points), np.concatenate(losses)


def area_found(search: SearchAlgorithm, n: int) -> float:
    """Hypervolume after ``n`` points of :func:`two_errors`."""
    losses = search_through(search, n)[1]
    return hypervolume(losses[:, 0], losses[:, 1])


def output_of(metrics: list[FloatArray], *, timeseries_validation: bool = False) -> ModelOutput:
    """A run with these metrics (columns METRICS, one array per trial), two paid channels and random contributions."""
    random = np.random.default_rng(1)
    trials = tuple(
        Trial(
            number=number,
            hyperparameters=random.random((len(rows), 2)),
            metrics=rows,
            coefficients=random.random((len(rows), 3)),
            contributions=random.random((len(rows), 3)),
        )
        for number, rows in enumerate(metrics, start=1)
    )
    return ModelOutput(
        trials=trials,
        parameter_names=("tv_theta", "lambda"),
        term_names=("intercept", "tv", "search"),
        paid_names=("tv", "search"),
        organic_names=(),
        total_spend=np.array([100.0, 200.0]),
        outcome_kind=OutcomeKind.REVENUE,
        timeseries_validation=timeseries_validation,
        n_planned=sum(map(len, metrics)),
    )


def metrics_of(**columns: FloatArray | list[float]) -> FloatArray:
    """Metrics with some columns given; MAPE is 0 and the rest NaN otherwise, nrmse also stands for nrmse_train."""
    n = len(next(iter(columns.values())))
    table = np.full((n, len(METRICS)), np.nan)
    table[:, METRICS.index("mape")] = 0.0
    for name, values in columns.items():
        table[:, METRICS.index(name)] = values
    if "nrmse" in columns and "nrmse_train" not in columns:
        table[:, METRICS.index("nrmse_train")] = columns["nrmse"]
    return table


def golden_output(run: str) -> ModelOutput:
    """The candidates R found on the demo data: ``run`` or ``run_calib``."""
    arrays = golden_arrays(run)
    names = arrays["metric_names"].tolist()
    return output_of([metrics_of(**{name: arrays["metrics"][:, k] for k, name in enumerate(names)})])
