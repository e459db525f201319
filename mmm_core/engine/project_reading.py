"""Typed reading of a project file's values: every problem is noted with the path of its key, none stops the reading."""

import datetime as dt
import difflib
import math
import reprlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import TypeVar, cast

from mmm_core.entities.settings import Interval
from mmm_core.errors import MMMError

Choice = TypeVar("Choice", bound=StrEnum)
Built = TypeVar("Built")

LARGEST_WHOLE_NUMBER = 2**53 - 1
"""The largest integer a browser keeps exactly."""

_TRUE_WORDS = {"yes", "on"}
_FALSE_WORDS = {"no", "off"}
_short = reprlib.Repr()
_short.maxlevel = 2  # aliases can make a small file describe an endless value
_short.maxstring = 60
_short.maxother = 60


def shown(value: object) -> str:
    """A value as an error message shows it: short however large it is."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    return _short.repr(value)


class Section:
    """One mapping of the file, read key by key.

    Args:
        tree: What stands there.
        path: Where it stands ("trials", "paid_media #2"); empty for the whole file.
        problems: Collects one sentence per problem.
        allowed: Keys this mapping may have.
    """

    def __init__(self, tree: object, path: str, problems: list[str], allowed: Sequence[str]) -> None:
        self.path = path
        self.problems = problems
        self.values: dict[str, object] = {}
        self.misspelt: set[str] = set()
        self.is_mapping = isinstance(tree, Mapping)
        if not isinstance(tree, Mapping):
            problems.append(f"{path} must be a list of `key: value` pairs ({', '.join(allowed)}); got {shown(tree)}.")
            return
        for key, value in tree.items():
            if key in allowed:
                self.values[key] = value
            else:
                near = difflib.get_close_matches(str(key), allowed, n=1, cutoff=0.5)
                self.misspelt.update(near)
                known = f"the nearest known key is {near[0]!r}" if near else f"allowed are {', '.join(allowed)}"
                problems.append(f"Unknown key {self.where(str(key))[:120]!r} in the project file; {known}.")

    def where(self, key: str) -> str:
        """Path of a key."""
        return f"{self.path}.{key}" if self.path else key

    def has(self, key: str) -> bool:
        """Whether the key is there with a value."""
        return self.values.get(key) is not None

    def refuse(self, key: str, allowed: str) -> None:
        """Note that a value is not what the key allows."""
        self.problems.append(f"{self.where(key)} must be {allowed}; got {shown(self.values.get(key))}.")

    def require(self, key: str, meaning: str) -> bool:
        """Note a required key that is missing and not just misspelt; whether it is there."""
        if self.is_mapping and not self.has(key) and key not in self.misspelt:
            self.problems.append(f"The key {self.where(key)} is missing: {meaning}.")
        return self.has(key)

    def text(self, key: str, default: str = "", *, allowed: str = "text") -> str:
        """Text that is not empty."""
        if not self.has(key):
            return default
        value = self.values[key]
        if not isinstance(value, str) or not value.strip():
            self.refuse(
                key, f"{allowed} (in quotes if it looks like a number)" if isinstance(value, int | float) else allowed
            )
            return default
        return value

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        if not self.has(key):
            return default
        value = self.values[key]
        word = value.lower() if isinstance(value, str) else value
        if isinstance(word, bool):
            return word
        if isinstance(word, str) and word in _TRUE_WORDS | _FALSE_WORDS:
            return word in _TRUE_WORDS
        self.refuse(key, "true or false")
        return default

    def whole_number(self, key: str, default: int, least: int) -> int:
        """An integer of at least ``least`` that a browser keeps exactly."""
        if not self.has(key):
            return default
        value = self.values[key]
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            self.refuse(key, f"a whole number of at least {least}")
            return default
        if value > LARGEST_WHOLE_NUMBER:
            self.refuse(key, f"a whole number of at most {LARGEST_WHOLE_NUMBER}")
            return default
        return value

    def number(self, key: str) -> float | None:
        """A finite number, or None when the key is missing."""
        if not self.has(key):
            return None
        number = finite(self.values[key])
        if number is None:
            self.refuse(key, "a number")
        return number

    def word(self, key: str, words: Sequence[str], default: str) -> str:
        """One of a few words."""
        if not self.has(key):
            return default
        value = self.values[key]
        if isinstance(value, str) and value in words:
            return value
        near = difflib.get_close_matches(str(value)[:60], words, n=1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        self.refuse(key, f"one of {', '.join(words)}{hint}")
        return default

    def choice(self, key: str, kind: type[Choice], default: Choice) -> Choice:
        """One of the words of an enumeration."""
        return kind(self.word(key, [member.value for member in kind], default.value))

    def optional_choice(self, key: str, kind: type[Choice]) -> Choice | None:
        """One of the words of an enumeration, or None when the key is missing."""
        return self.choice(key, kind, next(iter(kind))) if self.has(key) else None

    def day(self, key: str) -> dt.date | None:
        """A day such as 2024-12-31, or None when the key is missing."""
        value = self.values.get(key)
        if value is None:
            return None
        try:
            return dt.date.fromisoformat(cast(str, value))
        except (TypeError, ValueError):
            self.refuse(key, "a day such as 2024-12-31")
            return None

    def interval(self, key: str) -> Interval | None:
        """A range [low, high]; a single number fixes the value (zero width)."""
        if not self.has(key):
            return None
        value = self.values[key]
        ends = value if isinstance(value, list) else [value, value]
        numbers = [finite(end) for end in ends]
        if len(numbers) != 2 or numbers[0] is None or numbers[1] is None:
            self.refuse(key, "a range [low, high] or one number")
            return None
        return (numbers[0], numbers[1])

    def entries(self, key: str) -> Iterator[tuple[str, object]]:
        """Path and value of every entry of a list; nothing when the key is missing."""
        if not self.has(key):
            return
        value = self.values[key]
        if not isinstance(value, list):
            self.refuse(key, "a list")
            return
        for i, entry in enumerate(value, start=1):
            yield f"{self.where(key)} #{i}", entry

    def section(self, key: str, allowed: Sequence[str]) -> "Section":
        """The mapping under a key; empty when the key is missing."""
        tree = self.values[key] if self.has(key) else {}
        return Section(tree, self.where(key), self.problems, allowed)

    def build(self, make: Callable[[], Built]) -> Built | None:
        """Make an entity of what was read, noting what it refuses; None when it does."""
        n_before = len(self.problems)
        try:
            return make()
        except MMMError as error:
            if len(self.problems) == n_before:
                self.problems.append(f"{self.path}: {error}" if self.path else str(error))
            return None


def finite(value: object) -> float | None:
    """The number a value is, or None when it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
