"""What cannot be planned is refused in a sentence that says why and what to do."""

from dataclasses import replace

import numpy as np
import pytest

from mmm_core.entities.budget import BudgetGoal, BudgetRequest, ChannelGroup, PlanAim, SpendLimit, ZeroRule
from mmm_core.entities.columns import OutcomeKind
from mmm_core.errors import InfeasibleBudgetError, SettingsError
from tests.engine.budget_sets import plan_for, set_with_curves, wide_limits

MODELS = set_with_curves([[50.0, 200.0, 100.0]])
"""Three channels that spend 100 a week each."""


def refuses(request: BudgetRequest, sentence: str, kind: OutcomeKind = OutcomeKind.REVENUE) -> None:
    with pytest.raises(InfeasibleBudgetError, match=sentence):
        plan_for(MODELS, request, kind)


def test_a_budget_above_all_upper_limits_is_refused_with_the_difference() -> None:
    refuses(
        BudgetRequest(total_budget=13 * 650.0),
        r"upper limits \(Paid 0 200.00, Paid 1 200.00 and Paid 2 200.00\) add up to 600.00 per week, 50.00 less than the "
        r"budget of 650.00: raise them, or lower the budget by 50.00 per week \(650.00 over 13 weeks\)",
    )


def test_a_budget_below_all_lower_limits_is_refused_with_the_difference() -> None:
    refuses(
        BudgetRequest(total_budget=13 * 100.0),
        r"lower limits .* add up to 150.00 per week, 50.00 more than the budget of 100.00: lower them, or raise the budget",
    )


def test_a_group_that_keeps_money_from_being_spent_is_named() -> None:
    group = ChannelGroup(name="Video", channels=("paid_0", "paid_1"), limit=SpendLimit(low=0.0, high=150.0))
    refuses(
        BudgetRequest(total_budget=13 * 400.0, groups=(group,)),
        r"upper limits \(Paid 2 200.00, group 'Video' 150.00\) add up to 350.00 per week, 50.00 less",
    )


@pytest.mark.parametrize(
    ("low", "high", "sentence"),
    [
        (
            0.0,
            80.0,
            "lower limits in the group 'Video' .* add up to 100.00 per week, 20.00 more than .* limit of 80.00",
        ),
        (
            450.0,
            500.0,
            "upper limits in the group 'Video' .* add up to 400.00 per week, 50.00 less than .* limit of 450.00",
        ),
    ],
)
def test_a_group_whose_members_cannot_meet_it_is_refused(low: float, high: float, sentence: str) -> None:
    group = ChannelGroup(name="Video", channels=("paid_0", "paid_1"), limit=SpendLimit(low=low, high=high))
    refuses(BudgetRequest(groups=(group,)), sentence)


def test_every_conflict_is_told_at_once() -> None:
    groups = tuple(
        ChannelGroup(name=channel, channels=(channel,), limit=SpendLimit(low=0.0, high=10.0))
        for channel in ("paid_0", "paid_1")
    )
    with pytest.raises(InfeasibleBudgetError) as caught:
        plan_for(MODELS, BudgetRequest(groups=groups))
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize(
    ("limit", "sentence"),
    [
        (
            SpendLimit(low=0.0, high=60.0),
            "locked at 100.00 per week, 40.00 more than its upper limit of 60.00: unlock it",
        ),
        (SpendLimit(low=130.0, high=160.0), "locked at 100.00 per week, 30.00 less than its lower limit of 130.00"),
    ],
)
def test_a_lock_against_a_limit_is_refused(limit: SpendLimit, sentence: str) -> None:
    refuses(BudgetRequest(locked=("paid_0",), limits={"paid_0": limit}), f"Paid 0 is {sentence}")


def test_locking_everything_leaves_a_higher_budget_nowhere_to_go() -> None:
    refuses(BudgetRequest(locked=MODELS.paid_names, total_budget=13 * 400.0), "add up to 300.00 per week, 100.00 less")


def test_a_target_response_out_of_reach_says_the_highest_there_is() -> None:
    request = BudgetRequest(goal=BudgetGoal.TARGET_RESPONSE, target=13 * 300.0)
    refuses(
        request, r"response of 3,033.33 over 13 weeks .* 866.67 less than the target of 3,900.00: raise upper limits"
    )


