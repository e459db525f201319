"""A finished run as files: result.json, arrays.npz and three tables; reading gives back every bit."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.model_output import Convergence, ModelOutput, ModelOutputCollection, Provenance, Trial
from mmm_core.entities.refresh import RefreshStep
from mmm_core.entities.run_result import ParetoResult, RunResult, SearchProgress
from mmm_core.errors import StoreError
from mmm_core.store.atomic_files import explained, write_atomically
from mmm_core.store.codec import (
    FORMAT_VERSION,
    array_bytes,
    decode,
    dump_json,
    load_json,
    read_arrays,
    read_table,
    require_known_format,
    write_arrays,
    write_table,
)
from mmm_core.store.design_codec import design_arrays, design_document, floats, names_of, read_design
from mmm_core.store.posterior_codec import read_posterior, write_posterior

Arrays = dict[str, NDArray[np.generic]]
_TRIAL_ARRAYS = ("hyperparameters", "metrics", "coefficients", "contributions")
_PROGRESS_NUMBERS = ("done", "total", "seconds", "models_per_second")


def write_result(folder: Path, result: RunResult) -> None:
    """Write a finished run into a folder of its own; ``result.json`` last, so that a folder without it is unfinished.

    Args:
        folder: New or empty.
        result: What to write.

    Raises:
        WorkspaceError: The folder cannot be written.
    """
    arrays = _arrays_of(result)
    write_atomically(folder / "arrays.npz", lambda file: write_arrays(arrays, file))
    tables = {
        "candidates": result.pareto["candidates"],
        "estimates": result.pareto["estimates"],
        "convergence": result.collection.convergence.table,
    }
    for name, table in tables.items():
        write_atomically(folder / f"{name}.parquet", lambda file, table=table: write_table(table, file))  # type: ignore[misc]
    if result.posterior is not None:
        write_posterior(folder, result.posterior)
    write_atomically(folder / "result.json", dump_json(_document_of(result)))


def read_result(folder: Path, what: str) -> RunResult:
    """Read what :func:`write_result` wrote.

    Args:
        folder: Where.
        what: What it is, for the sentence: "Run 3".

    Raises:
        StoreError: A file is missing, damaged or newer than this version.
    """
    with explained(folder):
        document = load_json((folder / "result.json").read_bytes(), what)
    require_known_format(document, what)
    arrays = read_arrays(folder / "arrays.npz", what)
    output = _part(document, "model_output", what)
    convergence = _part(document, "convergence", what)
    pareto = _part(document, "pareto", what)
    try:
        return RunResult(
            collection=ModelOutputCollection(
                model_output=_read_output(output, arrays),
                convergence=Convergence(
                    table=read_table(folder / "convergence.parquet", what)[0],
                    converged=cast(dict[str, bool], convergence["converged"]),
                    messages=tuple(cast(list[str], convergence["messages"])),
                ),
                info=decode(Provenance, document["info"]),
                selected_id=cast(str | None, document["selected_id"]),
                refreshes=tuple(
                    decode(RefreshStep, step) for step in cast(list[object], document.get("refreshes", []))
                ),
            ),
            design=read_design(_part(document, "design", what), arrays),
            pareto=ParetoResult(
                pareto_fronts=cast(int, pareto["pareto_fronts"]),
                candidates=read_table(folder / "candidates.parquet", what)[0],
                solution_ids=cast(list[str], pareto["solution_ids"]),
                recommended_id=cast(str, pareto["recommended_id"]),
                estimates=read_table(folder / "estimates.parquet", what)[0],
                notes=cast(list[str], pareto["notes"]),
            ),
            posterior=read_posterior(folder, what),
        )
    except KeyError as error:
        raise StoreError(f"{what} cannot be read, its files miss {error}.") from error


def progress_bytes(progress: SearchProgress) -> bytes:
    """A running search as npz; the cloud of candidates in half precision's big brother (float32), it is only looked at."""
    return array_bytes(
        {
            "numbers": np.array([getattr(progress, name) for name in _PROGRESS_NUMBERS], dtype=np.float64),
            "nrmse": progress.nrmse.astype(np.float32),
            "decomp_rssd": progress.decomp_rssd.astype(np.float32),
            "trial": progress.trial.astype(np.int32),
            "front": progress.front.astype(np.int32),
            "stage": np.array(progress.stage),
        }
    )


