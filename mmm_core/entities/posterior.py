"""The averaged estimate: thousands of plausible models drawn from what the data and the prior say together."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mmm_core.entities.design import FloatArray, IntArray
from mmm_core.entities.model_set import ModelSet, SetKind
from mmm_core.errors import SettingsError

CHANNEL_COLUMNS = (
    "channel",
    "is_paid",
    "spend",
    "contribution",
    "contribution_low",
    "contribution_high",
    "prior_contribution_low",
    "prior_contribution_high",
    "roas",
    "roas_low",
    "roas_high",
    "prior_roas",
    "prior_roas_low",
    "prior_roas_high",
    "probability_nothing",
    "probability_below_break_even",
)
"""Columns of :attr:`Posterior.channels`."""

REPORTED = ("returns", "media", "common_return", "sigma")
"""Quantities whose chains must have come together; adstock and saturation behind them often cannot be told apart."""

DIAGNOSTIC_COLUMNS = ("quantity", "channel", "mean", "sd", "median", "low", "high", "r_hat", "sample_size")
"""Columns of :attr:`Posterior.diagnostics`."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Posterior:
    """Draws, how well the chains mixed, and the prior beside them. Arrays and tables only, so that it can be stored.

    Intervals (``_low``, ``_high``) run from the 2.5% to the 97.5% quantile; they are called "about 90%" because on markets whose
    truth is known they hold it about as often. Draws of one chain stand together, chains in order.

    Attributes:
        model_set: The draws as models: contributions, response curves, weekly posterior means.
        theta: Geometric carry-over, NaN for other kinds, shape (n_draws, n_media).
        shape: Weibull shape, NaN for geometric, same shape.
        scale: Weibull scale, NaN for geometric, same shape.
        alpha: Shape of the Hill curve, same shape.
        gamma: Half-saturation point as a share of the largest pressure, same shape.
        returns: r: contribution divided by ``size``; 0 where the draw says that the channel does nothing, same shape.
        size: e: the scale of the contributions, ``spend**0.75`` scaled to the spend of all paid channels (organic: their mean);
            negative for a channel that can only harm, shape (n_media,).
        sigma: Standard deviation of the noise, outcome units, shape (n_draws,).
        common_return: R: the return all channels are drawn to, shape (n_draws,).
        stiffness: Which prior of the baseline the draw has (slope major, level minor), shape (n_draws,).
        n_chains: Chains.
        sweeps: Sweeps per chain, burn-in included.
        burn_in: Sweeps at the beginning of each chain that are not used.
        thin: Sweeps from one draw to the next.
        seed: Of the chains.
        channels: One row per medium in design order, columns :data:`CHANNEL_COLUMNS`. ``contribution`` is the posterior mean,
            ``roas`` that mean per unit of spend (NaN for organic), so that both tell
            the same; ``probability_below_break_even`` is NaN without a break-even.
        diagnostics: One row per quantity: theta, shape, scale, alpha, gamma, returns per channel, then sigma, common_return and
            media (total contribution of all media); columns :data:`DIAGNOSTIC_COLUMNS`. ``r_hat`` is the rank-normalised split
            R-hat, ``sample_size`` the bulk effective sample size; NaN for what is fixed.
        break_even_roas: What ``probability_below_break_even`` was measured against; None when unknown.
        media_share: Mean share of all media in the outcome, then its low and high end.
        prior_media_share: Median before the data, then its low and high end.
        representative: The draw closest to the mean contributions: to show one model, never to allocate from.
        warnings: What these data cannot say, and what to do about it.
        notes: Choices made on the way.
        seconds: Time taken.
    """

    model_set: ModelSet
    theta: FloatArray
    shape: FloatArray
    scale: FloatArray
    alpha: FloatArray
    gamma: FloatArray
    returns: FloatArray
    size: FloatArray
    sigma: FloatArray
    common_return: FloatArray
    stiffness: IntArray
    n_chains: int
    sweeps: int
    burn_in: int
    thin: int
    seed: int
    channels: pd.DataFrame
    diagnostics: pd.DataFrame
    break_even_roas: float | None
    media_share: tuple[float, float, float]
    prior_media_share: tuple[float, float, float]
    representative: int
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    seconds: float

    def __post_init__(self) -> None:
        n_draws, n_media = len(self.model_set.names), len(self.model_set.design.media_names)
        for name in ("theta", "shape", "scale", "alpha", "gamma", "returns"):
            if getattr(self, name).shape != (n_draws, n_media):
                raise SettingsError(
                    f"Posterior.{name} must have the shape {(n_draws, n_media)}, got {getattr(self, name).shape}."
                )
        for name in ("sigma", "common_return", "stiffness"):
            if getattr(self, name).shape != (n_draws,):
                raise SettingsError(
                    f"Posterior.{name} must have the shape {(n_draws,)}, got {getattr(self, name).shape}."
                )
        if self.model_set.kind is not SetKind.POSTERIOR:
            raise SettingsError(f"Posterior.model_set must be of the kind posterior, got {self.model_set.kind.value}.")
        if n_draws % self.n_chains:
            raise SettingsError(f"{n_draws} draws cannot come from {self.n_chains} chains of equal length.")

    @property
    def n_draws(self) -> int:
        """Draws of all chains."""
        return len(self.sigma)

    @property
    def chain(self) -> IntArray:
        """Number of the chain each draw comes from, shape (n_draws,)."""
        return np.repeat(np.arange(self.n_chains), self.n_draws // self.n_chains)

    @property
    def roas(self) -> FloatArray:
        """Outcome per unit of spend in every draw, paid channels, shape (n_draws, n_paid)."""
        design = self.model_set.design
        spend = design.spend[design.rows].sum(axis=0)
        draws: FloatArray = self.model_set.media_contributions[:, : design.n_paid] / spend
        return draws

    @property
    def worst_r_hat(self) -> float:
        """The largest R-hat of what is reported: returns, their total, common return and noise."""
        table = self.diagnostics
        return float(table.loc[table["quantity"].isin(REPORTED), "r_hat"].max())
