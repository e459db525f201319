"""What reading a file found: what was changed, what is doubtful, what is impossible."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import pandas as pd

from mmm_core.entities.columns import ColumnRole, Frequency, Sign


class Severity(StrEnum):
    """How much a finding matters, most severe first."""

    IMPOSSIBLE = "impossible"
    DOUBTFUL = "doubtful"
    CHANGED = "changed"


class Repair(StrEnum):
    """What the reader can do about a finding when the user says so."""

    TREAT_AS_ZERO = "treat_as_zero"
    ESTIMATE_VALUES = "estimate_values"
    FILL_MISSING_PERIODS = "fill_missing_periods"
    KEEP_FIRST = "keep_first"
    KEEP_LAST = "keep_last"
    IGNORE_COLUMN = "ignore_column"


@dataclass(frozen=True, slots=True, kw_only=True)
class CellPosition:
    """A cell as the spreadsheet shows it.

    Attributes:
        row: 1-based spreadsheet row; the header is row 1.
        column: Name of the column.
    """

    row: int
    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing the reader noticed.

    Attributes:
        code: Stable name of the kind of finding, for tests and for the page ("missing_periods").
        severity: How much it matters.
        message: One sentence for the user.
        cells: Where, at most the first 100 cells.
        n_cells: How many cells in all.
        repairs: What can be done about it, best first; empty when nothing is needed or nothing helps.
    """

    code: str
    severity: Severity
    message: str
    cells: tuple[CellPosition, ...] = ()
    n_cells: int = 0
    repairs: tuple[Repair, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedRepair:
    """What the user chose to do about a finding, as a project file says it.

    Attributes:
        finding: Code of the finding ("negative_media").
        repair: What was done.
        column: The column it is about; None when it is about no particular one.
    """

    finding: str
    repair: Repair
    column: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleSuggestion:
    """What a column probably is.

    Attributes:
        column: Name in the table.
        role: The suggested role.
        pairs_with: Spend column an exposure belongs to; None otherwise.
        sign: Suggested sign.
        reason: Why, in a few words the page can show.
    """

    column: str
    role: ColumnRole
    pairs_with: str | None = None
    sign: Sign = Sign.DEFAULT
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IngestResult:
    """A canonical table, what was found while reading it, and what its columns probably are.

    Attributes:
        table: One row per period, oldest first; dates as datetime64, numbers as float64, other columns as text.
        findings: Most severe first.
        suggestions: One per column, in the order of the file.
        frequency: Length of one period, or None when it could not be told.
        source_name: Name of the file as uploaded.
        applied: Repairs the user chose, by "code" or "code:column" of the finding.
        rows: Spreadsheet row (header = 1) of every row of the table, 0 for periods that were filled in; () means 2, 3, ….
        currency: ISO code of the money in the file; None when no sign or name tells.
    """

    table: pd.DataFrame
    findings: tuple[Finding, ...]
    suggestions: tuple[RoleSuggestion, ...]
    frequency: Frequency | None
    source_name: str = ""
    applied: Mapping[str, Repair] = field(default_factory=dict)
    rows: tuple[int, ...] = ()
    currency: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "table", self.table.copy())

    @property
    def repairs(self) -> tuple[AppliedRepair, ...]:
        """The repairs the user chose, in their order."""
        chosen = ((*key.partition(":"), choice) for key, choice in self.applied.items())
        return tuple(
            AppliedRepair(finding=code, repair=choice, column=name or None) for code, _, name, choice in chosen
        )

    @property
    def is_usable(self) -> bool:
        """Whether nothing impossible was found."""
        return not any(finding.severity is Severity.IMPOSSIBLE for finding in self.findings)
