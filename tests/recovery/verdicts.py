"""How often the trust card acts on channels that do nothing and on strong ones, on markets whose truth is known.

``python -m tests.recovery.verdicts --seeds 300:360`` makes the whole card of 60 development markets; answers are kept in a file,
so that a second call goes on where the first was ended.
"""

# ruff: noqa: T201 - it is a command
import argparse
import json
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd

from mmm_core.engine.posterior_sampler import PosteriorSampler
from mmm_core.engine.simulate_response import responses
from mmm_core.engine.trust_card import build_trust_card
from mmm_core.entities.design import FloatArray
from mmm_core.entities.market import Market
from mmm_core.entities.trust import Direction, Verdict
from tests.recovery.cases import simulated_case

STRONG_SHARE, STRONG_VARIATION = 0.05, 0.8
"""A strong channel: true share of the outcome, and standard deviation of its spend over the mean."""

_STEP = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelAnswer:
    """One channel of one market: what the card says, and what is true.

    Attributes:
        market: Name.
        channel: Key.
        verdict: Of the card.
        direction: Of the card, empty unless it acts.
        is_null: Whether it does nothing.
        is_strong: Whether it is strong.
        is_above: Whether a further unit of its spend really returns more than the average of all channels.
        seconds: Processor time of the card.
    """

    market: str
    channel: str
    verdict: str
    direction: str
    is_null: bool
    is_strong: bool
    is_above: bool
    seconds: float


def answer_market(law: str, seed: int) -> list[ChannelAnswer]:
    """The card of one market, default settings, one processor."""
    case = simulated_case(law, seed)
    posterior = PosteriorSampler().sample(case.data, cores=1)
    card = build_trust_card(case.data, posterior, cores=1)
    assert case.market is not None, "simulated cases have one"
    truth, spend = (
        case.market.truth,
        case.data.table[[one.channel for one in case.market.truth.channels]].to_numpy(float),
    )
    marginal = true_marginal(case.market)
    average = float(marginal @ truth.spend / truth.spend.sum())
    share = truth.contribution / float(truth.weekly.to_numpy().sum())
    variation = spend.std(axis=0) / spend.mean(axis=0)
    return [
        ChannelAnswer(
            market=case.name,
            channel=verdict.channel,
            verdict=verdict.verdict.value,
            direction=verdict.direction.value if verdict.direction else "",
            is_null=bool(truth.contribution[c] == 0.0),
            is_strong=bool(share[c] >= STRONG_SHARE and variation[c] >= STRONG_VARIATION),
            is_above=bool(marginal[c] > average),
            seconds=card.cpu_seconds,
        )
        for c, verdict in enumerate(card.verdicts)
    ]


def true_marginal(market: Market) -> FloatArray:
    """What one percent more of every channel really returns per unit of spend, shape (n_paid,)."""
    truth = market.truth
    inputs = market.table[[paid.modelled_column for paid in market.settings.paid_media]].to_numpy(np.float64)
    more = responses((1.0 + _STEP) * inputs, truth.channels, truth.synergies)
    gained = (more - responses(inputs, truth.channels, truth.synergies)).sum(axis=0)
    marginal: FloatArray = gained / (_STEP * truth.spend)
    return marginal


def summary(answers: Sequence[ChannelAnswer]) -> str:
    """Rates with their standard errors, as text."""
    table = pd.DataFrame([asdict(one) for one in answers])
    acts = table["verdict"] == Verdict.ACT.value
    moves = acts & (table["direction"] != Direction.KEEP.value)
    right = (table["direction"] == Direction.RAISE.value) == table["is_above"]
    lines = [
        f"{table['market'].nunique()} markets, {len(table)} channels, {table.groupby('market').seconds.first().mean():.1f} s each"
    ]
    for name, among in (
        ("null", table["is_null"]),
        ("strong", table["is_strong"]),
        ("all that work", ~table["is_null"]),
    ):
        lines.append(f"{name}: act {_rate(acts[among])}, of these to move spend {_rate(moves[among & acts])}")
    lines.append(
        f"direction right where it moves spend of a channel that works: {_rate(right[moves & ~table['is_null']])}"
    )
    for verdict in Verdict:
        lines.append(f"verdict {verdict.value!r}: {_rate(table['verdict'] == verdict.value)}")
    return "\n".join(lines)


def _rate(hits: pd.Series) -> str:
    if hits.empty:
        return "none"
    mean = float(hits.mean())
    return f"{mean:.1%} ± {np.sqrt(mean * (1 - mean) / len(hits)):.1%} ({int(hits.sum())} of {len(hits)})"


def _read(path: Path) -> dict[str, list[ChannelAnswer]]:
    if not path.is_file():
        return {}
    found: dict[str, list[ChannelAnswer]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        answer = ChannelAnswer(**json.loads(line))
        found.setdefault(answer.market, []).append(answer)
    return found


def main() -> None:
    """Read the command line, make what is missing, print the summary."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--law", default="core")
    parser.add_argument("--seeds", default="300:360", help="first:behind the last; tune only below 1000")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--answers", type=Path, default=Path("verdicts.jsonl"))
    given = parser.parse_args()
    first, end = map(int, given.seeds.split(":"))
    known = _read(given.answers)
    missing = [seed for seed in range(first, end) if f"{given.law} {seed}" not in known]
    with ProcessPoolExecutor(given.processes, mp_context=get_context("spawn")) as pool, given.answers.open("a") as file:
        for answers in pool.map(partial(answer_market, given.law), missing):
            file.writelines(json.dumps(asdict(one)) + "\n" for one in answers)
            file.flush()
    wanted = {f"{given.law} {seed}" for seed in range(first, end)}
    print(summary([one for market, found in _read(given.answers).items() if market in wanted for one in found]))


if __name__ == "__main__":
    main()
