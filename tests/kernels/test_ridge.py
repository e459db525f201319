"""The two ridge solvers: what is known by hand, what must hold at the optimum, and where glmnet stops."""

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmm_core.entities.design import FloatArray
from mmm_core.kernels.ridge import Moments, RidgeRules, fit_ridge, make_ridge_scratch
from tests.builders import golden_fit_design, golden_json, refit_golden

FREE = np.inf


class Ridge(NamedTuple):
    """A ridge in natural units."""

    columns: FloatArray
    outcome: FloatArray
    penalty: float
    factors: FloatArray
    limits: FloatArray


class Fit(NamedTuple):
    intercept: float
    has_intercept: bool
    coefficients: FloatArray


def make_ridge(
    columns: FloatArray,
    outcome: FloatArray,
    penalty: float = 0.0,
    *,
    low: float = 0.0,
    high: float = FREE,
    factors: FloatArray | None = None,
) -> Ridge:
    p = columns.shape[1]
    limits = np.array([[low] * p, [high] * p])
    return Ridge(columns, outcome, penalty, np.ones(p) if factors is None else factors, limits)


def fit(ridge: Ridge, *, intercept: bool = True, drop_negative: bool = False, glmnet: bool = False) -> Fit:
    centred = ridge.columns - ridge.columns.mean(axis=0)
    moments = Moments(
        centred.T @ centred / len(centred),
        centred.T @ (ridge.outcome - ridge.outcome.mean()) / len(centred),
        ridge.columns.mean(axis=0),
        float(ridge.outcome.mean()),
        float(ridge.outcome.var()),
    )
    p = len(ridge.factors)
    coefficients = np.zeros(p)
    rules = RidgeRules(intercept, drop_negative, glmnet)
    answer = fit_ridge(moments, ridge.penalty, ridge.factors, ridge.limits, rules, make_ridge_scratch(p), coefficients)
    return Fit(*answer, coefficients)


class Judgement(NamedTuple):
    objective: float
    residual: float


def judge(ridge: Ridge, coefficients: FloatArray, *, intercept: bool) -> Judgement:
    """Objective and Karush-Kuhn-Tucker residual in the standardised units, from the data and in extended precision."""
    x, y = ridge.columns.astype(np.longdouble), ridge.outcome.astype(np.longdouble)
    spread = x.std(axis=0)
    if intercept:
        x, y = x - x.mean(axis=0), y - y.mean()
    scale = np.sqrt((y**2).mean())
    varies = spread > 1e-12 * np.abs(ridge.columns.mean(axis=0))
    z, y = x[:, varies] / spread[varies], y / scale
    a = coefficients[varies] * spread[varies] / scale
    shrinkage = ridge.factors[varies] * ridge.penalty / scale
    error = y - z @ a
    gradient = z.T @ error / len(y) - shrinkage * a
    may_rise = coefficients[varies] < ridge.limits[1][varies]
    may_fall = coefficients[varies] > ridge.limits[0][varies]
    residual = np.maximum(np.where(may_rise, gradient, 0.0), np.where(may_fall, -gradient, 0.0))
    return Judgement(float((error**2).mean() / 2 + (shrinkage * a**2).sum() / 2), float(residual.max(initial=0.0)))


def random_ridge(seed: int, *, p: int, collinear: bool = False, penalty: float = 0.0) -> Ridge:
    random = np.random.default_rng(seed)
    columns = random.gamma(2.0, 1.0, (80, p)) * 10.0 ** random.integers(-3, 6, p)
    if collinear:
        columns[:, -1] = 2.0 * columns[:, 0]
        columns[:, -2] = columns[:, 0] + columns[:, 1]
    outcome = columns @ (random.normal(0.5, 1.0, p) / columns.std(axis=0)) * 100 + random.normal(1e3, 50.0, 80)
    return make_ridge(columns, outcome, penalty)


def test_one_free_column_without_penalty_gives_the_regression_line() -> None:
    x = np.array([[1.0], [2.0], [3.0], [4.0]])
    answer = fit(make_ridge(x, 3.0 * x[:, 0] + 5.0, low=-FREE))
    assert answer.coefficients[0] == pytest.approx(3.0)
    assert answer.intercept == pytest.approx(5.0)


def test_one_column_is_shrunk_by_the_penalty_over_the_spread_of_the_outcome() -> None:
    x = np.array([[-1.0], [1.0]])
    # a = 1 / (1 + 4 / sd(y)) with sd(y) = 2; b = a sd(y) / sd(x) = 2 / 3.
    answer = fit(make_ridge(x, np.array([8.0, 12.0]), 4.0, low=-FREE))
    assert answer.coefficients[0] == pytest.approx(2.0 / 3.0)
    assert answer.intercept == pytest.approx(10.0)


def test_without_an_intercept_the_curvature_counts_the_mean() -> None:
    x = np.array([[1.0], [3.0]])
    # Least squares through the origin: 14 / 10.
    answer = fit(make_ridge(x, np.array([2.0, 4.0]), low=-FREE), intercept=False)
    assert answer.coefficients[0] == pytest.approx(1.4)


@pytest.mark.parametrize("glmnet", [False, True])
def test_a_coefficient_that_would_be_negative_stands_at_zero(glmnet: bool) -> None:
    x = np.array([[1.0], [2.0], [3.0]])
    assert fit(make_ridge(x, np.array([9.0, 5.0, 1.0])), glmnet=glmnet).coefficients[0] == 0.0


