"""The page of results in ``docs/``: failures first, then what was promised, the tables, the pictures, how it was made."""

import csv
import datetime as dt
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from tests.recovery.estimates import RECOMMENDED, ROBYN
from tests.recovery.pictures import draw_pictures
from tests.recovery.records import Record
from tests.recovery.scores import Measured
from tests.recovery.summary import (
    Battery,
    Row,
    Subgroup,
    Target,
    failures,
    gather,
    main_table,
    subgroups,
    targets,
    verdict_targets,
    worst,
)
from tests.recovery.verdicts import verdict_rates

KINDS = {"core": "Core markets", "stress": "Stress markets", "public": "Data sets with a truth"}

_INTRODUCTION = """\
Every estimate the product shows is put to markets whose true contributions are known, because nobody can see on real data
whether a return is right. The markets are drawn from the laws in `mmm_core/engine/simulate_laws.py`: *core* markets are what
the product answers for, *stress* markets hold everything else. The seeds below are held out; tuning may only look at seeds 0 to
999.

Two things to know before believing the comparison. The core law was set before the recipe was tuned on it, but its last change
(how strongly hidden demand moves sales) was made after looking at what *recommended* says on development markets: it was set so
that hidden demand inflates media by about a fifth, as in the study behind the recipe, and it helped *recommended* more than
Robyn. And the recipe knows demand-led channels by their names (search, shopping, retargeting): the simulated search channel
carries such a name, so these markets show that rule at its best.

The first 100 core seeds (10,000 to 10,099) were judged before with an earlier recipe and missed two promises: a paired
improvement of 0.110 ± 0.029 where 0.12 was promised, and 22% of budgets made worse where 18% was. Since then budget plans take a
whole standard deviation off each change (it was half), chosen on development markets 700 to 799, and the trust card acts only
where the chance that a channel does nothing is at most 5% (it was 8%; development markets 700 to 839). The estimate itself is the
same, so **on those 100 alone its improvement still misses the promise**; the other 200 were looked at once, after these changes.
All 300 are counted below, none left out. How a plan that moves nothing is counted was corrected after looking (rounding made
half of them a loss of 0.0000000000000003): counted so, the earlier recipe made 19% of those 100 budgets worse and brought a lift
of 10.6%, the present one 10% and 8.6%.

*Recommended* is the averaged estimate with its defaults, *Robyn-compatible* the recommended candidate of TwoPointsDE with
5 × 2000 candidates, *lowest NRMSE* the best fitting of the same candidates. ± is a standard error over markets (bootstrap of
whole markets); differences are paired, on the same markets. An interval of Robyn-compatible is the spread over the models on
the chosen fronts. Budgets keep today's money, each channel between half and twice today's, and are carried out for ever,
*evenly* (the same every period, as the plan says) or in each channel's *own flighting*."""


def write_page(records: Mapping[tuple[str, str], Record], command: str, docs: Path, seconds: float) -> Path:
    """Write ``recovery.md``, its pictures and the figures by market.

    Args:
        records: By case and group.
        command: What repeats it.
        docs: Folder of the documentation.
        seconds: Time this run took.

    Returns:
        The page.
    """
    folder = docs / "recovery"
    folder.mkdir(parents=True, exist_ok=True)
    batteries = {kind: _of_kind(records, kind) for kind in KINDS}
    batteries = {kind: battery for kind, battery in batteries.items() if battery.cases}
    parts = ["# Does it recover known answers?", _INTRODUCTION, _made_by(batteries, command, seconds)]
    parts += _failures(records, batteries)
    for kind, battery in batteries.items():
        if kind != "public":
            parts += _section(kind, battery, folder)
            _write_csv(folder / f"{kind}.csv", battery)
    if "public" in batteries:
        parts += _public(batteries["public"])
    page = docs / "recovery.md"
    page.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    return page


def as_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main_rows(battery: Battery) -> str:
    """The table of all figures of one battery."""
    rows = main_table(battery)
    columns = ["", *battery.methods]
    with_difference = any(row.difference is not None for row in rows)
    if with_difference:
        columns.append("recommended − Robyn-compatible")
    lines = []
    for row in rows:
        cells = [_cell(row, row.by_method[method]) for method in battery.methods]
        if with_difference:
            cells.append("" if row.difference is None else _cell(row, row.difference, signed=True))
        lines.append([row.line.label, *cells])
    return as_table(columns, lines)


def all_targets(records: Mapping[tuple[str, str], Record]) -> list[Target]:
    """Every promise about core markets that these records can be held to; misses first."""
    judged = verdict_rates(one for (case, _), one in records.items() if case.startswith("core "))
    found = [*targets(gather(records, "core ")), *verdict_targets(judged)]
    return sorted(found, key=lambda target: target.is_met)


def target_rows(found: Sequence[Target]) -> str:
    """What was promised and what was measured."""
    lines = [
        [
            target.label,
            _range(target.low, target.high),
            f"{target.measured:.3f}",
            "met" if target.is_met else "**missed**",
        ]
        for target in found
    ]
    return as_table(["promise (core markets)", "range", "measured", ""], lines)


