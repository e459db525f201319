"""Write tests/golden/ from the folder of reference numbers measured on R Robyn 3.12.1.

Usage: python scripts/make_golden_fixtures.py PATH_TO_GOLDEN

Only what the tests read is kept, with our names (a channel is called by its spend column), in compressed arrays.
"""

import csv
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

TARGET = Path(__file__).resolve().parent.parent / "tests" / "golden"
RENAMED = {"search_clicks": "search_spend", "social_impressions": "social_spend"}
PARAMETERS = {"alphas": "alpha", "gammas": "gamma", "thetas": "theta", "shapes": "shape", "scales": "scale"}
RUNS = ("run", "run_calib")
METRIC_COLUMNS = ("nrmse", "decomp.rssd", "mape", "nrmse_train", "rsq_train")
RESULT_KEYS = (
    "nrmse",
    "decomp.rssd",
    "nrmse_train",
    "nrmse_val",
    "nrmse_test",
    "rsq_train",
    "rsq_val",
    "rsq_test",
    "lambda",
    "lambda_max",
    "lambda_min_ratio",
)


def our_name(name: str) -> str:
    """A column as we call it."""
    return "intercept" if name == "(Intercept)" else RENAMED.get(name, name)


def our_key(key: str) -> str:
    """A hyperparameter as we call it."""
    column, _, ending = key.rpartition("_")
    return f"{our_name(column)}_{PARAMETERS.get(ending, ending)}" if column and key != "train_size" else key


def read_csv(path: Path) -> dict[str, list[str]]:
    """Columns of a CSV as text."""
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    return {name: [row[i] for row in rows[1:]] for i, name in enumerate(rows[0])}


def numbers(texts: list[str]) -> np.ndarray:
    """Text to float64; NA becomes NaN."""
    return np.array([np.nan if text in ("NA", "") else float(text) for text in texts])


def write_inputs(golden: Path) -> None:
    """The demo data as R modelled it: every column before transformation, all rows."""
    table = read_csv(golden / "demo/inputs/dt_mod_main.csv")
    inputs = json.loads((golden / "demo/inputs/inputs_main.json").read_text())
    raw = read_csv(golden / "demo_weekly.csv")
    names = [name for name in table if name not in ("ds", "dep_var")]
    first, last = inputs["rollingWindowStartWhich"], inputs["rollingWindowEndWhich"]
    np.savez_compressed(
        TARGET / "inputs.npz",
        dates=np.array(table["ds"], dtype="datetime64[D]"),
        outcome=numbers(table["dep_var"]),
        names=np.array([our_name(name) for name in names]),
        columns=np.column_stack([numbers(table[name]) for name in names]),
        spend_names=np.array(inputs["paid_media_spends"]),
        spend=np.column_stack([numbers(raw[name]) for name in inputs["paid_media_spends"]]),
        rows=np.arange(first - 1, last),
        lambda_bounds=np.array([inputs["lambda_bounds"]["min"], inputs["lambda_bounds"]["max"]]),
    )


def limit(text: str) -> float | str:
    """A coefficient limit; infinite ones stay words, JSON has no number for them."""
    return text if "Inf" in text else float(text)


def describe_fit(fit: dict[str, Any]) -> dict[str, Any]:
    """Settings, hyperparameters and scalars of one fit."""
    result = fit["result"]
    media = [key.removesuffix("_inflexion") for key in result if key.endswith("_inflexion")]
    table = fit["xDecompAgg"]
    return {
        "settings": fit["settings"],
        "note": fit["note"],
        "hyperparameters": {our_key(key): value for key, value in fit["hyper"].items()},
        "coefficients": {our_name(name): value for name, value in fit["coefs"].items()},
        "lower": [limit(text) for text in fit["lower"]],
        "upper": [limit(text) for text in fit["upper"]],
        "df_int": fit["df_int"],
        "npasses": fit["npasses"],
        "n_parts": [fit["n_train"], fit["n_val"], fit["n_test"]],
        "metrics": {key.replace(".", "_"): result[key] for key in RESULT_KEYS},
        "inflexions": {our_name(name): result[f"{name}_inflexion"] for name in media},
        "inflations": {our_name(name): result[f"{name}_inflation"] for name in media},
        "contributions": dict(zip(map(our_name, table["rn"]), table["xDecompAgg"], strict=True)),
        "spend_share": dict(zip(map(our_name, table["rn"]), table["spend_share"], strict=True)),
        "effect_share": dict(zip(map(our_name, table["rn"]), table["effect_share"], strict=True)),
    }


