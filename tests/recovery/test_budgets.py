"""True budgets: the best plan is the best, and plans bring what the curves say."""

import itertools

import numpy as np
import pytest

from mmm_core.engine.simulate import simulate_market
from mmm_core.engine.simulate_laws import CORE
from tests.recovery.budgets import LIMITS, best_plan, best_split, spend_levels, true_budget


def test_levels_of_all_channels_rise_in_steps_of_one_size_within_the_limits() -> None:
    mean = np.array([100.0, 300.0])
    levels = spend_levels(mean)
    for spend, steps in zip(mean, levels, strict=True):
        np.testing.assert_allclose(np.diff(steps), 0.5)  # 400 steps hand out the 200 above the lower limits
        assert steps[0] == LIMITS[0] * spend
        assert steps[-1] <= LIMITS[1] * spend


def test_the_best_split_finds_what_trying_everything_finds_on_s_shaped_curves() -> None:
    levels = spend_levels(np.array([50.0, 120.0, 80.0]))
    values = [level**3 / (level**3 + 90.0**3) * top for level, top in zip(levels, (50.0, 100.0, 90.0), strict=True)]
    spend = best_split(levels, values)
    assert spend.sum() == pytest.approx(250.0)
    step = levels[0][1] - levels[0][0]
    rows = [int(np.argmin(np.abs(level - one))) for level, one in zip(levels, spend, strict=True)]
    found = sum(value[row] for value, row in zip(values, rows, strict=True))
    pairs = itertools.product(range(len(levels[0])), range(len(levels[1])))
    left = 400  # steps of money
    tried = [
        values[0][a] + values[1][b] + values[2][left - a - b] for a, b in pairs if 0 <= left - a - b < len(levels[2])
    ]
    assert step == pytest.approx(125.0 / 400)
    assert found == pytest.approx(max(tried))


@pytest.mark.parametrize("own_flighting", [False, True])
def test_no_random_plan_beats_the_best_plan(own_flighting: bool) -> None:
    budget = true_budget(simulate_market(CORE, 5), own_flighting=own_flighting)
    best, mean = budget.response(best_plan(budget)), budget.mean_spend
    random = np.random.default_rng(0)
    for _ in range(300):
        spend = mean * np.exp(random.normal(0.0, 0.3, len(mean)))
        spend *= mean.sum() / spend.sum()
        if (spend >= LIMITS[0] * mean).all() and (spend <= LIMITS[1] * mean).all():
            assert budget.response(spend) <= best * (1 + 1e-4)


def test_todays_money_in_its_own_flighting_brings_about_what_the_channels_brought() -> None:
    market = simulate_market(CORE, 3)
    budget = true_budget(market, own_flighting=True)
    today = budget.response(budget.mean_spend) * len(market.table)
    assert today == pytest.approx(
        market.truth.contribution.sum(), rel=0.03
    )  # but for the start, where nothing carries over
