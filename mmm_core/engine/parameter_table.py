"""The hyperparameters of one model as tables people can read."""

import math

import numpy as np
import pandas as pd

from mmm_core.engine.curve_preview import geometric_half_life
from mmm_core.entities.fitted_model import FittedModel

_MEANINGS = {
    "lambda": "shrinkage of all coefficients",
    "train_size": "share of the periods the model was fitted to",
    "intercept": "constant part of the baseline per period",
    "nrmse": "error of fit",
    "decomp_rssd": "gap between shares of effect and shares of spend",
    "mape": "gap to the lift studies",
    "nrmse_train": "error of fit, periods it was fitted to",
    "nrmse_val": "error of fit, validation periods",
    "nrmse_test": "error of fit, test periods",
    "rsq_train": "adjusted R², periods it was fitted to",
    "rsq_val": "adjusted R², validation periods",
    "rsq_test": "adjusted R², test periods",
}
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
        frame["half_life"] = [geometric_half_life(theta) for theta in frame["theta"]]
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
    """One row per hyperparameter that belongs to no channel and per metric that exists: ``name``, ``meaning``, ``value``.

    The error against lift studies stands there only when there were some.
    """
    of_channels = {f"{channel}_{name}" for channel in model.inflexions for name in MEDIA_PARAMETERS}
    rest = {name: value for name, value in model.hyperparameters.items() if name not in of_channels}
    metrics = {
        name: value for name, value in model.metrics.items() if np.isfinite(value) and (name, value) != ("mape", 0)
    }
    values = rest | {"intercept": model.intercept} | metrics
    meanings = [_MEANINGS.get(name, "") for name in values]
    return pd.DataFrame({"name": list(values), "meaning": meanings, "value": list(values.values())})
