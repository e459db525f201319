"""What the data cannot say, in sentences: media too small, channels that move together, chains that disagree."""

from typing import NamedTuple

import numpy as np

from mmm_core.engine.posterior_chains import GOOD_R_HAT
from mmm_core.entities.design import Design, FloatArray
from mmm_core.entities.mmmdata_collection import MMMDataCollection

SMALL_SHARE = 0.08
"""Below this share of the outcome every method on markets with known truth claimed about three times the true effect."""

_WIDE = 0.8
_FEWEST_ACTIVE = 8
_ALIKE = 0.95
_MOST_PAIRS = 3
_FEWEST_DAYS = 700
_MANY_ZEROS = 0.05


class Evidence(NamedTuple):
    """What the warnings are about.

    Attributes:
        share: Share of all media in the outcome, per draw, shape (n_draws,).
        prior_share: The same before the data, shape (n_prior,).
        worst_r_hat: Of the reported quantities.
    """

    share: FloatArray
    prior_share: FloatArray
    worst_r_hat: float


def find_warnings(data: MMMDataCollection, design: Design, evidence: Evidence) -> tuple[str, ...]:
    """Everything that makes the answer doubtful, most important first; empty when there is nothing.

    Args:
        data: Dates and lift studies.
        design: Media.
        evidence: What the draws say.
    """
    return (
        *_weak_media(design, evidence),
        *_unsettled(evidence),
        *_rarely_active(design),
        *_moving_together(design),
        *_short(data),
        *_zeros(design),
    )


def _weak_media(design: Design, evidence: Evidence) -> list[str]:
    largest = design.paid_names[int(design.spend[design.rows].sum(axis=0).argmax())]
    advice = f"Run a lift test on the largest channel ({largest})."
    share = abs(float(evidence.share.mean()))
    if share < SMALL_SHARE:
        return [
            f"Media explain about {share:.0%} of the outcome; below about {SMALL_SHARE:.0%} the data cannot say "
            f"what they bring, and every method claims too much. {advice}"
        ]
    if _relative_spread(evidence.share) > _WIDE * _relative_spread(evidence.prior_share):
        return [f"The data hardly narrow down what media bring in total: what you see is mostly the prior. {advice}"]
    return []


def _relative_spread(share: FloatArray) -> float:
    return float(share.std() / max(abs(share.mean()), 1e-12))


def _unsettled(evidence: Evidence) -> list[str]:
    if not evidence.worst_r_hat > GOOD_R_HAT:
        return []
    return [
        f"The chains have not come together (R-hat {evidence.worst_r_hat:.2f}, should be below {GOOD_R_HAT}): several answers go "
        "with these data, and intervals may be too narrow. Use more sweeps, or join channels that move together."
    ]


def _rarely_active(design: Design) -> list[str]:
    active = (design.media[design.rows] > 0).sum(axis=0)
    return [
        f"{name} is active in only {count} of the {len(design.rows)} {design.frequency.value}s: it shows mostly the prior."
        for name, count in zip(design.media_names, active, strict=True)
        if count < _FEWEST_ACTIVE
    ]


def _moving_together(design: Design) -> list[str]:
    media = design.media[design.rows]
    alike = np.triu(np.corrcoef(media, rowvar=False), 1) if media.shape[1] > 1 else np.zeros((1, 1))
    pairs = np.argwhere(alike > _ALIKE)
    sentences = [
        f"{design.media_names[i]} and {design.media_names[j]} move together (correlation {alike[i, j]:.2f}): the data tell what "
        "they bring together, hardly what each of them brings."
        for i, j in pairs[:_MOST_PAIRS]
    ]
    if len(pairs) > _MOST_PAIRS:
        sentences.append(f"{len(pairs) - _MOST_PAIRS} more pairs of channels move together.")
    return sentences


def _short(data: MMMDataCollection) -> list[str]:
    days = data.dates.iloc[data.rows]
    span = int((days.iloc[-1] - days.iloc[0]).days)
    if span >= _FEWEST_DAYS:
        return []
    return [f"The data span {span / 365.25:.1f} years; with less than two, season and media are hard to tell apart."]


def _zeros(design: Design) -> list[str]:
    outcome = design.outcome[design.rows]
    count = int((outcome == 0.0).sum())
    if count < _MANY_ZEROS * len(outcome):
        return []
    return [
        f"The outcome is 0 in {count} of the {len(outcome)} {design.frequency.value}s, where the noise cannot be what it is "
        "elsewhere. Leave them out if nothing was sold or counted then."
    ]
