"""Filters over candidates in the words of the business, and the table of those that survive."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.run_result import RunResult
from mmm_core.entities.settings import Interval
from mmm_core.errors import BoundsError

BoolArray = NDArray[np.bool_]

NO_ZERO = "no_zero"
ON_FRONTS = "on_fronts"
BASELINE = "baseline"
FIT = "fit"
ANY = (-np.inf, np.inf)
_ZERO_DECIMALS = 1e4
"""An effect share that rounds to 0.0000 is zero, as in DECOMP.RSSD (``kernels.objectives.decomp_rssd``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateFilter:
    """Which candidates to look at; all rules must hold.

    Attributes:
        no_zero: Every paid channel is credited with something: an effect share of at least 0.005%.
        on_fronts: Only models on the chosen fronts.
        baseline: Share of the outcome that is not media, low and high end; None leaves it free.
        min_rsq: Least adjusted R squared on the training part; None leaves it free.
        roas: ROAS (outcome per unit of spend) of a paid channel, low and high end, by channel key.
    """

    no_zero: bool = False
    on_fronts: bool = False
    baseline: Interval | None = None
    min_rsq: float | None = None
    roas: Mapping[str, Interval] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ranges = {"baseline share": self.baseline} | {f"ROAS of {name}": ends for name, ends in self.roas.items()}
        for name, ends in ranges.items():
            if ends is not None and not ends[0] <= ends[1]:
                raise BoundsError(f"The {name} must be given low end first; got {ends[0]:g} to {ends[1]:g}.")

    def without(self, rule: str) -> "CandidateFilter":
        """The same filter with one rule taken out; ``rule`` is a key of :func:`rule_sentences`."""
        return CandidateFilter(
            no_zero=self.no_zero and rule != NO_ZERO,
            on_fronts=self.on_fronts and rule != ON_FRONTS,
            baseline=None if rule == BASELINE else self.baseline,
            min_rsq=None if rule == FIT else self.min_rsq,
            roas={name: ends for name, ends in self.roas.items() if name != rule.removeprefix("roas:")},
        )


def passing(rules: CandidateFilter, result: RunResult) -> BoolArray:
    """Tell which candidates satisfy every rule.

    Args:
        rules: What is asked.
        result: A finished run.

    Returns:
        Shape (n_candidates,), in the order of ``ModelOutput.solution_ids``.

    Raises:
        BoundsError: A rule names a channel the run has not.
    """
    output = result.collection.model_output
    keep = np.ones(output.n_candidates, dtype=bool)
    if rules.no_zero:
        keep &= (np.rint(output.effect_share * _ZERO_DECIMALS) != 0).all(axis=1)
    if rules.on_fronts:
        keep &= result.pareto["candidates"]["on_front"].to_numpy(bool)
    if rules.baseline is not None:
        keep &= _within(output.baseline_share, rules.baseline)
    if rules.min_rsq is not None:
        keep &= output.metric("rsq_train") >= rules.min_rsq
    for channel, ends in rules.roas.items():
        if _is_open(ends):
            continue
        if channel not in output.paid_names:
            raise BoundsError(
                f"The filter names {channel!r}, which is no paid channel of this run; there are "
                f"{', '.join(output.paid_names)}. Remove the filter."
            )
        keep &= _within(output.roas[:, output.paid_names.index(channel)], ends)
    return keep


def rule_sentences(
    rules: CandidateFilter, names: Mapping[str, str], kind: OutcomeKind, currency_sign: str
) -> dict[str, str]:
    """Say every rule in words.

    Args:
        rules: What is asked.
        names: Readable name of every channel key.
        kind: With conversions a ROAS rule is said as cost per conversion.
        currency_sign: ``€`` or a code with a space.

    Returns:
        Rule key (for :meth:`CandidateFilter.without`) to sentence.
    """
    said: dict[str, str] = {}
    if rules.on_fronts:
        said[ON_FRONTS] = "only models on the fronts"
    if rules.no_zero:
        said[NO_ZERO] = "no paid channel at zero"
    if rules.min_rsq is not None:
        said[FIT] = f"fit at least R² {rules.min_rsq:g}"
    if rules.baseline is not None and rules.baseline != ANY:
        low, high = rules.baseline
        said[BASELINE] = f"baseline {_range_words(low, high, lowest=-np.inf, highest=np.inf, unit='%', scale=100)}"
    for channel, ends in rules.roas.items():
        if not _is_open(ends):
            said[f"roas:{channel}"] = _return_words(names.get(channel, channel), ends, kind, currency_sign)
    return said


def roas_interval(low: float | None, high: float | None, kind: OutcomeKind) -> Interval | None:
    """The ROAS range meant by what a person typed.

    Args:
        low: Least ROAS, or least cost per conversion; None is open.
        high: Most, likewise.
        kind: With conversions the ends are costs, so they are inverted and change places.

    Returns:
        ROAS, low end first; None when both are open, as they are from 0 on: no channel returns less.

    Raises:
        BoundsError: An end is negative, a cost is 0 at the high end, or the low end is above the high end.
    """
    if low is None and high is None:
        return None
    what = "cost per conversion" if kind is OutcomeKind.CONVERSION else "ROAS"
    for value in (low, high):
        if value is not None and value < 0:
            raise BoundsError(f"The {what} cannot be below 0; got {value:g}.")
    if low is not None and high is not None and low > high:
        raise BoundsError(f"The {what} must be given low end first; got {low:g} to {high:g}.")
    if kind is OutcomeKind.REVENUE:
        ends = (ANY[0] if low is None else low, ANY[1] if high is None else high)
    elif high == 0:
        raise BoundsError("The cost per conversion must have a high end above 0; got 0.")
    else:
        ends = (ANY[0] if high is None else 1 / high, ANY[1] if not low else 1 / low)
    return None if _is_open(ends) else ends


def survivor_table(result: RunResult, keep: BoolArray) -> pd.DataFrame:
    """Every surviving candidate with all that is known of it, best combined error first.

    Args:
        result: A finished run.
        keep: Which candidates survive, shape (n_candidates,).

    Returns:
        The columns of ``pareto["candidates"]`` with ``baseline_share`` after the metrics.
    """
    table = result.pareto["candidates"].loc[keep].copy()
    position = list(table.columns).index("rsq_test") + 1
    table.insert(position, "baseline_share", result.collection.model_output.baseline_share[keep])
    return table.sort_values(["on_front", "error_score"], ascending=[False, True], ignore_index=True)


def ranked_ids(result: RunResult, keep: BoolArray, limit: int = 500) -> list[str]:
    """Solution ids of survivors to choose from: the recommended model, those on the fronts, then by combined error."""
    table = result.pareto["candidates"].loc[keep, ["solution_id", "on_front", "error_score"]]
    ordered = (
        table.sort_values(["on_front", "error_score"], ascending=[False, True])["solution_id"].head(limit).tolist()
    )
    recommended = result.pareto["recommended_id"]
    return [recommended, *(name for name in ordered if name != recommended)] if recommended in set(ordered) else ordered


def _is_open(ends: Interval) -> bool:
    """Whether a ROAS range asks for nothing, since no ROAS is below 0."""
    return ends[0] <= 0 and ends[1] == np.inf


def _within(values: NDArray[np.float64], ends: Interval) -> BoolArray:
    return (values >= ends[0]) & (values <= ends[1])


def _return_words(name: str, ends: Interval, kind: OutcomeKind, sign: str) -> str:
    if kind is OutcomeKind.REVENUE:
        return f"ROAS of {name} {_range_words(*ends, lowest=0.0, highest=np.inf)}"
    low = 1 / ends[1] if np.isfinite(ends[1]) and ends[1] > 0 else 0.0
    high = 1 / ends[0] if np.isfinite(ends[0]) and ends[0] > 0 else np.inf
    return f"CPA of {name} {_range_words(low, high, lowest=0.0, highest=np.inf, sign=sign)}"


def _range_words(
    low: float, high: float, *, lowest: float, highest: float, unit: str = "", sign: str = "", scale: float = 1.0
) -> str:
    def say(value: float) -> str:
        return f"{sign}{value * scale:.4g}{unit}"

    if low <= lowest:
        return f"at most {say(high)}"
    if high >= highest:
        return f"at least {say(low)}"
    return f"between {say(low)} and {say(high)}"
