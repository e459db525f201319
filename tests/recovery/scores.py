"""How near an answer is to the truth: figures of one market, and statistics over many."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from mmm_core.entities.design import FloatArray
from tests.recovery.records import Answer, Known

NOTHING = 5e-5
"""A share of the paid effect below this is shown as 0.00% and counts as no credit."""

NEAR = 0.25
ADVISED = 0.9
"""Probability of beating today's plan from which the product advises to move."""

ROUNDING = 1e-9
"""A lift this near to 0 is that of today's spend."""

N_RESAMPLES = 300


class Score(NamedTuple):
    """One answer against the truth.

    Attributes:
        wape: ``sum |estimate - truth| / sum truth`` of contributions.
        errors: ``|ROAS - true ROAS| / true ROAS`` of the channels that do something.
        total: Signed error of the whole of paid media, share of the truth.
        rank: Spearman correlation of ROAS with its truth over the channels; NaN for fewer than three.
        n_zero: Channels that do something and are credited with nothing.
        inside: By level, for every channel whether its true ROAS lies in the interval; empty without intervals.
        regret: By "evenly" and "flighted": share of the best plan's response that the plan forgoes; NaN without a plan.
        lift: By the same: true lift of the plan.
        printed: Lift the product shows for the plan.
        probability: That it beats today's, as the method sees it.
        seconds: Of processor time, from data to answer.
    """

    wape: float
    errors: FloatArray
    total: float
    rank: float
    n_zero: int
    inside: dict[str, tuple[bool, ...]]
    regret: dict[str, float]
    lift: dict[str, float]
    printed: float
    probability: float
    seconds: float


def score(known: Known, answer: Answer) -> Score:
    """Compare one answer with the truth."""
    truth, said = np.array(known.contribution), np.array(answer.contribution)
    true_roas, roas = truth / np.array(known.spend), np.array(answer.roas)
    works = truth > 0
    shown = np.minimum(said, roas * np.array(known.spend))
    plan = answer.plan
    best = {"evenly": known.best_evenly, "flighted": known.best_flighted}
    lift = {way: np.nan if plan is None else float(getattr(plan, way)) for way in best}
    return Score(
        wape=float(np.abs(said - truth).sum() / truth.sum()),
        errors=np.abs(roas - true_roas)[works] / true_roas[works],
        total=float(said.sum() / truth.sum() - 1),
        rank=rank_correlation(roas, true_roas),
        n_zero=int((shown[works] <= NOTHING * max(float(said.sum()), 0.0)).sum()),
        inside={level: _inside(true_roas, np.array(ends)) for level, ends in answer.intervals.items()},
        regret={way: (best[way] - lift[way]) / (1 + best[way]) for way in best},
        lift=lift,
        printed=np.nan if plan is None else plan.printed,
        probability=np.nan if plan is None else plan.probability,
        seconds=answer.seconds,
    )


def rank_correlation(first: FloatArray, second: FloatArray) -> float:
    """Spearman's, ties sharing their mean rank; NaN for fewer than three values, 0 when one side is all alike."""
    from scipy.stats import rankdata

    if len(first) < 3:
        return float("nan")
    a, b = rankdata(first) - (len(first) + 1) / 2, rankdata(second) - (len(first) + 1) / 2
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / scale if scale > 0 else 0.0


def _inside(truth: FloatArray, ends: FloatArray) -> tuple[bool, ...]:
    slack = 1e-9 * np.abs(truth)
    return tuple(((ends[:, 0] - slack <= truth) & (truth <= ends[:, 1] + slack)).tolist())


Statistic = Callable[[Sequence[Score]], float]


class Measured(NamedTuple):
    """A statistic and its standard error over markets."""

    value: float
    error: float


def measure(statistic: Statistic, scores: Sequence[Score], resamples: Sequence[Sequence[int]]) -> Measured:
    """A statistic with its bootstrap standard error; whole markets are drawn again, so channels may depend on each other."""
    values = [statistic([scores[i] for i in rows]) for rows in resamples]
    return Measured(statistic(scores), float(np.std(values)))


