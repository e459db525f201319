"""Plans that can be worked out by hand, and what must hold for every plan."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmm_core.entities.budget import (
    PLAN_COLUMNS,
    BudgetPlan,
    BudgetRequest,
    ChannelGroup,
    PlanAim,
    SpendLimit,
    ZeroRule,
)
from mmm_core.entities.columns import Frequency
from mmm_core.entities.model_set import SetKind
from mmm_core.kernels.intervals import weighted_quantile
from tests.engine.budget_sets import (
    deviations,
    plan_for,
    set_with_curves,
    spends,
    totals_by_model,
    wide_limits,
)
from tests.set_builders import random_model_set

AIMS = tuple(PlanAim)


def random_feasible(plan: BudgetPlan, n_points: int = 2000, seed: int = 0) -> np.ndarray:
    """Plans within the limits of ``plan`` that spend as much as it, by moving money between random pairs of channels."""
    random, low, high = np.random.default_rng(seed), plan.channels["low_limit"], plan.channels["high_limit"]
    plans = np.tile(spends(plan), (n_points, 1))
    rows = np.arange(n_points)
    for _ in range(5 * len(low)):
        into, out_of = random.integers(len(low), size=(2, n_points))
        room = np.minimum(high.to_numpy()[into] - plans[rows, into], plans[rows, out_of] - low.to_numpy()[out_of])
        moved = np.where(into != out_of, random.random(n_points) * room, 0.0)
        plans[rows, into] += moved
        plans[rows, out_of] -= moved
    return plans


def test_two_equal_concave_channels_share_equally() -> None:
    models = set_with_curves([[50.0, 50.0]])
    plan = plan_for(models, BudgetRequest(total_budget=13 * 300.0, limits=wide_limits(models, 300.0)))
    assert spends(plan) == pytest.approx([150.0, 150.0], rel=1e-6)
    assert plan.response == pytest.approx(13 * 2 * 50.0 * 150 / 250, rel=1e-9)


def test_marginal_returns_are_equal_where_no_limit_binds() -> None:
    models = set_with_curves([[50.0, 200.0, 100.0]])
    plan = plan_for(models, BudgetRequest(limits=wide_limits(models, 300.0)))
    assert set(plan.channels["limit_status"]) == {"free"}
    assert np.ptp(plan.channels["marginal_roas"]) < 1e-4 * plan.channels["marginal_roas"].mean()
    a, b, c = 100.0 + spends(plan)  # 50/a^2 = 200/b^2 = 100/c^2 for curves c * x / (x + 100)
    assert (b / a, c / a) == pytest.approx((2.0, np.sqrt(2.0)), rel=1e-4)


def test_of_two_equal_s_curves_one_gets_all_when_money_is_short() -> None:
    models = set_with_curves([[100.0, 100.0]], alpha=4.0, inflexion=200.0)
    plan = plan_for(models, BudgetRequest(total_budget=13 * 220.0, limits=wide_limits(models, 220.0)))
    assert sorted(spends(plan)) == pytest.approx([0.0, 220.0], abs=1e-3)


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 1000),
    n_channels=st.integers(1, 7),
    n_models=st.integers(1, 4),
    share=st.floats(0.0, 1.0),
    aim=st.sampled_from(AIMS),
)
def test_every_plan_keeps_its_limits_and_spends_its_budget(
    seed: int, n_channels: int, n_models: int, share: float, aim: PlanAim
) -> None:
    models = random_model_set(n_models, n_channels, seed, point=None)
    ends = np.cumsum(np.random.default_rng(seed).uniform(0, 500, (n_channels, 2)), axis=1)
    limits = {
        name: SpendLimit(low=float(low), high=float(high))
        for name, (low, high) in zip(models.paid_names, ends, strict=True)
    }
    least, most = sum(limit.low for limit in limits.values()), sum(limit.high for limit in limits.values())
    budget = 10 * (least + share * (most - least))
    plan = plan_for(models, BudgetRequest(total_budget=budget, n_periods=10, limits=limits, aim=aim))
    assert plan.total == pytest.approx(budget, rel=1e-9)
    for name, spend in zip(models.paid_names, spends(plan), strict=True):
        assert limits[name].low - 1e-6 <= spend <= limits[name].high + 1e-6


@pytest.mark.parametrize(("n_models", "n_channels"), [(1, 1), (1, 5), (8, 6), (3, 40)])
@pytest.mark.parametrize("aim", AIMS)
def test_no_random_plan_is_better(n_models: int, n_channels: int, aim: PlanAim) -> None:
    models = random_model_set(n_models, n_channels, 7, point=None)
    plan = plan_for(models, BudgetRequest(aim=aim))
    tried = np.vstack([spends(plan), random_feasible(plan)])
    totals = totals_by_model(models, tried)
    worth = models.weights @ totals
    if aim is PlanAim.LOW_QUANTILE:
        worth = weighted_quantile(totals, models.weights, 0.2)
    if aim is PlanAim.RISK_AVERSE:
        worth = worth - deviations(models, plan, tried)  # one standard deviation of each change
    assert worth[0] >= worth[1:].max() * (1 - 1e-9)


def test_the_low_quantile_plan_has_a_better_low_quantile_than_the_mean_plan() -> None:
    models = random_model_set(30, 8, 3, point=None)
    quantiles = {}
    for aim in (PlanAim.MEAN, PlanAim.LOW_QUANTILE):
        plan = spends(plan_for(models, BudgetRequest(aim=aim, quantile=0.1)))
        quantiles[aim] = weighted_quantile(totals_by_model(models, plan[None, :]), models.weights, 0.1)[0]
    assert quantiles[PlanAim.LOW_QUANTILE] > quantiles[PlanAim.MEAN] * 1.0001


def test_the_risk_averse_plan_moves_less_money_than_the_mean_plan() -> None:
    models = random_model_set(30, 8, 3, point=None)
    moved = [np.abs(plan_for(models, BudgetRequest(aim=aim)).channels["change"]).sum() for aim in AIMS]
    assert moved[AIMS.index(PlanAim.RISK_AVERSE)] < moved[AIMS.index(PlanAim.MEAN)]


@pytest.mark.parametrize("aim", AIMS)
def test_many_copies_of_a_model_are_planned_like_the_model(aim: PlanAim) -> None:
    copies = set_with_curves([[50.0, 80.0, 20.0]] * 5, alpha=1.5)
    plan = plan_for(copies, BudgetRequest(aim=aim))
    alone = plan_for(set_with_curves([[50.0, 80.0, 20.0]], alpha=1.5), BudgetRequest())
    assert spends(plan) == pytest.approx(spends(alone), rel=1e-4)
    assert (plan.uplift_low, plan.uplift_high) == pytest.approx((plan.uplift, plan.uplift))
    assert plan.probability_better == 1.0


def test_weights_decide_between_models_that_disagree() -> None:
    models = set_with_curves([[90.0, 10.0], [10.0, 90.0]])
    request = BudgetRequest(limits=wide_limits(models, 200.0))
    for weights, wins in (([0.9, 0.1], 0), ([0.1, 0.9], 1), ([1.0, 0.0], 0)):
        plan = plan_for(replace(models, weights=np.array(weights)), request)
        assert int(spends(plan).argmax()) == wins
        assert plan.channels["agreement"][wins] == pytest.approx(max(weights))


def test_a_model_without_weight_gives_the_point_estimate_and_nothing_else() -> None:
    models = set_with_curves([[1000.0, 1000.0], [50.0, 80.0]], kind=SetKind.SAMPLING, point=0)
    weighted = replace(models, weights=np.array([0.0, 1.0]))
    plan = plan_for(weighted, BudgetRequest())
    alone = plan_for(set_with_curves([[50.0, 80.0]]), BudgetRequest())
    assert spends(plan) == pytest.approx(spends(alone), rel=1e-6)
    assert plan.initial_response == pytest.approx(13 * 1000.0)
    assert plan.uplift_high == pytest.approx(alone.uplift)


def test_a_locked_channel_keeps_its_spend() -> None:
    models = set_with_curves([[50.0, 200.0, 100.0]])
    plan = plan_for(models, BudgetRequest(locked=("paid_0",), total_budget=13 * 400.0))
    assert spends(plan)[0] == 100.0
    assert plan.channels["limit_status"][0] == "locked"
    assert np.isnan(plan.channels["agreement"][0])
    assert "100.00 per week are locked in Paid 0." in plan.notes


def test_a_group_shares_its_limit() -> None:
    models = set_with_curves([[500.0, 500.0, 10.0]])
    group = ChannelGroup(name="Video", channels=("paid_0", "paid_1"), limit=SpendLimit(low=0.0, high=150.0))
    plan = plan_for(models, BudgetRequest(groups=(group,), limits=wide_limits(models, 300.0)))
    assert spends(plan) == pytest.approx([75.0, 75.0, 150.0], rel=1e-5)
    assert any(
        text.startswith("The group 'Video' is at its shared upper limit of 150.00 per week") for text in plan.binding
    )


def test_a_group_with_a_floor_gets_it() -> None:
    models = set_with_curves([[500.0, 1.0, 1.0]])
    group = ChannelGroup(name="Brand", channels=("paid_1", "paid_2"), limit=SpendLimit(low=120.0, high=500.0))
    plan = plan_for(models, BudgetRequest(groups=(group,), limits=wide_limits(models, 300.0)))
    assert spends(plan) == pytest.approx([180.0, 60.0, 60.0], rel=1e-5)


def test_calendar_weights_count_in_the_response_and_in_the_plan_by_period() -> None:
    models = set_with_curves([[50.0, 50.0]])
    pulse = np.array([3.0, 0.0, 0.0, 1.0])
    request = BudgetRequest(
        n_periods=4, calendar={"paid_0": pulse}, limits=wide_limits(models, 200.0), locked=("paid_0",)
    )
    plan = plan_for(models, request)
    assert plan.weekly["paid_0"].tolist() == pytest.approx([300.0, 0.0, 0.0, 100.0])
    assert plan.weekly["paid_1"].tolist() == pytest.approx([100.0] * 4)
    assert plan.channels["response"][0] == pytest.approx(50.0 * (300 / 400 + 100 / 200) / 4)
    assert plan.channels["is_extrapolated"].tolist() == [True, False]


def test_a_calendar_of_pulses_makes_a_concave_channel_worth_less() -> None:
    models = set_with_curves([[50.0, 50.0]])
    request = BudgetRequest(
        n_periods=4, calendar={"paid_0": np.array([4.0, 0, 0, 0])}, limits=wide_limits(models, 200.0)
    )
    assert spends(plan_for(models, request))[0] < 60.0


def test_future_periods_follow_the_data() -> None:
    models = random_model_set(1, 2)
    last = pd.Timestamp(models.design.dates[-1])
    weekly = plan_for(models, BudgetRequest(n_periods=3)).weekly
    assert weekly.index.tolist() == [last + pd.Timedelta(weeks=k) for k in (1, 2, 3)]
    months = replace(models, design=replace(models.design, frequency=Frequency.MONTH))
    assert plan_for(months, BudgetRequest(n_periods=2)).weekly.index[1] == last + pd.DateOffset(months=2)


def test_history_windows_set_todays_spend_and_the_default_limits() -> None:
    models = random_model_set(2, 3, 5)
    spend, dates = models.design.spend, models.design.dates
    for history, rows in (
        ("all", slice(None)),
        ("last_10", slice(-10, None)),
        ((dates[4].astype(dt.date), dates[9].astype(dt.date)), slice(4, 10)),
    ):
        plan = plan_for(models, BudgetRequest(history=history))
        today = spend[rows].mean(axis=0)
        assert plan.channels["initial_spend"].to_numpy() == pytest.approx(today)
        assert plan.channels["high_limit"].to_numpy() == pytest.approx(2 * today)
        assert plan.total == pytest.approx(13 * today.sum())


def test_a_channel_without_spend_in_the_window_is_limited_by_its_mean_over_all_periods() -> None:
    models = set_with_curves([[50.0, 50.0]])
    spend = models.design.spend.copy()
    spend[-5:, 1] = 0.0
    models = replace(models, design=replace(models.design, spend=spend))
    plan = plan_for(models, BudgetRequest(history="last_5"))
    assert plan.channels["high_limit"][1] == pytest.approx(2 * spend[:, 1].mean())
    assert spends(plan).sum() == pytest.approx(100.0)


def test_money_that_brings_nothing_more_stays_unspent_when_it_may() -> None:
    models = set_with_curves([[50.0, 80.0]])
    request = BudgetRequest(total_budget=13 * 500.0, may_spend_less=True)
    plan = plan_for(models, request)
    assert spends(plan) == pytest.approx([200.0, 200.0])
    assert any("100.00 per week of the budget stay unspent" in note for note in plan.notes)


@pytest.mark.parametrize(
    ("rule", "expected"), [(ZeroRule.KEEP, 100.0), (ZeroRule.REALLOCATE, 0.0), (ZeroRule.FREE, 50.0)]
)
def test_money_of_a_channel_without_effect_follows_the_rule(rule: ZeroRule, expected: float) -> None:
    models = set_with_curves([[50.0, 80.0, 0.0], [30.0, 90.0, 0.0]])
    plan = plan_for(models, BudgetRequest(zero_rule=rule))
    assert spends(plan)[2] == pytest.approx(expected)
    assert plan.total == pytest.approx(13 * 300.0)


def test_a_channel_without_effect_takes_what_the_others_cannot() -> None:
    models = set_with_curves([[50.0, 80.0, 0.0]])
    plan = plan_for(models, BudgetRequest(total_budget=13 * 520.0))
    assert spends(plan) == pytest.approx([200.0, 200.0, 120.0])


def test_without_any_effect_every_channel_keeps_its_money() -> None:
    plan = plan_for(set_with_curves([[0.0, 0.0, 0.0]]), BudgetRequest())
    assert spends(plan) == pytest.approx([100.0] * 3)
    assert (plan.response, plan.uplift) == (0.0, 0.0)
    assert np.isnan(plan.probability_better)


def test_one_channel_gets_the_whole_budget() -> None:
    plan = plan_for(random_model_set(3, 1, 2), BudgetRequest())
    assert plan.channels["change"][0] == pytest.approx(0.0, abs=1e-9)
    assert plan.total == pytest.approx(plan.initial_total)


@pytest.mark.parametrize("kind", [SetKind.SPREAD, SetKind.SAMPLING, SetKind.POSTERIOR])
def test_totals_are_the_sums_of_the_channels(kind: SetKind) -> None:
    models = random_model_set(9, 5, 4, kind=kind)
    plan = plan_for(models, BudgetRequest(n_periods=7))
    assert tuple(plan.channels.columns) == PLAN_COLUMNS
    for total, column in (
        (plan.total, "spend"),
        (plan.initial_total, "initial_spend"),
        (plan.response, "response"),
        (plan.initial_response, "initial_response"),
    ):
        assert total == pytest.approx(7 * plan.channels[column].sum())
    assert plan.uplift == pytest.approx(plan.by_model[0])
    assert plan.uplift_low <= plan.uplift_high
    assert plan.weekly.to_numpy().sum() == pytest.approx(plan.total)


def test_a_binding_limit_says_what_more_room_would_add() -> None:
    models = set_with_curves([[50.0, 200.0]])
    limits = {"paid_1": SpendLimit(low=0.0, high=120.0), "paid_0": SpendLimit(low=0.0, high=300.0)}
    plan = plan_for(models, BudgetRequest(limits=limits))
    wider = {**limits, "paid_1": SpendLimit(low=0.0, high=130.0)}
    gain = plan_for(models, BudgetRequest(limits=wider)).response - plan.response
    (sentence,) = [text for text in plan.binding if text.startswith("Paid 1")]
    assert sentence.startswith("Paid 1 is at its upper limit of 120.00 per week; 10.00 more there would add ")
    assert float(sentence.split("would add ")[1].split(" ")[0]) == pytest.approx(gain, abs=0.01)


def test_the_same_seed_gives_the_same_plan() -> None:
    models = random_model_set(5, 6, 1)
    first, again = (plan_for(models, BudgetRequest(aim=PlanAim.LOW_QUANTILE)) for _ in range(2))
    pd.testing.assert_frame_equal(first.channels, again.channels, check_exact=True)


def test_a_channel_that_harms_gets_as_little_as_it_may() -> None:
    models = set_with_curves([[50.0, -80.0]])
    plan = plan_for(models, BudgetRequest(total_budget=13 * 250.0, may_spend_less=True))
    assert spends(plan) == pytest.approx([200.0, 50.0])


def test_without_any_effect_money_is_free_to_stay_where_it_is() -> None:
    plan = plan_for(set_with_curves([[0.0, 0.0]]), BudgetRequest(zero_rule=ZeroRule.FREE))
    assert plan.total == pytest.approx(plan.initial_total)
    assert plan.response == 0.0


def test_advice_is_not_to_move_when_few_models_expect_more() -> None:
    models = set_with_curves([[90.0, 30.0], [80.0, 30.0], [10.0, 60.0]])
    plan = plan_for(models, BudgetRequest())
    assert plan.probability_better == pytest.approx(2 / 3)
    assert any(note.startswith("Only 67% of the models expect") for note in plan.notes)


def test_a_plan_beyond_what_was_ever_spent_is_called_extrapolation() -> None:
    plan = plan_for(set_with_curves([[50.0, 500.0]]), BudgetRequest())
    assert plan.channels["is_extrapolated"].tolist() == [False, True]
    assert any("Paid 1 would spend more in one week than it ever did (100.00)" in note for note in plan.notes)
