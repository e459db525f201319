"""Write tests/golden/allocator.json from the reference numbers of R Robyn 3.12.1's allocator and response curves.

Usage: python scripts/make_allocator_fixture.py PATH_TO_GOLDEN

Only what the tests read is kept, with our names (a channel is called by its spend column).
"""

import json
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parent.parent / "tests" / "golden"
RENAMED = {"search_clicks": "search_spend", "social_impressions": "social_spend"}
PARAMETERS = {"alphas": "alpha", "gammas": "gamma", "thetas": "theta"}
CURVE_KEYS = ("mean_input_immediate", "mean_input_carryover", "mean_response_total", "inflexion")
EVERY = 10
"""One period in so many of the response series is kept."""


def our_name(name: str) -> str:
    """A channel as we call it."""
    return RENAMED.get(name, name)


def by_channel(run: dict[str, Any], key: str) -> dict[str, float]:
    """A column of the allocator's table, with our names."""
    table = run["dt_optimOut"]
    return dict(zip(map(our_name, table["channels"]), table[key], strict=True))


def describe_run(run: dict[str, Any]) -> dict[str, Any]:
    """What was asked in absolute numbers, and what R answered; spends and responses per period."""
    table = run["dt_optimOut"]
    return {
        "model": run["model"],
        "scenario": run["scenario"],
        "total_budget": run["total_budget"],
        "budget": table["total_budget_unit"][0],
        "without_effect": run["skipped_coef0"],
        "low": by_channel(run, "constr_low_abs"),
        "high": by_channel(run, "constr_up_abs"),
        "initial_spend": by_channel(run, "initSpendUnit"),
        "initial_response": by_channel(run, "initResponseUnit"),
        "spend": by_channel(run, "optmSpendUnit"),
        "response": by_channel(run, "optmResponseUnit"),
        "status": run["status"],
        "value": -run["objective"],
    }


def describe_model(model: dict[str, Any], responses: dict[str, Any]) -> dict[str, Any]:
    """Hyperparameters and coefficients of the selected model, and its response curves."""
    hyper = {}
    for key, value in model["hyper"].items():
        column, _, ending = key.rpartition("_")
        if ending in PARAMETERS:
            hyper[f"{our_name(column)}_{PARAMETERS[ending]}"] = value
    hyper["lambda"] = model["hyper"]["lambda"]
    table = model["xDecompAgg"]
    curves = {}
    for key, response in responses.items():
        if key.endswith("_default"):
            name = our_name(response["metric_name"])
            curves[name] = {wanted: response[wanted] for wanted in CURVE_KEYS}
            n = len(response["response_total"])
            first = len(response["date"]) - n
            for series in ("input_immediate", "input_carryover"):
                curves[name][series] = response[series][first : first + n : EVERY]
            curves[name]["response_total"] = response["response_total"][::EVERY]
    return {
        "solution_id": model["selected"],
        "hyperparameters": hyper,
        "coefficients": dict(zip(map(our_name, table["rn"]), table["coef"], strict=True)),
        "curves": curves,
    }


def main() -> None:
    """Write the fixture."""
    if len(sys.argv) != 2 or not Path(sys.argv[1], "demo/alloc").is_dir():
        raise SystemExit("Usage: python scripts/make_allocator_fixture.py PATH_TO_GOLDEN (a folder with demo/alloc)")
    folder = Path(sys.argv[1], "demo/alloc")
    runs, model, responses = (
        json.loads((folder / f"{name}.json").read_text()) for name in ("allocator", "model", "response")
    )
    content = {
        "runs": {name: describe_run(run) for name, run in runs.items()},
        "model": describe_model(model, responses),
    }
    (TARGET / "allocator.json").write_text(json.dumps(content, separators=(",", ":")))


if __name__ == "__main__":
    main()