def measure_difference(
    statistic: Statistic, scores: Sequence[Score], others: Sequence[Score], resamples: Sequence[Sequence[int]]
) -> Measured:
    """Paired difference of a statistic, ``scores`` minus ``others``, market by market the same."""
    values = [statistic([scores[i] for i in rows]) - statistic([others[i] for i in rows]) for rows in resamples]
    return Measured(statistic(scores) - statistic(others), float(np.std(values)))


def draw_resamples(n_markets: int, n_resamples: int = N_RESAMPLES) -> list[list[int]]:
    """Markets drawn with replacement, the same draws for every method."""
    random = np.random.default_rng(2026)
    return [random.integers(0, n_markets, n_markets).tolist() for _ in range(n_resamples)]


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if not np.isnan(value)]
    return float(np.mean(known)) if known else float("nan")


def _pooled(scores: Sequence[Score]) -> FloatArray:
    return np.concatenate([one.errors for one in scores]) if scores else np.empty(0)


def mean_wape(scores: Sequence[Score]) -> float:
    """Mean over markets."""
    return _mean([one.wape for one in scores])


def mean_roas_error(scores: Sequence[Score]) -> float:
    """Mean over channels that do something."""
    return _mean(_pooled(scores).tolist())


def median_roas_error(scores: Sequence[Score]) -> float:
    """Median over channels that do something."""
    return float(np.median(_pooled(scores))) if scores else float("nan")


def share_near(scores: Sequence[Score]) -> float:
    """Share of the channels that do something whose ROAS is within 25% of the truth."""
    return _mean((_pooled(scores) <= NEAR).astype(float).tolist())


def mean_total_error(scores: Sequence[Score]) -> float:
    """Mean over markets of the absolute error of all paid media together."""
    return _mean([abs(one.total) for one in scores])


def mean_total_bias(scores: Sequence[Score]) -> float:
    """Mean over markets of its signed error."""
    return _mean([one.total for one in scores])


def mean_rank(scores: Sequence[Score]) -> float:
    """Mean over markets of the rank correlation."""
    return _mean([one.rank for one in scores])


def zero_rate(scores: Sequence[Score]) -> float:
    """Share of the channels that do something that are credited with nothing."""
    n_channels = sum(len(one.errors) for one in scores)
    return sum(one.n_zero for one in scores) / n_channels if n_channels else float("nan")


def coverage(level: float) -> Statistic:
    """Share of all channels whose true ROAS lies in the interval of a nominal probability."""

    def share(scores: Sequence[Score]) -> float:
        return _mean([float(inside) for one in scores for inside in one.inside.get(f"{level:g}", ())])

    return share


def mean_regret(way: str) -> Statistic:
    """Mean share of the best response that plans forgo."""
    return lambda scores: _mean([one.regret[way] for one in scores])


def mean_lift(way: str) -> Statistic:
    """Mean true lift of the plans."""
    return lambda scores: _mean([one.lift[way] for one in scores])


def mean_printed(scores: Sequence[Score]) -> float:
    """Mean lift that is shown."""
    return _mean([one.printed for one in scores])


def share_worse(way: str) -> Statistic:
    """Share of the plans that bring less than today's; one that leaves the money where it is does not, whatever rounding says."""
    return lambda scores: _mean([float(_is_worse(one, way)) for one in scores if not np.isnan(one.lift[way])])


def share_advised(scores: Sequence[Score]) -> float:
    """Share of the markets in which the product advises to move at all; a plan that moves nothing has no probability."""
    if all(np.isnan(one.probability) for one in scores):  # a single model has none at all
        return float("nan")
    return _mean([float(one.probability >= ADVISED) for one in scores])


def share_advised_worse(way: str) -> Statistic:
    """Share of the advised plans that bring less than today's."""
    return lambda scores: _mean([float(_is_worse(one, way)) for one in scores if one.probability >= ADVISED])


def _is_worse(one: Score, way: str) -> bool:
    return one.lift[way] < -ROUNDING


def mean_seconds(scores: Sequence[Score]) -> float:
    """Mean processor time of one answer."""
    return _mean([one.seconds for one in scores])
