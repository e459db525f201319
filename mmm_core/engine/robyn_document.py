"""The text of a Robyn file to its blocks, and typed reading of what stands there.

R's jsonlite writes every vector as an array, so that one value is an array of one; nothing is an empty array or ``{}``.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mmm_core.engine.project_reading import shown
from mmm_core.errors import RobynFileError

LIMIT_BYTES = 50_000_000
OLDEST = (3, 12)
SOLVER_KEY = "solver"
"""What we add to ``ModelsCollect`` of our own models, which were not fitted as R fits them: the name of our solver."""

EXACT = "exact"

_VERSION = re.compile(r"v(\d+)\.(\d+)")
_NO_NUMBERS = {"NA": math.nan, "NaN": math.nan, "Inf": math.inf, "-Inf": -math.inf}


class Block:
    """One block of the file; problems are collected, none stops the reading.

    Args:
        tree: What stands there.
        path: Where it stands ("InputCollect").
        problems: Collects one sentence per problem.
    """

    def __init__(self, tree: object, path: str, problems: list[str]) -> None:
        self.path = path
        self.problems = problems
        self.values: Mapping[str, object] = tree if isinstance(tree, Mapping) else {}
        if not isinstance(tree, Mapping) and tree != []:
            problems.append(f"{path} must be a block of names and values; got {shown(tree)}.")

    def has(self, key: str) -> bool:
        """Whether something stands there."""
        return self.values.get(key) not in (None, [], {})

    def require(self, key: str, meaning: str) -> None:
        """Note a missing entry."""
        if not self.has(key):
            self.problems.append(f"{self.path}${key} is missing: {meaning}.")

    def refuse(self, key: str, allowed: str) -> None:
        """Note an entry of the wrong kind."""
        self.problems.append(f"{self.path}${key} must be {allowed}; got {shown(self.values.get(key))}.")

    def texts(self, key: str) -> tuple[str, ...]:
        """A vector of texts; empty when it is missing."""
        values = self._vector(key)
        if not all(isinstance(value, str) for value in values):
            self.refuse(key, "texts")
            return ()
        return tuple(str(value) for value in values)

    def text(self, key: str, default: str = "") -> str:
        """One text."""
        return next(iter(self.texts(key)), default)

    def numbers(self, key: str) -> tuple[float, ...]:
        """A vector of numbers; "NA", "NaN" and "Inf" are R's words for those JSON has no number for."""
        found = [number_of(value) for value in self._vector(key)]
        if any(number is None for number in found):
            self.refuse(key, "numbers")
            return ()
        return tuple(number for number in found if number is not None)

    def number(self, key: str) -> float | None:
        """One number; None when it is missing."""
        return next(iter(self.numbers(key)), None)

    def whole_number(self, key: str, default: int) -> int:
        """One integer of at least 0."""
        number = self.number(key)
        return int(number) if number is not None and math.isfinite(number) and number >= 0 else default

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        values = self._vector(key)
        return bool(values[0]) if values and isinstance(values[0], bool) else default

    def block(self, key: str) -> "Block":
        """A block inside; an empty one when it is missing."""
        return Block(self.values.get(key) or {}, f"{self.path}${key}", self.problems)

    def rows(self, key: str) -> list["Block"]:
        """A data frame: one block per row, whether it was written by row or by column."""
        return [Block(row, f"{self.path}${key}", self.problems) for row in rows_of(self.values.get(key))]

    def _vector(self, key: str) -> Sequence[object]:
        if not self.has(key):
            return []
        value = self.values[key]
        return value if isinstance(value, list) else [value]


