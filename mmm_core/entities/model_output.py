"""What a search answers: every candidate, as arrays, trial by trial."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mmm_core.entities.columns import OutcomeKind
from mmm_core.entities.design import FloatArray, IntArray
from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.refresh import RefreshStep
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.errors import SettingsError

BoolArray = NDArray[np.bool_]

METRICS = (
    "nrmse",
    "decomp_rssd",
    "mape",
    "nrmse_train",
    "nrmse_val",
    "nrmse_test",
    "rsq_train",
    "rsq_val",
    "rsq_test",
)
"""Columns of :attr:`Trial.metrics`; R squared is adjusted; validation and test are NaN without a split."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trial:
    """One independent search.

    Attributes:
        number: 1-based.
        hyperparameters: Shape (n_candidates, n_parameters), natural units, in the order they were tried.
        metrics: Shape (n_candidates, 9), columns :data:`METRICS`.
        coefficients: Shape (n_candidates, n_terms), intercept first.
        contributions: Sum over the modelled periods per term, outcome units, shape (n_candidates, n_terms).
        seconds: Time the trial took.
        iterations: When candidates were tried, 1-based, shape (n_candidates,); None when all of them are here. Only
            :meth:`ModelOutput.only` sets it: a model keeps its solution id when others are left out.
    """

    number: int
    hyperparameters: FloatArray
    metrics: FloatArray
    coefficients: FloatArray
    contributions: FloatArray
    seconds: float = 0.0
    iterations: IntArray | None = None

    @property
    def tried_at(self) -> IntArray:
        """When each candidate was tried, 1-based, shape (n_candidates,)."""
        return np.arange(1, len(self.metrics) + 1) if self.iterations is None else self.iterations

    def rows(self, kept: IntArray) -> "Trial":
        """The same trial with some of its candidates, which keep their iteration.

        Args:
            kept: Rows, ascending.
        """
        return Trial(
            number=self.number,
            hyperparameters=self.hyperparameters[kept],
            metrics=self.metrics[kept],
            coefficients=self.coefficients[kept],
            contributions=self.contributions[kept],
            seconds=self.seconds,
            iterations=self.tried_at[kept],
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelOutput:
    """All candidates of all trials, with what is needed to read them without the data.

    Attributes:
        trials: In order of their number.
        parameter_names: Flat keys, columns of ``Trial.hyperparameters``.
        term_names: "intercept", then the model's columns.
        paid_names: Keys of the paid channels.
        organic_names: Keys of the organic channels.
        total_spend: Spend per paid channel over the modelled periods, shape (n_paid,).
        outcome_kind: Revenue or conversion.
        timeseries_validation: Whether the search used a validation part.
        n_planned: Candidates that were asked for; more than there are when the run was stopped early.
    """

    trials: tuple[Trial, ...]
    parameter_names: tuple[str, ...]
    term_names: tuple[str, ...]
    paid_names: tuple[str, ...]
    organic_names: tuple[str, ...]
    total_spend: FloatArray
    outcome_kind: OutcomeKind
    timeseries_validation: bool
    n_planned: int

    @property
    def n_candidates(self) -> int:
        """Candidates over all trials."""
        return sum(len(trial.metrics) for trial in self.trials)

    @property
    def solution_ids(self) -> list[str]:
        """``<trial>_<iteration>`` of every candidate, in order."""
        return [f"{trial.number}_{row}" for trial in self.trials for row in trial.tried_at.tolist()]

    @property
    def is_reduced(self) -> bool:
        """Whether somebody has chosen these candidates from more: made by :meth:`only`."""
        return any(trial.iterations is not None for trial in self.trials)

    def reduced_to(self, solution_ids: Collection[str]) -> "ModelOutput":
        """Only some candidates, in their old order and with their old ids; what clusters them takes exactly these.

        Args:
            solution_ids: Which ones.

        Raises:
            SettingsError: One of them is not there.
        """
        wanted, ids = set(solution_ids), self.solution_ids
        strangers = sorted(wanted.difference(ids))
        if strangers:
            raise SettingsError(
                f"There is no model {strangers[0]!r} among these {len(ids):,}. Use ids as solution_ids lists them."
            )
        return self.only(np.array([one in wanted for one in ids], dtype=bool))

    def only(self, keep: BoolArray) -> "ModelOutput":
        """Only the candidates marked, in their old order and with their old ids.

        Args:
            keep: Shape (n_candidates,).
        """
        parts = np.split(keep, np.cumsum([len(trial.metrics) for trial in self.trials])[:-1])
        kept = [trial.rows(np.flatnonzero(part)) for trial, part in zip(self.trials, parts, strict=True)]
        return replace(self, trials=tuple(kept))

    def metric(self, name: str) -> FloatArray:
        """One metric of every candidate, shape (n_candidates,)."""
        column = METRICS.index(name)
        return np.concatenate([trial.metrics[:, column] for trial in self.trials])

    def stacked(self, name: str) -> FloatArray:
        """``hyperparameters``, ``metrics``, ``coefficients`` or ``contributions`` of all trials, shape (n_candidates, ...)."""
        return np.concatenate([getattr(trial, name) for trial in self.trials])

    @property
    def paid_contributions(self) -> FloatArray:
        """Contribution of every paid channel, shape (n_candidates, n_paid)."""
        columns = [self.term_names.index(name) for name in self.paid_names]
        paid: FloatArray = np.concatenate([trial.contributions[:, columns] for trial in self.trials])
        return paid

    @property
    def roas(self) -> FloatArray:
        """Contribution per unit of spend, shape (n_candidates, n_paid). For conversions: outcomes per unit of spend."""
        roas: FloatArray = self.paid_contributions / self.total_spend
        return roas

    @property
    def effect_share(self) -> FloatArray:
        """Share of each paid channel in the paid total, shape (n_candidates, n_paid); 0 when the total is 0."""
        paid = self.paid_contributions
        total = paid.sum(axis=1, keepdims=True)
        shares: FloatArray = np.divide(paid, total, out=np.zeros_like(paid), where=total != 0)
        return shares

    @property
    def baseline_share(self) -> FloatArray:
        """Share of the fitted outcome that is not media, shape (n_candidates,); 0 when the whole is 0."""
        total = self.stacked("contributions").sum(axis=1)
        media = [self.term_names.index(name) for name in (*self.paid_names, *self.organic_names)]
        rest = total - self.stacked("contributions")[:, media].sum(axis=1)
        share: FloatArray = np.divide(rest, total, out=np.zeros_like(total), where=total != 0)
        return share

    def to_frame(self) -> pd.DataFrame:
        """One row per candidate: identity, metrics, hyperparameters, effect share and ROAS per paid channel."""
        shares = [f"{name}_effect_share" for name in self.paid_names]
        roas = [f"{name}_roas" for name in self.paid_names]
        columns = [*METRICS, *self.parameter_names, *shares, *roas]
        # One array, column by column in memory, filled trial by trial: a million candidates need no second copy of it.
        values = np.empty((len(columns), self.n_candidates))
        parts = [replace(self, trials=(trial,)) for trial in self.trials]
        ends = np.cumsum([part.n_candidates for part in parts])
        for trial, part, place in zip(self.trials, parts, np.split(values, ends[:-1], axis=1), strict=True):
            blocks = (trial.metrics, trial.hyperparameters, part.effect_share, part.roas)
            np.concatenate([block.T for block in blocks], out=place)
        frame = pd.DataFrame(values.T, columns=columns, copy=False)
        ids = [pd.Series(part.solution_ids, dtype="str") for part in parts]
        frame.insert(0, "solution_id", pd.concat(ids, ignore_index=True))
        frame.insert(1, "trial", np.repeat([trial.number for trial in self.trials], [len(one) for one in ids]))
        frame.insert(2, "iteration", np.concatenate([trial.tried_at for trial in self.trials]))
        return frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """How a run came about, so that it can be repeated exactly.

    Attributes:
        engine_version: Version of MMM Studio.
        library_versions: Name to version of what the numbers depend on.
        data_hash: SHA-256 of the canonical table.
        seed: Seed of the search.
        algorithm: Search algorithm.
        started: When, with time zone.
        timings: Seconds by stage ("features", "search", "evaluation", "optimiser", "pareto", "writing").
        models_per_second: Candidates divided by the seconds of the search.
        stopped_early: Whether the user stopped the run and kept what was found.
        notes: Sentences the user should read: dropped columns, ignored settings, too few candidates.
    """

    engine_version: str
    library_versions: Mapping[str, str]
    data_hash: str
    seed: int
    algorithm: str
    started: dt.datetime
    timings: Mapping[str, float] = field(default_factory=dict)
    models_per_second: float = 0.0
    stopped_early: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Convergence:
    """Whether the search had settled.

    Attributes:
        table: One row per objective and twentieth of the iterations: ``objective cut iteration n median std``.
        converged: By objective.
        messages: One plain sentence per objective.
    """

    table: pd.DataFrame
    converged: Mapping[str, bool]
    messages: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelOutputCollection:
    """A finished run.

    Attributes:
        model_output: Every candidate.
        convergence: Whether the search had settled.
        info: How the run came about.
        selected_id: Solution the user picked; None means the recommended one.
        refreshes: The steps that led to this result from an initial model, oldest first; empty for an initial model.
        data: What was modelled, which a refresh needs. It is not stored with a result: who reads one joins it again.
        trials: The search as it was asked for; not stored either.
    """

    model_output: ModelOutput
    convergence: Convergence
    info: Provenance
    selected_id: str | None = None
    refreshes: tuple[RefreshStep, ...] = ()
    data: MMMDataCollection | None = None
    trials: TrialsConfig | None = None
