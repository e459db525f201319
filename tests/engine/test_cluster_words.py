import numpy as np
import pytest

from mmm_core.engine.cluster_candidates import cluster_candidates
from mmm_core.engine.cluster_words import NOTEWORTHY, trait_sentence, traits_of
from mmm_core.entities.clusters import ClusterBasis, ClusterTrait
from mmm_core.entities.columns import OutcomeKind
from tests.cluster_builders import output_with

COLUMNS = ("intercept", "tv_spend", "print_spend", "search_spend", "search_cost")


def trait(column: str, parameter: str, difference: float) -> ClusterTrait:
    return ClusterTrait(column=column, parameter=parameter, difference=difference, inside=1.0, outside=0.0)


def say(*traits: ClusterTrait, kind: OutcomeKind = OutcomeKind.REVENUE) -> str:
    return trait_sentence(traits, COLUMNS, kind)


def test_a_sentence_names_the_channel_and_what_it_does() -> None:
    said = say(trait("tv_spend", "theta", 1.2), trait("print_spend", "gamma", -0.9))
    assert said == "TV carries over long; Print saturates early."


def test_traits_of_one_channel_share_its_name_and_channels_alike_share_the_words() -> None:
    assert (
        say(trait("tv_spend", "theta", 1), trait("tv_spend", "alpha", 1)) == "TV carries over long and starts slowly."
    )
    assert say(trait("tv_spend", "theta", 1), trait("print_spend", "theta", 1)) == "TV and Print carry over long."


def test_channels_that_would_read_the_same_keep_their_keys() -> None:
    assert say(trait("search_spend", "theta", 1)) == "search_spend carries over long."


@pytest.mark.parametrize(
    ("kind", "said"),
    [(OutcomeKind.REVENUE, "TV returns more."), (OutcomeKind.CONVERSION, "TV costs less per conversion.")],
)
def test_returns_are_said_in_the_words_of_the_outcome(kind: OutcomeKind, said: str) -> None:
    assert say(trait("tv_spend", "return", 1), kind=kind) == said


def test_a_cluster_like_all_others_says_so() -> None:
    assert say() == "Close to the average of all models."


def test_only_noteworthy_differences_are_traits_and_the_largest_comes_first() -> None:
    random = np.random.default_rng(1)
    values = random.normal(0.5, 0.1, (100, 6))
    values[:50, 4] += 0.3  # search_alpha
    values[:50, 2] -= 0.2  # tv_gamma
    candidates = cluster_candidates(
        output_with(values, np.ones((100, 2)), ["tv", "search"]), ClusterBasis.HYPERPARAMETERS
    )
    found = traits_of(candidates, np.arange(100) < 50)
    assert [(one.column, one.parameter) for one in found] == [("search", "alpha"), ("tv", "gamma")]
    assert found[0].difference > -found[1].difference > NOTEWORTHY


def test_a_channel_credited_with_nothing_is_passed_over() -> None:
    values = np.random.default_rng(1).normal(0.5, 0.1, (100, 6))
    values[:50, 0] += 0.5
    roas = np.ones((100, 2))
    roas[:40, 0] = 0.0
    candidates = cluster_candidates(output_with(values, roas, ["tv", "search"]), ClusterBasis.HYPERPARAMETERS)
    assert "tv" not in {one.column for one in traits_of(candidates, np.arange(100) < 50)}
