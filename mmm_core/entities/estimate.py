"""The two answers of a run."""

from enum import StrEnum


class Estimate(StrEnum):
    """Which of the two answers a run gives: what is recommended, the models of the search, or both."""

    AVERAGED = "averaged"
    PARETO = "pareto"
    BOTH = "both"
