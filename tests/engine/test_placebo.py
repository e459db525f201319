"""A channel against copies of itself at other times."""

import numpy as np
import pandas as pd

from mmm_core.engine.media_information import Earnings
from mmm_core.engine.placebo import FEWEST_FAKES, Placebo, run_placebo
from mmm_core.engine.posterior_problem import build_problem
from tests.posterior_data import market, market_table, sample_briefly


def null_table() -> pd.DataFrame:
    """Two channels that work and, last, one that does nothing."""
    table = market_table(n_channels=2, seed=1)
    table["c2"] = market_table(n_channels=1, seed=99)["c0"]
    return table


def share_as_good(table: pd.DataFrame, m: int) -> float:
    data = market(table)
    return run_placebo(build_problem(data), sample_briefly(data), m).share_as_good


def test_hardly_a_copy_of_a_working_channel_earns_as_much() -> None:
    assert share_as_good(null_table(), 0) < 0.03


def test_many_copies_of_a_channel_that_does_nothing_earn_as_much() -> None:
    assert share_as_good(null_table(), 2) > 0.1


def placebo_of(returns: list[float], gains: list[float]) -> Placebo:
    """A real one of return 1 and gain 1 against these."""
    return Placebo(Earnings(np.ones(1), np.ones(1)), Earnings(log_gain=np.array(gains), mean=np.array(returns)))


def test_the_real_one_counts_so_that_the_share_is_never_nothing() -> None:
    assert placebo_of([0.0] * 19, [0.0] * 19).share_as_good == 1 / 20
    assert placebo_of([2.0] + [0.0] * 18, [2.0] * 19).share_as_good == 2 / 20


def test_a_copy_that_earns_much_on_no_evidence_is_not_as_good() -> None:
    assert placebo_of([9.0] * 19, [0.0] * 19).n_as_good == 0


def test_too_few_copies_give_no_share() -> None:
    few = [0.0] * (FEWEST_FAKES - 1)
    assert np.isnan(placebo_of(few, few).share_as_good)


def test_copies_that_are_the_real_one_again_are_not_used() -> None:
    table = market_table(n_channels=1)
    table["c0"] = np.tile([100.0, 0.0], 60)  # every second shift is the channel itself
    data = market(table)
    placebo = run_placebo(build_problem(data), sample_briefly(data), 0)
    assert placebo.n_fakes < 60
