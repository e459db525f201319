"""What the trust card says about each channel of a market, and how often that is right."""

from collections.abc import Iterable
from typing import NamedTuple

from mmm_core.engine.posterior_sampler import PosteriorSampler
from mmm_core.engine.trust_card import build_trust_card
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.trust import Direction, Verdict
from tests.recovery.records import Record

STRONG_SHARE, STRONG_VARIATION = 0.05, 0.8
"""A strong channel brings at least this share of the outcome, its spend with at least this coefficient of variation."""


class VerdictRates(NamedTuple):
    """How often the card advises to act.

    Attributes:
        n_null: Channels that do nothing.
        null_moved: Share of them whose spend the card would move up or down.
        n_strong: Strong channels.
        strong_acted: Share of them that get *act on it*, whatever the direction.
        strong_moved: Share of them whose spend it would move.
        n_markets: Markets judged.
    """

    n_null: int
    null_moved: float
    n_strong: int
    strong_acted: float
    strong_moved: float
    n_markets: int


def judge_channels(data: MMMDataCollection, seed: int) -> tuple[tuple[str, str], ...]:
    """Verdict and direction ("" for none) of every paid channel, of a whole card with its defaults."""
    posterior = PosteriorSampler().sample(data, seed=seed, cores=1)
    card = build_trust_card(data, posterior, seed=seed, cores=1)
    return tuple((one.verdict.value, one.direction.value if one.direction else "") for one in card.verdicts)


def verdict_rates(records: Iterable[Record]) -> VerdictRates:
    """Count verdicts on null and on strong channels over the markets that were judged."""
    null, strong = [], []
    judged = [record for record in records if record.verdicts]
    for record in judged:
        known = record.known
        for c, verdict in enumerate(record.verdicts):
            if known.contribution[c] <= 0:
                null.append(verdict)
            elif known.contribution[c] >= STRONG_SHARE * known.outcome and known.variation[c] >= STRONG_VARIATION:
                strong.append(verdict)
    return VerdictRates(
        n_null=len(null),
        null_moved=_share(map(_moves, null), len(null)),
        n_strong=len(strong),
        strong_acted=_share((verdict == Verdict.ACT for verdict, _ in strong), len(strong)),
        strong_moved=_share(map(_moves, strong), len(strong)),
        n_markets=len(judged),
    )


def _moves(said: tuple[str, str]) -> bool:
    return said[0] == Verdict.ACT and said[1] != Direction.KEEP


def _share(holds: Iterable[bool], n: int) -> float:
    return sum(holds) / n if n else float("nan")
