"""Tables, arrays and dataclasses to bytes and back, exactly: zstd Parquet, npz and strict JSON, never pickle."""

import datetime as dt
import io
import json
import math
import types
import typing
import zipfile
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import BinaryIO, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from mmm_core.errors import StoreError

FORMAT_VERSION = 1
"""Of everything this version writes. Raise it when a file changes in a way older versions cannot read."""

_NOTE_KEY = b"mmm_studio"
_NO_NUMBERS = ("nan", "inf", "-inf")
"""How numbers that JSON does not know are written."""

T = TypeVar("T")


def require_known_format(document: Mapping[str, object], what: str) -> None:
    """Refuse what a newer version wrote.

    Args:
        document: A decoded JSON object with ``format_version``.
        what: What it is, for the sentence: "Run 3", "The upload".

    Raises:
        StoreError: The format is newer than this version knows.
    """
    version = document.get("format_version")
    if not isinstance(version, int) or version < 1:
        raise StoreError(f"{what} has no valid format_version (got {version!r}); the file is not one of MMM Studio's.")
    if version > FORMAT_VERSION:
        raise StoreError(
            f"{what} was saved by a newer MMM Studio (format {version}; this version reads up to {FORMAT_VERSION}). "
            "Update MMM Studio to open it."
        )


def write_table(table: pd.DataFrame, file: BinaryIO, note: Mapping[str, object] | None = None) -> None:
    """Write a table as zstd Parquet, with a JSON note inside the file so that both change in one step.

    Args:
        table: Any rows; columns of numbers, dates, text or categories.
        file: Open for writing.
        note: Kept beside the table, in the same file.

    Raises:
        StoreError: A column mixes kinds of values.
    """
    try:
        arrow = pa.Table.from_pandas(table)
    except (pa.ArrowInvalid, pa.ArrowTypeError, ValueError) as error:
        raise StoreError(
            f"The table cannot be stored: {error}. Give every column its own name and one kind of value."
        ) from error
    kept = {
        "format_version": FORMAT_VERSION,
        "dtypes": [str(dtype) for dtype in table.dtypes],
        "note": encode(dict(note or {})),
    }
    metadata = {**(arrow.schema.metadata or {}), _NOTE_KEY: dump_json(kept)}
    worded = [str(name) for name, dtype in table.dtypes.items() if dtype.kind != "f"]
    pq.write_table(arrow.replace_schema_metadata(metadata), file, compression="zstd", use_dictionary=worded or False)


def read_table(file: BinaryIO | Path, what: str) -> tuple[pd.DataFrame, dict[str, object]]:
    """Read what :func:`write_table` wrote.

    Args:
        file: Open for reading, or a path.
        what: What it is, for the sentence.

    Returns:
        The table with its index and kinds of columns as they were, and the note.

    Raises:
        StoreError: It is damaged or newer than this version.
    """
    try:
        arrow = pq.read_table(file)
    except (pa.ArrowException, OSError) as error:
        raise StoreError(f"{what} cannot be read, the file is missing or damaged ({error}).") from error
    kept = load_json((arrow.schema.metadata or {}).get(_NOTE_KEY, b"{}"), what)
    require_known_format(kept, what)
    table = arrow.to_pandas()
    dtypes, note = kept.get("dtypes"), kept.get("note")
    assert isinstance(dtypes, list), "written beside every table"
    assert isinstance(note, dict), "written beside every table"
    return _restore_dtypes(table, [str(dtype) for dtype in dtypes]), note


def _restore_dtypes(table: pd.DataFrame, dtypes: list[str]) -> pd.DataFrame:
    """Parquet knows no datetime64[s] and no Python objects; everything else comes back by itself."""
    for name, now, wanted in zip(table.columns, table.dtypes, dtypes, strict=True):
        if wanted == "object" and str(now) != wanted:
            values = table[name].astype(object)
            table[name] = values.where(values.notna(), None)
        elif wanted.startswith("datetime64") and str(now) != wanted:
            table[name] = table[name].astype(np.dtype(wanted))
    return table


def write_arrays(arrays: Mapping[str, NDArray[np.generic]], file: BinaryIO) -> None:
    """Write named arrays of any shape as npz, not compressed (they are read whole, and random digits do not shrink)."""
    np.savez(file, allow_pickle=False, **arrays)


