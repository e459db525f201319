"""JSON as R's ``jsonlite::write_json(pretty = TRUE, digits = 10)`` writes it.

Source:
    jsonlite 1.8, src/num_to_char.c: ten decimals, or 15 significant digits where those are fewer.
"""

import json
import math
from collections.abc import Mapping, Sequence

_DIGITS = 10
_MOST_DIGITS = 15
_INDENT = "  "


def write_r_json(tree: Mapping[str, object]) -> str:
    """Write blocks of vectors and data frames.

    Args:
        tree: Mappings are blocks; lists of mappings data frames, a row each; other lists vectors.

    Returns:
        Text that ends with a line break.
    """
    return _value(tree, "") + "\n"


def r_number(value: float) -> str:
    """``0.371026779461541`` to ``0.37102677946``; R's words for what JSON has no number for."""
    if not math.isfinite(value):
        return json.dumps("NaN" if math.isnan(value) else "Inf" if value > 0 else "-Inf")
    if value == 0:
        return "0"
    digits = math.ceil(min(_MOST_DIGITS, max(1.0, math.log10(abs(value))) + _DIGITS))
    return f"{value:.{digits}g}"


def _value(value: object, margin: str) -> str:
    if isinstance(value, Mapping):
        lines = [f"{json.dumps(str(key))}: {_value(inner, margin + _INDENT)}" for key, inner in value.items()]
        return _lines("{", lines, "}", margin)
    if isinstance(value, Sequence) and not isinstance(value, str):
        items = [_value(inner, margin + _INDENT) for inner in value]
        is_frame = any(isinstance(inner, Mapping) for inner in value)
        return _lines("[", items, "]", margin) if is_frame else f"[{', '.join(items)}]"
    return _scalar(value)


def _lines(opening: str, items: list[str], closing: str, margin: str) -> str:
    if not items:
        return opening + closing
    inner = ",\n".join(f"{margin}{_INDENT}{item}" for item in items)
    return f"{opening}\n{inner}\n{margin}{closing}"


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return r_number(float(value))
    return json.dumps(str(value), ensure_ascii=False)