def write_fits(golden: Path) -> None:
    """Every fit: scalars as JSON, series as arrays with the fit first: (n_fits, n_rows[, n_media])."""
    fits = {path.stem: json.loads(path.read_text()) for path in sorted((golden / "demo/fits").glob("*.json"))}
    described = {name: describe_fit(fit) for name, fit in fits.items()}
    (TARGET / "fits.json").write_text(json.dumps(described, separators=(",", ":")))
    media = [name for name in fits["geometric_mid"]["mediaImmediate"] if name not in ("ds", "y", "_row")]

    def series(block: str) -> np.ndarray:
        return np.array([np.column_stack([fit[block][name] for name in media]) for fit in fits.values()], dtype=float)

    np.savez_compressed(
        TARGET / "fits.npz",
        names=np.array(list(fits)),
        media=np.array([our_name(name) for name in media]),
        fitted=np.array([fit["y_pred"] for fit in fits.values()], dtype=float),
        immediate=series("mediaImmediate"),
        carry_over=series("mediaCarryover"),
    )


def write_runs(golden: Path) -> None:
    """All candidates of the two searches with their objectives and fronts (0: on none), and the automatic choices."""
    for run in RUNS:
        folder = golden / "demo" / run
        candidates, membership = (
            read_csv(folder / "all_hyperparameters.csv"),
            read_csv(folder / "pareto_membership.csv"),
        )
        first_metric = list(candidates).index("train_size")
        keys = [*list(candidates)[: first_metric + 1], "lambda"]
        if candidates["solID"] != membership["solID"]:
            raise SystemExit(f"{folder} lists its candidates in two different orders.")
        np.savez_compressed(
            TARGET / f"{run}.npz",
            solution_ids=np.array(candidates["solID"]),
            names=np.array([our_key(key) for key in keys]),
            values=np.column_stack([numbers(candidates[key]) for key in keys]),
            metric_names=np.array([name.replace(".", "_") for name in METRIC_COLUMNS]),
            metrics=np.column_stack([numbers(candidates[name]) for name in METRIC_COLUMNS]),
            front=np.nan_to_num(numbers(membership["robynPareto"])).astype(np.int64),
            error_score=numbers(membership["error_score"]),
            passes_calibration=np.array([flag == "TRUE" for flag in membership["mape.qt10"]]),
            some_coefficient_is_zero=np.array([flag == "TRUE" for flag in membership["coef0"]]),
        )
        write_choices(folder, run)


def write_choices(folder: Path, run: str) -> None:
    """Automatic number of fronts per smallest number of candidates, and the table of convergence."""
    meta = json.loads((folder / "pareto_meta.json").read_text())
    auto = {str(meta.get("min_candidates", 100)): {key: meta[key] for key in ("pareto_fronts", "solutions")}}
    for path in sorted(folder.glob("pareto_auto_min*.json")):
        choice = json.loads(path.read_text())
        auto[str(choice["min_candidates"])] = {key: choice[key] for key in ("pareto_fronts", "solutions")}
    messages = json.loads((folder / "run_meta.json").read_text())["conv_msg"]
    table = read_csv(folder / "converge_errors.csv")
    answer = {"pareto_auto": auto, "converge_messages": messages, "converge_errors": table}
    (TARGET / f"{run}.json").write_text(json.dumps(answer, separators=(",", ":")))


def our_studies(path: Path) -> list[dict[str, Any]]:
    """Lift studies as a project file has them."""
    table = read_csv(path)
    columns = ("channel", "liftStartDate", "liftEndDate", "liftAbs", "spend", "confidence", "calibration_scope")
    return [
        {
            "channels": channel.split("+"),
            "start": start,
            "end": end,
            "lift": float(lift),
            "spend": float(spend),
            "confidence": float(confidence),
            "scope": scope,
        }
        for channel, start, end, lift, spend, confidence, scope in zip(*(table[name] for name in columns), strict=True)
    ]


