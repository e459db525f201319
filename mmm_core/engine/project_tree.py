"""YAML or JSON text to plain Python values, strictly: no repeated keys, no surprises such as Norway (NO) becoming false."""

import json
import re
from collections.abc import Hashable
from typing import cast

import yaml

from mmm_core.errors import ProjectFileError

MAX_CHARACTERS = 2_000_000

_BOOL = re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$")
_INT = re.compile(r"^[-+]?[0-9]+$")
_FLOAT = re.compile(r"^[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$")
_NULL = re.compile(r"^(?:~|null|Null|NULL|)$")


class _StrictLoader(yaml.SafeLoader):
    """Scalars as in YAML 1.2; dates stay text, since only the reader of a key knows whether it is one."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:
        """Refuse a key that was given twice, where PyYAML would silently keep the last."""
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable) and key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} is given twice", key_node.start_mark
                )
            seen.add(key if isinstance(key, Hashable) else None)
        return super().construct_mapping(node, deep=deep)

    def construct_decimal(self, node: yaml.ScalarNode) -> int:
        """Whole numbers are decimal, also with leading zeros (PyYAML would read 010 as 8)."""
        return int(node.value)


class _PlainDumper(yaml.SafeDumper):
    """Quotes every text that :class:`_StrictLoader` or any other YAML reader would take for something else."""

    def ignore_aliases(self, data: object) -> bool:
        """Write a value that occurs twice in full."""
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # PyYAML writes the rarer line breaks (U+0085, U+2028, U+2029) as they are, and reads them back as spaces.
    style = '"' if text.splitlines() != [text] else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _set_up_scalars() -> None:
    _StrictLoader.yaml_implicit_resolvers = {}
    for tag, pattern, first in (
        ("tag:yaml.org,2002:bool", _BOOL, "tTfF"),
        ("tag:yaml.org,2002:int", _INT, "-+0123456789"),
        ("tag:yaml.org,2002:float", _FLOAT, "-+.0123456789"),
        ("tag:yaml.org,2002:null", _NULL, ["~", "n", "N", ""]),
    ):
        _StrictLoader.add_implicit_resolver(tag, pattern, list(first))
        _PlainDumper.add_implicit_resolver(tag, pattern, list(first))
    _PlainDumper.add_representer(str, _represent_text)
    _StrictLoader.add_constructor("tag:yaml.org,2002:int", _StrictLoader.construct_decimal)


_set_up_scalars()


def read_tree(text: str) -> dict[str, object]:
    """Plain values of a project file.

    Args:
        text: YAML or JSON.

    Returns:
        The top-level mapping; dates are text.

    Raises:
        ProjectFileError: The text is empty, too long, no YAML or JSON (with the line), repeats a key, or is no mapping.
    """
    if len(text) > MAX_CHARACTERS:
        raise ProjectFileError(f"A project file can have {MAX_CHARACTERS:,} characters, got {len(text):,}.")
    tree = _parse(text.removeprefix("\ufeff"))
    if tree is None:
        raise ProjectFileError("The project file is empty; it needs at least date, outcome and paid_media.")
    if not isinstance(tree, dict):
        raise ProjectFileError(
            f"A project file is a list of `key: value` lines that begin with date, outcome and paid_media; got a {_kind(tree)}."
        )
    return cast(dict[str, object], tree)


def write_tree(tree: dict[str, object]) -> str:
    """YAML that :func:`read_tree` reads back to the same values; short lists and mappings stand on one line."""
    return yaml.dump(tree, Dumper=_PlainDumper, sort_keys=False, allow_unicode=True, default_flow_style=None, width=118)


def _parse(text: str) -> object:
    if text.lstrip().startswith("{"):
        try:
            return json.loads(text, object_pairs_hook=_distinct_keys)
        except ValueError as error:
            if isinstance(error, ProjectFileError):
                raise
            # `{date: day}` is YAML, so its reader has the last word.
    try:
        return yaml.load(text, Loader=_StrictLoader)
    except yaml.MarkedYAMLError as error:
        raise ProjectFileError(_yaml_sentence(error)) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ProjectFileError(f"Line {line} of the project file has a character that YAML does not allow.") from error
    except (RecursionError, ValueError) as error:
        raise ProjectFileError("The project file is nested too deeply or has a number too long to read.") from error


def _yaml_sentence(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    where = f"Line {mark.line + 1}" if mark else "A line"
    return f"{where} of the project file cannot be read: {error.problem or error.context}."


def _distinct_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    keys = [key for key, _ in pairs]
    for key in keys:
        if keys.count(key) > 1:
            raise ProjectFileError(f"The project file cannot be read: the key {key!r} is given twice.")
    return dict(pairs)


def _kind(value: object) -> str:
    return "list" if isinstance(value, list) else "single value"