def read_progress(path: Path) -> SearchProgress:
    """Read what :func:`progress_bytes` made.

    Raises:
        StoreError: The file is missing or damaged.
    """
    arrays = read_arrays(path, "The progress of the run")
    done, total, seconds, speed = (float(number) for number in floats(arrays["numbers"]))
    return SearchProgress(
        done=int(done),
        total=int(total),
        seconds=seconds,
        models_per_second=speed,
        nrmse=floats(arrays["nrmse"]),
        decomp_rssd=floats(arrays["decomp_rssd"]),
        trial=arrays["trial"].astype(np.int64),
        front=arrays["front"].astype(np.int64),
        stage=str(arrays["stage"]),
    )


def _arrays_of(result: RunResult) -> Arrays:
    arrays: Arrays = design_arrays(result.design)
    arrays["total_spend"] = result.collection.model_output.total_spend
    for trial in result.collection.model_output.trials:
        arrays |= {f"trial_{trial.number}_{name}": getattr(trial, name) for name in _TRIAL_ARRAYS}
        if trial.iterations is not None:
            arrays[f"trial_{trial.number}_iterations"] = trial.iterations
    return arrays


def _document_of(result: RunResult) -> dict[str, object]:
    collection, pareto = result.collection, result.pareto
    output = collection.model_output
    return {
        "format_version": FORMAT_VERSION,
        "selected_id": collection.selected_id,
        "refreshes": collection.refreshes,
        "info": collection.info,
        "model_output": {
            **_plain_fields(output, without=("trials", "total_spend")),
            "trials": [_plain_fields(trial, without=(*_TRIAL_ARRAYS, "iterations")) for trial in output.trials],
        },
        "convergence": _plain_fields(collection.convergence, without=("table",)),
        "design": design_document(result.design),
        "pareto": {name: pareto[name] for name in ("pareto_fronts", "solution_ids", "recommended_id", "notes")},
    }


def _plain_fields(entity: object, without: tuple[str, ...]) -> dict[str, object]:
    names = [field.name for field in fields(entity) if field.name not in without]  # type: ignore[arg-type]
    return {name: getattr(entity, name) for name in names}


def _part(document: Mapping[str, object], name: str, what: str) -> dict[str, object]:
    part = document.get(name)
    if not isinstance(part, dict):
        raise StoreError(f"{what} cannot be read, its files miss {name!r}.")
    return part


def _read_output(plain: dict[str, object], arrays: Arrays) -> ModelOutput:
    trials = cast(list[dict[str, float]], plain["trials"])
    return ModelOutput(
        trials=tuple(_read_trial(int(trial["number"]), float(trial["seconds"]), arrays) for trial in trials),
        parameter_names=names_of(plain["parameter_names"]),
        term_names=names_of(plain["term_names"]),
        paid_names=names_of(plain["paid_names"]),
        organic_names=names_of(plain["organic_names"]),
        total_spend=floats(arrays["total_spend"]),
        outcome_kind=OutcomeKind(str(plain["outcome_kind"])),
        timeseries_validation=bool(plain["timeseries_validation"]),
        n_planned=cast(int, plain["n_planned"]),
    )


def _read_trial(number: int, seconds: float, arrays: Arrays) -> Trial:
    hyperparameters, metrics, coefficients, contributions = (
        floats(arrays[f"trial_{number}_{name}"]) for name in _TRIAL_ARRAYS
    )
    iterations = arrays.get(f"trial_{number}_iterations")  # only of results whose models were chosen from more
    return Trial(
        number=number,
        seconds=seconds,
        iterations=None if iterations is None else iterations.astype(np.int64, copy=False),
        hyperparameters=hyperparameters,
        metrics=metrics,
        coefficients=coefficients,
        contributions=contributions,
    )
