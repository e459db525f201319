"""From records to tables: each method over all markets, against the other market by market, by kind of market, and against
what was promised."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from tests.recovery import scores as of
from tests.recovery.answering import VERDICTS
from tests.recovery.estimates import LEVELS, METHODS, RECOMMENDED, ROBYN
from tests.recovery.records import Known, Record
from tests.recovery.scores import Measured, Score, Statistic, draw_resamples, measure, measure_difference, score
from tests.recovery.verdicts import VerdictRates


class Line(NamedTuple):
    """One figure of the main table: its name, how it is counted, its decimals (or percent), and whether less is better."""

    label: str
    statistic: Statistic
    is_share: bool = False


LINES: tuple[Line, ...] = (
    Line("error of contributions (wape)", of.mean_wape),
    Line("ROAS error, mean", of.mean_roas_error),
    Line("ROAS error, median", of.median_roas_error),
    Line("ROAS within 25%", of.share_near, True),
    Line("error of total media", of.mean_total_error, True),
    Line("total media, too high (+) or low (−)", of.mean_total_bias, True),
    Line("rank correlation of ROAS", of.mean_rank),
    Line("working channels credited with nothing", of.zero_rate, True),
    *(Line(f"nominal {level:.0%} covers", of.coverage(level), True) for level in LEVELS),
    Line("budget regret, evenly", of.mean_regret("evenly"), True),
    Line("budget regret, own flighting", of.mean_regret("flighted"), True),
    Line("lift printed", of.mean_printed, True),
    Line("lift realised, evenly", of.mean_lift("evenly"), True),
    Line("lift realised, own flighting", of.mean_lift("flighted"), True),
    Line("budgets made worse, evenly", of.share_worse("evenly"), True),
    Line("budgets made worse, own flighting", of.share_worse("flighted"), True),
    Line("plans advised (probability 0.9 and more)", of.share_advised, True),
    Line("advised plans made worse, evenly", of.share_advised_worse("evenly"), True),
    Line("processor seconds", of.mean_seconds),
)

SUBGROUP_LINES = (LINES[0], LINES[4], LINES[10], LINES[13])
"""Shown by kind of market: wape, total media, coverage of 90%, regret in own flighting."""


class Battery(NamedTuple):
    """Scores of every method on the same markets, in the same order."""

    cases: tuple[str, ...]
    known: tuple[Known, ...]
    scores: Mapping[str, tuple[Score, ...]]

    @property
    def methods(self) -> tuple[str, ...]:
        """Those that answered, in the order of the page."""
        return tuple(method for method in METHODS if method in self.scores)

    def only(self, group: str, kind: str) -> "Battery":
        """The markets with one tag."""
        rows = [i for i, known in enumerate(self.known) if known.tags.get(group) == kind]
        return Battery(
            tuple(self.cases[i] for i in rows),
            tuple(self.known[i] for i in rows),
            {method: tuple(one[i] for i in rows) for method, one in self.scores.items()},
        )


def gather(records: Mapping[tuple[str, str], Record], kind: str) -> Battery:
    """Scores on the cases whose name begins with ``kind``; only cases on which every group answered, so that all compare."""
    groups = {group for _, group in records} - {VERDICTS}
    names = sorted({case for case, _ in records if case.startswith(kind)}, key=_order)
    whole = [name for name in names if all(_answered(records.get((name, group))) for group in groups)]
    scored: dict[str, list[Score]] = {}
    for name in whole:
        for group in sorted(groups):
            record = records[name, group]
            for said in record.answers:
                scored.setdefault(said.method, []).append(score(record.known, said))
    known = tuple(records[name, min(groups)].known for name in whole)
    return Battery(tuple(whole), known, {method: tuple(all_of) for method, all_of in scored.items()})


class Row(NamedTuple):
    """One line of the main table."""

    line: Line
    by_method: Mapping[str, Measured]
    difference: Measured | None


def main_table(battery: Battery) -> list[Row]:
    """Every figure of every method, and recommended minus Robyn-compatible on the same markets."""
    resamples = draw_resamples(len(battery.cases))
    return [_row(line, battery, resamples) for line in LINES]


def _row(line: Line, battery: Battery, resamples: Sequence[Sequence[int]]) -> Row:
    by_method = {method: measure(line.statistic, battery.scores[method], resamples) for method in battery.methods}
    difference = None
    if {RECOMMENDED, ROBYN} <= set(battery.methods):
        pair = battery.scores[RECOMMENDED], battery.scores[ROBYN]
        difference = measure_difference(line.statistic, *pair, resamples)
    return Row(line, by_method, difference)


class Subgroup(NamedTuple):
    """Markets of one kind."""

    group: str
    kind: str
    n_markets: int
    rows: tuple[Row, ...]


def subgroups(battery: Battery) -> list[Subgroup]:
    """By every tag that more than one kind of market has; failures first: where recommended gains least on Robyn-compatible."""
    kinds = sorted({(group, kind) for known in battery.known for group, kind in known.tags.items()})
    groups = [group for group, _ in kinds]
    found = []
    for group, kind in kinds:
        part = battery.only(group, kind)
        if groups.count(group) > 1 and len(part.cases) > 1:
            resamples = draw_resamples(len(part.cases), 100)
            rows = tuple(_row(line, part, resamples) for line in SUBGROUP_LINES)
            found.append(Subgroup(group, kind, len(part.cases), rows))
    return sorted(found, key=_gain)


def _gain(subgroup: Subgroup) -> float:
    wape = subgroup.rows[0]
    if wape.difference is not None:
        return -wape.difference.value
    return -max(one.value for one in wape.by_method.values())


class Target(NamedTuple):
    """A promise about core markets."""

    label: str
    low: float
    high: float
    measured: float

    @property
    def is_met(self) -> bool:
        """Whether the figure lies in its range; what could not be measured does not."""
        return bool(self.low <= self.measured <= self.high)


def verdict_targets(rates: VerdictRates) -> list[Target]:
    """The promises about verdicts, when cards were made."""
    if not rates.n_markets:
        return []
    null, strong = f"{rates.n_null} null channels", f"{rates.n_strong} strong channels"
    return [
        Target(f"{null} that get *act on it*, up or down", 0.0, 0.05, rates.null_moved),
        Target(f"{strong} that get *act on it* (up or down: {rates.strong_moved:.2f})", 0.7, 1.0, rates.strong_acted),
    ]


def targets(battery: Battery) -> list[Target]:
    """The promises that can be counted from answers alone."""
    robyn = battery.scores.get(ROBYN, ())
    found = [
        Target("wape of Robyn-compatible (else the markets are too easy or too hard)", 0.55, 0.85, of.mean_wape(robyn))
    ]
    if RECOMMENDED not in battery.scores:
        return found
    ours = battery.scores[RECOMMENDED]
    printed, realised = of.mean_printed(ours), of.mean_lift("evenly")(ours)
    worse = of.share_worse("evenly")(ours)
    return [
        *found,
        Target("paired wape improvement over Robyn-compatible", 0.12, np.inf, of.mean_wape(robyn) - of.mean_wape(ours)),
        Target("working channels credited with nothing", 0.0, 0.02, of.zero_rate(ours)),
        Target("intervals shown as about 90% (nominal 95%) cover", 0.85, 0.95, of.coverage(0.95)(ours)),
        Target("budgets made worse", 0.0, 0.18, worse),
        Target(
            "realised lift as a share of the lift printed", 0.7, np.inf, realised / printed if printed > 0 else np.nan
        ),
    ]


def time_target(seconds: float, n_core: int) -> Target:
    """The promise about time, of a run that made every answer itself: it may take 20 minutes per 100 core markets."""
    return Target("minutes per 100 core markets, the other markets included", 0.0, 20.0, seconds / 60 * 100 / n_core)


def failures(records: Mapping[tuple[str, str], Record]) -> list[Record]:
    """Jobs that gave no answer, by name."""
    return sorted((one for one in records.values() if one.error), key=lambda one: (one.case, one.group))


def worst(battery: Battery, method: str, n: int = 10) -> list[tuple[str, Known, Score]]:
    """The markets on which a method is furthest off, worst first."""
    rows = sorted(range(len(battery.cases)), key=lambda i: -battery.scores[method][i].wape)[:n]
    return [(battery.cases[i], battery.known[i], battery.scores[method][i]) for i in rows]


def _answered(record: Record | None) -> bool:
    return record is not None and not record.error


def _order(case: str) -> tuple[str, int]:
    kind, _, number = case.rpartition(" ")
    return (kind, int(number)) if number.isdigit() else (case, 0)
