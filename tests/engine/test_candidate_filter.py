import numpy as np
import pytest

from mmm_core.engine.candidate_filter import (
    CandidateFilter,
    passing,
    ranked_ids,
    roas_interval,
    rule_sentences,
    survivor_table,
)
from mmm_core.entities.columns import OutcomeKind
from mmm_core.errors import BoundsError
from tests.charts.run_builder import build_result

NAMES = {"tv_spend": "TV", "search_spend": "Search", "social_spend": "Social"}


def test_an_empty_filter_keeps_every_candidate() -> None:
    assert passing(CandidateFilter(), build_result(50)).all()


def test_all_rules_must_hold_at_once() -> None:
    result = build_result(300)
    rules = CandidateFilter(min_rsq=0.5, roas={"tv_spend": (1.0, 3.0)}, baseline=(0.3, np.inf))
    keep, output = passing(rules, result), result.collection.model_output
    assert 0 < keep.sum() < 300
    assert output.metric("rsq_train")[keep].min() >= 0.5
    tv = output.roas[keep, output.paid_names.index("tv_spend")]
    assert 1 <= tv.min() <= tv.max() <= 3
    assert output.baseline_share[keep].min() >= 0.3


def test_a_model_with_a_channel_at_zero_is_left_out_on_request() -> None:
    result = build_result(20)
    result.collection.model_output.trials[0].contributions[4, -1] = 0.0
    keep = passing(CandidateFilter(no_zero=True), result)
    assert np.flatnonzero(~keep).tolist() == [4]


def test_an_effect_share_that_rounds_to_nothing_is_zero_as_in_the_search() -> None:
    result = build_result(20)
    contributions = result.collection.model_output.trials[0].contributions
    contributions[4:6, -3:] = [[1.0, 1.0, 0.00009], [1.0, 1.0, 0.00011]]
    keep = passing(CandidateFilter(no_zero=True), result)
    assert keep[4:6].tolist() == [False, True]


def test_only_the_fronts_leaves_the_models_on_the_chosen_fronts() -> None:
    result = build_result(100)
    keep = passing(CandidateFilter(on_fronts=True), result)
    assert set(np.array(result.collection.model_output.solution_ids)[keep]) == set(result.pareto["solution_ids"])


def test_rules_are_said_in_business_words() -> None:
    rules = CandidateFilter(
        no_zero=True, on_fronts=True, min_rsq=0.8, baseline=(0.3, np.inf), roas={"tv_spend": (1.0, 3.0)}
    )
    assert list(rule_sentences(rules, NAMES, OutcomeKind.REVENUE, "€").values()) == [
        "only models on the fronts",
        "no paid channel at zero",
        "fit at least R² 0.8",
        "baseline at least 30%",
        "ROAS of TV between 1 and 3",
    ]


def test_for_conversions_a_cost_range_is_kept_and_said_as_a_cost() -> None:
    ends = roas_interval(10, 40, OutcomeKind.CONVERSION)
    assert ends == (1 / 40, 1 / 10)
    rules = CandidateFilter(roas={"tv_spend": ends})
    said = rule_sentences(rules, NAMES, OutcomeKind.CONVERSION, "€")
    assert said == {"roas:tv_spend": "CPA of TV between €10 and €40"}


@pytest.mark.parametrize(
    ("low", "high", "expected"), [(2, None, (2, np.inf)), (None, 3, (-np.inf, 3)), (None, None, None)]
)
def test_an_end_left_empty_is_open(low: float | None, high: float | None, expected: tuple[float, float] | None) -> None:
    assert roas_interval(low, high, OutcomeKind.REVENUE) == expected


@pytest.mark.parametrize(("low", "high", "message"), [(3, 1, "low end first; got 3 to 1"), (-1, 2, "below 0; got -1")])
def test_a_range_upside_down_or_below_zero_is_refused(low: float, high: float, message: str) -> None:
    with pytest.raises(BoundsError, match=message):
        roas_interval(low, high, OutcomeKind.REVENUE)


def test_taking_a_rule_out_leaves_the_others() -> None:
    rules = CandidateFilter(no_zero=True, min_rsq=0.8, roas={"tv_spend": (1, 3)})
    assert rules.without("roas:tv_spend") == CandidateFilter(no_zero=True, min_rsq=0.8)
    assert rules.without("fit").min_rsq is None


def test_a_channel_the_run_has_not_is_refused() -> None:
    with pytest.raises(BoundsError, match="no paid channel of this run"):
        passing(CandidateFilter(roas={"radio": (0, 1)}), build_result(5))


def test_survivors_come_with_the_fronts_first_and_the_recommended_model_leads_the_choice() -> None:
    result = build_result(100)
    keep = np.ones(100, dtype=bool)
    table = survivor_table(result, keep)
    assert table["on_front"].tolist() == sorted(table["on_front"], reverse=True)
    assert "baseline_share" in table
    assert ranked_ids(result, keep, limit=20)[0] == result.pareto["recommended_id"]
    assert len(ranked_ids(result, keep, limit=20)) == 20


@pytest.mark.parametrize("kind", list(OutcomeKind))
def test_a_range_from_zero_without_a_high_end_is_no_rule(kind: OutcomeKind) -> None:
    assert roas_interval(0, None, kind) is None
    assert rule_sentences(CandidateFilter(roas={"tv_spend": (0.0, np.inf)}), NAMES, kind, "€") == {}


@pytest.mark.parametrize(
    ("ends", "sentence"),
    [
        ((0.1, None), "CPA of TV at least €0.1"),
        ((0, 40), "CPA of TV at most €40"),
        ((None, 40), "CPA of TV at most €40"),
    ],
)
def test_a_cost_open_on_one_side_names_the_other(ends: tuple[float, float], sentence: str) -> None:
    rules = CandidateFilter(roas={"tv_spend": roas_interval(*ends, OutcomeKind.CONVERSION)})
    assert list(rule_sentences(rules, NAMES, OutcomeKind.CONVERSION, "€").values()) == [sentence]
