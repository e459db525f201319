"""Results as tables for people, figures for targets, and files for later."""

import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
Cell = str | float | int
TARGETS = "Targets"
FAILED = "A part failed and measured nothing"


@dataclass
class Results:
    """What was measured: tables in order, and named figures that targets refer to."""

    tables: list[tuple[str, Sequence[str], list[Sequence[Cell]]]] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add_table(self, title: str, columns: Sequence[str], rows: list[Sequence[Cell]]) -> None:
        """Keep a table and print it."""
        self.tables.append((title, columns, rows))
        print(f"\n{title}\n\n{as_markdown(columns, rows)}", flush=True)

    def note(self, sentence: str) -> None:
        """Keep a sentence and print it."""
        self.notes.append(sentence)
        print(f"\n{sentence}", flush=True)


def as_markdown(columns: Sequence[str], rows: list[Sequence[Cell]]) -> str:
    """A table with aligned columns."""
    text = [list(columns), *([_shown(cell) for cell in row] for row in rows)]
    widths = [max(len(line[k]) for line in text) for k in range(len(columns))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in text
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def _shown(cell: Cell) -> str:
    if isinstance(cell, float):
        return f"{cell:,.0f}" if abs(cell) >= 1000 else f"{cell:.4g}"
    return f"{cell:,}" if isinstance(cell, int) else cell


def check_targets(results: Results, *, demo_only: bool, quick: bool) -> bool:
    """Compare figures with ``targets.toml``; what was not measured is a miss unless the options leave it out."""
    targets = tomllib.loads((HERE / "targets.toml").read_text(encoding="utf-8"))["target"]
    rows: list[Sequence[Cell]] = []
    missed = False
    for target in targets:
        if (demo_only and target.get("needs_public_data", False)) or (quick and target.get("is_slow", False)):
            continue
        low, high = target.get("at_least", -float("inf")), target.get("at_most", float("inf"))
        value = results.figures.get(target["figure"])
        is_met = value is not None and low <= value <= high
        missed |= not is_met
        limits = [f"at least {low:g}"] if low > -float("inf") else []
        limits += [f"at most {high:g}"] if high < float("inf") else []
        rows.append(
            (target["says"], ", ".join(limits), "not measured" if value is None else value, "yes" if is_met else "NO")
        )
    results.add_table(TARGETS, ("what", "wanted", "measured", "met"), rows)
    return not missed


def load() -> tuple[Results, str]:
    """The results saved last, and their heading; without the table of targets, which is made anew."""
    saved = json.loads((HERE / "results.json").read_text(encoding="utf-8"))
    tables = [(one["title"], one["columns"], one["rows"]) for one in saved["tables"] if one["title"] != TARGETS]
    return Results(tables=tables, figures=saved["figures"], notes=saved["notes"]), saved["heading"]


def replaced(before: Results, again: Results, note: str) -> Results:
    """Results with what was measured again in the place of what it replaces."""
    titles = {title for title, _, _ in again.tables}
    kept = [table for table in before.tables if table[0] not in titles]
    notes = [old for old in before.notes if not old.startswith(FAILED)]
    return Results(
        tables=kept + again.tables, figures=before.figures | again.figures, notes=[*notes, *again.notes, note]
    )


def save(results: Results, heading: str) -> None:
    """Write ``results.md`` and ``results.json`` beside this file."""
    parts = ["# Last benchmark", heading, *results.notes]
    parts += [f"## {title}\n\n{as_markdown(columns, rows)}" for title, columns, rows in results.tables]
    (HERE / "results.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    tables = [
        {"title": title, "columns": list(columns), "rows": [list(row) for row in rows]}
        for title, columns, rows in results.tables
    ]
    answer = {"heading": heading, "notes": results.notes, "figures": results.figures, "tables": tables}
    (HERE / "results.json").write_text(json.dumps(answer, indent=1) + "\n", encoding="utf-8")