def _of_kind(records: Mapping[tuple[str, str], Record], kind: str) -> Battery:
    if kind != "public":
        return gather(records, f"{kind} ")
    rest = {key: one for key, one in records.items() if not key[0].startswith(("core ", "stress "))}
    return gather(rest, "")


def _made_by(batteries: Mapping[str, Battery], command: str, seconds: float) -> str:
    counts = ", ".join(f"{len(battery.cases)} {KINDS[kind].lower()}" for kind, battery in batteries.items())
    seeds = ", ".join(
        f"{kind} {battery.cases[0].split()[-1]} to {battery.cases[-1].split()[-1]}"
        for kind, battery in batteries.items()
        if kind != "public"
    )
    return (
        f"`{command}` on {dt.date.today()}, Python {platform.python_version()}; {counts}; seeds {seeds or 'none'}; "
        f"this run took {seconds / 60:.1f} minutes."
    )


def _failures(records: Mapping[tuple[str, str], Record], batteries: Mapping[str, Battery]) -> list[str]:
    parts = ["## Where it fails"]
    failed = failures(records)
    lines = [f"- **{one.case}**, {one.group}: {one.error.strip().splitlines()[-1]}" for one in failed]
    parts.append("\n".join(lines) if lines else "No method failed to answer on any market.")
    if "core" in batteries:
        parts.append(target_rows(all_targets(records)))
    for kind, battery in batteries.items():
        method = RECOMMENDED if RECOMMENDED in battery.methods else ROBYN
        if kind != "public" and method in battery.methods:
            parts.append(f"The {KINDS[kind].lower()} on which {method} is furthest off:")
            parts.append(_worst_rows(battery, method))
    return parts


def _worst_rows(battery: Battery, method: str) -> str:
    lines = []
    for case, known, score in worst(battery, method):
        share = sum(known.contribution) / known.outcome
        kinds = [
            f"{group} {kind}" for group, kind in known.tags.items() if kind not in ("no", "none", "weeks", "revenue")
        ]
        lines.append([case, f"{score.wape:.2f}", f"{score.total:+.0%}", f"{share:.0%}", "; ".join(kinds)])
    return as_table(["market", "wape", "total media", "true media share", "what it is"], lines)


def _section(kind: str, battery: Battery, folder: Path) -> list[str]:
    pictures = draw_pictures(battery, folder, kind)
    shown = [f"![{picture.words}](recovery/{picture.path.name})\n\n*{picture.words}*" for picture in pictures]
    return [
        f"## {KINDS[kind]}",
        main_rows(battery),
        *shown,
        f"### {KINDS[kind]} by kind, least gained first",
        _subgroup_rows(subgroups(battery), battery),
        f"Every market: [{kind}.csv](recovery/{kind}.csv).",
    ]


def _subgroup_rows(found: Sequence[Subgroup], battery: Battery) -> str:
    if not found:
        return "Too few markets to tell kinds apart."
    rows = found[0].rows
    columns = ["kind of market", "markets"]
    columns += [f"{row.line.label}, {method}" for row in rows for method in battery.methods]
    lines = []
    for one in found:
        cells = [_cell(row, row.by_method[method]) for row in one.rows for method in battery.methods]
        lines.append([f"{one.group}: {one.kind}", str(one.n_markets), *cells])
    return as_table(columns, lines)


def _public(battery: Battery) -> list[str]:
    lines = []
    for i, case in enumerate(battery.cases):
        for method in battery.methods:
            one = battery.scores[method][i]
            inside = one.inside.get("0.95")
            lines.append(
                [
                    case,
                    method,
                    f"{one.wape:.3f}",
                    f"{one.errors.mean():.3f}",
                    f"{one.total:+.0%}",
                    f"{sum(inside)} of {len(inside)}" if inside else "–",
                    f"{one.seconds:.1f}",
                ]
            )
    columns = ["set", "method", "wape", "ROAS error, mean", "total media", "inside nominal 95%", "processor seconds"]
    note = "The demo is ours; the others are simulated by their authors and read only where they are at hand."
    return [f"## {KINDS['public']}", as_table(columns, lines), note]


def _cell(row: Row, measured: Measured, *, signed: bool = False) -> str:
    if np.isnan(measured.value):
        return "–"
    sign = "+" if signed else ""
    if row.line.is_share:
        return f"{100 * measured.value:{sign}.1f}% ± {100 * measured.error:.1f}"
    return f"{measured.value:{sign}.3f} ± {measured.error:.3f}"


def _range(low: float, high: float) -> str:
    return f"at least {low:g}" if np.isinf(high) else f"{low:g} to {high:g}"


def _write_csv(path: Path, battery: Battery) -> None:
    columns = (
        "market",
        "method",
        "wape",
        "total_error",
        "rank",
        "mean_roas_error",
        "regret",
        "printed",
        "realised",
        "seconds",
    )
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for i, case in enumerate(battery.cases):
            for method in battery.methods:
                one = battery.scores[method][i]
                figures = (one.wape, one.total, one.rank, one.errors.mean(), one.regret["evenly"])
                money = (one.printed, one.lift["evenly"], one.seconds)
                writer.writerow([case, method, *(f"{value:.4f}" for value in (*figures, *money))])
