"""Write a model of ours as Robyn writes one, so that R can recreate it."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mmm_core.engine.robyn_columns import ExportColumns, arrange_columns
from mmm_core.engine.robyn_document import SOLVER_KEY, Block
from mmm_core.engine.robyn_export_inputs import CALENDAR_COUNTRY, input_block
from mmm_core.engine.robyn_json import write_r_json
from mmm_core.engine.robyn_names import METRIC_NAMES, robyn_key, robyn_term
from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.design import Design
from mmm_core.entities.fitted_model import FittedModel
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.project import Project
from mmm_core.entities.robyn import JsonTree, RobynExport, RobynModel
from mmm_core.entities.run_result import RunResult
from mmm_core.entities.settings import Holiday
from mmm_core.entities.trials_config import NEVERGRAD_ALGORITHMS

_TIME = "%Y-%m-%d %H:%M:%S"
_ROBYNS_SEARCH = "TwoPointsDE"
_OBJECTIVE_WORDS = {"nrmse": "NRMSE", "decomp_rssd": "DECOMP.RSSD", "mape": "MAPE"}
_INTERVAL_KEYS = ("boot_mean", "ci_low", "ci_up")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Source:
    """What an export is made of."""

    model: FittedModel
    model_id: str
    project: Project
    design: Design
    columns: ExportColumns
    run: RunResult | None
    origin: RobynModel | None

    @property
    def data(self) -> MMMDataCollection:
        return self.project.data


def export_robyn(
    model: FittedModel,
    model_id: str,
    project: Project,
    design: Design,
    *,
    run: RunResult | None = None,
    origin: RobynModel | None = None,
    with_design: bool = False,
) -> RobynExport:
    """A model as ``RobynModel-<id>.json``: Robyn's blocks, names and types, the data embedded.

    Returns are written with the right denominators: response and spend of the modelled periods, a total that is response over
    spend, means per modelled period. Robyn divides by the spend and the number of *all* periods and adds up the channels' ROAS.

    Args:
        model: The model in full.
        model_id: Its solution id.
        project: Data, settings and search.
        design: What the model was fitted to.
        run: The run it is of, for what it tells about the search.
        origin: The Robyn file the same model was imported from: what only Robyn knows (its search, its clusters, its
            intervals) is written again as it was.
        with_design: Add ``Extras$dt_mod``, from which the numbers can be had without asking Prophet again.

    Raises:
        SettingsError: Robyn cannot hold such a model; carries every reason.
    """
    order = origin.baseline_names if origin is not None else ()
    columns = arrange_columns(project.data, design, order)
    source = _Source(
        model=model,
        model_id=model_id,
        project=project,
        design=design,
        columns=columns,
        run=run,
        origin=origin,
    )
    tree: dict[str, object] = {
        "InputCollect": input_block(project, design, columns, origin),
        "ModelsCollect": _search_block(source),
        "ExportedModel": _model_block(source),
        "Extras": _extras(source, with_design=with_design),
    }
    return RobynExport(
        text=write_r_json(tree), file_name=f"RobynModel-{model_id}.json", notes=(*columns.notes, *_notes(source))
    )


def self_contained(model: RobynModel) -> str:
    """An imported file with its data and R's design in it, to be kept: reading it again needs nothing else.

    Numbers keep all their digits, unlike in what Robyn writes.
    """
    data = model.project.data
    table = data.table.assign(**{data.settings.date: data.dates.dt.strftime("%Y-%m-%d")})
    extras: dict[str, object] = {"raw_data": table.to_dict(orient="records")}
    if model.baseline is not None:
        outcome = data.table[data.settings.outcome.column]
        design = model.baseline.assign(ds=table[data.settings.date], dep_var=outcome)
        extras["dt_mod"] = design.to_dict(orient="records")
    calendar = data.settings.baseline.calendar
    if calendar:
        extras["dt_holidays"] = _calendar_rows(calendar, _block(model, "InputCollect"))
    return json.dumps({**model.blocks, "Extras": extras})


def _search_block(source: _Source) -> JsonTree:
    trials, now = source.project.trials, dt.datetime.now().astimezone().strftime(_TIME)
    if source.origin is not None:
        return {**_block(source.origin, "ModelsCollect"), "export_timestamp": [now]}
    known = _known_of_run(source.run) if source.run is not None else {}
    algorithm = trials.algorithm if trials.algorithm in NEVERGRAD_ALGORITHMS else _ROBYNS_SEARCH
    return {
        "ts_validation": [trials.timeseries_validation],
        "train_timestamp": [now],
        "export_timestamp": [now],
        "total_iters": [trials.n_candidates],
        **known,
        "calibration_constraint": [0.1],
        "cores": [trials.cores or 1],
        "iterations": [trials.iterations],
        "trials": [trials.trials],
        "intercept": [trials.intercept],
        "intercept_sign": [trials.intercept_sign],
        "nevergrad_algo": [algorithm],
        "add_penalty_factor": [trials.add_penalty_factor],
        "seed": [source.project.seed],
        "hyper_fixed": [False],
        "plot_folder": ["./"],
        SOLVER_KEY: [source.model.solver],
    }


def _known_of_run(run: RunResult) -> dict[str, object]:
    info, convergence = run.collection.info, run.collection.convergence
    minutes = sum(info.timings.values()) / 60
    words = [
        f"{_OBJECTIVE_WORDS[one]}{'' if done else ' NOT'} converged" for one, done in convergence.converged.items()
    ]
    return {
        "train_timestamp": [info.started.astimezone().strftime(_TIME)],
        "run_time": [f"{minutes:.2f} min"],
        "total_time": [f"{minutes:.2f} min"],
        "total_iters": [run.collection.model_output.n_candidates],
        "conv_msg": words,
        "pareto_fronts": [run.pareto["pareto_fronts"]],
    }


def _model_block(source: _Source) -> JsonTree:
    names, fitted = source.columns.names, source.model
    values = {robyn_key(key, names): [value] for key, value in fitted.hyperparameters.items()}
    values.setdefault("train_size", [1.0])
    block: dict[str, object] = {
        "select_model": [source.model_id],
        "performance": [_total(source)],
        "summary": _summary(source),
        "errors": [_errors(fitted)],
        "hyper_values": dict(sorted(values.items())),
        "hyper_updated": _bounds(source),
    }
    clusters = _block(source.origin, "ExportedModel").get("clusters") if source.origin is not None else None
    return block if clusters is None else {**block, "clusters": clusters}


def _errors(fitted: FittedModel) -> dict[str, float]:
    """Those that exist; without lift studies Robyn writes a MAPE of 0."""
    found = {robyns: fitted.metrics[ours] for robyns, ours in METRIC_NAMES.items()}
    found["mape"] = float(np.nan_to_num(found["mape"]))
    return {name: value for name, value in found.items() if not np.isnan(value)}


def _total(source: _Source) -> dict[str, object]:
    fitted = source.model
    spend, response = sum(fitted.total_spend.values()), sum(fitted.contributions[name] for name in fitted.total_spend)
    return {
        "solID": source.model_id,
        "metric": "ROAS" if _is_money(source.data) else "CPA",
        "spend": spend,
        "response": response,
        "performance": _performance(source.data, spend, response),
    }


def _summary(source: _Source) -> list[dict[str, object]]:
    fitted, names = source.model, source.columns.names
    whole, n_periods = float(fitted.fitted.sum()), len(fitted.fitted)
    coefficients = {"intercept": fitted.intercept, **fitted.coefficients}
    intervals = _intervals(source.origin)
    rows: list[dict[str, object]] = []
    for term, contribution in fitted.contributions.items():
        name = robyn_term(term, names)
        row: dict[str, object] = {
            "variable": name,
            "coef": coefficients[term],
            "decompPer": contribution / whole,
            "decompAgg": _counted(source, term),
        }
        if term in fitted.total_spend:
            spend = fitted.total_spend[term]
            row["performance"] = _performance(source.data, spend, contribution)
            row["mean_response"] = contribution / n_periods
            row["mean_spend"] = spend / n_periods
            row |= intervals.get(name, {})
        rows.append(row)
    return rows


def _counted(source: _Source, term: str) -> float:
    """Contribution of the periods Robyn sums: of a refresh only the new ones."""
    weekly = source.model.weekly[term]
    report = source.origin.report if source.origin is not None else None
    return float(weekly.sum() if report is None else weekly[weekly.index >= np.datetime64(report.counted_from)].sum())


def _intervals(origin: RobynModel | None) -> dict[str, dict[str, object]]:
    rows = _block(origin, "ExportedModel").get("summary") if origin is not None else None
    found = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return {str(row.get("variable")): {key: row[key] for key in _INTERVAL_KEYS if key in row} for row in found}


def _bounds(source: _Source) -> dict[str, object]:
    """The ranges that were searched, as Robyn keeps them beside the model."""
    settings, names, trials = source.data.settings, source.columns.names, source.project.trials
    ranges = {
        robyn_key(f"{channel}_{parameter}", names): list(dict.fromkeys(interval))
        for channel in settings.channels
        for parameter, interval in settings.channel_bounds(channel).items()
    }
    if trials.add_penalty_factor:
        for column in source.design.column_names:
            given = settings.bounds.get(column, {}).get("penalty", (0.0, 1.0))
            ranges[robyn_key(f"{column}_penalty", names)] = list(given)
    train = list(settings.train_size_bounds) if trials.timeseries_validation else [1.0]
    lambdas = list(settings.lambda_bounds)
    return {**dict(sorted(ranges.items())), "lambda": lambdas, "train_size": train}


def _extras(source: _Source, *, with_design: bool) -> JsonTree:
    extras: dict[str, object] = {"raw_data": source.columns.table.to_dict(orient="records")}
    if with_design:
        extras["dt_mod"] = _design_rows(source)
    if source.data.settings.baseline.calendar:
        extras["dt_holidays"] = _calendar_rows(source.data.settings.baseline.calendar, {})
    return extras


def _calendar_rows(calendar: Sequence[Holiday], inputs: Mapping[str, object]) -> list[dict[str, object]]:
    country = Block(inputs, "InputCollect", []).text("prophet_country", CALENDAR_COUNTRY)
    return [{"ds": str(d.date), "holiday": d.name, "country": country, "year": d.date.year} for d in calendar]


def _design_rows(source: _Source) -> list[dict[str, object]]:
    design = source.design
    names = [robyn_term(name, source.columns.names) for name in design.column_names]
    values = np.concatenate([design.baseline, design.media], axis=1).tolist()
    return [
        {"ds": str(day), "dep_var": outcome, **dict(zip(names, row, strict=True))}
        for day, outcome, row in zip(design.dates.astype("datetime64[D]"), design.outcome.tolist(), values, strict=True)
    ]


def _notes(source: _Source) -> list[str]:
    notes, trials, studies = [], source.project.trials, source.data.settings.calibration.studies
    if source.model.solver == "exact":
        notes.append(
            "R solves the same regression less exactly (glmnet) and estimates trend and season anew, so what it recreates "
            "differs a little from these numbers."
        )
    if source.origin is None and trials.algorithm not in NEVERGRAD_ALGORITHMS:
        notes.append(f"Robyn has no {trials.algorithm}; {_ROBYNS_SEARCH}, its own, is written as the search.")
    if any(study.standard_error is not None for study in studies):
        notes.append("Robyn knows no standard error of a lift study, and weights all of them alike.")
    if any(study.confidence is None for study in studies):
        notes.append("Robyn asks for the confidence of every lift study; 1 is written where none was given.")
    if source.origin is not None and source.origin.project.data.settings.window is not None:
        notes.append("The window's end is written as Robyn stored it; read again, Robyn may move it to another period.")
    return notes


def _performance(data: MMMDataCollection, spend: float, response: float) -> float:
    top, bottom = (response, spend) if _is_money(data) else (spend, response)
    return top / bottom if bottom else float("inf") if top else 0.0


def _is_money(data: MMMDataCollection) -> bool:
    return data.settings.outcome.kind is OutcomeKind.REVENUE


def _block(origin: RobynModel, name: str) -> Mapping[str, object]:
    block = origin.blocks.get(name)
    return block if isinstance(block, dict) else {}
