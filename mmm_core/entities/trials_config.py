"""How the search runs."""

from collections.abc import Mapping
from dataclasses import dataclass

from mmm_core.errors import BoundsError, SettingsError

NEVERGRAD_ALGORITHMS = ("TwoPointsDE", "DE", "OnePlusOne", "CMA", "DiscreteOnePlusOne", "PSO", "NGOpt", "RandomSearch")
ALGORITHMS = ("NSGA2", *NEVERGRAD_ALGORITHMS)
"""Selectable algorithms: ours first, then those of nevergrad. TwoPointsDE is what *Robyn-compatible* means."""

DEFAULT_ALGORITHM = "NSGA2"
OBJECTIVES = ("nrmse", "decomp_rssd", "mape")
"""What a search minimises; the last one only where there are lift studies."""

INTERCEPT_SIGNS = ("non_negative", "unconstrained")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialsConfig:
    """How many candidates are tried, how, and under which rules.

    Attributes:
        trials: Independent searches; each starts from its own random stream.
        iterations: Candidates per trial.
        algorithm: One of :data:`ALGORITHMS`.
        timeseries_validation: Fit on the first periods only, and search for the error on the next ones.
        add_penalty_factor: Search a shrinkage multiplier for every column too.
        rssd_zero_penalty: Enlarge DECOMP.RSSD when paid channels are credited with nothing.
        intercept: Whether the model has an intercept.
        intercept_sign: "non_negative" drops a negative intercept and fits again.
        objective_weights: Weights of ``nrmse``, ``decomp_rssd`` and, where there are lift studies, ``mape`` in the search;
            None means equal, a missing one is 1.
        cores: Processes to use; None means all the machine has.
    """

    trials: int = 5
    iterations: int = 2000
    algorithm: str = DEFAULT_ALGORITHM
    timeseries_validation: bool = False
    add_penalty_factor: bool = False
    rssd_zero_penalty: bool = True
    intercept: bool = True
    intercept_sign: str = "non_negative"
    objective_weights: Mapping[str, float] | None = None
    cores: int | None = None

    def __post_init__(self) -> None:
        for name, value in (("trials", self.trials), ("iterations", self.iterations), ("cores", self.cores)):
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
                raise BoundsError(f"{name} must be a whole number of at least 1, got {value!r}.")
        if self.algorithm not in ALGORITHMS:
            raise SettingsError(f"algorithm must be one of {', '.join(ALGORITHMS)}; got {self.algorithm!r}.")
        if self.intercept_sign not in INTERCEPT_SIGNS:
            raise SettingsError(
                f"intercept_sign must be one of {', '.join(INTERCEPT_SIGNS)}; got {self.intercept_sign!r}."
            )
        for name, weight in (self.objective_weights or {}).items():
            if name not in OBJECTIVES or not weight >= 0:
                raise BoundsError(
                    f"objective_weights takes nrmse, decomp_rssd and mape, each at least 0; got {name}={weight!r}."
                )

    @property
    def n_candidates(self) -> int:
        """Candidates over all trials."""
        return self.trials * self.iterations
