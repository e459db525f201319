"""The Robyn bridge for scripts: a Robyn file to a project folder, and a model to a Robyn file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

import mmm_core
from mmm_core.engine.robyn_import import import_robyn
from mmm_core.entities.project import Project
from mmm_core.entities.robyn import Reproduction, RobynExport, RobynModel
from mmm_core.errors import NotFoundError, RobynFileError
from mmm_core.runs.export import prepare_folder
from mmm_core.store.atomic_files import explained, write_atomically
from mmm_core.store.codec import dump_json, read_table

FORMAT_VERSION = 1
PROJECT_FILE, DATA_FILE, REPORT_FILE, ROBYN_FILE = "project.yaml", "data.csv", "report.json", "robyn.json"
MODELS_FILE = "models.parquet"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Found:
    """A model of a folder."""

    model_id: str
    hyperparameters: Mapping[str, float]


def import_files(model_file: Path, data: Path | None, design: Path | None, out: Path) -> list[str]:
    """Take a Robyn file over into a folder: ``project.yaml``, ``data.csv``, ``report.json`` and the file itself.

    Args:
        model_file: ``RobynModel-*.json``.
        data: The table Robyn was given; None when it is embedded.
        design: R's ``dt_mod`` as CSV; None when Prophet is asked here.
        out: Created if absent.

    Returns:
        What to tell the user, a line each.

    Raises:
        MMMError: The file cannot be taken over, or the folder not be written.
    """
    from mmm_core.engine.project_file import write_project
    from mmm_core.engine.robyn_export import self_contained
    from mmm_core.engine.robyn_reproduce import reproduce

    model = import_robyn(_content(model_file), data, design=design)
    prepare_folder(out)
    result = reproduce(model) if model.report is not None else None
    project = model.project
    settings = project.data.settings
    text = write_project(settings, project.trials, project.seed, name=project.name, repairs=model.upload.repairs)
    write_atomically(out / PROJECT_FILE, text.encode())
    write_atomically(out / DATA_FILE, project.data.table.to_csv(index=False, date_format="%Y-%m-%d").encode())
    write_atomically(out / ROBYN_FILE, self_contained(model).encode())
    write_atomically(out / REPORT_FILE, dump_json(report_of(model, result)))
    return _lines(model, result, out)


def report_of(model: RobynModel, result: Reproduction | None) -> dict[str, object]:
    """What ``report.json`` holds: Robyn's numbers beside ours, and what differs.

    Args:
        model: What was imported.
        result: The model fitted again; None for a file of inputs alone.
    """
    data = model.project.data
    differences = model.differences if result is None else result.differences
    report: dict[str, object] = {
        "format_version": FORMAT_VERSION,
        "mmm_studio": mmm_core.__version__,
        "robyn": model.version,
        "data_hash": data.data_hash,
        "periods": data.n_periods,
        "window": {
            "start": str(data.dates.iloc[data.rows[0]].date()),
            "end": str(data.dates.iloc[data.rows[-1]].date()),
        },
        "differences": [{"subject": one.subject, "sentence": one.sentence} for one in differences],
    }
    if result is None or model.report is None:
        return report
    return {
        **report,
        "model_id": model.report.model_id,
        "hyperparameters": dict(model.report.hyperparameters),
        "baseline_from": "robyn" if model.baseline is not None else "prophet",
        "worst_difference": result.worst_difference,
        "terms": _rows(result.terms),
        "errors": _rows(result.errors),
        "returns": _rows(result.returns),
    }


def export_file(folder: Path, model_id: str, out: Path, project_file: Path | None, data: Path | None) -> RobynExport:
    """Write a model of a folder as a Robyn file.

    Args:
        folder: Results of ``mmm-studio run``, or a folder of :func:`import_files`.
        model_id: Which model; empty takes the imported or the recommended one.
        out: The file to write.
        project_file: The project file of the run; None takes the one in the folder.
        data: Its data; None takes those in the folder.

    Raises:
        NotFoundError: A file is missing, or there is no such model.
        MMMError: Robyn cannot hold the model, or a file cannot be read or written.
    """
    from mmm_core.engine.project_file import load_project_file

    found = _find_model(folder, model_id)
    project = load_project_file(
        _needed(project_file or folder / PROJECT_FILE, "--project"), _needed(data or folder / DATA_FILE, "--data")
    )
    export = _export(folder, found, project)
    write_atomically(out, export.text.encode())
    return export


def _export(folder: Path, found: _Found, project: Project) -> RobynExport:
    from mmm_core.engine.candidate import refit_model
    from mmm_core.engine.features import build_run_design
    from mmm_core.engine.robyn_export import export_robyn
    from mmm_core.engine.robyn_reproduce import reproduce

    kept = folder / ROBYN_FILE
    origin = import_robyn(_content(kept)) if kept.exists() else None
    if origin is not None and origin.report is not None and origin.report.model_id == found.model_id:
        result = reproduce(origin)
        return export_robyn(result.model, found.model_id, origin.project, result.design, origin=origin)
    design, trials = build_run_design(project.data, project.trials), project.trials
    model = refit_model(
        design,
        found.hyperparameters,
        intercept=trials.intercept,
        intercept_sign=trials.intercept_sign,
        rssd_zero_penalty=trials.rssd_zero_penalty,
    )
    return export_robyn(model, found.model_id, project, design, with_design=True)


def _find_model(folder: Path, model_id: str) -> _Found:
    report = _read_json(folder / REPORT_FILE)
    imported, values = report.get("model_id"), report.get("hyperparameters")
    if isinstance(values, dict) and model_id in ("", imported):
        return _Found(model_id=str(imported), hyperparameters={key: float(value) for key, value in values.items()})
    models = folder / MODELS_FILE
    if not models.exists():
        holds = f"it holds the imported model {imported} alone" if imported else "it holds no models"
        raise NotFoundError(
            f"{folder} has no model {model_id or 'to write'!r}: {holds}. Name a folder that mmm-studio run or robyn import wrote."
        )
    return _find_candidate(models, model_id or _recommended(folder))


def _find_candidate(path: Path, model_id: str) -> _Found:
    models, _ = read_table(path, f"{path}")
    table = models.loc[models["solution_id"] == model_id]
    if table.empty:
        raise NotFoundError(f"{path} has no model {model_id!r}. Take an id of its column solution_id.")
    row = table.iloc[0]
    endings = ("_theta", "_alpha", "_gamma", "_shape", "_scale", "_penalty")
    keys = [name for name in map(str, table.columns) if name in ("lambda", "train_size") or name.endswith(endings)]
    return _Found(model_id=model_id, hyperparameters={key: float(row[key]) for key in keys})


def _recommended(folder: Path) -> str:
    models = _read_json(folder / "summary.json").get("recommended_models")
    if isinstance(models, list) and models and isinstance(models[0], dict):
        return str(models[0].get("solution_id"))
    raise NotFoundError(f"{folder} names no recommended model; say which one with --model.")


def _read_json(path: Path) -> Mapping[str, object]:
    if not path.exists():
        return {}
    with explained(path):
        try:
            tree = json.loads(path.read_bytes())
        except ValueError as error:
            raise RobynFileError(f"{path} cannot be read as JSON; make it again.") from error
    return tree if isinstance(tree, dict) else {}


def _needed(path: Path, option: str) -> Path:
    if not path.exists():
        raise NotFoundError(f"There is no {path}; say where it is with {option}.")
    return path


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise RobynFileError(f"There is no file {str(path)!r}; check its path.") from error
    except OSError as error:
        raise RobynFileError(f"The file {str(path)!r} cannot be read: {error.strerror or error}.") from error


def _lines(model: RobynModel, result: Reproduction | None, out: Path) -> list[str]:
    files = f"Written to {out}: {PROJECT_FILE}, {DATA_FILE}, {REPORT_FILE}, {ROBYN_FILE}"
    differences = model.differences if result is None else result.differences
    told = [f"- {one.subject}: {one.sentence}" for one in differences]
    if result is None or model.report is None:
        return [f"Inputs of {model.version}, without a model.", *told, files]
    worst = result.worst_difference
    return [
        f"Model {model.report.model_id} of {model.version} fitted again: contributions agree within {worst:.1e}.",
        *told,
        files,
    ]


def _rows(table: pd.DataFrame) -> list[dict[str, object]]:
    """Rows as strict JSON can hold them; a number that does not exist is None."""
    return [{str(key): _plain(value) for key, value in row.items()} for row in table.to_dict(orient="records")]


def _plain(value: object) -> object:
    plain = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(plain, float) and not np.isfinite(plain) else plain
