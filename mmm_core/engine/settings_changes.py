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
    "marked": "marked periods",
    "repairs": "repairs of the data",
}
_WITHOUT_EFFECT = ("name", "trials.cores")
_KEY_FIELDS = ("spend", "column", "reason")


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
    elif isinstance(value, list) and prefix not in flat and _is_list_of_settings(prefix):
        for item in value:
            name = _name_of(item)
            rest = {k: v for k, v in item.items() if v != name} if isinstance(item, Mapping) else {}
            flat[f"{prefix}[{name}]"] = True if not rest else ", ".join(f"{k} {_say(v)}" for k, v in rest.items())
    elif value not in (None, {}, []):
        flat[prefix] = value


def _is_list_of_settings(prefix: str) -> bool:
    return prefix in ("paid_media", "organic", "context", "marked", "calibration", "baseline.calendar", "repairs")


def _name_of(item: object) -> str:
    if isinstance(item, Mapping):
        return str(next((item[key] for key in _KEY_FIELDS if key in item), next(iter(item.values()), "")))
    return str(item)


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
