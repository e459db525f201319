"""Robyn's names of columns and hyperparameters, and ours.

Robyn calls a paid channel by the column it models, which is the exposure where there is one; we call it by its spend.
"""

from collections.abc import Mapping

from mmm_core.entities.robyn import INTERCEPT

_OURS = {
    "thetas": "theta",
    "alphas": "alpha",
    "gammas": "gamma",
    "shapes": "shape",
    "scales": "scale",
    "penalty": "penalty",
}
_ROBYNS = {ours: robyns for robyns, ours in _OURS.items()}
_OF_THE_MODEL = ("lambda", "train_size")
METRIC_NAMES: Mapping[str, str] = {
    "rsq_train": "rsq_train",
    "rsq_val": "rsq_val",
    "rsq_test": "rsq_test",
    "nrmse_train": "nrmse_train",
    "nrmse_val": "nrmse_val",
    "nrmse_test": "nrmse_test",
    "nrmse": "nrmse",
    "decomp.rssd": "decomp_rssd",
    "mape": "mape",
}
"""Robyn's names of the errors, in the order it writes them, to ours."""


def our_key(key: str, keys: Mapping[str, str]) -> str | None:
    """``search_clicks_alphas`` to ``search_spend_alpha``; None for what is no hyperparameter.

    Args:
        key: Robyn's.
        keys: Robyn's column names to ours, those that differ.
    """
    if key in _OF_THE_MODEL:
        return key
    column, _, ending = key.rpartition("_")
    return f"{keys.get(column, column)}_{_OURS[ending]}" if column and ending in _OURS else None


def robyn_key(key: str, names: Mapping[str, str]) -> str:
    """``search_spend_alpha`` to ``search_clicks_alphas``.

    Args:
        key: Ours.
        names: Our column names to Robyn's, those that differ.
    """
    if key in _OF_THE_MODEL:
        return key
    column, _, parameter = key.rpartition("_")
    return f"{names.get(column, column)}_{_ROBYNS[parameter]}"


def our_term(name: str, keys: Mapping[str, str]) -> str:
    """A term of Robyn's summary as we call it."""
    return "intercept" if name == INTERCEPT else keys.get(name, name)


def robyn_term(name: str, names: Mapping[str, str]) -> str:
    """A term as Robyn's summary calls it."""
    return INTERCEPT if name == "intercept" else names.get(name, name)
