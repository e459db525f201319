"""What the posterior sampler is asked: data, media on the scale of their returns, and what is believed before."""

from typing import NamedTuple

import numpy as np

from mmm_core.engine.candidate_evaluator import KIND_CODES
from mmm_core.engine.features import build_media_design
from mmm_core.engine.posterior_baseline import BaselineColumns, build_baseline
from mmm_core.engine.posterior_lifts import observe_lifts
from mmm_core.entities.columns import AdstockKind
from mmm_core.entities.design import Design, FloatArray
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.settings import DEFAULT_BOUNDS, Interval, ModelSettings
from mmm_core.kernels.sampler_baseline import factorise_baseline, gather
from mmm_core.kernels.sampler_media import N_PARAMETERS, MediaInput
from mmm_core.kernels.sampler_state import SamplerData, SamplerPrior

PRIOR_BOUNDS: dict[str, Interval] = {"theta": (0.0, 0.8), "alpha": (0.5, 3.0), "gamma": (0.3, 1.0)}
"""Where the user gave no bounds; Weibull shape and scale keep the defaults of the search."""

PARAMETER_ORDER = ("alpha", "gamma", "decay", "scale")
NOTHING = 0.1
"""Probability before that a channel does nothing."""

_SPEND_EXPONENT = 0.75
_USUAL_SHARE = 0.17
_COMMON_LOG_SD = 0.5
"""Share of the outcome that all media bring: centre and log sd of R. On core development markets 300 to 499,
together with the column for unseen demand, wape falls from 0.477 to 0.439 (paired -0.037 +- 0.008) against 0.2 and 0.7 without
it; `python -m tests.recovery.recover --development --markets 500 --only recommended` before and after holds these markets."""
_SHARE_LIMITS = (0.01, 0.70)
_WIDTH = 0.7
_THETA_POWERS = (0.5, 1.5)
_ALPHA_LOG_MEAN, _ALPHA_LOG_SD = 0.25, 0.45
VARIANCE_SHAPE, VARIANCE_SHARE = 1.0, 0.01
"""Of the inverse gamma prior of the noise, in units of the variance of the outcome."""


class PosteriorProblem(NamedTuple):
    """Everything about a data set that the sampler and its summary need.

    Attributes:
        design: Media and rows, without baseline columns.
        baseline: The joint baseline.
        data: For the kernel; outcome less ``mean``, divided by ``unit``.
        prior: For the kernel.
        mean: Of the outcome over the modelled rows.
        unit: Standard deviation of the outcome over the modelled rows.
        size: e: what a return of 1 brings over the modelled rows, outcome units, negative for media that can only harm,
            shape (n_media,).
        notes: What the reader should know.
    """

    design: Design
    baseline: BaselineColumns
    data: SamplerData
    prior: SamplerPrior
    mean: float
    unit: float
    size: FloatArray
    notes: tuple[str, ...]


def build_problem(data: MMMDataCollection) -> PosteriorProblem:
    """Ask the sampler's question about a data set.

    Args:
        data: Table and settings; lift studies and bounds of channels among them.

    Raises:
        SettingsError: No public holidays are known for the country.
    """
    design = build_media_design(data)
    outcome = design.outcome[design.rows]
    mean, unit = float(outcome.mean()), float(outcome.std())
    total, spend = float(np.abs(outcome).sum()), design.spend[design.rows].sum(axis=0)
    size = _sizes(design, spend)
    baseline = build_baseline(data)
    lifts, notes = observe_lifts(
        design, data.settings.calibration.studies, unit, _USUAL_SHARE * total / float(spend.sum())
    )
    columns = factorise_baseline(baseline.columns, baseline.prior_sd)
    given = MediaInput(
        media=np.array(design.media.T, order="C"),
        rows=np.array(design.rows),
        kinds=np.array([KIND_CODES[kind] for kind in design.adstock], dtype=np.int64),
        weibull_length=design.weibull_length,
        size=size / unit,
    )
    scaled = (outcome - mean) / unit
    gathered = np.zeros(len(baseline.columns))
    gather(columns, scaled, gathered)
    return PosteriorProblem(
        design=design,
        baseline=baseline,
        data=SamplerData(scaled, gathered, columns, given, lifts),
        prior=_prior(data.settings, design, total / float(spend.sum())),
        mean=mean,
        unit=unit,
        size=size,
        notes=(*notes, *_ignored_signs(data.settings)),
    )


def _sizes(design: Design, spend: FloatArray) -> FloatArray:
    """``e = s**0.75 sum(s) / sum(s**0.75)``, organic media the mean of the paid ones."""
    powers = np.maximum(spend, 0.0) ** _SPEND_EXPONENT
    paid = powers * spend.sum() / powers.sum()
    n_organic = len(design.media_names) - design.n_paid
    size = np.concatenate([paid, np.full(n_organic, paid.mean())])
    return np.where(design.upper <= 0.0, -size, size)


def _prior(settings: ModelSettings, design: Design, outcome_per_spend: float) -> SamplerPrior:
    bounds = np.array([_bounds_of(settings, name) for name in design.media_names]).reshape(-1, N_PARAMETERS, 2)
    return SamplerPrior(
        low=bounds[:, :, 0].copy(),
        high=bounds[:, :, 1].copy(),
        theta_powers=_THETA_POWERS,
        alpha_log_mean=_ALPHA_LOG_MEAN,
        alpha_log_sd=_ALPHA_LOG_SD,
        nothing=NOTHING,
        width=_WIDTH,
        is_free=((design.lower < 0.0) & (design.upper > 0.0)).astype(np.int64),
        common_log_mean=float(np.log(_USUAL_SHARE * outcome_per_spend)),
        common_log_sd=_COMMON_LOG_SD,
        common_low=_SHARE_LIMITS[0] * outcome_per_spend,
        common_high=_SHARE_LIMITS[1] * outcome_per_spend,
        variance_shape=VARIANCE_SHAPE,
        variance_scale=VARIANCE_SHARE,
    )


def _bounds_of(settings: ModelSettings, channel: str) -> list[Interval]:
    """Ends of alpha, gamma, theta or shape, and scale: the prior's own unless the user gave others."""
    kind = settings.adstock_of(channel)
    given = settings.bounds.get(channel, {})
    decay = ("theta",) if kind is AdstockKind.GEOMETRIC else ("shape", "scale")
    names = ("alpha", "gamma", *decay)
    ends = [given.get(name, PRIOR_BOUNDS.get(name) or DEFAULT_BOUNDS[kind][name]) for name in names]
    return [*ends, (0.0, 0.0)][:N_PARAMETERS]


def _ignored_signs(settings: ModelSettings) -> list[str]:
    """The averaged estimate lets the data decide about the direction of context and baseline parts."""
    signed = [column.column for column in settings.context if column.sign.value != "default"]
    signed += [part for part, sign in settings.baseline.signs.items() if sign.value != "default"]
    if not signed:
        return []
    return [f"The averaged estimate does not use the sign given to {', '.join(signed)}: there the data decide."]
