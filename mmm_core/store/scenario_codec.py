"""A kept budget plan as files: scenario.json, arrays.npz and two tables; reading gives back every bit."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from mmm_core.entities.budget import BudgetPlan, BudgetRequest
from mmm_core.entities.model_set import SetKind
from mmm_core.errors import MMMError, StoreError
from mmm_core.store.atomic_files import explained, write_atomically
from mmm_core.store.codec import (
    FORMAT_VERSION,
    decode,
    dump_json,
    load_json,
    read_arrays,
    read_table,
    require_known_format,
    write_arrays,
    write_table,
)

_NUMBERS = (
    "initial_total",
    "total",
    "initial_response",
    "response",
    "realised_share",
    "uplift",
    "uplift_low",
    "uplift_high",
    "probability_better",
)


class KeptPlan(NamedTuple):
    """What the files of a scenario hold."""

    basis: str
    solution_id: str | None
    plan: BudgetPlan


def write_scenario(folder: Path, kept: KeptPlan) -> None:
    """Write a plan into a folder of its own; ``scenario.json`` last, so that a folder without it is unfinished.

    Args:
        folder: New or empty.
        kept: What to write.

    Raises:
        StoreError: A table mixes kinds of values in a column.
        WorkspaceError: The folder cannot be written.
    """
    plan = kept.plan
    arrays = _arrays_of(plan)
    write_atomically(folder / "arrays.npz", lambda file: write_arrays(arrays, file))
    write_atomically(folder / "channels.parquet", lambda file: write_table(plan.channels, file))
    write_atomically(folder / "weekly.parquet", lambda file: write_table(plan.weekly, file))
    write_atomically(folder / "scenario.json", dump_json(_document_of(kept)))


def read_scenario(folder: Path, what: str) -> KeptPlan:
    """Read what :func:`write_scenario` wrote.

    Args:
        folder: Where.
        what: What it is, for the sentence: "The plan 'More TV'".

    Raises:
        StoreError: A file is missing, damaged or newer than this version.
    """
    with explained(folder):
        document = load_json((folder / "scenario.json").read_bytes(), what)
    require_known_format(document, what)
    arrays = read_arrays(folder / "arrays.npz", what)
    try:
        request = request_of(cast("dict[str, object]", document["request"]), arrays)
        answer = cast("dict[str, object]", document["plan"])
        plan = BudgetPlan(
            request=request,
            channels=read_table(folder / "channels.parquet", what)[0],
            weekly=read_table(folder / "weekly.parquet", what)[0],
            by_model=arrays["by_model"].astype(np.float64, copy=False),
            binding=tuple(cast("list[str]", answer["binding"])),
            notes=tuple(cast("list[str]", answer["notes"])),
            set_kind=SetKind(str(answer["set_kind"])),
            interval_label=str(answer["interval_label"]),
            n_models=cast("int", answer["n_models"]),
            **{name: float(cast("float", answer[name])) for name in _NUMBERS},
        )
    except KeyError as error:
        raise StoreError(f"{what} cannot be read, its files miss {error}.") from error
    except (TypeError, ValueError) as error:
        if isinstance(error, MMMError):
            raise
        raise StoreError(f"{what} cannot be read, the file is damaged ({error}).") from error
    return KeptPlan(str(document["basis"]), cast("str | None", document["solution_id"]), plan)


def request_document(request: BudgetRequest) -> dict[str, object]:
    """A request as plain values; the numbers of its calendar are left to :func:`write_scenario`'s arrays."""
    names = [field.name for field in fields(request) if field.name not in ("calendar", "history")]
    history = request.history
    return {
        **{name: getattr(request, name) for name in names},
        "history": history if isinstance(history, str) else [day.isoformat() for day in history],
        "calendar": list(request.calendar),
    }


def request_key(request: BudgetRequest) -> str:
    """A text that is the same for the same question and differs for every other, to look answers up by."""
    calendar = {name: shares.tolist() for name, shares in request.calendar.items()}
    return dump_json({**request_document(request), "calendar": calendar}).decode()


def request_of(document: Mapping[str, object], arrays: Mapping[str, NDArray[np.generic]]) -> BudgetRequest:
    """What :func:`request_document` was made of.

    Raises:
        StoreError: The document does not fit.
        KeyError: Something is missing.
    """
    plain = {name: value for name, value in document.items() if name not in ("calendar", "history")}
    calendar = cast("list[str]", document["calendar"])
    history = document["history"]
    return replace(
        decode(BudgetRequest, plain),
        history=history if isinstance(history, str) else _days(cast("list[str]", history)),
        calendar={name: arrays[f"calendar_{k}"].astype(np.float64, copy=False) for k, name in enumerate(calendar)},
    )


def _days(texts: list[str]) -> tuple[dt.date, dt.date]:
    first, last = (dt.date.fromisoformat(text) for text in texts)
    return first, last


def _arrays_of(plan: BudgetPlan) -> dict[str, NDArray[np.generic]]:
    arrays: dict[str, NDArray[np.generic]] = {"by_model": plan.by_model}
    return arrays | {f"calendar_{k}": share for k, share in enumerate(plan.request.calendar.values())}


def _document_of(kept: KeptPlan) -> dict[str, object]:
    plan = kept.plan
    return {
        "format_version": FORMAT_VERSION,
        "basis": kept.basis,
        "solution_id": kept.solution_id,
        "request": request_document(plan.request),
        "plan": {
            **{name: float(getattr(plan, name)) for name in _NUMBERS},
            "binding": plan.binding,
            "notes": plan.notes,
            "set_kind": plan.set_kind,
            "interval_label": plan.interval_label,
            "n_models": plan.n_models,
        },
    }
