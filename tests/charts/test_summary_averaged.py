import dataclasses

from mmm_core.charts.summary import found_sentences
from mmm_core.charts.vocabulary import vocabulary
from mmm_core.runs.headline import summarise
from tests.charts.run_builder import build_result
from tests.posterior_data import market, market_table, sample_briefly


def test_the_recommended_answer_comes_first_and_never_without_its_interval() -> None:
    posterior = sample_briefly(market(market_table(100, 3)))
    result = dataclasses.replace(build_result(100, channels=("c0", "c1", "c2")), posterior=posterior)
    recommended, tried, best, _ = found_sentences(result, vocabulary(result))
    assert recommended.startswith(f"Recommended (averaged over {posterior.n_draws:,} plausible models)")
    assert "about 90% (posterior)" in recommended
    assert tried.startswith("100 models were tried")
    assert "spread across" in best


def test_the_headline_is_that_of_the_averaged_estimate() -> None:
    posterior = sample_briefly(market(market_table(100, 3)))
    result = dataclasses.replace(build_result(100, channels=("c0", "c1", "c2")), posterior=posterior)
    leading = posterior.channels.sort_values("contribution", ascending=False)["channel"].head(2)
    assert all(name.capitalize() in summarise(result) for name in leading)
    assert f"(averaged over {posterior.n_draws:,} plausible models); 100 models searched" in summarise(result)
