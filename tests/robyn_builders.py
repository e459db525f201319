"""Robyn's files for tests: the golden ones, changed where a test needs it."""

import copy
import functools
import gzip
import json
from typing import Any

from mmm_core.engine.robyn_import import import_robyn
from mmm_core.engine.robyn_reproduce import reproduce
from mmm_core.entities.robyn import Reproduction, RobynModel
from tests.builders import GOLDEN, golden_json
from tests.data_builders import DEMO, FEATURES

SELECTED = {"search_spend": "search_clicks", "social_spend": "social_impressions"}
"""Our channel keys to Robyn's names in the golden files, where they differ."""

ENDINGS = {"theta": "thetas", "alpha": "alphas", "gamma": "gammas", "shape": "shapes", "scale": "scales"}
DEMO_CSV = DEMO.read_bytes()


@functools.cache
def _golden_text(name: str) -> str:
    return gzip.decompress((GOLDEN / "robyn" / f"{name}.json.gz").read_bytes()).decode()


def robyn_document(name: str = "model") -> dict[str, Any]:
    """A golden file, to be changed: "model" with its data, "fitted_again" without; or what R "recreated"."""
    return copy.deepcopy(_parsed(name))


@functools.cache
def _parsed(name: str) -> Any:
    return json.loads(_golden_text(name))


def robyn_text(name: str = "model") -> str:
    """A golden file as R wrote it."""
    return _golden_text(name)


def as_text(document: dict[str, Any]) -> str:
    """A changed document as a file."""
    return json.dumps(document)


@functools.cache
def robyn_design() -> bytes:
    """R's own design of the golden model: ``write.csv(InputCollect$dt_mod)``."""
    return gzip.decompress((FEATURES / "dt_mod_main.csv.gz").read_bytes())


@functools.cache
def golden_robyn() -> RobynModel:
    """The golden model with R's own design."""
    return import_robyn(robyn_text(), design=robyn_design())


@functools.cache
def golden_reproduction() -> Reproduction:
    """The golden model, fitted again."""
    return reproduce(golden_robyn())


def document_of_fit(name: str) -> dict[str, Any]:
    """A golden fit of R as the file Robyn would have written of it (R's numbers, our hands)."""
    fit, document = golden_json("fits")[name], robyn_document()
    settings, exported = fit["settings"], document["ExportedModel"]
    document["InputCollect"]["adstock"] = [settings["adstock"]]
    document["ModelsCollect"] |= {
        key: [settings[key]] for key in ("ts_validation", "add_penalty_factor", "intercept", "intercept_sign")
    }
    exported["hyper_values"] = {robyn_name(key): [value] for key, value in fit["hyperparameters"].items()}
    document["InputCollect"]["hyperparameters"] = {}
    contributions = fit["contributions"]
    whole = sum(contributions.values())
    exported["summary"] = [
        {
            "variable": "(Intercept)" if term == "intercept" else SELECTED.get(term, term),
            "coef": fit["coefficients"][term],
            "decompPer": value / whole,
            "decompAgg": value,
        }
        for term, value in contributions.items()
    ]
    return document


def robyn_name(key: str) -> str:
    """One of our flat keys as Robyn writes it."""
    if key in ("lambda", "train_size"):
        return key
    column, _, parameter = key.rpartition("_")
    return f"{SELECTED.get(column, column)}_{ENDINGS.get(parameter, parameter)}"