class RobynDocument(NamedTuple):
    """A file, opened.

    Attributes:
        version: As the file names it.
        is_ours: Whether its model was fitted here: to the end, by our rules.
        blocks: Everything but ``Extras``.
        inputs: Block ``InputCollect``.
        search: Block ``ModelsCollect``; empty in a file of inputs alone.
        exported: Block ``ExportedModel``; empty in a file of inputs alone.
        data: Rows of ``Extras$raw_data``; empty when the data are not embedded.
        design: Rows of ``Extras$dt_mod``; empty when R was not asked to add it.
        holidays: Rows of ``Extras$dt_holidays``: a calendar of one's own.
    """

    version: str
    is_ours: bool
    blocks: Mapping[str, object]
    inputs: Block
    search: Block
    exported: Block
    data: list[Mapping[str, object]]
    design: list[Mapping[str, object]]
    holidays: list[Mapping[str, object]]


def open_document(content: str | bytes, problems: list[str]) -> RobynDocument:
    """Read the text of a Robyn file.

    Args:
        content: JSON.
        problems: Collects what is found wrong when its values are read.

    Raises:
        RobynFileError: It is no JSON, no file of Robyn's, or of a version whose models cannot be taken over.
    """
    tree = _parse(content)
    inputs = tree.get("InputCollect")
    if not isinstance(inputs, dict):
        raise RobynFileError(
            "This is no model file of Robyn: it has no block InputCollect. Robyn writes one with robyn_write(); its name is "
            "RobynModel-… .json."
        )
    block = Block(inputs, "InputCollect", problems)
    version = block.text("version")
    _check_version(version)
    extras, search = tree.get("Extras"), Block(tree.get("ModelsCollect") or {}, "ModelsCollect", problems)
    kept: Mapping[str, object] = extras if isinstance(extras, dict) else {}
    return RobynDocument(
        version=version,
        is_ours=search.text(SOLVER_KEY) == EXACT,
        blocks={name: value for name, value in tree.items() if name != "Extras"},
        inputs=block,
        search=search,
        exported=Block(tree.get("ExportedModel") or {}, "ExportedModel", problems),
        data=rows_of(kept.get("raw_data")),
        design=rows_of(kept.get("dt_mod")),
        holidays=rows_of(kept.get("dt_holidays")),
    )


def rows_of(table: object) -> list[Mapping[str, object]]:
    """Rows of a data frame, written by row (``[{..}, ..]``) or by column (``{"a": [..], ..}``); empty when it is neither."""
    if isinstance(table, list) and all(isinstance(row, dict) for row in table):
        return table
    if isinstance(table, dict) and table and all(isinstance(column, list) for column in table.values()):
        length = max(len(column) for column in table.values())
        return [{name: column[i] for name, column in table.items() if i < len(column)} for i in range(length)]
    return []


def number_of(value: object) -> float | None:
    """A number as R writes it; None when it is none."""
    if isinstance(value, str):
        return _NO_NUMBERS.get(value)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _parse(content: str | bytes) -> dict[str, object]:
    if len(content) > LIMIT_BYTES:
        raise RobynFileError(
            f"The file has {len(content) / 1e6:,.0f} MB; a Robyn model has at most {LIMIT_BYTES / 1e6:.0f}. Write it without "
            "add_data, and give the CSV beside it."
        )
    try:
        tree = json.loads(content)
    except (ValueError, RecursionError) as error:
        place = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise RobynFileError(
            f"The file cannot be read as JSON{place}; it is damaged or no file of Robyn. Export it again with robyn_write()."
        ) from error
    if not isinstance(tree, dict):
        raise RobynFileError(
            f"The file holds {shown(tree)} instead of a Robyn model. Take the file RobynModel-… .json that robyn_write() made."
        )
    return tree


def _check_version(version: str) -> None:
    found = _VERSION.search(version)
    if found is None:
        raise RobynFileError(
            f"The file does not say which Robyn wrote it (version: {version or 'nothing'}). Models of Robyn 3.12 can be "
            "taken over: write it again with that version."
        )
    release = (int(found[1]), int(found[2]))
    if release < OLDEST or release[0] > OLDEST[0]:
        raise RobynFileError(
            f"The file was written by {version}; taken over are models of Robyn {OLDEST[0]}.{OLDEST[1]}, as exposures, "
            "saturation and the regression were computed otherwise before and may be after. Open it there with "
            "robyn_recreate(), and write it again with robyn_write()."
        )
