"""Pictures of a battery, as SVG that is the same to the byte for the same results."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tests.recovery.estimates import LEVELS, LOWEST, RECOMMENDED, ROBYN
from tests.recovery.scores import coverage, draw_resamples, measure
from tests.recovery.summary import Battery, subgroups

COLOURS = {RECOMMENDED: "#0072B2", ROBYN: "#D55E00", LOWEST: "#8B94A3"}
_TEXT, _MUTED, _GRID = "#1f2430", "#5d6675", "#e6e9ee"


class Picture(NamedTuple):
    """A file and what it shows."""

    path: Path
    words: str


def draw_pictures(battery: Battery, folder: Path, kind: str) -> list[Picture]:
    """Draw what can be drawn from these methods.

    Args:
        battery: Scores.
        folder: Where the files go.
        kind: Beginning of their names.
    """
    both = {RECOMMENDED, ROBYN} <= set(battery.methods)
    drawings: list[tuple[str, str, Callable[[Battery, Axes], None], bool]] = [
        (
            "markets",
            "Error of contributions market by market: below the line recommended is nearer.",
            _draw_markets,
            both,
        ),
        ("errors", "How many channels have a ROAS within a given error.", _draw_errors, True),
        ("coverage", "How often intervals hold the truth, against what they nominally promise.", _draw_coverage, True),
        (
            "budgets",
            "Lift printed against lift realised, spending evenly: below the line a plan brings less.",
            _draw_budgets,
            True,
        ),
        ("kinds", "Gain in wape over Robyn-compatible by kind of market, ± one standard error.", _draw_kinds, both),
    ]
    return [
        _save(battery, folder / f"{kind}_{name}.svg", words, draw) for name, words, draw, is_on in drawings if is_on
    ]


def _save(battery: Battery, path: Path, words: str, draw: Callable[[Battery, Axes], None]) -> Picture:
    with mpl.rc_context({"svg.hashsalt": "recovery", "font.size": 11, "text.color": _TEXT, "axes.labelcolor": _TEXT}):
        figure = Figure(figsize=(8.0, 5.2), layout="constrained")
        axes = figure.add_subplot()
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set_color(_MUTED)
        axes.tick_params(colors=_MUTED)
        axes.grid(color=_GRID, linewidth=0.8)
        axes.set_axisbelow(True)
        draw(battery, axes)
        figure.savefig(path, metadata={"Date": None, "Creator": None})
    return Picture(path, words)


def _draw_markets(battery: Battery, axes: Axes) -> None:
    robyn = [one.wape for one in battery.scores[ROBYN]]
    ours = [one.wape for one in battery.scores[RECOMMENDED]]
    most = 1.05 * max(*robyn, *ours)
    axes.plot([0, most], [0, most], color=_MUTED, linewidth=1, linestyle="--")
    axes.scatter(robyn, ours, color=COLOURS[RECOMMENDED], s=28, alpha=0.75, linewidths=0)
    axes.set(xlim=(0, most), ylim=(0, most), xlabel=f"wape, {ROBYN}", ylabel=f"wape, {RECOMMENDED}")


def _draw_errors(battery: Battery, axes: Axes) -> None:
    for method in battery.methods:
        errors = np.sort(np.concatenate([one.errors for one in battery.scores[method]]))
        axes.step(
            errors, 100 * np.arange(1, len(errors) + 1) / len(errors), color=COLOURS[method], label=method, where="post"
        )
    axes.set(
        xlim=(0, 2), ylim=(0, 100), xlabel="absolute ROAS error, share of the true ROAS", ylabel="% of working channels"
    )
    axes.legend(frameon=False, loc="lower right")


def _draw_coverage(battery: Battery, axes: Axes) -> None:
    nominal = [100 * level for level in LEVELS]
    axes.plot([40, 100], [40, 100], color=_MUTED, linewidth=1, linestyle="--")
    resamples = draw_resamples(len(battery.cases), 100)
    for method in battery.methods:
        found = [measure(coverage(level), battery.scores[method], resamples) for level in LEVELS]
        if not np.isnan(found[0].value):
            shares, errors = [100 * one.value for one in found], [100 * one.error for one in found]
            axes.errorbar(nominal, shares, errors, color=COLOURS[method], marker="o", capsize=3, label=method)
    axes.set(xlim=(40, 100), ylim=(0, 100), xlabel="nominal probability, %", ylabel="truth inside, % of channels")
    axes.legend(frameon=False, loc="upper left")


def _draw_budgets(battery: Battery, axes: Axes) -> None:
    ends = [0.0]
    for method in (one for one in battery.methods if one != LOWEST):
        printed = [100 * one.printed for one in battery.scores[method]]
        realised = [100 * one.lift["evenly"] for one in battery.scores[method]]
        axes.scatter(printed, realised, color=COLOURS[method], s=28, alpha=0.7, linewidths=0, label=method)
        ends += printed
    most = 1.05 * max(ends)
    axes.axhline(0, color=_MUTED, linewidth=1)
    axes.plot([0, most], [0, most], color=_MUTED, linewidth=1, linestyle="--")
    axes.set(xlabel="lift printed, %", ylabel="lift realised, %")
    axes.legend(frameon=False, loc="best")


def _draw_kinds(battery: Battery, axes: Axes) -> None:
    found = [one for one in subgroups(battery) if one.rows[0].difference is not None][::-1]
    gains = [-one.rows[0].difference.value for one in found if one.rows[0].difference is not None]
    errors = [one.rows[0].difference.error for one in found if one.rows[0].difference is not None]
    places = np.arange(len(found))
    axes.axvline(0, color=_MUTED, linewidth=1)
    axes.errorbar(gains, places, xerr=errors, fmt="o", color=COLOURS[RECOMMENDED], capsize=3)
    axes.set_yticks(places, [f"{one.group}: {one.kind} ({one.n_markets})" for one in found])
    axes.set_xlabel("wape of Robyn-compatible minus wape of recommended")
    figure = axes.get_figure()
    if isinstance(figure, Figure):
        figure.set_size_inches(8.0, max(3.0, 0.27 * len(found) + 1.0))
