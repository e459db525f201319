import dataclasses
import datetime as dt

import numpy as np
import pytest

from mmm_core.engine.budget_form import (
    CHOSEN_DAYS,
    BudgetForm,
    BudgetSpan,
    GroupLine,
    fitted_calendar,
    form_of,
    request_from,
    with_limit,
)
from mmm_core.entities.budget import BudgetGoal, BudgetRequest, PlanAim, SpendLimit
from mmm_core.entities.columns import OutcomeKind
from mmm_core.errors import SettingsError

SPEND = {"tv_spend": 1000.0, "search_spend": 500.0}
NAMES = {"tv_spend": "TV", "search_spend": "Search"}


def asked(form: BudgetForm, kind: OutcomeKind = OutcomeKind.REVENUE) -> BudgetRequest:
    return request_from(form, SPEND, NAMES, kind)


def problems(form: BudgetForm, kind: OutcomeKind = OutcomeKind.REVENUE) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as error:
        asked(form, kind)
    return error.value.problems


def test_an_untouched_form_asks_to_spend_as_much_as_today_best() -> None:
    request = asked(BudgetForm())
    assert (request.goal, request.total_budget, request.n_periods) == (BudgetGoal.MAX_RESPONSE, None, 13)
    assert (request.limits, request.default_limits, request.history) == ({}, (0.5, 2.0), "all")


def test_a_budget_per_period_is_taken_times_the_horizon() -> None:
    assert asked(BudgetForm(budget_text="€ 1.5k", budget_span=BudgetSpan.PERIOD, n_periods=4)).total_budget == 6000
    assert asked(BudgetForm(budget_text="250.000,00", n_periods=4)).total_budget == 250_000


@pytest.mark.parametrize("text", ["0", "-5", "€0"])
def test_a_budget_of_nothing_or_less_is_refused(text: str) -> None:
    (problem,) = problems(BudgetForm(budget_text=text))
    assert problem.startswith(f"The budget must be an amount above 0, got {text!r}.")


def test_a_budget_that_is_no_amount_is_refused_with_what_was_got() -> None:
    assert "got 'a lot'" in problems(BudgetForm(budget_text="a lot"))[0]


@pytest.mark.parametrize(
    ("goal", "kind", "said"),
    [
        (BudgetGoal.TARGET_RETURN, OutcomeKind.REVENUE, "The target ROAS must be"),
        (BudgetGoal.TARGET_RETURN, OutcomeKind.CONVERSION, "The target cost per conversion must be"),
        (BudgetGoal.TARGET_RESPONSE, OutcomeKind.REVENUE, "The sales to reach must be"),
        (BudgetGoal.TARGET_RESPONSE, OutcomeKind.CONVERSION, "The conversions to reach must be"),
    ],
)
def test_a_target_that_is_missing_is_asked_for_by_name(goal: BudgetGoal, kind: OutcomeKind, said: str) -> None:
    (problem,) = problems(BudgetForm(goal=goal), kind)
    assert problem.startswith(said)
    assert "nothing was typed" in problem


def test_a_target_leaves_the_budget_out_and_keeps_its_decimals() -> None:
    request = asked(BudgetForm(goal=BudgetGoal.TARGET_RETURN, return_text="3,125", budget_text="nonsense"))
    assert (request.target, request.total_budget) == (3.125, None)


def test_a_minimum_above_its_maximum_is_refused_by_name() -> None:
    (problem,) = problems(BudgetForm(limits={"tv_spend": (900.0, 300.0)}))
    assert problem.startswith("TV must spend at least 900 and at most 300: the minimum is above the maximum.")


def test_an_end_that_is_left_open_follows_what_all_channels_may() -> None:
    limits = asked(BudgetForm(limits={"tv_spend": (800.0, None), "search_spend": (None, 100.0)})).limits
    assert limits == {"tv_spend": SpendLimit(low=800, high=2000), "search_spend": SpendLimit(low=100, high=100)}


def test_a_lock_counts_and_the_limits_beneath_it_are_kept_for_later() -> None:
    form = BudgetForm(limits={"tv_spend": (900.0, 300.0)}, locked=("tv_spend",))
    request = asked(form)
    assert (request.locked, request.limits) == (("tv_spend",), {})
    assert form.limits


def test_everything_that_is_wrong_is_said_at_once() -> None:
    said = problems(
        BudgetForm(
            budget_text="much",
            limits={"tv_spend": (9.0, 3.0)},
            groups=(GroupLine(name="Online", low=1.0), GroupLine(channels=("tv_spend",))),
            history=CHOSEN_DAYS,
            first_day=dt.date(2024, 2, 1),
            last_day=dt.date(2024, 1, 1),
            freedom=(120.0, 80.0),
        )
    )
    assert len(said) == 6
    for part in (
        "'much'",
        "TV must spend",
        "'Online' has no channel",
        "'Group 2' has no limit",
        "2024-02-01",
        "factors",
    ):
        assert any(part in sentence for sentence in said), part


def test_empty_lines_of_groups_are_left_out_and_an_open_end_has_no_limit() -> None:
    (group,) = asked(BudgetForm(groups=(GroupLine(), GroupLine(channels=("tv_spend",), low=5.0)))).groups
    assert (group.name, group.limit) == ("Group 1", SpendLimit(low=5.0, high=float("inf")))


def test_a_calendar_counts_only_when_it_says_something() -> None:
    calendar = {"tv_spend": (0.0, 2.0), "search_spend": (1.0, 1.0, 1.0)}
    form = BudgetForm(n_periods=3, by_period=True, calendar=calendar)
    assert list(asked(form).calendar) == ["tv_spend"]
    assert asked(form).calendar["tv_spend"].tolist() == [0, 2, 1]
    assert asked(dataclasses.replace(form, by_period=False)).calendar == {}


def test_a_calendar_is_cut_to_a_shorter_horizon() -> None:
    form = BudgetForm(n_periods=1, calendar={"tv_spend": (3.0, 2.0)})
    assert fitted_calendar(form, "tv_spend").tolist() == [3.0]


def test_a_limit_is_set_and_taken_off() -> None:
    form = with_limit(BudgetForm(), "tv_spend", (1.0, 2.0))
    assert form.limits == {"tv_spend": (1.0, 2.0)}
    assert with_limit(form, "tv_spend", None).limits == {}


def test_a_form_made_of_a_request_asks_the_same_again() -> None:
    request = BudgetRequest(
        total_budget=1e6 / 3,
        n_periods=2,
        history=(dt.date(2024, 1, 1), dt.date(2024, 3, 25)),
        limits={"search_spend": SpendLimit(low=0.0, high=1e5)},
        default_limits=(0.25, 3.0),
        locked=("tv_spend",),
        calendar={"tv_spend": np.array([0.0, 2.0])},
        may_spend_less=True,
        aim=PlanAim.LOW_QUANTILE,
        quantile=0.1,
    )
    again = asked(form_of(request))
    for name in ("total_budget", "n_periods", "history", "limits", "default_limits", "locked", "may_spend_less", "aim"):
        assert getattr(again, name) == getattr(request, name), name
    assert again.calendar["tv_spend"].tolist() == [0.0, 2.0]


def test_a_target_comes_back_to_the_last_digit() -> None:
    request = BudgetRequest(goal=BudgetGoal.TARGET_RETURN, target=0.1 + 0.2)
    assert asked(form_of(request)).target == 0.1 + 0.2
