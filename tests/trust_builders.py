"""Trust cards from real short chains on small data, computed once per test run."""

import functools
from dataclasses import replace

import numpy as np

from mmm_core.charts.vocabulary import Vocabulary, design_vocabulary
from mmm_core.engine.trust_card import build_trust_card
from mmm_core.entities.columns import ContextColumn, OutcomeKind
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.posterior import Posterior
from mmm_core.entities.trust import CHECK_TITLES, TrustCard, TrustCheck
from tests.posterior_data import market, market_table, sample_briefly


@functools.cache
def small_market() -> tuple[MMMDataCollection, Posterior]:
    """Three channels, of which the last does nothing, a context column, 120 weeks."""
    table = market_table()
    random = np.random.default_rng(5)
    table["promo"] = (random.random(len(table)) < 0.1).astype(float)
    table["y"] += 60.0 * table["promo"]
    table["c2"] = random.gamma(2.0, 50.0, len(table)) * (random.random(len(table)) < 0.7)
    data = market(table, context=(ContextColumn(column="promo"),))
    return data, sample_briefly(data)


@functools.cache
def cards() -> tuple[TrustCard, ...]:
    """The card of that market after every check, the complete one last."""
    data, posterior = small_market()
    seen: list[TrustCard] = []
    build_trust_card(data, posterior, cores=1, progress=seen.append)
    return tuple(seen)


def card() -> TrustCard:
    """The complete card."""
    return cards()[-1]


def waiting_card() -> TrustCard:
    """The same before any check was made."""
    checks = tuple(TrustCheck(key=check.key, title=CHECK_TITLES[check.key]) for check in card().checks)
    verdicts = tuple(replace(verdict, is_preliminary=True) for verdict in card().verdicts)
    return replace(card(), checks=checks, verdicts=verdicts, share_done=0.0)


def words(kind: OutcomeKind = OutcomeKind.REVENUE) -> Vocabulary:
    """Names and units of that market."""
    design = small_market()[1].model_set.design
    return design_vocabulary(design, "EUR", kind, design.spend[design.rows].sum(axis=0))
