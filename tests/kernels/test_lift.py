"""Lift studies by hand: one period, several channels, both scopes, both kinds of adstock."""

from collections.abc import Sequence

import numpy as np
import pytest

from mmm_core.kernels.adstock import GEOMETRIC, WEIBULL_CDF, carry_over, spread_over
from mmm_core.kernels.arrays import FloatArray
from mmm_core.kernels.lift import Medium, Studies, fill_lifted, lift_error, make_lift_scratch, predict_lift

INPUT = np.array([[0.0, 8.0, 4.0, 0.0, 2.0]])
"""With theta 0.5 the pressure is 0 8 8 4 4; with alpha 1 and half-saturation at 8 that is 0 1/2 1/2 1/3 1/3 of the ceiling."""

TOTAL, IMMEDIATE = 0, 1


def studies_of(
    *spans: tuple[int, int, int],
    media: Sequence[tuple[int, ...]] = (),
    amounts: Sequence[tuple[float, ...]] = (),
    day_share: Sequence[float] = (),
) -> Studies:
    """Studies of (row, n_periods, scope), each of medium 0 unless ``media`` says otherwise; all rows are modelled."""
    given = media or [(0,)] * len(spans)
    entries = sorted((c, s) for s, channels in enumerate(given) for c in channels)
    numbers = np.array([c for c, _ in entries])
    return Studies(
        starts=np.searchsorted(numbers, np.arange(max(numbers) + 2)),
        study=np.array([s for _, s in entries]),
        medium=numbers,
        spans=np.array([(row, row, n, scope, 0) for row, n, scope in spans]),
        amounts=np.array(amounts or [(1.0, 1.0, 1.0, 1.0)] * len(spans)),
        day_share=np.tile(day_share or [1.0] * max(n for _, n, _ in spans), (len(spans), 1)),
    )


def lifted(
    studies: Studies, media: FloatArray, weights: FloatArray | None = None, inflexion: float = 8.0
) -> list[float]:
    """What one unit of the coefficient of medium 0 brings, at theta 0.5 or with the weights of a Weibull; alpha is 1."""
    pressure, scratch = np.empty(media.shape[1]), make_lift_scratch(studies)
    if weights is None:
        carry_over(media, 0, 0.5, pressure)
    else:
        spread_over(media, 0, weights, len(weights), pressure)
    kind, columns = GEOMETRIC if weights is None else WEIBULL_CDF, (pressure / (pressure + inflexion))[None, :]
    medium = Medium(0, 0, kind, 0.5, 0.0, 1.0, inflexion)
    fill_lifted(medium, media, pressure, np.ones(1) if weights is None else weights, columns, studies, scratch)
    return scratch.lifted.tolist()


def test_a_total_study_adds_up_the_contributions_of_its_periods() -> None:
    assert lifted(studies_of((2, 2, TOTAL), (1, 4, TOTAL)), INPUT) == pytest.approx([1 / 2 + 1 / 3, 5 / 3])


def test_an_immediate_study_leaves_out_what_was_carried_into_it_and_keeps_what_arises_inside() -> None:
    # of the pressure 8 and 4, the 8 before the study left 4 and 2, which alone are 1/3 and 1/5 of the ceiling
    assert lifted(studies_of((2, 2, IMMEDIATE)), INPUT) == pytest.approx([(1 / 2 - 1 / 3) + (1 / 3 - 1 / 5)])


def test_a_study_of_one_period_works_in_both_scopes() -> None:
    studies = studies_of((2, 1, TOTAL), (2, 1, IMMEDIATE), (3, 1, IMMEDIATE))
    assert lifted(studies, INPUT) == pytest.approx([1 / 2, 1 / 2 - 1 / 3, 0.0])


def test_every_period_counts_by_its_own_share_of_days_in_both_scopes() -> None:
    studies = studies_of((2, 2, TOTAL), (2, 2, IMMEDIATE), day_share=[0.25, 0.5])
    by_hand = [0.25 / 2 + 0.5 / 3, 0.25 * (1 / 2 - 1 / 3) + 0.5 * (1 / 3 - 1 / 5)]
    assert lifted(studies, INPUT) == pytest.approx(by_hand)


def test_nothing_is_carried_into_a_study_that_begins_with_the_data() -> None:
    assert lifted(studies_of((0, 5, IMMEDIATE)), INPUT) == lifted(studies_of((0, 5, TOTAL)), INPUT)


def test_with_a_weibull_the_carry_over_of_a_study_is_that_of_the_model() -> None:
    media, weights = np.array([[8.0, 4.0, 2.0, 0.0]]), np.array([1.0, 0.5, 0.25, 0.0])
    # pressure 8 8 6 2; of 8 and 6 in the study its own input makes 4 and 4, so that 4 and 2 come from before
    by_hand = (8 / 10 - 4 / 6) + (6 / 8 - 2 / 4)
    assert lifted(studies_of((1, 2, IMMEDIATE)), media, weights, inflexion=2.0) == pytest.approx([by_hand])


def test_a_study_may_be_longer_than_the_carry_over_of_a_weibull() -> None:
    media, weights = np.array([[8.0, 4.0, 2.0, 0.0]]), np.array([1.0, 0.5])
    by_hand = (8 / 10 - 4 / 6) + 4 / 6 + 1 / 3
    assert lifted(studies_of((1, 3, IMMEDIATE)), media, weights, inflexion=2.0) == pytest.approx([by_hand])


def test_combined_channels_are_summed_and_scaled_to_the_days_of_the_study() -> None:
    half_the_days = (100.0, 100.0, 0.5, 1.0)
    studies = studies_of((0, 1, TOTAL), (0, 1, TOTAL), media=[(0, 1), (1,)], amounts=[half_the_days, (1.0,) * 4])
    predicted, scratch = np.empty(2), make_lift_scratch(studies)
    scratch.lifted[:] = [3.0, 4.0, 5.0]
    predict_lift(np.array([10.0, 20.0]), studies, scratch, predicted)
    assert predicted.tolist() == [0.5 * (10 * 3 + 20 * 4), 20 * 5]


def test_the_error_is_the_weighted_mean_of_the_shares_that_are_missed() -> None:
    studies = studies_of((0, 1, TOTAL), (1, 1, TOTAL), amounts=[(100.0, 100.0, 1.0, 3.0), (50.0, 200.0, 1.0, 1.0)])
    assert lift_error(studies, np.array([120.0, 150.0])) == pytest.approx((3 * 0.2 + 1 * 0.5) / 4)


def test_a_study_without_a_prediction_is_left_out_and_without_any_the_error_is_infinite() -> None:
    studies = studies_of((0, 1, TOTAL), (1, 1, TOTAL), amounts=[(100.0, 100.0, 1.0, 1.0)] * 2)
    assert lift_error(studies, np.array([np.nan, 150.0])) == 0.5
    assert lift_error(studies, np.array([np.nan, np.nan])) == np.inf
