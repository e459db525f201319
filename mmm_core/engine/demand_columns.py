"""Demand that nothing in the table shows, as far as the spend of channels bought by people who already look gives it away."""

import re

import numpy as np

from mmm_core.entities.columns import PaidMedia, Sign
from mmm_core.entities.design import FloatArray
from mmm_core.entities.mmmdata_collection import MMMDataCollection

EXPLAINED = 0.3
"""From this share on, context is taken to show the demand that moves a channel."""

_DEMAND_LED = re.compile(r"search|sem\b|adwords|shopping|retarget|remarket|price_?comparison", re.I)
"""Bought when people already look: their spend rises with demand by the way they are sold (Chen et al. 2018, on search ads)."""


def is_demand_led(channel: str) -> bool:
    """Whether the name says that the channel is bought by people who already look."""
    return _DEMAND_LED.search(channel) is not None


def shows_demand(data: MMMDataCollection, column: str) -> bool:
    """Whether a term is a context column that could be demand: one the user did not say to be harmful."""
    return any(context.column == column and context.sign is not Sign.NEGATIVE for context in data.settings.context)


def explained_share(plain: FloatArray, shown: FloatArray, series: FloatArray) -> float:
    """R squared of ``shown``, shape (k, n), for ``series``, shape (n,), after ``plain``, shape (j, n), was taken out of both."""
    if not len(shown):
        return 0.0
    rest = _residual(plain, np.vstack([series, shown]))
    total = float(rest[0] @ rest[0])
    left = _residual(rest[1:], rest[:1])[0]
    return 1.0 - float(left @ left) / total if total > 0 else 0.0


def demand_proxies(data: MMMDataCollection, plain: FloatArray, shown: FloatArray) -> list[FloatArray]:
    """``ln(1 + x / mean x)``, standardised, of every demand-led channel's modelled input that context does not explain.

    Args:
        data: Table and settings.
        plain: Intercept, season and weekday on the modelled rows, shape (j, n_rows).
        shown: Context that may show demand, shape (k, n_rows).
    """
    series = [_input_of(data, paid) for paid in data.settings.paid_media if is_demand_led(paid.spend)]
    return [
        (logs - logs.mean()) / logs.std()
        for x in series
        if explained_share(plain, shown, x) < EXPLAINED
        for logs in [np.log1p(x / x.mean())]
    ]


def _input_of(data: MMMDataCollection, paid: PaidMedia) -> FloatArray:
    """On the modelled rows."""
    return data.table[paid.modelled_column].to_numpy(dtype=np.float64)[data.rows]


def _residual(columns: FloatArray, series: FloatArray) -> FloatArray:
    """Least-squares residual of series of shape (m, n) on columns of shape (k, n)."""
    slopes = np.linalg.lstsq(columns.T, series.T, rcond=None)[0]
    residual: FloatArray = series - (columns.T @ slopes).T
    return residual
