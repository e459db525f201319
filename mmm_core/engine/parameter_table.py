"""The hyperparameters of one model as tables people can read."""

import math

import numpy as np
import pandas as pd

from mmm_core.entities.fitted_model import FittedModel

MEDIA_PARAMETERS = ("theta", "shape", "scale", "alpha", "gamma", "penalty")


def channel_parameters(model: FittedModel) -> pd.DataFrame:
    """One row per channel: its hyperparameters, what they imply, and its shares.

    Returns:
        Columns ``channel``, those of :data:`MEDIA_PARAMETERS` the model has, ``half_life`` (periods until half of the
        pressure has faded; geometric only), ``half_saturation`` (units of the modelled column), ``coefficient``,
        ``carry_over_share``, ``spend_share`` and ``effect_share`` (paid channels only).
    """
    channels = list(model.inflexions)
    frame = pd.DataFrame({"channel": channels})
    for name in MEDIA_PARAMETERS:
        values = [model.hyperparameters.get(f"{channel}_{name}", math.nan) for channel in channels]
        if not all(map(math.isnan, values)):
            frame[name] = values
    if "theta" in frame:
        frame["half_life"] = [half_life(theta) for theta in frame["theta"]]
    for column, values_of in (
        ("half_saturation", model.inflexions),
        ("coefficient", model.coefficients),
        ("carry_over_share", model.carry_over_share),
        ("spend_share", model.spend_share),
        ("effect_share", model.effect_share),
    ):
        frame[column] = [values_of.get(channel, math.nan) for channel in channels]
    return frame


def model_parameters(model: FittedModel) -> pd.DataFrame:
    """One row per hyperparameter that belongs to no channel, and the metrics that exist: ``name``, ``value``."""
    of_channels = {f"{channel}_{name}" for channel in model.inflexions for name in MEDIA_PARAMETERS}
    rest = {name: value for name, value in model.hyperparameters.items() if name not in of_channels}
    metrics = {name: value for name, value in model.metrics.items() if np.isfinite(value)}
    values = rest | {"intercept": model.intercept} | metrics
    return pd.DataFrame({"name": list(values), "value": list(values.values())})


def half_life(theta: float) -> float:
    """Periods until half of the pressure has faded: ``ln 0.5 / ln theta``; 0 without carry-over, NaN when unknown."""
    if math.isnan(theta):
        return math.nan
    return math.log(0.5) / math.log(theta) if 0 < theta < 1 else 0.0