def test_a_target_return_out_of_reach_says_the_highest_there_is() -> None:
    request = BudgetRequest(goal=BudgetGoal.TARGET_RETURN, target=5.0)
    refuses(
        request, r"highest return the limits allow is 0\.7812 \(at 160.00 per week\), 4\.219 less than the target of 5"
    )


def test_a_target_cost_out_of_reach_says_the_lowest_there_is() -> None:
    request = BudgetRequest(goal=BudgetGoal.TARGET_RETURN, target=0.5)
    refuses(
        request,
        r"lowest cost of one the limits allow is 1\.28 \(at 160.00 per week\), 0\.78 more than the target of 0\.5",
        OutcomeKind.CONVERSION,
    )


def test_a_target_missed_by_a_quantile_says_of_what() -> None:
    models = set_with_curves([[50.0, 200.0], [20.0, 90.0], [10.0, 70.0]])
    request = BudgetRequest(goal=BudgetGoal.TARGET_RESPONSE, target=1e5, aim=PlanAim.LOW_QUANTILE)
    with pytest.raises(InfeasibleBudgetError, match="20% quantile over 3 models"):
        plan_for(models, request)


def test_nothing_to_give_money_to_is_refused_under_the_reference_rule() -> None:
    with pytest.raises(InfeasibleBudgetError, match="get nothing because no model finds an effect"):
        plan_for(set_with_curves([[0.0, 0.0]]), BudgetRequest(zero_rule=ZeroRule.REALLOCATE))


def test_a_window_without_spend_needs_a_budget() -> None:
    silent = replace(MODELS, design=replace(MODELS.design, spend=np.zeros_like(MODELS.design.spend)))
    with pytest.raises(InfeasibleBudgetError, match="No channel spent anything in the history window"):
        plan_for(silent, BudgetRequest(limits=wide_limits(silent, 100.0)))
    plan = plan_for(silent, BudgetRequest(limits=wide_limits(silent, 100.0), total_budget=1300.0))
    assert plan.total == pytest.approx(1300.0)


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (
            BudgetRequest(limits={"tv": SpendLimit(low=0, high=1)}),
            "The limits names? 'tv', .* there are paid_0, paid_1, paid_2",
        ),
        (BudgetRequest(locked=("tv",)), "The locks names? 'tv', which is no paid channel"),
        (BudgetRequest(calendar={"tv": np.ones(13)}), "The calendar names 'tv'"),
        (
            BudgetRequest(groups=(ChannelGroup(name="A", channels=("tv",), limit=SpendLimit(low=0, high=1)),)),
            "The group 'A' names 'tv'",
        ),
        (BudgetRequest(calendar={"paid_0": np.ones(5)}), "one number for each of the 13 periods, got 5"),
        (BudgetRequest(calendar={"paid_0": np.zeros(13)}), "not all 0; got 0 to 0"),
        (BudgetRequest(calendar={"paid_0": -np.ones(13)}), "at least 0 .* got -1 to -1"),
        (BudgetRequest(history="last_0"), "'last_1' to 'last_104'.*got 'last_0'"),
        (BudgetRequest(history="last_200"), "got 'last_200'"),
        (BudgetRequest(history="yesterday"), "got 'yesterday'"),
    ],
)
def test_what_does_not_exist_is_refused_with_what_does(request_: BudgetRequest, sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        plan_for(MODELS, request_)


def test_a_history_window_without_periods_names_the_first_and_last_one() -> None:
    with pytest.raises(
        SettingsError, match="between 2001-01-01 and 2001-02-01; they run from 2022-01-03 to 2023-12-25"
    ):
        plan_for(
            MODELS, BudgetRequest(history=(np.datetime64("2001-01-01").item(), np.datetime64("2001-02-01").item()))
        )


def test_a_channel_in_two_groups_is_refused() -> None:
    limit = SpendLimit(low=0.0, high=500.0)
    groups = tuple(ChannelGroup(name=name, channels=("paid_0",), limit=limit) for name in ("A", "B"))
    with pytest.raises(SettingsError, match="'paid_0' stands in the groups 'A' and 'B'"):
        plan_for(MODELS, BudgetRequest(groups=groups))
    with pytest.raises(SettingsError, match="Two groups are called 'A'"):
        plan_for(MODELS, BudgetRequest(groups=(groups[0], replace(groups[0], channels=("paid_1",)))))