def write_calibration(golden: Path) -> None:
    """Lift studies, what R makes of them in every calibrated fit, and in every candidate of the calibrated search."""
    studies = {
        name: our_studies(golden / f"demo/calibration_input{ending}.csv")
        for name, ending in (("plain", ""), ("flipscope", "_flipscope"))
    }
    order = ["+".join(study["channels"]) for study in studies["plain"]]

    def by_study(names: list[str], values: list[Any]) -> list[Any]:
        found = {"+".join(map(our_name, name.split("+"))): value for name, value in zip(names, values, strict=True)}
        return [found[name] for name in order]

    fits: dict[str, Any] = {}
    for path in sorted((golden / "demo/fits").glob("*calib*.json")):
        fit = json.loads(path.read_text())
        table = fit["liftCalibration"]
        fits[path.stem] = {
            "studies": "flipscope" if path.stem.endswith("flipscope") else "plain",
            "predicted": by_study(table["liftMedia"], table["decompAbsScaled"]),
            "ape": by_study(table["liftMedia"], table["mape_lift"]),
            "mape": fit["result"]["mape"],
        }
    (TARGET / "calibration.json").write_text(json.dumps({"studies": studies, "fits": fits}, separators=(",", ":")))
    candidates = read_csv(golden / "demo/run_calib/all_hyperparameters.csv")["solID"]
    table = read_csv(golden / "demo/run_calib/all_calibration.csv")
    media = ["+".join(map(our_name, name.split("+"))) for name in table["liftMedia"]]
    place = [(candidates.index(one), order.index(name)) for one, name in zip(table["solID"], media, strict=True)]
    arrays = {}
    for key, column in (("predicted", "decompAbsScaled"), ("ape", "mape_lift")):
        arrays[key] = np.full((len(candidates), len(order)), np.nan)
        arrays[key][tuple(np.transpose(place))] = numbers(table[column])
    np.savez_compressed(TARGET / "calibration.npz", solution_ids=np.array(candidates), **arrays)


def write_clusters(golden: Path) -> None:
    """The models R clustered: coordinates from 0 to 1, labels, sum of squares per number of clusters, and one pick each."""
    folder = golden / "demo/run"
    models, curve, top = (read_csv(folder / f"cluster_{name}.csv") for name in ("data", "wss", "top_models"))
    keys = [key for key in models if key.rpartition("_")[2] in PARAMETERS]
    np.savez_compressed(
        TARGET / "clusters.npz",
        solution_ids=np.array(models["solID"]),
        names=np.array([our_key(key) for key in keys]),
        scaled=np.column_stack([numbers(models[key]) for key in keys]),
        labels=numbers(models["cluster"]).astype(np.int64),
        is_pick=np.array([flag == "TRUE" for flag in models["top_sol"]]),
        within_sum=numbers(curve["wss"]),
        pick_ids=np.array(top["solID"]),
        pick_error_scores=numbers(top["error_score"]),
        explained=np.array(json.loads((folder / "cluster_meta.json").read_text())["pca_explained"]) / 100,
    )


def write_units(golden: Path) -> None:
    """Unit cases as they are; inputs and outputs of the transforms joined into long arrays."""
    for name in ("rsq", "pareto_front", "error_scores"):
        content = json.loads((golden / f"units/{name}.json").read_text())
        (TARGET / f"{name}.json").write_text(json.dumps(content, separators=(",", ":")))
    for name in ("split_index", "weibull_scale_quantile"):
        table = read_csv(golden / f"units/{name}.csv")
        (TARGET / f"{name}.json").write_text(json.dumps({key: numbers(table[key]).tolist() for key in table}))
    cases = json.loads((golden / "units/transforms.json").read_text())
    described, outputs, start = [], [], 0
    for case in cases["cases"]:
        entry = {"function": case["fn"], "input": case["x"], "arguments": case["args"], "scalars": {}, "series": {}}
        for key, value in case["out"].items():
            series = value if isinstance(value, list) else [value]  # R writes a series of length 1 as a number
            if key in ("inflation_total", "inflexion"):
                entry["scalars"][key] = None if value == "NaN" else value
                continue
            entry["series"][key] = [start, start + len(series)]
            outputs.append(np.array([np.nan if item in (None, "NaN", "NA") else item for item in series], dtype=float))
            start += len(series)
        described.append(entry)
    content = {"inputs": {k: v if isinstance(v, list) else [v] for k, v in cases["inputs"].items()}, "cases": described}
    (TARGET / "transforms.json").write_text(json.dumps(content, separators=(",", ":")))
    np.savez_compressed(TARGET / "transforms.npz", outputs=np.concatenate(outputs))


def main() -> None:
    """Write all fixtures."""
    if len(sys.argv) != 2 or not Path(sys.argv[1], "units").is_dir():
        raise SystemExit(
            "Usage: python scripts/make_golden_fixtures.py PATH_TO_GOLDEN (a folder with units/ and demo/)"
        )
    golden = Path(sys.argv[1])
    TARGET.mkdir(parents=True, exist_ok=True)
    write_inputs(golden)
    write_fits(golden)
    write_runs(golden)
    write_calibration(golden)
    write_clusters(golden)
    write_units(golden)
    for path in sorted(TARGET.iterdir()):
        print(f"{path.stat().st_size:>9} {path.name}")


if __name__ == "__main__":
    main()
