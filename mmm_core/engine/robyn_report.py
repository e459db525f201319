"""What Robyn said of the model it exported."""

import datetime as dt

from mmm_core.engine.robyn_document import Block, RobynDocument
from mmm_core.engine.robyn_names import METRIC_NAMES, our_key, our_term, robyn_key
from mmm_core.engine.robyn_roles import Roles
from mmm_core.engine.robyn_window import day_of
from mmm_core.entities.robyn import RobynReport, RobynTerm
from mmm_core.entities.settings import ModelSettings


def read_report(document: RobynDocument, roles: Roles, settings: ModelSettings) -> RobynReport | None:
    """The exported model; None in a file of inputs alone. Problems are noted.

    Args:
        document: The file.
        roles: What the columns are.
        settings: Channels and their adstock, which say what hyperparameters there must be.
    """
    exported = document.exported
    if not exported.values:
        return None
    for key, meaning in (("hyper_values", "the hyperparameters"), ("summary", "the model's terms")):
        exported.require(key, f"{meaning} of the exported model")
    hyperparameters = _hyperparameters(exported.block("hyper_values"), roles)
    _require_all(exported, hyperparameters, roles, settings)
    errors = {
        ours: value
        for row in exported.rows("errors")[:1]
        for robyns, ours in METRIC_NAMES.items()
        if (value := row.number(robyns)) is not None
    }
    total = next(iter(exported.rows("performance")), None)
    inputs = document.inputs
    return RobynReport(
        model_id=exported.text("select_model", "model"),
        hyperparameters=hyperparameters,
        terms=tuple(_term(row, roles) for row in exported.rows("summary")),
        errors=errors,
        total_performance=total.number("performance") if total else None,
        counted_from=day_of(inputs, "refreshAddedStart") or day_of(inputs, "window_start") or dt.date.min,
    )


def _hyperparameters(values: Block, roles: Roles) -> dict[str, float]:
    found: dict[str, float] = {}
    for key in values.values:
        ours, number = our_key(key, roles.keys), values.number(key)
        if ours is not None and number is not None:
            found[ours] = number
    return {**found, "train_size": found.get("train_size", 1.0)}  # Robyn before 3.9 wrote none


def _require_all(exported: Block, found: dict[str, float], roles: Roles, settings: ModelSettings) -> None:
    wanted = [f"{channel}_{name}" for channel in settings.channels for name in settings.channel_bounds(channel)]
    lacking = [robyn_key(key, roles.names) for key in (*wanted, "lambda") if key not in found]
    if lacking:
        exported.problems.append(
            f"ExportedModel$hyper_values lacks {', '.join(lacking[:6])}{', …' if len(lacking) > 6 else ''}: every channel "
            f"needs the parameters of {settings.adstock.value} adstock, and the model its lambda."
        )


def _term(row: Block, roles: Roles) -> RobynTerm:
    row.require("variable", "the name of a term")
    name = row.text("variable")
    return RobynTerm(
        name=our_term(name, roles.keys),
        robyn_name=name,
        coefficient=row.number("coef") or 0.0,
        contribution=row.number("decompAgg") or 0.0,
        share=row.number("decompPer") or 0.0,
        performance=row.number("performance"),
    )
