"""What differs between two project files, in words."""

import functools
from collections.abc import Mapping

import yaml

_LABELS = {
    "trials.trials": "trials",
    "trials.iterations": "candidates per trial",
    "trials.algorithm": "algorithm",
    "trials.seed": "seed",
    "trials.timeseries_validation": "validation on later periods",
    "trials.add_penalty_factor": "penalty per column",
    "adstock": "adstock",
    "window": "window",
    "window.start": "first day of the window",
    "window.end": "last day of the window",
    "outcome.column": "outcome",
    "outcome.kind": "kind of outcome",
    "outcome.currency": "currency",
    "outcome.break_even_roas": "break-even ROAS",
    "baseline.trend": "trend",
    "baseline.season": "season",
    "baseline.weekday": "weekday",
    "baseline.holidays": "holidays",
    "paid_media": "paid media",
    "organic": "organic media",
    "context": "context",
    "one_off": "one-off periods",
    "calibration": "lift studies",
    "baseline.calendar": "special days",
    "repairs": "repairs of the data",
}
_WITHOUT_EFFECT = ("name", "trials.cores")
_NAMED_BY = {
    "paid_media": ("spend",),
    "organic": ("column",),
    "context": ("column",),
    "one_off": ("reason", "start"),
    "calibration": ("channels", "start"),
    "baseline.calendar": ("name", "date"),
    "repairs": ("column",),
}
"""Lists whose entries are told apart by name instead of being told as a whole, and the fields that make the name."""


def setting_changes(before: str, after: str) -> list[str]:
    """Compare two project files.

    Args:
        before: Text (YAML) of the earlier one.
        after: Text of the later one.

    Returns:
        One phrase per difference, such as ``candidates per trial 2000 → 500`` or ``paid media: radio_spend added``;
        empty when they ask for the same.
    """
    old, new = _flattened(before), _flattened(after)
    changes = []
    for key in dict.fromkeys([*old, *new]):
        if key in _WITHOUT_EFFECT or old.get(key) == new.get(key):
            continue
        changes.append(_phrase(key, old.get(key), new.get(key)))
    return changes


@functools.lru_cache(maxsize=256)
def _flattened(text: str) -> dict[str, object]:
    loaded = yaml.safe_load(text)
    flat: dict[str, object] = {}
    if isinstance(loaded, Mapping):
        _flatten("", loaded, flat)
    return flat


def _flatten(prefix: str, value: object, flat: dict[str, object]) -> None:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            _flatten(f"{prefix}.{key}" if prefix else str(key), inner, flat)
    elif isinstance(value, list) and prefix in _NAMED_BY:
        for item in value:
            name, rest = _named(item, _NAMED_BY[prefix])
            flat[f"{prefix}[{name}]"] = rest or True
    elif value not in (None, {}, []):
        flat[prefix] = value


def _named(item: object, fields: tuple[str, ...]) -> tuple[str, str]:
    """The name of an entry, such as ``tv_spend + radio_spend from 2022-01-03``, and the rest of it in words."""
    if not isinstance(item, Mapping):
        return str(item), ""
    given = [field for field in fields if item.get(field)] or list(item)[:1]
    parts = [" + ".join(map(str, v)) if isinstance(v := item[field], list) else str(v) for field in given]
    rest = ", ".join(f"{str(k).replace('_', ' ')} {_say(v)}" for k, v in item.items() if k not in given)
    return " from ".join(parts), rest


def _phrase(key: str, old: object, new: object) -> str:
    if key.endswith("]"):
        group, _, name = key[:-1].partition("[")
        label = _LABELS.get(group, group)
        if old is None or new is None:
            return f"{label}: {name} {'added' if old is None else 'removed'}"
        return f"{label}: {name} changed ({_say(old)} → {_say(new)})"
    label = _LABELS.get(key) or key.removeprefix("hyperparameters.").replace(".", " ").replace("_spend ", " ")
    if new is None:
        return f"{label} back to its default (was {_say(old)})"
    return f"{label} {_say(new)}" if old is None else f"{label} {_say(old)} → {_say(new)}"


def _say(value: object) -> str:
    if value is True:
        return "on"
    if value is False:
        return "off"
    if isinstance(value, list):
        return "–".join(_say(item) for item in value)
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)