@pytest.mark.parametrize("glmnet", [False, True])
def test_a_negative_intercept_is_dropped_when_asked(glmnet: bool) -> None:
    x = np.array([[1.0], [2.0], [3.0]])
    ridge = make_ridge(x, 4.0 * x[:, 0] - 2.0)
    assert fit(ridge, glmnet=glmnet).intercept == pytest.approx(-2.0, abs=1e-3)
    dropped = fit(ridge, drop_negative=True, glmnet=glmnet)
    assert (dropped.intercept, dropped.has_intercept) == (0.0, False)
    assert dropped.coefficients[0] == pytest.approx((2 * 1 + 6 * 2 + 10 * 3) / 14, rel=1e-3)


@pytest.mark.parametrize("glmnet", [False, True])
def test_a_constant_column_gets_no_coefficient(glmnet: bool) -> None:
    x = np.array([[0.1, 1.0], [0.1, 2.0], [0.1, 3.0]])
    answer = fit(make_ridge(x, np.array([1.0, 2.0, 4.0])), glmnet=glmnet)
    assert answer.coefficients[0] == 0.0
    assert answer.coefficients[1] == pytest.approx(1.5, rel=1e-3)


@pytest.mark.parametrize("glmnet", [False, True])
def test_a_constant_outcome_gives_its_value_as_intercept(glmnet: bool) -> None:
    x = np.array([[1.0], [2.0], [3.0]])
    answer = fit(make_ridge(x, np.full(3, 7.0), 1.0, low=-FREE), glmnet=glmnet)
    assert answer.intercept == pytest.approx(7.0)
    assert answer.coefficients[0] == 0.0


def test_a_penalty_factor_of_zero_leaves_its_column_unpenalised() -> None:
    x = np.array([[-1.0, 1.0], [1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]])
    ridge = make_ridge(x, x @ [3.0, 3.0], 1e6, low=-FREE, factors=np.array([0.0, 2.0]))
    coefficients = fit(ridge).coefficients
    assert coefficients[0] == pytest.approx(3.0)
    assert coefficients[1] == pytest.approx(0.0, abs=1e-4)


@given(
    seed=st.integers(0, 10_000),
    p=st.integers(3, 14),
    collinear=st.booleans(),
    penalty=st.sampled_from([0.0, 1e-6, 0.1, 10.0, 1e4]),
    intercept=st.booleans(),
)
@settings(max_examples=200, deadline=None)
def test_the_exact_solver_is_optimal_and_never_above_glmnet(
    seed: int, p: int, collinear: bool, penalty: float, intercept: bool
) -> None:
    ridge = random_ridge(seed, p=p, collinear=collinear, penalty=penalty)
    exact = judge(ridge, fit(ridge, intercept=intercept).coefficients, intercept=intercept)
    glmnet = judge(ridge, fit(ridge, intercept=intercept, glmnet=True).coefficients, intercept=intercept)
    assert exact.residual <= 1e-8
    assert exact.objective <= glmnet.objective * (1 + 1e-12)


@given(seed=st.integers(0, 10_000), gap=st.sampled_from([1e-2, 1e-4, 1e-5, 1e-6]))
@settings(max_examples=50, deadline=None)
def test_nearly_collinear_columns_without_penalty_are_solved(seed: int, gap: float) -> None:
    ridge = random_ridge(seed, p=6)
    noise = np.random.default_rng(seed).normal(0.0, 1.0, len(ridge.outcome))
    ridge.columns[:, 1] = ridge.columns[:, 0] * (1.0 + gap * noise)
    assert judge(ridge, fit(ridge).coefficients, intercept=True).residual <= 1e-8


@pytest.mark.parametrize("p", [30, 62])
def test_many_columns_are_solved(p: int) -> None:
    ridge = random_ridge(5, p=p, collinear=True)
    assert judge(ridge, fit(ridge, intercept=False).coefficients, intercept=False).residual <= 1e-8


@pytest.mark.parametrize("name", golden_json("fits"))
def test_on_golden_designs_the_exact_solver_is_optimal_and_never_above_glmnet(name: str) -> None:
    golden = golden_json("fits")[name]
    model, design = refit_golden(golden), golden_fit_design(golden)
    train = (model.part == "train").to_numpy()
    columns = np.concatenate([design.baseline[design.rows], model.saturated], axis=1)[train]
    factors = np.array([golden["hyperparameters"].get(f"{name}_penalty", 1.0) for name in design.column_names])
    limits = np.array([golden["lower"], golden["upper"]], dtype=np.float64)
    ridge = Ridge(
        columns, model.outcome.to_numpy()[train], golden["hyperparameters"]["lambda"], factors / factors.mean(), limits
    )
    ours = refit_golden(golden, solver="exact")
    assert ours.has_intercept == model.has_intercept
    exact = judge(ridge, np.array(list(ours.coefficients.values())), intercept=model.has_intercept)
    glmnet = judge(ridge, np.array(list(model.coefficients.values())), intercept=model.has_intercept)
    assert exact.residual <= 1e-8
    assert exact.objective <= glmnet.objective * (1 + 1e-12)
