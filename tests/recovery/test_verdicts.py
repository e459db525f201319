"""Verdicts are counted on the channels they are promised for."""

from dataclasses import replace

import numpy as np
import pytest

from tests.recovery.records import Known, Record
from tests.recovery.test_records import record
from tests.recovery.verdicts import verdict_rates

JUDGED = Known(
    channels=("null", "strong", "strong too", "steady", "weak"),
    contribution=(0.0, 200.0, 100.0, 300.0, 20.0),
    spend=(10.0,) * 5,
    variation=(1.0, 0.8, 1.5, 0.5, 2.0),
    outcome=2_000.0,
    best_evenly=0.1,
    best_flighted=0.1,
    tags={},
)
ACT, TEST = "act on it", "test it first"


def judged(*said: tuple[str, str]) -> Record:
    return replace(record("core 1", "verdicts"), known=JUDGED, answers=(), verdicts=said)


def test_null_channels_count_when_their_spend_would_be_moved_and_strong_ones_when_one_may_act() -> None:
    one = judged((ACT, "raise"), (ACT, "keep"), (TEST, ""), (ACT, "raise"), (ACT, "lower"))
    two = judged((ACT, "keep"), (ACT, "lower"), (ACT, "raise"), (TEST, ""), (TEST, ""))
    rates = verdict_rates([one, two, record("core 2")])
    assert (rates.n_null, rates.n_strong, rates.n_markets) == (2, 4, 2)
    assert rates.null_moved == pytest.approx(0.5)
    assert rates.strong_acted == pytest.approx(0.75)
    assert rates.strong_moved == pytest.approx(0.5)


def test_without_cards_no_rate_is_claimed() -> None:
    assert np.isnan(verdict_rates([record("core 1")]).null_moved)
