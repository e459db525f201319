"""A truth put on the user's own spend: what would have been seen if a model were right."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mmm_core.engine.simulate_media import autoregression
from mmm_core.engine.simulate_response import geometric_weights, pressure_of, responses, saturation_of
from mmm_core.entities.design import Design, FloatArray
from mmm_core.entities.market import CarryKind, ChannelTruth, CurveKind
from mmm_core.errors import SettingsError


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OutcomeTruth:
    """A truth to put on a design's own spend.

    Attributes:
        media: How every medium works, paid first, in design order.
        baseline: Outcome without media, shape (n_all,).
        noise_sd: Of the noise, outcome units.
        autocorrelation: Of the noise from period to period, 0 <= autocorrelation < 1.
    """

    media: tuple[ChannelTruth, ...]
    baseline: FloatArray
    noise_sd: float
    autocorrelation: float = 0.0


def simulate_outcome(design: Design, truth: OutcomeTruth, seed: int) -> FloatArray:
    """What would have been seen on this design's media if ``truth`` were true.

    Args:
        design: Whose media and periods.
        truth: What is to be true.
        seed: Of the noise.

    Returns:
        Outcome, shape (n_all,); below 0 is possible where the noise is large.

    Raises:
        SettingsError: The truth is about other media or another number of periods.
    """
    names = tuple(one.channel for one in truth.media)
    if names != design.media_names or truth.baseline.shape != design.outcome.shape:
        raise SettingsError(
            f"The truth must be about the media {', '.join(design.media_names)} and {len(design.outcome)} periods; got "
            f"{', '.join(names)} and {len(truth.baseline)}."
        )
    noise = truth.noise_sd * autoregression(np.random.default_rng(seed), len(truth.baseline), truth.autocorrelation)
    outcome: FloatArray = truth.baseline + responses(design.media, truth.media).sum(axis=1) + noise
    return outcome


def medium_truth(design: Design, channel: str, parameters: Mapping[str, float], contribution: float) -> ChannelTruth:
    """Geometric adstock and a Hill curve with a given contribution: one draw of a posterior as a truth.

    Args:
        design: Whose media.
        channel: Key of a medium.
        parameters: ``theta``, ``alpha`` and ``gamma`` (half-saturation as a share of the largest modelled pressure).
        contribution: Over the modelled periods, outcome units, at least 0.

    Raises:
        SettingsError: There is no such medium.
    """
    if channel not in design.media_names:
        raise SettingsError(f"No channel is called {channel!r}; there are {', '.join(design.media_names)}.")
    c = design.media_names.index(channel)
    weights = geometric_weights(parameters["theta"])
    pressure = pressure_of(design.media[:, c], weights)[design.rows]
    half = parameters["gamma"] * float(pressure.max())
    saturated = saturation_of(pressure, CurveKind.HILL, parameters["alpha"], half)
    spend = float(design.spend[design.rows, c].sum()) if c < design.n_paid else 0.0
    return ChannelTruth(
        channel=channel,
        carry=CarryKind.GEOMETRIC,
        lag_weights=weights,
        curve=CurveKind.HILL,
        shape=parameters["alpha"],
        half=half,
        ceiling=contribution / float(saturated.sum()),
        strength=np.ones(len(design.outcome)),
        units_per_spend=float(design.media[design.rows, c].sum()) / spend if spend > 0 else 1.0,
    )
