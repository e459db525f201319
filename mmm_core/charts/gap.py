"""What the second objective of a search measures: the gap to the shares of spend, or in a refresh to the model before."""

from typing import NamedTuple


class Gap(NamedTuple):
    """The words for DECOMP.RSSD.

    Attributes:
        axis: Title of an axis or a panel.
        short: Title of a column or a figure.
        inline: In the middle of a sentence.
        term: What the glossary explains it under.
    """

    axis: str
    short: str
    inline: str
    term: str


TO_SPEND = Gap("Gap to spend shares (DECOMP.RSSD)", "Gap to spend", "gap to spend shares", "decomp_rssd")
TO_OLD_MODEL = Gap(
    "Distance to the old model's shares (DECOMP.RSSD)",
    "Distance to old model",
    "distance to the old model's shares",
    "decomp_rssd_refresh",
)


def gap_of(*, is_refresh: bool) -> Gap:
    """The words that are true of a run.

    Args:
        is_refresh: Whether its models were held to a model before instead of to spend (``Design.aim``).
    """
    return TO_OLD_MODEL if is_refresh else TO_SPEND
