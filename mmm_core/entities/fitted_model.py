"""One model in full."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from mmm_core.entities.calibration import StudyFit
from mmm_core.entities.columns import Frequency
from mmm_core.entities.design import FloatArray

TIME_PARTS = ("train", "validation", "not used", "test")
"""In the order of time. Candidates of a search have the test part in common, so that some of them do not use the periods
between their own validation part and it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResponseCurve:
    """What a channel brings per period at other levels of spend.

    Attributes:
        channel: Channel key.
        spend: Spend per period, currency, shape (n_points,).
        response: Outcome per period, same shape: ``coefficient * h(spend + mean carry-over)``.
        carry_over_response: The part that comes from earlier periods' carry-over, outcome per period.
        mean_spend: Mean spend per period over the modelled rows.
        mean_response: Outcome at the mean spend.
    """

    channel: str
    spend: FloatArray
    response: FloatArray
    carry_over_response: float
    mean_spend: float
    mean_response: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FittedModel:
    """One model in full: what :func:`mmm_core.refit_model` answers.

    Attributes:
        hyperparameters: Flat keys to values; ``lambda`` is the final lambda.
        solver: "exact" or "glmnet".
        intercept: Outcome per period; 0 when it was dropped.
        has_intercept: False when it was dropped (df.int = 0 in R).
        coefficients: By model column, outcome per transformed unit.
        metrics: The names of ``METRICS`` to values; NaN where there is no such part.
        lambda_bounds: Range of lambda on this data, low and high.
        weekly: Contribution per period and term; index = date, columns = term names; sums to ``fitted``.
        outcome: Actual outcome per period, same index.
        fitted: Same index.
        part: One of :data:`TIME_PARTS` per period, same index.
        immediate: Immediate part of each medium's contribution, same index, columns = media.
        carry_over: Carry-over part, same shape; immediate + carry_over = weekly.
        saturated: Hill-transformed media, same shape.
        inflexions: Half-saturation point per medium, units of the modelled column.
        inflations: Sum of adstocked over sum of raw input per medium.
        contributions: Sum over the modelled periods per term.
        total_spend: Per paid channel, over the modelled periods.
        spend_share: Per paid channel.
        effect_share: Per paid channel.
        roas: Contribution per unit of spend, per paid channel.
        carry_over_share: Share of each medium's contribution that is carry-over; NaN when it contributes nothing.
        frequency: Length of a period.
        studies: What it makes of every lift study that lies in the modelled periods; ``metrics["mape"]`` is their weighted
            mean error.
    """

    hyperparameters: Mapping[str, float]
    solver: str
    intercept: float
    has_intercept: bool
    coefficients: Mapping[str, float]
    metrics: Mapping[str, float]
    lambda_bounds: tuple[float, float]
    weekly: pd.DataFrame
    outcome: pd.Series
    fitted: pd.Series
    part: pd.Series
    immediate: pd.DataFrame
    carry_over: pd.DataFrame
    saturated: pd.DataFrame
    inflexions: Mapping[str, float]
    inflations: Mapping[str, float]
    contributions: Mapping[str, float]
    total_spend: Mapping[str, float]
    spend_share: Mapping[str, float]
    effect_share: Mapping[str, float]
    roas: Mapping[str, float]
    carry_over_share: Mapping[str, float]
    frequency: Frequency
    studies: tuple[StudyFit, ...] = ()