def read_arrays(file: BinaryIO | Path, what: str) -> dict[str, NDArray[np.generic]]:
    """Read what :func:`write_arrays` wrote; refuses pickled objects.

    Args:
        file: Open for reading, or a path.
        what: What it is, for the sentence.

    Raises:
        StoreError: It is missing or damaged.
    """
    try:
        with (
            file.open("rb") if isinstance(file, Path) else file as opened,
            np.load(opened, allow_pickle=False) as archive,
        ):
            return {name: archive[name] for name in archive.files}
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile) as error:
        raise StoreError(f"{what} cannot be read, the file is missing or damaged ({error}).") from error


def array_bytes(arrays: Mapping[str, NDArray[np.generic]]) -> bytes:
    """The file :func:`write_arrays` would write, of arrays of any shape."""
    buffer = io.BytesIO()
    write_arrays(arrays, buffer)
    return buffer.getvalue()


def dump_json(document: object) -> bytes:
    """Strict JSON (no NaN) in UTF-8, readable by people."""
    return json.dumps(encode(document), indent=2, ensure_ascii=False, allow_nan=False).encode()


def load_json(content: bytes, what: str) -> dict[str, object]:
    """Read a JSON object.

    Args:
        content: UTF-8.
        what: What it is, for the sentence.

    Raises:
        StoreError: It is damaged.
    """
    try:
        document = json.loads(content)
    except ValueError as error:
        raise StoreError(f"{what} cannot be read, the file is damaged ({error}).") from error
    if not isinstance(document, dict):
        raise StoreError(f"{what} cannot be read, the file is damaged (it holds no object).")
    return document


def encode(value: object) -> object:
    """Anything made of dataclasses, mappings, sequences, enums, dates and plain values, as JSON can hold it.

    Numbers that JSON does not know become the texts "nan", "inf" and "-inf"; :func:`decode` turns them back.

    Raises:
        StoreError: There is something else in it.
    """
    if is_dataclass(value):
        return {field.name: encode(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [encode(item) for item in value]
    return _encode_plain(value)


def _encode_plain(value: object) -> object:
    plain = value.value if isinstance(value, Enum) else value.item() if isinstance(value, np.generic) else value
    if isinstance(plain, float) and not math.isfinite(plain):
        return str(plain)
    if isinstance(plain, dt.date | dt.time):
        return plain.isoformat()
    if plain is None or isinstance(plain, str | int | float):
        return plain
    raise StoreError(
        f"A value of the kind {type(value).__name__} cannot be stored; numbers, texts, dates and lists can."
    )


def decode(kind: type[T], document: object) -> T:
    """Make a dataclass again from what :func:`encode` made of it, with the types its fields are annotated with.

    Args:
        kind: The dataclass.
        document: Decoded JSON.

    Raises:
        StoreError: The document does not fit.
    """
    try:
        return typing.cast(T, _decode(kind, document))
    except (TypeError, ValueError, AttributeError) as error:
        raise StoreError(f"A stored {kind.__name__} cannot be read ({error}).") from error


def _decode(kind: object, value: object) -> object:
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return None if value is None else _decode(_arm_of(inner, value), value)
    if origin in (tuple, list) and isinstance(value, list):
        if origin is list or inner[-1] is Ellipsis:
            return origin(_decode(inner[0], item) for item in value)
        return tuple(_decode(arm, item) for arm, item in zip(inner, value, strict=True))
    if isinstance(origin, type) and issubclass(origin, Mapping) and isinstance(value, dict):
        return {key: _decode(inner[1], item) for key, item in value.items()}
    return _decode_plain(kind, value) if isinstance(kind, type) else value


def _arm_of(arms: tuple[object, ...], value: object) -> object:
    """Which kind of a union a value is: the first one, except that words are no numbers."""
    first = next(arm for arm in arms if arm is not type(None))
    is_word = isinstance(value, str) and value not in _NO_NUMBERS
    return str if first is float and str in arms and is_word else first


def _decode_plain(kind: type, value: object) -> object:
    if is_dataclass(kind) and isinstance(value, dict):
        hints = typing.get_type_hints(kind)
        return kind(**{name: _decode(hints[name], item) for name, item in value.items() if name in hints})
    if issubclass(kind, Enum):
        return kind(value)
    if issubclass(kind, dt.date) and isinstance(value, str):
        return kind.fromisoformat(value)
    if kind is float and isinstance(value, str | int):
        return float(value)
    return value
