"""What a column of the table is: its role, sign, and how it enters the model."""

from dataclasses import dataclass
from enum import StrEnum

from mmm_core.errors import BoundsError, SettingsError


class ColumnRole(StrEnum):
    """What a column of the uploaded table is used for."""

    DATE = "date"
    OUTCOME = "outcome"
    PAID_SPEND = "paid_spend"
    EXPOSURE = "exposure"
    ORGANIC = "organic"
    CONTEXT = "context"
    IGNORE = "ignore"


class Sign(StrEnum):
    """Which direction a column may push the outcome; DEFAULT leaves it to the role of the column."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    DEFAULT = "default"


class AdstockKind(StrEnum):
    """How media pressure carries over into later periods."""

    GEOMETRIC = "geometric"
    WEIBULL_CDF = "weibull_cdf"
    WEIBULL_PDF = "weibull_pdf"


class OutcomeKind(StrEnum):
    """Whether the outcome is money (ROAS is shown) or a count (cost per outcome is shown)."""

    REVENUE = "revenue"
    CONVERSION = "conversion"


class Frequency(StrEnum):
    """The length of one period of the table."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The column to explain.

    Attributes:
        column: Name in the table.
        kind: Revenue or conversions.
        currency: ISO code of the spend (and of the outcome when it is revenue).
        break_even_roas: Outcome per unit of spend at which a channel pays for itself (1 / margin); None when unknown.
    """

    column: str
    kind: OutcomeKind = OutcomeKind.REVENUE
    currency: str = "EUR"
    break_even_roas: float | None = None

    def __post_init__(self) -> None:
        if self.break_even_roas is not None and not self.break_even_roas > 0:
            raise BoundsError(f"break_even_roas must be a number above 0, got {self.break_even_roas}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidMedia:
    """A paid channel; ``spend`` is its key everywhere, also when an exposure is what is modelled."""

    spend: str
    exposure: str | None = None
    sign: Sign = Sign.POSITIVE
    adstock: AdstockKind | None = None

    @property
    def modelled_column(self) -> str:
        """The column whose weekly values are transformed: the exposure where there is one."""
        return self.exposure or self.spend


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganicMedia:
    """An unpaid channel such as newsletters."""

    column: str
    sign: Sign = Sign.POSITIVE
    adstock: AdstockKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextColumn:
    """Anything else that moves the outcome: prices, competitors, promotions. Text columns become factors."""

    column: str
    sign: Sign = Sign.DEFAULT


def require_distinct(columns: list[str]) -> None:
    """Refuse a column that was given two roles.

    Raises:
        SettingsError: A name stands in ``columns`` more than once.
    """
    repeated = sorted({name for name in columns if columns.count(name) > 1})
    if repeated:
        raise SettingsError(
            f"Each column can have one role; {', '.join(map(repr, repeated))} has more than one. Remove all but one."
        )
