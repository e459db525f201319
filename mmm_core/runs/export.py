"""A finished run as files for other programs: models.parquet, pareto.parquet, summary.json."""

import platform
import secrets
import time
from collections.abc import Hashable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

import mmm_core
from mmm_core.entities.posterior import Posterior
from mmm_core.entities.project import Project
from mmm_core.entities.run_result import RunResult
from mmm_core.store.atomic_files import explained, write_atomically
from mmm_core.store.codec import dump_json, write_table

FORMAT_VERSION = 1
_RECOMMENDED_COLUMNS = (
    "solution_id",
    "front",
    "error_score",
    "nrmse",
    "decomp_rssd",
    "mape",
    "nrmse_train",
    "nrmse_val",
    "nrmse_test",
    "rsq_train",
    "rsq_val",
    "rsq_test",
)
_RANKING_COLUMNS = ("front", "on_front", "error_score")
_ESTIMATE_COLUMNS = ("spend", "contribution", "roas", "low", "high", "interval")


def prepare_folder(folder: Path) -> None:
    """Make the folder for a run before the run, so that hours of work never end at a folder that cannot be written.

    Args:
        folder: Created if absent.

    Raises:
        WorkspaceError: It cannot be created or written.
    """
    probe = folder / f".{secrets.token_hex(4)}.part"
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()


def write_run(folder: Path, result: RunResult) -> None:
    """Write a run for other programs, each file as a whole, ``summary.json`` last.

    Args:
        folder: Created if absent; files of an earlier run are replaced.
        result: A finished run.

    Raises:
        WorkspaceError: The folder cannot be written.
    """
    began = time.perf_counter()
    candidates = result.pareto["candidates"]
    models = candidates[[name for name in candidates.columns if name not in _RANKING_COLUMNS]]  # a view, not a copy
    write_atomically(folder / "models.parquet", lambda file: write_table(models, file))
    write_atomically(folder / "pareto.parquet", lambda file: write_table(pareto_models(result), file))
    summary = summary_of(result, seconds_writing=time.perf_counter() - began)
    write_atomically(folder / "summary.json", dump_json(summary))


def pareto_models(result: RunResult) -> pd.DataFrame:
    """The models on the chosen fronts, best front first, with front and error score."""
    candidates = result.pareto["candidates"].set_index("solution_id", drop=False)
    return candidates.loc[result.pareto["solution_ids"]].reset_index(drop=True)


def summary_of(result: RunResult, *, seconds_writing: float) -> dict[str, object]:
    """What ``summary.json`` holds: plain values, None where a number does not exist.

    Args:
        result: A finished run.
        seconds_writing: Time the tables took.
    """
    collection, pareto = result.collection, result.pareto
    info, output = collection.info, collection.model_output
    return {
        "format_version": FORMAT_VERSION,
        "versions": {"mmm_studio": info.engine_version, "python": platform.python_version(), **info.library_versions},
        "data_hash": info.data_hash,
        "seed": info.seed,
        "algorithm": info.algorithm,
        "started": info.started.isoformat(),
        "timings": {**info.timings, "writing": seconds_writing},
        "models": output.n_candidates,
        "models_planned": output.n_planned,
        "models_per_second": _plain(info.models_per_second),
        "convergence": {
            "converged": dict(collection.convergence.converged),
            "messages": list(collection.convergence.messages),
        },
        "pareto_fronts": pareto["pareto_fronts"],
        "models_on_fronts": len(pareto["solution_ids"]),
        "recommended_models": [_recommended(result)],
        "estimates": estimates_of(result),
        "averaged": None if result.posterior is None else average_summary(result.posterior),
        "notes": [*info.notes, *pareto["notes"]],
    }


def write_average(folder: Path, project: Project, posterior: Posterior) -> None:
    """Write the recommended answer alone: ``summary.json`` with its estimates, without any models.

    Args:
        folder: Created if absent.
        project: What was averaged.
        posterior: The averaged estimate.

    Raises:
        WorkspaceError: The folder cannot be written.
    """
    summary = {
        "format_version": FORMAT_VERSION,
        "versions": {"mmm_studio": mmm_core.__version__, "python": platform.python_version()},
        "data_hash": project.data.data_hash,
        "seed": project.seed,
        "timings": {"averaging": posterior.seconds},
        "estimates": {"averaged": averaged_estimates(posterior)},
        "averaged": average_summary(posterior),
        "notes": [*project.notes, *posterior.notes],
    }
    write_atomically(folder / "summary.json", dump_json(summary))


def average_summary(posterior: Posterior) -> dict[str, object]:
    """How far the averaged estimate can be trusted, as ``summary.json`` holds it."""
    return {
        "draws": posterior.n_draws,
        "worst_r_hat": _plain(posterior.worst_r_hat),
        "media_share": [_plain(value) for value in posterior.media_share],
        "warnings": list(posterior.warnings),
    }


def estimates_of(result: RunResult) -> dict[str, object]:
    """Per estimate and paid channel: spend, contribution, ROAS, low, high and what the interval is."""
    found: dict[str, object] = {"pareto": _estimates(result.pareto["estimates"])}
    if result.posterior is not None:
        found["averaged"] = averaged_estimates(result.posterior)
    return found


def averaged_estimates(posterior: Posterior) -> dict[str, Mapping[Hashable, object]]:
    """The recommended numbers per paid channel, as ``summary.json`` holds them."""
    rows = posterior.channels[posterior.channels["is_paid"]]
    table = rows.rename(columns={"roas_low": "low", "roas_high": "high"})
    return _estimates(table.assign(interval=posterior.model_set.interval_label))


def _recommended(result: RunResult) -> dict[str, object]:
    candidates, output = result.pareto["candidates"], result.collection.model_output
    row = candidates.loc[candidates["solution_id"] == result.pareto["recommended_id"]].iloc[0]
    return {
        **{name: _plain(row[name]) for name in _RECOMMENDED_COLUMNS},
        "hyperparameters": {name: _plain(row[name]) for name in output.parameter_names},
        "effect_share": {name: _plain(row[f"{name}_effect_share"]) for name in output.paid_names},
        "roas": {name: _plain(row[f"{name}_roas"]) for name in output.paid_names},
    }


def _estimates(table: pd.DataFrame) -> dict[str, Mapping[Hashable, object]]:
    rows = table.set_index("channel")[list(_ESTIMATE_COLUMNS)].to_dict(orient="index")
    return {str(channel): {name: _plain(value) for name, value in row.items()} for channel, row in rows.items()}


def _plain(value: object) -> object:
    """A value as strict JSON can hold it; a number that does not exist is None."""
    plain = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(plain, float) and not np.isfinite(plain) else plain
