"""A refresh in words: what is new, what it would do, where it stands."""

import datetime as dt

import pandas as pd

from mmm_core.entities.columns import Frequency
from mmm_core.entities.records import RefreshDecision
from mmm_core.entities.refresh import ModelRefreshConfig, RefreshCheck, RefreshMode

DECISION_WORDS = {RefreshDecision.ACCEPTED: "Accepted", RefreshDecision.SET_ASIDE: "Set aside", None: "Not decided yet"}


def count_of(number: int, unit: Frequency) -> str:
    """``4 weeks``, ``1 day``."""
    return f"{number:,} {unit.value}{'' if number == 1 else 's'}"


def days(first: dt.date | None, last: dt.date | None) -> str:
    """``4 Nov to 25 Nov 2024``; the year twice where it differs, one day alone."""
    if first is None or last is None:
        return ""
    if first == last:
        return f"{first:%-d %b %Y}"
    begin = f"{first:%-d %b}" if first.year == last.year else f"{first:%-d %b %Y}"
    return f"{begin} to {last:%-d %b %Y}"


def new_sentence(check: RefreshCheck) -> str:
    """``4 new weeks, 4 Nov to 25 Nov 2024``; nothing is claimed of a file whose dates cannot be compared."""
    if not check.n_new:
        return f"No new {check.frequency.value}" if check.n_history else "New file"
    unit = f"new {check.frequency.value}{'' if check.n_new == 1 else 's'}"
    return f"{check.n_new:,} {unit}, {days(check.first_new, check.last_new)}"


def history_sentence(check: RefreshCheck) -> str:
    """What the table holds of the history, and whether that changed."""
    shared = count_of(check.n_history, check.frequency)
    if not check.n_history:
        return ""
    if not check.has_revisions:
        return f"All {shared} of history are as they were."
    parts = []
    if check.changed:
        n_rows = len(check.changed_rows)
        parts.append(f"{count_of(n_rows, check.frequency)} of history changed ({_cells(len(check.changed))})")
    if check.lost:
        parts.append(
            f"{count_of(len(check.lost), check.frequency)} of history {'is' if len(check.lost) == 1 else 'are'} gone"
        )
    return f"{'; '.join(parts)}. The old result saw the earlier figures."


def plan_sentence(check: RefreshCheck, config: ModelRefreshConfig) -> str:
    """How the window moves on, and what is left for the next refresh."""
    steps = max(1, check.n_steps)
    moved = steps * config.refresh_steps
    left = check.n_new - moved
    step = count_of(config.refresh_steps, check.frequency)
    how = f"in {steps} steps of {step}" if steps > 1 else f"by {step}"
    rest = f" {count_of(left, check.frequency)} stay for the next refresh." if left > 0 else ""
    if left == 1:
        rest = rest.replace(" stay ", " stays ")
    bounds = (
        "every parameter stays near its old value"
        if config.bounds_freedom is None
        else f"every parameter stays within {config.bounds_freedom:.0%} of its range around its old value"
    )
    return (
        f"The window of {count_of(check.n_window, check.frequency)} moves on {how}; {bounds}, so that the new answer "
        f"carries on the old one.{rest}"
    )


def mode_words(mode: RefreshMode) -> str:
    """A mode as a choice."""
    return "In one step" if mode is RefreshMode.MANUAL else "In several steps"


def changed_frame(check: RefreshCheck) -> pd.DataFrame:
    """One row per cell of history that changed: when, which column, from what to what."""
    return pd.DataFrame(
        {
            "date": [cell.date for cell in check.changed],
            "column": [cell.column for cell in check.changed],
            "before": [_written(cell.before) for cell in check.changed],
            "now": [_written(cell.after) for cell in check.changed],
        }
    )


def _cells(number: int) -> str:
    return f"{number:,} cell{'' if number == 1 else 's'}"


def _written(value: float | str) -> str:
    """A cell as it was: a number in full, an empty one in a word."""
    if isinstance(value, str):
        return value or "empty"
    if value != value:  # noqa: PLR0124 - NaN is what differs from itself
        return "empty"
    return f"{value:,.10g}"
