"""What is written down about each market and method: raw answers beside the truth, so that scores can be counted anew."""

import ast
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from tests.bench.data_sets import ROOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A budget plan and what it really brings; responses per period, all channels together.

    Attributes:
        spend: Per period, by channel.
        promised: Lift the method expects, share of today's response, before the product's caution factor.
        printed: The same as the product shows it.
        probability: That the plan beats today's, as the method sees it; NaN when it cannot say.
        evenly: True lift, share of today's true response, spending the same every period.
        flighted: True lift keeping each channel's own flighting.
    """

    spend: tuple[float, ...]
    promised: float
    printed: float
    probability: float
    evenly: float
    flighted: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one method said.

    Attributes:
        method: Which.
        contribution: By channel.
        roas: Point estimate shown, by channel.
        intervals: By nominal probability (as text, for JSON): low and high end of ROAS by channel.
        seconds: Of processor time, from data to answer.
        plan: None where the truth about money is not known.
    """

    method: str
    contribution: tuple[float, ...]
    roas: tuple[float, ...]
    intervals: dict[str, tuple[tuple[float, float], ...]]
    seconds: float
    plan: Plan | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The truth about a case.

    Attributes:
        channels: Keys.
        contribution: By channel.
        spend: By channel.
        variation: Coefficient of variation of spend, by channel.
        outcome: Sum over the modelled periods.
        best_evenly: Lift of the best plan there is, spending evenly; NaN where not known.
        best_flighted: The same in each channel's own flighting.
        tags: What kind of case it is.
    """

    channels: tuple[str, ...]
    contribution: tuple[float, ...]
    spend: tuple[float, ...]
    variation: tuple[float, ...]
    outcome: float
    best_evenly: float
    best_flighted: float
    tags: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One line of the checkpoint: a group of methods on a case.

    Attributes:
        case: Name of the market or data set.
        group: "robyn", "recommended" or "verdicts".
        fingerprint: Of the code that answered.
        known: The truth.
        answers: One per method of the group; empty when it failed, and for verdicts.
        error: Why it failed, or "".
        verdicts: Of the trust card, by channel: verdict and direction ("" for none); only in the group "verdicts".
    """

    case: str
    group: str
    fingerprint: str
    known: Known
    answers: tuple[Answer, ...]
    error: str
    verdicts: tuple[tuple[str, str], ...] = ()


def append(path: Path, record: Record) -> None:
    """Write one line and see it safely to disk."""
    line = json.dumps(asdict(record), separators=(",", ":"))
    with path.open("a+b") as file:
        file.seek(0, os.SEEK_END)
        if file.tell() > 0:  # a run that was killed in the middle of a line must not spoil this one
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")
        file.write(line.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read(path: Path) -> Iterator[Record]:
    """Every whole line, oldest first; a line that a killed run left unfinished is passed over."""
    if not path.is_file():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            fields = json.loads(line)
        except json.JSONDecodeError:
            continue
        yield _record(fields)


def finished(path: Path, fingerprints: dict[str, str]) -> dict[tuple[str, str], Record]:
    """The newest record by case and group that the present code wrote; others count as not done."""
    return {
        (record.case, record.group): record
        for record in read(path)
        if record.fingerprint == fingerprints.get(record.group)
    }


def fingerprint(*modules: str) -> str:
    """SHA-256 of the sources of these modules and of everything of ours they import, however deep; 16 hexadecimal digits."""
    digest = hashlib.sha256()
    for path in sorted(_closure(modules)):
        digest.update(f"{path.relative_to(ROOT)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _closure(modules: Sequence[str]) -> set[Path]:
    found: set[Path] = set()
    waiting = [source for module in modules if (source := _source(module)) is not None]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += _imports(path)
    return found


@cache
def _imports(path: Path) -> tuple[Path, ...]:
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.append(node.module)
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return tuple(source for name in names if (source := _source(name)) is not None)


def _source(module: str) -> Path | None:
    """The file of one of our modules; None for a library, a name inside a module, or a package's own ``__init__``."""
    if module.split(".", maxsplit=1)[0] not in ("mmm_core", "tests"):
        return None
    path = ROOT.joinpath(*module.split(".")).with_suffix(".py")
    return path if path.is_file() else None


def _record(fields: dict) -> Record:  # type: ignore[type-arg]
    answers = tuple(_answer(one) for one in fields["answers"])
    verdicts = tuple((verdict, direction) for verdict, direction in fields["verdicts"])
    return Record(**{**fields, "known": _known(fields["known"]), "answers": answers, "verdicts": verdicts})


def _known(fields: dict) -> Known:  # type: ignore[type-arg]
    lists = {name: tuple(fields[name]) for name in ("channels", "contribution", "spend", "variation")}
    return Known(**{**fields, **lists})


def _answer(fields: dict) -> Answer:  # type: ignore[type-arg]
    plan = fields["plan"]
    intervals = {level: tuple((low, high) for low, high in ends) for level, ends in fields["intervals"].items()}
    lists = {name: tuple(fields[name]) for name in ("contribution", "roas")}
    made = None if plan is None else Plan(**{**plan, "spend": tuple(plan["spend"])})
    return Answer(**{**fields, **lists, "intervals": intervals, "plan": made})
