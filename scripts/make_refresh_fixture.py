"""Write tests/golden/refresh.{json,npz} from the folder of reference numbers measured on R Robyn 3.12.1.

Usage: python scripts/make_refresh_fixture.py PATH_TO_GOLDEN

Two refreshes of one model of the demo, by 4 and by 13 weeks: data, bounds, candidates, fronts and winners, with our names.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from make_golden_fixtures import PARAMETERS, TARGET, numbers, our_key, our_name, read_csv

REFRESHES = ("steps4", "steps13")
NOT_COLUMNS = ("ds", "dep_var")


def ranges(given: dict[str, Any]) -> dict[str, Any]:
    """Hyperparameters under our names; the training share is left out, nothing was validated."""
    return {our_key(key): value for key, value in given.items() if key != "train_size"}


def describe(folder: Path, name: str) -> dict[str, Any]:
    """Windows, bounds and the winner of one refresh."""
    meta, bounds = (json.loads((folder / f"{name}_{part}.json").read_text()) for part in ("meta", "bounds"))
    start = json.loads((folder / "init_model.json").read_text())["InputCollect"]
    previous = read_csv(folder / f"{name}_xDecompAggPrev.csv")
    return {
        "steps": meta["refresh_steps"],
        "before": [start["window_start"][0], start["window_end"][0]],
        "window": [meta["window_start"], meta["window_end"]],
        "rows": [meta["rollingWindowStartWhich"] - 1, meta["rollingWindowEndWhich"] - 1],
        "first_new": meta["refreshAddedStart"],
        "freedom": bounds["newBoundsFreedom"],
        "original": ranges(bounds["init"]),
        "previous": ranges(bounds["prev"]),
        "bounds": ranges(bounds["bounds"]),
        "lambda_ends": [meta["lambda_bounds"]["min"], meta["lambda_bounds"]["max"]],
        "previous_shares": dict(zip(map(our_name, previous["rn"]), map(float, previous["xDecompPerc"]), strict=True)),
        "pareto_fronts": meta["pareto_fronts"],
        "winner": meta["selectID"].rpartition("_")[0],
    }


def arrays_of(folder: Path, name: str) -> dict[str, np.ndarray]:
    """The design of one refresh before transformation, and all its candidates."""
    design, candidates = read_csv(folder / f"{name}_dt_mod.csv"), read_csv(folder / f"{name}_all_hyperparameters.csv")
    names = [column for column in design if column not in NOT_COLUMNS]
    keys = [key for key in candidates if key.rpartition("_")[2] in PARAMETERS] + ["lambda"]
    return {
        "dates": np.array(design["ds"], dtype="datetime64[D]"),
        "names": np.array([our_name(column) for column in names]),
        "columns": np.column_stack([numbers(design[column]) for column in names]),
        "keys": np.array([our_key(key) for key in keys]),
        "values": np.column_stack([numbers(candidates[key]) for key in keys]),
        "nrmse": numbers(candidates["nrmse"]),
        "decomp_rssd": numbers(candidates["decomp.rssd"]),
        "front": np.nan_to_num(numbers(candidates["robynPareto"])).astype(np.int64),
        "solution_ids": np.array([one.rpartition("_")[0] for one in candidates["solID"]]),
    }


def main() -> None:
    """Write both files."""
    folder = Path(sys.argv[1]) / "demo/refresh"
    described = {name: describe(folder, name) for name in REFRESHES}
    (TARGET / "refresh.json").write_text(json.dumps(described, separators=(",", ":")))
    arrays = {f"{name}_{key}": array for name in REFRESHES for key, array in arrays_of(folder, name).items()}
    np.savez_compressed(TARGET / "refresh.npz", **arrays)


if __name__ == "__main__":
    main()
